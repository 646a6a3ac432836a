#include "ledger/following.hpp"

#include <thread>

#include "ledger/errors.hpp"
#include "ledger/growth.hpp"

namespace taizhang::core {
namespace {

Error moving() {
  return error(ErrorCode::busy,
               "The writer moved the ledger's data faster than they could be read. Try again.",
               "写入者移动台账数据的速度快于读取。请重试。");
}

/// The writer is gone, and what it told is not all there.
Result<> check_all_there(const Log& log, const Published& published) {
  if (published.writer_lives || !published.mark || *published.mark <= log.head()) return {};
  return shorter(log.head(), *published.mark);
}

Error not_yet() {
  return error(ErrorCode::busy,
               "Another process is opening the ledger for writing and has not said yet how far it "
               "is durable. Try again.",
               "另一进程正在以写入方式打开台账，尚未公布持久位置。请重试。");
}

}  // namespace

Result<> Following::start() {
  const std::lock_guard lock(refreshing_);
  return read_on(true);
}

Result<> Following::refresh() {
  if (log_.store().mode() == OpenMode::frozen) return {};
  const std::lock_guard lock(refreshing_);
  TAIZHANG_TRY(const auto published, log_.store().published());
  const bool news = published.mark ? *published.mark > log_.head() || published.mark != seen_
                                   : !published.writer_lives;
  if (!news) return {};
  return read_on(false);
}

/// How far events may be shown. Asked after the store stands: what it holds of a writer that was
/// gone before this opening is what the next one will find, whatever its mark says; a power cut or
/// a copy may have left an older one. What a writer that died meanwhile told is kept to.
Result<Position> Following::durable(const Published& published, bool opening) const {
  if (published.mark && (published.writer_lives || !opening)) return *published.mark;
  if (!published.writer_lives) return position_max;
  if (opening) return not_yet();
  return log_.head();
}

// The store shows the writer's files and log as they were found one after another. What was moved
// from one to the other meanwhile is missing until they are looked at again.
Result<> Following::read_on(bool opening) {
  const bool stands = log_.store().mode() == OpenMode::frozen;
  constexpr int attempts = 8;
  std::optional<std::uint64_t> first_seen;
  for (int attempt = 1;; ++attempt) {
    if (!stands) TAIZHANG_CHECK(log_.store().catch_up());
    TAIZHANG_TRY(const auto published, log_.store().published());
    TAIZHANG_TRY(const auto until, durable(published, opening));
    auto growth = Growth::read(log_, until);
    if (growth) {
      TAIZHANG_CHECK(std::move(*growth).take_up(log_));
      // One that wrote on, and ended, after the store was looked at has left more than that.
      seen_ = published.mark;
      const auto all_there = check_all_there(log_, published);
      if (all_there || stands || attempt == attempts) return all_there;
      std::this_thread::sleep_for(std::chrono::milliseconds(attempt));
      continue;
    }
    if (stands || growth.error().code() != ErrorCode::damaged) return growth.error();
    if (attempt == 1) first_seen = published.mark;
    if (attempt == attempts)
      return published.mark == first_seen ? std::move(growth).error() : moving();
    std::this_thread::sleep_for(std::chrono::milliseconds(attempt));
  }
}

}  // namespace taizhang::core
