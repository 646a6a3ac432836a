#!/usr/bin/env python3
"""The tool's doors: its standard streams, text from outside in and out, and a start that is cut off.

    doors_test.py TAIZHANG
"""
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

TOOL = os.path.abspath(sys.argv[1])
ENV = {"PATH": os.environ["PATH"], "LANG": "C", "TAIZHANG_LANG": "en",
       **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
OUTPUT_LOST = 4
NAME = "Abnormal school"
# What a terminal obeys, and what turns round or hides what stands beside it.
COMMANDS = ("\x1b", "\x07", "\x7f", "\u0085", "\u009b", "\u00ad", "\u061c", "\u200b", "\u200f", "\u2028", "\u202e",
            "\u2066", "\ufeff", "\U000e0041")


def run(*arguments, stdin=b"", redirect=""):
    """With a shell's redirections (">&-"); stdin is given if nothing else is."""
    done = subprocess.run(["sh", "-c", 'exec "$0" "$@" ' + redirect, TOOL, *map(str, arguments)],
                          input=stdin, capture_output=True, env=ENV, timeout=300)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def school(code, name, **more):
    return json.dumps({"type": "RegisterSchool", "on": "2023-08-20", "context": {"actor": "t:1"},
                       "body": {"code": code, "name": name, "category": "31", "jurisdiction": "CN-431224"},
                       **more}).encode()


def texts(value):
    """Every text in a JSON value, however deep."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(inner)


class Doors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.TemporaryDirectory(prefix="taizhang-doors-")
        cls.ledger = os.path.join(cls.home.name, "ledger")
        assert run("init", cls.ledger)[0] == 0
        assert run("execute", cls.ledger, school("3143001234", NAME).decode())[0] == 0

    @classmethod
    def tearDownClass(cls):
        cls.home.cleanup()

    def place(self, name):
        return os.path.join(self.home.name, name)

    def files_with(self, words):
        for folder, _, names in os.walk(self.ledger):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    if words in file.read():
                        yield name

    # ---- standard streams

    def test_closed_streams_never_become_files_of_the_ledger(self):
        locks = list(self.files_with(b"as of position"))
        for redirect, code in [(">&-", OUTPUT_LOST), ("2>&-", 0), ("<&-", 0), (">&- 2>&-", OUTPUT_LOST),
                               ("<&- >&- 2>&-", OUTPUT_LOST)]:
            done, _, err = run("view", self.ledger, "school-register", redirect=redirect)
            self.assertEqual(done, code, redirect + err)
            if code and "2>" not in redirect:
                self.assertIn("standard output", err)
            self.assertEqual(list(self.files_with(b"as of position")), locks, redirect)
            self.assertEqual([name for name in self.files_with(b"standard output")], [])
        with open(os.path.join(self.ledger, "log", "writer.lock"), "rb") as file:
            self.assertNotIn(NAME.encode(), file.read())

    def test_output_that_does_not_arrive_is_told(self):
        export = ["export", self.ledger]
        for verb in (["view", self.ledger, "school-register"], ["events", self.ledger], ["status", self.ledger],
                     ["verify", self.ledger], export, ["--help"], ["--version"],
                     ["audit", self.ledger, "--from", "2022-01-01", "--to", "2024-12-31"]):
            code, _, err = run(*verb, redirect=">/dev/full")
            self.assertEqual(code, OUTPUT_LOST, (verb, err))
            self.assertIn("standard output", err)
        self.assertEqual(run("status", self.ledger, redirect="2>/dev/full")[0], 0)
        self.assertEqual(run("nonsense", redirect="2>/dev/full")[0], 2)

    def test_commands_that_cannot_be_answered_are_no_longer_taken(self):
        ledger = self.place("unanswered")
        self.assertEqual(run("init", ledger)[0], 0)
        for writers in (1, 4):
            before = int(json.loads(run("status", ledger, "--json")[1])["position"])
            lines = b"\n".join(school(f"31430{writers}{i:04}", "x") for i in range(200))
            code, _, err = run("execute", ledger, "--writers", writers, stdin=lines, redirect=">/dev/full")
            self.assertEqual(code, OUTPUT_LOST, err)
            after = int(json.loads(run("status", ledger, "--json")[1])["position"])
            self.assertLessEqual(after - before, 8 * writers, "it ends with the answer that was lost")

    def test_a_reader_that_goes_away_ends_it_as_usual(self):
        tool = subprocess.Popen([TOOL, "events", self.ledger], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=ENV, restore_signals=True)
        tool.stdout.close()
        err = tool.stderr.read()
        tool.stderr.close()
        self.assertEqual((tool.wait(), err), (-signal.SIGPIPE, b""))

    def test_a_crash_leaves_no_memory_behind(self):
        tool = subprocess.Popen([TOOL, "execute", self.ledger], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=ENV,
                                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (
                                    resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2))
        tool.stdin.write(b"x\n")
        tool.stdin.flush()
        tool.stdout.readline()  # it is at work
        with open(f"/proc/{tool.pid}/limits") as file:
            core = [line.split() for line in file if line.startswith("Max core file size")][0]
        self.assertEqual(core[4:6], ["0", "0"])
        self.assertEqual(os.stat(f"/proc/{tool.pid}/environ").st_uid, 0)  # not dumpable: root's
        tool.communicate()

    # ---- what comes in

    def test_commands_out_of_all_bounds_are_refused_and_the_next_is_taken(self):
        lines = [b'{"type":"EnrolStudent","body":{"name":' + b"[" * 100000 + b"]" * 100000 + b"}}",
                 b"[" * (9 << 20), b'{"type":"EnrolStudent","body":{"name":"' + b"x" * (9 << 20) + b'"}}',
                 school("3143005001", "once").replace(b'"actor": "t:1"', b'"actor": "honest", "actor": "other"'),
                 school("3143005002", "nul\0"), school("3143005003", "zero", id="0" * 26),
                 school("3143005005", "for ever", on="9999-12-31"),
                 school("3143005006", "claim", context={"actor": "t:1", "claimed_at": "9999-12-31T00:00:00Z"}),
                 json.dumps({"type": "OpenClass", "on": "2023-08-20", "context": {"actor": "t:1"}, "body": {
                     "school": "school-code:3143001234", "code": "C1", "stage": "junior", "entry_year": 2023,
                     "entryYear": 2022}}).encode(),
                 school("3143005004", "fine", id="00112233-4455-6677-8899-AABBCCDDEEFF")]
        ledger = self.place("bounds")
        self.assertEqual(run("init", ledger)[0], 0)
        started = time.monotonic()
        code, out, err = run("execute", ledger, stdin=b"\n".join(lines))
        self.assertEqual(code, 2, err)
        self.assertLess(time.monotonic() - started, 60)
        answers = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([a["verdict"] for a in answers], ["refused"] * 9 + ["accepted"], out[:2000])
        self.assertEqual(answers[3]["details"]["name"], "actor")
        self.assertEqual([a["details"]["name"] for a in answers[6:9]], ["effective_on", "claimed_at", "entry_year"])
        self.assertEqual(answers[9]["id"], "0024h36h2ncsvrh6daqf6dvvqz")
        code, out, _ = run("execute", ledger, lines[9].decode().replace("00112233-4455", "001122334455")
                           .replace("-6677-8899-AABB", "66778899aabb"))
        self.assertEqual(json.loads(out)["verdict"], "known", "whichever way the id is written")

    def test_a_line_without_end_costs_no_more_than_the_limit(self):
        tool = subprocess.Popen([TOOL, "execute", self.ledger], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, env=ENV)
        answers = []
        reader = threading.Thread(target=lambda: answers.extend(tool.stdout))
        reader.start()
        for _ in range(300):
            tool.stdin.write(b"[" * (1 << 20))
        tool.stdin.write(b"\n")
        tool.stdin.close()
        reader.join()
        tool.stdout.close()
        _, status, used = os.wait4(tool.pid, 0)
        tool.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(tool.returncode, 2)
        self.assertEqual(json.loads(answers[0])["code"], "too_large")
        if "SAN_OPTIONS" not in "".join(ENV):
            self.assertLess(used.ru_maxrss, 200 * 1024, "KiB; the line has 300 MiB")

    def test_a_file_without_end_is_refused_by_who_reads_it_whole(self):
        out = self.place("endless")
        for verb in (["import", self.ledger, "/dev/null", "--map", "/dev/zero"],
                     ["checkpoint", "import", self.ledger, "/dev/zero"],
                     ["audit", "sample", self.ledger, "--checkpoint", "/dev/zero"],
                     ["audit", "record", self.ledger, "/dev/zero", "--actor", "t:1"],
                     ["generate", "county", "--townships", "/dev/zero", "--out", out]):
            code, _, err = run(*verb)
            self.assertIn(code, (1, 2), (verb, err))

    def test_corrections_are_held_to_the_same(self):
        code, out, err = run("events", self.ledger, "--type", "school-registered", "--json")
        self.assertEqual(code, 0, err)
        place = json.loads(out.splitlines()[0])["position"]
        for fields, why in [('{"name":"a","name":"b"}', "twice"), ('{"name":"a\\u0000b"}', "U+0000"),
                            ('{"name":' + "[" * 200 + "]" * 200 + "}", "100"),
                            ('{"parent_school":"a","parentSchool":"b"}', "parent_school")]:
            code, _, err = run("correct", self.ledger, place, "--fields", fields, "--reason", "r", "--approver", "t:2",
                               "--actor", "t:1")
            self.assertIn(code, (1, 2), err)
            self.assertIn(why, err)

    def test_a_mapping_of_endless_keys_is_refused(self):
        mapping, file = self.place("m.toml"), self.place("a.csv")
        with open(mapping, "w") as out:
            out.write(".".join(["a"] * 200000) + "=1")
        with open(file, "w") as out:
            out.write("a,b\n")
        code, _, err = run("import", self.ledger, file, "--map", mapping)
        self.assertEqual(code, 2, err)
        self.assertIn("deeper", err)

    def test_spot_check_results_of_any_form_are_refused_by_line(self):
        root = '"root":"' + "0" * 64 + '"'
        for line in ("[" * 100000, '{"position":1,"agrees":true}', '{"position":"1","agrees":1}',
                     "{" + root + ',"size":-1,"n":1,"by":"","position":1,"agrees":true}',
                     "{" + root + ',"size":1,"n":1,"by":7,"position":1,"agrees":true}',
                     "{" + root + ',"size":1,"n":1,"by":"","position":1,"agrees":true,"found":1}',
                     "{" + root + ',"size":1,"n":1,"by":"","by":"","position":1,"agrees":true}'):
            code, _, err = run("audit", "record", self.ledger, "--actor", "t:1", stdin=line.encode())
            self.assertEqual(code, 2, err)
            self.assertIn("Line 1", err)

    # ---- what goes out

    def test_nothing_recorded_commands_the_terminal(self):
        ledger = self.place("escapes")
        self.assertEqual(run("init", ledger)[0], 0)
        evil = "校\x1b]0;owned\x07\x1b[2J\u202e\u0085\u200b"
        for field in ("name", "jurisdiction"):
            body = json.loads(school("3143009998", "x"))
            body["body"][field] = evil
            run("execute", ledger, json.dumps(body))
        context = json.loads(school("3143009997", "校"))
        context["context"] = {"actor": "t:1", "document": evil, "role": evil}
        run("execute", ledger, json.dumps(context))
        said = ""
        for verb in (["view", "school-register"], ["view", "school-register", "--key", "school-code:3143009998"],
                     ["events"], ["trail", "school-code:3143009997"], ["execute", '{"type":"' + evil + '"}'],
                     ["execute", '{"type":"EnrolStudent","body":{"x\\u001b]0;hi\\u0007\\u202e":1}}'],
                     ["why", "school-register", "school-code:3143009997"]):
            _, out, err = run(verb[0], ledger, *verb[1:])
            said += err if verb[0] == "execute" else out + err  # the answer on standard output is JSON
        self.assertIn("\\u{1b}", said)
        for code in COMMANDS:
            self.assertNotIn(code, said)

    def test_pages_and_json_command_no_terminal_and_json_says_what_is_recorded(self):
        ledger = self.place("pages")
        self.assertEqual(run("init", ledger)[0], 0)
        evil = "校𠮷" + "".join(COMMANDS) + "葛\U000e0100e\u0301"
        body = json.loads(school("3143009998", evil))
        body["context"] = {"actor": evil, "office": evil, "document": evil}
        # Escaped and as it is: what is in the line does not matter.
        answer = json.loads(run("execute", ledger, json.dumps(body, ensure_ascii=False))[1])
        self.assertEqual(answer["verdict"], "accepted")
        years = ["--from", "2020-01-01", "--to", "2199-12-31"]
        for verb in (["view", "school-register", "--json"], ["events", "--json"], ["export"],
                     ["trail", "school-code:3143009998", "--json"], ["audit", "--json", *years],
                     ["why", "school-register", "school-code:3143009998", "--json"],
                     ["diff", "school-register", "2020-01-01", "2199-12-31", "--json"]):
            code, out, err = run(verb[0], ledger, *verb[1:])
            self.assertEqual(code, 0, (verb, err))
            for command in COMMANDS:
                self.assertNotIn(command, out + err, verb)
            self.assertIn(evil, list(texts([json.loads(line) for line in out.splitlines()])), verb)
            self.assertIn("校𠮷", out, verb)
        for verb in (["audit", "--html", *years], ["audit", *years], ["trail", "school-code:3143009998"], ["events"]):
            code, out, err = run(verb[0], ledger, *verb[1:])
            self.assertEqual(code, 0, (verb, err))
            for command in COMMANDS:
                self.assertNotIn(command, out + err, verb)
        code, out, _ = run("view", ledger, "school-register", "--key", "school-code:3143009998")
        self.assertIn("葛\U000e0100e\u0301", out, "what a character is written with stays")
        self.assertIn("校𠮷\\u{1b}", out)

    def test_an_import_shows_a_file_as_text(self):
        mapping, file = self.place("evil.toml"), self.place("evil\x1b[2J.csv")
        with open(mapping, "w") as out:
            out.write('source = "x"\nkey = ["a"]\n[[command]]\ntype = "RegisterSchool"\n[command.fields]\n'
                      'code = "3143009990"\nname = "{b}"\ncategory = "{a}"\njurisdiction = "CN-431224"\n')
        with open(file, "w") as out:
            out.write("a,b\nx" + "".join(COMMANDS) + ",y\n")
        for more in ([], ["--json"]):
            code, out, err = run("import", self.ledger, file, "--map", mapping, "--actor", "t:1", *more)
            self.assertNotEqual(code, 0)
            for command in COMMANDS:
                self.assertNotIn(command, out + err)

    # ---- a start that is cut off

    def test_init_killed_anywhere_can_be_run_again(self):
        chance = random.Random(20261201)
        for number in range(24):
            ledger = self.place(f"cut-{number}")
            if number % 2:
                os.mkdir(ledger)
            tool = subprocess.Popen([TOOL, "init", ledger], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                    env=ENV)
            time.sleep(chance.uniform(0.005, 0.12))
            tool.kill()
            tool.wait()
            code, out, err = run("init", ledger)
            self.assertTrue(code == 0 or "not empty" in err, err)
            self.assertEqual(run("status", ledger)[0], 0)

    def test_of_many_inits_at_once_one_makes_the_ledger(self):
        for number in range(6):
            ledger = self.place(f"race-{number}")
            tools = [subprocess.Popen([TOOL, "init", ledger], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                      env=ENV) for _ in range(4)]
            codes = [tool.wait() for tool in tools]
            self.assertEqual(codes.count(0), 1, codes)
            self.assertEqual(run("status", ledger)[0], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
