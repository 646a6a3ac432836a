#pragma once

#include <memory>

#include "taizhang/key_value.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Stores in memory ("memory:NAME"). A named store lives as long as the backend object, so it
/// can be closed and opened again; an empty name gives a fresh store each time. "Durable" here
/// means "until the backend dies". `backup` copies to another name of the same backend.
std::shared_ptr<StorageBackend> memory_backend();

/// Stores over those of another backend, which are only read: what is written lies in memory,
/// above, and ends with the store. The place is that of the store below, opened frozen; if there is
/// none, or it cannot be opened, everything is written anew. For readers of what a writer keeps and
/// can be derived again: registered as "over", `views` of a reading System may be
/// "over:DIRECTORY/views". Locks nothing, changes nothing.
std::shared_ptr<StorageBackend> overlay_backend(std::shared_ptr<StorageBackend> below);

}  // namespace taizhang
