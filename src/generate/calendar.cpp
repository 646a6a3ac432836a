#include "generate/calendar.hpp"

#include <algorithm>

namespace taizhang::sample {
namespace {

void two_digits(std::string& out, int value) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

}  // namespace

std::string Pace::at(int days, int second) {
  std::string text = iso(days);
  text += 'T';
  two_digits(text, 8 + second / 3600);
  text += ':';
  two_digits(text, second / 60 % 60);
  text += ':';
  two_digits(text, second % 60);
  return text += "+08:00";
}

Moment Pace::next_moment() {
  const std::int64_t total = std::int64_t{working_seconds} * (span_.last - span_.first + 1);
  const std::int64_t moment = std::min(total - 1, done_++ * total / count_);
  return {span_.first + static_cast<int>(moment / working_seconds),
          static_cast<int>(moment % working_seconds)};
}

std::string Pace::next() {
  const Moment moment = next_moment();
  return at(moment.day, moment.second);
}

}  // namespace taizhang::sample
