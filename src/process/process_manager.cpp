#include "taizhang/process/process_manager.hpp"

#include <google/protobuf/message.h>

#include "taizhang/projection/projection.hpp"

namespace taizhang {

// Not in the header: g++ 12 sees an overrun in the inlined copy that is not there (GCC 105329).
ProcessManager::ProcessManager(std::string name) : name_(std::move(name)) {}

ProcessManager& ProcessManager::on(const google::protobuf::Message& event, React react) {
  handlers_[event_type_of(event.GetDescriptor())] = {&event, std::move(react)};
  return *this;
}

}  // namespace taizhang
