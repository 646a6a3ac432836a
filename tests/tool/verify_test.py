#!/usr/bin/env python3
"""`verify` as an operator and an inspector meet it: the three verdicts apart, anchors from files and
paper, damaged folders, exit codes.

    verify_test.py TAIZHANG
"""
import hashlib
import json
import os
import pathlib
import shutil
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


def verify(*arguments):
    code, out, err = run("verify", *arguments, "--json")
    answers = [json.loads(line) for line in out.splitlines()]
    return code, answers, err


class VerifyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.TemporaryDirectory(prefix="taizhang-verify-")
        cls.root = pathlib.Path(cls.dir.name)
        cls.whole = cls.root / "whole"
        data = cls.root / "data"
        assert run("generate", "school", "--pupils", 40, "--years", 2, "--seed", 9, "--out", data)[0] == 0
        assert run("init", cls.whole, "--simulated-clock")[0] == 0
        assert run("import", cls.whole, data, "--show", 0, "--rejects", cls.root / "rejects")[0] in (0, 1)
        code, (answer, *_), err = verify(cls.whole)
        assert code == 0, err
        cls.answer = answer
        cls.head, cls.tree = int(answer["head"]), answer["root"]

    @classmethod
    def tearDownClass(cls):
        cls.dir.cleanup()

    def setUp(self):
        self.ledger = self.root / "ledger"
        shutil.copytree(self.whole, self.ledger)

    def tearDown(self):
        shutil.rmtree(self.ledger)

    def paper(self, size, root):
        return f"{size} {root} {hashlib.sha256(f'{size}:{root}'.encode()).hexdigest()[:4]}"

    def checkpoint(self, size, root):
        import base64
        place = self.root / "checkpoint.txt"
        key = base64.b64encode(b"\1\2\3\4" + bytes(64)).decode()
        place.write_text(f"example.com/log\n{size}\n{base64.b64encode(bytes.fromhex(root)).decode()}\n\n"
                         f"\u2014 example.com/log {key}\n", encoding="utf-8")
        return place

    def test_a_whole_ledger_is_proven_and_yet_unanchored(self):
        self.assertTrue(self.answer["holds"])
        self.assertEqual(int(self.answer["proven"]), self.head)
        self.assertEqual(self.answer["anchored"], "0")
        self.assertEqual(self.answer["findings"], [])
        self.assertGreater(self.head, 500)
        code, out, _ = run("verify", self.ledger)
        self.assertEqual(code, 0)
        self.assertIn(f"proven to position {self.head}", out)
        self.assertIn("own word", out)
        self.assertIn("not asked (--views)", out)
        code, out, _ = run("verify", self.ledger, lang="zh")
        self.assertIn(f"完整性已证实至第 {self.head} 位", out)

    def test_anchors_hold_differ_or_lie_beyond_the_end(self):
        paper = self.paper(self.head, self.tree)
        code, (answer, *_), _ = verify(self.ledger, "--against-paper", paper)
        self.assertEqual((code, answer["anchored"], answer["anchors"][0]["verdict"]),
                         (0, str(self.head), "held"))
        code, (answer, *_), _ = verify(self.ledger, "--against", self.checkpoint(self.head, self.tree))
        self.assertEqual((code, answer["anchored"]), (0, str(self.head)))
        other = "5" * 64
        code, (answer, *_), _ = verify(self.ledger, "--against", self.checkpoint(self.head - 7, other))
        self.assertEqual(code, 1)
        self.assertEqual(answer["findings"][0]["kind"], "fork")
        self.assertEqual(answer["findings"][0]["last"], str(self.head - 7))
        code, (answer, *_), _ = verify(self.ledger, "--against-paper", self.paper(self.head + 5, other))
        self.assertEqual(code, 1)
        self.assertEqual((answer["findings"][0]["kind"], answer["findings"][0]["first"]),
                         ("shorter", str(self.head + 1)))
        self.assertEqual(int(answer["proven"]), self.head)

    def test_what_is_mistyped_or_not_signed_is_refused_before_anything_is_read(self):
        paper = self.paper(self.head, self.tree)
        code, _, err = run("verify", self.ledger, "--against-paper", paper[:-1] + ("0" if paper[-1] != "0" else "1"))
        self.assertEqual(code, 2)
        self.assertIn("mistyped", err)
        self.assertEqual(run("verify", self.ledger, "--against-paper", "12 abc")[0], 2)
        vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        file = self.checkpoint(self.head, self.tree)
        code, _, err = run("verify", self.ledger, "--against", file, "--key", vkey)
        self.assertEqual(code, 1)
        self.assertIn("checkpoint.txt", err)
        self.assertNotEqual(run("verify", self.ledger, "--against-witness", file)[0], 0)
        self.assertEqual(run("verify", self.ledger, "--against", self.root / "none")[0], 3)

    def test_views_are_compared_and_told_with_their_digests(self):
        code, (_, *views), err = verify(self.ledger, "--views")
        self.assertEqual(code, 0, err)
        self.assertGreater(len(views), 5)
        self.assertTrue(all(view["equal"] for view in views))
        one = views[0]
        code, out, _ = run("view", self.ledger, one["view"], "--digest", "--json")
        self.assertEqual(code, 0)
        told = json.loads(out)
        self.assertEqual({key: told[key] for key in ("digest", "root", "position", "rows")},
                         {key: one[key] for key in ("digest", "root", "position", "rows")})
        self.assertEqual(one["root"], self.tree)
        code, out, _ = run("verify", self.ledger, "--views")
        self.assertIn("byte-equal", out)

    def test_a_witness_anchors_and_what_comes_after_it_is_not(self):
        ledger, office = self.root / "small", self.root / "office"
        def good(*arguments):
            code, out, err = run(*arguments)
            self.assertEqual(code, 0, (arguments, out, err))
            return out

        good("init", ledger)
        key = good("key", "new", ledger).strip()
        witness = good("witness", "new", office, "--name", "supervision.example/w1").strip()
        good("witness", "trust", office, key)
        good("checkpoint", "trust", ledger, witness)
        code, (signed,), _ = verify(ledger)
        self.assertEqual(code, 0)
        self.assertEqual(signed["anchored"], "0", "its own signature anchors nothing")
        self.assertEqual([a["verdict"] for a in signed["anchors"]], ["held"])
        request, cosigned = self.root / "request.txt", self.root / "cosigned.txt"
        request.write_text(good("checkpoint", "request", ledger), encoding="utf-8")
        cosigned.write_text(good("witness", "cosign", office, request), encoding="utf-8")
        good("checkpoint", "import", ledger, cosigned)
        size = int(signed["head"])
        good("confirm-clock", ledger, "--actor", "teacher:1", "--reason", "radio")
        code, (after,), _ = verify(ledger)
        self.assertEqual((code, after["anchored"], after["proven"]), (0, str(size), str(size + 1)))
        self.assertIn(f"anchored to position {size}; unanchored after it: 1 events",
                      run("verify", ledger)[1])
        anchored = ledger / "proof" / "anchored"
        code, (answer,), err = verify(ledger, "--against-witness", anchored, "--key", witness)
        self.assertEqual((code, answer["anchors"][0]["verdict"]), (0, "held"), err)
        kept = self.root / "kept.txt"
        shutil.copy(ledger / "proof" / "checkpoint", kept)
        code, (answer,), err = verify(ledger, "--against", kept, "--key", key)
        self.assertEqual((code, answer["anchored"]), (0, str(size + 1)), err)
        # Another ledger put in its place, proof folder and all, does not hold against what was kept.
        other = self.root / "other"
        good("init", other)
        shutil.rmtree(ledger / "log")
        shutil.copytree(other / "log", ledger / "log")
        shutil.rmtree(ledger / "proof")
        code, (answer,), _ = verify(ledger, "--against", kept, "--key", key)
        self.assertEqual(code, 1)
        self.assertIn(answer["findings"][0]["kind"], ("fork", "shorter"))
        self.assertEqual(verify(ledger)[0], 0, "and nothing inside tells")

    def test_a_page_for_the_printer(self):
        code, out, _ = run("verify", self.ledger, "--html", "--against-paper", self.paper(self.head, self.tree))
        self.assertEqual(code, 0)
        self.assertTrue(out.startswith("<!DOCTYPE html>"))
        self.assertIn(self.tree, out)

    def test_from_a_position_that_is_not_sealed_yet_everything_unsealed_is_read(self):
        code, (answer, *_), _ = verify(self.ledger, "--from", self.head)
        self.assertEqual(code, 0)
        self.assertEqual(answer["after"], answer["sealed"])
        self.assertEqual(answer["afterAnchored"], answer["after"] == "0")
        self.assertEqual(answer["root"], self.tree)

    def test_damage_in_the_folder_is_found_and_never_a_crash(self):
        log = self.ledger / "log"
        cases = 0
        for file in sorted(log.iterdir()):
            if file.suffix not in (".sst", ".log") and not file.name.startswith("MANIFEST"):
                continue
            data = bytearray(file.read_bytes())
            if not data:
                continue
            cases += 1
            data[len(data) // 2] ^= 16
            file.write_bytes(data)
            code, answers, err = verify(self.ledger)
            self.assertEqual(code, 1, (file.name, err))
            self.assertFalse(answers[0]["holds"])
            self.assertTrue(answers[0]["findings"][0]["en"] and answers[0]["findings"][0]["zh"])
            code, out, _ = run("verify", self.ledger)
            self.assertIn("DAMAGED", out)
            data[len(data) // 2] ^= 16
            file.write_bytes(data)
        self.assertGreater(cases, 1)
        self.assertEqual(verify(self.ledger)[0], 0)

    def test_what_cannot_be_done_has_a_code_of_its_own(self):
        self.assertEqual(run("verify", self.root / "nothing")[0], 3)
        (self.ledger / "log" / "CURRENT").unlink()
        self.assertEqual(run("verify", self.ledger)[0], 3)
        self.assertEqual(run("verify")[0], 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
