#include "ledger/verify/commits.hpp"

#include "taizhang/limits.hpp"

namespace taizhang::core {

bool CommitWalk::take(std::span<const CommitSpan> commits, Position first, Position last) {
  const auto refuse = [&](const char* en, const char* zh) {
    findings_->add(LedgerDamage::commit, first, last, en, zh);
    lose();
    return false;
  };
  const CommitSpan* before = nullptr;
  for (const auto& commit : commits) {
    const auto end = commit.first + commit.size;  // after its last event
    if (commit.first == 0 || commit.size == 0 || commit.size > limits::commit_events_max)
      return refuse("a commit has no events or too many", "某次提交的事件数为零或过多");
    if (end <= first || commit.first > last ||
        (before != nullptr && commit.first != before->first + before->size))
      return refuse("the commits do not follow on one another", "各次提交不相衔接");
    if (before != nullptr && commit.recorded_at < before->recorded_at)
      findings_->add(LedgerDamage::time, commit.first, commit.first,
                     "it is recorded before the event ahead of it", "登记时间早于前一条");
    before = &commit;
  }
  if (before == nullptr || commits.front().first > first || before->first + before->size <= last)
    return refuse("the commits do not cover the events", "各次提交未覆盖全部事件");
  if (last_) link(*last_, commits.front(), first);
  last_ = *before;
  return true;
}

void CommitWalk::join(const std::optional<CommitSpan>& before,
                      const std::optional<CommitSpan>& next, Position first) const {
  if (before && next) link(*before, *next, first);
}

void CommitWalk::link(const CommitSpan& before, const CommitSpan& next, Position first) const {
  if (before.first + before.size > first) {
    if (next.first == before.first && next.size == before.size &&
        next.recorded_at == before.recorded_at)
      return;
    findings_->add(LedgerDamage::commit, first, first,
                   "the commit that it is part of goes on as another", "所在提交与前半部分不一致");
    return;
  }
  if (next.first != first)
    findings_->add(LedgerDamage::commit, first, first, "the commits do not follow on one another",
                   "各次提交不相衔接");
  if (next.recorded_at < before.recorded_at)
    findings_->add(LedgerDamage::time, first, first, "it is recorded before the event ahead of it",
                   "登记时间早于前一条");
}

}  // namespace taizhang::core
