#!/usr/bin/env python3
"""`taizhang react`: what a death or a graduation sets off is done once, told, and seen in the record.

    react_test.py TAIZHANG
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

TOOL = os.path.abspath(sys.argv[1])
CHILD = "citizen-id:431224201103150022"


def run(*arguments, lang="en", stdin=None):
    environment = {"PATH": os.environ["PATH"], "LANG": "C", "TAIZHANG_LANG": lang,
                   **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
    done = subprocess.run([TOOL, *map(str, arguments)], input=stdin, capture_output=True,
                          env=environment, timeout=300)
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def command(type_, on, **body):
    return json.dumps({"type": type_, "on": on, "context": {"actor": "teacher:1"}, "body": body},
                      ensure_ascii=False)


FOUNDING = [
    command("RegisterSchool", "2023-08-20", code="3143001234", name="思蒙镇中学", category="31",
            jurisdiction="CN-431224"),
    command("OpenClass", "2023-08-20", school="school-code:3143001234", code="C1", stage="junior",
            entry_year=2023),
    command("EnrolStudent", "2023-09-01", **{"class": "class-code:C1"}, name="舒·阿依𠮷", sex="2",
            birth_date="2011-03-15", citizen_id=CHILD.split(":")[1]),
    command("OpenAidProgramme", "2023-09-01", code="boarder", name="寄宿生生活补助",
            jurisdiction="CN-431224"),
    command("SetAidStandard", "2023-09-01", programme="programme-code:boarder", tier="junior",
            amount_fen=62500),
]
GRANT = command("GrantAid", "2023-10-08", student=CHILD, programme="programme-code:boarder",
                school_year="2023-2024", term="1", tier="junior")
PAYMENT = {"student": CHILD, "programme": "programme-code:boarder", "school_year": "2023-2024",
           "term": "1"}
DEATH = command("RecordDeath", "2023-11-02", student=CHILD)


class ReactTest(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory(prefix="taizhang-react-")
        self.ledger = os.path.join(self.dir.name, "ledger")
        self.assertEqual(run("init", self.ledger)[0], 0)

    def tearDown(self):
        self.dir.cleanup()

    def execute(self, *commands):
        code, out, err = run("execute", self.ledger, stdin="\n".join(commands).encode())
        self.assertEqual(code, 0, out + err)
        return [json.loads(line)["positions"][0] for line in out.splitlines()]

    def react(self):
        code, out, err = run("react", self.ledger, "--json")
        self.assertEqual(code, 0, out + err)
        lines = [json.loads(line) for line in out.splitlines()]
        return ([one for one in lines if "command" in one],
                {one["manager"]: one for one in lines if "command" not in one})

    def events(self, type_):
        code, out, err = run("events", self.ledger, "--type", type_, "--json")
        self.assertEqual(code, 0, err)
        return [json.loads(line) for line in out.splitlines()]

    def test_an_unpaid_grant_ends_with_the_child_once(self):
        trigger = self.execute(*FOUNDING, GRANT, DEATH)[-1]
        done, managers = self.react()
        self.assertEqual([(one["command"], one["trigger"], one["verdict"]) for one in done],
                         [("CancelAid", trigger, "accepted")])
        self.assertEqual(managers["aid-ends-with-school"]["accepted"], 1)
        cancelled = self.events("aid-cancelled")
        self.assertEqual(len(cancelled), 1)
        self.assertEqual(cancelled[0]["actor"], "process:aid-ends-with-school")
        self.assertEqual(cancelled[0]["effective_on"], "2023-11-02")
        for _ in range(2):
            done, managers = self.react()
            self.assertEqual(done, [])
            self.assertEqual(managers["aid-ends-with-school"]["accepted"], 0)
        self.assertEqual(len(self.events("aid-cancelled")), 1)

    def test_nothing_happens_by_itself(self):
        self.execute(*FOUNDING, GRANT, DEATH)
        self.assertEqual(self.events("aid-cancelled"), [])

    def test_a_refusal_is_told_and_stands_in_the_trail(self):
        self.execute(*FOUNDING, GRANT, DEATH, command("InstructPayment", "2023-11-03", **PAYMENT))
        done, managers = self.react()
        self.assertEqual([(one["verdict"], one["rule"]) for one in done], [("rejected", "R-05")])
        self.assertEqual(managers["aid-ends-with-school"]["refused"], 1)
        refused = self.events("reaction-refused")
        self.assertEqual(len(refused), 1)
        self.assertEqual(done[0]["positions"], [refused[0]["position"]])
        code, out, err = run("trail", self.ledger, CHILD, lang="zh")
        self.assertEqual(code, 0, err)
        self.assertIn("自动处理被拒", out)
        self.assertEqual(self.react()[0], [])

    def test_people_read_what_was_done_in_their_language(self):
        self.execute(*FOUNDING, GRANT, DEATH)
        code, out, err = run("react", self.ledger, lang="zh")
        self.assertEqual(code, 0, err)
        self.assertIn("取消资助", out)
        self.assertIn("已办理", out)
        code, out, err = run("react", self.ledger)
        self.assertEqual(code, 0, err)
        self.assertIn("aid-ends-with-school", out)
        self.assertNotIn("cancel a grant", out)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=1)
