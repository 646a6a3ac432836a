#include "import/bookkeeping.hpp"

#include "import/row_memory.hpp"
#include "taizhang/education/education.hpp"
#include "taizhang/ledger/v1/events.pb.h"

namespace taizhang::importing {
namespace {

std::string bytes_of(const Hash& hash) { return {hash.begin(), hash.end()}; }

}  // namespace

Id started_event_of(const Id& batch) {
  return event_id(Id::derive("import-started", {batch.to_string()}), 0);
}
Id completed_event_of(const Id& batch) {
  return event_id(Id::derive("import-completed", {batch.to_string()}), 0);
}

Result<> append_own(Ledger& ledger, Vault& vault, const google::protobuf::Message& message,
                    const Id& id, const Context& context, std::optional<Timestamp> simulated_now) {
  TAIZHANG_TRY(const NewEvent event,
               encode_event(*education_schema(), message, id, context, std::nullopt, vault));
  TAIZHANG_CHECK(vault.make_durable());
  AppendOptions options;
  if (ledger.simulated_clock()) {
    const Head head = ledger.head();
    options.simulated_now = head.position > 0 ? std::optional(head.recorded_at) : simulated_now;
  }
  TAIZHANG_CHECK(ledger.append_own(std::span(&event, 1), {}, options));
  return {};
}

Result<Bookkeeping> Bookkeeping::find(Ledger& ledger, Vault& vault, const Mapping& mapping,
                                      const FileFacts& facts) {
  Bookkeeping books(ledger, vault);
  for (std::uint64_t turn = 0;; ++turn) {
    books.batch_ = Id::derive("import-batch", {mapping.source, bytes_of(facts.sha256),
                                               bytes_of(mapping.sha256), std::to_string(turn)});
    const std::array<Id, 3> ids{started_event_of(books.batch_), completed_event_of(books.batch_),
                                undone_event_of(books.batch_)};
    TAIZHANG_TRY(const auto known, ledger.positions_of(ids));
    if (known[1] || known[2]) continue;
    books.started_ = books.resumed_ = known[0].has_value();
    return books;
  }
}

Result<> Bookkeeping::start(const Mapping& mapping, const FileFacts& facts, const Context& context,
                            std::optional<Timestamp> simulated_now) {
  ledger::v1::ImportStarted message;
  message.set_batch(batch_.to_string());
  message.set_source(mapping.source);
  message.set_file(context.file);
  message.set_size_bytes(facts.size);
  message.set_sha256(bytes_of(facts.sha256));
  message.set_mapping_sha256(bytes_of(mapping.sha256));
  TAIZHANG_CHECK(
      append_own(*ledger_, *vault_, message, started_event_of(batch_), context, simulated_now));
  started_ = true;
  return {};
}

Result<> Bookkeeping::complete(const ImportReport& report, const Context& context) {
  ledger::v1::ImportCompleted message;
  message.set_batch(batch_.to_string());
  message.set_rows(report.rows);
  message.set_taken(report.taken + report.changed_taken);
  message.set_unchanged(report.unchanged);
  message.set_refused(report.refused);
  message.set_changed_not_taken(report.changed_not_taken);
  message.set_missing(report.missing);
  return append_own(*ledger_, *vault_, message, completed_event_of(batch_), context);
}

}  // namespace taizhang::importing
