cmake_minimum_required(VERSION 3.25)
# Writes OUTPUT, a header with one hash over FILES: two builds that could lay bytes out
# differently never open each other's ledgers while the format is 0.
set(all "")
foreach(file IN LISTS FILES)
  file(SHA256 "${file}" hash)
  string(APPEND all "${hash}")
endforeach()
string(SHA256 hash "${all}")
string(SUBSTRING "${hash}" 0 16 hash)
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT "#define TAIZHANG_FORMAT_FINGERPRINT \"@hash@\"\n" @ONLY)
