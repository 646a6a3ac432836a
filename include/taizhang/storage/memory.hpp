#pragma once

#include <memory>

#include "taizhang/key_value.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Stores in memory ("memory:NAME"). A named store lives as long as the backend object, so it
/// can be closed and opened again; an empty name gives a fresh store each time. "Durable" here
/// means "until the backend dies". `backup` copies to another name of the same backend.
std::shared_ptr<StorageBackend> memory_backend();

}  // namespace taizhang
