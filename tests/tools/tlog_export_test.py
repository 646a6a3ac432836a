#!/usr/bin/env python3
"""From a generated school through import, signing, `export tlog`, `proof` and receipts to
tools/verify_tlog.py, which shares nothing with the tool: what was exported verifies, and with each
kind of file in it tampered with in each way it does not, and is told what it is.

    tlog_export_test.py TAIZHANG
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
VERIFY = pathlib.Path(__file__).resolve().parent.parent.parent / "tools" / "verify_tlog.py"
SEED = int(os.environ.get("TAIZHANG_SEED", "20240301"))


def taizhang(*arguments, codes=(0,), stdin=None):
    done = subprocess.run([TOOL, "--lang", "en", *map(str, arguments)], input=stdin,
                          capture_output=True, text=True, timeout=600)
    assert done.returncode in codes, f"{arguments}: {done.returncode} {done.stderr} {done.stdout}"
    return done


def verify(*arguments):
    """The kinds of damage that were found, the first bad index, and the exit code."""
    done = subprocess.run([sys.executable, "-B", VERIFY, *map(str, arguments), "--json"],
                          capture_output=True, text=True, timeout=300)
    if done.returncode == 3:
        return {"unreadable"}, None, 3
    answer = json.loads(done.stdout)
    assert answer["verified"] == (done.returncode == 0)
    return ({one["kind"] for one in answer["damage"]}, answer["first_bad_index"], done.returncode)


class TlogExportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="taizhang-tlog-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        cls.ledger = cls.dir / "ledger"
        taizhang("generate", "school", "--pupils", 150, "--years", 2, "--seed", SEED % 1000, "--out",
                 cls.dir / "data")
        taizhang("init", cls.ledger, "--simulated-clock")
        cls.key = taizhang("key", "new", cls.ledger, "--origin", "school.example/log").stdout.strip()
        taizhang("import", cls.ledger, cls.dir / "data", "--rejects", cls.dir / "rejects", "--show", 0,
                 codes=(0, 1))
        cls.whole = cls.dir / "whole"
        cls.done = json.loads(taizhang("export", "tlog", cls.ledger, cls.whole, "--json").stdout)
        cls.size = cls.done["entries"]

    def setUp(self):
        self.random = random.Random(f"{SEED} {self.id()}")

    def copy(self, name="copy"):
        folder = self.dir / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.whole, folder)
        return folder

    def good(self, *arguments):
        self.assertEqual(verify(*arguments, "--key", self.key), (set(), None, 0), arguments)

    def bad(self, kinds, *arguments, index=None):
        """`kinds`: one of these must be among what is found."""
        found, first, code = verify(*arguments, "--key", self.key)
        told = f"{arguments}: {found} at {first} (TAIZHANG_SEED={SEED})"
        self.assertNotEqual(code, 0, told)
        self.assertTrue(found & set(kinds), f"{told}, expected one of {kinds}")
        if index is not None:
            self.assertEqual(first, index, told)

    def kinds_of_files(self):
        """One of each: name, what a flipped bit in it is called, and where its first index is."""
        last = self.size // 256
        self.assertGreater(last, 1, "the school is large enough for full and partial tiles")
        part = f".p/{self.size % 256}"
        return [("checkpoint", {"signature", "malformed"}, None),
                ("tile/0/001", {"tile-altered"}, 256),
                (f"tile/0/{last:03}{part}", {"tile-altered"}, last * 256),
                (f"tile/1/000.p/{last}", {"tile-altered"}, 0),
                ("tile/entries/001", {"altered"}, 256),
                (f"tile/entries/{last:03}{part}", {"altered"}, last * 256)]

    def test_an_export_verifies_and_says_what_it_is(self):
        self.good(self.whole)
        self.assertEqual(self.done["written"], self.size)
        note = (self.whole / "checkpoint").read_text(encoding="utf-8")
        self.assertEqual(note, (self.ledger / "proof" / "checkpoint").read_text(encoding="utf-8"))
        origin, size, root = note.split("\n")[:3]
        self.assertEqual((origin, int(size)), (self.done["origin"], self.size))
        self.assertEqual(base64.b64decode(root).hex(), self.done["root"])

    def test_the_records_of_an_audit_export_are_those_of_the_tree(self):
        audit = self.dir / "audit"
        taizhang("export", "audit", self.ledger, audit)
        shutil.copytree(self.whole, audit / "tlog")
        self.good(audit)

    def test_it_is_extended_after_more_was_recorded(self):
        ledger = self.dir / "grown"
        shutil.copytree(self.ledger, ledger)
        folder = self.copy("extended")
        for _ in range(3):  # looking at personal data is recorded
            taizhang("events", ledger, "--limit", 1, "--reveal", "--purpose", "test", "--actor", "office:1")
        done = json.loads(taizhang("export", "tlog", ledger, folder, "--json").stdout)
        self.assertEqual(done["entries"], self.size + 3)
        self.assertEqual(done["written"], done["entries"] - self.size // 256 * 256)
        self.good(folder)
        self.good(folder, "--older", self.whole)
        # The other way round it would be a rollback, and is refused.
        refused = taizhang("export", "tlog", self.ledger, folder, codes=(1, 2, 3))
        self.assertIn("choose another folder", refused.stderr)
        self.good(folder)

    def test_a_flipped_bit_in_each_kind_of_file(self):
        folder = self.copy()
        for name, kinds, start in self.kinds_of_files():
            data = (folder / name).read_bytes()
            for _ in range(6):
                bit = self.random.randrange(len(data) * 8)
                byte = bit // 8
                if name.startswith("tile/entries") and byte % 82 < 2:
                    continue  # the length of an entry: the next test
                changed = bytearray(data)
                changed[byte] ^= 1 << bit % 8
                (folder / name).write_bytes(changed)
                at = {"0": lambda: start + byte // 32, "1": lambda: byte // 32 * 256,
                      "entries": lambda: start + byte // 82}.get(name.split("/")[1] if "/" in name else "")
                with self.subTest(name=name, bit=bit):
                    self.bad(kinds, folder, index=at and at())
            (folder / name).write_bytes(data)
        self.good(folder)

    def test_each_kind_of_file_missing_truncated_longer_or_swapped(self):
        folder = self.copy()
        for name, kinds, _ in self.kinds_of_files():
            file, data = folder / name, (folder / name).read_bytes()
            with self.subTest(name=name):
                file.unlink()
                self.bad({"missing-file", "unreadable"}, folder)
                cut = {"tile-altered", "truncated", "dropped", "altered", "signature", "malformed"}
                for end in (len(data) - 1, len(data) // 2, 0):
                    file.write_bytes(data[:end])
                    self.bad(cut, folder)
                file.write_bytes(data + b"x")
                self.bad(cut | {"inserted"}, folder)
            file.write_bytes(data)
        for kind, expected in (("0", {"tile-altered"}), ("entries", {"swapped"})):
            one, other = folder / f"tile/{kind}/000", folder / f"tile/{kind}/001"
            first, second = one.read_bytes(), other.read_bytes()
            one.write_bytes(second)
            other.write_bytes(first)
            self.bad(expected, folder, index=0)
            one.write_bytes(first)
            other.write_bytes(second)
        (folder / "tile/0/999").write_bytes(bytes(8192))
        self.bad({"extra-file"}, folder)
        (folder / "tile/0/999").unlink()
        self.good(folder)

    def test_entries_dropped_swapped_inserted_and_cut_off(self):
        folder = self.copy()
        files = [folder / name for name, _, _ in self.kinds_of_files() if "entries" in name]
        for file, at in ((files[0], self.random.randrange(255)), (files[1], 0)):
            start = 256 if file == files[0] else self.size // 256 * 256
            data = file.read_bytes()
            entries = [data[i:i + 82] for i in range(0, len(data), 82)]
            swapped = list(entries)
            swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
            for kind, now in (("dropped", entries[:at] + entries[at + 1:]), ("swapped", swapped),
                              ("inserted", entries[:at] + [b"\0\x50" + bytes(80)] + entries[at:])):
                file.write_bytes(b"".join(now))
                with self.subTest(kind=kind, file=file.name):
                    self.bad({kind}, folder, index=start + at)
            file.write_bytes(data)
        data = files[1].read_bytes()
        files[1].write_bytes(data[:-82])
        self.bad({"truncated"}, folder, index=self.size - 1)

    def test_another_log_s_checkpoint_and_another_key(self):
        other = self.dir / "other"
        taizhang("init", other)
        taizhang("key", "new", other, "--origin", "school.example/log")
        taizhang("confirm-clock", other, "--actor", "teacher:1", "--reason", "test")
        folder = self.copy()
        shutil.copy(other / "proof" / "checkpoint", folder / "checkpoint")
        self.bad({"signature"}, folder)
        refused = taizhang("export", "tlog", other, self.copy(), codes=(1, 2, 3))
        self.assertIn("Nothing was written", refused.stderr)

    def test_proofs_of_single_events(self):
        file = self.dir / "one.tlog-proof"
        records = self.dir / "one.ndjson"
        for position in (1, 256, 257, self.size, *(self.random.randint(1, self.size) for _ in range(4))):
            taizhang("proof", self.ledger, position, "--out", file)
            self.good("--proof", file)
            self.good(self.whole, "--proof", file)
            line = taizhang("export", self.ledger, "--after", position - 1, "--before", position + 1).stdout
            records.write_text(line, encoding="utf-8")
            self.good("--proof", file, "--records", records)
            by_id = taizhang("proof", self.ledger, "--id", json.loads(line)["event_id"]).stdout
            self.assertEqual(by_id, file.read_text(encoding="utf-8"))
        self.assertIn("not among", taizhang("proof", self.ledger, self.size + 1, codes=(1, 2, 3)).stderr)
        taizhang("proof", self.ledger, codes=(2,))
        taizhang("proof", self.ledger, "--id", "0" * 26, codes=(1, 2, 3))

        text = file.read_text(encoding="utf-8")
        lines = text.split("\n")
        self.assertEqual(lines[0], "c2sp.org/tlog-proof@v1")
        blank = lines.index("")
        for number, line in enumerate(lines[:-1]):
            changed = list(lines)
            if not line:
                del changed[number]
            else:
                at = self.random.randrange(len(line) - 2)
                changed[number] = line[:at] + ("A" if line[at] != "A" else "B") + line[at + 1:]
            file.write_text("\n".join(changed), encoding="utf-8")
            with self.subTest(line=number):
                self.bad({"proof"} if number <= blank else {"signature", "malformed"}, "--proof", file)
        for number in range(3, blank):
            file.write_text("\n".join(lines[:number] + lines[number + 1:]), encoding="utf-8")
            self.bad({"proof"}, "--proof", file)
        # The proof holds, and the record is another one.
        file.write_text(text, encoding="utf-8")
        one = json.loads(records.read_text(encoding="utf-8"))
        record = bytearray(base64.b64decode(one["record"]))
        record[-1] ^= 1
        one["record"] = base64.b64encode(record).decode()
        records.write_text(json.dumps(one), encoding="utf-8")
        self.bad({"record"}, "--proof", file, "--records", records)
        one["position"] = str(int(one["position"]) - 1)
        records.write_text(json.dumps(one), encoding="utf-8")
        self.bad({"record"}, "--proof", file, "--records", records)

    def test_receipts_for_whoever_hands_in(self):
        ledger, folder = self.dir / "small", self.dir / "receipts"
        taizhang("init", ledger)
        school = {"type": "RegisterSchool", "on": "2023-08-20", "context": {"actor": "teacher:1"},
                  "body": {"code": "3143001234", "name": "思蒙镇中学", "category": "31",
                           "jurisdiction": "CN-431224"}}
        form = {"type": "OpenClass", "on": "2023-08-20", "context": {"actor": "teacher:1"},
                "body": {"school": "school-code:3143001234", "code": "C2023-1", "stage": "junior",
                         "entry_year": 2023}}
        commands = json.dumps(school) + "\n" + json.dumps(form) + "\n" + json.dumps(form) + "\n"
        refused = taizhang("execute", ledger, json.dumps(school), "--receipts", folder, codes=(1, 2, 3))
        self.assertEqual(refused.stdout, "", "nothing is executed that no receipt could be given for")
        self.assertEqual(json.loads(taizhang("status", ledger, "--json").stdout)["position"], "1")
        self.assertFalse(folder.exists(), "no key, no receipt")
        key = taizhang("key", "new", ledger).stdout.strip()
        done = taizhang("execute", ledger, "--receipts", folder, stdin=commands, codes=(1,))
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        positions = [int(position) for answer in answers for position in answer.get("positions", ())]
        self.assertTrue(positions)
        self.assertEqual(sorted(file.name for file in folder.iterdir()),
                         sorted(f"{position}.tlog-proof" for position in set(positions)))
        records = self.dir / "small.ndjson"
        records.write_text(taizhang("export", ledger).stdout, encoding="utf-8")
        for file in folder.iterdir():
            self.assertEqual(verify("--proof", file, "--key", key, "--records", records), (set(), None, 0))


if __name__ == "__main__":
    print(f"TAIZHANG_SEED={SEED}", file=sys.stderr)
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
