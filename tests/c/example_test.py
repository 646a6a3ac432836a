#!/usr/bin/env python3
"""Builds and runs one example twice over one record: the story is told, and told again from it.

    example_test.py c|python|java SOURCE LIBRARY CC
"""
import os
import subprocess
import sys
import tempfile

language, source, library, compiler = sys.argv[1:]
folder = os.path.join(source, "examples", "from-" + language)
include = os.path.join(source, "include")
environment = {**os.environ, "LANG": "C.UTF-8", "PYTHONUTF8": "1", "TAIZHANG_LIBRARY": library,
               "TAIZHANG_INCLUDE": include, "CC": compiler, "PYTHONDONTWRITEBYTECODE": "1"}
with tempfile.TemporaryDirectory(prefix="taizhang-example-") as work:
    if language == "c":
        program = [os.path.join(work, "from_c")]
        subprocess.run([compiler, "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", include,
                        os.path.join(folder, "main.c"), library,
                        "-Wl,-rpath," + os.path.dirname(library), "-o", program[0]], check=True)
    elif language == "python":
        program = [sys.executable, os.path.join(folder, "school.py")]
    else:
        program = ["sh", os.path.join(folder, "run.sh")]
    for expected in (["accepted"] * 3, ["known"] * 3):
        done = subprocess.run([*program, os.path.join(work, "record")], capture_output=True,
                              env=environment, cwd=work)
        out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
        print(out, err)
        if done.returncode == 77:
            sys.exit(77)
        assert done.returncode == 0, done.returncode
        for word in ("B4-NO-EXPULSION", "rejected", "舒", "education.student-enrolled"):
            assert word in out, word
        assert "阿依" not in out and "431224201103150022" not in out.replace(
            '"citizen-id:431224201103150022"', ""), "personal data in the clear"
        assert out.count(expected[0]) == len(expected), expected
        if language != "c":
            assert "student-register" in out and "not_found" in out, "the mistyped view is explained"
