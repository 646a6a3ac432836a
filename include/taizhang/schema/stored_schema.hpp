#pragma once

#include <memory>
#include <string>
#include <vector>

#include "taizhang/ledger.hpp"
#include "taizhang/schema/schema_changes.hpp"

namespace [[gnu::visibility("default")]] taizhang {

// The schema lives in the ledger: an event of the ledger itself (`ledger.schema-recorded`) holds
// the descriptors of all event messages and the code tables. So any build can show any event, and
// an opener can tell whether it would misread what is stored. All functions block; any thread.

inline constexpr std::string_view schema_type = "ledger.schema-recorded";

/// A schema that was recorded.
struct StoredSchema {
  Position position = 0;
  Timestamp recorded_at;
  Hash digest{};  ///< SHA-256 over descriptors and code tables
  std::string application;
};

/// The event that records a schema after the one at position `previous` (0: none): its id follows
/// from digest and `previous`, so that two openers make the same event. Deterministic.
/// Errors: `too_large` (descriptors and code tables beyond limits::event_bytes_max: split the
/// application's events over several ledgers' schemas, or shorten code tables); `invalid_argument`
/// (a schema read from a ledger whose versions define one file twice).
Result<NewEvent> encode_schema(const Schema& schema, std::string application, Position previous,
                               Context context);

/// Appends the schema if the newest recorded one is another; true if this call wrote it. Durable
/// when it returns. Openers that race write it once. Call check_schema before.
/// Errors: those of encode_schema, stored_schemas and Ledger::append.
Result<bool> record_schema(Ledger& ledger, const Schema& schema, const std::string& application,
                           const Context& context = {}, const AppendOptions& options = {});

/// Every schema recorded, oldest first. An event of that type that cannot be read is passed over,
/// here and below: an audit lists it (audit/findings.hpp). Errors: those of reading.
Result<std::vector<StoredSchema>> stored_schemas(const Ledger& ledger);

/// The descriptors of the newest one, as they lie in the ledger: the bytes of a
/// google.protobuf.FileDescriptorSet, for programs that read an export. Errors: `not_found` (none
/// was recorded), those of reading.
Result<std::string> stored_descriptors(const Ledger& ledger);

/// A schema that knows every (type, version) ever recorded, each as it was defined last, with the
/// newest code tables (and older tables that those no longer have). Its messages are made from the
/// recorded descriptors at run time; messages must not outlive it. It shows any event
/// (decode_as_written, trail, JSON, display, mask, tags); upcasters are code and not stored, so
/// that decode_event takes an older version to the newest only where breaking_changes has nothing
/// against reading it so, and is `unsupported` otherwise. A ledger without a recorded schema gives
/// the ledger's own types. Errors: `damaged`, those of reading.
Result<std::shared_ptr<const Schema>> stored_schema(const Ledger& ledger);

/// Whether `present` reads all that is stored: breaking_changes against stored_schema, for types of
/// which there are events. Writes nothing. The error is `unsupported` and names every change, one
/// detail "change" each ("type version path rule").
Result<> check_schema(const Ledger& ledger, const Schema& present);

}  // namespace taizhang
