#pragma once

#include <fstream>
#include <string>
#include <string_view>

#include "taizhang/result.hpp"

namespace taizhang::tool {

/// A file that is written anew. Errors show at `finish`, which must be called.
class OutputFile {
 public:
  explicit OutputFile(std::string place);
  void write(std::string_view bytes);
  void line(std::string_view text);
  /// What was written is with the operating system. Errors: `io_error`, naming the file.
  Result<> finish();

 private:
  std::string place_;
  std::ofstream file_;
};

/// All of it at once.
Result<> write_file(const std::string& place, std::string_view bytes);

}  // namespace taizhang::tool
