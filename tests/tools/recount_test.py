#!/usr/bin/env python3
"""From a generated school through import and `export audit` to tools/recount.py and
tools/verify_tlog.py, which agree with the views; and with each thing in the export tampered with,
they do not.

    recount_test.py TAIZHANG
"""
import base64
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOL = os.path.abspath(sys.argv[1])
TOOLS = pathlib.Path(__file__).resolve().parent.parent.parent / "tools"
SEED = int(os.environ.get("TAIZHANG_SEED", "20240301"))


def taizhang(*arguments, codes=(0,)):
    done = subprocess.run([TOOL, *map(str, arguments)], capture_output=True, text=True, timeout=600)
    assert done.returncode in codes, done.stderr + done.stdout
    return done


class RecountTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="taizhang-recount-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        cls.ledger = cls.dir / "ledger"
        taizhang("generate", "school", "--pupils", 150, "--years", 2, "--seed", SEED % 1000, "--out",
                 cls.dir / "data")
        taizhang("init", cls.ledger, "--simulated-clock")
        taizhang("import", cls.ledger, cls.dir / "data", "--rejects", cls.dir / "rejects", "--show", 0,
                 codes=(0, 1))
        taizhang("export", "audit", cls.ledger, cls.dir / "whole")
        rows = taizhang("view", cls.ledger, "school-register", "--json").stdout.splitlines()
        cls.schools = [json.loads(row)["school"] for row in rows]

    def setUp(self):
        self.random = random.Random(f"{SEED} {self.id()}")

    def recount(self, folder):
        done = subprocess.run([sys.executable, "-B", TOOLS / "recount.py", folder, "--json"],
                              capture_output=True, text=True, timeout=300)
        if done.returncode == 3 or not done.stdout.startswith("{"):
            return done.returncode, done.stdout + done.stderr, []
        answer = json.loads(done.stdout)
        self.assertEqual(answer["agrees"], done.returncode == 0)
        return done.returncode, done.stdout, [one["en"] for one in answer["lines"] if not one["agrees"]]

    def copy(self, name):
        folder = self.dir / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.dir / "whole", folder)
        return folder

    def lines(self):
        return (self.dir / "whole" / "events.ndjson").read_text(encoding="utf-8").splitlines()

    def tampered(self, name, lines):
        folder = self.copy(name)
        (folder / "events.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self.recount(folder)

    def test_what_the_views_say_is_found_again_from_the_records(self):
        code, out, differing = self.recount(self.dir / "whole")
        self.assertEqual((code, differing), (0, []), out)
        lines = {one["en"]: one for one in json.loads(out)["lines"]}
        self.assertGreater(lines["aid in fen"]["recounted"]["paid_fen"], 0)
        self.assertGreater(int(lines["dropout-rate"]["recounted"].split("/")[1]), 100)
        self.assertGreater(lines["student register, rows"]["recounted"], 100)

    def test_on_other_days_too(self):
        first = json.loads(self.lines()[-1])["recorded_at"][:4]
        for day in (f"{first}-10-01", f"{int(first) - 1}-12-15", f"{first}-03-10"):
            folder = self.dir / f"on-{day}"
            taizhang("export", "audit", self.ledger, folder, "--on", day)
            code, out, _ = self.recount(folder)
            self.assertEqual(code, 0, out)

    def test_one_school_alone(self):
        for school in self.schools[:3]:
            folder = self.dir / f"school-{school}"
            taizhang("export", "audit", self.ledger, folder, "--school", school)
            code, out, _ = self.recount(folder)
            self.assertEqual(code, 0, out)

    def test_the_records_give_the_root_of_the_ledger(self):
        manifest = json.loads((self.dir / "whole" / "export.json").read_text())
        verify = lambda folder: subprocess.run(
            [sys.executable, "-B", TOOLS / "verify_tlog.py", folder, "--paper",
             f"{manifest['position']}:{manifest['root']}"], capture_output=True, text=True)
        done = verify(self.dir / "whole")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        lines = self.lines()
        at = self.random.randrange(len(lines))
        event = json.loads(lines[at])
        record = bytearray(base64.b64decode(event["record"]))
        bit = self.random.randrange(len(record) * 8)
        record[bit // 8] ^= 1 << bit % 8
        event["record"] = base64.b64encode(record).decode()
        folder = self.copy("bit")
        (folder / "events.ndjson").write_text("\n".join(
            lines[:at] + [json.dumps(event, ensure_ascii=False)] + lines[at + 1:]) + "\n", encoding="utf-8")
        self.assertEqual(verify(folder).returncode, 1, f"bit {bit} of position {at + 1}, seed {SEED}")

    def test_a_period_is_exported_without_figures(self):
        day = json.loads(self.lines()[len(self.lines()) // 2])["recorded_on"]
        taizhang("export", "audit", self.ledger, self.dir / "period", "--from", day)
        events = (self.dir / "period" / "events.ndjson").read_text(encoding="utf-8").splitlines()
        self.assertTrue(all(json.loads(line)["recorded_on"] >= day for line in events))
        self.assertLess(len(events), len(self.lines()))
        self.assertFalse((self.dir / "period" / "figures.json").exists())
        self.assertEqual(self.recount(self.dir / "period")[0], 0)

    def test_persons_are_sealed_and_a_reveal_is_recorded(self):
        whole = "".join(file.read_text(encoding="utf-8") for file in sorted((self.dir / "whole").rglob("*json")))
        taizhang("export", "audit", self.ledger, self.dir / "revealed", "--reveal", "--purpose", "督查",
                 "--actor", "inspector:3")
        names = {json.loads(line)["body"]["name"] for line in
                 (self.dir / "revealed" / "events.ndjson").read_text(encoding="utf-8").splitlines()
                 if json.loads(line)["type"] == "education.student-registered"}
        self.assertGreater(len(names), 100)
        self.assertFalse([name for name in names if name in whole])
        manifest = json.loads((self.dir / "revealed" / "export.json").read_text(encoding="utf-8"))
        self.assertEqual(manifest["revealed"], {"purpose": "督查", "actor": "inspector:3"})
        access = taizhang("events", self.ledger, "--type", "personal-data-accessed", "--json").stdout
        self.assertIn("export audit", access)
        self.assertEqual(self.recount(self.dir / "revealed")[0], 0)

    def test_a_folder_is_not_written_twice(self):
        done = taizhang("export", "audit", self.ledger, self.dir / "whole", codes=(1,))
        self.assertIn("another folder", done.stderr)

    def test_every_event_dropped_swapped_or_told_otherwise_is_found(self):
        lines = self.lines()
        aid = [i for i, line in enumerate(lines) if '"type":"education.aid-disbursed"' in line]
        for at in self.random.sample(aid, 3) + self.random.sample(range(len(lines)), 5):
            told = f"position {at + 1}, seed {SEED}"
            self.assertNotEqual(self.tampered("t", lines[:at] + lines[at + 1:])[0], 0, told)
            self.assertNotEqual(self.tampered("t", lines[:at] + [lines[at]] + lines[at:])[0], 0, told)
            if at + 1 < len(lines):
                swapped = lines[:at] + [lines[at + 1], lines[at]] + lines[at + 2:]
                self.assertNotEqual(self.tampered("t", swapped)[0], 0, told)
        self.assertNotEqual(self.tampered("t", lines[:-1])[0], 0)

    def test_a_line_that_says_something_else_than_its_record_is_found(self):
        lines = self.lines()
        at = next(i for i, line in enumerate(lines) if '"type":"education.aid-disbursed"' in line)
        for change in (lambda e: e["body"].update(amount_fen=str(int(e["body"]["amount_fen"]) + 1)),
                       lambda e: e.update(effective_on="2020-01-01"), lambda e: e.update(actor="teacher:9"),
                       lambda e: e.update(type="education.aid-returned"),
                       lambda e: e.update(tags=e["tags"][1:]), lambda e: e.update(record=e["record"][:-8])):
            event = json.loads(lines[at])
            change(event)
            code, out, _ = self.tampered("t", lines[:at] + [json.dumps(event, ensure_ascii=False)] + lines[at + 1:])
            self.assertEqual(code, 1, out)

    def test_figures_and_registers_that_say_something_else_are_found_by_name(self):
        def rewrite(file, change):
            folder = self.copy("t")
            text = (folder / file).read_text(encoding="utf-8")
            changed = change(text)
            self.assertNotEqual(text, changed)
            (folder / file).write_text(changed, encoding="utf-8")
            return self.recount(folder)

        figures = json.loads((self.dir / "whole" / "figures.json").read_text(encoding="utf-8"))
        paid = figures["aid_payments"]["paid_fen"]
        self.assertIn("aid in fen", rewrite("figures.json", lambda t: t.replace(
            f'"paid_fen": {paid}', f'"paid_fen": {paid - 1}'))[2])
        rate = next(i for i, line in enumerate(figures["indicators"]) if line["name"] == "dropout-rate")
        figures["indicators"][rate]["numerator"] = str(int(figures["indicators"][rate]["numerator"]) - 1)
        self.assertEqual(rewrite("figures.json", lambda t: json.dumps(figures))[2], ["dropout-rate"])
        self.assertIn("aid payments, row by row", rewrite(
            "views/aid-payments.ndjson", lambda t: t.replace('"state":"paid"', '"state":"failed"', 1))[2])
        self.assertEqual(rewrite("views/student-register.ndjson",
                                 lambda t: t.replace('"status":"01"', '"status":"06"', 1))[2],
                         ["student register, row by row"])
        self.assertIn("student register, rows", rewrite(
            "views/student-register.ndjson", lambda t: t.partition("\n")[2])[2])

    def test_the_report_is_for_people_and_codes_tell_what_went_wrong(self):
        done = subprocess.run([sys.executable, "-B", TOOLS / "recount.py", self.dir / "whole"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        self.assertIn("辍学率", done.stdout)
        self.assertIn("AGREES", done.stdout)
        self.assertEqual(self.recount(self.dir / "nothing")[0], 3)


if __name__ == "__main__":
    print(f"TAIZHANG_SEED={SEED}", file=sys.stderr)
    unittest.main(argv=sys.argv[:1])
