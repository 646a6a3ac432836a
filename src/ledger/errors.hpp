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

/// What its last writer vouched for is not all there.
inline Error shorter(Position head, Position vouched) {
  const auto there = std::to_string(head), should = std::to_string(vouched);
  return error(ErrorCode::damaged,
               "The ledger ends at position " + there + ", but its writer had made " + should +
                   " events durable: the rest was cut off, or an older copy was put back. Put the "
                   "missing files back. If they are lost, a person says so (taizhang confirm-loss) "
                   "and it goes on from position " +
                   there +
                   ". A copy taken while a writer was at "
                   "work is copied anew.",
               "台账止于第 " + there + " 位，但写入者已将 " + should +
                   " 条记录落盘：其余记录被截去，或换回了旧副本。请恢复缺失的文件；若已无法恢复，"
                   "须由人确认（taizhang confirm-loss），然后从第 " +
                   there + " 位继续。写入期间复制的副本请重新复制。")
      .with("head", there)
      .with("vouched", should);
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

/// A handle that came along with a fork.
inline Error forked() {
  return error(
      ErrorCode::closed,
      "This process was forked from the one that opened the ledger. Handles do not go "
      "along: only the process that opened it writes and reads by this one. Open the "
      "ledger after the fork; it is free for writing once the other process has closed it.",
      "本进程由打开台账的进程派生（fork）而来，句柄不能带入：只有原进程可以使用。"
      "请在派生之后重新打开；原进程关闭后方可写入。");
}

inline Error invalid(std::string en, std::string zh) {
  return error(ErrorCode::invalid_argument, std::move(en), std::move(zh));
}

}  // namespace taizhang::core
