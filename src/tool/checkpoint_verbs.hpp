#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "taizhang/proof/checkpointer.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {

Verb submit_verb();  ///< below checkpoint

/// Runs `work` over a LEDGER opened for writing, with its key.
int with_checkpointer(const Console& console, const std::string& ledger,
                      const std::function<int(const Ledger&, Checkpointer&)>& work);
/// Size of the anchored checkpoint, 0 if there is none.
std::uint64_t anchored_size(const Checkpointer& checkpointer);
/// Says what is anchored now, and by whom. The exit code.
int tell_anchored(const Console& console, const Checkpointer& checkpointer,
                  const SignedCheckpoint& anchored);

}  // namespace taizhang::tool
