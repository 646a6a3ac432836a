#include "decision/refusal.hpp"

#include <charconv>

#include "taizhang/decision/decision.hpp"

namespace taizhang::decision {
namespace {

std::string mapped_list(const std::string& list, const std::function<Position(Position)>& actual) {
  std::string out;
  for (std::size_t at = 0; at < list.size();) {
    std::size_t end = list.find(',', at);
    if (end == std::string::npos) end = list.size();
    Position position = 0;
    std::from_chars(list.data() + at, list.data() + end, position);
    if (!out.empty()) out += ',';
    out += std::to_string(actual(position));
    at = end + 1;
  }
  return out;
}

/// Without a position there is nothing to point at: the brackets around it go too.
void drop(std::string& sentence, std::string_view part) {
  for (std::size_t at = sentence.find(part); at != std::string::npos; at = sentence.find(part, at))
    sentence.erase(at, part.size());
}

std::string filled(std::string sentence, const std::string& position) {
  constexpr std::string_view mark = "{position}";
  if (position.empty()) {
    drop(sentence, " (position {position})");
    drop(sentence, "（位置 {position}）");
  }
  for (std::size_t at = sentence.find(mark); at != std::string::npos; at = sentence.find(mark, at))
    sentence.replace(at, mark.size(), position);
  return sentence;
}

}  // namespace

Error with_positions(const Error& error, const std::function<Position(Position)>& actual) {
  std::string first;
  std::vector<Error::Detail> details = error.details();
  for (Error::Detail& detail : details)
    if (detail.name == "position" || detail.name == "positions") {
      detail.value = mapped_list(detail.value, actual);
      if (detail.name == "position") first = detail.value;
    }
  Error made(error.code(), {filled(error.message().en, first), filled(error.message().zh, first)});
  for (Error::Detail& detail : details) made.with(std::move(detail.name), std::move(detail.value));
  return made;
}

}  // namespace taizhang::decision

namespace taizhang {

bool is_answer(const Error& error) {
  switch (error.code()) {
    case ErrorCode::rejected:
    case ErrorCode::invalid_argument:
    case ErrorCode::not_found:
    case ErrorCode::id_content_differs:
    case ErrorCode::too_large:
      return true;
    default:
      return false;
  }
}

Error refuse(std::string rule, Text text, Position in_the_way) {
  Error error(ErrorCode::rejected, std::move(text));
  error.with("rule", std::move(rule));
  if (in_the_way != 0) error.with("position", std::to_string(in_the_way));
  return error;
}

}  // namespace taizhang
