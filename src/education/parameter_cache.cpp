#include "education/parameter_cache.hpp"

#include <algorithm>

#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {

Result<History> ParameterCache::up_to(const Ledger& ledger, Position position) {
  const std::lock_guard lock(mutex_);
  if (read_ < position) {
    TAIZHANG_TRY(Reader reader,
                 ledger.read(Query::type(std::string(parameter_type)), {.first = read_ + 1}));
    for (;;) {
      TAIZHANG_TRY(const RecordedEvent* event, reader.next());
      if (event == nullptr) break;
      TAIZHANG_CHECK(history_.add(*event));
      read_ = event->position;
    }
    TAIZHANG_TRY(const Checkpoint seen, reader.seen());
    read_ = std::max(read_, seen.position);
  }
  return history_;
}

ParameterSet settings_of(std::span<const EffectiveEvent> history) {
  ParameterSet set;
  for (const EffectiveEvent& event : history) {
    const auto& setting = static_cast<const v1::RuleParameterSet&>(*event.message);
    set.add({setting.parameter(), setting.jurisdiction(), setting.value(), event.info.effective_on,
             event.info.position});
  }
  return set;
}

Result<ParameterSet> parameters_as_known(const Ledger& ledger, const Schema& schema,
                                         Position known_at) {
  const Position head = ledger.head().position;
  if (known_at > head)
    return Error(ErrorCode::not_found, {"the log ends at position " + std::to_string(head),
                                        "日志止于位置 " + std::to_string(head)})
        .with("position", std::to_string(known_at));
  History history(schema);
  ReadOptions range;
  range.last = known_at;
  TAIZHANG_TRY(Reader reader, ledger.read(Query::type(std::string(parameter_type)), range));
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) return settings_of(history.effective());
    TAIZHANG_CHECK(history.add(*event));
  }
}

}  // namespace taizhang::education
