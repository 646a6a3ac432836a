#pragma once

#include <nlohmann/json.hpp>

#include "taizhang/schema/strict_json.hpp"

namespace taizhang::schema {

/// The value of a JSON text from anywhere, once it is known to be sound; the only place that parses
/// JSON (tests/house/foreign_data.py). Errors: those of check_json.
template <class Json = nlohmann::json>
Result<Json> parse_json(std::string_view text, std::size_t bytes_max = limits::json_bytes_max) {
  TAIZHANG_CHECK(check_json(text, bytes_max));
  return Json::parse(text, nullptr, false);
}

}  // namespace taizhang::schema
