#include "import/text_file.hpp"

#include <iconv.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "import/problem.hpp"

namespace taizhang::importing {
namespace {

constexpr std::size_t piece_bytes = 64U << 10;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

Error cannot_read(const std::string& path, int reason) {
  const auto code = reason == ENOENT ? ErrorCode::not_found : ErrorCode::io_error;
  const std::string why = std::strerror(reason);
  return Error(code, Text{"Cannot read " + path + ": " + why + ". Check the path and the rights.",
                          "无法读取 " + path + ":" + why + "。请检查路径和权限。"})
      .with("file", path);
}

/// Counts what is and what is not UTF-8, over pieces.
class Utf8Scan {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (wanted_ == 0 && byte < 0x80) continue;
      step(byte);
    }
  }
  void finish() {
    if (wanted_ != 0) ++broken_;
    wanted_ = 0;
  }
  [[nodiscard]] std::uint64_t broken() const { return broken_; }
  [[nodiscard]] std::uint64_t characters() const { return characters_; }

 private:
  void step(unsigned char byte) {
    if (wanted_ > 0) {
      if (byte >= low_ && byte <= high_) {
        low_ = 0x80;
        high_ = 0xBF;
        if (--wanted_ == 0) ++characters_;
        return;
      }
      ++broken_;
      wanted_ = 0;
    }
    if (byte < 0x80) return;
    low_ = 0x80;
    high_ = 0xBF;
    if (byte >= 0xC2 && byte <= 0xDF) {
      wanted_ = 1;
    } else if (byte >= 0xE0 && byte <= 0xEF) {
      wanted_ = 2;
      if (byte == 0xE0) low_ = 0xA0;
      if (byte == 0xED) high_ = 0x9F;
    } else if (byte >= 0xF0 && byte <= 0xF4) {
      wanted_ = 3;
      if (byte == 0xF0) low_ = 0x90;
      if (byte == 0xF4) high_ = 0x8F;
    } else {
      ++broken_;
    }
  }
  unsigned wanted_ = 0;
  unsigned char low_ = 0x80, high_ = 0xBF;
  std::uint64_t broken_ = 0, characters_ = 0;
};

struct CloseFile {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;
struct FreeDigest {
  void operator()(EVP_MD_CTX* digest) const { EVP_MD_CTX_free(digest); }
};

}  // namespace

bool is_utf8(std::string_view text) {
  Utf8Scan scan;
  scan.add(text);
  scan.finish();
  return scan.broken() == 0;
}

Result<FileFacts> inspect_file(const std::string& path, std::string_view encoding) {
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) return cannot_read(path, errno);
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> digest(EVP_MD_CTX_new());
  if (!digest || EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) != 1)
    return Error(ErrorCode::internal, Text{"SHA-256 is not available.", "SHA-256 不可用。"});

  FileFacts facts;
  Utf8Scan scan;
  std::string start;
  std::string buffer(piece_bytes, '\0');
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    const std::string_view piece(buffer.data(), got);
    if (facts.size == 0) start = piece.substr(0, 4);
    facts.size += got;
    EVP_DigestUpdate(digest.get(), piece.data(), piece.size());
    scan.add(piece);
  }
  if (std::ferror(file.get()) != 0) return cannot_read(path, errno);
  scan.finish();
  EVP_DigestFinal_ex(digest.get(), facts.sha256.data(), nullptr);

  if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF"))
    return Error(ErrorCode::unsupported,
                 Text{path + " is UTF-16. Save it as \"CSV UTF-8\" and import that.",
                      path + " 是 UTF-16 编码。请另存为“CSV UTF-8”后再导入。"})
        .with("file", path);
  // A byte order mark outweighs what the mapping says: reject files carry one.
  if (encoding == "utf-8" || (encoding == "gb18030" && start.starts_with(byte_order_mark))) {
    facts.encoding = Encoding::utf8;
  } else if (encoding == "gb18030") {
    facts.encoding = Encoding::gb18030;
  } else if (encoding == "auto") {
    const bool utf8 = start.starts_with(byte_order_mark) || scan.broken() == 0 ||
                      scan.characters() > 4 * scan.broken();
    facts.encoding = utf8 ? Encoding::utf8 : Encoding::gb18030;
  } else {
    return invalid("Unknown encoding \"" + std::string(encoding) + "\": auto, utf-8 or gb18030.",
                   "未知编码“" + std::string(encoding) + "”:可用 auto、utf-8、gb18030。");
  }
  facts.damaged_text = facts.encoding == Encoding::utf8 && scan.broken() > 0;
  return facts;
}

TextFile::TextFile(std::FILE* file, void* converter, std::string path)
    : file_(file), converter_(converter), path_(std::move(path)), buffer_(piece_bytes, '\0') {}

TextFile::~TextFile() {
  if (converter_ != nullptr) (void)iconv_close(converter_);
  (void)std::fclose(file_);
}

Result<std::unique_ptr<TextFile>> TextFile::open(const std::string& path, Encoding encoding) {
  File file(std::fopen(path.c_str(), "rb"));
  if (!file) return cannot_read(path, errno);
  void* converter = nullptr;
  if (encoding == Encoding::gb18030) {
    converter = iconv_open("UTF-8", "GB18030");
    if (converter == reinterpret_cast<void*>(-1))
      return Error(
          ErrorCode::unsupported,
          Text{"This system cannot convert GB18030. Install the C library's gconv modules.",
               "本系统不能转换 GB18030。请安装 C 库的 gconv 模块。"});
  }
  return std::unique_ptr<TextFile>(new TextFile(file.release(), converter, path));
}

Result<bool> TextFile::read(std::string& text) {
  const std::size_t got = std::fread(buffer_.data() + held_, 1, buffer_.size() - held_, file_);
  if (got == 0 && std::ferror(file_) != 0) return cannot_read(path_, errno);
  bytes_read_ += got;
  const bool last = got == 0;
  if (last && held_ == 0) return false;

  const std::size_t before = text.size();
  held_ += got;
  if (converter_ != nullptr) {
    convert(text, last);
  } else {
    text.append(buffer_, 0, held_);
    held_ = 0;
  }
  if (at_start_ && std::string_view(text).substr(before).starts_with(byte_order_mark))
    text.erase(before, byte_order_mark.size());
  at_start_ = false;
  return !last || text.size() > before;
}

void TextFile::convert(std::string& text, bool last) {
  char* from = buffer_.data();
  std::size_t left = held_;
  while (left > 0) {
    std::array<char, 4096> out;
    char* to = out.data();
    std::size_t room = out.size();
    const std::size_t result = iconv(converter_, &from, &left, &to, &room);
    text.append(out.data(), out.size() - room);
    if (result != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
    if (errno == EINVAL && !last) break;  // the character goes on in the next piece
    text += "\xEF\xBF\xBD";
    replaced_ = true;
    ++from;
    --left;
  }
  std::memmove(buffer_.data(), from, left);
  held_ = left;
}

}  // namespace taizhang::importing
