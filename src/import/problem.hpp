#pragma once

#include <string>
#include <string_view>

#include "taizhang/result.hpp"

namespace taizhang::importing {

inline Error invalid(std::string en, std::string zh) {
  return {ErrorCode::invalid_argument, Text{std::move(en), std::move(zh)}};
}

/// Why a row cannot be taken: which rule of the mapping or the file it breaks, and the way out.
/// Column and value are added by whoever knows them.
inline Error row_problem(std::string rule, Text message, Text way_out) {
  return Error(ErrorCode::invalid_argument, std::move(message))
      .with("rule", std::move(rule))
      .with("way_out_en", std::move(way_out.en))
      .with("way_out_zh", std::move(way_out.zh));
}

}  // namespace taizhang::importing
