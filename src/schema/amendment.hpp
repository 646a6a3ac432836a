#pragma once

#include <optional>
#include <string>
#include <vector>

#include "taizhang/ledger.hpp"
#include "taizhang/schema/event_codec.hpp"

// How voids and corrections are made. Not for applications, which say Decision::void_event and
// correct_event: an amendment that lacks a tag is refused by the ledger, and these do not read it.
namespace taizhang {
namespace [[gnu::visibility("default")]] schema {

/// An event with all that was said of it since, as far as an amendment must know it.
class Amendable {
 public:
  /// The event itself, before any amendment.
  Amendable(const RecordedEvent& recorded);  // NOLINT(google-explicit-constructor): it is one
  /// An amendment of some event, in position order; those of others are passed over.
  void take(const RecordedEvent& amendment);
  /// What finds its amendments, among others: they carry its tags.
  [[nodiscard]] QueryItem amendments() const;

  Position position = 0;
  std::string type;
  std::uint32_t version = 1;
  std::vector<std::string> tags;  ///< sorted, those of former amendments included
  std::optional<Date> effective_on;
  Position voided_by = 0;  ///< 0: it counts

 private:
  std::vector<std::string> own_tags_;
};

/// The event at that position of the log as it now stands. `not_found`; those of reading.
Result<Amendable> amendable(const Ledger& ledger, Position position);

/// A void: its type, its date, all tags. Reason and approver are required. `invalid_argument`.
Result<NewEvent> encode_void(const Amendable& target, const Id& id, Context context,
                             const Approval& approval);
/// A correction: `replacement` is a message of the target's type. It takes the target's place in
/// effective order, with the target's date, and has the tags of both.
Result<NewEvent> encode_correction(const Schema& schema, const Amendable& target,
                                   const google::protobuf::Message& replacement, const Id& id,
                                   Context context, const Approval& approval, Sealer& sealer);

}  // namespace schema
}  // namespace taizhang
