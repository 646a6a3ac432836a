#pragma once

#include <functional>

#include "taizhang/event.hpp"
#include "taizhang/result.hpp"

namespace taizhang::decision {

/// The error with its positions mapped and written into its sentences.
Error with_positions(const Error& error, const std::function<Position(Position)>& actual);

}  // namespace taizhang::decision
