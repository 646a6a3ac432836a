#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "taizhang/projection/parked.hpp"
#include "taizhang/query.hpp"

namespace taizhang::projection {

inline bool is_control(std::string_view type) {
  return type == row_skip_type || type == row_retry_type;
}
/// All of a projection's decisions about parked rows; those that skip events of one row.
QueryItem controls_of(std::string_view projection);
QueryItem skips_of(std::string_view projection, const std::vector<std::string>& key);

}  // namespace taizhang::projection
