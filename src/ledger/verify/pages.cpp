#include "ledger/verify/pages.hpp"

#include <algorithm>

#include "ledger/bytes.hpp"
#include "ledger/log.hpp"
#include "taizhang/hash.hpp"

namespace taizhang::core {

Position PageFacts::last() const { return first + limits::page_events - 1; }

bool PageJudge::wants_leaves(const PageFacts& page) const {
  return std::any_of(
      run_.options.anchors.begin(), run_.options.anchors.end(),
      [&](const auto& anchor) { return anchor.size >= page.first && anchor.size < page.last(); });
}

std::vector<PageFacts> PageJudge::read(Position first, std::size_t count) {
  const auto stray = [&](std::string_view key) {
    const auto at = key.size() >= 8 ? get<Position>(key.data()) : first;
    run_.findings.add(LedgerDamage::stray, at, at, "an entry of the pages belongs to no page",
                      "页区中有不属于任何页的条目");
  };
  const auto end = first + count * limits::page_events;
  KeyWalk walk(run_.store, keyspace::pages, {be64(first), be64(end)}, stray);
  CommitWalk commits(run_.findings);
  std::vector<PageFacts> pages;
  for (; first < end; first += limits::page_events)
    pages.push_back(read_page(first, walk, commits));
  walk.finish();
  return pages;
}

PageFacts PageJudge::read_page(Position first, KeyWalk& walk, CommitWalk& commits) {
  PageFacts page;
  page.first = first;
  tile_ = {};
  whole_ = true;
  keep_leaves_ = wants_leaves(page);
  missing_ = 0;
  std::vector<Position> bad;
  for (auto at = first; at <= page.last(); at += limits::frame_events) {
    if (!read_frame(at, walk, commits, page)) bad.push_back(at);
    if (at == first) read_head(walk, page);  // its key stands behind that of the first frame
  }
  constexpr std::size_t entries = limits::page_events / limits::frame_events + 1;
  if (missing_ == entries) {
    run_.findings.add(LedgerDamage::missing_page, first, page.last(), "the page is missing",
                      "整页缺失");
  } else {
    for (const auto at : bad)
      run_.findings.add(LedgerDamage::frame, at, at + limits::frame_events - 1,
                        "the frame of 32 events is missing or does not hold",
                        "32 条记录块缺失或校验不符");
    if (!page.head)
      run_.findings.add(LedgerDamage::page_head, first, page.last(),
                        "the head of the page is missing or does not hold", "页头缺失或校验不符");
  }
  page.last_commit = commits.last();
  page.indexed = whole_;
  if (whole_) page.tile = tile_.root();
  return page;
}

void PageJudge::read_head(KeyWalk& walk, PageFacts& page) {
  const auto value = walk.at(head_key(page.first));
  if (!value) {
    run_.findings.add_failed_read(value.error(), page.first, page.last());
    return;
  }
  if (*value)
    page.head = decode_head(**value, page.first);
  else
    ++missing_;
}

bool PageJudge::read_frame(Position first, KeyWalk& walk, CommitWalk& commits, PageFacts& page) {
  const auto last = first + limits::frame_events - 1;
  const auto value = walk.at(frame_key(first));
  if (!value) run_.findings.add_failed_read(value.error(), first, last);
  const bool decoded = value && *value && decode_frame(**value, first, frame_);
  if (!decoded || !commits.take(frame_.commits, first, last)) {
    if (!decoded) commits.lose();
    if (value && !*value) ++missing_;
    whole_ = false;
    return decoded || !value;  // said already
  }
  if (first == page.first) page.first_commit = frame_.commits.front();
  for (auto at = first; at <= last; ++at) judge_event(at, page);
  return true;
}

void PageJudge::judge_event(Position at, PageFacts& page) {
  if (!decode_event(frame_, at, event_)) {
    run_.findings.add(LedgerDamage::record, at, at, "the record cannot be read", "记录无法解析");
    whole_ = false;
    return;
  }
  const auto leaf = leaf_of(event_);
  tile_.append(leaf);
  if (keep_leaves_) page.leaves.push_back(leaf);
  page.record_bytes += event_.record.size();
  id_bytes({reinterpret_cast<const char*>(event_.id.bytes.data()), event_.id.bytes.size()}, at,
           bytes_);
  expected_.add_id(at, run_.hash.of(bytes_));
  if (run_.types == nullptr) return;
  const bool known = each_posting(event_, *run_.types, [&](std::string_view tag, TypeNumber type) {
    posting_bytes(tag, type, at, bytes_);
    expected_.add_posting(at, run_.hash.of(bytes_));
  });
  if (!known)
    run_.findings.add(LedgerDamage::types, at, at,
                      "its type " + std::string(event_.type) + " is not in the table of types",
                      "其类型 " + std::string(event_.type) + " 不在类型表中");
  if (page.tag.empty() && !event_.tags.empty()) page.tag = event_.tags.back();
}

}  // namespace taizhang::core
