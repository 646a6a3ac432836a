#!/usr/bin/env python3
"""Writes the C++ block of a README to a file, so that the tests compile and run what people read."""
import re
import sys

text = open(sys.argv[1], encoding="utf-8").read()
blocks = re.findall(r"```cpp\n(.*?)```", text, re.S)
if len(blocks) != 1:
    sys.exit(f"{sys.argv[1]} should hold one C++ block, it holds {len(blocks)}")
open(sys.argv[2], "w", encoding="utf-8").write(blocks[0])
