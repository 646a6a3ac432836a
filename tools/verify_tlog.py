#!/usr/bin/env python3
"""Checks a log that was exported, without the program that wrote it and without its code.

    verify_tlog.py FOLDER --key VKEY [--witness VKEY ...] [--older FOLDER_OR_CHECKPOINT]
                   [--proof FILE ...] [--extension FILE] [--records EVENTS.NDJSON] [--json]

FOLDER is a static tree after C2SP tlog-tiles (FOLDER/checkpoint, FOLDER/tile/...), or an audit
export that has it in FOLDER/tlog and the events in FOLDER/events.ndjson. A key is a C2SP vkey
(name+keyid+base64) or a file that holds one. Instead of --key, what a stamped paper says will do:
--paper SIZE:ROOT, the root in hexadecimal, spaces allowed.

Needs Python 3.11, its "cryptography" package (Debian: python3-cryptography) and tlog_formats.py
beside it, which reads the formats; this file says what is checked, in the order in which it runs.
Exit code: 0 everything holds, 1 damage found, 2 wrong usage, 3 nothing to check could be read.
"""
import argparse
import datetime
import functools
import json
import pathlib
import sys

from tlog_formats import (ENTRY, WIDTH, Broken, Checkpoint, Entry, Key, Tree, consistent, included,
                          leaf_hash, number, records_of, root_of, split_bundle, tile_path, unbase64)

CLOCK_TOLERANCE = 300       # seconds that the ledger's clock may be ahead of a witness


# ---- The report -------------------------------------------------------------------------------
KINDS = {
    "signature": ("签名缺失或无效", "the signature is missing or does not verify"),
    "cosignature": ("见证签名缺失或无效", "a witness's signature is missing or does not verify"),
    "malformed": ("格式不符", "not of its form"),
    "missing-file": ("缺少文件", "a file is missing"),
    "extra-file": ("多出文件", "a file that does not belong here"),
    "altered": ("条目被改动", "an entry was altered"),
    "dropped": ("条目被删除", "an entry was dropped"),
    "inserted": ("条目被插入", "an entry was inserted"),
    "swapped": ("条目被对调", "entries were swapped"),
    "truncated": ("末尾条目缺失", "entries at the end are missing"),
    "tile-altered": ("哈希块被改动", "a tile was altered"),
    "rewritten": ("与所签的树不是同一棵(重写或分叉)", "not the tree that was signed: rewritten or forked"),
    "layout": ("条目不合日志规则", "an entry breaks the rules of the log"),
    "fork": ("与早先的检查点矛盾", "contradicts an earlier checkpoint"),
    "rollback": ("比早先的检查点短", "shorter than an earlier checkpoint"),
    "clock": ("登记时间晚于见证时间", "recorded later than it was witnessed"),
    "proof": ("证明不成立", "a proof does not hold"),
    "record": ("原始记录与树不符", "a record is not what the tree holds"),
}


class Report:
    def __init__(self):
        self.checks, self.damage = [], []

    def good(self, zh, en):
        self.checks.append({"zh": zh, "en": en})

    def bad(self, kind, index=None, where="", detail=""):
        zh, en = KINDS[kind]
        self.damage.append({"kind": kind, "index": index, "where": where, "detail": detail,
                            "zh": zh, "en": en})

    def print(self, as_json):
        indexes = [one["index"] for one in self.damage if one["index"] is not None]
        first = min(indexes, default=None)
        if as_json:
            print(json.dumps({"verified": not self.damage, "first_bad_index": first,
                              "damage": self.damage, "checks": self.checks}, ensure_ascii=False))
            return
        for one in self.checks:
            print(f"通过 OK   {one['zh']} | {one['en']}")
        for one in self.damage:
            at = "" if one["index"] is None else f"@{one['index']} "
            detail = f" ({one['detail']})" if one["detail"] else ""
            print(f"损坏 BAD  [{one['kind']}] {at}{one['where']} {one['zh']} | {one['en']}{detail}")
        if first is not None:
            print(f"最先出错:序号 {first},即第 {first + 1} 条。 | First bad index: {first}, position {first + 1}.")
        print("结论:发现损坏。 | DAMAGED." if self.damage else "结论:全部核验通过。 | VERIFIED.")


# ---- The checks, in the order in which they run ------------------------------------------------
def check_checkpoint(data, name, trust, report):
    """The checkpoint, if it has its form; its signatures are checked. trust: (keys, witnesses,
    how many witnesses). With it the earliest time that a witness vouches for, if any does."""
    keys, witnesses, quorum = trust
    try:
        checkpoint = Checkpoint(data)
    except Broken as error:
        report.bad("malformed", None, name, str(error))
        return None, None
    times = []
    for key in keys + witnesses:
        kind = "signature" if key in keys else "cosignature"
        try:
            when = checkpoint.note.verified(key)
        except Broken as error:
            report.bad(kind, None, name, str(error))
            continue
        if key in witnesses and when is not None:
            times.append(when)
            at = datetime.datetime.fromtimestamp(when, datetime.timezone.utc).isoformat()
            report.good(f"{name}:{key.name} 于 {at} 见证", f"witnessed by {key.name} at {at}")
        elif key in keys and (when is None or key.name != checkpoint.origin):
            report.bad(kind, None, name, f"{key.name} did not sign for {checkpoint.origin}")
        elif key in keys:
            report.good(f"{name}:{key.name} 签名有效", f"signed by {key.name}")
    if len(times) < quorum:
        report.bad("cosignature", None, name, f"{len(times)} of {quorum}")
    return checkpoint, min(times, default=None)


class Folder:
    """An exported tree of a given size; files are read when they are needed."""

    def __init__(self, path, size):
        self.path, self.size = path, size

    def width(self, level, number_):
        return max(0, min(WIDTH, self.size // WIDTH ** level - number_ * WIDTH))

    def expected(self):
        """(name, first index under it, size or None) of every file."""
        level, hashes = 0, self.size
        while hashes:
            for number_ in range((hashes + WIDTH - 1) // WIDTH):
                width, first = self.width(level, number_), number_ * WIDTH ** (level + 1)
                yield tile_path(level, number_, width), first, 32 * width
                if level == 0:
                    yield tile_path("entries", number_, width), first, None
            level, hashes = level + 1, hashes // WIDTH

    @functools.lru_cache(maxsize=8)
    def bundle(self, number_):
        try:
            data = (self.path / tile_path("entries", number_, self.width(0, number_))).read_bytes()
        except OSError:
            return []
        return split_bundle(data)

    @functools.lru_cache(maxsize=8)
    def tile(self, level, number_):
        try:
            data = (self.path / tile_path(level, number_, self.width(level, number_))).read_bytes()
        except OSError:
            return []
        return [data[i:i + 32] for i in range(0, len(data), 32)]

    def entry(self, index):
        bundle = self.bundle(index // WIDTH) if 0 <= index < self.size else []
        return bundle[index % WIDTH] if index % WIDTH < len(bundle) else None

    def leaf(self, index):
        tile = self.tile(0, index // WIDTH) if 0 <= index < self.size else []
        return tile[index % WIDTH] if index % WIDTH < len(tile) else None


def check_files(folder, report):
    """Every file is there and no other. An older, narrower tile may stay if it says the same."""
    present = {}
    for name, first, size in folder.expected():
        present[name.partition(".p/")[0]] = name
        if not (folder.path / name).is_file():
            report.bad("missing-file", first, name)
        elif size not in (None, (folder.path / name).stat().st_size):
            report.bad("tile-altered", first, name, "size")
    for file in sorted((folder.path / "tile").rglob("*")):
        name = file.relative_to(folder.path).as_posix()
        stem, partial, width = name.partition(".p/")
        now = folder.path / present.get(stem, "")
        if not file.is_file() or name == present.get(stem):
            continue
        if not (partial and width.isdigit() and now.is_file() and
                now.read_bytes().startswith(file.read_bytes())):
            report.bad("extra-file", None, name)


def what_happened(folder, index, number_):
    """Where the lowest tile is right and the entry at `index` is the first that does not fit it."""
    if index - number_ * WIDTH >= folder.width(0, number_):
        return "inserted"
    entry, next_entry = folder.entry(index), folder.entry(index + 1)
    if entry is None:
        return "dropped" if folder.entry((index // WIDTH + 1) * WIDTH) else "truncated"
    if next_entry is not None and leaf_hash(next_entry) == folder.leaf(index):
        after = folder.entry(index + 2)
        neighbours = leaf_hash(entry) == folder.leaf(index + 1) and \
            (after is None or leaf_hash(after) == folder.leaf(index + 2))
        return "swapped" if neighbours else "inserted"
    place = int.from_bytes(entry[4:12], "big") - 1
    if place <= index or leaf_hash(entry) != folder.leaf(place):
        return "altered"
    other = folder.entry(place)
    return "swapped" if other and leaf_hash(other) == folder.leaf(index) else "dropped"


def faults_of(index, data, before):
    """What an entry says that it must not, by itself and after the one before it; and the entry."""
    try:
        entry = Entry(data)
    except Broken as error:
        return [str(error)], before
    faults = []
    if entry.position != index + 1:
        faults.append(f"says position {entry.position}")
    if not entry.first <= entry.position < entry.first + entry.count:
        faults.append(f"outside of its commit {entry.first}+{entry.count}")
    if before is not None and entry.recorded_at < before.recorded_at:
        faults.append("recorded before its predecessor")
    if before is not None and not before.ends_commit() and entry.commit != before.commit:
        faults.append("cuts the commit before it short")
    if (before is None or before.ends_commit()) and entry.first != entry.position:
        faults.append("does not begin its commit")
    return faults, entry


def check_levels(folder, roots, report):
    """Above the lowest level each hash is the root of a full tile below."""
    level = 1
    while roots:
        for number_ in range((len(roots) + WIDTH - 1) // WIDTH):
            part, found = roots[number_ * WIDTH:][:WIDTH], folder.tile(level, number_)
            if found != part:
                bad = next((i for i, pair in enumerate(zip(part, found)) if pair[0] != pair[1]), 0)
                report.bad("tile-altered", (number_ * WIDTH + bad) * WIDTH ** level,
                           tile_path(level, number_, len(part)))
        roots = [root_of(roots[i:i + WIDTH]) for i in range(0, len(roots) // WIDTH * WIDTH, WIDTH)]
        level += 1


def check_tree(folder, checkpoint, older, witnessed, report):
    """Entries, tiles and root. Where entries and lowest tiles part, the root tells which is right."""
    by_entries, by_tiles, parted = Tree(), None, None
    roots, faults, before, older_root = [], [], None, None
    for number_ in range((folder.size + WIDTH - 1) // WIDTH):
        entries, tile = folder.bundle(number_), folder.tile(0, number_)
        leaves = [leaf_hash(entry) for entry in entries]
        if leaves != tile and parted is None:
            same = next((i for i, pair in enumerate(zip(leaves, tile)) if pair[0] != pair[1]),
                        min(len(leaves), len(tile)))
            parted, by_tiles = (number_ * WIDTH + same, number_), by_entries.copy()
        for i, leaf in enumerate(leaves):
            by_entries.add(leaf)
            if by_entries.size == older.size:
                older_root = by_entries.root()
            bad, before = faults_of(number_ * WIDTH + i, entries[i], before)
            if bad and len(faults) < 10:
                faults.append((number_ * WIDTH + i, "; ".join(bad)))
        for leaf in tile if by_tiles else ():
            by_tiles.add(leaf)
        roots.append((root_of(leaves), root_of(tile) if by_tiles else None))
    full = roots[:folder.size // WIDTH]
    if by_entries.size == folder.size and by_entries.root() == checkpoint.root:
        if parted is not None:
            report.bad("tile-altered", parted[0], f"tile/0, number {parted[1]}")
        check_levels(folder, [left for left, _ in full], report)
    elif by_tiles and by_tiles.size == folder.size and by_tiles.root() == checkpoint.root:
        report.bad(what_happened(folder, *parted), parted[0], f"tile/entries, number {parted[1]}")
        check_levels(folder, [right or left for left, right in full], report)
        return
    else:
        report.bad("rewritten", parted and parted[0], "checkpoint")
        check_levels(folder, [right or left for left, right in full], report)
    for index, fault in faults:
        report.bad("layout", index, detail=fault)
    if before is not None and not before.ends_commit():
        report.bad("layout", folder.size - 1, detail="the last commit is cut short")
    if before is not None and witnessed is not None and \
            before.recorded_at > (witnessed + CLOCK_TOLERANCE) * 1000000:
        report.bad("clock", folder.size - 1, detail=f"witnessed at {witnessed}")
    if older.size and older_root != older.root:
        report.bad("rollback" if older.size > folder.size else "fork",
                   detail=f"signed earlier: {older.size} entries, root {older.root.hex()}")
    elif older.size:
        report.good(f"前 {older.size} 条与早先的检查点一致", f"the first {older.size} are those signed earlier")


def check_records(path, folder, checkpoint, all_up_to, report):
    """Each exact record against its entry; without tiles, all of them against the root. An export
    of one school holds some records only; `all_up_to`: none up to there may be missing."""
    tree, newer, faults = Tree(), 0, len(report.damage)
    try:
        for position, entry in records_of(path):
            if position > checkpoint.size:
                newer += 1
                continue
            if position <= all_up_to and position != tree.size + 1:
                report.bad("dropped", tree.size, path.name)
                return
            tree.add(leaf_hash(entry))
            if folder and entry != folder.entry(position - 1):
                report.bad("record", position - 1, path.name)
    except (OSError, Broken) as error:
        report.bad("record", None, path.name, str(error))
        return
    if tree.size < min(all_up_to, checkpoint.size):
        report.bad("truncated", tree.size, path.name)
    elif not folder and tree.root() != checkpoint.root:
        report.bad("rewritten", None, path.name)
    if newer:
        report.good(f"注意:{newer} 条原始记录晚于检查点,未被证明", f"note: {newer} records are newer than the checkpoint, unproven")
    if len(report.damage) == faults:
        report.good(f"{path.name}:{tree.size} 条原始记录与树一致", f"{tree.size} exact records are those of the tree")


def check_proof(path, folder, records, trust, report):
    """A .tlog-proof: the leaf at its index is in the checkpoint's tree. The entry comes from the
    tree at hand, else from `extra`, as a receipt has it. `records`: a file that holds its record."""
    try:
        head, _, note = path.read_bytes().partition(b"\n\n")
        lines = head.decode("ascii").split("\n")
        if lines.pop(0) != "c2sp.org/tlog-proof@v1":
            raise Broken("not a tlog-proof")
        extra = unbase64(lines.pop(0)[6:]) if lines[0].startswith("extra ") else b""
        if not lines[0].startswith("index "):
            raise Broken("no index")
        index, hashes = number(lines[0][6:]), [unbase64(line, 32) for line in lines[1:]]
    except (OSError, Broken, UnicodeDecodeError, IndexError) as error:
        report.bad("proof", None, path.name, str(error))
        return
    checkpoint, _ = check_checkpoint(note, path.name, trust, report)
    entry = folder and folder.entry(index) or extra
    if checkpoint is None:
        return
    if len(entry) != ENTRY.size:
        report.bad("proof", index, path.name, "no entry at hand: give the folder")
    elif len(extra) == ENTRY.size and entry != extra:
        report.bad("proof", index, path.name, "its entry is not that of the tree")
    elif int.from_bytes(entry[4:12], "big") != index + 1 or not included(
            index, checkpoint.size, leaf_hash(entry), hashes, checkpoint.root):
        report.bad("proof", index, path.name)
    elif records and entry not in (found for _, found in records_of(records)):
        report.bad("record", index, records.name, f"not what {path.name} is about")
    else:
        report.good(f"{path.name}:第 {index + 1} 条在 {checkpoint.size} 条的树中", f"position {index + 1} is in the tree of {checkpoint.size}")


def check_extension(path, older, trust, report):
    """What a log tells a witness: old size, consistency proof, new checkpoint (C2SP tlog-witness)."""
    try:
        head, _, note = path.read_bytes().partition(b"\n\n")
        first, *proof = head.decode("ascii").split("\n")
        old, proof = number(first.removeprefix("old ")), [unbase64(line, 32) for line in proof]
    except (OSError, Broken, UnicodeDecodeError) as error:
        report.bad("proof", None, path.name, str(error))
        return
    new, _ = check_checkpoint(note, path.name, trust, report)
    if new is None:
        return
    if old != older.size or not consistent(old, new.size, proof, older.root, new.root):
        report.bad("rollback" if new.size < older.size else "fork", None, path.name)
    else:
        report.good(f"{path.name}:{old} 条延长为 {new.size} 条", f"{old} entries grew to {new.size}")


class Paper:
    """What a stamped paper says, in place of a signed checkpoint. The empty one binds nothing."""

    def __init__(self, text="0:"):
        size, _, root = text.partition(":")
        self.size, self.root = number(size.strip()), bytes.fromhex(root)


def arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--key", action="append", default=[], help="vkey of the log, or its file")
    parser.add_argument("--witness", action="append", default=[], help="vkey of a witness")
    parser.add_argument("--quorum", type=int, help="witnesses needed (default: all given)")
    parser.add_argument("--paper", help="SIZE:ROOT as on a stamped paper")
    parser.add_argument("--older", type=pathlib.Path, help="an earlier checkpoint, or its folder")
    parser.add_argument("--proof", action="append", default=[], type=pathlib.Path)
    parser.add_argument("--extension", type=pathlib.Path, help="a witness request, with --older")
    parser.add_argument("--records", type=pathlib.Path, help="events.ndjson of an audit export; with --proof and no folder, the "
                        "records that the proofs are about")
    parser.add_argument("--json", action="store_true")
    return parser, parser.parse_args(argv)


def keys_of(values):
    return [Key(pathlib.Path(v).read_text() if pathlib.Path(v).is_file() else v) for v in values]


def main(argv=None):
    parser, given = arguments(argv)
    try:
        keys, witnesses = keys_of(given.key), keys_of(given.witness)
        paper = Paper(given.paper) if given.paper else None
    except (Broken, ValueError) as error:
        parser.error(str(error))
    if not keys and not paper:
        parser.error("--key or --paper says whom to trust")
    if not (given.folder or given.proof or given.extension):
        parser.error("nothing to check")
    if given.extension and not given.older:
        parser.error("--extension continues what --older gives")
    if (given.older or given.proof or given.extension) and not keys:
        parser.error("--older, --proof and --extension need --key: their checkpoints are signed")
    trust = (keys, witnesses, len(witnesses) if given.quorum is None else given.quorum)
    report, folder, older = Report(), None, Paper()
    try:
        if given.older:
            place = given.older / "checkpoint" if given.older.is_dir() else given.older
            older, _ = check_checkpoint(place.read_bytes(), str(given.older), (keys, [], 0), report)
            older = older or Paper()
        if given.folder:
            folder = check_folder(given, paper, older, trust, report)
        for proof in given.proof:
            check_proof(proof, folder, None if given.folder else given.records, trust, report)
        if given.extension:
            check_extension(given.extension, older, trust, report)
    except (OSError, Broken) as error:
        print(f"无法读取 | cannot read: {error}", file=sys.stderr)
        return 3
    report.print(given.json)
    return 1 if report.damage else 0


def check_folder(given, paper, older, trust, report):
    """Everything that lies in a folder. Answers its tree, None if there are only records."""
    place = given.folder / "tlog" if (given.folder / "tlog").is_dir() else given.folder
    records = given.records or given.folder / "events.ndjson"
    checkpoint, witnessed = paper, None
    if trust[0]:
        checkpoint, witnessed = check_checkpoint(
            (place / "checkpoint").read_bytes(), "checkpoint", trust, report)
    if checkpoint is None:
        return None
    if paper and (paper.size, paper.root) != (checkpoint.size, checkpoint.root):
        report.bad("fork", None, "checkpoint", "not what the paper says")
    folder = Folder(place, checkpoint.size) if (place / "tile").is_dir() else None
    if folder:
        faults = len(report.damage)
        check_files(folder, report)
        check_tree(folder, checkpoint, older, witnessed, report)
        if len(report.damage) == faults:
            report.good(f"{folder.size} 条与全部哈希块符合所签的根", f"{folder.size} entries and all tiles give the root {checkpoint.root.hex()}")
    if records.is_file():
        export, all_up_to = records.with_name("export.json"), 0 if folder else checkpoint.size
        if export.is_file() and json.loads(export.read_bytes()).get("whole_log"):
            all_up_to = max(all_up_to, json.loads(export.read_bytes())["position"])
        check_records(records, folder, checkpoint, all_up_to, report)
    elif not folder:
        raise FileNotFoundError(f"{place}: tile/, events.ndjson")
    return folder


if __name__ == "__main__":
    sys.exit(main())
