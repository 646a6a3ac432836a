#pragma once

#include <memory>
#include <string_view>

#include "taizhang/schema/schema.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// A schema from the bytes of a google.protobuf.FileDescriptorSet, as `protoc --include_imports
/// --descriptor_set_out=FILE` writes it: own kinds of event without generated code. Its messages
/// are made at run time and must not outlive it. Errors: `invalid_argument` (bytes that are no such
/// set; a file that does not build, or comes before one that it imports), those of Schema::make.
Result<std::shared_ptr<const Schema>> schema_from_descriptor_set(std::string_view bytes,
                                                                 CodeTables tables);

}  // namespace taizhang
