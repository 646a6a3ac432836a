#pragma once

#include <google/protobuf/descriptor.pb.h>

#include <vector>

#include "schema/builder.hpp"

namespace taizhang::schema {

/// The files of a set, in a pool of their own that the builder keeps; each must come after those
/// that it imports. The error says which does not build, as the end of a sentence.
Result<std::vector<const google::protobuf::FileDescriptor*>> build_files(
    const google::protobuf::FileDescriptorSet& set, SchemaBuilder& builder);

}  // namespace taizhang::schema
