#!/usr/bin/env python3
"""Builds and runs the example of another language twice over one record, against the installed
package alone: the story is told, and told again from it.

    story.py c|python|java EXAMPLE-FOLDER

LD_LIBRARY_PATH and PKG_CONFIG_PATH say where the package is. Exit code 77: skipped, and why is said.
"""
import os
import shlex
import subprocess
import sys
import tempfile

language, folder = sys.argv[1:]


def run(program, place):
    done = subprocess.run([*program, place], capture_output=True, env=environment, cwd=work)
    out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    print(out, err)
    if done.returncode == 77:
        sys.exit(77)
    assert done.returncode == 0, done.returncode
    return out


def bus_story():
    """An application whose rules and registers are Python's."""
    prefix = subprocess.run(["pkg-config", "--variable=prefix", "taizhang-c"], check=True,
                            capture_output=True, text=True).stdout.strip()
    schema = os.path.join(work, "bus.pb")
    subprocess.run(["protoc", "-I", os.path.join(folder, "../own-schema"), "-I", prefix + "/include",
                    "--include_imports", "--descriptor_set_out=" + schema, "bus.proto"], check=True)
    program = [sys.executable, os.path.join(folder, "bus.py"), schema]
    told = run(program, os.path.join(work, "bus"))
    for line in ("ann 2 rejected ONE-BUS rides 1 (position 2)", "cai 1 rejected BUS-FULL",
                 "void: accepted", "correct: accepted", "register: bus 1 children 1",
                 "register: bus 2 children 2", "invalid_argument: "):
        assert line in told, line
    assert told.count(" accepted") == 6, told
    again = run(program, os.path.join(work, "bus"))
    assert again.count(" known") == 4 and told[told.index("register"):] == again[again.index("register"):]


environment = {**os.environ, "LANG": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
environment.pop("TAIZHANG_LIBRARY", None)
with tempfile.TemporaryDirectory(prefix="taizhang-story-") as work:
    if language == "c":
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "taizhang-c"], check=True,
                               capture_output=True, text=True).stdout
        program = [os.path.join(work, "from_c")]
        subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                        os.path.join(folder, "main.c"), *shlex.split(flags), "-o", program[0]], check=True)
    elif language == "python":
        program = [sys.executable, os.path.join(folder, "school.py")]
    else:
        program = ["sh", os.path.join(folder, "run.sh")]
    for expected in (["accepted"] * 3, ["known"] * 3):
        out = run(program, os.path.join(work, "record"))
        for word in ("B4-NO-EXPULSION", "rejected", "舒", "education.student-enrolled"):
            assert word in out, word
        assert "阿依" not in out and "431224201103150022" not in out.replace(
            '"citizen-id:431224201103150022"', ""), "personal data in the clear"
        assert out.count(expected[0]) == len(expected), expected
        if language != "c":
            assert "student-register" in out and "not_found" in out, "the mistyped view is explained"
    if language == "python":
        bus_story()
