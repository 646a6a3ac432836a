#include "c/boundary.hpp"

#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

using taizhang::Error;
using taizhang::ErrorCode;

// The numbers of the C interface are for ever: success is 0, so each is one more than C++'s.
#define TAIZHANG_SAME(c_name, cxx_name) \
  static_assert((c_name) == 1 + static_cast<taizhang_code>(ErrorCode::cxx_name))
TAIZHANG_SAME(TAIZHANG_INVALID_ARGUMENT, invalid_argument);
TAIZHANG_SAME(TAIZHANG_NOT_FOUND, not_found);
TAIZHANG_SAME(TAIZHANG_ALREADY_EXISTS, already_exists);
TAIZHANG_SAME(TAIZHANG_TOO_LARGE, too_large);
TAIZHANG_SAME(TAIZHANG_CONDITION_FAILED, condition_failed);
TAIZHANG_SAME(TAIZHANG_REJECTED, rejected);
TAIZHANG_SAME(TAIZHANG_ID_CONTENT_DIFFERS, id_content_differs);
TAIZHANG_SAME(TAIZHANG_IDS_PARTLY_KNOWN, ids_partly_known);
TAIZHANG_SAME(TAIZHANG_BUSY, busy);
TAIZHANG_SAME(TAIZHANG_HELD, held);
TAIZHANG_SAME(TAIZHANG_CLOSED, closed);
TAIZHANG_SAME(TAIZHANG_OUTCOME_UNKNOWN, outcome_unknown);
TAIZHANG_SAME(TAIZHANG_IO_ERROR, io_error);
TAIZHANG_SAME(TAIZHANG_STORAGE_FULL, storage_full);
TAIZHANG_SAME(TAIZHANG_DAMAGED, damaged);
TAIZHANG_SAME(TAIZHANG_UNSUPPORTED, unsupported);
TAIZHANG_SAME(TAIZHANG_CLOCK_SUSPECT, clock_suspect);
TAIZHANG_SAME(TAIZHANG_KEY_MISSING, key_missing);
TAIZHANG_SAME(TAIZHANG_INTERNAL, internal);
TAIZHANG_SAME(TAIZHANG_CANCELLED, cancelled);
TAIZHANG_SAME(TAIZHANG_OTHER_HISTORY, other_history);
static_assert(TAIZHANG_RETRY_NO == static_cast<int>(taizhang::Retry::no));
static_assert(TAIZHANG_RETRY_CALL == static_cast<int>(taizhang::Retry::call));
static_assert(TAIZHANG_RETRY_DECISION == static_cast<int>(taizhang::Retry::decision));

taizhang_error::taizhang_error(Error what) : error(std::move(what)) {
  using json = nlohmann::ordered_json;
  json object = json::object();
  for (const Error::Detail& detail : error.details()) {
    if (!object.contains(detail.name)) {
      object[detail.name] = detail.value;
      continue;
    }
    json& several = object[detail.name];
    if (!several.is_array()) several = json::array({several});
    several.push_back(detail.value);
  }
  details = object.dump(-1, ' ', false, json::error_handler_t::replace);
}

namespace taizhang::c {
namespace {

/// Made when the library is loaded, as there is no making it when it is needed.
// NOLINTNEXTLINE(cert-err58-cpp): a program that cannot load has nobody to tell.
taizhang_error no_memory(Error(ErrorCode::internal, {"There is no memory left.", "内存不足。"}));

}  // namespace

taizhang_code fail_for_memory(taizhang_error** error) noexcept {
  if (error != nullptr) *error = &no_memory;
  return TAIZHANG_INTERNAL;
}

taizhang_code fail(const Error& what, taizhang_error** error) noexcept {
  if (error != nullptr) {
    try {
      *error = new taizhang_error(what);
    } catch (...) {
      *error = &no_memory;
    }
  }
  return 1 + static_cast<taizhang_code>(what.code());
}

Error null_argument(const char* name) {
  const std::string argument(name);
  return Error(ErrorCode::invalid_argument,
               {"The argument " + argument + " is NULL, or was closed.",
                "参数 " + argument + " 为 NULL 或已关闭。"})
      .with("argument", argument);
}

void give(std::string_view bytes, taizhang_buffer* buffer) {
  auto* data = static_cast<char*>(std::malloc(bytes.size() + 1));
  if (data == nullptr) throw std::bad_alloc();
  if (!bytes.empty()) std::memcpy(data, bytes.data(), bytes.size());
  data[bytes.size()] = '\0';
  *buffer = {data, bytes.size()};
}

}  // namespace taizhang::c

extern "C" {

const char* taizhang_version(void) { return TAIZHANG_VERSION; }

int32_t taizhang_abi_version(void) { return TAIZHANG_ABI_VERSION; }

taizhang_code taizhang_error_code(const taizhang_error* error) {
  return error == nullptr ? TAIZHANG_OK : 1 + static_cast<taizhang_code>(error->error.code());
}

const char* taizhang_error_message(const taizhang_error* error, taizhang_language language) {
  if (error == nullptr) return "";
  const taizhang::Text& text = error->error.message();
  return (language == TAIZHANG_ZH ? text.zh : text.en).c_str();
}

const char* taizhang_error_details(const taizhang_error* error) {
  return error == nullptr ? "{}" : error->details.c_str();
}

int32_t taizhang_error_retry(const taizhang_error* error) {
  return error == nullptr ? TAIZHANG_RETRY_NO : static_cast<int32_t>(error->error.retry());
}

void taizhang_error_free(taizhang_error* error) {
  if (error != &taizhang::c::no_memory) delete error;
}

const char* taizhang_code_name(taizhang_code code) {
  if (code == TAIZHANG_OK) return "ok";
  if (code < TAIZHANG_OK || code > TAIZHANG_OTHER_HISTORY) return "unknown";
  return taizhang::name(static_cast<ErrorCode>(code - 1)).data();
}

void taizhang_free(taizhang_buffer* buffer) {
  if (buffer == nullptr) return;
  std::free(buffer->data);
  *buffer = {nullptr, 0};
}

}  // extern "C"
