#!/usr/bin/env python3
"""Views as an operator meets them: of the past, page by page, their totals; pausing, resetting,
verifying them, and rows that stand still.

    views_test.py TAIZHANG
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
    assert code in (0, 1), err
    return [json.loads(line) for line in out.splitlines()]


class ViewsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.TemporaryDirectory(prefix="taizhang-views-")
        cls.ledger = os.path.join(cls.dir.name, "ledger")
        data = os.path.join(cls.dir.name, "data")
        assert run("generate", "school", "--pupils", 30, "--years", 2, "--seed", 5, "--out", data)[0] == 0
        assert run("init", cls.ledger, "--simulated-clock")[0] == 0
        assert run("import", cls.ledger, data, "--show", 0, "--rejects",
                   os.path.join(cls.dir.name, "rejects"))[0] in (0, 1)

    @classmethod
    def tearDownClass(cls):
        cls.dir.cleanup()

    def head(self):
        return int(lines("status", self.ledger)[0]["position"])

    def projection(self, name):
        return next(p for p in lines("status", self.ledger)[0]["projections"] if p["name"] == name)

    def test_a_reader_keeps_views_of_its_own(self):
        place = os.path.join(self.dir.name, "own-views")
        code, out, err = run("view", self.ledger, "student-register", "--json", "--views-at", place)
        self.assertEqual(code, 0, err)
        self.assertEqual([json.loads(line) for line in out.splitlines()],
                         lines("view", self.ledger, "student-register"))
        self.assertTrue(os.listdir(place))
        # The next reader goes on from there.
        status = lines("--views-at", place, "status", self.ledger)[0]
        students = next(p for p in status["projections"] if p["name"] == "students")
        self.assertEqual(students["lag"], "0")
        code, _, err = run("pause", self.ledger, "students", "--views-at", place)
        self.assertEqual(code, 2)
        self.assertIn("--views-at", err)

    def test_a_view_of_the_past_says_what_was_known_then_and_what_was_true_then(self):
        now = lines("view", self.ledger, "student-register")
        head = self.head()
        self.assertEqual(lines("view", self.ledger, "student-register", "--at-position", head), now)
        early = lines("view", self.ledger, "student-register", "--at-position", head // 2)
        self.assertLess(len(early), len(now))
        self.assertNotEqual(early, now[:len(early)])
        on = sorted(row["registered_on"] for row in now)[len(now) // 2]
        then = lines("view", self.ledger, "student-register", "--effective-on", on)
        self.assertTrue(0 < len(then) < len(now))
        self.assertLessEqual(max(row["registered_on"] for row in then if row["registered_on"]), on)
        code, out, err = run("view", self.ledger, "student-register", "--at-position", head // 2)
        self.assertIn(f"as of position {head // 2}", out + err)

    def test_wrong_moments_are_refused_with_what_would_be_right(self):
        for wrong, words in [(("--at-position", self.head() + 1), "positions go from 1 to"),
                             (("--known-at", "1969-01-01T00:00:00Z"), "Nothing was recorded"),
                             (("--effective-on", "10 March"), "10 March"),
                             (("--at-least", self.head() + 1), "the ledger ends at")]:
            code, out, err = run("view", self.ledger, "student-register", *wrong)
            self.assertNotEqual(code, 0, wrong)
            self.assertIn(words, err)

    def test_pages_hold_every_row_once(self):
        everything = [row["student"] for row in lines("view", self.ledger, "student-register")]
        seen, page = [], ()
        while True:
            code, out, err = run("view", self.ledger, "student-register", "--limit", 7, "--json", *page)
            self.assertEqual(code, 0, err)
            rows = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
            seen += [row["student"] for row in rows]
            named = [line.rsplit("--page ", 1)[1] for line in (out + err).splitlines() if "--page " in line]
            if not named:
                break
            page = ("--page", named[0].strip())
        self.assertEqual(seen, everything)
        self.assertEqual(run("view", self.ledger, "student-register", "--page", "nonsense")[0], 2)

    def test_conditions_order_and_count_are_those_of_the_rows(self):
        def since(row):
            return row["status_since"]
        rows = lines("view", self.ledger, "student-register")
        middle = sorted(map(since, rows))[len(rows) // 2]
        for sign, holds in [(">=", lambda day: day >= middle), (">", lambda day: day > middle),
                            ("<=", lambda day: "" < day <= middle), ("<", lambda day: "" < day < middle)]:
            asked = ("view", self.ledger, "student-register", "--where", f"status_since{sign}{middle}")
            expected = [row for row in rows if holds(since(row))]
            self.assertEqual(lines(*asked), expected, sign)
            self.assertEqual(int(lines(*asked, "--count")[0]["count"]), len(expected))
        some = [row for row in rows if row["status"] in ("01", "06")]
        self.assertEqual(lines("view", self.ledger, "student-register", "--where", "status=01|06"), some)
        schools = lines("view", self.ledger, "school-register", "--order=-code")
        self.assertEqual([row["code"] for row in schools], sorted((row["code"] for row in schools), reverse=True))
        code, _, err = run("view", self.ledger, "student-register", "--where", "status=in scool")
        self.assertEqual(code, 2)
        self.assertIn("01", err)

    def test_totals_are_those_of_the_rows(self):
        students = lines("view", self.ledger, "student-register")
        totals = {t["total"]: int(t["count"]) for t in lines("view", self.ledger, "student-register", "--totals")}
        for status in {row["status"] for row in students}:
            self.assertEqual(totals["status/" + status], sum(r["status"] == status for r in students))
        grants = lines("view", self.ledger, "aid-payments")
        totals = {t["total"]: int(t["count"]) for t in lines("view", self.ledger, "aid-payments", "--totals")}
        self.assertEqual(totals["granted_fen"], sum(int(r["granted_fen"]) for r in grants))
        self.assertEqual(totals["paid_fen"], sum(int(r["paid_fen"]) for r in grants))
        code, _, err = run("view", self.ledger, "school-register", "--totals")
        self.assertNotEqual(code, 0)
        self.assertIn("keeps no sums", err)

    def test_verify_says_that_every_view_is_what_its_events_give(self):
        ledger, *checks = lines("verify", self.ledger, "--views")
        self.assertTrue(ledger["holds"])
        self.assertGreater(len(checks), 5)
        self.assertTrue(all(check["equal"] for check in checks), checks)
        self.assertEqual({int(check["position"]) for check in checks}, {self.head()})

    def test_a_paused_projection_stays_paused_and_a_reset_one_is_built_anew(self):
        lines("view", self.ledger, "teacher-register")
        before = self.projection("staff")
        self.assertEqual(before["state"], "current")
        self.assertEqual(run("pause", self.ledger, "staff")[0], 0)
        self.assertEqual(self.projection("staff")["state"], "paused")
        self.assertEqual(run("reset", self.ledger, "staff")[0], 0)
        self.assertEqual(lines("view", self.ledger, "teacher-register"), [], "paused before it was built")
        self.assertEqual(run("resume", self.ledger, "staff")[0], 0)
        self.assertNotEqual(lines("view", self.ledger, "teacher-register"), [])
        after = self.projection("staff")
        self.assertEqual(after["events"], before["events"])
        events = {name: int(count) for name, count in after["events"].items()}
        self.assertEqual(events["applied"] + events["waiting"] + events["skipped"] + events["filtered"],
                         events["read"])
        code, _, err = run("pause", self.ledger, "stuff")
        self.assertNotEqual(code, 0)
        self.assertIn('did you mean "staff"', err)

    def test_a_row_that_does_not_stand_still_is_not_skipped(self):
        self.assertEqual(lines("parked", self.ledger), [])
        student = lines("view", self.ledger, "student-register")[0]["student"]
        head = self.head()
        for verb in ("skip", "retry"):
            code, _, err = run(verb, self.ledger, "student-register", "student:" + student,
                               "--reason", "because", "--actor", "clerk:1")
            self.assertNotEqual(code, 0)
            self.assertIn("does not stand still", err)
            self.assertEqual(run(verb, self.ledger, "student-register", "student:" + student,
                                 "--actor", "clerk:1")[0], 2, "a reason is needed")
        self.assertEqual(self.head(), head, "nothing was recorded")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=2)
