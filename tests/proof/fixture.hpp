#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "taizhang/result.hpp"

namespace taizhang::proof_tests {

template <class T>
T take(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message().en);
  return *std::move(result);
}
inline void take(Result<> result) {
  if (!result) throw std::runtime_error(result.error().message().en);
}

/// Published keys and notes: golang.org/x/mod/sumdb/note, c2sp.org/signed-note, and the log and the
/// witness key in the test data of transparency-dev/tessera.
namespace published {
inline const std::string neumann_secret =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
inline const std::string neumann =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
inline const std::string neumann_text =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
inline const std::string neumann_line =
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    "\n";
inline const std::string foo =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
inline const std::string foo_text = "This is an example message.\n";
inline const std::string foo_line =
    "— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    "\n";
inline const std::string log =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
inline const std::string log_text =
    "example.com/log/testdata\n8\nbC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY=\n";
inline const std::string log_line =
    "— example.com/log/testdata "
    "M9e0lq1EK37dHtgv9O3UzPxisw5vwIPcJsX9ab0xt4mvVfbdUR1fbMjN6sBFYpBoBEmD4+cWhj/AVgI5MitCO5+mews="
    "\n";
/// The published seed of Wit3 as a key that cosigns; the line was computed from the specification.
inline const std::string witness_secret =
    "PRIVATE+KEY+Wit3+233cf275+BB2Kg8k6ccBr5QXz5SHtnkOS4UGQGEQaWi6Gfr6Mm3X5";
inline const std::string witness = "Wit3+233cf275+BCb6Uz1+fxAcXkMvDd7nGa3FjDce7LxIKmbbTCT0MpVn";
inline constexpr std::uint64_t witness_time = 1679315147;
inline const std::string witness_line =
    "— Wit3 "
    "IzzydQAAAABkGFDL9XcW/bk+mgWM/ZvurpWsPi21ykUGIRR+"
    "hy6kea+BFC8YU+oOOyKyxcTfYI4OyiJm3gctnNOLKDDlldK3mZstCA==\n";
}  // namespace published

}  // namespace taizhang::proof_tests
