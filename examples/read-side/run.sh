#!/bin/sh
# The two processes of the README: run.sh BUILD SCRATCH
set -eu
"$1/reader" "$2/record" "$2/mine" 200 >"$2/reader.out" &
reader=$!
"$1/writer" "$2/record" 200
wait $reader
tail -1 "$2/reader.out"
grep -q "^200 children at position" "$2/reader.out"
# What it kept is there for the next start, and the writer is gone: it reads on all the same.
"$1/reader" "$2/record" "$2/mine" 200
