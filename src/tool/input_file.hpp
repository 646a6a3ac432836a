#pragma once

#include <string>

#include "taizhang/limits.hpp"
#include "taizhang/result.hpp"

namespace taizhang::tool {

/// All of a file; "-" is standard input. Errors: `io_error`, `too_large` (no more than that is
/// read), naming the file.
Result<std::string> read_file(const std::string& place,
                              std::size_t bytes_max = limits::json_list_bytes_max);
/// The next line without its end; false at the end of the stream. A line longer than
/// limits::json_bytes_max is passed over: `too_large`. Never holds more than that.
Result<bool> next_line(std::istream& in, std::string& line);

}  // namespace taizhang::tool
