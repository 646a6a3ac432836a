"""The public formats that verify_tlog.py reads: tree (RFC 6962, RFC 9162), signed notes and
checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature), tiles and bundles (C2SP
tlog-tiles), and the ledger's 80-byte entry. Shares no code with the program that writes them.
"""
import base64
import binascii
import datetime
import hashlib
import json
import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH = 256                 # hashes a tile, entries a bundle
ENTRY = struct.Struct(">4sQq16sQI32s")  # 80 bytes, see Entry below


class Broken(Exception):
    """A file does not have the form it must have."""


# ---- The tree: RFC 6962, section 2.1 ---------------------------------------------------------
def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The roots of the perfect subtrees of what was added, largest first: enough for the root."""

    def __init__(self, size=0, roots=()):
        self.size, self.roots = size, list(roots)

    def copy(self):
        return Tree(self.size, self.roots)

    def add(self, leaf):
        size = self.size
        while size & 1:
            leaf = node_hash(self.roots.pop(), leaf)
            size >>= 1
        self.roots.append(leaf)
        self.size += 1

    def root(self):
        if not self.roots:
            return hashlib.sha256(b"").digest()
        root = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            root = node_hash(left, root)
        return root


def root_of(leaves):
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def included(index, size, leaf, path, root):
    """RFC 9162, 2.1.3.2."""
    if index >= size or len(leaf) != 32:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def consistent(size1, size2, path, root1, root2):
    """RFC 9162, 2.1.4.2; an empty first tree proves nothing and is refused."""
    if size1 == 0 or size1 > size2:
        return False
    if size1 == size2:
        return not path and root1 == root2
    path = list(path)
    if size1 & (size1 - 1) == 0:
        path.insert(0, root1)
    if not path:
        return False
    fn, sn = size1 - 1, size2 - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for p in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(p, fr), node_hash(p, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == root1 and sr == root2


# ---- Signed notes and checkpoints -------------------------------------------------------------
def unbase64(text, length=None):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Broken(f"not base64: {text[:40]!r}") from None
    if base64.b64encode(data).decode() != text or length not in (None, len(data)):
        raise Broken(f"not base64 of {length} bytes: {text[:60]!r}")
    return data


class Key:
    """name+keyid+base64(type, public key); type 1 signs notes, type 4 cosigns checkpoints."""

    def __init__(self, vkey):
        parts = vkey.strip().split("+", 2)
        if len(parts) != 3:
            raise Broken(f"not a vkey: {vkey[:80]!r}")
        self.name, data = parts[0], unbase64(parts[2])
        self.type = data[0] if data else 0
        self.id = hashlib.sha256(self.name.encode() + b"\n" + data).digest()[:4]
        if self.id.hex() != parts[1] or self.type not in (1, 4) or len(data) != 33:
            raise Broken(f"not the vkey of an Ed25519 key: {vkey[:80]!r}")
        self.public = Ed25519PublicKey.from_public_bytes(data[1:])

    def signs(self, signature, message):
        try:
            self.public.verify(signature, message)
            return True
        except InvalidSignature:
            return False


class Note:
    """The text up to the last blank line, and (name, key id, signature) of each line after it."""

    def __init__(self, data):
        try:
            note = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Broken("not UTF-8") from None
        if any(c < " " and c != "\n" for c in note) or not note.endswith("\n"):
            raise Broken("not the text of a signed note")
        text, blank, signatures = note.rpartition("\n\n")
        if not blank:
            raise Broken("no signature lines")
        self.text, self.signatures = text + "\n", []
        for line in signatures[:-1].split("\n"):
            dash, _, rest = line.partition(" ")
            name, _, data = rest.partition(" ")
            signature = unbase64(data)
            if dash != "\u2014" or not name or len(signature) < 5:
                raise Broken(f"not a signature line: {line[:80]!r}")
            self.signatures.append((name, signature[:4], signature[4:]))

    def verified(self, key):
        """When the key signed: seconds since 1970 for a cosignature, 0 else; None if it did not.
        Broken if a line bears its name and id and does not verify."""
        when = None
        for name, key_id, signature in self.signatures:
            if name != key.name or key_id != key.id:
                continue
            message, time = self.text.encode(), 0
            if key.type == 4:
                if len(signature) != 72:
                    raise Broken(f"not a cosignature: {name}")
                time = int.from_bytes(signature[:8], "big")
                signature = signature[8:]
                message = f"cosignature/v1\ntime {time}\n".encode() + message
            if not key.signs(signature, message):
                raise Broken(f"the signature of {name} does not verify")
            when = time
        return when


class Checkpoint:
    def __init__(self, data):
        self.note = Note(data)
        lines = self.note.text.split("\n")
        if len(lines) < 4 or not lines[0]:
            raise Broken("not a checkpoint: origin, size and root are needed")
        self.origin, self.size = lines[0], number(lines[1])
        self.root = unbase64(lines[2], 32)


def number(text):
    if not (text.isascii() and text.isdigit()) or (text != "0" and text[0] == "0"):
        raise Broken(f"not a number: {text[:40]!r}")
    return int(text)


# ---- Entries and tiles ------------------------------------------------------------------------
class Entry:
    """80 bytes, big-endian: "TZ01", position u64, recorded at i64 (microseconds since 1970), event
    id 16, first position of its commit u64, events in its commit u32, SHA-256 of the record."""

    def __init__(self, data):
        if len(data) != ENTRY.size:
            raise Broken(f"{len(data)} bytes instead of {ENTRY.size}")
        (self.magic, self.position, self.recorded_at, self.id, self.first, self.count,
         self.record_hash) = ENTRY.unpack(data)
        if self.magic != b"TZ01":
            raise Broken('does not begin with "TZ01"')
        self.commit = (self.first, self.count, self.recorded_at)

    def ends_commit(self):
        return self.position + 1 == self.first + self.count


def tile_path(level, number_, width):
    digits = f"{number_ % 1000:03}"
    while number_ >= 1000:
        number_ //= 1000
        digits = f"x{number_ % 1000:03}/{digits}"
    return f"tile/{level}/{digits}" + (f".p/{width}" if width < WIDTH else "")


def split_bundle(data):
    """The entries of a bundle, each after its length in two bytes. What does not fit comes last."""
    entries, at = [], 0
    while at + 2 <= len(data):
        size = int.from_bytes(data[at:at + 2], "big")
        if at + 2 + size > len(data):
            break
        entries.append(data[at + 2:at + 2 + size])
        at += 2 + size
    return entries + [data[at:]] if at < len(data) else entries


def microseconds(text):
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (since.days * 86400 + since.seconds) * 1000000 + since.microseconds


def entry_of_record(line):
    """The 80 bytes that a line of events.ndjson must have in the tree, from its exact record."""
    value = 0
    for digit in line["event_id"]:
        value = value << 5 | "0123456789abcdefghjkmnpqrstvwxyz".index(digit)
    record = base64.b64decode(line["record"], validate=True)
    return ENTRY.pack(b"TZ01", int(line["position"]), microseconds(line["recorded_at"]),
                      value.to_bytes(16, "big"), int(line["commit_first"]),
                      int(line["commit_size"]), hashlib.sha256(record).digest())


def records_of(path):
    """(position, entry) of each line. Lines are in the order of positions."""
    last = 0
    with open(path, "rb") as file:
        for count, line in enumerate(file, 1):
            try:
                fields = json.loads(line)
                entry, position = entry_of_record(fields), int(fields["position"])
            except (ValueError, KeyError, TypeError, OverflowError, struct.error) as error:
                raise Broken(f"line {count}: {type(error).__name__} {error}") from None
            if position <= last:
                raise Broken(f"line {count}: position {position} after {last}")
            last = position
            yield position, entry
