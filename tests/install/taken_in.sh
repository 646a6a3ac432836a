#!/bin/sh
# Copies an example to another folder, with its find_package line turned into another way of taking
# the library in: taken_in.sh EXAMPLE FOLDER add_subdirectory|FetchContent SOURCE-TREE
set -eu
example=$1 folder=$2 way=$3 source=$4
case $way in
  add_subdirectory) lines="set(TAIZHANG_EDUCATION OFF)\\
add_subdirectory(\"$source\" _deps/taizhang-build EXCLUDE_FROM_ALL)" ;;
  FetchContent) lines="set(TAIZHANG_EDUCATION OFF)\\
include(FetchContent)\\
FetchContent_Declare(taizhang SOURCE_DIR \"$source\")\\
FetchContent_MakeAvailable(taizhang)" ;;
  *) echo "no way to take a library in: $way" >&2; exit 2 ;;
esac
rm -rf "$folder"
mkdir -p "$folder"
cp -r "$example/." "$folder"
sed -i "s|^find_package(taizhang.*|$lines|" "$folder/CMakeLists.txt"
! grep -q 'find_package(taizhang' "$folder/CMakeLists.txt"
