# taizhang_schema(TARGET [IMPORT_DIRS FOLDERS...] PROTOS FILES...)
#
# Compiles messages of your own that use taizhang's options (import "taizhang/annotations.proto") into
# TARGET, a program or library of yours, and links taizhang::schema. Works in the same way whether
# taizhang was found (find_package(taizhang COMPONENTS schema)) or is part of the build
# (add_subdirectory, FetchContent). Imports are looked for in the current source folder, in
# IMPORT_DIRS and among taizhang's; a file is included by its path below the current source folder:
#   taizhang_schema(clubs PROTOS club/events.proto)      ->  #include "club/events.pb.h"
# Never compile taizhang's own messages again: protobuf ends a program that registers a file twice.
function(taizhang_schema target)
  cmake_parse_arguments(SCHEMA "" "" "PROTOS;IMPORT_DIRS" ${ARGN})
  if(NOT SCHEMA_PROTOS OR SCHEMA_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "taizhang_schema(TARGET [IMPORT_DIRS FOLDERS...] PROTOS FILES...): "
      "${target} names no PROTOS, or something else (${SCHEMA_UNPARSED_ARGUMENTS})")
  endif()
  get_property(own GLOBAL PROPERTY TAIZHANG_PROTO_DIR)
  # In a folder of its own, which alone is an include path of system headers: warnings in generated
  # code are nobody's.
  set(out "${CMAKE_CURRENT_BINARY_DIR}/${target}_schema")
  file(MAKE_DIRECTORY "${out}")
  protobuf_generate(LANGUAGE cpp OUT_VAR generated PROTOS ${SCHEMA_PROTOS}
    IMPORT_DIRS ${SCHEMA_IMPORT_DIRS} "${own}" PROTOC_OUT_DIR "${out}")
  set_source_files_properties(${generated} PROPERTIES COMPILE_OPTIONS -w
    SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(${target} PRIVATE ${generated})
  target_include_directories(${target} SYSTEM PUBLIC "$<BUILD_INTERFACE:${out}>")
  target_link_libraries(${target} PUBLIC taizhang::schema)
endfunction()
