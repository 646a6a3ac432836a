#pragma once

#include "taizhang/decision/command.hpp"

namespace taizhang::decision {

/// Nothing for a command whose dates and times a person can have meant (Date::plausible). Asked
/// where a command is read and where it is decided, as not every command is read here.
std::optional<Error> implausible(const Command& command);
std::optional<Error> implausible(const Context& context);

}  // namespace taizhang::decision
