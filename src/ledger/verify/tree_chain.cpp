#include "ledger/verify/tree_chain.hpp"

#include <algorithm>

#include "ledger/bytes.hpp"

namespace taizhang::core {
namespace {

constexpr std::size_t carried_max = 4;

/// The perfect subtrees of whole pages are those of their tiles: only the size is another.
Frontier resized(const Frontier& tree, std::uint64_t size) {
  std::string bytes;
  tree.encode(bytes);
  Frontier out;
  Frontier::decode(be64(size) + bytes.substr(8), out);
  return out;
}

bool among(const Frontier& tree, const std::vector<Frontier>& trees) {
  return std::find(trees.begin(), trees.end(), tree) != trees.end();
}

std::vector<Frontier> appended(const std::vector<Frontier>& trees,
                               const std::vector<Hash>& leaves) {
  std::vector<Frontier> out;
  for (const auto& tree : trees)
    for (const auto& leaf : leaves) {
      Frontier next = tree;
      next.append(leaf);
      if (!among(next, out) && out.size() < carried_max) out.push_back(std::move(next));
    }
  return out;
}

}  // namespace

Frontier over_tiles(const Frontier& events) {
  return resized(events, events.size() / limits::page_events);
}
Frontier over_events(const Frontier& tiles) {
  return resized(tiles, tiles.size() * limits::page_events);
}

TreeChain::TreeChain(const VerifyRun& run)
    : run_(run),
      position_(run.after),
      verdicts_(run.options.anchors.size(), AnchorVerdict::not_reached) {
  if (position_ != 0) return;
  tree_.emplace();
  good_.emplace_back();
  hold_anchors();
}

void TreeChain::add(const PageFacts& page) {
  CommitWalk(run_.findings).join(last_commit_, page.first_commit, page.first);
  last_commit_ = page.last_commit;
  if (page.head) stored_before(over_tiles(page.head->before), page.first);
  if (!tree_ && position_ == run_.after && page.head) {
    tree_ = page.head->before;  // believed, as the caller asked
    hold_anchors();
  }
  advance(page);
}

/// Also told of the end of the pages, where the entry `sealed` says it.
void TreeChain::stored_before(const Frontier& stored, Position first) {
  if (other_tile_) {
    const auto at = other_tile_->first;
    if (among(stored, other_tile_->by_events))
      run_.findings.add(LedgerDamage::page_head, at, at + limits::page_events - 1,
                        "the root in the head is not that of the page's events",
                        "页头中的根与该页事件不符");
    else
      run_.findings.add(LedgerDamage::altered, at, at + limits::page_events - 1,
                        "the events are not those that the page was sealed with",
                        "事件与封存时不一致");
    other_tile_.reset();
  }
  const bool expected = among(stored, good_);
  if (doubt_) {
    const auto at = *doubt_;
    if (expected)
      run_.findings.add(LedgerDamage::page_head, at, at + limits::page_events - 1,
                        "the tree in the head is not that of the pages before",
                        "页头中的树与前面各页不符");
    else if (among(stored, claimed_))
      run_.findings.add(LedgerDamage::altered, at - limits::page_events, at - 1,
                        "the page is another than the tree goes on from",
                        "该页不是后续哈希树所接续的那一页");
    else
      run_.findings.add(
          LedgerDamage::frontier, at - limits::page_events, at + limits::page_events - 1,
          "the tree stored here is not that of the pages before", "此处存储的哈希树与前面各页不符");
    doubt_.reset();
    good_.assign(1, stored);
    claimed_.clear();
    return;
  }
  if (expected || good_.empty()) {
    good_.assign(1, stored);
    return;
  }
  doubt_ = first;
  claimed_.assign(1, stored);
}

void TreeChain::advance(const PageFacts& page) {
  std::vector<Hash> tiles;
  if (page.head) tiles.push_back(page.head->tile_root);
  if (page.tile && (tiles.empty() || tiles.front() != *page.tile)) {
    if (page.head) other_tile_ = {page.first, appended(good_, {*page.tile})};
    tiles.push_back(*page.tile);
  }
  good_ = appended(good_, tiles);
  claimed_ = appended(claimed_, tiles);
  if (tree_ && page.tile) {
    for (const auto& leaf : page.leaves) {
      tree_->append(leaf);
      ++position_;
      hold_anchors();
    }
    position_ = page.last();
    // What the page began as, its leaves as one.
    if (page.leaves.empty()) {
      auto by_tile = over_tiles(*tree_);
      by_tile.append(*page.tile);
      tree_ = over_events(by_tile);
    }
    hold_anchors();
  } else {
    tree_.reset();
    position_ = page.last();
  }
}

void TreeChain::end_pages(const std::optional<Mark>& sealed) {
  if (!sealed) return;
  if (position_ == run_.after && !tree_) {
    tree_ = sealed->frontier;  // nothing lies in pages after it: believed, as the caller asked
    good_.assign(1, over_tiles(sealed->frontier));
    hold_anchors();
  }
  stored_before(over_tiles(sealed->frontier), position_ + 1);
  if (last_commit_ && last_commit_->recorded_at != sealed->recorded_at)
    run_.findings.add(LedgerDamage::time, position_, position_,
                      "the entry \"sealed\" names another time than the event has",
                      "“sealed”项所记时间与事件不符");
}

void TreeChain::add_tail(const Hash& leaf) {
  tail_.push_back(leaf);
  ++position_;
  if (!tree_) return;
  tree_->append(leaf);
  hold_anchors();
}

void TreeChain::end(const std::optional<Mark>& stored) {
  const auto sealed = position_ - tail_.size();
  const auto reaches = [&](const Trees& trees) {
    return stored && std::any_of(trees.begin(), trees.end(), [&](const Frontier& tiles) {
             auto tree = over_events(tiles);
             for (const auto& leaf : tail_) tree.append(leaf);
             return tree == stored->frontier;
           });
  };
  const bool good = reaches(good_);
  if (other_tile_)
    run_.findings.add(
        LedgerDamage::altered, other_tile_->first, other_tile_->first + limits::page_events - 1,
        "the events are not those that the page was sealed with", "事件与封存时不一致");
  const bool claimed = !good && reaches(claimed_);
  if (doubt_ && good && *doubt_ > sealed)
    run_.findings.add(LedgerDamage::frontier, sealed, sealed,
                      "the tree in the entry \"sealed\" is not that of the pages",
                      "“sealed”项中的哈希树与各页不符");
  else if (doubt_ && claimed)
    run_.findings.add(LedgerDamage::altered, *doubt_ - limits::page_events, *doubt_ - 1,
                      "the page is another than the tree goes on from",
                      "该页不是后续哈希树所接续的那一页");
  else if (doubt_)
    run_.findings.add(LedgerDamage::frontier, *doubt_ - limits::page_events,
                      std::min(*doubt_ + limits::page_events - 1, std::max(sealed, *doubt_)),
                      "the tree stored here is not that of the pages before",
                      "此处存储的哈希树与前面各页不符");
  if (!stored || good || claimed || good_.empty()) return;
  const auto head = stored->frontier.size();
  if (head != position_)
    run_.findings.add(LedgerDamage::tail_group, std::min(head, position_) + 1,
                      std::max(head, position_),
                      "the log ends at " + std::to_string(position_) +
                          ", the tree that was stored with it at " + std::to_string(head),
                      "日志止于第 " + std::to_string(position_) + " 位,而一同存储的哈希树止于第 " +
                          std::to_string(head) + " 位");
  else
    run_.findings.add(LedgerDamage::frontier, std::min(sealed + 1, position_), position_,
                      "the events are not those that the stored tree was built of",
                      "事件与所存哈希树不符");
}

void TreeChain::hold_anchors() {
  const auto& anchors = run_.options.anchors;
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    if (anchors[i].size != tree_->size() || verdicts_[i] != AnchorVerdict::not_reached) continue;
    verdicts_[i] = tree_->root() == anchors[i].root ? AnchorVerdict::held : AnchorVerdict::differs;
  }
}

}  // namespace taizhang::core
