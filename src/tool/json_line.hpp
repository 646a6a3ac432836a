#pragma once

#include <nlohmann/json.hpp>

namespace taizhang::tool {

/// A value on one line; text of any bytes gives well-formed JSON.
template <class Json = nlohmann::ordered_json>
std::string json_line(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace taizhang::tool
