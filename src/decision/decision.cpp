#include "taizhang/decision/decision.hpp"

#include <google/protobuf/message.h>

#include "taizhang/schema/event_codec.hpp"

namespace taizhang {

Id Decision::next_id() const {
  return event_id(command_->id, static_cast<std::uint32_t>(events.size()));
}

Context Decision::context() const {
  Context context = command_->context;
  context.command = command_->id;
  context.command_digest = digest_;
  return context;
}

Result<> Decision::emit(const google::protobuf::Message& event) {
  TAIZHANG_TRY(NewEvent made,
               encode_event(desk_->schema(), event, next_id(), context(), on_, desk_->vault()));
  events.push_back(std::move(made));
  return {};
}

}  // namespace taizhang
