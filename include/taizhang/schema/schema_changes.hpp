#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "taizhang/schema/schema.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// A difference between two schemas by which events already stored would be misread.
struct SchemaChange {
  std::string type;           ///< the event type
  std::uint32_t version = 1;  ///< of the events that would be misread
  std::string path;           ///< field, with those it lies in ("items.price"); empty: the event
  std::string rule;           ///< "field-gone", "field-type", … (docs/schema-evolution.md)
  Text text;                  ///< place, rule and the way out
};

/// What of `present` would misread events that `stored` describes; empty if nothing. By type,
/// version and field number. A schema against itself gives none.
///
/// Of the type: `type-gone`, `version-lowered`, `upcaster-missing` (its version was raised, the
/// message differs, and neither an own old class nor an upcaster is there).
/// Of one version's message and the messages in it, by field number: `field-gone` (and its number
/// not reserved), `field-type`, `field-cardinality` (singular, repeated, map), `field-oneof`,
/// `field-required` (proto2), `field-renamed`, `field-personal`, `field-data-class`,
/// `field-personal-subject`, `field-subject`, `field-money`, `field-date`, `field-code-table`,
/// `code-gone`, `enum-value-gone`, `enum-value-renamed`.
/// Fine: new fields, types, codes, enum values and versions with their upcasters; other labels,
/// masks, bounds; removing a field whose number is reserved. An upcaster in the same class answers
/// for what a field means, so then only changes that no upcaster could mend are told: wire form,
/// numbers, and personal data turned clear.
///
/// Wire form follows protobuf's rules for updating a message
/// (https://protobuf.dev/programming-guides/proto3/#updating) and, for names, JSON and enum values,
/// buf's WIRE_JSON category (https://buf.build/docs/breaking/rules/), with two differences: numbers
/// may be widened but not narrowed (protobuf would read a stored value truncated), and string may
/// become bytes but not the reverse (bytes need not be UTF-8).
std::vector<SchemaChange> breaking_changes(const Schema& stored, const Schema& present);

}  // namespace taizhang
