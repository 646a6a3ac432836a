#!/usr/bin/env python3
"""readme_example.py README FOLDER: makes FOLDER hold the README's program (main.cpp) and its
CMakeLists.txt and nothing else, so that the tests build and run what people read."""
import pathlib
import re
import shutil
import sys

readme, folder = map(pathlib.Path, sys.argv[1:3])
text = readme.read_text(encoding="utf-8")
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
for language, name in (("cpp", "main.cpp"), ("cmake", "CMakeLists.txt")):
    blocks = re.findall(rf"```{language}\n(.*?)```", text, re.S)
    if len(blocks) != 1:
        sys.exit(f"{readme} should hold one {language} block, it holds {len(blocks)}")
    (folder / name).write_text(blocks[0], encoding="utf-8")
