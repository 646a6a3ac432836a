#pragma once

#include <memory>
#include <string>

#include "ledger/of_process.hpp"
#include "taizhang/result.hpp"

namespace taizhang::rocks {

/// Holds a store for one writer, by an open-file-description lock on `writer.lock` in its
/// directory. The lock belongs to the file, not to its name or to the process: a second opener
/// in the same process or over a symbolic link is refused too. The kernel drops it when the
/// process ends, however it ends: those that it forked do not keep it.
class WriterLock {
 public:
  static constexpr const char* file_name = "writer.lock";

  /// `held`, naming the holder, if there is one.
  static Result<std::unique_ptr<WriterLock>> take(const std::string& directory);
  /// Whether some process has it now, this one included.
  static Result<bool> taken(const std::string& directory);
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  ~WriterLock();

 private:
  explicit WriterLock(int descriptor);
  core::OfProcess process_;
  int descriptor_;
};

}  // namespace taizhang::rocks
