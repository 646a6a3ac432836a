#include "ledger/verify/tail.hpp"

#include "ledger/bytes.hpp"
#include "ledger/group.hpp"
#include "ledger/log.hpp"

namespace taizhang::core {
namespace {

class TailJudge {
 public:
  TailJudge(const VerifyRun& run, TreeChain& chain)
      : run_(run),
        chain_(chain),
        commits_(run.findings, chain.last_commit()),
        expected_(run.sealed + 1) {}

  TailFacts judge() {
    auto scan = run_.store.scan(keyspace::tail, {}, Direction::forward);
    if (!scan) {
      run_.findings.add_failed_read(scan.error(), expected_, expected_);
      return broken();
    }
    auto& cursor = **scan;
    for (; cursor.valid(); cursor.next())
      if (!take(cursor.key(), cursor.value())) return broken();
    if (auto status = cursor.status(); !status) {
      run_.findings.add_failed_read(status.error(), expected_, expected_);
      return broken();
    }
    return facts_;
  }

 private:
  TailFacts broken() {
    facts_.whole = false;
    return facts_;
  }
  /// False if what follows cannot be placed any more.
  bool take(std::string_view key, std::string_view value) {
    const auto first = key.size() == 8 ? get<Position>(key.data()) : 0;
    if (first == 0) {
      run_.findings.add(LedgerDamage::stray, 0, 0, "an entry of the tail has a key of no position",
                        "尾部有一个条目的键不是位置");
      return true;
    }
    const auto commits = decode_group(value);
    if (commits.empty() || commits.front()->first != first) {
      run_.findings.add(LedgerDamage::tail_group, first, first, "the commit group does not hold",
                        "提交组校验不符");
      return false;
    }
    ++facts_.groups;
    const auto last = commits.back()->last();
    if (last <= run_.sealed) {
      run_.findings.add(LedgerDamage::tail_group, first, last,
                        "the commit group is sealed in pages and should be gone",
                        "提交组已封存入页,应已移除");
      return true;
    }
    const bool begins_in_pages = first <= run_.sealed && expected_ == run_.sealed + 1;
    if (first != expected_ && !begins_in_pages) {
      const auto lower = std::min(first, expected_);
      run_.findings.add(
          LedgerDamage::tail_group, lower, std::max(first, expected_) - 1,
          first > expected_ ? "a commit group is missing" : "a commit group is there twice",
          first > expected_ ? "缺少提交组" : "提交组重复");
      return false;
    }
    for (const auto& commit : commits) take_commit(*commit);
    expected_ = last + 1;
    return true;
  }

  void take_commit(const Run& commit) {
    const auto& span = commit.commits.front();
    const auto from = std::max(commit.first, run_.sealed + 1);
    if (commit.last() >= from) {
      commits_.take({&span, 1}, from, commit.last());
      facts_.recorded_at = span.recorded_at;
    }
    RecordedEvent event;
    for (auto at = commit.first; at <= commit.last(); ++at) {
      if (!decode_event(commit, at, event)) {
        run_.findings.add(LedgerDamage::record, at, at, "the record cannot be read",
                          "记录无法解析");
        event.id = {};
        event.record = commit.record(at);
      }
      if (at <= run_.sealed) {
        hold_against_page(at, event);
        continue;
      }
      facts_.record_bytes += event.record.size();
      chain_.add_tail(leaf_of(event));
    }
  }

  void hold_against_page(Position at, const RecordedEvent& event) {
    if (at <= run_.after) return;
    if (paged_ == nullptr || !paged_->has(at)) {
      auto frame = read_frame(run_.store, frame_first(at));
      if (!frame) return;  // found with the pages
      paged_ = *frame;
    }
    RecordedEvent sealed;
    if (decode_event(*paged_, at, sealed) && leaf_of(sealed) != leaf_of(event))
      run_.findings.add(LedgerDamage::tail_group, at, at,
                        "the tail has another event here than the page",
                        "此处尾部与页中的事件不同");
  }

  const VerifyRun& run_;
  TreeChain& chain_;
  CommitWalk commits_;
  Position expected_;
  TailFacts facts_;
  std::shared_ptr<const Run> paged_;
};

}  // namespace

TailFacts judge_tail(const VerifyRun& run, TreeChain& chain) {
  return TailJudge(run, chain).judge();
}

}  // namespace taizhang::core
