#!/usr/bin/env python3
"""`void` and `correct` of the tool, over a small generated school.

    amend_test.py TAIZHANG
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

TOOL = os.path.abspath(sys.argv[1])


def run(*arguments, lang="en"):
    environment = {"PATH": os.environ["PATH"], "LANG": "C", "TAIZHANG_LANG": lang,
                   **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
    done = subprocess.run([TOOL, *map(str, arguments)], capture_output=True, env=environment, timeout=300)
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def lines(*arguments):
    code, out, err = run(*arguments, "--json")
    assert code in (0, 1), f"{arguments}: {code} {err}"
    return [json.loads(line) for line in out.splitlines()]


class AmendTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.TemporaryDirectory(prefix="taizhang-amend-")
        cls.ledger = os.path.join(cls.dir.name, "ledger")
        data = os.path.join(cls.dir.name, "data")
        for step in (("generate", "school", "--pupils", "30", "--years", "1", "--seed", "7", "--out", data),
                     ("init", cls.ledger, "--simulated-clock")):
            code, _, err = run(*step)
            assert code == 0, err
        code, _, err = run("import", cls.ledger, data, "--show", "0", "--rejects",
                           os.path.join(cls.dir.name, "rejects"))
        assert code in (0, 1), err

    @classmethod
    def tearDownClass(cls):
        cls.dir.cleanup()

    def approved(self, *more):
        return ("--reason", "recorded wrongly", "--approver", "principal:1", "--document", "9",
                "--actor", "teacher:1", *more)

    def row_of(self, student):
        return lines("view", self.ledger, "student-register", "--key", f"student:{student}")[0]

    def test_an_event_is_corrected_then_withdrawn_and_the_register_follows(self):
        # One who was never away: the register is in the order of random handles.
        student = next(row["student"] for row in lines("view", self.ledger, "student-register")
                       if row["status"] == "01" and len(row["spans"]) == 1)
        before = self.row_of(student)["absent_days"]
        recorded = lines("execute", self.ledger, json.dumps(
            {"type": "RecordAbsence", "on": "2024-05-06", "context": {"actor": "teacher:1"},
             "body": {"student": f"student:{student}", "days": 2, "cause": "truant"}}))[0]
        self.assertEqual(recorded["verdict"], "accepted", recorded)
        position = recorded["positions"][0]
        self.assertEqual(self.row_of(student)["absent_days"], before + 2)

        code, out, err = run("correct", self.ledger, position, "--fields", '{"days":5}', *self.approved())
        self.assertEqual(code, 0, err)
        self.assertIn("recorded at position", out)
        self.assertEqual(self.row_of(student)["absent_days"], before + 5)
        code, _, err = run("correct", self.ledger, position, "--fields", '{"days":5}', *self.approved())
        self.assertEqual(code, 1)
        self.assertIn("nothing to correct", err)

        verdict = lines("void", self.ledger, position, *self.approved())[0]
        self.assertEqual(verdict["verdict"], "accepted")
        self.assertEqual(self.row_of(student)["absent_days"], before)
        verdict = lines("void", self.ledger, position, *self.approved())[0]
        self.assertEqual(verdict["rule"], "AMENDMENT")
        self.assertEqual(run("verify", self.ledger, "--views")[0], 0)

    def test_who_asks_does_not_approve_and_what_is_not_there_is_named(self):
        code, _, err = run("void", self.ledger, 3, "--reason", "x", "--approver", "teacher:1",
                           "--actor", "teacher:1")
        self.assertEqual(code, 1)
        self.assertIn("cannot approve", err)
        code, _, err = run("void", self.ledger, 10**9, *self.approved())
        self.assertNotEqual(code, 0)
        self.assertIn("There is no event at position", err)
        code, _, err = run("void", self.ledger, 1, *self.approved(), lang="zh")
        self.assertEqual(code, 1)
        self.assertIn("台账自身的记录", err)
        self.assertNotEqual(run("void", self.ledger, 3, "--reason", "x", "--approver", "y")[0], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
