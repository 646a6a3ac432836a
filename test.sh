#!/bin/sh
# Installs what is missing, builds, and passes the tests. `./test.sh PRESET [ctest options]` takes
# another preset (asan, tsan, dev); `./test.sh release -L ledger` one layer's tests only. What takes
# long and hardly ever breaks has the label nightly and is left out here (.ci/nightly).
set -eu
cd "$(dirname "$0")"
preset=${1:-release}
[ $# -eq 0 ] || shift
scripts/packages.sh
scripts/build.sh "$preset"
ctest --preset "$preset" -j "$(nproc)" -LE nightly "$@"
