#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] taizhang {

/// A sentence for a person, in both languages of the product. Chinese is mainland Simplified.
struct Text {
  std::string en;
  std::string zh;
  friend bool operator==(const Text&, const Text&) = default;
};

/// What went wrong, as a program sees it. The comment says what the caller does about it.
/// A `default:` is needed in every switch: codes may be added, at the end.
enum class ErrorCode : std::uint8_t {
  invalid_argument,    ///< The request is malformed. Mend it; a retry gives the same answer.
  not_found,           ///< The named thing does not exist. Do not retry.
  already_exists,      ///< The thing to be made is there. Open it, or choose another place.
  too_large,           ///< Over a limit of limits.hpp; nothing was written. Split or shrink it.
  condition_failed,    ///< Something matching the condition was appended. Retry the decision.
  rejected,            ///< A business rule forbids it; details name rule and position. No retry.
  id_content_differs,  ///< Known id, other content. Use a new id, or send what was sent before.
  ids_partly_known,    ///< Some ids of the commit are known, some not. Details name the known.
  busy,                ///< The queue is full; nothing was taken. Retry the call later.
  held,                ///< Another writer has the store; details name it. Retry when it is gone.
  closed,              ///< The handle was closed. Open a new one.
  outcome_unknown,     ///< The handle failed while the commit was in flight. Reopen, ask by id.
  io_error,            ///< The store failed to read or write. Appends stop; reopen the ledger.
  storage_full,        ///< No space left. Appends stop; free space, reopen, retry the call.
  damaged,             ///< A checksum, length or hash does not hold. Restore from a backup.
  unsupported,         ///< Of a build, format or kind of handle that does not take it. No retry.
  clock_suspect,       ///< The clock cannot be right. Mend or confirm it, then retry the call.
  key_missing,         ///< The vault lacks a key that it should have. Restore the vault.
  internal,            ///< A broken promise of this library. Please report it.
  cancelled,           ///< Called off by the caller before it was begun; nothing was done.
  other_history        ///< A checkpoint is not of this ledger's history. Begin again, or restore.
};

/// The stable name of a code, as shown in messages and JSON ("condition_failed").
std::string_view name(ErrorCode code);

enum class Retry : std::uint8_t {
  no,       ///< the same call gives the same answer
  call,     ///< the same call may succeed later
  decision  ///< read again, decide again, append again
};

/// An error as a value: a code, a sentence in both languages, and named details.
/// Value type; safe to copy and send between threads.
class [[nodiscard]] Error {
 public:
  struct Detail {
    std::string name;
    std::string value;
    friend bool operator==(const Detail&, const Detail&) = default;
  };

  Error(ErrorCode code, Text message) : code_(code), message_(std::move(message)) {}

  /// Adds a detail: a position, a file, a line, a rule. Names are lower-case English.
  Error&& with(std::string detail, std::string value) && {
    details_.push_back({std::move(detail), std::move(value)});
    return std::move(*this);
  }
  Error& with(std::string detail, std::string value) & {
    details_.push_back({std::move(detail), std::move(value)});
    return *this;
  }

  [[nodiscard]] ErrorCode code() const { return code_; }
  [[nodiscard]] const Text& message() const { return message_; }
  [[nodiscard]] const std::vector<Detail>& details() const { return details_; }
  /// The value of a detail, or an empty view.
  [[nodiscard]] std::string_view detail(std::string_view detail_name) const;
  /// What a caller may usefully repeat.
  [[nodiscard]] Retry retry() const;

 private:
  ErrorCode code_;
  Text message_;
  std::vector<Detail> details_;
};

/// A value or an Error. Reading the value of a failed result is a programming error (asserts).
template <class T = void>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(Error error) : inner_(tl::make_unexpected(std::move(error))) {}  // NOLINT: by intent
  template <class U = T>
  requires(!std::is_void_v<T> && std::is_constructible_v<T, U&&> &&
           !std::is_same_v<std::remove_cvref_t<U>, Error> &&
           !std::is_same_v<std::remove_cvref_t<U>, Result>) Result(U&& value)
      : inner_(T(std::forward<U>(value))) {}  // NOLINT: by intent

  [[nodiscard]] bool has_value() const { return inner_.has_value(); }
  explicit operator bool() const { return inner_.has_value(); }

  T& operator*() & { return *inner_; }
  const T& operator*() const& { return *inner_; }
  T&& operator*() && { return *std::move(inner_); }
  T* operator->() { return &*inner_; }
  const T* operator->() const { return &*inner_; }

  [[nodiscard]] const Error& error() const& { return inner_.error(); }
  [[nodiscard]] Error&& error() && { return std::move(inner_.error()); }

 private:
  tl::expected<T, Error> inner_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : inner_(tl::make_unexpected(std::move(error))) {}  // NOLINT: by intent

  [[nodiscard]] bool has_value() const { return inner_.has_value(); }
  explicit operator bool() const { return inner_.has_value(); }
  [[nodiscard]] const Error& error() const& { return inner_.error(); }
  [[nodiscard]] Error&& error() && { return std::move(inner_.error()); }

 private:
  tl::expected<void, Error> inner_;
};

}  // namespace taizhang

#define TAIZHANG_JOIN2(a, b) a##b
#define TAIZHANG_JOIN(a, b) TAIZHANG_JOIN2(a, b)
/// `TAIZHANG_TRY(auto x, f());` gives x the value of f(), or returns its error.
#define TAIZHANG_TRY(declaration, expression)                         \
  auto TAIZHANG_JOIN(taizhang_try_, __LINE__) = (expression);         \
  if (!TAIZHANG_JOIN(taizhang_try_, __LINE__))                        \
    return std::move(TAIZHANG_JOIN(taizhang_try_, __LINE__)).error(); \
  declaration = *std::move(TAIZHANG_JOIN(taizhang_try_, __LINE__))
/// `TAIZHANG_CHECK(f());` returns the error of f(), if any.
#define TAIZHANG_CHECK(expression)                                               \
  do {                                                                           \
    auto taizhang_check_result = (expression);                                   \
    if (!taizhang_check_result) return std::move(taizhang_check_result).error(); \
  } while (false)
