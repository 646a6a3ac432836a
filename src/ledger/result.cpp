#include "taizhang/result.hpp"

namespace taizhang {

std::string_view name(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::already_exists:
      return "already_exists";
    case ErrorCode::too_large:
      return "too_large";
    case ErrorCode::condition_failed:
      return "condition_failed";
    case ErrorCode::rejected:
      return "rejected";
    case ErrorCode::id_content_differs:
      return "id_content_differs";
    case ErrorCode::ids_partly_known:
      return "ids_partly_known";
    case ErrorCode::busy:
      return "busy";
    case ErrorCode::held:
      return "held";
    case ErrorCode::closed:
      return "closed";
    case ErrorCode::outcome_unknown:
      return "outcome_unknown";
    case ErrorCode::io_error:
      return "io_error";
    case ErrorCode::storage_full:
      return "storage_full";
    case ErrorCode::damaged:
      return "damaged";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::clock_suspect:
      return "clock_suspect";
    case ErrorCode::key_missing:
      return "key_missing";
    case ErrorCode::internal:
      return "internal";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::other_history:
      return "other_history";
  }
  return "internal";
}

std::string_view Error::detail(std::string_view detail_name) const {
  for (const Detail& detail : details_)
    if (detail.name == detail_name) return detail.value;
  return {};
}

Retry Error::retry() const {
  switch (code_) {
    case ErrorCode::condition_failed:
      return Retry::decision;
    // Each needs something to happen first (ErrorCode says what), after which the very same
    // call, with its ids, is right: it answers the old positions if it had been taken.
    case ErrorCode::busy:
    case ErrorCode::held:
    case ErrorCode::closed:
    case ErrorCode::outcome_unknown:
    case ErrorCode::io_error:
    case ErrorCode::storage_full:
    case ErrorCode::clock_suspect:
    case ErrorCode::key_missing:
    case ErrorCode::cancelled:
      return Retry::call;
    default:
      return Retry::no;
  }
}

}  // namespace taizhang
