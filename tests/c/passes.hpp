#pragma once

#include "c/fixture.hpp"

// The record of bus passes: pass.proto, an application without C++.
namespace taizhang::test {

inline const std::string passes = R"({"mode":"create","application":"schema","language":"en",)"
                                  R"("schema":")" TAIZHANG_PASS_SCHEMA R"("})";

/// An event; `body` are members of it, `more` further members of the event.
inline std::string issued(const std::string& body, const std::string& more = "") {
  return R"({"type":"pass.pass-issued","on":"2024-09-02","body":{)" + body + "}" + more + "}\n";
}

}  // namespace taizhang::test
