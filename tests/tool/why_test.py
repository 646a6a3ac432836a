#!/usr/bin/env python3
"""`why`, `diff` and `indicators --known-at` of the tool, over a small generated school: what they say
is held against the views and trails of the same record.

    why_test.py TAIZHANG
"""
import datetime
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

TOOL = os.path.abspath(sys.argv[1])
SEED = os.environ.get("TAIZHANG_SEED", "7")
CONTEXT = {"actor": "teacher:1", "role": "班主任", "office": "教务处", "document": "教字3号"}


def run(*arguments, lang="en", stdin=None):
    environment = {"PATH": os.environ["PATH"], "LANG": "C", "TAIZHANG_LANG": lang,
                   **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
    done = subprocess.run([TOOL, *map(str, arguments)], input=stdin, capture_output=True,
                          env=environment, timeout=300)
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def lines(*arguments):
    code, out, err = run(*arguments, "--json")
    assert code in (0, 1), f"{arguments}: {code} {err}"
    return [json.loads(line) for line in out.splitlines()]


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class WhyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"seed {SEED}", file=sys.stderr)
        cls.dir = tempfile.TemporaryDirectory(prefix="taizhang-why-")
        cls.ledger = os.path.join(cls.dir.name, "ledger")
        data = os.path.join(cls.dir.name, "data")
        for step in (("generate", "school", "--pupils", "60", "--years", "2", "--seed", SEED, "--out", data),
                     ("init", cls.ledger)):
            code, _, err = run(*step)
            assert code == 0, err
        code, _, err = run("import", cls.ledger, data, "--show", "0", "--rejects",
                           os.path.join(cls.dir.name, "rejects"))
        assert code in (0, 1), err
        cls.before = {row["student"]: row for row in lines("view", cls.ledger, "student-register")}
        cls.imported = int(lines("status", cls.ledger)[0]["position"])
        cls.imported_at = now()
        time.sleep(0.01)
        # Two pupils drop out, one of them by mistake.
        in_school = sorted(key for key, row in cls.before.items()
                           if row["status"] == "01" and not row["case"])
        cls.gone, cls.mistaken = in_school[:2]
        cls.on = "2030-03-03"
        positions = []
        for student in (cls.gone, cls.mistaken):
            for kind, more in (("SuspectDropout", {"absent_days": 5}), ("ConfirmDropout", {})):
                positions.append(cls.command(kind, {"student": student, "cause": "work", **more}))
        cls.confirmed, cls.confirmed_wrongly = positions[1], positions[3]
        cls.dropped_at = now()
        time.sleep(0.01)
        cls.dropped = int(lines("status", cls.ledger)[0]["position"])
        cls.voided = cls.command("VoidEvent", {"position": str(cls.confirmed_wrongly), "reason": "写错",
                                               "approver": "principal:1", "approval_document": "校字9号"})
        cls.after = {row["student"]: row for row in lines("view", cls.ledger, "student-register")}
        cls.head = int(lines("status", cls.ledger)[0]["position"])

    @classmethod
    def tearDownClass(cls):
        cls.dir.cleanup()

    @classmethod
    def command(cls, kind, body):
        line = json.dumps({"type": kind, "on": cls.on, "context": CONTEXT, "body": body}, ensure_ascii=False)
        code, out, err = run("execute", cls.ledger, line)
        assert code == 0, out + err
        return int(json.loads(out)["positions"][0])

    def test_every_value_of_a_row_is_the_last_thing_that_why_tells_of_it(self):
        for student in sorted(self.after)[:8] + [self.gone, self.mistaken]:
            row = self.after[student]
            trail = {event["position"]: event for event in lines("trail", self.ledger, "student:" + student)}
            newest = {}
            for why in lines("why", self.ledger, "student-register", "student:" + student):
                newest.setdefault(why["change"]["path"], why)
                told = trail[why["event"]["position"]]
                for field in ("type", "effective_on", "recorded_at", "actor", "office", "document"):
                    self.assertEqual(why["event"][field], told[field])
            last = lambda field: newest[field]["change"]["after"] if field in newest else ""
            for field in ("status_since", "registered_on", "name"):
                self.assertEqual(last(field), row[field])
            self.assertEqual(last("status").split(" ")[0], row["status"])
            self.assertEqual(last("school"), row["school"] and "school:" + row["school"])

    def test_why_goes_back_to_the_first_and_names_who_did_it(self):
        status = lines("why", self.ledger, "student-register", "student:" + self.gone, "status")
        self.assertEqual(status[0]["change"]["after"], "06 dropped out")
        self.assertEqual(status[0]["event"]["position"], str(self.confirmed))
        self.assertEqual(status[0]["event"]["document"], "教字3号")
        self.assertEqual(status[-1]["change"]["before"], "")
        code, out, err = run("why", self.ledger, "student-register", "student:" + self.gone, "status",
                             lang="zh")
        self.assertEqual(code, 0, err)
        self.assertIn("辍学", out)
        self.assertIn("教字3号", out)
        self.assertIn("班主任", out)
        self.assertIn(f"截至位置 {self.head}", err)

    def test_why_as_it_was_known_and_as_of_a_date(self):
        student = "student:" + self.mistaken
        at = ("why", self.ledger, "student-register", student, "status")
        self.assertNotIn("06", lines(*at)[0]["change"]["after"])
        for then in (("--at-position", self.dropped), ("--known-at", self.dropped_at)):
            self.assertEqual(lines(*at, *then)[0]["change"]["after"], "06 dropped out")
        self.assertEqual(lines(*at, "--at-position", self.dropped, "--effective-on", "2030-03-02"),
                         lines(*at, "--known-at", self.imported_at))
        self.assertEqual(run(*at, "--known-at", "2001-01-01T00:00:00Z")[0], 1)
        self.assertEqual(run(*at, "--at-position", self.head + 1)[0], 1)

    def test_why_reveals_for_a_purpose_only_and_names_subjects(self):
        at = ("why", self.ledger, "student-register", "student:" + self.gone, "name")
        masked = lines(*at)[0]["change"]["after"]
        self.assertIn("*", masked)
        clear = lines(*at, "--reveal", "--purpose", "check", "--actor", "teacher:9")[0]["change"]["after"]
        self.assertNotIn("*", clear)
        self.assertEqual(run(*at, "--reveal")[0], 2)
        _, out, _ = run("why", self.ledger, "student-register", "student:" + self.gone)
        self.assertNotRegex(out, r"school:[0-9a-z]{26}", "a school is called by its name")

    def test_what_is_not_there_is_refused_with_the_nearest(self):
        for arguments, near in ((("student-registr", "student:" + self.gone), "student-register"),
                                (("student-register", "student:" + self.gone, "statsu"), "status")):
            code, out, err = run("why", self.ledger, *arguments)
            self.assertEqual((code, out), (2, ""))
            self.assertIn(f'"{near}"', err)
        code, _, err = run("why", self.ledger, "student-register", "student-number:none")
        self.assertEqual(code, 1)
        code, _, err = run("diff", self.ledger, "student-register", "yesterday", "1")
        self.assertEqual(code, 2)
        self.assertIn("2024-03-10", err)
        self.assertEqual(run("diff", self.ledger, "student-register", "0", "1")[0], 1)

    def test_diff_is_the_difference_of_the_two_views(self):
        for start in (self.imported, self.imported_at):
            rows = {row["key"][0].split(":")[1]: row
                    for row in lines("diff", self.ledger, "student-register", start, self.head)}
            differing = {key for key in self.after if self.after[key] != self.before.get(key)}
            self.assertEqual(set(rows), differing)
            self.assertIn(self.gone, rows)
        one = rows[self.gone]
        self.assertEqual(one["kind"], "changed")
        self.assertEqual([change["after"] for change in one["fields"] if change["path"] == "status"],
                         ["06 dropped out"])
        self.assertIn(str(self.confirmed), [cause["position"] for cause in one["events"]])

    def test_diff_cites_the_approval_of_an_exit(self):
        code, out, err = run("diff", self.ledger, "dropout-confirmed", self.dropped, self.head)
        self.assertEqual(code, 0, err)
        self.assertIn("left", out)
        self.assertIn("写错 / principal:1 / 校字9号", out)
        self.assertIn("1 left", err)
        self.assertIn(f"position {self.dropped}", err)

    def test_diff_between_dates_is_what_is_known_now(self):
        rows = lines("diff", self.ledger, "student-register", "2030-03-02", "2030-03-03")
        changed = {row["key"][0]: row for row in rows}
        self.assertIn("student:" + self.gone, changed)
        states = [change["path"] for change in changed["student:" + self.mistaken]["fields"]]
        self.assertNotIn("status", states, "the dropout was voided, the suspicion was not")
        self.assertIn("case_state", states)

    def test_the_board_as_it_was_known(self):
        def dropped(*then):
            board = {line["name"]: line for line in lines("indicators", self.ledger, "--on", self.on, *then)}
            return int(board["dropout-rate"]["numerator"]), board["dropout-rate"]["position"]

        now_, at = dropped()
        self.assertEqual(at, str(self.head))
        self.assertEqual(dropped("--at-position", self.dropped), (now_ + 1, str(self.dropped)))
        self.assertEqual(dropped("--known-at", self.imported_at), (now_ - 1, str(self.imported)))
        half = lines("indicators", self.ledger, "--half-year", "--on", "2030-03-10")
        self.assertEqual([line["name"] for line in half], ["half-year-lost", "half-year-returned"])
        self.assertEqual(half[0]["on"], "2030-03-10")
        code, out, _ = run("indicators", self.ledger, "--half-year", "--on", "2030-03-10", lang="zh")
        self.assertEqual(code, 0, "figures without a target miss none")
        self.assertIn("半年流失", out)

    def test_they_work_beside_a_process_that_writes(self):
        writer = subprocess.Popen([TOOL, "execute", self.ledger], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            writer.stdin.write(b'{"type":"Nothing","on":"2030-01-01","body":{}}\n')
            writer.stdin.flush()
            writer.stdout.readline()  # it has opened the ledger
            code, out, err = run("why", self.ledger, "student-register", "student:" + self.gone, "status")
            self.assertEqual(code, 0, err)
            self.assertIn("another process writes", err)
            self.assertIn("dropped out", out)
            code, _, err = run("diff", self.ledger, "student-register", self.imported, self.head)
            self.assertEqual(code, 0, err)
            self.assertIn("another process writes", err)
        finally:
            writer.stdin.close()
            writer.stdout.close()
            writer.wait()


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
