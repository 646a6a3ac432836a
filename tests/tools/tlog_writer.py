"""Writes small logs for the tests of tools/verify_tlog.py: an own, slow reading of the formats, by
recursion where the checker goes step by step, so that the two can be held against each other."""
import base64
import hashlib
import pathlib
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def mth(hashes):
    """Merkle tree head over leaf hashes, as RFC 6962 defines it."""
    if not hashes:
        return sha()
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\x01", mth(hashes[:k]), mth(hashes[k:]))


def path(m, hashes):
    """Inclusion proof of leaf m, RFC 6962 2.1.1."""
    if len(hashes) == 1:
        return []
    k = 1 << (len(hashes) - 1).bit_length() - 1
    if m < k:
        return path(m, hashes[:k]) + [mth(hashes[k:])]
    return path(m - k, hashes[k:]) + [mth(hashes[:k])]


def proof(m, hashes, whole=True):
    """Consistency proof from size m, RFC 6962 2.1.2."""
    if m == len(hashes):
        return [] if whole else [mth(hashes)]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    if m <= k:
        return proof(m, hashes[:k], whole) + [mth(hashes[k:])]
    return proof(m - k, hashes[k:], False) + [mth(hashes[:k])]


def make_entries(size, random, start=1_700_000_000_000_000):
    """Commits of 1 to 5 events. Answers entries and the records that they are of."""
    entries, records, now = [], [], start
    while len(entries) < size:
        count = min(random.randint(1, 5), size - len(entries))
        first = len(entries) + 1
        now += random.randint(0, 5_000_000)
        for position in range(first, first + count):
            record = b"record %d " % position + random.randbytes(random.randint(0, 40))
            event = random.randbytes(16)
            entries.append(b"TZ01" + struct.pack(">Qq16sQI", position, now, event, first, count) +
                           sha(record))
            records.append((position, now, event, first, count, record))
    return entries, records


class Signer:
    def __init__(self, name, seed, kind=1):
        self.name, self.kind = name, kind
        self.key = Ed25519PrivateKey.from_private_bytes(sha(seed.encode()))
        self.public = bytes([kind]) + self.key.public_key().public_bytes(Encoding.Raw,
                                                                        PublicFormat.Raw)
        self.id = sha(name.encode(), b"\n", self.public)[:4]

    def vkey(self):
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.public).decode()}"

    def line(self, text, time=None):
        stamp = b"" if time is None else struct.pack(">Q", time)
        head = "" if time is None else f"cosignature/v1\ntime {time}\n"
        signature = stamp + self.key.sign((head + text).encode())
        return f"\u2014 {self.name} {base64.b64encode(self.id + signature).decode()}\n"


def checkpoint(leaves, signer, witnesses=(), time=1_800_000_000):
    text = f"{signer.name}\n{len(leaves)}\n{base64.b64encode(mth(leaves)).decode()}\n"
    return text + "\n" + signer.line(text) + "".join(w.line(text, time) for w in witnesses)


def name(level, number, width):
    digits = "%03d" % number if number < 1000 else "x%03d/%03d" % divmod(number, 1000)
    return f"tile/{level}/{digits}" + ("" if width == 256 else f".p/{width}")


def write(folder, entries, note):
    """The static tree of tlog-tiles. Answers the leaf hashes."""
    folder = pathlib.Path(folder)

    def put(file, data):
        file = folder / file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    leaves = [sha(b"\x00", entry) for entry in entries]
    for start in range(0, len(entries), 256):
        part = entries[start:start + 256]
        put(name("entries", start // 256, len(part)),
            b"".join(struct.pack(">H", len(entry)) + entry for entry in part))
    level, hashes = 0, leaves
    while hashes:
        for start in range(0, len(hashes), 256):
            part = hashes[start:start + 256]
            put(name(level, start // 256, len(part)), b"".join(part))
        hashes = [mth(hashes[i:i + 256]) for i in range(0, len(hashes) // 256 * 256, 256)]
        level += 1
    put("checkpoint", note(leaves).encode())
    return leaves


def tlog_proof(index, leaves, note, extra=None):
    lines = ["c2sp.org/tlog-proof@v1"]
    if extra is not None:
        lines.append("extra " + base64.b64encode(extra).decode())
    lines.append(f"index {index}")
    lines += [base64.b64encode(one).decode() for one in path(index, leaves)]
    return "\n".join(lines) + "\n\n" + note


def ndjson(records):
    """events.ndjson as an audit export has it, as far as the checker reads it."""
    import datetime
    import json
    digits = "0123456789abcdefghjkmnpqrstvwxyz"
    lines = []
    for position, now, event, first, count, record in records:
        value = int.from_bytes(event, "big")
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=now)
        lines.append(json.dumps({
            "position": str(position), "event_id": "".join(digits[value >> 5 * i & 31]
                                                           for i in range(25, -1, -1)),
            "recorded_at": moment.isoformat(timespec="microseconds") + "Z",
            "commit_first": str(first), "commit_size": count,
            "record": base64.b64encode(record).decode()}))
    return "\n".join(lines) + "\n"
