#include "schema/quiet_protobuf.hpp"

#include <google/protobuf/stubs/logging.h>

#include <mutex>

namespace google::protobuf::internal {
// Exported but in no header: what is called where nobody set a handler.
void DefaultLogHandler(LogLevel level, const char* filename, int line, const std::string& message);
}  // namespace google::protobuf::internal

namespace taizhang::schema {

void quiet_protobuf() {
  namespace pb = google::protobuf;
  static std::once_flag once;
  std::call_once(once, [] {
    pb::LogHandler* const before = pb::SetLogHandler(nullptr);
    if (before != &pb::internal::DefaultLogHandler) pb::SetLogHandler(before);
  });
}

}  // namespace taizhang::schema
