#!/bin/sh
# scripts/build.sh PRESET [TARGET...]: configures once, builds what changed.
set -eu
cd "$(dirname "$0")/.."
# Build folders of one tree share what they compiled.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
preset=$1
shift
[ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >"/tmp/taizhang-configure.$$" 2>&1 ||
  { cat "/tmp/taizhang-configure.$$" >&2; rm -f "/tmp/taizhang-configure.$$"; exit 1; }
rm -f "/tmp/taizhang-configure.$$"
if [ $# -gt 0 ]; then cmake --build "build/$preset" --target "$@"; else cmake --build "build/$preset"; fi
