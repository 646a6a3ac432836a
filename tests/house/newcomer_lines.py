#!/usr/bin/env python3
"""What a newcomer writes: blank lines and comments not counted, fewer than promised.

    newcomer_lines.py LIMIT FILE...
"""
import pathlib
import sys

limit = int(sys.argv[1])
lines = [line for name in sys.argv[2:]
         for line in pathlib.Path(name).read_text(encoding="utf-8").splitlines()
         if line.strip() and not line.strip().startswith("//")]
print(f"{len(lines)} lines of their own, at most {limit} promised")
sys.exit(0 if len(lines) <= limit else 1)
