#include "taizhang/projection/projection.hpp"

#include "taizhang/annotations.pb.h"

namespace taizhang {

std::string event_type_of(const google::protobuf::Descriptor* descriptor) {
  return descriptor->options().GetExtension(schema::event).type();
}

}  // namespace taizhang
