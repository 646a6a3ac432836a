#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace taizhang::memory {

/// A sorted map whose copies cost nothing: a treap whose nodes are shared between copies and
/// copied only along the path of a change. A cursor can therefore hold a whole tree.
///
/// Reading and `share` may run in several threads at once; changing needs the tree alone.
class SortedTree {
 public:
  struct Item {
    std::string key;
    std::string value;
    std::uint64_t priority;  ///< a hash of the key, so that the shape depends on the keys only
  };
  using ItemPtr = std::shared_ptr<const Item>;
  struct Node;
  using NodePtr = std::shared_ptr<Node>;
  struct Node {
    ItemPtr item;
    NodePtr left;
    NodePtr right;
    std::uint64_t generation;
  };
  /// Numbers the generations of all trees that may share nodes.
  using Generations = std::shared_ptr<std::atomic<std::uint64_t>>;

  explicit SortedTree(Generations generations);
  SortedTree(SortedTree&& other) noexcept;
  SortedTree& operator=(SortedTree&& other) noexcept;

  /// A tree with the same content; from here on neither sees the other's changes.
  [[nodiscard]] SortedTree share() const;

  static ItemPtr item(std::string key, std::string value);
  [[nodiscard]] ItemPtr find(std::string_view key) const;
  void put(ItemPtr item);
  void erase(std::string_view key);
  /// An empty `end` means no end.
  void erase_range(std::string_view first, std::string_view end);
  /// Whether no key lies from `first` to `last`, both included.
  [[nodiscard]] bool vacant(std::string_view first, std::string_view last) const;
  /// Adds items in ascending order whose range is vacant, in linear time.
  void load(const std::vector<ItemPtr>& items);

  [[nodiscard]] const NodePtr& root() const { return root_; }

 private:
  void own(NodePtr& node) const;
  void put(NodePtr& node, ItemPtr&& item);
  void erase(NodePtr& node, std::string_view key);
  std::pair<NodePtr, NodePtr> split(NodePtr node, std::string_view key) const;
  NodePtr merge(NodePtr left, NodePtr right) const;

  Generations generations_;
  NodePtr root_;
  /// Nodes of this generation belong to this tree alone and may be changed in place.
  mutable std::atomic<std::uint64_t> generation_;
};

}  // namespace taizhang::memory
