#pragma once

#include <string>
#include <string_view>

#include "taizhang/event.hpp"

namespace taizhang::core {

/// Appends the record of an event (proto/taizhang/ledger/v1/record.proto) whose tags are sorted
/// and each there once.
void encode_record(const NewEvent& event, std::string& out);

/// Fills what the record says; views point into it. False if it is not a record. Leaves
/// position, time and commit alone and reuses the vectors.
bool decode_record(std::string_view record, RecordedEvent& out);

/// Whether two records say the same: type, version, tags, date, target, clear bytes, and sealed
/// parts by their digests. Neither context nor ciphertext, which differ between two attempts at
/// one thing.
bool same_content(const RecordedEvent& a, const RecordedEvent& b);

}  // namespace taizhang::core
