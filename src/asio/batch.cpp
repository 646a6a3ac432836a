#include "taizhang/asio/batch.hpp"

#include <google/protobuf/message.h>

#include <cstring>

#include "asio/collect.hpp"
#include "taizhang/projection/views.hpp"

namespace taizhang {
namespace {

// Every view of the event but `record`.
template <class Visit>
void each_view(RecordedEvent& event, Visit visit) {
  visit(event.type);
  for (auto& tag : event.tags) visit(tag);
  if (event.target) visit(event.target->type);
  visit(event.context);
  visit(event.clear);
  for (auto& sealed : event.sealed) {
    visit(sealed.subject);
    visit(sealed.data_class);
    visit(sealed.nonce);
    visit(sealed.ciphertext);
    visit(sealed.digest);
  }
}

bool within(std::string_view part, std::string_view whole) {
  const std::less_equal<const char*> ordered;
  return ordered(whole.data(), part.data()) &&
         ordered(part.data() + part.size(), whole.data() + whole.size());
}

}  // namespace

// The record first; what lies outside it (names of types are kept apart) after it.
OwnedEvent::OwnedEvent(const RecordedEvent& event) : event_(event) {
  const std::string_view record = event.record;
  size_ = record.size();
  each_view(event_, [&](std::string_view part) {
    if (!within(part, record)) size_ += part.size();
  });
  bytes_ = std::make_unique<char[]>(size_);
  char* end = bytes_.get();
  const auto keep = [&end](std::string_view part) {
    char* const start = end;
    if (!part.empty()) std::memcpy(start, part.data(), part.size());
    end += part.size();
    return std::string_view(start, part.size());
  };
  event_.record = keep(record);
  each_view(event_, [&](std::string_view& part) {
    part = within(part, record)
               ? event_.record.substr(static_cast<std::size_t>(part.data() - record.data()),
                                      part.size())
               : keep(part);
  });
}

Result<EventBatch> read_batch(const Ledger& ledger, const Query& query,
                              const ReadOptions& options) {
  ReadOptions bounded = options;
  bounded.limit = std::min(options.limit, limits::async_batch_max);
  TAIZHANG_TRY(Reader reader, ledger.read(query, bounded));
  auto [batch, error] = asio::collect(bounded.limit, [&reader] { return reader.next(); });
  if (error) return *std::move(error);
  if (options.backward) return std::move(batch);
  if (batch.more) {
    TAIZHANG_TRY(batch.seen, ledger.checkpoint_at(batch.events.back()->position));
  } else {
    TAIZHANG_TRY(batch.seen, reader.seen());
  }
  return std::move(batch);
}

Result<RowBatch> ask_batch(const Views& views, const std::string& view, const Ask& ask) {
  Ask bounded = ask;
  bounded.limit = std::min(ask.limit, limits::async_batch_max);
  RowBatch batch;
  std::size_t bytes = 0;
  TAIZHANG_TRY(Answer answer, views.ask(view, bounded, [&](const google::protobuf::Message& row) {
    std::shared_ptr<google::protobuf::Message> copy(row.New());
    copy->CopyFrom(row);
    bytes += copy->SpaceUsedLong();
    batch.rows.push_back(std::move(copy));
    return bytes < limits::async_batch_bytes_max;
  }));
  batch.checkpoint = answer.checkpoint;
  if (ask.count) batch.count = answer.rows;
  batch.next_page = std::move(answer.next_page);
  return batch;
}

}  // namespace taizhang
