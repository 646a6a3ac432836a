#pragma once

#include <string>

#include "taizhang/event.hpp"
#include "taizhang/result.hpp"

namespace taizhang::core {

inline Error error(ErrorCode code, std::string en, std::string zh) {
  return Error(code, Text{std::move(en), std::move(zh)});
}

/// `what_*` names the thing that does not hold, at the position.
inline Error damaged_at(Position position, const std::string& what_en, const std::string& what_zh) {
  const auto at = std::to_string(position);
  return error(ErrorCode::damaged,
               "The ledger is damaged at position " + at + ": " + what_en +
                   ". Restore it from a backup.",
               "台账在第 " + at + " 位已损坏:" + what_zh + "。请从备份恢复。")
      .with("position", at);
}

/// `what_*` and `unit_*` name the limit; nothing was written.
inline Error over_limit(const std::string& what_en, const std::string& what_zh, std::uint64_t asked,
                        std::uint64_t limit) {
  return error(ErrorCode::too_large,
               what_en + " is " + std::to_string(asked) + ", over the limit of " +
                   std::to_string(limit) + ". Nothing was written; split or shorten it.",
               what_zh + "为 " + std::to_string(asked) + ",超过上限 " + std::to_string(limit) +
                   "。没有写入任何内容;请拆分或缩短。")
      .with("asked", std::to_string(asked))
      .with("limit", std::to_string(limit));
}

inline Error invalid(std::string en, std::string zh) {
  return error(ErrorCode::invalid_argument, std::move(en), std::move(zh));
}

}  // namespace taizhang::core
