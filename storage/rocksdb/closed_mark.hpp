#pragma once

#include <string>

#include "taizhang/result.hpp"

namespace taizhang::rocks {

/// The file `closed.mark`: what a writer's files were, by name and size, and what its lists of them
/// said, when it closed the store well. It stands there only while nobody writes. With it files
/// that are each sound, but of different moments, are found: RocksDB takes a list of files that was
/// cut short for a shorter history.
class ClosedMark {
 public:
  static constexpr const char* file_name = "closed.mark";

  /// Whether the mark is there and tells of the files as they are.
  static bool holds(const std::string& place);
  /// Before anything is changed. Durable when it returns.
  static Result<> remove(const std::string& place);
  /// After everything is closed. Best effort: without it the store counts as not closed well.
  static void make(const std::string& place);
};

}  // namespace taizhang::rocks
