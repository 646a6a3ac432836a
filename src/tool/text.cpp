#include "tool/text.hpp"

#include <fmt/format.h>
#include <unistr.h>
#include <uniwidth.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iterator>

#include "ledger/utf8.hpp"

namespace taizhang::tool {
namespace {

constexpr std::size_t rows_before_widths = 200;
constexpr std::size_t cell_columns_max = 44;

const std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

struct Range {
  std::uint32_t first, last;
};
/// What moves the cursor, or hides or turns round what stands beside it, or cannot be seen. Not
/// among them: what changes how the character before it looks (combining marks, variation
/// selectors), private use, which has names' rare characters, and U+180E, which Mongolian is
/// written with.
constexpr Range unshowable[] = {
    {0x00, 0x1F},       {0x7F, 0x9F},       {0xAD, 0xAD},       {0x061C, 0x061C},
    {0x115F, 0x1160},   {0x200B, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x206F},
    {0x3164, 0x3164},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},
    {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE00FF}, {0xE01F0, 0xE0FFF}};

bool is_unshowable(std::uint32_t code) {
  if (code >= 0x20 && code < 0x7F) return false;
  return std::any_of(std::begin(unshowable), std::end(unshowable),
                     [&](const Range& range) { return code >= range.first && code <= range.last; });
}

/// One line, with `instead` of each character that is not to be shown.
template <class Instead>
std::string one_line(std::string_view text, const Instead& instead) {
  std::string out;
  out.reserve(text.size());
  std::size_t kept = 0;  // up to here it is in `out`
  for (std::size_t at = 0; at < text.size();) {
    std::uint32_t code = 0;
    const std::size_t size = core::character_at(text, at, code);
    const std::size_t next = at + std::max<std::size_t>(size, 1);
    if (size == 0 || is_unshowable(code)) {
      out += text.substr(kept, at - kept);
      if (size == 0)
        out += "\uFFFD";
      else if (code == '\n' || code == '\r' || code == '\t')
        out += ' ';
      else
        out += instead(code);
      kept = next;
    }
    at = next;
  }
  return out += text.substr(kept);
}

}  // namespace

std::string shown(std::string_view text) {
  return one_line(text, [](std::uint32_t code) { return fmt::format("\\u{{{:x}}}", code); });
}

std::string shown_json(std::string_view json) {
  return one_line(json, [](std::uint32_t code) {
    if (code < 0x10000) return fmt::format("\\u{:04x}", code);
    const std::uint32_t rest = code - 0x10000;
    return fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF));
  });
}

std::size_t width(std::string_view text) {
  const int columns = u8_width(bytes(text), text.size(), "UTF-8");
  return columns < 0 ? text.size() : static_cast<std::size_t>(columns);
}

std::string clip(std::string_view text, std::size_t columns) {
  if (width(text) <= columns) return std::string(text);
  std::string out;
  std::size_t used = 1;  // for the ellipsis
  while (!text.empty()) {
    ucs4_t character = 0;
    const int length = u8_mbtoucr(&character, bytes(text), text.size());
    const std::size_t step = length > 0 ? static_cast<std::size_t>(length) : 1;
    const std::size_t wide = width(text.substr(0, step));
    if (used + wide > columns) break;
    used += wide;
    out.append(text.substr(0, step));
    text.remove_prefix(step);
  }
  return out + "…";
}

std::string pad(std::string_view text, std::size_t columns, bool right) {
  const std::size_t have = width(text);
  const std::string spaces(have < columns ? columns - have : 0, ' ');
  return right ? spaces + std::string(text) : std::string(text) + spaces;
}

std::string joined(std::initializer_list<std::string_view> parts, std::string_view separator) {
  std::string out;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    if (!out.empty()) out += separator;
    out += part;
  }
  return out;
}

Table::Table(std::vector<std::string> titles, std::vector<bool> right_aligned)
    : titles_(std::move(titles)), right_(std::move(right_aligned)) {
  right_.resize(titles_.size());
  for (std::string& title : titles_) title = shown(title);
}

Table::~Table() { settle(); }

void Table::row(std::vector<std::string> cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i] = shown(cells[i]);
    if (i + 1 != cells.size()) cells[i] = clip(cells[i], cell_columns_max);
  }
  if (settled_) {
    print(cells);
    return;
  }
  waiting_.push_back(std::move(cells));
  if (waiting_.size() >= rows_before_widths) settle();
}

void Table::settle() {
  if (settled_) return;
  settled_ = true;
  for (const std::string& title : titles_) widths_.push_back(width(title));
  for (const auto& cells : waiting_) {
    for (std::size_t i = 0; i < cells.size() && i < widths_.size(); ++i) {
      widths_[i] = std::max(widths_[i], width(cells[i]));
    }
  }
  print(titles_);
  std::string rule;
  for (std::size_t i = 0; i < widths_.size(); ++i) {
    if (i != 0) rule += "  ";
    rule += std::string(widths_[i], '-');
  }
  std::fprintf(stdout, "%s\n", rule.c_str());
  for (const auto& cells : waiting_) print(cells);
  waiting_.clear();
}

void Table::print(const std::vector<std::string>& cells) const {
  std::string line;
  for (std::size_t i = 0; i < cells.size() && i < widths_.size(); ++i) {
    if (i != 0) line += "  ";
    line += pad(cells[i], widths_[i], right_[i]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  std::fprintf(stdout, "%s\n", line.c_str());
}

}  // namespace taizhang::tool
