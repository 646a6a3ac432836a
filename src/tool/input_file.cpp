#include "tool/input_file.hpp"

#include <array>
#include <fstream>
#include <iostream>

#include "ledger/errors.hpp"

namespace taizhang::tool {
namespace {

Result<std::string> whole(std::istream& in, const std::string& place, std::size_t bytes_max) {
  std::string text;
  std::array<char, 65536> part;
  while (in.read(part.data(), part.size()), in.gcount() > 0) {
    text.append(part.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > bytes_max)
      return core::over_limit("The size in bytes of " + place, place + " 的字节数", text.size(),
                              bytes_max)
          .with("file", place);
  }
  if (!in.bad()) return text;
  return Error(ErrorCode::io_error, {"Cannot read " + place + ".", "无法读取 " + place + "。"})
      .with("file", place);
}

}  // namespace

Result<std::string> read_file(const std::string& place, std::size_t bytes_max) {
  if (place == "-") return whole(std::cin, "standard input", bytes_max);
  std::ifstream file(place, std::ios::binary);
  if (file) return whole(file, place, bytes_max);
  return Error(ErrorCode::io_error, {"Cannot read " + place + ".", "无法读取 " + place + "。"})
      .with("file", place);
}

Result<bool> next_line(std::istream& in, std::string& line) {
  line.clear();
  std::size_t size = 0;
  int next = std::char_traits<char>::eof();
  while ((next = in.get()) != std::char_traits<char>::eof() && next != '\n')
    if (++size <= limits::json_bytes_max) line.push_back(static_cast<char>(next));
  if (size > limits::json_bytes_max)
    return core::over_limit("The size in bytes of a line", "一行的字节数", size,
                            limits::json_bytes_max);
  return next == '\n' || size > 0;
}

}  // namespace taizhang::tool
