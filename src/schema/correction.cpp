// Voids and corrections: events about events.
#include <google/protobuf/message.h>

#include <algorithm>

#include "schema/encoded_message.hpp"
#include "schema/wire.hpp"
#include "taizhang/ledger/v1/events.pb.h"
#include "taizhang/schema/event_codec.hpp"

namespace taizhang {
namespace {

/// The ledger's own messages need no tables and no application.
Result<std::shared_ptr<const Schema>> own_schema() {
  static const Result<std::shared_ptr<const Schema>> schema = Schema::make({}, {});
  return schema;
}

/// The clear bytes of a void or correction, its form checked.
Result<std::string> checked(const google::protobuf::Message& message) {
  TAIZHANG_TRY(const std::shared_ptr<const Schema> schema, own_schema());
  TAIZHANG_CHECK(schema->validate(message));
  return schema::serialised(message);
}

template <class Message>
Message with_approval(const Approval& approval) {
  Message message;
  message.set_reason(approval.reason);
  message.set_approver(approval.approver);
  message.set_approval_document(approval.document);
  return message;
}

Result<NewEvent> about(const RecordedEvent& target, std::string_view type, const Id& id,
                       Context context) {
  if (target.type.starts_with("ledger."))
    return Error(ErrorCode::invalid_argument,
                 {"event " + std::to_string(target.position) + " (" + std::string(target.type) +
                      ") belongs to the ledger itself; only business events can be voided or "
                      "corrected: point at the business event",
                  "第 " + std::to_string(target.position) + " 号事件(" + std::string(target.type) +
                      ")属于台账自身;只有业务事件可以作废或更正,请指向业务事件"})
        .with("position", std::to_string(target.position))
        .with("type", std::string(target.type));
  NewEvent result;
  result.id = id;
  result.type = type;
  result.version = 1;
  result.tags.assign(target.tags.begin(), target.tags.end());
  result.effective_on = target.effective_on;
  result.context = std::move(context);
  result.target = Target{target.position, std::string(target.type), target.version};
  return result;
}

}  // namespace

Result<NewEvent> encode_void(const RecordedEvent& target, const Id& id, Context context,
                             const Approval& approval) {
  TAIZHANG_TRY(NewEvent result, about(target, void_type, id, std::move(context)));
  TAIZHANG_TRY(result.clear, checked(with_approval<ledger::v1::EventVoided>(approval)));
  return result;
}

Result<NewEvent> encode_correction(const Schema& schema, const RecordedEvent& target,
                                   const google::protobuf::Message& replacement, const Id& id,
                                   Context context, const Approval& approval, Sealer& sealer) {
  TAIZHANG_TRY(NewEvent result, about(target, correction_type, id, std::move(context)));
  const MessageInfo* info = schema.of(replacement.GetDescriptor());
  if (info == nullptr || info->role != MessageInfo::Role::event || info->name != target.type)
    return Error(ErrorCode::invalid_argument,
                 {"the replacement is a " + replacement.GetDescriptor()->full_name() +
                      ", but the target is a \"" + std::string(target.type) +
                      "\"; give a message of the target's type",
                  "更正内容是 " + replacement.GetDescriptor()->full_name() + ",而被更正的事件是“" +
                      std::string(target.type) + "”;请给出同类型的消息"})
        .with("type", std::string(target.type));
  // The form of the approval first: a refused correction leaves no key behind.
  auto corrected = with_approval<ledger::v1::EventCorrected>(approval);
  TAIZHANG_CHECK(checked(corrected));
  TAIZHANG_TRY(schema::EncodedMessage encoded,
               schema::encode_message(schema, replacement, id, sealer));
  result.target->version = info->version;
  result.sealed = std::move(encoded.sealed);
  corrected.set_replacement(std::move(encoded.clear));
  TAIZHANG_TRY(result.clear, schema::serialised(corrected));
  std::vector<std::string> added = schema.tags(replacement);
  result.tags.insert(result.tags.end(), std::make_move_iterator(added.begin()),
                     std::make_move_iterator(added.end()));
  std::sort(result.tags.begin(), result.tags.end());
  result.tags.erase(std::unique(result.tags.begin(), result.tags.end()), result.tags.end());
  return result;
}

}  // namespace taizhang
