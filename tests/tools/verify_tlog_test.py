#!/usr/bin/env python3
"""tools/verify_tlog.py against the official vectors, against logs of many sizes, and against every
kind of tampering, sampled with a seed that is printed and taken: TAIZHANG_SEED=7 verify_tlog_test.py
"""
import base64
import contextlib
import io
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TOOL = HERE.parent.parent / "tools" / "verify_tlog.py"
sys.path[:0] = [str(TOOL.parent), str(HERE)]
sys.dont_write_bytecode = True
import tlog_formats as formats  # noqa: E402
import tlog_writer as writer  # noqa: E402
import verify_tlog  # noqa: E402

SEED = int(os.environ.get("TAIZHANG_SEED", "20240301"))
LOG = writer.Signer("example.com/log", "log")
WITNESS = writer.Signer("witness.example", "witness", 4)


def b64(text):
    return [base64.b64decode(one) for one in text.split()]


class OfficialVectors(unittest.TestCase):
    LEAVES = [bytes.fromhex(x) for x in ("", "00", "10", "2021", "3031", "40414243",
                                         "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
    ROOTS = """e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
        fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
        aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
        d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
        4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
        76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
        ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
        5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328""".split()
    INCLUDED = {(5, 8): "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms= yoVOoSjtBQtBs1/8G4e46yveRh6e"
                        "O1WW7Oa51ZdaCuA= 037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
                (1, 5): "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0= Xwg/ChozygdqlSeYMlgNs+DvRYS9"
                        "/x9UyKNg9Q3jAx4= vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms="}
    CONSISTENT = {(6, 8): "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o= yoVOoSjtBQtBs1/8G4e46yveRh6"
                          "eO1WW7Oa51ZdaCuA= 037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
                  (2, 5): "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4= vBoGQ7EuTS18d5GPROD095qDi2"
                          "z57FtcKD4fTYhZnms="}
    NOTES = [("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
              "If you think cryptography is the answer to your problem,\n"
              "then you don't know what your problem is.\n\n"
              "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqd"
              "ngotpRZb6KE6RyyBwJnAM=\n"),
             ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
              "This is an example message.\n\n"
              "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH"
              "3mFXmRKuwHjG1Yu72IneyaQM=\n")]
    GOLDEN_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
    GOLDEN = ("example.com/log/testdata\n8\nbC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY=\n\n"
              "— example.com/log/testdata M9e0lq1EK37dHtgv9O3UzPxisw5vwIPcJsX9ab0xt4mvVfbdUR1fbMjN6sB"
              "FYpBoBEmD4+cWhj/AVgI5MitCO5+mews=\n")
    WITNESS_KEY = "Wit3+233cf275+BCb6Uz1+fxAcXkMvDd7nGa3FjDce7LxIKmbbTCT0MpVn"
    COSIGNED = GOLDEN + ("— Wit3 IzzydQAAAABkGFDL9XcW/bk+mgWM/ZvurpWsPi21ykUGIRR+hy6kea+BFC8YU+oOOyKy"
                         "xcTfYI4OyiJm3gctnNOLKDDlldK3mZstCA==\n")

    def test_hashes_and_roots(self):
        self.assertEqual(formats.leaf_hash(b"L123456").hex(),
                         "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56")
        self.assertEqual(formats.node_hash(b"N123", b"N456").hex(),
                         "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb")
        for size, root in enumerate(self.ROOTS):
            self.assertEqual(formats.root_of(map(formats.leaf_hash, self.LEAVES[:size])).hex(), root)

    def test_larger_roots(self):
        for size, root in {
                255: "58f204dcc06ebcf29082c362701341df88ec3d5f338036c72a98894aaf69059d",
                256: "78cd7db3bbfa785ffefa21e1c0aa7d4806c6e22ad65472710377ecb7e5a5a54e",
                257: "086ce24d72dd8347eef9afbf95829379f67cee8f5d23cece828a2dae88729c8d",
                1000: "ed58fe22105717ceedf760a43eedfb173a60c44ef40fd61b6cd86bd4ebb59b61"}.items():
            leaves = [formats.leaf_hash(i.to_bytes(4, "big")) for i in range(size)]
            self.assertEqual(formats.root_of(leaves).hex(), root)

    def test_inclusion_and_consistency(self):
        roots = [bytes.fromhex(root) for root in self.ROOTS]
        for (index, size), path in self.INCLUDED.items():
            leaf = formats.leaf_hash(self.LEAVES[index])
            self.assertTrue(formats.included(index, size, leaf, b64(path), roots[size]))
            self.assertFalse(formats.included(index + 1, size, leaf, b64(path), roots[size]))
            self.assertFalse(formats.included(index, size, leaf, b64(path)[:-1], roots[size]))
        for (old, new), path in self.CONSISTENT.items():
            self.assertTrue(formats.consistent(old, new, b64(path), roots[old], roots[new]))
            self.assertFalse(formats.consistent(old + 1, new, b64(path), roots[old], roots[new]))
            self.assertFalse(formats.consistent(0, new, [], roots[0], roots[new]), "size 0")

    def test_the_98_and_98_vectors_of_others(self):
        """tests/vectors/README.md says whose."""
        def vectors(name):
            with open(HERE.parent / "vectors" / f"merkle-{name}.ndjson", encoding="utf-8") as file:
                read = [json.loads(line) for line in file]
            self.assertEqual(len(read), 98)
            for one in read:
                one["proof"] = [base64.b64decode(line) for line in one["proof"] or ()]
            return read
        for one in vectors("inclusion"):
            leaf, root = (base64.b64decode(one[name] or "") for name in ("leafHash", "root"))
            self.assertEqual(formats.included(one["leafIdx"], one["treeSize"], leaf, one["proof"], root),
                             not one["wantErr"], one["file"])
        for one in vectors("consistency"):
            root1, root2 = (base64.b64decode(one[name] or "") for name in ("root1", "root2"))
            self.assertEqual(formats.consistent(one["size1"], one["size2"], one["proof"], root1, root2),
                             not one["wantErr"], one["file"])

    def test_every_proof_of_small_trees_and_no_other(self):
        leaves = [formats.leaf_hash(bytes([i])) for i in range(40)]
        roots = [writer.mth(leaves[:n]) for n in range(41)]
        for n in range(1, 41):
            for m in range(n):
                path = writer.path(m, leaves[:n])
                self.assertTrue(formats.included(m, n, leaves[m], path, roots[n]))
                self.assertFalse(formats.included(m, n, leaves[m], path + [roots[1]], roots[n]))
                for i in range(len(path)):
                    self.assertFalse(formats.included(m, n, leaves[m], path[:i] + path[i + 1:], roots[n]))
            for m in range(1, n + 1):
                path = writer.proof(m, leaves[:n])
                self.assertTrue(formats.consistent(m, n, path, roots[m], roots[n]))
                self.assertFalse(formats.consistent(m, n, path + [roots[1]], roots[m], roots[n]))
                self.assertFalse(formats.consistent(m, n, path, roots[m - 1], roots[n]))

    def test_signed_notes_and_a_cosignature(self):
        for vkey, note in self.NOTES + [(self.GOLDEN_KEY, self.GOLDEN)]:
            self.assertEqual(formats.Note(note.encode()).verified(formats.Key(vkey)), 0)
            with self.assertRaises(formats.Broken):
                formats.Note(note.replace("t", "T", 1).encode()).verified(formats.Key(vkey))
        note = formats.Note(self.COSIGNED.encode())
        self.assertEqual(note.verified(formats.Key(self.WITNESS_KEY)), 1679315147)
        self.assertIsNone(formats.Note(self.GOLDEN.encode()).verified(formats.Key(self.WITNESS_KEY)))

    def test_a_checkpoint_and_the_tile_beside_it(self):
        checkpoint = formats.Checkpoint(self.GOLDEN.encode())
        self.assertEqual((checkpoint.origin, checkpoint.size), ("example.com/log/testdata", 8))
        self.assertEqual(formats.split_bundle(bytes.fromhex("00036f6e65")), [b"one"])
        self.assertEqual(formats.leaf_hash(b"one").hex(),
                         "d0d7360ab79f58ab1e1e3fe64ad77e2ea0bc07e36b5f46ed2223edd9298df9e9")
        self.assertEqual(formats.tile_path(0, 1234067, 256), "tile/0/x001/x234/067")
        self.assertEqual(formats.tile_path("entries", 0, 1), "tile/entries/000.p/1")

    def test_malformed_notes_are_refused(self):
        good = self.GOLDEN
        for bad in (good[:-1], good.replace("\n\n", "\n"), good.replace("—", "-"),
                    good.replace("log/testdata\n8", "log/testdata\n08"), good.replace("\n8\n", "\n8 \n"),
                    good.replace("pY=", "pZ="), good.replace("8\nbC", "8\r\nbC")):
            self.assertNotEqual(bad, good)
            with self.assertRaises(formats.Broken):
                formats.Checkpoint(bad.encode())


class ExportTest(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(f"{SEED} {self.id()}")
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="taizhang-tlog-"))
        self.addCleanup(shutil.rmtree, self.dir)

    def note(self, leaves, time=1_800_000_000):
        return writer.checkpoint(leaves, LOG, [WITNESS], time)

    def export(self, size, name="log"):
        self.folder = self.dir / name
        self.entries, self.records = writer.make_entries(size, self.random)
        self.leaves = writer.write(self.folder, self.entries, self.note)
        return self.folder

    def check(self, *more, folder=None, key=LOG.vkey()):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = verify_tlog.main([str(folder or self.folder), "--key", key, "--witness",
                                     WITNESS.vkey(), "--json", *map(str, more)])
        answer = json.loads(out.getvalue())
        self.assertEqual(code, 0 if answer["verified"] else 1)
        return answer

    def assertFound(self, answer, kind, index=None):
        told = f"{answer} (TAIZHANG_SEED={SEED})"
        self.assertFalse(answer["verified"], told)
        self.assertIn(kind, [one["kind"] for one in answer["damage"]], told)
        if index is not None:
            self.assertEqual(answer["first_bad_index"], index, told)


class Honest(ExportTest):
    def test_logs_of_every_shape_verify(self):
        for size in (1, 2, 255, 256, 257, 512, 1000):
            with self.subTest(size=size):
                self.export(size, f"log{size}")
                self.assertEqual(self.check()["damage"], [])

    def test_a_log_of_three_levels_verifies_and_is_searched(self):
        folder = self.export(70_000)
        self.assertEqual(self.check()["damage"], [])
        file = folder / "tile" / "1" / "000"
        data = bytearray(file.read_bytes())
        data[32 * 200] ^= 1
        file.write_bytes(data)
        self.assertFound(self.check(), "tile-altered", 200 * 256)
        data[32 * 200] ^= 1
        file.write_bytes(data)
        bundle = folder / "tile" / "entries" / "271"
        data = bytearray(bundle.read_bytes())
        data[82 * 17 + 40] ^= 4
        bundle.write_bytes(data)
        self.assertFound(self.check(), "altered", 271 * 256 + 17)

    def test_older_partial_tiles_may_stay_and_the_earlier_checkpoint_agrees(self):
        folder = self.export(300)
        old = self.dir / "old"
        writer.write(old, self.entries[:270], self.note)
        for name in ("tile/0/001.p/14", "tile/entries/001.p/14"):
            shutil.copy(old / name, folder / name)
        self.assertEqual(self.check("--older", old)["damage"], [])

    def test_proofs_records_and_a_witness_request(self):
        folder = self.export(300)
        note = (folder / "checkpoint").read_text()
        for index in (0, 137, 299):
            file = self.dir / f"{index}.tlog-proof"
            file.write_text(writer.tlog_proof(index, self.leaves, note, self.entries[index]))
            self.assertEqual(self.check("--proof", file)["damage"], [])
            alone = subprocess.run([sys.executable, "-B", TOOL, "--proof", file, "--key", LOG.vkey()],
                                   capture_output=True, text=True)
            self.assertEqual(alone.returncode, 0, alone.stdout + alone.stderr)
            file.write_text(writer.tlog_proof(index, self.leaves, note).replace(
                f"index {index}", f"index {(index + 1) % 300}"))
            self.assertFound(self.check("--proof", file), "proof")
        (self.dir / "events.ndjson").write_text(writer.ndjson(self.records))
        self.assertEqual(self.check("--records", self.dir / "events.ndjson")["damage"], [])
        (self.dir / "older").write_text(self.note(self.leaves[:100]))
        request = self.dir / "request"
        proof = "".join(base64.b64encode(one).decode() + "\n" for one in writer.proof(100, self.leaves))
        request.write_text(f"old 100\n{proof}\n{note}")
        self.assertEqual(self.check("--older", self.dir / "older", "--extension", request)["damage"], [])
        request.write_text(f"old 100\n{proof[45:]}\n{note}")
        self.assertFound(self.check("--older", self.dir / "older", "--extension", request), "fork")

    def test_the_report_is_for_people_in_both_languages(self):
        self.export(5)
        done = subprocess.run([sys.executable, "-B", TOOL, self.folder, "--key", LOG.vkey()],
                              capture_output=True, text=True)
        self.assertIn("全部核验通过", done.stdout)
        self.assertIn("VERIFIED", done.stdout)
        (self.folder / "tile/0/000.p/5").unlink()
        done = subprocess.run([sys.executable, "-B", TOOL, self.folder, "--key", LOG.vkey()],
                              capture_output=True, text=True)
        self.assertIn("缺少文件", done.stdout)
        self.assertEqual(done.returncode, 1)

    def test_usage_and_unreadable_places_have_codes_of_their_own(self):
        run = lambda *given: subprocess.run([sys.executable, "-B", TOOL, *given], capture_output=True).returncode
        self.assertEqual(run(), 2)
        self.assertEqual(run(self.dir), 2, "no key")
        self.assertEqual(run(self.dir, "--key", "nonsense"), 2)
        self.assertEqual(run(self.dir, "--key", LOG.vkey()), 3)

    def test_paper_and_records_alone_will_do(self):
        self.export(40)
        (self.dir / "audit").mkdir()
        (self.dir / "audit/events.ndjson").write_text(writer.ndjson(self.records))
        root = writer.mth(self.leaves).hex()
        grouped = " ".join(root[i:i + 4] for i in range(0, 64, 4))
        run = lambda paper: subprocess.run([sys.executable, "-B", TOOL, self.dir / "audit", "--paper", paper],
                                           capture_output=True).returncode
        self.assertEqual(run(f"40:{grouped}"), 0)
        self.assertEqual(run(f"39:{grouped}"), 1)
        self.assertEqual(run("40:" + root.replace(root[0], "f" if root[0] != "f" else "e", 1)), 1)


class Tampered(ExportTest):
    SIZE = 600

    def setUp(self):
        super().setUp()
        self.export(self.SIZE)

    def rewrite(self, entries, start=0):
        """Bundles written anew, tiles and checkpoint left as they were."""
        for at in range(start - start % 256, max(len(entries), self.SIZE), 256):
            part = b"".join(len(e).to_bytes(2, "big") + e for e in entries[at:at + 256])
            width = min(256, self.SIZE - at)
            (self.folder / writer.name("entries", at // 256, width)).write_bytes(part)

    def test_a_bit_flipped_in_any_file_is_found_where_it_is(self):
        files = sorted(file for file in self.folder.rglob("*") if file.is_file())
        self.assertEqual(len(files), 8)
        for file in files:
            good = file.read_bytes()
            for _ in range(8):
                bit = self.random.randrange(len(good) * 8)
                data = bytearray(good)
                data[bit // 8] ^= 1 << bit % 8
                file.write_bytes(data)
                name, byte = file.relative_to(self.folder).as_posix(), bit // 8
                with self.subTest(file=name, bit=bit, seed=SEED):
                    answer = self.check()
                    self.assertFalse(answer["verified"])
                    start = int(name.split("/")[2][:3]) * 256 if name.count("/") > 1 else 0
                    if name.startswith("tile/0"):
                        self.assertFound(answer, "tile-altered", start + byte // 32)
                    elif name.startswith("tile/1"):
                        self.assertFound(answer, "tile-altered", byte // 32 * 256)
                    elif name.startswith("tile/entries") and byte % 82 >= 2:
                        self.assertFound(answer, "altered", start + byte // 82)
                    elif name.startswith("tile/entries"):
                        self.assertEqual(answer["first_bad_index"], start + byte // 82)
            file.write_bytes(good)

    def test_dropped_inserted_swapped_altered_and_truncated_are_told_apart(self):
        for _ in range(6):
            at = self.random.randrange(1, self.SIZE - 1)
            far = self.random.choice([i for i in range(at + 1, self.SIZE)])
            swapped = list(self.entries)
            swapped[at], swapped[far] = swapped[far], swapped[at]
            changed = list(self.entries)
            changed[at] = changed[at][:12] + bytes(8) + changed[at][20:]
            for kind, entries in (
                    ("dropped", self.entries[:at] + self.entries[at + 1:]),
                    ("inserted", self.entries[:at] + [self.random.randbytes(80)] + self.entries[at:]),
                    ("inserted", self.entries[:at] + [self.entries[at - 1]] + self.entries[at:]),
                    ("swapped", swapped), ("altered", changed),
                    ("truncated", self.entries[:at])):
                with self.subTest(kind=kind, at=at, far=far, seed=SEED):
                    self.rewrite(entries)
                    self.assertFound(self.check(), kind, at)
        self.rewrite(self.entries)
        self.assertTrue(self.check()["verified"])

    def test_an_entry_missing_from_one_bundle_only(self):
        for at, kind in ((3, "dropped"), (255, "dropped"), (599, "truncated")):
            start = at // 256 * 256
            part = self.entries[start:start + 256]
            del part[at - start]
            file = self.folder / writer.name("entries", at // 256, min(256, self.SIZE - start))
            good = file.read_bytes()
            file.write_bytes(b"".join(len(e).to_bytes(2, "big") + e for e in part))
            self.assertFound(self.check(), kind, at)
            file.write_bytes(good + b"\x00\x50" + bytes(80))
            self.assertFound(self.check(), "inserted", min(start + 256, self.SIZE))
            file.write_bytes(good)

    def test_missing_and_foreign_files(self):
        for name, index in (("tile/0/001", 256), ("tile/entries/002.p/88", 512), ("tile/1/000.p/2", 0)):
            good = (self.folder / name).read_bytes()
            (self.folder / name).unlink()
            self.assertFound(self.check(), "missing-file", index)
            (self.folder / name).write_bytes(good)
        for name in ("tile/0/003", "tile/entries/000.p/9", "tile/7/000.p/1", "tile/0/002.p/99"):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(bytes(32))
            self.assertFound(self.check(), "extra-file")
            (self.folder / name).unlink()

    def test_a_rewritten_log_with_all_hashes_made_anew(self):
        """Entries and tiles agree; what was signed does not."""
        signed = (self.folder / "checkpoint").read_bytes()
        entries = list(self.entries)
        entries[100] = entries[100][:48] + bytes(32)
        writer.write(self.folder, entries, self.note)
        (self.folder / "checkpoint").write_bytes(signed)
        self.assertFound(self.check(), "rewritten")

    def test_a_fork_and_a_rollback_show_against_an_earlier_checkpoint(self):
        old = self.dir / "old"
        writer.write(old, self.entries[:400], self.note)
        self.assertTrue(self.check("--older", old)["verified"])
        entries = list(self.entries)
        entries[399] = entries[399][:48] + bytes(32)
        writer.write(self.folder, entries, self.note)
        self.assertTrue(self.check()["verified"], "by itself a fork is a log like any other")
        self.assertFound(self.check("--older", old), "fork")
        shorter = self.dir / "shorter"
        writer.write(shorter, self.entries[:300], self.note)
        self.assertFound(self.check("--older", old, folder=shorter), "rollback")

    def test_wrong_and_missing_signatures(self):
        stranger = writer.Signer("example.com/log", "stranger")
        self.assertFound(self.check(key=stranger.vkey()), "signature")
        other = writer.Signer("other.example", "log")
        self.assertFound(self.check(key=other.vkey()), "signature")
        note = writer.checkpoint(self.leaves, LOG)
        (self.folder / "checkpoint").write_text(note)
        self.assertFound(self.check(), "cosignature")
        self.assertTrue(self.check("--quorum", 0)["verified"])
        forged = writer.checkpoint(self.leaves, LOG, [writer.Signer("witness.example", "x", 4)])
        (self.folder / "checkpoint").write_text(forged)
        self.assertFound(self.check(), "cosignature")

    def test_recorded_after_it_was_witnessed(self):
        writer.write(self.folder, self.entries, lambda leaves: self.note(leaves, 1_699_000_000))
        self.assertFound(self.check(), "clock", self.SIZE - 1)

    def test_entries_that_break_the_log_s_rules_though_properly_signed(self):
        def put(entry, at, value, size=8):
            return entry[:at] + value.to_bytes(size, "big") + entry[at + size:]
        at = next(i for i in range(50, 90) if self.records[i][3] == i + 1 and self.records[i][4] > 1)
        for name, entry in (("magic", b"TZ02" + self.entries[at][4:]), ("position", put(self.entries[at], 4, at + 2)),
                            ("time", put(self.entries[at], 12, 5)), ("first", put(self.entries[at], 36, at + 9)),
                            ("count", put(self.entries[at], 44, 1, 4)), ("length", self.entries[at] + b"x")):
            with self.subTest(name):
                writer.write(self.folder, self.entries[:at] + [entry] + self.entries[at + 1:], self.note)
                answer = self.check()
                self.assertFound(answer, "layout")
                self.assertIn(answer["first_bad_index"], (at, at + 1))
        last = next(i for i in range(200, 300) if self.records[i][3] == i + 1 and self.records[i][4] > 1)
        shutil.rmtree(self.folder)
        writer.write(self.folder, self.entries[:last + 1], self.note)
        self.assertFound(self.check(), "layout", last)

    def test_records_that_are_not_those_of_the_tree(self):
        file = self.dir / "events.ndjson"
        for field in range(6):
            records = list(self.records)
            one = list(records[321])
            one[field] = {0: 322, 1: one[1] + 1, 2: bytes(16), 3: one[3] + 1, 4: one[4] + 1,
                          5: one[5] + b"x"}[field]
            records[321] = tuple(one)
            if field == 0:
                del records[320]
            file.write_text(writer.ndjson(records))
            answer = self.check("--records", file)
            if field == 0:
                self.assertTrue(answer["verified"], "an export of some events")
            else:
                self.assertFound(answer, "record", 321)
        file.write_text(writer.ndjson(self.records[:5] + self.records[4:]))
        self.assertFound(self.check("--records", file), "record")
        (self.dir / "export.json").write_text(json.dumps({"whole_log": True, "position": self.SIZE}))
        file.write_text(writer.ndjson(self.records[:320] + self.records[321:]))
        self.assertFound(self.check("--records", file), "dropped", 320)
        file.write_text(writer.ndjson(self.records[:-1]))
        self.assertFound(self.check("--records", file), "truncated", self.SIZE - 1)
        file.write_text(writer.ndjson(self.records))
        self.assertTrue(self.check("--records", file)["verified"])

    def test_records_newer_than_the_checkpoint_are_said_to_be_unproven(self):
        end = max(first for _, _, _, first, _, _ in self.records[:400]) - 1  # between two commits
        writer.write(self.dir / "older", self.entries[:end], self.note)
        (self.dir / "events.ndjson").write_text(writer.ndjson(self.records))
        answer = self.check("--records", self.dir / "events.ndjson", folder=self.dir / "older")
        self.assertTrue(answer["verified"])
        self.assertIn(f"{self.SIZE - end} records are newer", json.dumps(answer))


if __name__ == "__main__":
    print(f"TAIZHANG_SEED={SEED}", file=sys.stderr)
    unittest.main()
