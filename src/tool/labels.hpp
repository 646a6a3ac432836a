#pragma once

#include <map>
#include <string>
#include <string_view>

#include "taizhang/system/system.hpp"

namespace taizhang::tool {

/// What to call a subject in a table: a school's or programme's name, a class's name or code, a
/// person's masked (or revealed) name; else the kind and the start of its id. Remembers.
class Labels {
 public:
  Labels(System& system, bool reveal) : system_(&system), reveal_(reveal) {}
  /// `tag` is "kind:id".
  const std::string& of(const std::string& tag);

 private:
  std::string look_up(const std::string& tag);
  System* system_;
  bool reveal_;
  std::map<std::string, std::string> known_;
};

}  // namespace taizhang::tool
