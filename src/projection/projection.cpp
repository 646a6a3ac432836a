#include "taizhang/projection/projection.hpp"

#include <set>

#include "taizhang/annotations.pb.h"

namespace taizhang {

std::vector<std::string> TableSpec::types() const {
  std::set<std::string> all;
  for (const auto& [type, handler] : handlers) all.insert(type);
  for (const auto& [type, reveal] : reveals) all.insert(type);
  return {all.begin(), all.end()};
}

std::string event_type_of(const google::protobuf::Descriptor* descriptor) {
  return descriptor->options().GetExtension(schema::event).type();
}

}  // namespace taizhang
