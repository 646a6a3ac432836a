#pragma once

#include <string>
#include <string_view>

#include "taizhang/education/v1/events.pb.h"
#include "taizhang/education/v1/views.pb.h"
#include "taizhang/projection/projection.hpp"

namespace taizhang::registers {

namespace v1 = education::v1;
using Held = google::protobuf::RepeatedPtrField<v1::HeldIdentifier>;

/// Tells one identifier of a subject from another: its scheme and its token. A number that was
/// missing has no token.
std::string identifier_slot(std::string_view scheme, std::string_view lookup);

// What each event does to the identifiers that `subject` (a whole tag) holds.
void apply(const v1::IdentifierAssigned& e, const EventInfo& info, std::string_view subject,
           Held& held);
void apply(const v1::IdentifierVerified& e, std::string_view subject, Held& held);
void apply(const v1::IdentifierWithdrawn& e, std::string_view subject, Held& held);
void apply(const v1::IdentifierDisputed& e, std::string_view subject, Held& held);

/// The scheme of the slot if it is the latest of that scheme that the subject holds, else empty:
/// of a withdrawn or replaced number nothing is shown.
std::string_view shown_scheme(const Held& held, std::string_view slot);

/// Lets a row of the subject `tag(row)` keep its identifiers and reveal the latest of each scheme
/// through `show(scheme, value, row)`.
template <class Row, class Table, class Tag, class Show>
void follow_identifiers(Table& table, Tag tag, Show show) {
  table
      .template creates<v1::IdentifierAssigned>(
          [tag](const v1::IdentifierAssigned& e, const EventInfo& info, Row& row) {
            apply(e, info, tag(row), *row.mutable_identifiers());
          })
      .template creates<v1::IdentifierVerified>(
          [tag](const v1::IdentifierVerified& e, const EventInfo&, Row& row) {
            apply(e, tag(row), *row.mutable_identifiers());
          })
      .template creates<v1::IdentifierWithdrawn>(
          [tag](const v1::IdentifierWithdrawn& e, const EventInfo&, Row& row) {
            apply(e, tag(row), *row.mutable_identifiers());
          })
      .template creates<v1::IdentifierDisputed>(
          [tag](const v1::IdentifierDisputed& e, const EventInfo&, Row& row) {
            apply(e, tag(row), *row.mutable_identifiers());
          })
      .template reveals<v1::IdentifierAssigned>(
          [](const v1::IdentifierAssigned& e) { return identifier_slot(e.scheme(), e.lookup()); },
          [show](std::string_view slot, const v1::IdentifierAssigned& opened, Row& row) {
            const std::string_view scheme = shown_scheme(row.identifiers(), slot);
            if (!scheme.empty()) show(scheme, opened.value(), row);
          });
}

}  // namespace taizhang::registers
