#include "tool/output_file.hpp"

#include <cerrno>
#include <cstring>

namespace taizhang::tool {

OutputFile::OutputFile(std::string place)
    : place_(std::move(place)), file_(place_, std::ios::binary | std::ios::trunc) {}

void OutputFile::write(std::string_view bytes) {
  file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void OutputFile::line(std::string_view text) {
  write(text);
  file_.put('\n');
}

Result<> OutputFile::finish() {
  file_.close();
  if (file_) return {};
  const std::string reason = std::strerror(errno);
  return Error(ErrorCode::io_error, {"Cannot write " + place_ + ": " + reason + ".",
                                     "无法写入 " + place_ + ":" + reason + "。"})
      .with("file", place_);
}

Result<> write_file(const std::string& place, std::string_view bytes) {
  OutputFile file(place);
  file.write(bytes);
  return file.finish();
}

}  // namespace taizhang::tool
