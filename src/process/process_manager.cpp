#include "taizhang/process/process_manager.hpp"

#include <google/protobuf/message.h>

#include "taizhang/projection/projection.hpp"

namespace taizhang {

ProcessManager& ProcessManager::on(const google::protobuf::Message& event, React react) {
  handlers_[event_type_of(event.GetDescriptor())] = {&event, std::move(react)};
  return *this;
}

}  // namespace taizhang
