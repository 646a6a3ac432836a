#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "education/life.hpp"
#include "taizhang/education/education.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace taizhang::education_test {

/// A life with its whole history.
struct WholeLife {
  const education::Life* life = nullptr;
  std::vector<std::string> key;
  std::vector<EffectiveEvent> history;
  education::Violations violations;
};

/// Walks every life in the ledger, each event judged with all before it.
template <class Visit>
Result<> each_life(const Ledger& ledger, Vault& vault, Visit visit) {
  const auto schema = education_schema();
  education::ParameterCache parameters(schema);
  Desk desk(ledger, *schema, vault);
  education::Facts facts(desk, parameters);
  std::map<const education::Life*, std::set<std::vector<std::string>>> keys;
  TAIZHANG_TRY(Reader reader, ledger.read(Query::all()));
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) break;
    if (event->target) continue;
    const auto message = new_message_for(*schema, *event);
    if (!message) continue;
    TAIZHANG_CHECK(decode_event(*schema, *event, *message, nullptr));
    for (const education::Life* life : education::lives_of(std::string(event->type)))
      keys[life].insert(education::key_of(*schema, *life, *message));
  }
  for (const auto& [life, all] : keys)
    for (const auto& key : all) {
      TAIZHANG_TRY(auto history, desk.history({life->types, key}));
      education::Violations violations = life->violations(history, facts);
      TAIZHANG_CHECK(facts.failed());
      visit(WholeLife{life, key, std::move(history), std::move(violations)}, facts);
    }
  return {};
}

}  // namespace taizhang::education_test
