#!/usr/bin/env python3
"""Saves every CSV file of a generated directory anew: other row order, encoding, delimiter and
line ends, the same content. What another office's spreadsheet does to a file."""
import csv
import io
import pathlib
import shutil
import sys

source, target = map(pathlib.Path, sys.argv[1:3])
shutil.copytree(source, target, ignore=shutil.ignore_patterns("rejects"))
for number, path in enumerate(sorted(target.glob("*.csv"))):
    if path.name == "planted-bad.csv":
        continue
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    header = text.splitlines()[0]
    delimiter = max(",;\t", key=header.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    title, body = rows[0], rows[1:]
    body.sort(reverse=True)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=",;\t"[number % 3], lineterminator="\r\n",
                        quoting=csv.QUOTE_ALL if number % 2 else csv.QUOTE_MINIMAL)
    writer.writerow(title)
    writer.writerows(body)
    path.write_bytes(out.getvalue().encode("gb18030" if number % 4 == 0 else "utf-8-sig"))
