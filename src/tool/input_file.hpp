#pragma once

#include <string>

#include "taizhang/result.hpp"

namespace taizhang::tool {

/// All of a file; "-" is standard input. `io_error`, naming the file.
Result<std::string> read_file(const std::string& place);
/// The next line without its end; false at the end of the stream. A line longer than
/// limits::json_bytes_max is passed over: `too_large`. Never holds more than that.
Result<bool> next_line(std::istream& in, std::string& line);

}  // namespace taizhang::tool
