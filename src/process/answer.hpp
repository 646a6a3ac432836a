#pragma once

#include "taizhang/process/process_managers.hpp"

namespace taizhang::process {

/// A command of a reaction, and what became of it.
struct Issued {
  std::size_t manager;  ///< its index
  EventInfo trigger;
  Reacted reacted;
};

/// Decides the command for good: its events or its refusal go into the batch. An error that
/// is_answer tells that no rule could take the command as it is; nothing is recorded of that.
Result<Verdict> answer(Decider::Batch& batch, const Issued& issued);

}  // namespace taizhang::process
