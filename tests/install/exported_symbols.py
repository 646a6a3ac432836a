#!/usr/bin/env python3
"""Holds what shared libraries export to a list: names of this project, and nothing that came in
with RocksDB, Boost, fmt, JSON, protobuf or the standard library.

    exported_symbols.py LIBRARY...        --self-test shows that a leaky library is caught
"""
import pathlib
import re
import subprocess
import sys
import tempfile

# taizhang::Message* google::protobuf::Arena::CreateMaybeMessage<taizhang::Message>(…) is in: it
# belongs to the message, and generated code of others calls it.
CXX = re.compile(r"(?:(?:typeinfo|typeinfo name|vtable|VTT|guard variable) for |"
                 r"(?:non-virtual|virtual) thunk to )?taizhang::|descriptor_table_taizhang_2f\w+$")
C = re.compile(r"taizhang_\w+$")


def exported(library):
    lines = subprocess.run(["nm", "--dynamic", "--defined-only", "--demangle", library], check=True,
                           capture_output=True, text=True).stdout.splitlines()
    return [line.split(" ", 2)[2] for line in lines]


def foreign(library):
    allowed = C if pathlib.Path(library).name.startswith("libtaizhang-c.") else CXX
    return [name for name in exported(library) if not allowed.match(name)]


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        def build(name, code):
            library = f"{folder}/lib{name}.so"
            subprocess.run(["g++", "-std=c++20", "-shared", "-fPIC", "-x", "c++", "-", "-o", library],
                           input=code, text=True, check=True)
            return foreign(library)
        clean = "namespace taizhang { struct A { virtual ~A(); }; A::~A() = default; int f() { return 1; } }"
        cases = {
            "clean": (clean, False),
            "rocksdb": (clean + "namespace rocksdb { int leak() { return 1; } }", True),
            "std": (clean + "\n#include <vector>\ntemplate class std::vector<char>;", True),
            "c_name": (clean + 'extern "C" int taizhang_open() { return 1; }', True),
            "taizhang-c.": ('extern "C" int taizhang_open() { return 1; }', False),
            "taizhang-c.1": (clean, True),
        }
        wrong = [name for name, (code, leaks) in cases.items() if bool(build(name, code)) != leaks]
    print("wrongly judged:" if wrong else "leaks are caught", *wrong)
    return 1 if wrong else 0


def main():
    if sys.argv[1] == "--self-test":
        return self_test()
    found = 0
    for library in sys.argv[1:]:
        names = foreign(library)
        for name in names:
            print(f"{library} exports {name}")
        found += len(names)
        if not exported(library):
            print(f"{library} exports nothing")
            found += 1
    print(f"{len(sys.argv) - 1} libraries, {found} faults")
    return 1 if found or len(sys.argv) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
