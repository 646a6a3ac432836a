#pragma once

#include <string>
#include <utility>
#include <vector>

#include "projection/club.hpp"
#include "taizhang/schema/stored_schema.hpp"

namespace taizhang::testing {

/// One event of each kind that cannot be read, all about member:m1, as the ledger takes them.
inline std::vector<std::pair<std::string, NewEvent>> poisoned(ClubLedger& club, Position target) {
  std::vector<std::pair<std::string, NewEvent>> all;
  const std::string no_message = "\xFF\xFF";
  const auto add = [&](const std::string& what, const std::string& type) -> NewEvent& {
    NewEvent event;
    event.id = club.next_id();
    event.type = type;
    event.tags = {"member:m1"};
    event.effective_on = ClubLedger::day(60);
    event.clear = level_set("m1", "02").SerializeAsString();
    return all.emplace_back(what, std::move(event)).second;
  };
  add("bytes that are no message", "club.level-set").clear = no_message;
  add("text that is not UTF-8", "club.level-set").clear = "\x0A\x02\xC3\x28";
  // Of a type that no row of a member takes: one that does stops its projection until a newer
  // build.
  add("a version of the future", "club.club-founded").version = 99;
  add("a type from elsewhere", "elsewhere.unheard-of");

  const std::string nonce(24, 'n');
  add("a part sealed for another event", "club.member-joined").sealed = {
      {"member:m1", "identity", 1, nonce, "x", "digest"}};
  schema::Amendable now = take(schema::amendable(*club.log, target));
  const auto corrected = [&] {
    return take(schema::encode_correction(*club_schema(), now, level_set("m1", "02"),
                                          club.next_id(), {}, {"更正", "校长", "文2"},
                                          club.sealer));
  };
  NewEvent voids = take(schema::encode_void(now, club.next_id(), {}, {"写错", "校长", "文1"}));
  voids.clear = no_message;
  all.emplace_back("a void without grounds", std::move(voids));
  NewEvent corrects = corrected();
  corrects.clear = no_message;
  all.emplace_back("a correction that cannot be parsed", std::move(corrects));
  NewEvent inner = corrected();
  ledger::v1::EventCorrected change;
  change.set_reason("更正");
  change.set_replacement(no_message);
  inner.clear = change.SerializeAsString();
  all.emplace_back("a correction by what is no message", std::move(inner));
  for (const char* own :
       {"ledger.schema-recorded", "ledger.projection-event-skipped",
        "ledger.projection-row-retried", "ledger.report-frozen", "ledger.personal-data-accessed",
        "ledger.spot-check-recorded", "ledger.import-started", "ledger.import-completed",
        "ledger.import-undone", "ledger.clock-confirmed", "ledger.reaction-refused"})
    add(std::string("the ledger's own ") + own, own).clear = no_message;
  for (auto& [what, event] : all)
    if (event.type.starts_with("ledger.projection")) {
      event.tags = {"member:m1", "projection:people"};
    }
  add("the ledger's own of the future", "ledger.schema-recorded").version = 7;
  add("the ledger's own that there never was", "ledger.never-heard-of");
  return all;
}

}  // namespace taizhang::testing
