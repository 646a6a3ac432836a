#pragma once

#include <cstdint>
#include <vector>

#include "taizhang/schema/schema_changes.hpp"

namespace taizhang::schema {

/// Who answers for what the fields of an event mean.
enum class Meaning : std::uint8_t {
  as_stored,    ///< the fields mean what they meant
  by_upcaster,  ///< an upcaster of the same class mends it; only form counts
};

/// What of `now` would misread messages of the stored event message.
std::vector<SchemaChange> compare_events(const Schema& stored, const MessageInfo& then,
                                         const Schema& present, const MessageInfo& now,
                                         Meaning meaning);

}  // namespace taizhang::schema
