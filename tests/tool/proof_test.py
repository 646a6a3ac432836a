#!/usr/bin/env python3
"""Keys, checkpoints and witnesses at the command line: by HTTP on loopback and by files, against a
rolled-back ledger, a forked one, and requests that lie. What is signed is checked by the programs of
tools/, which share nothing with the tool.

    proof_test.py TAIZHANG
"""
import base64
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import unittest

TOOL = os.path.abspath(sys.argv[1])
TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))
from tlog_formats import Checkpoint, Key  # noqa: E402

ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C",
               **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}


def run(*arguments, lang="en", stdin=None):
    done = subprocess.run([TOOL, *map(str, arguments)], input=stdin, capture_output=True,
                          env={**ENVIRONMENT, "TAIZHANG_LANG": lang}, timeout=300)
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def verify_tlog(*arguments):
    done = subprocess.run([sys.executable, TOOLS / "verify_tlog.py", *map(str, arguments)],
                          capture_output=True, timeout=300)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8")


class Server:
    """A witness that serves on a free port."""

    def __init__(self, folder, *options):
        self.process = subprocess.Popen([TOOL, "witness", "serve", folder, *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        env={**ENVIRONMENT, "TAIZHANG_LANG": "en"})
        self.url = self.process.stdout.readline().decode().strip()
        self.host, self.port = "127.0.0.1", int(self.url.split(":")[2].split("/")[0])

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        connection.request(method, path, body)
        answer = connection.getresponse()
        found = answer.status, answer.getheader("content-type"), answer.read()
        connection.close()
        return found

    def post(self, body):
        return self.ask("POST", "/add-checkpoint", body)

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(60)
        self.process.stdout.close()
        return code


class ProofTest(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory(prefix="taizhang-proof-")
        self.root = pathlib.Path(self.dir.name)
        self.ledger = self.root / "ledger"
        self.proof = self.ledger / "proof"
        self.servers = []
        self.good("init", self.ledger)

    def tearDown(self):
        for server in self.servers:
            server.stop(signal.SIGKILL)
        self.dir.cleanup()

    def good(self, *arguments, **how):
        code, out, err = run(*arguments, **how)
        self.assertEqual(code, 0, f"{arguments}: {out}{err}")
        return out

    def bad(self, code, *arguments):
        found, out, err = run(*arguments)
        self.assertEqual(found, code, f"{arguments}: {out}{err}")
        return err

    def grow(self, ledger=None, reason="radio"):
        self.good("confirm-clock", ledger or self.ledger, "--actor", "teacher:1", "--reason", reason)

    def new_key(self, *options):
        return self.good("key", "new", self.ledger, *options).strip()

    def new_witness(self, *logs):
        folder = self.root / "witness"
        key = self.good("witness", "new", folder, "--name", "supervision.example/w1").strip()
        for log in logs:
            self.good("witness", "trust", folder, log)
        return folder, key

    def serve(self, folder, *options):
        self.servers.append(Server(folder, *options))
        return self.servers[-1]

    def status(self):
        return json.loads(self.good("status", self.ledger, "--json"))

    def stored(self, name="checkpoint"):
        return Checkpoint((self.proof / name).read_bytes())

    # ---- keys and checkpoints -----------------------------------------------------------------
    def test_a_ledger_without_a_key_goes_on_as_before(self):
        self.grow()
        self.assertFalse(self.proof.exists())
        self.assertIsNone(self.status()["anchor"])
        self.assertIn("no key", self.good("status", self.ledger))
        self.assertIn("taizhang key new", self.bad(1, "checkpoint", self.ledger))
        self.assertIn("taizhang key new", self.bad(1, "key", "show", self.ledger))

    def test_every_verb_that_appends_signs_at_its_end(self):
        vkey = self.new_key()
        status = self.status()
        self.assertEqual(Key(vkey).name, "taizhang/" + status["ledger"])
        self.assertEqual(stat.S_IMODE((self.proof / "key").stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.proof.stat().st_mode), 0o700)
        before = self.stored()
        self.assertEqual(str(before.size), status["position"])
        self.grow()
        after = self.stored()
        self.assertEqual(after.size, before.size + 1)
        self.assertEqual(after.origin, "taizhang/" + status["ledger"])
        self.assertIsNotNone(after.note.verified(Key(vkey)))
        self.assertEqual(after.root.hex(), self.status()["root"])
        self.assertEqual(self.good("checkpoint", self.ledger).encode(),
                         (self.proof / "checkpoint").read_bytes())
        self.assertEqual(self.good("key", "show", self.ledger, "--json"), json.dumps(
            {"key": vkey, "origin": after.origin, "fromSize": str(before.size)},
            separators=(",", ":")) + "\n")
        self.bad(1, "key", "new", self.ledger)

    def test_the_signed_checkpoint_holds_the_exported_records_for_a_program_of_others(self):
        vkey = self.new_key("--origin", "school.example/log")
        export = self.root / "export"
        self.good("export", "audit", self.ledger, export)
        (export / "checkpoint").write_text(self.good("checkpoint", self.ledger))
        code, said = verify_tlog(export, "--key", vkey)
        self.assertEqual(code, 0, said)
        self.assertIn("signed by school.example/log", said)
        text = (export / "checkpoint").read_text().replace("school.example/log\n", "other.example\n", 1)
        (export / "checkpoint").write_text(text)
        self.assertEqual(verify_tlog(export, "--key", vkey)[0], 1)

    def test_a_key_that_others_may_read_signs_nothing(self):
        self.new_key()
        os.chmod(self.proof / "key", 0o644)
        self.assertIn(f"chmod 600 {self.proof}/key", self.bad(2, "checkpoint", self.ledger))
        os.chmod(self.proof / "key", 0o600)
        self.good("checkpoint", self.ledger)

    def test_origins_hold_no_spaces(self):
        self.bad(2, "key", "new", self.ledger, "--origin", "a b")
        self.bad(2, "key", "new", self.ledger, "--origin", "a+b")
        self.assertFalse((self.proof / "key").exists())

    def test_paper_says_the_size_the_root_and_a_check_group(self):
        self.new_key()
        checkpoint = self.stored()
        root = checkpoint.root.hex()
        groups = " ".join(root[i:i + 4] for i in range(0, 64, 4))
        check = hashlib.sha256(f"{checkpoint.size}:{root}".encode()).hexdigest()[:4]
        for lang, words in (("en", ("check group", "signature")), ("zh", ("校验组", "盖章"))):
            for option in ((), ("--html",)):
                out = self.good("checkpoint", "print", self.ledger, *option, lang=lang)
                for word in (*words, groups, check, str(checkpoint.size)):
                    self.assertIn(word, out)
        self.assertEqual(json.loads(self.good("checkpoint", "print", self.ledger, "--json")),
                         {"size": str(checkpoint.size), "root": root, "check": check})
        self.assertEqual(json.loads(self.good("checkpoint", self.ledger, "--json"))["note"].encode(),
                         (self.proof / "checkpoint").read_bytes())
        export = self.root / "export"
        self.good("export", "audit", self.ledger, export)
        code, said = verify_tlog(export, "--paper", f"{checkpoint.size}:{groups}")
        self.assertEqual(code, 0, said)

    def test_paper_needs_no_key(self):
        status = self.status()
        out = self.good("checkpoint", "print", self.ledger)
        self.assertIn(status["root"][:4] + " " + status["root"][4:8], out)

    def test_a_rotated_key_is_vouched_for_by_the_old_one(self):
        old = self.new_key()
        self.grow()
        new = self.good("key", "rotate", self.ledger).strip()
        self.assertNotEqual(old, new)
        both = self.stored()
        self.assertIsNotNone(both.note.verified(Key(old)))
        self.assertIsNotNone(both.note.verified(Key(new)))
        self.assertEqual((self.proof / "rotated" / new.split("+")[1]).read_bytes(),
                         (self.proof / "checkpoint").read_bytes())
        self.grow()
        self.assertIsNone(self.stored().note.verified(Key(old)))
        self.assertIsNotNone(self.stored().note.verified(Key(new)))
        shown = self.good("key", "show", self.ledger)
        self.assertIn(old, shown)
        self.assertIn(new, shown)

    def test_a_sample_may_ask_who_signed_its_seed(self):
        vkey = self.new_key()
        witness = self.new_witness()[1]
        other = Key(vkey).name + witness[len("supervision.example/w1"):]  # an id of another name
        path = self.proof / "checkpoint"
        self.good("audit", "sample", self.ledger, "--n", 1, "--checkpoint", path, "--key", vkey)
        self.bad(2, "audit", "sample", self.ledger, "--checkpoint", path, "--key", other)
        self.bad(1, "audit", "sample", self.ledger, "--checkpoint", path, "--key", witness)
        self.good("audit", "sample", self.ledger, "--n", 1, "--checkpoint", path, "--key", witness,
                  "--key", vkey)

    # ---- rollback and forks -------------------------------------------------------------------
    def test_an_older_copy_beside_what_was_signed_takes_no_appends(self):
        self.new_key()
        copy = self.root / "copy"
        shutil.copytree(self.ledger, copy)
        self.grow()
        signed = self.stored().size
        shutil.copytree(self.proof, copy / "proof", dirs_exist_ok=True)
        err = self.bad(3, "confirm-clock", copy, "--actor", "teacher:1", "--reason", "radio")
        self.assertIn(f"signed_size={signed}", err)
        self.assertIn(f"size={signed - 1}", err)
        code, out, _ = run("status", copy)
        self.assertEqual(code, 3)
        self.assertIn("rolled back", out)
        code, out, _ = run("status", copy, "--json")
        self.assertEqual((code, json.loads(out)["position"]), (3, str(signed - 1)))
        self.bad(3, "checkpoint", copy)
        # What is left of it is not shown as if it were all.
        for verb in ("events", "export"):
            self.assertIn(f"signed_size={signed}", self.bad(3, verb, copy))

    def test_a_copy_that_went_another_way_is_found_beside_what_was_signed(self):
        self.new_key()
        copy = self.root / "copy"
        shutil.copytree(self.ledger, copy)
        shutil.rmtree(copy / "proof")
        self.grow()
        for reason in ("one", "two"):
            self.grow(copy, reason)
        shutil.copytree(self.proof, copy / "proof")
        self.assertIn("signed_root=", self.bad(3, "checkpoint", copy))

    # ---- witnesses by file --------------------------------------------------------------------
    def test_a_witness_cosigns_by_file(self):
        log = self.new_key()
        folder, witness = self.new_witness(log)
        self.good("checkpoint", "trust", self.ledger, witness)
        older = self.root / "older"
        for round_ in range(3):
            self.grow(reason=str(round_))
            request = self.root / "request"
            request.write_text(self.good("checkpoint", "request", self.ledger))
            cosigned = self.root / "cosigned"
            cosigned.write_text(self.good("witness", "cosign", folder, request))
            told = json.loads(self.good("checkpoint", "import", self.ledger, cosigned, "--json"))
            size = self.stored().size
            self.assertEqual(told["anchored"], str(size))
            self.assertEqual(told["witnesses"][0]["name"], "supervision.example/w1")
            self.assertIsNotNone(self.stored("anchored").note.verified(Key(witness)))
            anchor = self.status()["anchor"]
            self.assertEqual((anchor["signed"], anchor["anchored"], anchor["unanchored"]),
                             (str(size), str(size), "0"))
            if older.exists():
                code, said = verify_tlog("--older", older, "--extension", request, "--key", log)
                self.assertEqual(code, 0, said)
            shutil.copy(self.proof / "anchored", older)
        export = self.root / "export"
        self.good("export", "audit", self.ledger, export)
        shutil.copy(self.proof / "anchored", export / "checkpoint")
        code, said = verify_tlog(export, "--key", log, "--witness", witness)
        self.assertEqual(code, 0, said)
        self.assertIn("witnessed by supervision.example/w1", said)
        self.grow()
        self.assertEqual(self.status()["anchor"]["unanchored"], "1")
        self.assertIn("; 1 since rest", self.good("status", self.ledger))

    def test_by_file_too_only_what_grew(self):
        folder, witness = self.new_witness(self.new_key())
        self.good("checkpoint", "trust", self.ledger, witness)
        request = self.root / "request"
        request.write_text(self.good("checkpoint", "request", self.ledger))
        self.good("witness", "cosign", folder, request)
        self.grow()
        request.write_text(self.good("checkpoint", "request", self.ledger))
        err = self.bad(1, "witness", "cosign", folder, request)  # the first answer was never handed back
        size = int(err.strip().split()[-1])
        self.assertIn(f"--old {size}", err)
        request.write_text(self.good("checkpoint", "request", self.ledger, "--old", size))
        self.good("checkpoint", "import", self.ledger, "-",
                  stdin=self.good("witness", "cosign", folder, request).encode())
        self.assertEqual(self.status()["anchor"]["unanchored"], "0")

    def test_what_no_known_witness_signed_is_not_taken_back(self):
        folder, witness = self.new_witness(self.new_key())
        request = self.root / "request"
        request.write_text(self.good("checkpoint", "request", self.ledger))
        cosigned = self.good("witness", "cosign", folder, request)
        self.assertIn("add its public key first", self.import_(1, cosigned))
        self.good("checkpoint", "trust", self.ledger, witness)
        mark = cosigned.rindex(" ") + 40
        damaged = cosigned[:mark] + ("A" if cosigned[mark] != "A" else "B") + cosigned[mark + 1:]
        self.import_(3, damaged)
        self.import_(2, "nothing")
        self.assertFalse((self.proof / "anchored").exists())
        self.import_(0, cosigned)

    def import_(self, expected, text):
        code, _, err = run("checkpoint", "import", self.ledger, "-", stdin=text.encode())
        self.assertEqual(code, expected, err)
        return err

    # ---- witnesses by HTTP --------------------------------------------------------------------
    def test_a_ledger_is_anchored_over_http_and_the_witness_outlives_its_restart(self):
        folder, witness = self.new_witness(self.new_key())
        self.good("checkpoint", "trust", self.ledger, witness)
        for round_ in range(3):
            server = self.serve(folder)
            self.grow(reason=str(round_))
            told = json.loads(self.good("checkpoint", "submit", self.ledger, "--url", server.url, "--json"))
            self.assertEqual(told["anchored"], self.status()["position"])
            if round_ == 1:  # this side has forgotten: it is told, and proves it from there
                (self.proof / "anchored").unlink()
                self.grow()
                self.good("checkpoint", "submit", self.ledger, "--url", server.url)
            self.assertEqual(self.status()["anchor"]["unanchored"], "0")
            self.assertEqual(server.stop(), 0, "a clean end")
        self.assertIn("No answer", self.bad(3, "checkpoint", "submit", self.ledger, "--url", server.url))
        self.bad(2, "checkpoint", "submit", self.ledger, "--url", "https://x")

    def test_an_answer_that_got_lost_is_asked_for_again(self):
        folder, witness = self.new_witness(self.new_key())
        self.good("checkpoint", "trust", self.ledger, witness)
        server = self.serve(folder)
        self.grow()
        body = self.good("checkpoint", "request", self.ledger).encode()
        self.assertEqual(server.post(body)[0], 200)  # stored; the ledger never hears of it
        server.stop(signal.SIGKILL)
        server = self.serve(folder)
        self.good("checkpoint", "submit", self.ledger, "--url", server.url)
        self.assertEqual(self.status()["anchor"]["unanchored"], "0")

    def test_the_protocol_answers_as_the_specification_says(self):
        log = self.new_key()
        folder, witness = self.new_witness(log)
        server = self.serve(folder, "--prefix", "w")
        self.assertTrue(server.url.endswith("/w"))
        post = lambda text: server.ask("POST", "/w/add-checkpoint", text.encode())
        hash_ = hashlib.sha256(Key(log).name.encode()).hexdigest()
        for reason in ("one", "two"):
            self.grow(reason=reason)
        self.assertEqual(server.ask("GET", f"/w/{hash_}/checkpoint")[0], 404)
        first = self.good("checkpoint", "request", self.ledger)
        size = self.stored().size
        code, kind, body = post(first)
        self.assertEqual(code, 200)
        cosigned = Checkpoint(first.partition("\n\n")[2].encode() + body)
        self.assertIsNotNone(cosigned.note.verified(Key(witness)))
        code, _, latest = server.ask("GET", f"/w/{hash_}/checkpoint")
        self.assertEqual((code, latest), (200, first.partition("\n\n")[2].encode() + body))
        self.assertEqual(post(first), (409, "text/x.tlog.size", f"{size}\n".encode()))
        self.grow()
        grown = self.good("checkpoint", "request", self.ledger, "--old", size)
        head, _, note = grown.partition("\n\n")
        lines = head.split("\n")
        self.assertGreater(len(lines), 1)
        zeros = base64.b64encode(bytes(32)).decode()
        flip = lambda text, at: text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:]
        wrong = {
            422: ["\n".join([lines[0], zeros, *lines[2:]]) + "\n\n" + note,
                  "\n".join([*lines, zeros]) + "\n\n" + note,
                  "\n".join(lines[:-1]) + "\n\n" + note],
            403: [head + "\n\n" + flip(note, len(note) - 30),
                  head + "\n\n" + note.replace(note.split(" ")[-1], "AAAAAAAA\n")],
            404: [head + "\n\n" + note.replace(Key(log).name, "unknown.example", 1)],
            400: ["", "old\n\n" + note, f"old {10 ** 9}\n\n" + note, head + "\n\n", note,
                  head + "\n" + "\n".join([zeros] * 64) + "\n\n" + note, head + "\n\n\xff"],
            409: ["old 0\n\n" + note, f"old {size + 1}\n\n" + note],
            413: ["x" * 300_000],
        }
        for code, bodies in wrong.items():
            for body in bodies:
                self.assertEqual(post(body)[0], code, (code, body[:200]))
        self.assertEqual(server.ask("GET", "/w/add-checkpoint")[0], 405)
        self.assertEqual(server.ask("POST", "/add-checkpoint", b"")[0], 404)
        self.assertEqual(server.ask("GET", "/w/../key/checkpoint")[0], 404)
        self.assertEqual(post(grown)[0], 200, "and after all that it still cosigns")

    def test_who_speaks_no_http_or_not_at_all_keeps_nobody_waiting(self):
        folder, witness = self.new_witness(self.new_key())
        self.good("checkpoint", "trust", self.ledger, witness)
        server = self.serve(folder)
        silent = [socket.create_connection((server.host, server.port)) for _ in range(20)]
        with socket.create_connection((server.host, server.port)) as half:
            half.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 100\r\n\r\nold 0")
            with socket.create_connection((server.host, server.port)) as noise:
                noise.sendall(os.urandom(2000) + b"\r\n\r\n")
                self.good("checkpoint", "submit", self.ledger, "--url", server.url)
        for one in silent:
            one.close()
        with socket.create_connection((server.host, server.port)) as kept:
            for _ in range(2):  # two requests over one connection
                kept.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertTrue(kept.recv(4096).startswith(b"HTTP/1.1 404"))
        self.assertEqual(server.stop(signal.SIGINT), 0)

    def test_two_copies_that_went_apart_only_one_is_cosigned(self):
        folder, witness = self.new_witness(self.new_key())
        self.good("checkpoint", "trust", self.ledger, witness)
        server = self.serve(folder)
        self.good("checkpoint", "submit", self.ledger, "--url", server.url)
        copy = self.root / "copy"
        shutil.copytree(self.ledger, copy)
        self.grow()
        self.good("checkpoint", "submit", self.ledger, "--url", server.url)
        for reason in ("one", "two", "three"):
            self.grow(copy, reason)
        err = self.bad(1, "checkpoint", "submit", copy, "--url", server.url)
        self.assertIn("did not cosign (422)", err)
        self.assertEqual(len(list((folder / "refused").iterdir())), 1)
        self.grow()
        self.good("checkpoint", "submit", self.ledger, "--url", server.url)

    def test_a_restored_backup_is_found_at_the_witness(self):
        folder, witness = self.new_witness(self.new_key())
        self.good("checkpoint", "trust", self.ledger, witness)
        server = self.serve(folder)
        backup = self.root / "backup"
        shutil.copytree(self.ledger, backup)  # with its proof folder: this side knows no better
        self.grow()
        self.good("checkpoint", "submit", self.ledger, "--url", server.url)
        err = self.bad(2, "checkpoint", "submit", backup, "--url", server.url)
        self.assertIn("rolled back", err)

    def test_a_new_key_must_be_told_to_the_witness(self):
        folder, witness = self.new_witness(self.new_key())
        self.good("checkpoint", "trust", self.ledger, witness)
        server = self.serve(folder)
        self.good("checkpoint", "submit", self.ledger, "--url", server.url)
        new = self.good("key", "rotate", self.ledger).strip()
        self.good("checkpoint", "submit", self.ledger, "--url", server.url)  # the old one signed too
        self.grow()
        self.assertIn("(403)", self.bad(1, "checkpoint", "submit", self.ledger, "--url", server.url))
        self.good("witness", "trust", folder, new)
        self.good("checkpoint", "submit", self.ledger, "--url", server.url)

    def test_usage(self):
        for verb in ("key", "witness", "checkpoint"):
            self.assertEqual(run(verb)[0], 2)
            self.assertEqual(run(verb, "--help")[0], 0)
        self.bad(1, "witness", "serve", self.root / "none")
        folder, witness = self.new_witness()
        for listen in ("nowhere", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:99999"):
            self.bad(2, "witness", "serve", folder, "--listen", listen)
        self.bad(2, "witness", "trust", folder, witness)
        self.bad(2, "checkpoint", "trust", self.ledger, self.new_key())
        self.bad(1, "witness", "new", folder, "--name", "again")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=1)
