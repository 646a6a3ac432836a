#include "taizhang/decision/decision.hpp"

#include <google/protobuf/message.h>

#include "ledger/validate.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace taizhang {

Id Decision::next_id() const {
  return event_id(command_->id, static_cast<std::uint32_t>(events_.size()));
}

Context Decision::context() const {
  Context context = command_->context;
  context.command = command_->id;
  context.command_digest = digest_;
  return context;
}

Result<> Decision::take(Result<NewEvent> event) {
  if (!event) return std::move(event).error();
  // The ledger would refuse the whole batch for it; so the command is refused alone.
  TAIZHANG_CHECK(core::validate(*event));
  events_.push_back(*std::move(event));
  return {};
}

Result<> Decision::emit(const google::protobuf::Message& event) {
  const MessageInfo* info = desk_->schema().of(event.GetDescriptor());
  if (info != nullptr && info->name.starts_with("ledger."))
    return Error(ErrorCode::invalid_argument,
                 {"\"" + info->name +
                      "\" is the ledger's own kind of event. Say void_event or correct_event, or "
                      "emit an event of the application.",
                  "“" + info->name +
                      "”是台账自身的事件类型。请用 void_event 或 "
                      "correct_event，或写入应用自己的事件。"})
        .with("type", info->name);
  return take(encode_event(desk_->schema(), event, next_id(), context(), on_, desk_->vault()));
}

}  // namespace taizhang
