#include "taizhang/verify_ledger.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "ledger/bytes.hpp"
#include "ledger/verify/index.hpp"
#include "ledger/verify/meta_facts.hpp"
#include "ledger/verify/tail.hpp"
#include "ledger/verify/workers.hpp"
#include "taizhang/ledger.hpp"

namespace taizhang {
namespace core {
namespace {

constexpr std::size_t unit_pages = 32;  ///< that a worker takes at once

class LedgerJudge {
 public:
  LedgerJudge(const KeyValue& store, const VerifyLedgerOptions& options)
      : store_(store),
        options_(options),
        findings_(options.findings_max),
        run_{store, options, findings_, hash_, nullptr} {
    threads_ =
        options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  }

  Result<LedgerVerification> judge() {
    const auto began = std::chrono::steady_clock::now();
    TAIZHANG_TRY(meta_, judge_meta(store_, findings_));
    if (meta_.types) {
      types_.emplace(*meta_.types);
      run_.types = &*types_;
    }
    if (options_.storage)
      if (auto whole = store_.verify(); !whole) findings_.add_failed_read(whole.error(), 0, 0);
    TAIZHANG_CHECK(place_pages());
    read_log();
    if (!findings_.could_not()) read_index();
    hold_anchors();
    hold_published();
    result_.proven = std::max(run_.after, findings_.sound_before(result_.read));
    result_.findings_total = findings_.total();
    TAIZHANG_TRY(result_.findings, findings_.take());
    result_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return std::move(result_);
  }

 private:
  Result<> place_pages();
  void read_log();
  void read_index();
  void hold_anchors();
  void hold_published();
  void told();

  [[nodiscard]] bool stopping() const { return options_.stop != nullptr && options_.stop->load(); }

  const KeyValue& store_;
  const VerifyLedgerOptions& options_;
  unsigned threads_;
  RunHash hash_;
  Findings findings_;
  MetaFacts meta_;
  std::optional<TypeNumbers> types_;
  VerifyRun run_;
  LedgerVerification result_;

  Position read_pages_ = 0;  ///< the end of the last page read
  IndexSums expected_;
  std::vector<bool> indexed_;
  std::vector<std::string> tags_;

  std::mutex telling_;
  std::uint64_t records_done_ = 0, index_done_ = 0;
};

/// From where to where pages are read. What an entry says is held against what is there, so that a
/// number that was made up cannot send the run past all that is stored.
Result<> LedgerJudge::place_pages() {
  Position last_page = 0;
  const auto scan = store_.scan(keyspace::pages, {}, Direction::backward);
  if (!scan) findings_.add_failed_read(scan.error(), 0, 0);
  constexpr Position unmeasured_max = Position{1} << 32;
  const auto bytes = store_.size_bytes();  // an id alone takes more than 8 of them
  const Position plausible = bytes == 0 ? unmeasured_max : bytes / 8 + limits::tail_events_max;
  for (; scan && (*scan)->valid(); (*scan)->next()) {
    const auto key = (*scan)->key();
    const auto at = key.size() >= 8 ? get<Position>(key.data()) : 0;
    const bool beyond =
        at == 0 || at > plausible || (meta_.sealed && at > meta_.sealed->frontier.size());
    if (!beyond) {
      last_page = page_first(at) + limits::page_events - 1;
      break;
    }
    findings_.add(LedgerDamage::stray, at, at, "an entry of the pages lies beyond what is sealed",
                  "页区中有超出已封存范围的条目");
  }
  if (scan && !(*scan)->valid() && !(*scan)->status()) {
    findings_.add_failed_read((*scan)->status().error(), 0, 0);
    if (meta_.sealed) last_page = std::min(meta_.sealed->frontier.size(), plausible);
  }
  run_.sealed = last_page / limits::page_events * limits::page_events;
  if (meta_.sealed && meta_.sealed->frontier.size() != run_.sealed) {
    const auto said = meta_.sealed->frontier.size();
    if (said > run_.sealed)
      findings_.add(LedgerDamage::missing_page, run_.sealed + 1, said,
                    "what is said to be sealed is in no page", "声称已封存的事件不在任何页中");
    else
      findings_.add(LedgerDamage::frontier, said + 1, said + 1, "sealing ends within a page",
                    "封存止于页内");
    meta_.sealed.reset();
  }
  run_.after = std::min(options_.after / limits::page_events * limits::page_events, run_.sealed);
  result_.after = run_.after;
  result_.sealed = run_.sealed;
  result_.head = meta_.frontier ? meta_.frontier->frontier.size() : 0;
  if (meta_.identity) {
    result_.ledger = meta_.identity->id;
    result_.simulated_clock = meta_.identity->simulated_clock;
  }
  if (run_.after > 0 || !scan) return {};
  const auto before = store_.scan(keyspace::pages, {{}, be64(1)}, Direction::forward);
  for (; before && (*before)->valid(); (*before)->next())
    findings_.add(LedgerDamage::stray, 0, 0, "An entry of the pages lies before the first",
                  "页区中有位于首页之前的条目");
  return {};
}

void LedgerJudge::told() {
  if (!options_.progress) return;
  const auto events = std::max<std::uint64_t>(result_.head, run_.sealed) - run_.after;
  const auto entries = std::max<std::uint64_t>(1, expected_.postings + expected_.ids);
  const auto index = std::min(index_done_, entries);
  options_.progress(records_done_ + static_cast<std::uint64_t>(static_cast<double>(events) *
                                                               static_cast<double>(index) /
                                                               static_cast<double>(entries)),
                    2 * events);
}

/// Pages by many workers, joined in order, then the tail.
void LedgerJudge::read_log() {
  TreeChain chain(run_);
  expected_ = IndexSums(run_.after, run_.sealed);
  const auto pages = static_cast<std::size_t>((run_.sealed - run_.after) / limits::page_events);
  indexed_.assign(pages, false);
  std::atomic<std::size_t> next{0};
  std::mutex joining;
  std::map<std::size_t, std::vector<PageFacts>> read;  // not yet joined, by first page
  std::size_t joined = 0;
  const auto join = [&](std::vector<PageFacts> facts) {
    const std::lock_guard lock(joining);
    const auto at =
        static_cast<std::size_t>((facts.front().first - 1 - run_.after) / limits::page_events);
    read.emplace(at, std::move(facts));
    for (auto unit = read.find(joined); unit != read.end(); unit = read.find(joined)) {
      for (const auto& page : unit->second) {
        chain.add(page);
        indexed_[joined++] = page.indexed;
        if (page.tile) result_.events += limits::page_events;
        result_.record_bytes += page.record_bytes;
        if (!page.tag.empty() && joined % unit_pages == 1) tags_.push_back(page.tag);
      }
      records_done_ += unit->second.size() * limits::page_events;
      read.erase(unit);
    }
    told();
  };
  on_threads(threads_, [&](unsigned) {
    PageJudge judge(run_);
    while (!stopping() && !findings_.could_not()) {
      const auto at = next.fetch_add(unit_pages);
      if (at >= pages) break;
      join(judge.read(run_.after + at * limits::page_events + 1, std::min(unit_pages, pages - at)));
    }
    const std::lock_guard lock(joining);
    expected_.add(judge.expected());
  });
  result_.pages = joined;
  read_pages_ = run_.after + joined * limits::page_events;
  result_.interrupted = joined < pages || stopping();
  if (joined == pages) chain.end_pages(meta_.sealed);
  if (joined == pages && !result_.interrupted) {
    const auto tail = judge_tail(run_, chain);
    chain.end(tail.whole ? meta_.frontier : std::nullopt);
    result_.tail_groups = tail.groups;
    result_.record_bytes += tail.record_bytes;
    result_.events += chain.position() - run_.sealed;
    records_done_ += chain.position() - run_.sealed;
    std::optional<Timestamp> last = tail.recorded_at;
    if (!last && meta_.sealed) last = meta_.sealed->recorded_at;
    if (last && meta_.frontier && meta_.frontier->frontier.size() == chain.position() &&
        meta_.frontier->recorded_at != *last)
      findings_.add(LedgerDamage::time, chain.position(), chain.position(),
                    "the entry \"frontier\" names another time than the event has",
                    "“frontier”项所记时间与事件不符");
    if (last) result_.recorded_at = *last;
  }
  result_.read = chain.position();
  if (!meta_.frontier && !result_.interrupted) result_.head = result_.read;
  result_.anchors = chain.verdicts();
  if (chain.tree()) {
    result_.root = chain.tree()->root();
    result_.has_root = true;
  }
}

void LedgerJudge::read_index() {
  IndexJudge index(run_, read_pages_, std::move(tags_), threads_);
  index.read([&](std::uint64_t more) {
    const std::lock_guard lock(telling_);
    index_done_ += more;
    told();
  });
  index.compare(expected_, indexed_);
  result_.postings = index.found().postings;
  result_.ids = index.found().ids;
}

void LedgerJudge::hold_anchors() {
  const auto& anchors = options_.anchors;
  for (std::size_t i = 0; i < anchors.size(); ++i)
    if (result_.anchors[i] == AnchorVerdict::held)
      result_.anchored = std::max(result_.anchored, anchors[i].size);
  result_.after_anchored = run_.after == 0 || result_.anchored >= run_.after;
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    const auto& anchor = anchors[i];
    auto& verdict = result_.anchors[i];
    if (verdict == AnchorVerdict::not_reached && !result_.interrupted &&
        anchor.size > result_.read) {
      verdict = AnchorVerdict::beyond_head;
      findings_.add(LedgerDamage::shorter, result_.read + 1, anchor.size,
                    "the ledger ends before what " + anchor.label +
                        " has seen: events were cut off, or an older copy was put back",
                    "台账短于 " + anchor.label + " 所见:事件被截去,或换回了旧副本");
    }
    if (verdict != AnchorVerdict::differs) continue;
    Position from = run_.after;
    for (std::size_t j = 0; j < anchors.size(); ++j)
      if (result_.anchors[j] == AnchorVerdict::held && anchors[j].size < anchor.size)
        from = std::max(from, anchors[j].size);
    findings_.add(LedgerDamage::fork, std::min(from + 1, std::max<Position>(anchor.size, 1)),
                  std::max<Position>(anchor.size, 1),
                  "the events are not those that " + anchor.label + " has seen",
                  "事件与 " + anchor.label + " 所见不符");
  }
}

/// Writers tell readers how far the log is durable. What they told cannot become less.
void LedgerJudge::hold_published() {
  const auto mode = store_.mode();
  if (mode == OpenMode::create || mode == OpenMode::writer || result_.interrupted) return;
  const auto published = store_.published();
  if (!published || published->writer_lives || !published->mark) return;
  const auto there = std::max(result_.read, result_.head);  // less is a finding of the tail
  if (*published->mark > there)
    findings_.add(
        LedgerDamage::shorter, there + 1, *published->mark,
        "the ledger ends before what its writer told readers was durable: events were cut "
        "off, an older copy was put back, or the durable mark is damaged",
        "台账短于写入者公布的持久位置:事件被截去、换回了旧副本,或持久位置标记已损坏");
}

/// Whether the store has the first of a ledger's keyspaces and not the others: they are made all at
/// once, so its own list of them was cut short.
bool lost_keyspaces(const Error& error) {
  std::string all;
  for (const auto& keyspace : Ledger::keyspaces()) all += (all.empty() ? "" : ", ") + keyspace;
  const auto& details = error.details();
  return error.code() == ErrorCode::unsupported &&
         std::any_of(details.begin(), details.end(), [&](const Error::Detail& detail) {
           return detail.name == "keyspaces" && all.starts_with(detail.value);
         });
}

}  // namespace
}  // namespace core

Result<LedgerVerification> verify_ledger(const KeyValue& store,
                                         const VerifyLedgerOptions& options) {
  return core::LedgerJudge(store, options).judge();
}

Result<LedgerVerification> verify_ledger(const StorageRegistry& storage, std::string_view location,
                                         const VerifyLedgerOptions& options) {
  StoreOptions opening;
  opening.mode = OpenMode::frozen;
  opening.keyspaces = Ledger::keyspaces();
  opening.precompressed = true;
  auto store = storage.open(location, opening);
  if (store) return verify_ledger(**store, options);
  core::Findings findings(options.findings_max);
  if (core::lost_keyspaces(store.error()))
    findings.add(LedgerDamage::storage, 0, 0, "The store has lost keyspaces of the ledger",
                 "存储丢失了台账的部分键空间");
  else
    findings.add_failed_read(store.error(), 0, 0);
  LedgerVerification result;
  result.anchors.assign(options.anchors.size(), AnchorVerdict::not_reached);
  TAIZHANG_TRY(result.findings, findings.take());
  result.findings_total = findings.total();
  return result;
}

}  // namespace taizhang
