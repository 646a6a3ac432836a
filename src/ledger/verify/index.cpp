#include "ledger/verify/index.hpp"

#include <algorithm>
#include <atomic>

#include "ledger/bytes.hpp"
#include "ledger/meta.hpp"
#include "ledger/postings.hpp"
#include "ledger/verify/index_differences.hpp"
#include "ledger/verify/workers.hpp"

namespace taizhang::core {
namespace {

constexpr std::size_t posting_end_size = 11;  // zero byte, type number, position
constexpr std::uint64_t told_every = 1U << 14;

/// The positions of a chunk. False if they do not ascend or span too much.
bool read_chunk(Position first, std::string_view value, std::vector<Position>& out) {
  out.clear();
  if (!decode_chunk(first, value, out)) return false;
  return std::is_sorted(out.begin(), out.end()) && out.back() - first < chunk_span;
}

}  // namespace

IndexJudge::IndexJudge(const VerifyRun& run, Position read, std::vector<std::string> tags,
                       unsigned threads)
    : run_(run), read_(read), threads_(threads), found_(run.after, run.sealed) {
  // What belongs to one tag is read by one worker, so that its chunks can be held in order.
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  const std::size_t parts = threads > 1 ? std::size_t{8} * threads : 1;
  std::string from;
  for (std::size_t part = 1; part < parts && !tags.empty(); ++part) {
    auto until = posting_prefix(tags[part * tags.size() / parts]);
    if (until <= from) continue;
    ranges_.push_back({keyspace::postings, {from, until}});
    from = std::move(until);
  }
  ranges_.push_back({keyspace::postings, {from, {}}});
  const unsigned id_parts = threads > 1 ? 16 : 1;
  for (unsigned part = 0; part < id_parts; ++part) {
    const auto edge = [&](unsigned number) {
      const auto first = number * 256 / id_parts;
      return first == 0 || first == 256 ? std::string() : std::string(1, static_cast<char>(first));
    };
    ranges_.push_back({keyspace::ids, {edge(part), edge(part + 1)}});
  }
}

Position IndexJudge::first_of(std::size_t page) const {
  return run_.after + page * limits::page_events + 1;
}

void IndexJudge::read(const std::function<void(std::uint64_t)>& more) {
  std::atomic<std::size_t> next{0};
  std::mutex adding;
  on_threads(threads_, [&](unsigned) {
    IndexSums sums(run_.after, run_.sealed);
    for (auto at = next++; at < ranges_.size(); at = next++) read_range(ranges_[at], sums, more);
    const std::lock_guard lock(adding);
    found_.add(sums);
  });
}

void IndexJudge::read_range(const Range& range, IndexSums& sums,
                            const std::function<void(std::uint64_t)>& more) {
  auto scan = run_.store.scan(range.keyspace, range.keys, Direction::forward);
  Result<> status = scan ? Result<>() : Result<>(scan.error());
  if (scan) {
    more(range.keyspace == keyspace::ids ? read_ids(**scan, sums, more)
                                         : read_postings(**scan, sums, more));
    status = (*scan)->status();
  }
  if (status) return;
  if (status.error().code() != ErrorCode::damaged) {
    run_.findings.add_failed_read(status.error(), 0, 0);
    return;
  }
  const std::lock_guard lock(mutex_);
  failures_.push_back(status.error());
}

std::uint64_t IndexJudge::read_postings(Cursor& cursor, IndexSums& sums,
                                        const std::function<void(std::uint64_t)>& more) {
  std::uint64_t untold = 0;
  std::vector<Position> positions;
  std::string bytes, list;  // tag, zero byte and type of the chunk before
  Position list_last = 0;
  for (; cursor.valid(); cursor.next()) {
    const auto key = cursor.key();
    PostingKey end{};
    const bool good_key = key.size() >= posting_end_size &&
                          key[key.size() - posting_end_size] == '\0' &&
                          parse_posting_key(key, key.size() - 10, end);
    if (!good_key || end.first == 0 || end.first > run_.sealed) {
      const auto at = good_key ? end.first : 0;
      run_.findings.add(LedgerDamage::posting_extra, at, at,
                        "the index of tags has an entry that belongs to no sealed event",
                        "标签索引中有不属于任何已封存事件的条目",
                        good_key ? std::string(key.substr(0, key.size() - posting_end_size)) : "");
      continue;
    }
    const auto same_list = key.substr(0, key.size() - 8);
    const auto tag = std::string(key.substr(0, key.size() - posting_end_size));
    const bool in_order = same_list != list || end.first > list_last;
    if (same_list != list) list = same_list;
    list_last = end.first;
    if (end.first + chunk_span <= run_.after + 1) continue;
    const bool whole = read_chunk(end.first, cursor.value(), positions);
    if (!whole || !in_order)
      run_.findings.add(LedgerDamage::posting_damaged, end.first, end.first,
                        whole ? "a chunk of postings overlaps the one before"
                              : "a chunk of postings does not hold",
                        whole ? "倒排块与前一块重叠" : "倒排块校验不符", tag);
    if (!whole) continue;
    list_last = positions.back();
    bytes.assign(key);
    for (const auto position : positions) {
      if (position <= run_.after) continue;
      if (position > run_.sealed) {
        run_.findings.add(LedgerDamage::posting_extra, position, position,
                          "the index of tags goes beyond what is sealed", "标签索引超出已封存范围",
                          tag);
        continue;
      }
      bytes.resize(bytes.size() - 8);
      put(bytes, position);
      sums.add_posting(position, run_.hash.of(bytes));
    }
    untold += positions.size();
    if (untold >= told_every) {
      more(untold);
      untold = 0;
    }
  }
  return untold;
}

std::uint64_t IndexJudge::read_ids(Cursor& cursor, IndexSums& sums,
                                   const std::function<void(std::uint64_t)>& more) {
  std::uint64_t untold = 0;
  std::string bytes;
  for (; cursor.valid(); cursor.next()) {
    const auto key = cursor.key(), value = cursor.value();
    const auto position = value.size() == 8 ? get<Position>(value.data()) : 0;
    if (key.size() != 16 || position == 0 || position > run_.sealed) {
      run_.findings.add(LedgerDamage::id_extra, position, position,
                        "the index of ids has an entry that belongs to no sealed event",
                        "编号索引中有不属于任何已封存事件的条目", hex_of(key));
      continue;
    }
    if (position <= run_.after) continue;
    id_bytes(key, position, bytes);
    sums.add_id(position, run_.hash.of(bytes));
    if (++untold < told_every) continue;
    more(untold);
    untold = 0;
  }
  return untold;
}

void IndexJudge::compare(const IndexSums& expected, const std::vector<bool>& indexed) {
  const auto pages = static_cast<std::size_t>((read_ - run_.after) / limits::page_events);
  std::vector<std::size_t> differing;
  for (std::size_t page = 0; page < pages; ++page) {
    const bool same_postings = run_.types == nullptr || found_.same_postings(expected, page);
    if (indexed[page] && !(same_postings && found_.same_ids(expected, page)))
      differing.push_back(page);
  }
  // Where a part of an index could not be read, what is missing says no more than where it begins.
  for (const auto& error : failures_) {
    const auto at = differing.empty() ? 0 : first_of(differing.front());
    run_.findings.add_failed_read(error, at, at == 0 ? 0 : at + limits::page_events - 1);
  }
  if (!differing.empty() && failures_.empty()) name_index_differences(run_, differing);
}

}  // namespace taizhang::core
