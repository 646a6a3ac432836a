#!/usr/bin/env python3
"""Attacks on a ledger's folder: killed at any moment, damaged anywhere, parts put back from older copies,
the power cut. Whatever was done, every verb must refuse, or end in an error, or give the right answer.

    attack.py TAIZHANG [kills] [flips] [copies] [cuts]

ATTACK_SEED                 chooses everything that is chosen; printed, drawn anew if not given
ATTACK_KILLS, ATTACK_FLIPS, ATTACK_COPIES, ATTACK_CUTS
                            how many of each; small by default, for every change; more by night
ATTACK_ONLY=flips:17        only this one of them, as a failure names it
ATTACK_ALL=1                ask every view in every attack, not one of a few that are drawn for the run
ATTACK_TELL=1               tell the outcome of each verb of each attack
ATTACK_WORKERS              attacks at a time (2); ATTACK_LIMIT: seconds until a verb counts as hanging
ATTACK_KEEP=DIR             keep the damaged folder of every failure there: ids and keys are drawn by the
                            tool, so the same seed damages the same place of a ledger with other bytes
ATTACK_DIR                  where to work; memory if there is some, since only the cuts need a real disk
"""
import atexit
import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.dont_write_bytecode = True  # the source tree is not ours to write to
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import commands  # noqa: E402
from judge import (ERROR_ON_READ, FOURTH, REFUSED, UNAFFECTED, Expected, Tool, arguments_of,  # noqa: E402
                   broke_down, digest, lines_of, objects, sentence, tells_damage)

TOOL = Tool(sys.argv[1])
SEED = os.environ.get("ATTACK_SEED") or str(int.from_bytes(os.urandom(4), "big"))
COUNTS = {name: int(os.environ.get(f"ATTACK_{name.upper()}", few))
          for name, few in (("kills", 12), ("flips", 40), ("copies", 12), ("cuts", 3))}
ALL = os.environ.get("ATTACK_ALL") == "1"
WORKERS = int(os.environ.get("ATTACK_WORKERS", 2))
KEEP, TELL = os.environ.get("ATTACK_KEEP"), os.environ.get("ATTACK_TELL") == "1"
ONLY = os.environ.get("ATTACK_ONLY")
SHARED_MEMORY = pathlib.Path("/dev/shm")


def chance(*names):
    return random.Random("/".join(map(str, (SEED, *names))))


def workplace():
    chosen = os.environ.get("ATTACK_DIR")
    if not chosen and os.access(SHARED_MEMORY, os.W_OK) and shutil.disk_usage(SHARED_MEMORY).free > 1 << 30:
        chosen = SHARED_MEMORY
    made = pathlib.Path(tempfile.mkdtemp(prefix="taizhang-attack-", dir=chosen))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


# ---- the ledgers that are attacked


class Base:
    """A ledger, an older copy of it, and what it answers."""

    def __init__(self, name, folder, older, known):
        self.name, self.folder, self.older = name, folder, older
        every = [one["view"] for one in objects(TOOL.good("views", self.copy("asked"), "--json").out)]
        drawn = chance("views").sample(every, 3)
        self.views = every if ALL else ["student-register", *(one for one in drawn if one != "student-register")]
        # A command that was taken, the same child again under another id, a child that is new: one that is
        # known is found by its id, one that is there already by the vault's index, the new one writes both.
        self.commands = commands.as_lines([commands.child(known), commands.child(known, "again"),
                                           commands.child(900)])
        self.expected = Expected(TOOL, self.copy("before"), self.copy("after"), self.views, self.commands)
        for place in ("asked", "before", "after"):
            shutil.rmtree(self.place(place))

    def place(self, name):
        return self.folder.parent / f"{self.folder.name}.{name}"

    def copy(self, name):
        return shutil.copytree(self.folder, self.place(name))


class World:
    """Made once a run. Each attack works on a copy."""
    made = None
    lock = threading.Lock()

    @classmethod
    def get(cls):
        with cls.lock:
            cls.made = cls.made or cls()
        return cls.made

    def __init__(self):
        started = time.monotonic()
        self.dir = workplace()
        self.data = self.dir / "data"
        TOOL.good("generate", "school", "--pupils", 30, "--years", 1, "--seed", 7, "--out", self.data)
        self.fresh = self.dir / "fresh"
        TOOL.good("init", self.fresh, "--simulated-clock")
        school = self.dir / "school"
        shutil.copytree(self.fresh, school)
        self.import_into(school)
        older = self.grow(school)
        # Ended as usual: everything lies in tables. Killed: the last children lie in write-ahead logs only.
        self.closed = Base("closed", school, older, 5)
        killed = self.dir / "killed"
        shutil.copytree(school, killed)
        writer = TOOL.start("execute", killed)
        writer.feed(commands.as_lines(commands.child(n) for n in range(8, 12)))
        writer.wait_for_lines(4, 60)
        writer.kill()
        self.killed = Base("killed", killed, older, 9)
        self.paged_ = None
        print(f"ledgers made in {time.monotonic() - started:.0f} s in {self.dir}", flush=True)

    @property
    def paged(self):
        """Long enough that its first events lie in sealed pages, with postings and an index of ids."""
        with self.lock:
            if not self.paged_:
                paged = self.dir / "paged"
                TOOL.good("generate", "county", "--pupils", 300, "--years", 1, "--seed", 7, "--ledger", paged)
                older = self.grow(paged)
                assert int(objects(TOOL.good("status", paged, "--json").out)[0]["sealed"]) > 0
                self.paged_ = Base("paged", paged, older, 5)
        return self.paged_

    def import_into(self, ledger, codes=(0, 1)):
        return TOOL.good("import", ledger, self.data, "--show", 0, "--rejects", f"{ledger}.rejects", codes=codes)

    def grow(self, ledger):
        """Commands, views, a checkpoint; a copy of that; then a new key, more commands, a witness."""
        TOOL.good("execute", ledger, stdin=commands.as_lines(commands.school_and_classes()))
        TOOL.good("execute", ledger, stdin=commands.as_lines(commands.child(n) for n in range(4)))
        TOOL.good("key", "new", ledger)
        TOOL.good("checkpoint", ledger)
        TOOL.good("view", ledger, "student-register")
        older = shutil.copytree(ledger, f"{ledger}.older")
        TOOL.good("execute", ledger, stdin=commands.as_lines(commands.child(n) for n in range(4, 8)))
        key = TOOL.good("key", "rotate", ledger).out.decode().strip()
        TOOL.good("checkpoint", ledger)
        TOOL.good("view", ledger, "student-register")
        witness = f"{ledger}.witness"
        TOOL.good("checkpoint", "trust", ledger,
                  TOOL.good("witness", "new", witness, "--name", "witness.example/w").out.decode().strip())
        TOOL.good("witness", "trust", witness, key)
        for name, words in (("request", ("checkpoint", "request", ledger)),
                            ("cosigned", ("witness", "cosign", witness, f"{ledger}.request"))):
            pathlib.Path(f"{ledger}.{name}").write_bytes(TOOL.good(*words).out)
        TOOL.good("checkpoint", "import", ledger, f"{ledger}.cosigned")
        return pathlib.Path(older)


# ---- what all attacks share


class Failure:
    def __init__(self, attack, kind, damage, verb, words, got, folder=""):
        self.group = (kind, damage, verb, words)
        self.text = (f"FOURTH OUTCOME  ATTACK_SEED={SEED} ATTACK_ONLY={attack}\n"
                     f"    kind of file: {kind}\n    damage:       {damage}\n    verb:         {verb}\n"
                     f"    expected:     refused, an error, or the right answer\n"
                     f"    got:          {words}: {str(got)[:600]}" + (f"\n    kept in:      {folder}" if folder else ""))


class Attacks(unittest.TestCase):
    name = ""

    @classmethod
    def setUpClass(cls):
        cls.world = World.get()
        cls.lock = threading.Lock()
        cls.counts, cls.failures = collections.defaultdict(collections.Counter), []

    def carry_out(self, plan):
        """plan: one function a number, each with (number, folder of its own)."""
        started = time.monotonic()

        def one(number, attack):
            place = self.world.dir / f"{self.name}-{number}"
            place.mkdir()
            before = len(self.failures)
            try:
                attack(number, place)
            finally:
                if KEEP and len(self.failures) > before:
                    shutil.copytree(place, pathlib.Path(KEEP) / f"{SEED}-{place.name}", dirs_exist_ok=True)
                shutil.rmtree(place, ignore_errors=True)

        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            waiting = [pool.submit(one, number, attack) for number, attack in enumerate(plan)
                       if ONLY in (None, f"{self.name}:{number}")]
            try:
                for done in waiting:
                    done.result()
            except BaseException:  # stopped, or the tool is gone: what has not begun does not begin
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        kinds = sorted(self.counts)
        width = max(map(len, kinds), default=0)
        columns = (REFUSED, ERROR_ON_READ, UNAFFECTED, FOURTH)
        print(f"\n{self.name}: {len(plan)} in {time.monotonic() - started:.0f} s; outcomes, one a verb\n"
              f"{'':{width}}  " + "  ".join(f"{c:>13}" for c in columns))
        for kind in kinds:
            print(f"{kind:{width}}  " + "  ".join(f"{self.counts[kind][c] or '-':>13}" for c in columns))
        sys.stdout.flush()
        groups = collections.Counter(f.group for f in self.failures)
        if groups:
            self.fail("\n" + "\n".join(f"{count:4} x {' | '.join(group)}" for group, count in sorted(groups.items())))

    def count(self, kind, outcome):
        with self.lock:
            self.counts[kind][outcome] += 1

    def fail_at(self, number, kind, damage, verb, words, got):
        where = pathlib.Path(KEEP) / f"{SEED}-{self.name}-{number}" if KEEP else ""
        failure = Failure(f"{self.name}:{number}", kind, damage, verb, words, got, where)
        with self.lock:
            self.counts[kind][FOURTH] += 1
            self.failures.append(failure)
            print(failure.text, flush=True)

    def interrogate(self, number, base, ledger, kind, damage, luck, derived=False):
        """Every verb, in an order drawn anew: the first to open may hide from the next what was wrong."""
        expected = base.expected
        views = base.views if ALL else [luck.choice(base.views)]
        verbs = ["status", "verify", "execute"] + [f"view {v}" for v in views]
        verbs += ["events", "export"] if ALL else [luck.choice(["events", "export"])]
        verbs += ["verify --views"] if ALL or derived or luck.random() < 0.3 else []
        # What was signed earlier is true as well; that more was signed since, only a witness knows.
        if kind != "older proof" and (kind.startswith("proof") or luck.random() < 0.2):
            verbs += ["checkpoint", "key show"]
        luck.shuffle(verbs)
        if "mark" in kind:  # readers first: whoever opens as the writer makes the mark anew
            verbs.sort(key=lambda verb: verb not in ("events", "export", "verify"))
        executed, held = False, ""
        damage += f" ({base.name})"
        for at, verb in enumerate(verbs):
            answer = TOOL.run(*arguments_of(verb, ledger), stdin=base.commands if verb == "execute" else b"")
            outcome = expected.judge(verb, answer, executed)
            if TELL:
                print(f"{self.name}:{number} {kind}: {damage}: {verb}: {outcome.kind} {outcome.words}", flush=True)
            if verb == "execute":
                executed = {UNAFFECTED: True, REFUSED: False}.get(outcome.kind)
            if outcome.kind == FOURTH:
                self.fail_at(number, kind, damage, verb, outcome.words,
                             f"{outcome.got}; verbs so far: {verbs[:at + 1]}")
                if verb == "execute":  # what it wrote makes every later answer another one
                    return
                continue
            # Found by a verb after verify had said that everything holds: verify did not look there.
            # (Of proof/key, which only signs, it says nothing.)
            if held and outcome.kind != UNAFFECTED and tells_damage(answer) and kind != "proof/key":
                self.fail_at(number, kind, damage, held, "said that all holds; another verb then found damage",
                             f"{verb}: {outcome.words}")
                held = ""
                continue
            if outcome.kind == UNAFFECTED and verb == ("verify --views" if derived else verb) and "verify" in verb:
                held = verb
            # What can be made anew from the log must not stand in the way of the log.
            if derived and outcome.kind != UNAFFECTED and verb in ("verify", "events", "export", "execute"):
                self.fail_at(number, kind, damage, verb, "stopped by a file that can be made anew", outcome.words)
                continue
            self.count(kind, outcome.kind)
        if derived:
            verb = f"view {luck.choice(base.views)}"
            rebuilt = TOOL.run("rebuild", ledger)
            outcome = expected.judge(verb, TOOL.run(*arguments_of(verb, ledger)), executed)
            if outcome.kind == UNAFFECTED:
                self.count(kind, outcome.kind)
            else:
                self.fail_at(number, kind, damage, verb + " after rebuild", "what can be made anew was not",
                             f"{outcome.kind}: {outcome.words} {outcome.got}; "
                             f"rebuild: {rebuilt.code} {sentence(rebuilt)}")


# ---- flips


def kind_of(path):
    """log/000012.sst and log/000034.sst are of a kind."""
    folder, name = path.parent.as_posix(), path.name
    if folder.endswith("rotated"):
        name = "*"
    return (f"{folder}/" if folder != "." else "") + re.sub(r"\d{6}", "*", name)


def damages(size):
    if size == 0:
        return ["grown", "removed"]
    return ["bit", "first byte", "last byte", "cut", "emptied", "removed", "zeroed", "grown"]


def inflict(path, damage, luck):
    """Returns where and what, for the report."""
    size = path.stat().st_size
    if damage == "removed":
        path.unlink()
        return f"removed {path.name}"
    content = bytearray(path.read_bytes())
    if damage in ("bit", "first byte", "last byte"):
        at = {"bit": luck.randrange(size), "first byte": 0, "last byte": size - 1}[damage]
        bit = luck.randrange(8)
        content[at] ^= 1 << bit
        words = f"bit {bit} of byte {at} of {size}"
    elif damage == "cut":
        keep = luck.choice([size - 1, luck.randrange(size), luck.randrange(size)])
        del content[keep:]
        words = f"cut from {size} to {keep}"
    elif damage == "emptied":
        content.clear()
        words = f"emptied, was {size}"
    elif damage == "zeroed":
        at = luck.randrange(size)
        length = min(size - at, luck.choice([8, 64, 512, 4096]))
        content[at:at + length] = bytes(length)
        words = f"{length} bytes from {at} of {size} zeroed"
    else:
        more = luck.randbytes(luck.choice([1, 7, 100, 5000]))
        content += more
        words = f"grown from {size} by {len(more)}"
    path.write_bytes(content)
    return f"{words} of {path.name}"


class Flips(Attacks):
    """One file is damaged, as a bad disk, an interrupted copy or a wrong hand does it."""
    name = "flips"

    def test_flips(self):
        luck = chance("flips")
        bases, plan = {}, []
        number = 0
        while len(plan) < COUNTS["flips"]:
            # Rounds over all kinds of file, so that few attacks reach every kind and many reach all of each.
            # The long ledger takes its time; it is left to runs that have some.
            base = ("closed", "killed", "paged" if COUNTS["flips"] >= 100 else "closed", "killed")[number % 4]
            number += 1
            if base not in bases:
                bases[base] = self.kinds(getattr(self.world, base).folder)
            kinds = sorted(bases[base])
            luck.shuffle(kinds)
            plan += [(base, kind, luck.choice(damages(bases[base][kind]))) for kind in kinds]
        self.carry_out([lambda n, place, one=one: self.flip(n, place, *one) for one in plan[:COUNTS["flips"]]])

    @staticmethod
    def kinds(folder):
        found = {}
        for path in folder.rglob("*"):
            if path.is_file():
                kind = kind_of(path.relative_to(folder))
                found[kind] = max(found.get(kind, 0), path.stat().st_size)
        return found

    def flip(self, number, place, base, kind, damage):
        luck = chance("flips", number)
        base = getattr(self.world, base)
        ledger = shutil.copytree(base.folder, place / "ledger")
        files = sorted(p for p in ledger.rglob("*") if p.is_file() and kind_of(p.relative_to(ledger)) == kind)
        fit = [p for p in files if damage in damages(p.stat().st_size)] or files
        path = luck.choice(fit)
        damage = damage if path in fit and damage in damages(path.stat().st_size) else "removed"
        if KEEP:
            shutil.copytree(ledger, place / "undamaged")
        words = inflict(path, damage, luck)
        if KEEP:
            shutil.copytree(ledger, place / "damaged")
        self.interrogate(number, base, ledger, kind, words, luck, derived=kind.startswith("views/"))

    def test_an_undamaged_ledger_is_unaffected(self):
        """Or the judge would find fault with everything."""
        for base in (self.world.closed, self.world.killed):
            with tempfile.TemporaryDirectory(dir=self.world.dir) as place:
                ledger = shutil.copytree(base.folder, pathlib.Path(place) / "ledger")
                for verb in ("view student-register", "status", "verify", "execute", "events", "status", "verify",
                             *base.expected.verbs):
                    answer = TOOL.run(*arguments_of(verb, ledger), stdin=base.commands if verb == "execute" else b"")
                    outcome = base.expected.judge(verb, answer, None)
                    self.assertEqual(outcome.kind, UNAFFECTED, (base.name, verb, outcome, answer.err))


# ---- copies


class Copies(Attacks):
    """Parts of the folder are put back from an older copy, or it is copied while it is written."""
    name = "copies"
    PARTS = {  # what comes from the older copy
        "vault": ["vault"], "views": ["views"], "log": ["log"], "proof": ["proof"],
        "log, the newer mark left": ["log"], "durable mark": ["log/durable.mark"],
        "vault's mark": ["vault/durable.mark"], "views' mark": ["views/durable.mark"],
        "log and vault": ["log", "vault"], "log, vault and views": ["log", "vault", "views"]}
    GONE = ["vault", "views", "log", "proof"]

    def test_copies(self):
        luck = chance("copies")
        kinds = [*((self.put_back, part) for part in self.PARTS), *((self.gone, part) for part in self.GONE)]
        plan = []
        while len(plan) < COUNTS["copies"]:
            luck.shuffle(kinds)
            # A live copy meets another moment each time: every third is one.
            for number, one in enumerate(kinds):
                plan += [one] + ([(self.live, "")] if number % 2 else [])
        self.carry_out([lambda n, place, one=one: one[0](n, place, one[1]) for one in plan[:COUNTS["copies"]]])

    def put_back(self, number, place, part):
        luck = chance("copies", number)
        base = luck.choice([self.world.closed, self.world.killed])
        ledger = shutil.copytree(base.folder, place / "ledger")
        mark = (ledger / "log/durable.mark").read_bytes()
        for name in self.PARTS[part]:
            path = ledger / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            source = base.older / name
            shutil.copytree(source, path) if source.is_dir() else shutil.copyfile(source, path)
        if "newer mark" in part:
            (ledger / "log/durable.mark").write_bytes(mark)
        self.interrogate(number, base, ledger, f"older {part}", "put back", luck, derived=part.startswith("views"))

    def gone(self, number, place, part):
        luck = chance("copies", number)
        base = luck.choice([self.world.closed, self.world.killed])
        ledger = shutil.copytree(base.folder, place / "ledger")
        shutil.rmtree(ledger / part)
        self.interrogate(number, base, ledger, f"no {part}", "folder removed", luck, derived=part == "views")

    def live(self, number, place, _):
        """cp -r while a writer writes: what was acknowledged before must be in the copy, or it is refused."""
        luck = chance("copies", number)
        base, kind = self.world.closed, "live copy"
        source, ledger = shutil.copytree(base.folder, place / "source"), place / "ledger"
        writer = TOOL.start("execute", source)
        writer.feed(commands.as_lines(commands.child(n) for n in range(100, 180)))
        writer.wait_for_lines(luck.randrange(60), 60)
        sure = last_position(writer.lines)
        copied = subprocess.run(["cp", "-r", source, ledger], capture_output=True)
        damage = f"after {len(writer.lines)} answers; cp {copied.returncode}"
        writer.process.wait(120)
        writer.ended()
        whole = lines_of(TOOL.good("events", source, "--json").out)
        seen = None
        verbs = ["status", "verify", "events", "export", "view student-register"]
        luck.shuffle(verbs)
        for verb in verbs:
            answer = TOOL.run(*arguments_of(verb, ledger))
            words = broke_down(answer)
            if not words and answer.code:
                if sentence(answer) or b'"holds":false' in answer.out or \
                        verb == "status" and base.expected.told_by_status(answer):
                    self.count(kind, ERROR_ON_READ if answer.out and verb != "verify" else REFUSED)
                    continue
                words = "no error sentence"
            found = None if words else digest(verb, answer)
            if found is not None:
                head = {"status": lambda: int(found["position"]), "verify": lambda: int(found[0]["head"]),
                        "events": lambda: len(found), "export": lambda: len(found)}.get(verb, lambda: None)()
                if verb == "events" and found != whole[:head]:
                    words = "other events than those of the ledger that was copied"
                if verb.startswith("view") and seen:
                    new = map(json.loads, whole[len(base.expected.before["events"]):seen])
                    rows = len(base.expected.before[verb]) + sum(map(registered, new))
                    if len(found) != rows:
                        words = f"{len(found)} rows at position {seen}, expected {rows}"
                if head is not None:
                    if head < sure:
                        words = f"ends at {head}; {sure} was acknowledged before it was copied"
                    elif seen not in (None, head):
                        words = f"ends at {head}; another verb said {seen}"
                    seen = head
            if words:
                self.fail_at(number, kind, damage, verb, words, f"{lines_of(answer.err)[-2:]}; verbs: {verbs}")
            else:
                self.count(kind, UNAFFECTED)


# ---- kills


def registered(event):
    """A row more in the register of students."""
    return event["type"].endswith("student-registered")


def last_position(lines):
    return max((int(p) for one in map(json.loads, lines) for p in one.get("positions") or [one.get("durable", 0)]),
               default=0)


class Survival(Attacks):
    """What must be true after any kill and after any cut: neither is damage, so nothing may be refused."""

    def must(self, number, kind, damage, verb, *arguments, stdin=b"", codes=(0,)):
        answer = TOOL.run(*arguments, stdin=stdin)
        words = broke_down(answer) or (f"exit code {answer.code}" if answer.code not in codes else "")
        if words:
            self.fail_at(number, kind, damage, verb, words, lines_of(answer.err)[-2:] + lines_of(answer.out)[-1:])
            return None
        self.count(kind, UNAFFECTED)
        return answer

    def sound(self, number, kind, damage, ledger, base, sent, acknowledged, luck):
        """All of the base, every acknowledged command, and nothing that was not sent."""
        verbs = {"status": ("status", ledger, "--json"), "verify": ("verify", ledger, "--views", "--json"),
                 "events": ("events", ledger, "--json"), "view": ("view", ledger, "student-register", "--json")}
        order = list(verbs)
        luck.shuffle(order)
        answers = {verb: self.must(number, kind, damage, verb, *verbs[verb]) for verb in order}
        if not all(answers.values()):
            return
        # What was in flight may become visible when the next writer has opened, not before: a reader is
        # shown what was told to be durable. What was acknowledged is there at once, and in order.
        first = lines_of(answers["events"].out)
        again = self.must(number, kind, damage, "events", *verbs["events"])
        if not again:
            return
        events, known = lines_of(again.out), base.expected.before["events"]

        def wrong(verb, words, got=""):
            self.fail_at(number, kind, damage, verb, words, f"{got}; verbs: {order}")

        if events[:len(known)] != known:
            return wrong("events", "what was there before is not there")
        if events[:len(first)] != first or len(first) < max(
                [len(known), *(int(p) for one in acknowledged for p in one["positions"])]):
            return wrong("events", "a shorter or another answer than the one after it", (len(first), len(events)))
        new = [json.loads(line) for line in events[len(known):]]
        at = {str(len(known) + n + 1): one["command"] for n, one in enumerate(new)}
        for one in acknowledged:
            for position in one["positions"]:
                if at.get(position) != one["id"]:
                    return wrong("events", "an acknowledged event is not there", (position, one["id"]))
        ids = {one["id"] for one in sent}
        if not {one["command"] for one in new} <= ids:
            wrong("events", "events of no command")
        for one in new:
            if int(one["commit_first"]) + int(one["commit_size"]) - 1 > len(events):
                wrong("events", "half a commit", one["position"])
        head = int(digest("status", answers["status"])["position"])
        proven = int(digest("verify", answers["verify"])[0]["proven"])
        least = max([len(known), *(int(p) for one in acknowledged for p in one["positions"])])
        for verb, end in (("status", head), ("verify", proven)):
            if end < least:
                wrong(verb, "ends before what was acknowledged", (end, least))
        said = re.search(rb"as of position (\d+)", answers["view"].err)
        seen = int(said[1]) if said else 0
        if seen < least:
            wrong("view", "speaks of less than was acknowledged", (seen, least))
        elif seen <= len(events):
            rows = len(base.expected.before["view student-register"]) + sum(map(registered, new[:seen - len(known)]))
            if len(lines_of(answers["view"].out)) != rows:
                wrong("view", "another number of rows", (len(lines_of(answers["view"].out)), rows, seen))
        if sent:
            again = self.must(number, kind, damage, "execute again", "execute", ledger, "--json",
                              stdin=commands.as_lines(sent))
            if again:
                found = [json.loads(line) for line in lines_of(again.out)]
                taken = {one["id"] for one in acknowledged} | set(at.values())
                for one, answer in zip(sent, found):
                    if answer["verdict"] not in (("known",) if one["id"] in taken else ("known", "accepted")):
                        return wrong("execute again", f"answered {answer['verdict']}", one["id"])
                if len(found) != len(sent):
                    wrong("execute again", "not all was answered", len(found))

    def signs(self, number, kind, damage, ledger, before, least):
        """The keys are those of before, and perhaps one more; the last one signs; what is signed holds."""
        shown = self.must(number, kind, damage, "key show", "key", "show", ledger, "--json")
        if not shown:
            return
        keys = digest("key show", shown)
        if keys[:len(before)] != before or not least <= len(keys) <= len(before) + 1:
            return self.fail_at(number, kind, damage, "key show", "other keys", keys)
        signed = self.must(number, kind, damage, "checkpoint", "checkpoint", ledger, "--json")
        self.must(number, kind, damage, "verify", "verify", ledger)
        if signed:
            found = digest("checkpoint", signed)
            newest = "+".join(keys[-1].split("+")[:2])  # name and hash; the rest is the key itself
            if newest not in found["signers"]:
                self.fail_at(number, kind, damage, "checkpoint", "not signed by the newest key", found)

    def same(self, number, kind, damage, ledger, base, luck):
        verbs = ["view student-register", "events", "verify --views", "status"]
        luck.shuffle(verbs)
        for verb in verbs:
            answer = self.must(number, kind, damage, verb, *arguments_of(verb, ledger))
            if answer and not base.expected.matches_before(verb, digest(verb, answer)):
                self.fail_at(number, kind, damage, verb, "another answer",
                             base.expected.difference(verb, digest(verb, answer), False))

    def import_goes_on(self, number, kind, damage, ledger, sure, luck):
        """What was durable is there, and importing once more ends where an undisturbed import ends."""
        found = self.must(number, kind, damage, "status", "status", ledger, "--json")
        if found and int(objects(found.out)[0]["position"]) < sure:
            return self.fail_at(number, kind, damage, "status", "an acknowledged event is not there", sure)
        self.must(number, kind, damage, "verify", "verify", ledger, "--views")
        again = self.must(number, kind, damage, "import again", "import", ledger, self.world.data, "--show", 0,
                          "--rejects", f"{ledger}.rejects", codes=(0, 1))
        events = self.must(number, kind, damage, "events", "events", ledger, "--json")
        if again and events:
            expected = self.imported_types()
            types = collections.Counter(json.loads(line)["type"] for line in lines_of(events.out))
            if types != expected:
                self.fail_at(number, kind, damage, "import again", "another number of events",
                             {t: (types[t], "expected", expected[t]) for t in types | expected
                              if types[t] != expected[t]})
        return luck

    def imported_types(self):
        lines = self.world.closed.expected.before["events"]
        own = {one["id"] for one in [*commands.school_and_classes(), *map(commands.child, range(8))]}
        return collections.Counter(one["type"] for one in map(json.loads, lines) if one["command"] not in own)


class Kills(Survival):
    """SIGKILL at any moment of a verb."""
    name = "kills"
    WHAT = ("execute", "import", "rebuild", "key rotate", "execute", "view", "checkpoint", "import",
            "execute starting", "checkpoint print", "execute by 4", "key new")

    def test_kills(self):
        self.usual = {}
        self.carry_out([lambda n, place, what=self.WHAT[n % len(self.WHAT)]: self.strike(n, place, what)
                        for n in range(COUNTS["kills"])])

    def strike(self, number, place, what):
        luck = chance("kills", number)
        ledger = place / "ledger"
        world, base = self.world, luck.choice([self.world.closed, self.world.killed])
        shutil.copytree(world.fresh if what in ("import", "key new") else base.folder, ledger)
        if what.startswith("execute"):
            sent = [commands.child(n) for n in range(200, 260)]
            writer = TOOL.start("execute", ledger, "--json", *(["--writers", 4] if what.endswith("4") else []))
            writer.feed(commands.as_lines(sent))
            if what.endswith("starting"):
                time.sleep(luck.uniform(0, 0.4))
            else:
                writer.wait_for_lines(luck.randrange(1, 60), 60)
                time.sleep(luck.uniform(0, 0.01))
            taken = [json.loads(line) for line in writer.kill()]
            return self.sound(number, what, f"killed after {len(taken)} answers ({base.name})", ledger, base, sent,
                              [one for one in taken if one["verdict"] == "accepted"], luck)
        verb = self.verb(what, ledger, luck.choice(base.views))
        if what == "view":
            shutil.rmtree(ledger / "views")  # so that it has something to write
        running = TOOL.start(*verb)
        if what == "import" and luck.random() < 0.7:
            running.wait_for_lines(luck.randrange(1, 60), 60)
        else:  # anywhere in what it usually takes
            running.process.stdin.close()
            after = luck.uniform(0, self.takes(what, base))
            try:
                running.process.wait(after)
            except subprocess.TimeoutExpired:
                pass
        over = running.process.poll()
        lines = running.kill()
        damage = f"killed after {len(lines)} lines, {'over' if over is not None else 'at work'} ({base.name})"
        if what == "import":
            self.import_goes_on(number, what, damage, ledger, last_position(lines), luck)
        elif what == "key new":
            shown = TOOL.run("key", "show", ledger, "--json")
            if shown.code == 0 and objects(shown.out):
                self.signs(number, what, damage, ledger, digest("key show", shown), 1)
            elif self.must(number, what, damage, "key new", "key", "new", ledger):
                self.signs(number, what, damage, ledger, [], 1)
        else:
            self.same(number, what, damage, ledger, base, luck)
            before = base.expected.before["key show"]
            self.signs(number, what, damage, ledger, before,
                       len(before) + (1 if what == "key rotate" and over == 0 else 0))

    def verb(self, what, ledger, view):
        return {"import": ("import", ledger, self.world.data, "--show", 0, "--acknowledge", "--json", "--rejects",
                           f"{ledger}.rejects"),
                "view": ("view", ledger, view)}.get(what) or (*what.split(), ledger)

    def takes(self, what, base):
        """Seconds, measured once, on a copy."""
        with self.lock:
            known = self.usual.get(what)
        if known:
            return known
        with tempfile.TemporaryDirectory(dir=self.world.dir) as place:
            ledger = pathlib.Path(place) / "ledger"
            shutil.copytree(self.world.fresh if what in ("import", "key new") else base.folder, ledger)
            spent = TOOL.run(*self.verb(what, ledger, base.views[0])).seconds
        with self.lock:
            self.usual[what] = spent
        return spent


# ---- power cuts


DISK_BYTES = 160 << 20  # each of three stores sets space aside for its write-ahead log


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


class Disk:
    """An ext4 file system in a file. What was not synced is not in the file yet, so that a copy of it,
    taken while the writer is stopped, is what a power cut leaves."""

    def __init__(self, place, template):
        self.image, self.mount = place / "disk", place / "mnt"
        self.mount.mkdir()
        run_or_raise("cp", "--sparse=always", template, self.image)
        # No journal commit by the clock: only what the writer asks for is written.
        run_or_raise("mount", "-o", "loop,commit=600", self.image, self.mount)

    def cut(self, place):
        """The copy, once nothing changed while it was made: the kernel ends what it was asked for before."""
        target = place / "cut"
        for _ in range(50):
            before = sha256(self.image)
            run_or_raise("cp", "--sparse=always", self.image, target)
            if sha256(target) == before == sha256(self.image):
                return target
            time.sleep(0.05)
        raise AssertionError("the disk never stood still")

    def close(self):
        subprocess.run(["umount", "-l", str(self.mount)], capture_output=True)


def run_or_raise(*arguments):
    done = subprocess.run(list(map(str, arguments)), capture_output=True)
    if done.returncode:
        raise OSError(done.stderr.decode("utf-8", "replace").strip() or f"{arguments[0]}: {done.returncode}")


class Cuts(Survival):
    """The power is cut: only what was synced is there afterwards."""
    name = "cuts"
    WHAT = ("execute", "key rotate", "import", "execute by 4", "init", "checkpoint", "execute", "key new")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if COUNTS["cuts"] == 0:
            raise unittest.SkipTest("ATTACK_CUTS=0")
        cls.templates = {}
        try:
            for name, folder in (("closed", cls.world.closed.folder), ("fresh", cls.world.fresh), ("none", None)):
                cls.templates[name] = cls.world.dir / f"{name}.ext4"
                with open(cls.templates[name], "wb") as file:
                    file.truncate(DISK_BYTES)
                run_or_raise("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", cls.templates[name])
                mount = cls.world.dir / "template"
                mount.mkdir(exist_ok=True)
                run_or_raise("mount", "-o", "loop", cls.templates[name], mount)
                try:
                    if folder:
                        shutil.copytree(folder, mount / "ledger")
                finally:
                    run_or_raise("umount", mount)
        except OSError as why:
            print(f"\n*** SKIPPED: POWER CUTS. No ext4 file system can be mounted here ({why}). What is not "
                  "synced was dropped nowhere in this run. ***\n", flush=True)
            raise unittest.SkipTest(f"power cuts need mkfs.ext4 and a loop mount: {why}")

    def test_cuts(self):
        self.carry_out([lambda n, place, what=self.WHAT[n % len(self.WHAT)]: self.cut(n, place, what)
                        for n in range(COUNTS["cuts"])])

    def cut(self, number, place, what):
        luck = chance("cuts", number)
        base = self.world.closed
        disk = Disk(place, self.templates[{"import": "fresh", "key new": "fresh", "init": "none"}.get(what, "closed")])
        ledger, mount = disk.mount / "ledger", place / "after"
        mount.mkdir()
        sent, running = [], None
        try:
            if what.startswith("execute"):
                sent = [commands.child(n) for n in range(200, 260)]
                running = TOOL.start("execute", ledger, "--json", *(["--writers", 4] if what.endswith("4") else []))
                running.feed(commands.as_lines(sent))
                running.wait_for_lines(luck.randrange(1, 60), 60)
                time.sleep(luck.uniform(0, 0.005))
            elif what == "import":
                running = TOOL.start("import", ledger, self.world.data, "--show", 0, "--acknowledge", "--json",
                                     "--rejects", place / "rejects")
                running.process.stdin.close()
                running.wait_for_lines(luck.randrange(1, 60), 60)
            else:  # to its end: what it said must be so after the cut
                TOOL.good(*what.split(), ledger, *(["--simulated-clock"] if what == "init" else []))
            if running:
                running.process.send_signal(signal.SIGSTOP)
                time.sleep(0.02)  # the reader takes what was said before
            lines = list(running.lines) if running else []
            left = disk.cut(place)
        finally:
            if running:
                running.kill()
            disk.close()
        damage = f"cut after {len(lines)} lines"
        try:
            run_or_raise("mount", "-o", "loop", left, mount)
        except OSError as why:
            return self.fail_at(number, what, damage, "mount", "the file system does not mount", why)
        try:
            after = shutil.copytree(mount / "ledger", place / "ledger")
        finally:
            subprocess.run(["umount", "-l", str(mount)], capture_output=True)
        if what.startswith("execute"):
            taken = [json.loads(line) for line in lines]
            self.sound(number, what, damage, after, base, sent, [o for o in taken if o["verdict"] == "accepted"], luck)
        elif what == "import":
            self.import_goes_on(number, what, damage, after, last_position(lines), luck)
        elif what == "init":
            self.must(number, what, damage, "status", "status", after)
            self.must(number, what, damage, "verify", "verify", after)
            self.must(number, what, damage, "execute", "execute", after,
                      stdin=commands.as_lines(commands.school_and_classes()))
        elif what == "key new":
            self.signs(number, what, damage, after, [], 1)
        else:
            known = base.expected.before["key show"]
            self.same(number, what, damage, after, base, luck)
            self.signs(number, what, damage, after, known, len(known) + (what == "key rotate"))


if __name__ == "__main__":
    # Asked to stop, it ends what is at work and takes its folder away, which may lie in memory.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    print(f"ATTACK_SEED={SEED} " + " ".join(f"ATTACK_{k.upper()}={v}" for k, v in COUNTS.items()), flush=True)
    unittest.main(argv=[sys.argv[0], *(one.capitalize() for one in sys.argv[2:])], verbosity=2)
