#pragma once

#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "taizhang/c.h"
#include "taizhang/result.hpp"

/// What C holds of an Error.
struct taizhang_error {
  explicit taizhang_error(taizhang::Error what);
  taizhang::Error error;
  std::string details;
};

namespace taizhang::c {

/// Makes `*error` of it, if asked for, and answers its code. Takes no memory it does not have.
taizhang_code fail(const Error& what, taizhang_error** error) noexcept;
taizhang_code fail_for_memory(taizhang_error** error) noexcept;

/// Nothing passes the boundary: runs a call's body, and makes codes of errors and exceptions.
template <class Body>
taizhang_code guarded(taizhang_error** error, const Body& body) noexcept {
  if (error != nullptr) *error = nullptr;
  try {
    const Result<> done = body();
    return done ? TAIZHANG_OK : fail(done.error(), error);
  } catch (const std::bad_alloc&) {
    return fail_for_memory(error);
  } catch (const std::exception& unexpected) {
    return fail(Error(ErrorCode::internal, {unexpected.what(), unexpected.what()}), error);
  } catch (...) {
    return fail(Error(ErrorCode::internal, {"unknown exception", "未知异常"}), error);
  }
}

Error null_argument(const char* name);
/// `TAIZHANG_NOT_NULL(system);` answers invalid_argument if it is NULL.
#define TAIZHANG_NOT_NULL(argument) \
  if ((argument) == nullptr) return ::taizhang::c::null_argument(#argument)

inline void set_empty(taizhang_buffer* buffer) {
  if (buffer != nullptr) *buffer = {nullptr, 0};
}
/// Hands out a copy. Throws std::bad_alloc.
void give(std::string_view bytes, taizhang_buffer* buffer);

}  // namespace taizhang::c
