#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "taizhang/ledger.hpp"

namespace google::protobuf {
class Message;
}
namespace [[gnu::visibility("default")]] taizhang {

class Views;
struct Ask;

/// A recorded event with its bytes, independent of any reader. Moving it keeps its views valid.
class OwnedEvent {
 public:
  explicit OwnedEvent(const RecordedEvent& event);

  const RecordedEvent& operator*() const { return event_; }
  const RecordedEvent* operator->() const { return &event_; }
  [[nodiscard]] std::size_t bytes() const { return size_; }

 private:
  RecordedEvent event_;
  std::size_t size_ = 0;
  std::unique_ptr<char[]> bytes_;
};

/// Events in the order of reading.
struct EventBatch {
  std::vector<OwnedEvent> events;
  Checkpoint seen;    ///< every match up to here has been given: go on after it. Forward only.
  bool more = false;  ///< a limit ended the batch
};

/// Up to `options.limit` events, at most limits::async_batch_max, and fewer once they exceed
/// limits::async_batch_bytes_max. Errors: those of Ledger::read and Reader::next.
Result<EventBatch> read_batch(const Ledger& ledger, const Query& query, const ReadOptions& options);

/// Rows as messages of the view's row type, copies.
struct RowBatch {
  std::vector<std::shared_ptr<const google::protobuf::Message>> rows;
  Checkpoint checkpoint;    ///< the rows speak of the log up to here
  std::uint64_t count = 0;  ///< with Ask::count: how many rows there are; none is in `rows`
  std::string next_page;    ///< for Ask::page_token; empty: no more
};

/// The rows that Views::ask visits, within the same limits.
Result<RowBatch> ask_batch(const Views& views, const std::string& view, const Ask& ask);

}  // namespace taizhang
