#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "taizhang/limits.hpp"
#include "taizhang/result.hpp"

namespace taizhang::schema {

/// The message's bytes, the same for the same message (maps sorted). `too_large` beyond
/// the limit. Strings must be UTF-8 by now: protobuf would complain on stderr.
Result<std::string> serialised(const google::protobuf::Message& message,
                               std::size_t limit = limits::event_bytes_max);

}  // namespace taizhang::schema
