#include "sorted_tree.hpp"

#include <functional>
#include <utility>

namespace taizhang::memory {
namespace {

bool above(const SortedTree::Item& a, const SortedTree::Item& b) {
  return a.priority != b.priority ? a.priority > b.priority : a.key < b.key;
}

}  // namespace

SortedTree::SortedTree(Generations generations)
    : generations_(std::move(generations)), generation_(++*generations_) {}

SortedTree::SortedTree(SortedTree&& other) noexcept
    : generations_(other.generations_),
      root_(std::move(other.root_)),
      generation_(other.generation_.load()) {}

SortedTree& SortedTree::operator=(SortedTree&& other) noexcept {
  generations_ = other.generations_;
  root_ = std::move(other.root_);
  generation_ = other.generation_.load();
  return *this;
}

SortedTree SortedTree::share() const {
  generation_ = ++*generations_;
  SortedTree copy(generations_);
  copy.root_ = root_;
  return copy;
}

SortedTree::ItemPtr SortedTree::item(std::string key, std::string value) {
  const std::uint64_t priority = std::hash<std::string_view>{}(key);
  return std::make_shared<const Item>(Item{std::move(key), std::move(value), priority});
}

SortedTree::ItemPtr SortedTree::find(std::string_view key) const {
  const Node* node = root_.get();
  while (node != nullptr) {
    const int order = key.compare(node->item->key);
    if (order == 0) return node->item;
    node = (order < 0 ? node->left : node->right).get();
  }
  return nullptr;
}

void SortedTree::put(ItemPtr item) { put(root_, std::move(item)); }

void SortedTree::erase(std::string_view key) {
  if (find(key) != nullptr) erase(root_, key);
}

void SortedTree::erase_range(std::string_view first, std::string_view end) {
  if (!end.empty() && end <= first) return;
  auto [before, rest] = split(std::move(root_), first);
  NodePtr after = end.empty() ? nullptr : split(std::move(rest), end).second;
  root_ = merge(std::move(before), std::move(after));
}

bool SortedTree::vacant(std::string_view first, std::string_view last) const {
  const Node* node = root_.get();
  while (node != nullptr) {
    if (node->item->key < first)
      node = node->right.get();
    else if (node->item->key > last)
      node = node->left.get();
    else
      return false;
  }
  return true;
}

void SortedTree::load(const std::vector<ItemPtr>& items) {
  if (items.empty()) return;
  // The right spine of the tree built so far, top first. Each new item takes what it overtops
  // as its left child.
  std::vector<NodePtr> spine;
  const auto fold = [&spine] {
    NodePtr lower = std::move(spine.back());
    spine.pop_back();
    if (!spine.empty()) spine.back()->right = lower;
    return lower;
  };
  for (const ItemPtr& item : items) {
    NodePtr overtopped;
    while (!spine.empty() && above(*item, *spine.back()->item)) overtopped = fold();
    if (overtopped != nullptr && !spine.empty()) spine.back()->right = nullptr;
    spine.push_back(
        std::make_shared<Node>(Node{item, std::move(overtopped), nullptr, generation_.load()}));
  }
  while (spine.size() > 1) fold();
  auto [before, after] = split(std::move(root_), items.front()->key);
  root_ = merge(merge(std::move(before), std::move(spine.front())), std::move(after));
}

void SortedTree::own(NodePtr& node) const {
  const std::uint64_t generation = generation_.load(std::memory_order_relaxed);
  if (node->generation == generation) return;
  node = std::make_shared<Node>(*node);
  node->generation = generation;
}

void SortedTree::put(NodePtr& node, ItemPtr&& item) {
  if (node == nullptr || above(*item, *node->item)) {
    auto [left, right] = split(std::move(node), item->key);
    node = std::make_shared<Node>(
        Node{std::move(item), std::move(left), std::move(right), generation_.load()});
    return;
  }
  own(node);
  const int order = item->key.compare(node->item->key);
  if (order == 0)
    node->item = std::move(item);
  else
    put(order < 0 ? node->left : node->right, std::move(item));
}

void SortedTree::erase(NodePtr& node, std::string_view key) {
  own(node);
  const int order = key.compare(node->item->key);
  if (order == 0)
    node = merge(std::move(node->left), std::move(node->right));
  else
    erase(order < 0 ? node->left : node->right, key);
}

/// Keys below `key`, and the rest.
std::pair<SortedTree::NodePtr, SortedTree::NodePtr> SortedTree::split(NodePtr node,
                                                                      std::string_view key) const {
  if (node == nullptr) return {};
  own(node);
  if (node->item->key < key) {
    auto [left, right] = split(std::move(node->right), key);
    node->right = std::move(left);
    return {std::move(node), std::move(right)};
  }
  auto [left, right] = split(std::move(node->left), key);
  node->left = std::move(right);
  return {std::move(left), std::move(node)};
}

SortedTree::NodePtr SortedTree::merge(NodePtr left, NodePtr right) const {
  if (left == nullptr) return right;
  if (right == nullptr) return left;
  if (above(*left->item, *right->item)) {
    own(left);
    left->right = merge(std::move(left->right), std::move(right));
    return left;
  }
  own(right);
  right->left = merge(std::move(left), std::move(right->left));
  return right;
}

}  // namespace taizhang::memory
