// Rows that are folded anew from their history.
#include "projection/apply.hpp"
#include "projection/fold.hpp"

namespace taizhang::projection {
namespace {

/// Of a row in bulk: up to so many events are gathered from those of its part, which costs no
/// lookups, and held; a row of more is folded from the log, which holds none.
constexpr std::uint64_t held_events_max = 8192;

}  // namespace

Result<> Fold::refold(Target& target, Entry& entry, Past& past) {
  auto folded = fold_anew(*schema_, *target.use.table, entry.first, past, entry.second.row);
  if (!folded) {
    Error error = std::move(folded).error();
    if (error.detail("view").empty()) error.with("view", target.spec().view);
    return error;
  }
  entry.second.stale = false;
  weigh(entry);
  return {};
}

Result<> Fold::refold_from_log(Target& target, Entry& entry, Position end) {
  const RowName name{target.use.table, target.use.projection_name, entry.first};
  TAIZHANG_TRY(const auto past, LoggedPast::make(*ledger_, *schema_, name, end, options_.until));
  return refold(target, entry, *past);
}

Result<> Fold::settle(Position end) {
  for (const auto& target : targets_) {
    for (Entry* entry : target->stale) TAIZHANG_CHECK(refold_from_log(*target, *entry, end));
    target->stale.clear();
  }
  return {};
}

Result<> Fold::settle(Position end, const std::function<Result<>(const EachEvent&)>& again) {
  std::unordered_map<const Entry*, HeldPast> pasts;
  for (const auto& target : targets_)
    for (const Entry* entry : target->stale)
      if (entry->second.row.taken <= held_events_max) pasts.try_emplace(entry, *schema_);
  const auto past_at = [&](const Target& target, const Key& key) -> HeldPast* {
    const auto entry = target.cache.find(key);
    const auto past = entry == target.cache.end() ? pasts.end() : pasts.find(&*entry);
    return past == pasts.end() ? nullptr : &past->second;
  };
  const EachEvent gather_one = [&](const RecordedEvent& event) -> Result<> {
    if (event.type == row_skip_type) {
      const auto control = read_row_decision(event);
      if (!control) return {};  // see control_rows
      return control_rows(event, [&](const Target& target, const Key& key) -> Result<> {
        if (HeldPast* past = past_at(target, key)) past->skip(control->skipped);
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
          if (HeldPast* past = past_at(*use.target, key); past != nullptr && outcome)
            outcome = past->add(event);
      });
    return outcome;
  };
  if (!pasts.empty()) TAIZHANG_CHECK(again(gather_one));
  for (const auto& target : targets_) {
    for (Entry* entry : target->stale) {
      const auto past = pasts.find(entry);
      if (past == pasts.end()) {
        TAIZHANG_CHECK(refold_from_log(*target, *entry, end));
        continue;
      }
      past->second.end(options_.until);
      TAIZHANG_CHECK(refold(*target, *entry, past->second));
    }
    target->stale.clear();
  }
  return {};
}

}  // namespace taizhang::projection
