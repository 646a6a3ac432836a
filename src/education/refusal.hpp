#pragma once

#include <functional>
#include <string>

#include "taizhang/event.hpp"
#include "taizhang/result.hpp"

namespace taizhang::education {

/// A rule says no. The sentences may hold "{position}", which becomes the position of what stands
/// in the way once it is certain (events of the same batch get theirs with the commit).
inline Error refuse(std::string rule, Text text, Position in_the_way = 0) {
  Error error(ErrorCode::rejected, std::move(text));
  error.with("rule", std::move(rule));
  if (in_the_way != 0) error.with("position", std::to_string(in_the_way));
  return error;
}

/// Whether an error is an answer to the command (a rule, a mistake in it), not a failing store.
bool is_answer(const Error& error);

/// The error with its positions mapped and written into its sentences.
Error with_positions(const Error& error, const std::function<Position(Position)>& actual);

}  // namespace taizhang::education
