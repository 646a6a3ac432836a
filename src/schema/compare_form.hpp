#pragma once

#include <google/protobuf/descriptor.h>

#include <optional>
#include <string>

#include "taizhang/result.hpp"

namespace taizhang::schema {

/// Why bytes written for one field would be misread as the other.
struct FormFault {
  std::string rule;  ///< "field-type", "field-cardinality", "field-oneof"
  Text what;
};

/// By protobuf's rules for updating a message; numbers may be widened only, and bytes are not text.
std::optional<FormFault> form_fault(const google::protobuf::FieldDescriptor& then,
                                    const google::protobuf::FieldDescriptor& now);

}  // namespace taizhang::schema
