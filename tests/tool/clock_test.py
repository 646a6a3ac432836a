#!/usr/bin/env python3
"""The tool on machines whose clock is wrong: each run is a process with a clock of its own.

    clock_test.py TAIZHANG
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOL = os.path.abspath(sys.argv[1])
DAY = 86400
# Wall time as the ledger asks for it, off by TEST_CLOCK_AHEAD seconds; every other clock is as it is.
SHIM = r"""
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec* now) {
  long failed = syscall(SYS_clock_gettime, clock, now);
  const char* ahead = getenv("TEST_CLOCK_AHEAD");
  if (failed == 0 && clock == CLOCK_REALTIME && ahead) now->tv_sec += atol(ahead);
  return (int)failed;
}
"""


class Clocks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.TemporaryDirectory(prefix="taizhang-clock-")
        compiler = next(filter(shutil.which, ("cc", "gcc", "clang")), None)
        if compiler is None:
            print("NOT TESTED: wrong clocks. There is no C compiler to make one.", file=sys.stderr)
            raise unittest.SkipTest("no C compiler")
        cls.shim = os.path.join(cls.home.name, "clock.so")
        subprocess.run([compiler, "-shared", "-fPIC", "-xc", "-", "-o", cls.shim], input=SHIM.encode(), check=True)

    @classmethod
    def tearDownClass(cls):
        cls.home.cleanup()

    def setUp(self):
        self.ledger = os.path.join(self.home.name, self.id().rsplit(".", 1)[1])
        self.schools = 0

    def run_at(self, ahead, *arguments, stdin="", lang="en"):
        environment = {"PATH": os.environ["PATH"], "LANG": "C", "TAIZHANG_LANG": lang,
                       **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")},
                       "LD_PRELOAD": self.shim, "TEST_CLOCK_AHEAD": str(ahead)}
        environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        done = subprocess.run([TOOL, *arguments], input=stdin.encode(), capture_output=True, env=environment,
                              timeout=300)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def school(self, ahead, lang="en"):
        self.schools += 1
        command = {"type": "RegisterSchool", "on": "2023-08-20", "context": {"actor": "teacher:1"},
                   "body": {"code": f"3143{self.schools:06}", "name": "思蒙镇中学", "category": "31",
                            "jurisdiction": "CN-431224"}}
        return self.run_at(ahead, "execute", self.ledger, stdin=json.dumps(command) + "\n", lang=lang)

    def taken(self, ahead):
        code, out, err = self.school(ahead)
        self.assertEqual(code, 0, out + err)
        self.assertIn("accepted", out)

    def refused(self, ahead, rule):
        before = self.positions()
        code, out, err = self.school(ahead)
        self.assertEqual(code, 1, out + err)
        self.assertIn("clock_suspect", out)
        self.assertIn(f"rule={rule}", err)
        self.assertIn("confirm-clock", err)
        self.assertEqual(self.positions(), before)

    def confirm(self, ahead):
        code, _, err = self.run_at(ahead, "confirm-clock", self.ledger, "--actor", "teacher:1", "--reason", "radio")
        self.assertEqual(code, 0, err)
        return err

    def events(self):
        code, out, err = self.run_at(0, "events", self.ledger, "--json")
        self.assertEqual(code, 0, err)
        return [json.loads(line) for line in out.splitlines()]

    def positions(self):
        return len(self.events())

    def init(self, ahead=0):
        code, _, err = self.run_at(ahead, "init", self.ledger)
        self.assertEqual(code, 0, err)

    def test_a_step_back_between_two_runs_needs_nobody(self):
        self.init()
        for ahead in (0, -1, -200, 0):
            self.taken(ahead)
        self.refused(-3600, "behind")
        self.taken(0)
        stamps = [event["recorded_at"] for event in self.events()]
        self.assertEqual(stamps, sorted(stamps))

    def test_a_clock_far_ahead_records_nothing_and_the_right_one_goes_on(self):
        self.init()
        self.taken(0)
        for _ in range(2):
            self.refused(1300 * DAY, "ahead")
        self.taken(0)
        self.taken(390 * DAY)  # so long nobody wrote

    def test_a_ledger_recorded_in_the_future_is_healed_once_and_for_all(self):
        self.init()
        self.taken(0)
        self.assertNotIn("note:", self.confirm(1300 * DAY))
        self.taken(1300 * DAY)
        for _ in range(2):
            self.refused(0, "behind")
        self.assertIn("recorded times stay at", self.confirm(0))
        for ahead in (0, -1, 30 * DAY, 0):
            self.taken(ahead)
        self.refused(-3600, "behind")
        self.refused(1300 * DAY, "ahead")
        code, _, err = self.run_at(0, "view", self.ledger, "student-register", "--reveal", "--purpose", "p",
                                   "--actor", "t:1")
        self.assertEqual(code, 0, err)
        stamps = [event["recorded_at"] for event in self.events()]
        self.assertEqual(stamps, sorted(stamps))
        code, out, err = self.run_at(0, "verify", self.ledger)
        self.assertEqual(code, 0, out + err)

    def test_a_ledger_made_under_a_clock_before_the_build_waits_for_the_right_one(self):
        self.init(-30 * 365 * DAY)
        self.refused(-30 * 365 * DAY, "before-build")
        code, _, err = self.school(-30 * 365 * DAY, lang="zh")
        self.assertEqual(code, 1)
        told = err.splitlines()[0]
        self.assertIn("请校准时钟；若时钟无误，须由人确认", told)
        self.taken(0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
