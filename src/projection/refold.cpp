// Rows that are folded anew from their history.
#include <algorithm>

#include "projection/fold.hpp"
#include "taizhang/limits.hpp"
#include "taizhang/projection/fold_row.hpp"

namespace taizhang::projection {
namespace {

std::string cut(std::string reason) {
  if (reason.size() <= park_reason_bytes_max) return reason;
  std::size_t size = park_reason_bytes_max;
  while (size > 0 && (static_cast<unsigned char>(reason[size]) & 0xC0U) == 0x80U) --size;
  reason.resize(size);
  return reason;
}

Place place_of(const RecordedEvent& event) {
  return {event.effective_on ? *event.effective_on : Date::in_china(event.recorded_at),
          event.position};
}

std::string full_reason() {
  return "a row folds at most " + std::to_string(limits::subject_events_max) +
         " events (subject_events_max); give the view a narrower key, or keep sums";
}

}  // namespace

bool Fold::Past::skips(Position position) const {
  return std::binary_search(skipped.begin(), skipped.end(), position);
}

Result<Fold::Past> Fold::past_of(const Target& target, const std::vector<std::string>& key,
                                 Position end) const {
  const Query query{{{target.use.table->types(), key}, skips_of(target.use.projection_name, key)}};
  ReadOptions range;
  range.before = end + 1;
  TAIZHANG_TRY(Reader reader, ledger_->read(query, range));
  History history(*schema_, History::Unreadable::keep);
  Past past;
  std::uint64_t taken = 0;
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) break;
    if (event->type == row_skip_type) {
      TAIZHANG_TRY(const RowDecision control, read_row_decision(*event));
      const auto named = target.use.table->keys().of(control.key);
      if (control.view == target.spec().view && named && RowKeys::tags_of(*named) == key)
        past.skipped.push_back(control.skipped);
      continue;
    }
    if (++taken > limits::subject_events_max) {
      if (!past.full) past.full = Park{place_of(*event), std::string(event->type), full_reason()};
      continue;
    }
    auto added = history.add(*event);
    if (!added) return std::move(added).error().with("view", target.spec().view);
  }
  std::sort(past.skipped.begin(), past.skipped.end());
  past.events = history.effective();
  if (options_.until)
    std::erase_if(past.events, [&](const EffectiveEvent& event) {
      return event.info.effective_on > *options_.until;
    });
  return past;
}

Result<std::optional<Fold::Failure>> Fold::replay(Target& target, Entry& entry,
                                                  const std::vector<std::string>& key,
                                                  const Past& past, std::size_t count) {
  entry.second.live->row.reset();
  for (std::size_t at = 0; at < count; ++at) {
    const EffectiveEvent& event = past.events[at];
    if (past.skips(event.info.position)) continue;
    if (!event.message) return std::optional(Failure{at, event.unreadable});
    entry.second.live->row.last = Place{event.info.effective_on, event.info.position};
    if (!speaks_of(*schema_, event, key)) continue;
    for (const Use& use : plans_.find(event.info.type)->second.uses) {
      if (use.target != &target) continue;
      std::optional<std::string> thrown;
      TAIZHANG_CHECK(apply(use, *event.message, event.info,
                           {{}, {}, event.version, event.sealed_for, event.sealed}, entry, thrown));
      if (thrown) return std::optional(Failure{at, *std::move(thrown)});
    }
  }
  return std::optional<Failure>();
}

Result<> Fold::refold(Target& target, Entry& entry, Position end) {
  const std::vector<std::string> key = RowKeys::tags_of(entry.first);
  Row& row = entry.second.live->row;
  // A row may be ahead, of a run that was cut short; what it has taken does not come again.
  TAIZHANG_TRY(const Past past, past_of(target, key, std::max(end, row.seen)));
  TAIZHANG_TRY(auto failure, replay(target, entry, key, past, past.events.size()));
  if (failure) {
    // A handler may have failed half way: what came before it once more.
    TAIZHANG_TRY(const auto again, replay(target, entry, key, past, failure->at));
    if (again) failure = again;  // it does not give the same answer twice
    const EventInfo& info = past.events[failure->at].info;
    row.park = std::make_unique<Park>(
        Park{{info.effective_on, info.position}, info.type, cut(std::move(failure->reason))});
    for (std::size_t at = failure->at; at < past.events.size(); ++at)
      if (!past.skips(past.events[at].info.position)) ++row.waiting;
  } else if (past.full) {
    row.park = std::make_unique<Park>(*past.full);
  }
  if (row.taken > limits::subject_events_max) row.waiting += row.taken - limits::subject_events_max;
  for (const EffectiveEvent& event : past.events)
    if (past.skips(event.info.position)) ++row.left_out;
  entry.second.stale = false;
  weigh(entry);
  return {};
}

Result<> Fold::settle(Position end) {
  for (const auto& target : targets_) {
    for (Entry* entry : target->stale) TAIZHANG_CHECK(refold(*target, *entry, end));
    target->stale.clear();
  }
  return {};
}

}  // namespace taizhang::projection
