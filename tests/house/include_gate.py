#!/usr/bin/env python3
"""Holds every include to the table of layers, and public core headers to standard types.

A layer may include itself and what is below it. `--self-test` shows that the gate catches.
"""
import pathlib
import re
import sys

# Layer -> layers it may include. Seams and ledger are one layer: core.
BELOW = {
    "core": set(),
    "memory": {"core"},
    "rocksdb": {"core"},
    "conformance": {"core"},
    "proof": {"core"},
    "schema": {"core"},
    "vault": {"core", "schema"},
    "projection": {"core", "schema"},
    "testing": {"core", "memory", "schema", "projection"},
    "audit": {"core", "proof", "schema", "projection"},
    "decision": {"core", "schema", "vault", "projection"},
    "process": {"core", "schema", "vault", "projection", "decision"},
    "asio": {"core", "schema", "vault", "projection", "decision"},
    "system": {"core", "schema", "vault", "projection", "decision", "process"},
    "education": {"core", "proof", "schema", "vault", "projection", "audit", "decision", "process",
                  "system"},
    "import": {"core", "proof", "schema", "vault", "projection", "audit", "decision", "process", "system",
               "education"},
    "generate": {"core"},
    "c": {"core", "proof", "memory", "rocksdb", "schema", "vault", "projection", "audit", "decision",
          "process", "system", "education", "import"},
    "tool": {"core", "proof", "memory", "rocksdb", "schema", "vault", "projection", "audit", "decision",
             "process", "system", "education", "import", "generate"},
}
# Generated headers by path prefix -> the layer they belong to, for the purpose of the gate.
PROTO = {"taizhang/annotations.pb.h": "schema", "taizhang/ledger/v1/": "schema",
         "taizhang/education/v1/": "education"}
PUBLIC_BANNED = re.compile(r"^(rocksdb|boost|fmt|nlohmann|spdlog|CLI|toml\+\+|protozero|openssl|sodium|lz4|xxhash)")
PROTOBUF = re.compile(r"^(google/protobuf|.*\.pb\.h)")
ONLY_IN = {"rocksdb/": {"rocksdb"}, "CLI/": {"tool"}, "csv.h": {"import"}, "boost/": {"asio", "projection", "tool"},
           "boost/beast": {"tool"}}
# The public headers that may show another library's types, each to who includes it by choice.
PUBLIC_ALLOWED = {"include/taizhang/asio.hpp": "boost/asio/",
                  "include/taizhang/projection/sums.hpp": "boost/"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def layer_of_file(path):
    parts = path.split("/")
    if parts[0] == "src":
        return "core" if parts[1] == "ledger" else parts[1]
    if parts[0] == "storage":
        return parts[1]
    if parts[0] == "include":
        return layer_of_include("/".join(parts[1:]))
    return None


def layer_of_include(name):
    for prefix, layer in PROTO.items():
        if name.startswith(prefix):
            return layer
    match = re.match(r"taizhang/storage/(\w+)\.hpp$", name)
    if match:
        return match.group(1)
    match = re.match(r"taizhang/(\w+)/", name) or re.match(r"taizhang/(asio|c)\.h", name)
    if match:
        return match.group(1)
    if name.startswith("taizhang/"):
        return "core"
    match = re.match(r"(\w+)/", name)
    if match and match.group(1) in BELOW | {"ledger": 0}:
        return "core" if match.group(1) == "ledger" else match.group(1)
    return None


def faults(path, text):
    layer = layer_of_file(path)
    if layer not in BELOW:
        return
    for name in INCLUDE.findall(text):
        target = layer_of_include(name)
        if target in BELOW and target != layer and target not in BELOW[layer]:
            yield f"{path}: layer {layer} must not include {name} (layer {target})"
        for prefix, layers in ONLY_IN.items():
            if name.startswith(prefix) and layer not in layers:
                yield f"{path}: {name} belongs to {', '.join(sorted(layers))} only"
        if path == "include/taizhang/c.h" and "/" in name:
            yield f"{path}: the C header includes the C library only, not {name}"
        if path.startswith("include/"):
            if PUBLIC_BANNED.match(name) and not name.startswith(PUBLIC_ALLOWED.get(path, "/")):
                yield f"{path}: a public header must not include {name}"
            if layer in ("core", "memory", "rocksdb", "conformance") and PROTOBUF.match(name):
                yield f"{path}: a core header must not include {name}"


def self_test():
    bad = [
        ("src/ledger/a.cpp", '#include "taizhang/schema/schema.hpp"'),
        ("src/ledger/a.cpp", '#include <rocksdb/db.h>'),
        ("include/taizhang/ledger.hpp", "#include <google/protobuf/message.h>"),
        ("include/taizhang/ledger.hpp", "#include <rocksdb/db.h>"),
        ("include/taizhang/ledger.hpp", "#include <boost/asio/post.hpp>"),
        ("include/taizhang/result.hpp", "# include <fmt/format.h>"),
        ("include/taizhang/event.hpp", "#include <nlohmann/json.hpp>"),
        ("include/taizhang/storage/rocksdb.hpp", "#include <rocksdb/options.h>"),
        ("include/taizhang/vault/vault.hpp", "#include <sodium.h>"),
        ("include/taizhang/c.h", '#include "taizhang/ledger.hpp"'),
        ("src/system/a.cpp", '#include "taizhang/c.h"'),
        ("include/taizhang/asio/follow.hpp", "#include <boost/asio/post.hpp>"),
        ("src/vault/a.cpp", "#include <boost/asio/post.hpp>"),
        ("src/proof/a.cpp", "#include <boost/beast/http.hpp>"),
        ("src/proof/a.cpp", '#include "taizhang/schema/schema.hpp"'),
        ("include/taizhang/proof/key.hpp", "#include <openssl/evp.h>"),
        ("include/taizhang/projection/views.hpp", "#include <boost/archive/binary_oarchive.hpp>"),
        ("src/ledger/a.cpp", '#include "taizhang/asio.hpp"'),
        ("src/vault/a.cpp", '#include "projection/engine.hpp"'),
        ("storage/memory/a.cpp", '#include "taizhang/vault/vault.hpp"'),
    ]
    good = [
        ("src/education/a.cpp", '#include "taizhang/vault/vault.hpp"'),
        ("storage/rocksdb/a.cpp", "#include <rocksdb/db.h>"),
        ("include/taizhang/asio.hpp", "#include <boost/asio/post.hpp>"),
        ("src/schema/a.cpp", '#include "taizhang/ledger/v1/events.pb.h"'),
    ]
    missed = [case for case in bad if not list(faults(*case))]
    false_alarms = [case for case in good if list(faults(*case))]
    for case in missed:
        print("not caught:", case)
    for case in false_alarms:
        print("wrongly caught:", case)
    return 1 if missed or false_alarms else 0


def main():
    if sys.argv[1] == "--self-test":
        return self_test()
    root = pathlib.Path(sys.argv[1])
    files = [f for top in ("include", "src", "storage") for f in (root / top).rglob("*")
             if f.suffix in (".h", ".hpp", ".cpp")]
    found = [fault for f in sorted(files)
             for fault in faults(f.relative_to(root).as_posix(), f.read_text(encoding="utf-8"))]
    for fault in found:
        print(fault)
    print(f"{len(files)} files held against the table of layers, {len(found)} faults")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
