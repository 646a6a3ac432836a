#!/usr/bin/env python3
"""Code blocks of a page are files of the project, to the letter: each of the files given must stand
in the page between ``` lines.

    shown_as_built.py PAGE FILE...
"""
import pathlib
import sys

page = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
missing = [name for name in sys.argv[2:]
           if "\n" + pathlib.Path(name).read_text(encoding="utf-8") + "```" not in page]
for name in missing:
    print(f"{sys.argv[1]} does not show {name} as it is")
sys.exit(1 if missing else 0)
