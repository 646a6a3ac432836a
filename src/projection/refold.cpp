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

Result<> Fold::gather(const Target& target, const RecordedEvent& event, Gathering& gathering) {
  if (++gathering.taken > limits::subject_events_max) {
    auto& full = gathering.past.full;
    if (!full) full = Park{place_of(event), std::string(event.type), full_reason()};
    return {};
  }
  auto added = gathering.history.add(event);
  if (!added) return std::move(added).error().with("view", target.spec().view);
  return {};
}

Fold::Past Fold::gathered(Gathering gathering) const {
  Past past = std::move(gathering.past);
  std::sort(past.skipped.begin(), past.skipped.end());
  past.events = gathering.history.effective();
  if (options_.until)
    std::erase_if(past.events, [&](const EffectiveEvent& event) {
      return event.info.effective_on > *options_.until;
    });
  return past;
}

Result<Fold::Past> Fold::past_of(const Target& target, const std::vector<std::string>& key,
                                 Position end) const {
  const Query query{{{target.use.table->types(), key}, skips_of(target.use.projection_name, key)}};
  ReadOptions range;
  range.before = end + 1;
  TAIZHANG_TRY(Reader reader, ledger_->read(query, range));
  Gathering gathering(*schema_);
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) break;
    if (event->type == row_skip_type) {
      TAIZHANG_TRY(const RowDecision control, read_row_decision(*event));
      const auto named = target.use.table->keys().of(control.key);
      if (control.view == target.spec().view && named && RowKeys::tags_of(*named) == key)
        gathering.past.skipped.push_back(control.skipped);
      continue;
    }
    TAIZHANG_CHECK(gather(target, *event, gathering));
  }
  return gathered(std::move(gathering));
}

Result<std::optional<Fold::Failure>> Fold::replay(Target& target, Entry& entry,
                                                  const std::vector<std::string>& key,
                                                  const Past& past, std::size_t count) {
  entry.second.row.reset();
  for (std::size_t at = 0; at < count; ++at) {
    const EffectiveEvent& event = past.events[at];
    if (past.skips(event.info.position)) continue;
    if (!event.message) return std::optional(Failure{at, event.unreadable});
    entry.second.row.last = Place{event.info.effective_on, event.info.position};
    if (!speaks_of(*schema_, event, key)) continue;
    for (const SameKeys& same : plans_.find(event.info.type)->second.by_keys)
      for (const Use& use : same.uses) {
        if (use.target != &target) continue;
        std::optional<std::string> thrown;
        TAIZHANG_CHECK(apply(use, *event.message, event.info,
                             {{}, {}, event.version, event.sealed_for, event.sealed}, entry,
                             thrown));
        if (thrown) return std::optional(Failure{at, *std::move(thrown)});
      }
  }
  return std::optional<Failure>();
}

Result<> Fold::refold(Target& target, Entry& entry, const Past& past) {
  const std::vector<std::string> key = RowKeys::tags_of(entry.first);
  Row& row = entry.second.row;
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
    for (Entry* entry : target->stale) {
      TAIZHANG_TRY(const Past past, past_of(*target, RowKeys::tags_of(entry->first), end));
      TAIZHANG_CHECK(refold(*target, *entry, past));
    }
    target->stale.clear();
  }
  return {};
}

Result<> Fold::settle(const std::function<Result<>(const EachEvent&)>& again) {
  std::unordered_map<const Entry*, Gathering> pasts;
  for (const auto& target : targets_)
    for (const Entry* entry : target->stale) pasts.try_emplace(entry, *schema_);
  if (pasts.empty()) return {};
  const auto past_at = [&](const Target& target, const Key& key) -> Gathering* {
    const auto entry = target.cache.find(key);
    if (entry == target.cache.end() || !entry->second.stale) return nullptr;
    return &pasts.find(&*entry)->second;
  };
  const EachEvent gather_one = [&](const RecordedEvent& event) -> Result<> {
    if (event.type == row_skip_type) {
      TAIZHANG_TRY(const RowDecision control, read_row_decision(event));
      return control_rows(event, [&](const Target& target, const Key& key) -> Result<> {
        if (Gathering* past = past_at(target, key)) past->past.skipped.push_back(control.skipped);
        return {};
      });
    }
    const Plan* plan = plan_of(event);
    if (plan == nullptr) return {};
    Result<> outcome;
    for (const SameKeys& same : plan->by_keys)
      same.keys->each(event.tags, [&](std::string_view text) {
        const Key key{text, hash_of(text)};
        if (!part_.has(key.hash)) return;
        for (const Use& use : same.uses)
          if (Gathering* past = past_at(*use.target, key); past != nullptr && outcome)
            outcome = gather(*use.target, event, *past);
      });
    return outcome;
  };
  TAIZHANG_CHECK(again(gather_one));
  for (const auto& target : targets_) {
    for (Entry* entry : target->stale)
      TAIZHANG_CHECK(refold(*target, *entry, gathered(std::move(pasts.find(entry)->second))));
    target->stale.clear();
  }
  return {};
}

}  // namespace taizhang::projection
