#include "schema/wire.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "taizhang/schema/event_codec.hpp"

namespace taizhang::schema {

Result<std::string> serialised(const google::protobuf::Message& message, std::size_t limit) {
  const std::size_t size = message.ByteSizeLong();
  if (size > limit)
    return Error(ErrorCode::too_large,
                 {"a message of " + std::to_string(size) + " bytes is over the limit of " +
                      std::to_string(limit) + "; split it",
                  "消息有 " + std::to_string(size) + " 字节,超过上限 " + std::to_string(limit) +
                      ";请拆分"})
        .with("limit", "event_bytes_max")
        .with("value", std::to_string(size));
  std::string bytes(size, '\0');
  {
    google::protobuf::io::ArrayOutputStream array(bytes.data(), static_cast<int>(size));
    google::protobuf::io::CodedOutputStream coded(&array);
    coded.SetSerializationDeterministic(true);
    message.SerializeWithCachedSizes(&coded);
  }  // The stream writes its last bytes when it dies, which must be before `bytes` moves.
  return bytes;
}

}  // namespace taizhang::schema

namespace taizhang {

Result<std::string> content_bytes(const google::protobuf::Message& message) {
  return schema::serialised(message);
}

}  // namespace taizhang
