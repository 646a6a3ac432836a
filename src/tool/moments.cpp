#include "tool/moments.hpp"

#include <charconv>

namespace taizhang::tool {
namespace {

Result<Position> known_at(const Ledger& ledger, const std::string& word) {
  TAIZHANG_TRY(const Timestamp time, Timestamp::parse(word));
  TAIZHANG_TRY(const Position position, ledger.position_at(time));
  if (position != 0) return position;
  return Error(ErrorCode::not_found,
               {"Nothing was recorded by " + word + " yet.", word + " 之前没有任何登记。"})
      .with("time", word);
}

Result<Position> in_log(const Ledger& ledger, Position position) {
  const Position head = ledger.head().position;
  if (position > 0 && position <= head) return position;
  const std::string last = std::to_string(head);
  return Error(ErrorCode::not_found, {"The ledger's positions go from 1 to " + last + ".",
                                      "台账的位置从 1 到 " + last + "。"})
      .with("position", std::to_string(position));
}

}  // namespace

void KnownAt::declare(CLI::App& app, const Console& console) {
  auto* time = app.add_option("--known-at", time_,
                              console.say({"as it was known at that time: 2024-03-10T08:00:00Z",
                                           "按该时刻的已知情况:2024-03-10T08:00:00Z"}));
  auto* position = app.add_option(
      "--at-position", position_,
      console.say({"as it was known when the log ended there", "按日志止于该位置时的已知情况"}));
  position->check(CLI::PositiveNumber)->excludes(time);
}

Result<Position> KnownAt::position(const Ledger& ledger) const {
  if (!time_.empty()) return known_at(ledger, time_);
  if (position_ == 0) return Position{0};
  return in_log(ledger, position_);
}

Result<Moment> moment_of(const Ledger& ledger, const std::string& word) {
  Position position = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), position);
  if (problem == std::errc() && end == word.data() + word.size()) {
    TAIZHANG_TRY(position, in_log(ledger, position));
    return Moment{position, {}};
  }
  if (const auto date = Date::parse(word)) return Moment{0, *date};
  if (word.find('T') == std::string::npos)
    return Error(ErrorCode::invalid_argument,
                 {"A moment is a position (1200), a UTC time (2024-03-10T08:00:00Z) or a date "
                  "(2024-03-10); got \"" +
                      word + "\".",
                  "时点的写法是位置(1200)、UTC 时间(2024-03-10T08:00:00Z)或日期(2024-03-10);"
                  "收到“" +
                      word + "”。"});
  TAIZHANG_TRY(position, known_at(ledger, word));
  return Moment{position, {}};
}

}  // namespace taizhang::tool
