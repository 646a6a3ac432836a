#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "taizhang/event.hpp"
#include "taizhang/result.hpp"

namespace taizhang::importing {

enum class Encoding : std::uint8_t { utf8, gb18030 };

/// What one pass over a file's bytes tells before anything is parsed.
struct FileFacts {
  std::uint64_t size = 0;
  Hash sha256{};
  Encoding encoding = Encoding::utf8;
  bool damaged_text = false;  ///< read as UTF-8 though some of its bytes are not
};

/// Reads the file once. `encoding` is "auto", "utf-8" or "gb18030". With "auto" a byte order mark
/// or valid UTF-8 decides for UTF-8; a UTF-8 file with a few broken bytes stays one, because read
/// as GB18030 it would be taken as other characters without anybody noticing.
/// Errors: `not_found`, `io_error`, `unsupported` (UTF-16), `invalid_argument` (encoding).
Result<FileFacts> inspect_file(const std::string& path, std::string_view encoding);

/// Whether all of `text` is UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

/// A file's text as UTF-8, piece by piece, without a byte order mark. Bytes that are no GB18030
/// become U+FFFD. Memory does not depend on the file's size. One thread at a time.
class TextFile {
 public:
  static Result<std::unique_ptr<TextFile>> open(const std::string& path, Encoding encoding);
  ~TextFile();
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;

  /// Appends the next piece to `text`; false at the end of the file.
  Result<bool> read(std::string& text);
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
  [[nodiscard]] bool replaced() const { return replaced_; }  ///< some bytes became U+FFFD

 private:
  TextFile(std::FILE* file, void* converter, std::string path);
  void convert(std::string& text, bool last);

  std::FILE* file_;
  void* converter_;  ///< iconv_t, or null for UTF-8
  std::string path_;
  std::string buffer_;
  std::size_t held_ = 0;  ///< bytes of an unfinished character at the front of the buffer
  std::uint64_t bytes_read_ = 0;
  bool at_start_ = true;
  bool replaced_ = false;
};

}  // namespace taizhang::importing
