# How every target of this project is made, so that warnings, sanitizers, visibility and include
# paths are said once.

set(TAIZHANG_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
    -Wnon-virtual-dtor -Wold-style-cast)
if(TAIZHANG_WERROR)
  list(APPEND TAIZHANG_WARNINGS -Werror)
endif()

# g++ 12 sees overlaps and overruns in std::string operations that are not there (GCC 105329), in
# test bodies and under sanitizers; the library as released is built without these.
set(TAIZHANG_FALSE_ALARMS)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(TAIZHANG_FALSE_ALARMS -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow
      -Wno-stringop-overread -Wno-maybe-uninitialized)
endif()

# Where sources are compiled together (CMAKE_UNITY_BUILD), a name that one keeps to itself is seen by
# the next; the dev preset compiles each by itself and looks at shadows.
function(taizhang_flags target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE ${TAIZHANG_WARNINGS}
    $<$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>:-Wno-shadow>)
  if(TAIZHANG_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${TAIZHANG_SANITIZE} -fno-omit-frame-pointer
      -fno-sanitize-recover=all ${TAIZHANG_FALSE_ALARMS})
    target_link_options(${target} PUBLIC -fsanitize=${TAIZHANG_SANITIZE})
  endif()
endfunction()

# taizhang_layer(NAME [STATIC] [EXPORTS MAP] [HEADERS FILES...] [PUBLIC LINKS...] [PRIVATE LINKS...]):
# the library taizhang::NAME of all sources of the current folder and below, its installed form, its component of the package and its pkg-config file.
#   STATIC: an archive in every form, for code that must be part of the program (GoogleTest suites).
#   EXPORTS: what the shared library shows, a file of cmake/exports (default: cxx, the namespace).
#   HEADERS: its public headers; by default include/taizhang/NAME.*, NAME/* and storage/NAME.*.
# Messages of the same name (taizhang_protos(NAME_proto …)) are linked publicly.
function(taizhang_layer name)
  cmake_parse_arguments(LAYER "STATIC" "EXPORTS" "PUBLIC;PRIVATE;HEADERS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  set(include "${PROJECT_SOURCE_DIR}/include")
  if(NOT LAYER_HEADERS)
    file(GLOB LAYER_HEADERS CONFIGURE_DEPENDS "${include}/taizhang/${name}.h*"
      "${include}/taizhang/${name}/*.h*" "${include}/taizhang/storage/${name}.h*")
  endif()
  if(TARGET taizhang_${name}_proto)
    list(APPEND LAYER_PUBLIC taizhang::${name}_proto)
  endif()
  set(form "")
  if(NOT sources)
    set(form INTERFACE)
  elseif(LAYER_STATIC)
    set(form STATIC)
  endif()
  add_library(taizhang_${name} ${form} ${sources})
  if(sources)
    taizhang_flags(taizhang_${name})
    target_include_directories(taizhang_${name} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  endif()
  taizhang_forms(${name} ${form} EXPORTS "${LAYER_EXPORTS}" PUBLIC ${LAYER_PUBLIC} PRIVATE ${LAYER_PRIVATE}
    HEADERS ${LAYER_HEADERS} BASE "${include}")
endfunction()

# taizhang_protos(NAME FOLDER... [PUBLIC LINKS...]): the library taizhang::NAME of the messages
# defined in these folders. Generated code is not put under warnings or sanitizers: protoc's output
# is not ours, and doubles the build.
function(taizhang_protos name)
  cmake_parse_arguments(PROTOS "" "" "PUBLIC" ${ARGN})
  list(TRANSFORM PROTOS_UNPARSED_ARGUMENTS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  list(TRANSFORM PROTOS_UNPARSED_ARGUMENTS APPEND "/*.proto" OUTPUT_VARIABLE patterns)
  file(GLOB protos CONFIGURE_DEPENDS ${patterns})
  add_library(taizhang_${name} ${protos})
  set_target_properties(taizhang_${name} PROPERTIES UNITY_BUILD OFF)  # protoc repeats its names
  target_compile_features(taizhang_${name} PUBLIC cxx_std_20)
  protobuf_generate(TARGET taizhang_${name} LANGUAGE cpp IMPORT_DIRS "${CMAKE_CURRENT_SOURCE_DIR}"
    EXPORT_MACRO [=[__attribute__((visibility("default")))]=]
    PROTOC_OUT_DIR "${CMAKE_CURRENT_BINARY_DIR}")
  target_include_directories(taizhang_${name} SYSTEM PUBLIC "$<BUILD_INTERFACE:${CMAKE_CURRENT_BINARY_DIR}>")
  taizhang_forms(${name} PUBLIC protobuf::libprotobuf ${PROTOS_PUBLIC})
  if(TARGET taizhang_${name}_installed)
    target_include_directories(taizhang_${name}_installed SYSTEM INTERFACE
      "$<BUILD_INTERFACE:${CMAKE_CURRENT_BINARY_DIR}>")
  endif()
  if(TAIZHANG_INSTALL)
    foreach(proto IN LISTS protos)
      file(RELATIVE_PATH path "${CMAKE_CURRENT_SOURCE_DIR}" "${proto}")
      cmake_path(GET path PARENT_PATH folder)
      cmake_path(REPLACE_EXTENSION path LAST_ONLY pb.h)
      install(FILES "${proto}" "${CMAKE_CURRENT_BINARY_DIR}/${path}"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/${folder}" COMPONENT development)
    endforeach()
  endif()
endfunction()

# Turns the names of layers in a list into those of the forms that are installed, if any is.
macro(taizhang_as_installed list)
  if(TAIZHANG_INSTALL AND NOT BUILD_SHARED_LIBS)
    list(TRANSFORM ${list} REPLACE "^taizhang::(.+)$" "taizhang_\\1_installed")
  endif()
endmacro()

# What a layer and a library of messages have in common. taizhang_NAME is compiled once. As it
# stands it is the form that other targets of the build link, an archive unless BUILD_SHARED_LIBS
# says otherwise: tests reach inside it. Where the project is installed the same objects become
# taizhang_NAME_installed too, a shared library that shows the public names only.
function(taizhang_forms name)
  cmake_parse_arguments(FORM "STATIC;INTERFACE" "EXPORTS;BASE" "PUBLIC;PRIVATE;HEADERS" ${ARGN})
  set(target taizhang_${name})
  add_library(taizhang::${name} ALIAS ${target})
  if(NOT FORM_EXPORTS)
    set(FORM_EXPORTS cxx)
  endif()
  string(REPLACE _ - file_name "taizhang-${name}")
  set(forms ${target})
  set(shared "")
  if(FORM_INTERFACE)
    target_link_libraries(${target} INTERFACE ${FORM_PUBLIC} ${FORM_PRIVATE})
  else()
    # Without interposition calls inside a library are inlined as in an archive.
    target_compile_options(${target} PRIVATE -fno-semantic-interposition)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON
      CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON OUTPUT_NAME ${file_name})
    target_link_libraries(${target} PUBLIC ${FORM_PUBLIC} PRIVATE ${FORM_PRIVATE})
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "SHARED_LIBRARY")
      set(shared ${target})
    endif()
  endif()
  if(TAIZHANG_INSTALL AND NOT shared)
    set(installed ${target}_installed)
    taizhang_as_installed(FORM_PUBLIC)
    taizhang_as_installed(FORM_PRIVATE)
    if(FORM_INTERFACE)
      add_library(${installed} INTERFACE)
      target_link_libraries(${installed} INTERFACE ${FORM_PUBLIC} ${FORM_PRIVATE})
    else()
      if(FORM_STATIC)
        add_library(${installed} STATIC "$<TARGET_OBJECTS:${target}>")
      else()
        add_library(${installed} SHARED "$<TARGET_OBJECTS:${target}>")
        set(shared ${installed})
      endif()
      set_target_properties(${installed} PROPERTIES LINKER_LANGUAGE CXX OUTPUT_NAME ${file_name}
        LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib" ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
      if(NOT FORM_EXPORTS STREQUAL "c")  # a C program need not know C++
        target_compile_features(${installed} PUBLIC cxx_std_20)
      endif()
      target_link_libraries(${installed} PUBLIC ${FORM_PUBLIC} PRIVATE ${FORM_PRIVATE})
    endif()
    list(APPEND forms ${installed})
  endif()
  if(shared)
    set(map "${PROJECT_SOURCE_DIR}/cmake/exports/${FORM_EXPORTS}.map")
    set_target_properties(${shared} PROPERTIES VERSION ${PROJECT_VERSION} INSTALL_RPATH "$ORIGIN"
      SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} LINK_DEPENDS "${map}")
    target_link_options(${shared} PRIVATE LINKER:-z,defs "LINKER:--version-script=${map}")
  endif()
  if(FORM_HEADERS)
    set(scope PUBLIC)
    if(FORM_INTERFACE)
      set(scope INTERFACE)
    endif()
    foreach(form IN LISTS forms)
      target_sources(${form} ${scope} FILE_SET HEADERS BASE_DIRS "${FORM_BASE}" FILES ${FORM_HEADERS})
    endforeach()
  endif()
  if(TAIZHANG_INSTALL)
    list(GET forms -1 installed)
    taizhang_install(${name} ${installed} "${FORM_PUBLIC}")
  endif()
endfunction()

# taizhang_tests(NAME LINKS...): one test program of the current folder.
function(taizhang_tests name)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_tests ${sources})
  taizhang_flags(${name}_tests)
  target_include_directories(${name}_tests PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
  target_compile_definitions(${name}_tests PRIVATE
    TAIZHANG_SOURCE_DIR="${PROJECT_SOURCE_DIR}" TAIZHANG_BINARY_DIR="${PROJECT_BINARY_DIR}")
  target_link_libraries(${name}_tests PRIVATE ${ARGN} GTest::gtest GTest::gmock GTest::gtest_main)
  # What tests do by themselves is little: it is compiled in half the time.
  target_compile_options(${name}_tests PRIVATE ${TAIZHANG_FALSE_ALARMS} ${TAIZHANG_TEST_FLAGS})
  # Sanitizers make a case many times slower; each then stands for a kind of history, not for a number.
  set(cases "seed=20240301")
  if(TAIZHANG_SANITIZE)
    string(APPEND cases " max_success=25")
  endif()
  gtest_discover_tests(${name}_tests DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS ${name} TIMEOUT 600
    # The same random cases each time. A program run by itself draws a seed, prints it and takes
    # one: RC_PARAMS="seed=7" build/release/bin/education_tests
    ENVIRONMENT "RC_PARAMS=${cases}")
endfunction()
