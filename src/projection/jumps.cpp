#include "projection/jumps.hpp"

#include <algorithm>

namespace taizhang::projection {
namespace {

constexpr std::size_t runs_max = 8;
constexpr int steps_max = 64;  // reading on is cheaper than a new reader

Error gone(Position position) {
  const std::string at = std::to_string(position);
  return Error(ErrorCode::damaged, {"the event at position " + at +
                                        " was found by its tags and then not read; verify "
                                        "the ledger",
                                    "位置 " + at + " 的事件按标签查到却未能读出；请校验台账"})
      .with("position", at);
}

}  // namespace

Result<bool> Jumps::forward(Run& run, Position position) {
  for (int step = 0; step < steps_max; ++step) {
    TAIZHANG_TRY(run.event, run.reader.next());
    if (run.event == nullptr) return false;
    ++read_;
    if (run.event->position >= position) return run.event->position == position;
  }
  return false;
}

Result<const RecordedEvent*> Jumps::at(Position position) {
  Run* nearest = nullptr;
  for (Run& run : runs_)
    if (run.event != nullptr && run.event->position <= position &&
        (nearest == nullptr || run.event->position > nearest->event->position))
      nearest = &run;
  if (nearest != nullptr) {
    nearest->used = ++uses_;
    if (nearest->event->position == position) return nearest->event;
    TAIZHANG_TRY(const bool there, forward(*nearest, position));
    if (there) return nearest->event;
  }
  TAIZHANG_TRY(Reader reader, ledger_->read(query_, {.first = position, .last = end_}));
  Run fresh{std::move(reader), nullptr, ++uses_};
  if (nearest == nullptr && runs_.size() < runs_max) {
    nearest = &runs_.emplace_back(std::move(fresh));
  } else {
    if (nearest == nullptr)
      nearest = &*std::min_element(runs_.begin(), runs_.end(),
                                   [](const Run& a, const Run& b) { return a.used < b.used; });
    *nearest = std::move(fresh);
  }
  TAIZHANG_TRY(const bool there, forward(*nearest, position));
  if (!there) return gone(position);
  return nearest->event;
}

}  // namespace taizhang::projection
