#include "tool/text.hpp"

#include <fmt/format.h>
#include <unistr.h>
#include <uniwidth.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>

#include "ledger/utf8.hpp"

namespace taizhang::tool {
namespace {

constexpr std::size_t rows_before_widths = 200;
constexpr std::size_t cell_columns_max = 44;

const std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

/// What moves the cursor, or hides or turns round what stands beside it.
bool commands_a_terminal(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C ||
         (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
         (code >= 0xE0000 && code <= 0xE007F);
}

}  // namespace

std::string shown(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    std::uint32_t code = 0;
    const std::size_t size = core::character_at(text, at, code);
    if (size == 0)
      out += "\uFFFD";
    else if (code == '\n' || code == '\r' || code == '\t')
      out += ' ';
    else if (commands_a_terminal(code))
      out += fmt::format("\\u{{{:x}}}", code);
    else
      out += text.substr(at, size);
    at += std::max<std::size_t>(size, 1);
  }
  return out;
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
