#pragma once

#include <utility>
#include <vector>

#include "sorted_tree.hpp"
#include "taizhang/key_value.hpp"

namespace taizhang::memory {

/// A walk over a range of a tree, which it holds as it was when the walk began.
class TreeCursor final : public Cursor {
 public:
  TreeCursor(SortedTree tree, KeyRange range, Direction direction)
      : tree_(std::move(tree)),
        range_(std::move(range)),
        forward_(direction == Direction::forward) {
    // The path from the root to the walk's first key, without the nodes that lie before it.
    const SortedTree::Node* node = tree_.root().get();
    while (node != nullptr) {
      const bool within = forward_ ? node->item->key >= range_.first : below_end(node->item->key);
      if (within) path_.push_back(node);
      node = (within == forward_ ? node->left : node->right).get();
    }
    settle();
  }

  bool valid() const override { return !path_.empty(); }
  std::string_view key() const override { return path_.back()->item->key; }
  std::string_view value() const override { return path_.back()->item->value; }
  void next() override {
    const SortedTree::Node* node = path_.back();
    path_.pop_back();
    node = (forward_ ? node->right : node->left).get();
    for (; node != nullptr; node = (forward_ ? node->left : node->right).get())
      path_.push_back(node);
    settle();
  }
  Result<> status() const override { return {}; }

 private:
  bool below_end(const std::string& key) const { return range_.end.empty() || key < range_.end; }
  void settle() {
    if (path_.empty()) return;
    const std::string& key = path_.back()->item->key;
    if (!(forward_ ? below_end(key) : key >= range_.first)) path_.clear();
  }

  SortedTree tree_;
  KeyRange range_;
  bool forward_;
  std::vector<const SortedTree::Node*> path_;
};

}  // namespace taizhang::memory
