# How every target of this project is made, so that warnings, sanitizers and include paths are
# said once.

set(TAIZHANG_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
    -Wnon-virtual-dtor -Wold-style-cast)
if(TAIZHANG_WERROR)
  list(APPEND TAIZHANG_WARNINGS -Werror)
endif()

# g++ 12 sees overlaps and overruns in std::string operations that are not there (GCC 105329), in
# test bodies and under sanitizers; the library as released is built without these.
set(TAIZHANG_FALSE_ALARMS -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow
    -Wno-stringop-overread)

function(taizhang_flags target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE ${TAIZHANG_WARNINGS})
  if(TAIZHANG_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${TAIZHANG_SANITIZE} -fno-omit-frame-pointer
      -fno-sanitize-recover=all ${TAIZHANG_FALSE_ALARMS} -Wno-maybe-uninitialized)
    target_link_options(${target} PUBLIC -fsanitize=${TAIZHANG_SANITIZE})
  endif()
endfunction()

# taizhang_layer(NAME LINKS... [PRIVATE LINKS...]): the library taizhang_NAME (taizhang::NAME)
# of all sources of the current folder and below.
#   PRECOMPILE HEADERS...: what most of its sources include, parsed once.
function(taizhang_layer name)
  cmake_parse_arguments(LAYER "" "" "PUBLIC;PRIVATE;PRECOMPILE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  set(target taizhang_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    taizhang_flags(${target})
    target_include_directories(${target} PUBLIC
      "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:include>"
      PRIVATE "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(${target} PUBLIC ${LAYER_PUBLIC} PRIVATE ${LAYER_PRIVATE})
    if(LAYER_PRECOMPILE)
      target_precompile_headers(${target} PRIVATE ${LAYER_PRECOMPILE})
    endif()
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE
      "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:include>")
    target_link_libraries(${target} INTERFACE ${LAYER_PUBLIC} ${LAYER_PRIVATE})
  endif()
  add_library(taizhang::${name} ALIAS ${target})
endfunction()

# taizhang_tests(NAME LINKS... [PRECOMPILE HEADERS...]): one test program of the current folder.
function(taizhang_tests name)
  cmake_parse_arguments(TESTS "" "" "PRECOMPILE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_tests ${sources})
  taizhang_flags(${name}_tests)
  target_include_directories(${name}_tests PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
  target_compile_definitions(${name}_tests PRIVATE
    TAIZHANG_SOURCE_DIR="${PROJECT_SOURCE_DIR}" TAIZHANG_BINARY_DIR="${PROJECT_BINARY_DIR}")
  target_link_libraries(${name}_tests PRIVATE ${TESTS_UNPARSED_ARGUMENTS} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_options(${name}_tests PRIVATE ${TAIZHANG_FALSE_ALARMS})
  target_precompile_headers(${name}_tests PRIVATE <gtest/gtest.h> ${TESTS_PRECOMPILE})
  gtest_discover_tests(${name}_tests DISCOVERY_MODE PRE_TEST 
    PROPERTIES LABELS ${name} TIMEOUT 600
    # The same random cases each time. A program run by itself draws a seed, prints it and takes
    # one: RC_PARAMS="seed=7" build/release/bin/education_tests
    ENVIRONMENT "RC_PARAMS=seed=20240301")
endfunction()
