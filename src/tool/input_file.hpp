#pragma once

#include <string>

#include "taizhang/result.hpp"

namespace taizhang::tool {

/// All of a file; "-" is standard input. `io_error`, naming the file.
Result<std::string> read_file(const std::string& place);

}  // namespace taizhang::tool
