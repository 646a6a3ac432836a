#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>

#include <memory>
#include <vector>

#include "taizhang/schema/schema.hpp"

namespace taizhang {

struct Schema::Pools {
  Pools() { factory.SetDelegateToGeneratedFactory(true); }
  std::vector<std::unique_ptr<google::protobuf::DescriptorPool>> pools;
  /// Makes generated messages where there are some, others from descriptors. Dies before the pools.
  google::protobuf::DynamicMessageFactory factory;
};

}  // namespace taizhang
