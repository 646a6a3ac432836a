#!/bin/sh
# Compiles the glue and the two classes into a folder of their own, and tells the story.
#
#     run.sh DIRECTORY
#
# The library is the installed one (pkg-config taizhang-c), or the file that TAIZHANG_LIBRARY names
# with its headers in TAIZHANG_INCLUDE. Exit code 77: there is no JDK.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -eq 1 ] || { echo "usage: run.sh DIRECTORY" >&2; exit 2; }
if ! command -v javac >/dev/null || ! home=$(java -XshowSettings:properties -version 2>&1 |
    sed -n 's/^ *java.home = //p') || [ ! -f "$home/include/jni.h" ]; then
  echo "SKIPPED: no JDK (javac and jni.h); the Java example was not run." >&2
  exit 77
fi
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
if [ -n "${TAIZHANG_LIBRARY:-}" ]; then
  flags="-I$TAIZHANG_INCLUDE"
  libraries="$TAIZHANG_LIBRARY -Wl,-rpath,$(dirname "$TAIZHANG_LIBRARY")"
else
  flags=$(pkg-config --cflags taizhang-c)
  libraries="$(pkg-config --libs taizhang-c) -Wl,-rpath,$(pkg-config --variable=libdir taizhang-c)"
fi
# shellcheck disable=SC2086  # several words each
"${CC:-gcc}" -std=c11 -Wall -Wextra -Werror -O2 -shared -fPIC $flags -I"$home/include" \
  -I"$home/include/linux" "$here/taizhang_jni.c" -o "$build/libtaizhang-jni.so" $libraries
javac -encoding UTF-8 -Xlint:all,-serial -Werror -d "$build" "$here/Taizhang.java" "$here/School.java"
java -Dtaizhang.jni="$build/libtaizhang-jni.so" -cp "$build" School "$1"
