#include "projection/control.hpp"

#include "taizhang/ledger/v1/events.pb.h"

namespace taizhang {
namespace projection {
namespace {

std::string projection_tag(std::string_view projection) {
  return "projection:" + std::string(projection);
}

}  // namespace

QueryItem controls_of(std::string_view projection) {
  return {{std::string(row_skip_type), std::string(row_retry_type)}, {projection_tag(projection)}};
}

QueryItem skips_of(std::string_view projection, const std::vector<std::string>& key) {
  QueryItem item{{std::string(row_skip_type)}, key};
  item.tags.push_back(projection_tag(projection));
  return item;
}

}  // namespace projection

Result<RowDecision> read_row_decision(const RecordedEvent& event) {
  RowDecision decision;
  const auto size = static_cast<int>(event.clear.size());
  bool read = false;
  if (event.type == row_skip_type) {
    ledger::v1::ProjectionEventSkipped skipped;
    read = skipped.ParseFromArray(event.clear.data(), size);
    decision = {skipped.view(), {skipped.key().begin(), skipped.key().end()}, skipped.position()};
  } else {
    ledger::v1::ProjectionRowRetried retried;
    read = retried.ParseFromArray(event.clear.data(), size);
    decision = {retried.view(), {retried.key().begin(), retried.key().end()}, 0};
  }
  if (read) return decision;
  const std::string at = std::to_string(event.position);
  return Error(ErrorCode::damaged, {"the decision about a parked row at position " + at +
                                        " is not a message of its type",
                                    "位置 " + at + " 关于停住行的决定不是其类型的消息"})
      .with("position", at);
}

namespace {

template <class Message>
Result<Position> decide(Ledger& ledger, const Schema& schema, Sealer& sealer, const ParkedRow& row,
                        Message message, Context context, std::string reason) {
  message.set_projection(row.projection);
  message.set_view(row.view);
  for (const std::string& tag : row.key) message.add_key(tag);
  message.set_reason(std::move(reason));
  TAIZHANG_TRY(const NewEvent event, encode_event(schema, message, Id::random(), std::move(context),
                                                  std::nullopt, sealer));
  TAIZHANG_TRY(const Appended appended,
               ledger.append_own({&event, 1}, {}, at_standing_clock(ledger)));
  return appended.positions.front();
}

}  // namespace

Result<Position> skip_parked(Ledger& ledger, const Schema& schema, Sealer& sealer,
                             const ParkedRow& row, Context context, std::string reason) {
  ledger::v1::ProjectionEventSkipped message;
  message.set_position(row.position);
  return decide(ledger, schema, sealer, row, std::move(message), std::move(context),
                std::move(reason));
}

Result<Position> retry_parked(Ledger& ledger, const Schema& schema, Sealer& sealer,
                              const ParkedRow& row, Context context, std::string reason) {
  return decide(ledger, schema, sealer, row, ledger::v1::ProjectionRowRetried(), std::move(context),
                std::move(reason));
}

}  // namespace taizhang
