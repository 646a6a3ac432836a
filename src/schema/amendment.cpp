// Voids and corrections: events about events.
#include "schema/amendment.hpp"

#include <google/protobuf/message.h>

#include <algorithm>

#include "schema/encoded_message.hpp"
#include "schema/wire.hpp"
#include "taizhang/ledger/v1/events.pb.h"

namespace taizhang::schema {
namespace {

/// The ledger's own messages need no tables and no application.
Result<std::shared_ptr<const Schema>> own_schema() {
  static const Result<std::shared_ptr<const Schema>> own = Schema::make({}, {});
  return own;
}

/// The clear bytes of a void or correction, its form checked.
Result<std::string> checked(const google::protobuf::Message& message) {
  TAIZHANG_TRY(const std::shared_ptr<const Schema> own, own_schema());
  TAIZHANG_CHECK(own->validate(message));
  return serialised(message);
}

template <class Message>
Message with_approval(const Approval& approval) {
  Message message;
  message.set_reason(approval.reason);
  message.set_approver(approval.approver);
  message.set_approval_document(approval.document);
  return message;
}

NewEvent about(const Amendable& target, std::string_view type, const Id& id, Context context) {
  NewEvent result;
  result.id = id;
  result.type = type;
  result.version = 1;
  result.tags = target.tags;
  result.effective_on = target.effective_on;
  result.context = std::move(context);
  result.target = Target{target.position, target.type, target.version};
  return result;
}

void add_tags(std::vector<std::string>& tags, std::vector<std::string> more) {
  tags.insert(tags.end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
}

}  // namespace

Amendable::Amendable(const RecordedEvent& recorded)
    : position(recorded.position),
      type(recorded.type),
      version(recorded.version),
      tags(recorded.tags.begin(), recorded.tags.end()),
      effective_on(recorded.effective_on),
      own_tags_(tags) {}

QueryItem Amendable::amendments() const {
  return {{std::string(void_type), std::string(correction_type)}, own_tags_};
}

void Amendable::take(const RecordedEvent& amendment) {
  if (!amendment.target || amendment.target->position != position) return;
  if (amendment.type == void_type && voided_by == 0) voided_by = amendment.position;
  add_tags(tags, {amendment.tags.begin(), amendment.tags.end()});
}

Result<Amendable> amendable(const Ledger& ledger, Position position) {
  TAIZHANG_TRY(Reader one, ledger.read(Query::all(), ReadOptions::one(position)));
  TAIZHANG_TRY(const RecordedEvent* next, one.next());
  if (next == nullptr || position == 0)
    return Error(ErrorCode::not_found,
                 {"There is no event at position " + std::to_string(position) + ".",
                  "位置 " + std::to_string(position) + " 没有记录。"})
        .with("position", std::to_string(position));
  Amendable found(*next);
  TAIZHANG_TRY(Reader since, ledger.read(Query{{found.amendments()}}, {.first = position + 1}));
  for (;;) {
    TAIZHANG_TRY(next, since.next());
    if (next == nullptr) return found;
    found.take(*next);
  }
}

Result<NewEvent> encode_void(const Amendable& target, const Id& id, Context context,
                             const Approval& approval) {
  NewEvent result = about(target, void_type, id, std::move(context));
  TAIZHANG_TRY(result.clear, checked(with_approval<ledger::v1::EventVoided>(approval)));
  return result;
}

Result<NewEvent> encode_correction(const Schema& schema, const Amendable& target,
                                   const google::protobuf::Message& replacement, const Id& id,
                                   Context context, const Approval& approval, Sealer& sealer) {
  NewEvent result = about(target, correction_type, id, std::move(context));
  const MessageInfo* info = schema.of(replacement.GetDescriptor());
  if (info == nullptr || info->role != MessageInfo::Role::event || info->name != target.type)
    return Error(ErrorCode::invalid_argument,
                 {"the replacement is a " + replacement.GetDescriptor()->full_name() +
                      ", but the target is a \"" + target.type +
                      "\"; give a message of the target's type",
                  "更正内容是 " + replacement.GetDescriptor()->full_name() + ",而被更正的事件是“" +
                      target.type + "”;请给出同类型的消息"})
        .with("type", target.type);
  // The form of the approval first: a refused correction leaves no key behind.
  auto corrected = with_approval<ledger::v1::EventCorrected>(approval);
  TAIZHANG_CHECK(checked(corrected));
  TAIZHANG_TRY(EncodedMessage encoded, encode_message(schema, replacement, id, sealer));
  result.target->version = info->version;
  result.sealed = std::move(encoded.sealed);
  corrected.set_replacement(std::move(encoded.clear));
  TAIZHANG_TRY(result.clear, serialised(corrected));
  add_tags(result.tags, schema.tags(replacement));
  return result;
}

}  // namespace taizhang::schema
