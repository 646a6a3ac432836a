#!/usr/bin/env python3
"""`taizhang audit`, `audit sample` and `audit record` as an inspector meets them.

    audit_test.py TAIZHANG
"""
import hashlib
import html.parser
import json
import os
import subprocess
import sys
import tempfile
import unittest

TOOL = os.path.abspath(sys.argv[1])
CHILD = "431224201103150022"


def run(*arguments, lang="en", stdin=None):
    done = subprocess.run([TOOL, *map(str, arguments)], input=stdin, capture_output=True, timeout=300,
                          env={**os.environ, "TAIZHANG_LANG": lang})
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def command(type_, on, body, actor, document=""):
    return json.dumps({"type": type_, "on": on, "body": body, "context": {
        "actor": actor, "office": "教务处", "document": document}}, ensure_ascii=False)


STORY = "\n".join([
    command("RegisterSchool", "2023-08-20", {"code": "3143001234", "name": "思蒙镇中学", "category": "31",
                                             "jurisdiction": "CN-431224"}, "teacher:1", "溆教〔2023〕3号"),
    command("OpenClass", "2023-08-20", {"school": "school-code:3143001234", "code": "C1", "stage": "junior",
                                        "entry_year": 2023}, "teacher:1", "溆教〔2023〕6号"),
    command("EnrolStudent", "2023-09-01", {"class": "class-code:C1", "name": "舒·阿依", "sex": "2",
                                           "birth_date": "2011-03-15", "citizen_id": CHILD}, "teacher:2"),
    command("RegisterHousehold", "2023-09-01", {"household_number": "H1", "township": "431224101",
                                                "category": "ordinary"}, "teacher:2"),
    command("AssignHouseholdCategory", "2023-09-02", {"household": "household-number:H1", "category": "allowance",
                                                      "cause": "核定", "approver": "2"}, "teacher:2"),
]).encode()


MORE = command("EnrolStudent", "2023-09-02", {"class": "class-code:C1", "name": "舒阳", "sex": "1",
                                             "birth_date": "2011-04-15", "citizen_id": "431224201104150038"},
               "teacher:2").encode()


class AuditTest(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory(prefix="taizhang-audit-")
        self.addCleanup(self.dir.cleanup)
        self.ledger = os.path.join(self.dir.name, "ledger")
        self.assertEqual(run("init", self.ledger)[0], 0)
        code, out, err = run("execute", self.ledger, stdin=STORY)
        self.assertEqual(code, 0, out + err)
        self.answers = [json.loads(line) for line in out.splitlines()]

    def findings(self, *options):
        code, out, err = run("audit", self.ledger, "--json", *options)
        self.assertEqual(code, 0, err)
        return json.loads(out)

    def test_findings_cite_positions(self):
        found = self.findings()
        assigned = int(self.answers[4]["positions"][0])
        self.assertEqual([int(one["position"]) for one in found["double_roles"]], [assigned])
        self.assertEqual([(one["series"], one["first_missing"], one["last_missing"]) for one in found["gaps"]],
                         [("溆教〔2023〕#号", "4", "5")])
        self.assertEqual(found["gaps"][0]["before"], self.answers[0]["positions"][0])
        self.assertGreater(len(found["late"]), 3, "all of it was recorded today")
        self.assertEqual(found["reports"], [])
        who = {(one["actor"], one["type"]) for one in found["activity"]}
        self.assertIn(("teacher:2", "education.student-enrolled"), who)

    def test_a_report_that_was_frozen_is_derived_again(self):
        def freeze(*more):
            return run("audit", "freeze", self.ledger, "student-register", "--name", "学籍名册",
                       "--document", "溆教资〔2024〕7号", *more)
        code, out, err = freeze("--json")
        self.assertEqual(code, 0, err)
        frozen = json.loads(out)
        # The log goes on; what was published is what it was.
        self.assertEqual(run("execute", self.ledger, stdin=MORE)[0], 0)
        code, out, err = freeze("--json")
        self.assertEqual(code, 0, err)
        self.assertNotEqual(json.loads(out)["digest"], frozen["digest"])
        reports = self.findings()["reports"]
        self.assertEqual([one["reproduced"] for one in reports], [True, True], reports)
        self.assertEqual(reports[0]["as_of"], frozen["position"])
        self.assertEqual(self.findings("--document", "nothing")["reports"], [])
        code, _, err = run("audit", "freeze", self.ledger, "student-registe", "--name", "x")
        self.assertEqual(code, 1 if "not_found" in err else 2)
        self.assertIn("student-register", err)

    def test_options_narrow_and_change_what_is_found(self):
        self.assertEqual(self.findings("--actor", "nobody")["events"], "0")
        self.assertEqual(self.findings("--document", "溆教〔2023〕6号")["double_roles"], [])
        about = self.findings("--subject", "citizen-id:" + CHILD)
        self.assertEqual({one["type"] for one in about["activity"]} - {"education.student-registered",
                         "education.identifier-assigned", "education.student-enrolled"}, set())
        self.assertEqual(self.findings("--late-days", 100000)["late"], [])
        self.assertEqual(self.findings("--to", "2020-01-01")["events"], "0")
        self.assertEqual(run("audit", self.ledger, "--from", "2024-02-30")[0], 2)
        self.assertEqual(run("audit")[0], 2)

    def test_it_is_read_by_people_in_both_languages_and_printed(self):
        for lang, words in (("en", ["late entries", "recorder is approver", "frozen reports, derived again"]),
                            ("zh", ["补录", "一人双岗", "报表复现"])):
            code, out, err = run("audit", self.ledger, lang=lang)
            self.assertEqual(code, 0, err)
            code, page, _ = run("audit", self.ledger, "--html", lang=lang)
            for word in words:
                self.assertIn(word, out)
                self.assertIn(word, page)
            self.assertTrue(page.startswith("<!DOCTYPE html>"))
            tags = []
            class Balanced(html.parser.HTMLParser):
                def handle_starttag(self, tag, attributes):
                    if tag not in ("meta",):
                        tags.append(tag)
                def handle_endtag(self, tag):
                    assert tags.pop() == tag
            Balanced().feed(page)
            self.assertEqual(tags, [])

    def drawn(self, *options):
        code, out, err = run("audit", "sample", self.ledger, "--json", *options)
        self.assertEqual(code, 0, err)
        return [json.loads(line) for line in out.splitlines()]

    def test_anyone_can_draw_the_sample_again_from_the_exported_events(self):
        lines = self.drawn("--n", 6, "--by", "school")
        root, size = bytes.fromhex(lines[0]["root"]), lines[0]["size"]
        events = [json.loads(line) for line in run("export", self.ledger)[1].splitlines()]
        strata = {}
        for event in events[:size]:
            if event["type"].startswith("ledger."):
                continue
            tags = [tag for tag in event["tags"] if tag.startswith("school:")]
            position = int(event["position"])
            key = hashlib.sha256(root + position.to_bytes(8, "big")).digest()
            strata.setdefault(min(tags, default=""), []).append((key, position))
        order = sorted(strata, key=lambda tag: hashlib.sha256(root + tag.encode()).digest())
        turns = [[position for _, position in sorted(strata[tag])] for tag in order]
        expected = []
        while len(expected) < 6:
            for turn in turns:
                if turn and len(expected) < 6:
                    expected.append(turn.pop(0))
        self.assertEqual([line["position"] for line in lines], expected)

    def test_the_seed_is_a_checkpoint_of_this_ledger_and_no_other(self):
        import base64
        line = self.drawn("--n", 3)[0]
        checkpoint = os.path.join(self.dir.name, "checkpoint")
        with open(checkpoint, "w", encoding="utf-8") as file:
            root = base64.b64encode(bytes.fromhex(line["root"])).decode()
            file.write(f"example.com/log\n{line['size']}\n{root}\n\n— example.com/log AAAAAAAA\n")
        before = [one["position"] for one in self.drawn("--n", 3)]
        self.assertEqual([one["position"] for one in self.drawn("--n", 3, "--checkpoint", checkpoint)], before)
        run("confirm-clock", self.ledger, "--actor", "teacher:1", "--reason", "radio")
        self.assertEqual([one["position"] for one in self.drawn("--n", 3, "--checkpoint", checkpoint)], before)
        code, _, err = run("audit", "sample", self.ledger, "--seed-root", line["root"])
        self.assertEqual(code, 2, err)
        self.assertEqual([one["position"] for one in self.drawn(
            "--n", 3, "--seed-root", line["root"], "--size", line["size"])], before)

    def test_a_check_sheet_masks_persons_and_has_room_for_what_is_found(self):
        for options in ([], ["--html"]):
            code, out, err = run("audit", "sample", self.ledger, *options, lang="zh")
            self.assertEqual(code, 0, err)
            for word in ("抽查核对表", "台账所载", "核查所得", "签名", "舒***"):
                self.assertIn(word, out)
            self.assertNotIn(CHILD, out)
        out = run("audit", "sample", self.ledger, "--reveal", "--purpose", "抽查", "--actor", "inspector:3")[1]
        self.assertIn("舒·阿依", out)
        self.assertIn("audit sample", run("events", self.ledger, "--type", "personal-data-accessed", "--json")[1])

    def test_results_come_back_as_events_once(self):
        lines = self.drawn("--n", 4)
        lines[0].update(agrees=True, inspector="inspector:3")
        lines[1].update(agrees=False, found="查无此人", inspector="inspector:3")
        filled = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
        record = lambda text: run("audit", "record", self.ledger, "--actor", "clerk:1", "--document", "督查5号",
                                  "--json", stdin=text)
        code, out, err = record(filled)
        self.assertEqual(code, 0, err)
        answer = json.loads(out)
        self.assertEqual((answer["recorded"], answer["known"]), (2, False))
        again = json.loads(record(filled)[1])
        self.assertEqual((again["positions"], again["known"]), (answer["positions"], True))
        events = [json.loads(line) for line in
                  run("events", self.ledger, "--type", "ledger.spot-check-recorded", "--json")[1].splitlines()]
        self.assertEqual(len(events), 2)
        self.assertEqual(events[0]["document"], "督查5号")
        self.assertNotIn("查无此人", json.dumps(events, ensure_ascii=False), "masked")
        lines[1]["found"] = ""
        self.assertEqual(record(json.dumps(lines[1]).encode())[0], 2, "found is missing")
        self.assertEqual(record(json.dumps({**lines[0], "position": 1}).encode())[0], 2, "not drawn")
        self.assertEqual(record(json.dumps(lines[2]).encode())[0], 2, "nothing filled in")
        self.assertEqual(record(b"{}")[0], 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
