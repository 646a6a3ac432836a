"""Reads the exact records of an audit export without the program that wrote them: protobuf's wire
format, the messages' descriptors (schema.binpb), the record (docs/format/audit-export.md), and what
voids and corrections make of the events. Plain Python; used by recount.py.
"""
import base64
import datetime
import json
import struct

OPTION = 50100              # the field of the ledger's own options (annotations.proto)
VOID, CORRECTION = "ledger.event-voided", "ledger.event-corrected"
CHINA = datetime.timezone(datetime.timedelta(hours=8))


class Wrong(Exception):
    """The export contradicts itself, or has not the form it must have."""


# ---- Wire format ------------------------------------------------------------------------------
def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at


def wire(data):
    """(number, value) of each field: an integer, or bytes."""
    at = 0
    try:
        while at < len(data):
            tag, at = varint(data, at)
            kind = tag & 7
            if kind == 0:
                value, at = varint(data, at)
            elif kind == 2:
                size, at = varint(data, at)
                value, at = data[at:at + size], at + size
            elif kind in (1, 5):
                size = 8 if kind == 1 else 4
                value, at = data[at:at + size], at + size
            else:
                raise Wrong(f"wire type {kind}")
            if at > len(data):
                raise Wrong("a field is cut short")
            yield tag >> 3, value
    except IndexError:
        raise Wrong("a number is cut short") from None


def last(data, number, default=None):
    found = default
    for key, value in wire(data):
        if key == number:
            found = value
    return found


def every(data, number):
    return [value for key, value in wire(data) if key == number]


def zigzag(value):
    return value >> 1 ^ -(value & 1)


# ---- Descriptors ------------------------------------------------------------------------------
MESSAGE, BYTES, STRING, BOOL, ENUM = 11, 12, 9, 8, 14


class Field:
    def __init__(self, data):
        self.name = last(data, 1).decode()
        self.repeated = last(data, 4) == 3
        self.type = last(data, 5)
        self.message = last(data, 6, b"").decode().lstrip(".")
        spec = last(last(data, 8, b""), OPTION, b"")
        self.personal = last(spec, 3) is not None
        self.hidden = bool(last(spec, 10, 0))

    def read(self, value, schema):
        if self.type == STRING:
            return value.decode()
        if self.type == MESSAGE:
            return schema.read(self.message, value)
        if self.type == BYTES:
            return bytes(value)
        if self.type == BOOL:
            return bool(value)
        if self.type in (17, 18):
            return zigzag(value)
        if self.type in (3, 5, ENUM):
            return value - (1 << 64) if value >> 63 else value
        if self.type in (4, 13):
            return value
        return struct.unpack({1: "<d", 2: "<f", 6: "<Q", 7: "<I", 15: "<i", 16: "<q"}[self.type], value)[0]

    def default(self):
        if self.repeated:
            return []
        return {STRING: "", MESSAGE: None, BYTES: b"", BOOL: False}.get(self.type, 0)


class Schema:
    """The messages of schema.binpb, and which of them an event type and version is."""

    def __init__(self, data):
        self.fields, self.events = {}, {}
        for file in every(data, 1):
            package = last(file, 2, b"").decode()
            for message in every(file, 4):
                self.add(message, package)

    def add(self, data, outer):
        name = f"{outer}.{last(data, 1).decode()}"
        self.fields[name] = {last(field, 3): Field(field) for field in every(data, 2)}
        spec = last(last(data, 7, b""), OPTION)
        if spec is not None and last(spec, 1):
            self.events[last(spec, 1).decode(), last(spec, 2, 1)] = name
        for inner in every(data, 3):
            self.add(inner, name)

    def message_of(self, type_, version):
        """The class that reads the version: its own, else the next one that there is."""
        versions = sorted(v for t, v in self.events if t == type_ and v >= version)
        return self.events[type_, versions[0]] if versions else None

    def read(self, name, data):
        message = {field.name: field.default() for field in self.fields[name].values()}
        for number, value in wire(data):
            field = self.fields[name].get(number)
            if field is None:
                continue
            if not field.repeated:
                message[field.name] = field.read(value, self)
            elif field.type not in (STRING, BYTES, MESSAGE) and isinstance(value, bytes):
                at = 0      # packed
                while at < len(value):
                    one, at = varint(value, at)
                    message[field.name].append(field.read(one, self))
            else:
                message[field.name].append(field.read(value, self))
        return message


# ---- Events -----------------------------------------------------------------------------------
class Event:
    """One line of events.ndjson, read from its record; what the line says beside it must agree."""

    def __init__(self, line, schema):
        record = base64.b64decode(line["record"], validate=True)
        size, at = varint(record, 0)
        header, payload = record[at:at + size], record[at + size:]
        self.position = int(line["position"])
        self.recorded_at = datetime.datetime.fromisoformat(line["recorded_at"].replace("Z", "+00:00"))
        self.type, self.version = last(header, 2).decode(), last(header, 3, 0)
        self.tags = [tag.decode() for tag in every(header, 4)]
        days, target = last(header, 5), last(header, 7)
        try:
            self.on = self.recorded_at.astimezone(CHINA).date().isoformat() if days is None else \
                (datetime.date(1970, 1, 1) + datetime.timedelta(days=zigzag(days))).isoformat()
        except OverflowError:       # no date of the years 1 to 9999
            self.on = ""
        self.target = None if target is None else last(target, 1, 0)
        context = last(header, 6, b"")
        clear = last(payload, 1, b"")
        kind, version, corrects = self.type, self.version, self.type == CORRECTION and target is not None
        if corrects:
            kind, version = last(target, 2).decode(), last(target, 3, 0)
        self.kind = kind
        name = schema.message_of(kind, version)
        # An event whose bytes are no message of its type has none, whatever the line says.
        try:
            self.body = None if name is None else schema.read(name, last(clear, 4, b"") if corrects else clear)
        except (Wrong, ValueError, TypeError, AttributeError, IndexError, struct.error):
            self.body = None
        said = {"position": str(self.position), "type": self.type, "version": self.version,
                "tags": self.tags, "effective_on": self.on,
                **context_of(context)}
        for key, value in said.items():
            if line[key] != value:
                raise Wrong(f"position {self.position}: the record has {key} {value!r}, "
                            f"the line {line[key]!r}")
        if (self.body is None) != ("body" not in line) and "unreadable" not in line:
            raise Wrong(f"position {self.position}: the line has a body that its record has not, or none")
        if self.body is not None and "body" in line:
            compare(schema, name, self.body, line["body"], self.position, kind.startswith("ledger."))


def context_of(context):
    """What stands in the line of it; text that is not UTF-8 is left empty there."""
    said = {}
    try:
        for number, key in enumerate(("actor", "role", "office", "document"), 1):
            try:
                said[key] = last(context, number, b"").decode()
            except UnicodeDecodeError:
                said[key] = ""
    except Wrong:
        return dict.fromkeys(("actor", "role", "office", "document"), "")
    return said


def compare(schema, name, message, shown, position, own):
    """The readable body against the record. Personal fields are sealed in the record; of the
    ledger's own events the long machine fields are left out of the line."""
    for field in schema.fields[name].values():
        value, there = message[field.name], shown.get(field.name)
        if field.personal or (own and field.hidden):
            continue
        if field.type == MESSAGE:
            values, theirs = (value, there or []) if field.repeated else \
                ([value] if value is not None else [], [there] if there is not None else [])
            if len(values) == len(theirs):
                for one, other in zip(values, theirs):
                    compare(schema, field.message, one, other, position, own)
                continue
        elif field.type == ENUM or text_of(value, field) == there:
            continue
        raise Wrong(f"position {position}: the record has {field.name} {value!r}, the line {there!r}")


def text_of(value, field):
    """As protobuf's JSON has it: 64-bit integers as strings, bytes in base 64."""
    if isinstance(value, list):
        return [text_of(one, field) for one in value]
    if field.type in (3, 4, 6, 16, 18):
        return str(value)
    return base64.b64encode(value).decode() if field.type == BYTES else value


def read_events(path, schema):
    """The events of events.ndjson, in the order of their positions."""
    before = 0
    with open(path, "rb") as file:
        for count, text in enumerate(file, 1):
            try:
                event = Event(json.loads(text), schema)
            except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
                raise Wrong(f"line {count}: {type(error).__name__} {error}") from None
            if event.position <= before:
                raise Wrong(f"line {count}: position {event.position} after {before}")
            before = event.position
            yield event


def effective(events):
    """What counts: voided events are gone for good, corrected ones have their new content in their
    old place. In the order of (effective date, position)."""
    kept, voided = {}, set()
    for event in events:
        if event.type == VOID:
            voided.add(event.target)
        elif event.type == CORRECTION:
            if event.target not in kept:    # it was about others before it was corrected
                event.position = event.target
            target = kept.setdefault(event.target, event)
            target.body = event.body
            target.tags = sorted({*target.tags, *event.tags})
        else:
            kept[event.position] = event
    return sorted((one for one in kept.values() if one.position not in voided),
                  key=lambda one: (one.on, one.position))
