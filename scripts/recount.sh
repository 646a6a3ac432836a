#!/bin/sh
# Counts a generated directory's CSV files over again with awk and iconv alone, so that what the
# ledger says can be held against the files themselves:
#   scripts/recount.sh DIRECTORY
# prints "name value" lines; the names are those of [truth] in manifest.toml. Rows that
# planted-bad.csv names and rows that stand there twice are not counted.
set -eu
directory=${1:?usage: recount.sh DIRECTORY}
here=$(dirname "$0")
LC_ALL=C
export LC_ALL
for file in "$directory"/planted-bad.csv "$directory"/[0-9]*.csv; do
  printf '\001%s\n' "$(basename "$file")"
  if iconv -f UTF-8 -t UTF-8 "$file" >/dev/null 2>&1; then
    cat "$file"
  else
    iconv -f GB18030 -t UTF-8 "$file"
  fi
done | awk -f "$here/recount.awk" | sort
