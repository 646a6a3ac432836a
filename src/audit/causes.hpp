#pragma once

#include <map>

#include "taizhang/ledger.hpp"
#include "taizhang/ledger/v1/why.pb.h"
#include "taizhang/schema/schema.hpp"

namespace taizhang::audit {

/// An event as a cause. Of a damaged one it says what can be said.
ledger::v1::Cause cause_of(const Schema& schema, const RecordedEvent& event, Language language);

/// The causes that one row may cite, by position.
class Causes {
 public:
  Causes(const Ledger& ledger, const Schema& schema, Language language)
      : ledger_(&ledger), schema_(&schema), language_(language) {}
  void add(const RecordedEvent& event) {
    known_[event.position] = cause_of(*schema_, event, language_);
  }
  /// Reads the event if it was not added: an event that was corrected to speak of a subject does
  /// not carry its tag. Errors: those of reading.
  Result<ledger::v1::Cause> at(Position position);
  /// Fills `event` and, if another event gave its content, `correction`.
  Result<> cite(Position position, Position set_by, ledger::v1::WhyChange& change);

 private:
  const Ledger* ledger_;
  const Schema* schema_;
  Language language_;
  std::map<Position, ledger::v1::Cause> known_;
};

}  // namespace taizhang::audit
