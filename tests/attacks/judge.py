"""What a verb answered, held against what the undamaged ledger answers.

Three outcomes are right: *refused* (before anything was shown), *error on read* (something was shown, then
an error ended it), *unaffected* (the same answer, with exit code 0). Anything else is a fourth outcome:
another answer with exit code 0, a crash, a hang, an acknowledged event that is gone.
"""
import base64
import collections
import concurrent.futures
import json
import os
import subprocess
import threading
import time

ENV = {"PATH": os.environ["PATH"], "LANG": "C", "TAIZHANG_LANG": "en",
       **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
LIMIT = float(os.environ.get("ATTACK_LIMIT", 60))  # seconds; beyond it a verb counts as hanging
REFUSED, ERROR_ON_READ, UNAFFECTED, FOURTH = "refused", "error on read", "unaffected", "FOURTH"
TOLD = ("damaged", "key_missing", "io_error", "other_history", "closed")  # codes of an answer that is none
CRASH_WORDS = (b"terminate called", b"Assertion", b"Sanitizer", b"runtime error:", b"(internal", b"SIGBUS")

Answer = collections.namedtuple("Answer", "code out err seconds")
Outcome = collections.namedtuple("Outcome", "kind words got", defaults=("",))


class Tool:
    def __init__(self, path):
        self.path = os.path.abspath(path)

    def run(self, *arguments, stdin=b""):
        """Code None: it hung and was ended."""
        started = time.monotonic()
        with subprocess.Popen([self.path, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=ENV) as tool:
            try:
                out, err = tool.communicate(stdin, timeout=LIMIT)
                code = tool.returncode
            except subprocess.TimeoutExpired:
                tool.kill()
                out, err = tool.communicate()
                code = None
        return Answer(code, out, err, time.monotonic() - started)

    def good(self, *arguments, stdin=b"", codes=(0,)):
        answer = self.run(*arguments, stdin=stdin)
        assert answer.code in codes, (arguments, answer.code, answer.out[-500:], answer.err[-1000:])
        return answer

    def start(self, *arguments):
        return Running([self.path, *map(str, arguments)])


class Running:
    """A verb at work. What it says is read as it comes, since a pipe that fills up would hold it."""

    def __init__(self, arguments):
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, env=ENV)
        self.lines = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            if line.endswith(b"\n"):  # half a line acknowledges nothing
                self.lines.append(line)

    def feed(self, content):
        """From a thread of its own: the verb may be killed before it read everything."""
        def write():
            try:
                self.process.stdin.write(content)
                self.process.stdin.close()
            except (BrokenPipeError, ValueError, OSError):
                pass
        threading.Thread(target=write, daemon=True).start()

    def wait_for_lines(self, count, seconds):
        end = time.monotonic() + seconds
        while len(self.lines) < count and self.process.poll() is None and time.monotonic() < end:
            time.sleep(0.0005)

    def kill(self):
        self.process.kill()
        return self.ended()

    def ended(self):
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except (BrokenPipeError, OSError):
            pass  # what was not taken yet has nobody to go to
        return self.lines


def lines_of(content):
    return content.decode("utf-8", "replace").splitlines()


def objects(content):
    """None: not JSON, line by line."""
    try:
        return [json.loads(line) for line in content.splitlines()]
    except ValueError:
        return None


def tells_damage(answer):
    """That it is damaged, rather than that something is busy, unknown or forbidden."""
    return any(word in answer.err + answer.out for word in
               (b"(damaged", b"(key_missing", b"(io_error", b'"code":"damaged"', b'"code":"key_missing"'))


def sentence(answer):
    found = [line for line in lines_of(answer.err) if line.startswith("error:") and len(line) > 20]
    return found[0] if found else ""


def broke_down(answer):
    """A hang, a signal, an abort, a sanitizer: never right, whatever was said before."""
    if answer.code is None:
        return f"hung for {LIMIT:.0f} s"
    if answer.code < 0 or answer.code >= 128:
        return f"ended by signal {-answer.code if answer.code < 0 else answer.code - 128}"
    for word in CRASH_WORDS:
        if word in answer.err:
            return f"said {word.decode()!r}"
    if answer.code not in (0, 1, 2, 3, 4):
        return f"exit code {answer.code}"
    return ""


VERBS = {"status": ("status",), "verify": ("verify",), "verify --views": ("verify", "--views"),
         "events": ("events",), "export": ("export",), "checkpoint": ("checkpoint",)}


def arguments_of(verb, ledger):
    if verb.startswith("view "):
        return ("view", ledger, verb[5:], "--json")
    if verb == "execute":
        return ("execute", ledger, "--json")
    if verb == "key show":
        return ("key", "show", ledger, "--json")
    name, *more = VERBS[verb]
    return (name, ledger, *more, "--json")


def signers(note):
    """Name and key hash of each signature of a checkpoint."""
    found = []
    for line in note.split("\n\n", 1)[1].splitlines():
        name, signature = line.removeprefix("— ").rsplit(" ", 1)
        found.append(f"{name}+{base64.b64decode(signature)[:4].hex()}")
    return found


def digest(verb, answer):
    """What of an answer must be the same again: not sizes, rates and seconds. None: not an answer."""
    if verb in ("events", "export") or verb.startswith("view "):
        return lines_of(answer.out)
    found = objects(answer.out)
    if not found:
        return None
    try:
        if verb == "status":
            return {k: found[0][k] for k in ("ledger", "simulated", "format", "position", "root", "recordedAt")}
        if verb.startswith("verify"):
            return [{k: found[0][k] for k in ("ledger", "holds", "proven", "head", "root", "events")}] + \
                   [{k: one[k] for k in ("view", "position", "rows", "equal", "digest")} for one in found[1:]]
        if verb == "execute":
            return [{k: one.get(k) for k in ("id", "verdict", "positions", "rule", "position")} for one in found]
        if verb == "checkpoint":
            return {"origin": found[0]["origin"], "size": found[0]["size"], "root": found[0]["root"],
                    "signers": signers(found[0]["note"])}
        if verb == "key show":
            return [one["key"] for one in found]
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    raise AssertionError(verb)


def without(verb, value):
    """A digest without what a further command draws at random (ids, and with them roots)."""
    if value is None:
        return None
    if verb == "status":
        return {k: v for k, v in value.items() if k != "root"}
    if verb.startswith("verify"):
        return [{k: v for k, v in one.items() if k not in ("root", "digest")} for one in value]
    if verb == "checkpoint":
        return {k: v for k, v in value.items() if k != "root"}
    return value


class Expected:
    """What the undamaged ledger answers, before and after one further command."""

    def __init__(self, tool, ledger, another, views, commands):
        self.views, self.commands = views, commands
        self.verbs = [*VERBS, "key show", *(f"view {view}" for view in views)]
        self.before, self.after, self.code = {}, {}, {}
        def ask_before():
            for verb in self.verbs:
                self.before[verb] = self._ask(tool, verb, ledger)

        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            done = pool.submit(ask_before)
            self.execute = self._ask(tool, "execute", another, commands)
            assert [one["verdict"] for one in self.execute] == ["known", "rejected", "accepted"], self.execute
            for verb in self.verbs:
                self.after[verb] = self._ask(tool, verb, another)
            done.result()

    def _ask(self, tool, verb, ledger, stdin=b""):
        answer = tool.run(*arguments_of(verb, ledger), stdin=stdin)
        assert not broke_down(answer), (verb, answer)
        self.code[verb] = answer.code
        assert answer.code == 0 or verb == "execute", (verb, answer)
        found = digest(verb, answer)
        assert found is not None, (verb, answer)
        return found

    def matches_before(self, verb, found):
        return found == self.before[verb]

    def matches_after(self, verb, found):
        """New ids are drawn at random: of new lines and changed rows, the number is compared."""
        if verb in ("events", "export"):
            known = self.before[verb]
            return found[:len(known)] == known and len(found) == len(self.after[verb])
        if verb.startswith("view "):
            kept = collections.Counter(self.before[verb]) & collections.Counter(self.after[verb])
            return len(found) == len(self.after[verb]) and not kept - collections.Counter(found)
        return without(verb, found) == without(verb, self.after[verb])

    def judge(self, verb, answer, executed):
        """executed: False, True, or None where a command's outcome was not told."""
        words = broke_down(answer)
        if words:
            return Outcome(FOURTH, words, lines_of(answer.err)[-3:])
        found = digest(verb, answer)
        if verb == "execute":
            return self._judge_execute(answer, found)
        if answer.code != 0:
            if verb.startswith("verify") and answer.code == 1:
                return self._judge_findings(answer)
            said = sentence(answer) or (verb == "status" and self.told_by_status(answer))
            if not said:
                return Outcome(FOURTH, "no error sentence", (answer.code, lines_of(answer.err)[-3:]))
            return Outcome(ERROR_ON_READ if answer.out else REFUSED, said)
        if found is None:
            return Outcome(FOURTH, "exit code 0 without an answer", lines_of(answer.out)[-2:])
        told = self.told_by_status(answer) if verb == "status" else self.not_looked_at(verb, answer)
        if told:
            return Outcome(ERROR_ON_READ, told)
        if executed is not True and self.matches_before(verb, found):
            return Outcome(UNAFFECTED, "")
        if executed is not False and self.matches_after(verb, found):
            return Outcome(UNAFFECTED, "")
        words = "another answer with exit code 0"
        if verb in ("events", "export") and len(found) in (len(self.before[verb]), len(self.after[verb])) and all(
                '"unreadable":' in line for line, known in zip(found, self.before[verb]) if line != known):
            words = "events told as unreadable, one by one, and exit code 0"
        return Outcome(FOURTH, words, self.difference(verb, found, executed))

    @staticmethod
    def told_by_status(answer):
        """It answers with what is wrong in it, since it is asked when something is wrong."""
        for state in objects(answer.out) or []:
            stopped = state.get("stoppedBecause") if state.get("mode") == "writer" else ""  # a reader writes never
            told = [state.get("damage"), stopped, (state.get("anchor") or {}).get("fault"),
                    *(p.get("cause") for p in state.get("projections", []))]
            return next((str(words) for words in told if words), "")
        return ""

    @staticmethod
    def not_looked_at(verb, answer):
        """Verify holds, and says that it could not look into the vault: true, and told."""
        vault = (objects(answer.out)[0].get("vault") or {}) if verb.startswith("verify") else {}
        return str(vault.get("why")) if vault.get("lookedAt") is False else ""

    @staticmethod
    def _judge_findings(answer):
        found = objects(answer.out)
        if sentence(answer):
            return Outcome(REFUSED, sentence(answer))
        told = [one for one in found or [] if one.get("findings") or one.get("difference") or
                one.get("holds") is False or one.get("equal") is False] or \
            [vault for vault in [one.get("vault") or {} for one in found or []]
             if vault.get("findings") or vault.get("lookedAt") is False]
        if not told:
            return Outcome(FOURTH, "exit code 1 without a finding", lines_of(answer.out)[:2])
        return Outcome(REFUSED, json.dumps(told[0], ensure_ascii=False)[:300])

    def _judge_execute(self, answer, found):
        """Of three commands, each must be answered as by the undamaged ledger, or told that it cannot be."""
        told, codes = False, [one.get("code") for one in objects(answer.out) or []]
        for number, one in enumerate(found or []):
            if number < len(self.execute) and one == self.execute[number]:
                continue
            by_rule = one["verdict"] == "rejected" and not codes[number] in TOLD
            if one["verdict"] in ("accepted", "known") or by_rule:
                return Outcome(FOURTH, "a command was answered otherwise",
                               (one, "expected", self.execute[number:number + 1]))
            told = True
        if len(found or []) == len(self.execute) and not told and answer.code == self.code["execute"]:
            return Outcome(UNAFFECTED, "")
        if answer.code == 0:
            return Outcome(FOURTH, "commands without an answer and exit code 0", lines_of(answer.err)[-2:])
        said = sentence(answer) or ("an answer tells" if told else "")
        if not said:
            return Outcome(FOURTH, "no error sentence", (answer.code, lines_of(answer.err)[-3:]))
        return Outcome(ERROR_ON_READ if found else REFUSED, said)

    def difference(self, verb, found, executed):
        expected = (self.after if executed else self.before)[verb]
        if verb in ("events", "export") or verb.startswith("view "):
            at = next((n for n, (a, b) in enumerate(zip(expected, found)) if a != b), min(len(expected), len(found)))
            return f"{len(found)} lines, expected {len(expected)}; first difference in line {at + 1}" + \
                (f": {found[at][:300]!r} for {expected[at][:300]!r}" if at < min(len(expected), len(found)) else "")
        if isinstance(found, list):
            odd = [(a, "expected", b) for a, b in zip(found, expected) if a != b]
            return f"{odd[:1] or (len(found), 'expected', len(expected))}"
        return {k: (v, "expected", expected[k]) for k, v in found.items() if v != expected[k]}
