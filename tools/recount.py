#!/usr/bin/env python3
"""Derives figures and registers from the exact records of an audit export, by itself, and compares
them with what the program's views say. Nothing but Python 3.11, and three files of this folder.

    recount.py FOLDER [--json]

FOLDER is what `taizhang export audit LEDGER FOLDER` wrote. Recounted are: the register of aid
payments, every column and movement; each pupil's status through time, and with it the student
register; the dropout rate; the rates of aid paid in full and on time; the total paid in fen; and,
where the export is of the whole log, the root of its tree, to be held against a signed checkpoint
(verify_tlog.py) or a stamped paper. Rules: docs/views.md.
Exit code: 0 all agree, 1 something differs, 2 wrong usage, 3 the export cannot be read.
"""
import argparse
import datetime
import json
import pathlib
import sys

from export_records import Schema, Wrong, effective, read_events
from tlog_formats import Broken, Tree, leaf_hash, records_of

DEFAULTS = {"school-year.starts": "09-01", "dropout.counts-leave": "yes",
            "dropout.counts-unconfirmed-transfer": "yes"}
IN_SCHOOL, ON_LEAVE, WITHDRAWN, DROPPED_OUT, TRANSFERRED = "01", "02", "03", "06", "10"


# ---- Aid payments -----------------------------------------------------------------------------
def payment(grant, until="9999-12-31"):
    """Where a grant's money stands. Failed or returned money is unpaid until it arrives again."""
    if grant is None or not grant["granted_on"] or grant["granted_on"] > until:
        return None
    due, now = grant["granted_fen"], {"state": "granted", "paid_fen": 0, "paid_on": "",
                                      "failures": 0, "returned_fen": 0}
    under_way = 0               # what a later failure takes back
    for move in grant["movements"]:
        if move["on"] > until:
            break
        kind, fen = move["kind"], move["amount_fen"]
        now["state"] = kind
        if kind == "paid":
            now["paid_fen"] += fen
            under_way = fen
            if now["paid_fen"] < due:
                now["state"] = "partly-paid"
            elif not now["paid_on"]:
                now["paid_on"] = move["on"]
        elif kind == "failed":
            now["failures"] += 1
            now["paid_fen"] = max(0, now["paid_fen"] - under_way)
            under_way = 0
        elif kind == "returned":
            now["returned_fen"] += fen
            now["paid_fen"] = max(0, now["paid_fen"] - fen)
            if now["paid_fen"] >= due:
                now["state"] = "paid"
            elif now["paid_fen"]:
                now["state"] = "partly-returned"
        else:
            under_way = 0
        if now["paid_fen"] < due:
            now["paid_on"] = ""
    return now


MOVES = {"education.aid-cancelled": "cancelled", "education.payment-instructed": "instructed",
         "education.aid-disbursed": "paid", "education.payment-failed": "failed",
         "education.payment-reissued": "reissued", "education.aid-returned": "returned"}


def aid_payments(events):
    grants = {}
    for event in events:
        if event.kind not in MOVES and event.kind != "education.aid-granted":
            continue
        for grant in subjects(event, "grant"):
            row = grants.setdefault(grant, {"grant": grant, "granted_on": "", "movements": []})
            if event.kind in MOVES:
                row["movements"].append({"on": event.on, "kind": MOVES[event.kind], "position":
                                         event.position, "amount_fen": event.body.get("amount_fen", 0)})
                continue
            for name in ("student", "household", "school", "programme", "school_year", "term",
                         "tier", "due_on"):
                row[name] = event.body[name]
            row["granted_on"], row["granted_fen"] = event.on, event.body["amount_fen"]
    for row in grants.values():
        row.update(payment(row) or {})
        late = days(row.get("paid_on")) - days(row["due_on"]) if row.get("paid_on") else 0
        row["days_late"] = max(0, late)
    return {key: row for key, row in grants.items() if row["granted_on"]}


def days(date):
    return datetime.date.fromisoformat(date).toordinal()


def subjects(event, kind):
    return [tag[len(kind) + 1:] for tag in event.tags if tag.startswith(kind + ":")]


# ---- Students ---------------------------------------------------------------------------------
class Student:
    """What a child was, from day to day. A span holds from its first day up to the next change."""

    def __init__(self):
        self.spans, self.registered = [], False
        self.counts = {"dropouts": 0, "returns": 0, "absent_days": 0}

    def open_spans(self):
        return [span for span in self.spans if not span["until"]]

    def close(self, on, which=lambda span: True):
        """Ends the open spans that fit; answers the class left last."""
        left = ""
        for span in self.open_spans():
            if which(span):
                span["until"] = on
                left = span["class"] or left
        return left

    def begin(self, on, status, school, class_):
        self.spans.append({"from": on, "until": "", "status": status, "school": school,
                           "class": class_, "confirmed_on": ""})

    def attend(self, on, school, class_):
        for span in self.open_spans():
            if span["status"] == IN_SCHOOL:
                if span["class"] == class_:
                    return
                continue
            span["until"] = on
            if span["status"] == TRANSFERRED and span["school"] != school:
                span["confirmed_on"] = span["confirmed_on"] or on
        self.begin(on, IN_SCHOOL, school, class_)

    def leave_class(self, on, status, school, class_):
        attending = lambda span: span["status"] == IN_SCHOOL and (
            span["class"] == class_ if class_ else span["school"] == school)
        left = self.close(on, attending)
        if any(span["status"] == IN_SCHOOL for span in self.open_spans()):
            return
        before = self.close(on)
        self.begin(on, status, school, class_ or left or before)

    def leave_school(self, on, status, school):
        left = self.close(on, lambda s: s["status"] == IN_SCHOOL and s["school"] == school)
        before = self.close(on, lambda s: s["status"] != IN_SCHOOL)
        self.begin(on, status, school, left or before)

    def change_class(self, on, school, old, new):
        on_leave = False
        for span in self.open_spans():
            if span["class"] == old and span["status"] == IN_SCHOOL:
                span["until"] = on
            elif span["class"] == old and span["status"] == ON_LEAVE:
                span["class"], on_leave = new, True
        if not on_leave:
            self.attend(on, school, new)

    def confirm(self, on, school):
        for span in reversed(self.spans):
            if span["status"] == TRANSFERRED and span["school"] == school:
                span["confirmed_on"] = span["confirmed_on"] or on
                return

    def take(self, event):
        kind, on, body = event.kind.removeprefix("education."), event.on, event.body
        school, class_ = body.get("school", ""), body.get("class", "")
        if kind == "student-registered":
            self.registered = True
        elif kind in ("student-enrolled", "student-transferred-in", "student-leave-ended",
                      "student-returned-to-school"):
            self.attend(on, school, class_)
        elif kind == "student-class-changed":
            self.change_class(on, school, body["from_class"], body["to_class"])
        elif kind == "student-leave-started":
            self.leave_school(on, ON_LEAVE, school)
        elif kind == "student-transferred-out":
            self.leave_school(on, TRANSFERRED, school)
        elif kind == "student-transfer-confirmed":
            self.confirm(on, school)
        elif kind == "student-deceased":
            self.begin(on, "11", school, self.close(on))
        elif kind in LEAVES:
            self.leave_class(on, LEAVES[kind], school, class_)
        self.counts["dropouts"] += kind == "dropout-confirmed"
        self.counts["returns"] += kind == "student-returned-to-school"
        self.counts["absent_days"] += body["days"] if kind == "absence-recorded" else 0

    def now(self, on=None):
        """A class attended before anything else, the last entered; else the last change."""
        there = [s for s in self.spans if (not s["until"] if on is None else
                                           s["from"] <= on and (not s["until"] or s["until"] > on))]
        attended = [span for span in there if span["status"] == IN_SCHOOL]
        return (attended or there or [None])[-1]

    def row(self):
        now = self.now() or {"status": "", "school": "", "class": "", "from": ""}
        since = now["from"]
        for span in sorted(self.spans, key=lambda span: span["from"], reverse=True):
            if span["status"] == now["status"] and span["from"] < since and \
                    (not span["until"] or span["until"] >= since):
                since = span["from"]
        return {"status": now["status"], "status_since": since, "school": now["school"],
                "class": now["class"], "spans": self.spans, **self.counts}


LEAVES = {"student-withdrawn": WITHDRAWN, "dropout-confirmed": DROPPED_OUT,
          "student-graduated": "07", "student-completed-without-diploma": "08"}


def students_of(events):
    students = {}
    for event in events:
        if event.body is not None:
            for student in subjects(event, "student"):
                students.setdefault(student, Student()).take(event)
    return {key: one for key, one in students.items() if one.registered or one.spans}


# ---- Figures ----------------------------------------------------------------------------------
def chain(place):
    """CN-431224 lies in CN-4312, CN-43, CN and everywhere."""
    places = []
    while place not in ("", "*"):
        places.append(place)
        head, dash, part = place.rpartition("-")
        if dash and part.isdigit() and len(part) > 2:
            place = place[:-(len(part) - 6 if len(part) > 6 else 2)]
        else:
            place = head
    return places + ["*"]


def parameter(events, name, place, on):
    for where in chain(place):
        found = [event for event in events if event.kind == "education.rule-parameter-set" and
                 event.body["parameter"] == name and event.body["jurisdiction"] == where and
                 event.on <= on]
        if found:
            return max(found, key=lambda event: (event.on, event.position)).body["value"]
    return DEFAULTS[name]


class Circle:
    """The schools a figure is about, and the first day of the school year of its date."""

    def __init__(self, events, scope, on):
        places = {event.body["school"]: event.body["jurisdiction"] for event in events
                  if event.kind == "education.school-registered" and
                  scope in ("county:*", "school:" + event.body["school"])}
        self.schools, shared = set(places), set(places.values())
        self.place = shared.pop() if len(shared) == 1 else "*"
        self.on, self.events = on, events
        year = int(on[:4])
        first = self.asks("school-year.starts")
        self.starts = f"{year}-{first}" if f"{year}-{first}" <= on else f"{year - 1}-{first}"

    def asks(self, name):
        return parameter(self.events, name, self.place, self.on)


def dropout_rate(students, circle):
    leave = circle.asks("dropout.counts-leave") == "yes"
    transfers = circle.asks("dropout.counts-unconfirmed-transfer") == "yes"
    out = at_start = 0
    for student in students.values():
        here = [s for s in student.spans if s["status"] == IN_SCHOOL and s["school"] in circle.schools]
        at_start += any(s["from"] <= circle.starts and (not s["until"] or s["until"] > circle.starts)
                        for s in here)
        if not any(s["from"] <= circle.on and (not s["until"] or s["until"] > circle.starts) for s in here):
            continue
        now = student.now(circle.on)
        if now is None or now["school"] not in circle.schools:
            continue
        arrived = now["confirmed_on"] and now["confirmed_on"] <= circle.on
        out += (now["status"] in (DROPPED_OUT, WITHDRAWN) or (now["status"] == ON_LEAVE and leave) or
                (now["status"] == TRANSFERRED and transfers and not arrived))
    return out, at_start


def payment_rates(grants, circle):
    due = full = punctual = 0
    for grant in grants.values():
        if grant["school"] not in circle.schools or not circle.starts <= grant["due_on"] <= circle.on:
            continue
        now = payment(grant, circle.on)
        if now is None or now["state"] == "cancelled":
            continue
        due += 1
        full += bool(now["paid_on"])
        punctual += bool(now["paid_on"]) and now["paid_on"] <= grant["due_on"]
    return {"full-payment": (full, due), "on-time-payment": (punctual, due)}


# ---- Comparing --------------------------------------------------------------------------------
class Comparison:
    def __init__(self):
        self.lines = []

    def hold(self, zh, en, ours, theirs):
        self.lines.append({"zh": zh, "en": en, "recounted": ours, "export": theirs, "agrees": ours == theirs})

    def registers(self, zh, en, ours, path, key, columns):
        """Each row of a view's file, column by column; the first that differs is named."""
        theirs = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            theirs[row[key]] = row
        self.hold(zh + "行数", en + ", rows", len(ours), len(theirs))
        shown = lambda row: {c: plain(row.get(c)) for c in columns}
        differing = [k for k in sorted({*ours, *theirs}) if k not in ours or k not in theirs or
                     shown(ours[k]) != shown(theirs[k])]
        first = differing[0] if differing else None
        self.hold(f"{zh}逐行核对", f"{en}, row by row", shown(ours.get(first, {})) if differing else "all",
                  shown(theirs.get(first, {})) if differing else "all")
        if differing:
            self.lines[-1].update(row=first, rows_that_differ=len(differing))


def plain(value):
    """Numbers as numbers, whichever way JSON wrote them; of spans and movements what is recounted."""
    if isinstance(value, list):
        return [{k: plain(v) for k, v in one.items() if k in (
            "from", "until", "status", "school", "class", "confirmed_on", "on", "kind", "amount_fen",
            "position") and not (k == "position" and "from" in one)} for one in value]
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() and len(value) != 2 \
        else value


def recount(folder):
    manifest = json.loads((folder / "export.json").read_text(encoding="utf-8"))
    schema = Schema((folder / "schema.binpb").read_bytes())
    events = list(read_events(folder / "events.ndjson", schema))
    held = Comparison()
    held.hold("记录数", "events", len(events), manifest["events"])
    if manifest["whole_log"]:
        tree = Tree()
        for _, entry in records_of(folder / "events.ndjson"):
            tree.add(leaf_hash(entry))
        held.hold("树根", "root of the tree", tree.root().hex(), manifest["root"])
    if not manifest["figures"]:
        return held
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    counted = effective(events)
    grants, students = aid_payments(counted), students_of(counted)
    circle = Circle(counted, figures["scope"], figures["on"])
    if manifest["school"]:
        school = manifest["school"].removeprefix("school:")
        mine = {key: row for key, row in grants.items() if row["school"] == school}
        rows = {key: one.row() for key, one in students.items() if one.row()["school"] == school}
    else:
        mine, rows = grants, {key: one.row() for key, one in students.items()}
    held.registers("资助发放台账", "aid payments", mine, folder / "views" / "aid-payments.ndjson", "grant",
                   ["student", "household", "school", "programme", "school_year", "term", "tier",
                    "granted_on", "granted_fen", "due_on", "state", "paid_fen", "paid_on", "days_late",
                    "failures", "returned_fen", "movements"])
    held.registers("学籍名册", "student register", rows, folder / "views" / "student-register.ndjson",
                   "student", ["status", "status_since", "school", "class", "spans", "dropouts",
                               "returns", "absent_days"])
    totals = {"grants": len(mine), **{name: sum(row[name] for row in mine.values())
                                      for name in ("granted_fen", "paid_fen", "returned_fen")}}
    held.hold("资助合计(分)", "aid in fen", totals, figures["aid_payments"])
    held.hold("学生数", "students", len(rows), figures["students"])
    lines = {line["name"]: (int(line["numerator"]), int(line["denominator"])) for line in figures["indicators"]}
    ours = {"dropout-rate": dropout_rate(students, circle), **payment_rates(grants, circle)}
    for name, zh in (("dropout-rate", "辍学率"), ("full-payment", "足额发放率"), ("on-time-payment", "按时发放率")):
        held.hold(zh, name, "/".join(map(str, ours[name])), "/".join(map(str, lines[name])))
    return held


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    try:
        held = recount(given.folder)
    except (Wrong, Broken) as error:
        print(f"损坏 DAMAGED  {error}")
        return 1
    except (OSError, ValueError, KeyError) as error:
        print(f"无法读取 | cannot read: {type(error).__name__} {error}", file=sys.stderr)
        return 3
    agrees = all(line["agrees"] for line in held.lines)
    if given.json:
        print(json.dumps({"agrees": agrees, "lines": held.lines}, ensure_ascii=False))
    else:
        for line in held.lines:
            if line["agrees"]:
                print(f"相符 OK       {line['zh']} | {line['en']}: {line['recounted']}")
            else:
                where = f" [{line['row']}, {line['rows_that_differ']} rows]" if "row" in line else ""
                print(f"不符 DIFFERS  {line['zh']} | {line['en']}{where}: {line['recounted']} != {line['export']}")
        print("结论:重算与系统所述一致。 | AGREES." if agrees else "结论:不一致。 | DIFFERS.")
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(main())
