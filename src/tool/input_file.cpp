#include "tool/input_file.hpp"

#include <fstream>
#include <iostream>
#include <sstream>

namespace taizhang::tool {

Result<std::string> read_file(const std::string& place) {
  std::ostringstream text;
  if (place == "-") {
    text << std::cin.rdbuf();
    return std::move(text).str();
  }
  std::ifstream file(place, std::ios::binary);
  text << file.rdbuf();
  if (file) return std::move(text).str();
  return Error(ErrorCode::io_error, {"Cannot read " + place + ".", "无法读取 " + place + "。"})
      .with("file", place);
}

}  // namespace taizhang::tool
