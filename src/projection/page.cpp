#include "projection/page.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "projection/table.hpp"

namespace taizhang::projection {
namespace {

constexpr char part_end = '\0';

// QUESTION.now.GENERATION.LAST or QUESTION.POSITION.DATE.LAST, question and last in hexadecimal.
constexpr std::string_view now = "now";

std::string hex(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char one : bytes) {
    const auto byte = static_cast<std::uint8_t>(one);
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

template <class Number>
bool read(std::string_view text, Number& number, int base = 10) {
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc() && at == end;
}

bool read_hex(std::string_view text, std::string& bytes) {
  if (text.size() % 2 != 0) return false;
  for (; !text.empty(); text.remove_prefix(2)) {
    std::uint8_t byte = 0;
    if (!read(text.substr(0, 2), byte, 16)) return false;
    bytes.push_back(static_cast<char>(byte));
  }
  return true;
}

std::optional<Page> parse(std::string_view token) {
  std::array<std::string_view, 4> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t dot = i + 1 < parts.size() ? token.find('.') : token.size();
    if (dot == std::string_view::npos) return std::nullopt;
    parts[i] = token.substr(0, dot);
    token.remove_prefix(std::min(dot + 1, token.size()));
  }
  Page page;
  if (!read(parts[0], page.of.question, 16) || !read_hex(parts[3], page.last)) return std::nullopt;
  if (parts[1] == now) {
    if (!read(parts[2], page.of.generation)) return std::nullopt;
    return page;
  }
  if (!read(parts[1], page.of.known_at.emplace())) return std::nullopt;
  if (parts[2].empty()) return page;
  const auto date = Date::parse(parts[2]);
  if (!date) return std::nullopt;
  page.of.effective_on = *date;
  return page;
}

Text moment(const PageOf& of) {
  if (!of.known_at && !of.effective_on) return {"as it is now", "当前状态"};
  Text text;
  if (of.known_at) {
    const std::string at = std::to_string(*of.known_at);
    text = {"as known at position " + at, "截至位置 " + at};
  }
  if (of.effective_on) {
    const std::string on = of.effective_on->to_string();
    text.en += (text.en.empty() ? "" : ", ") + ("effective on " + on);
    text.zh += (text.zh.empty() ? "" : "、") + (on + " 已生效");
  }
  return text;
}

Error no_token() {
  return {ErrorCode::invalid_argument,
          {"the page token is not one of this view and question (key, conditions, order); ask "
           "without it for the first page",
           "分页标记不属于本视图及本次查询（键、条件、排序）；请不带标记查询第一页"}};
}

Error other_moment(const PageOf& token, const PageOf& asked) {
  const Text then = moment(token);
  const Text here = moment(asked);
  return {ErrorCode::invalid_argument,
          {"the page token belongs to the view " + then.en + ", and this asks for it " + here.en +
               "; ask for the same moment, or without the token for the first page",
           "分页标记属于视图的另一时点（" + then.zh + "），而本次查询的是" + here.zh +
               "；请查询同一时点，或不带标记查询第一页"}};
}

}  // namespace

std::uint64_t question_of(std::string_view view, const Ask& ask) {
  std::string text(view);
  const auto add = [&](std::string_view part) { (text += part_end) += part; };
  for (const std::string& tag : ask.key) add(tag);
  for (const Where& where : ask.where) {
    add(where.field);
    text += static_cast<char>('a' + static_cast<int>(where.is));
    for (const std::string& value : where.values) add(value);
    text += part_end;
  }
  add(ask.order.field);
  if (ask.order.descending) text += '-';
  return hash_of(text);
}

std::string page_token(const Page& page) {
  std::array<char, 16> question{};
  const auto end =
      std::to_chars(question.data(), question.data() + question.size(), page.of.question, 16).ptr;
  std::string token(question.data(), static_cast<std::size_t>(end - question.data()));
  if (page.of.known_at)
    token += "." + std::to_string(*page.of.known_at) + "." +
             (page.of.effective_on ? page.of.effective_on->to_string() : "");
  else
    token += "." + std::string(now) + "." + std::to_string(page.of.generation);
  return token + "." + hex(page.last);
}

Result<std::optional<Page>> page_after(const std::string& token, PageOf asked) {
  if (token.empty()) return std::optional<Page>();
  std::optional<Page> page = parse(token);
  if (!page || page->of.question != asked.question) return no_token();
  const bool past = asked.known_at || asked.effective_on;
  if (past && !asked.known_at && page->of.known_at) asked.known_at = page->of.known_at;
  if (asked.known_at != page->of.known_at || asked.effective_on != page->of.effective_on)
    return other_moment(page->of, asked);
  if (!past && page->of.generation != asked.generation)
    return Error(ErrorCode::condition_failed,
                 {"the view was rebuilt since that page; ask again from the first page",
                  "该页之后视图已重建；请从第一页重新查询"});
  return page;
}

}  // namespace taizhang::projection
