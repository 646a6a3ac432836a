#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "taizhang/schema/event_codec.hpp"

namespace taizhang::schema {

/// A validated event message in two: what lies in the clear, and the personal parts, sealed.
struct EncodedMessage {
  const MessageInfo* info = nullptr;
  std::string clear;
  std::vector<Sealed> sealed;
};

/// `id` is the event that the sealed parts are bound to.
Result<EncodedMessage> encode_message(const Schema& schema,
                                      const google::protobuf::Message& message, const Id& id,
                                      Sealer& sealer);

}  // namespace taizhang::schema
