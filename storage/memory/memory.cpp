#include "taizhang/storage/memory.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <shared_mutex>

#include "../store_errors.hpp"
#include "sorted_tree.hpp"
#include "tree_cursor.hpp"

namespace taizhang {
namespace {

using memory::SortedTree;
using memory::TreeCursor;
using storage::Holder;

constexpr std::uint64_t no_mark = ~std::uint64_t{0};

/// The content of a store, and who writes it.
struct Content {
  std::shared_mutex mutex;
  std::vector<std::string> keyspaces;
  std::vector<SortedTree> trees;
  std::optional<Holder> writer;
  std::atomic<std::uint64_t> mark{no_mark};

  std::vector<SortedTree> share() const {
    std::vector<SortedTree> copies;
    copies.reserve(trees.size());
    for (const auto& tree : trees) copies.push_back(tree.share());
    return copies;
  }
};

std::shared_ptr<Content> copy_of(Content& source) {
  auto copy = std::make_shared<Content>();
  std::shared_lock lock(source.mutex);
  copy->keyspaces = source.keyspaces;
  copy->trees = source.share();
  return copy;
}

class MemoryBackend;

class MemoryStore final : public KeyValue {
 public:
  MemoryStore(std::shared_ptr<MemoryBackend> backend, std::string place, OpenMode mode,
              std::shared_ptr<Content> content)
      : backend_(std::move(backend)), place_(std::move(place)), mode_(mode) {
    if (writes()) {
      content_ = std::move(content);
    } else {
      content_ = copy_of(*content);
      source_ = std::move(content);
    }
  }
  ~MemoryStore() override {
    if (!writes()) return;
    std::unique_lock lock(content_->mutex);
    content_->writer.reset();
  }

  Result<std::optional<PinnedValue>> get(Keyspace keyspace, std::string_view key) const override {
    std::shared_lock lock(content_->mutex);
    if (keyspace >= content_->trees.size()) return storage::no_keyspace(keyspace);
    return pinned(content_->trees[keyspace].find(key));
  }

  Result<std::vector<std::optional<PinnedValue>>> multi_get(
      Keyspace keyspace, const std::vector<std::string>& keys) const override {
    std::shared_lock lock(content_->mutex);
    if (keyspace >= content_->trees.size()) return storage::no_keyspace(keyspace);
    std::vector<std::optional<PinnedValue>> values;
    values.reserve(keys.size());
    for (const auto& key : keys) values.push_back(pinned(content_->trees[keyspace].find(key)));
    return values;
  }

  Result<std::unique_ptr<Cursor>> scan(Keyspace keyspace, KeyRange range,
                                       Direction direction) const override {
    std::shared_lock lock(content_->mutex);
    if (keyspace >= content_->trees.size()) return storage::no_keyspace(keyspace);
    SortedTree tree = content_->trees[keyspace].share();
    lock.unlock();
    return std::unique_ptr<Cursor>(
        std::make_unique<TreeCursor>(std::move(tree), std::move(range), direction));
  }

  Result<> write(const Batch& batch, Durability) override {
    if (!writes()) return storage::read_only(place_);
    TAIZHANG_CHECK(storage::check_batch(batch, content_->keyspaces.size()));
    std::unique_lock lock(content_->mutex);
    for (const auto& entry : batch.entries()) {
      SortedTree& tree = content_->trees[entry.keyspace];
      switch (entry.kind) {
        case Batch::Entry::Kind::put:
          tree.put(SortedTree::item(entry.key, entry.value));
          break;
        case Batch::Entry::Kind::erase:
          tree.erase(entry.key);
          break;
        case Batch::Entry::Kind::erase_range:
          tree.erase_range(entry.key, entry.value);
          break;
      }
    }
    return {};
  }

  Result<> load_sorted(
      Keyspace keyspace,
      const std::function<bool(std::string& key, std::string& value)>& next) override {
    if (!writes()) return storage::read_only(place_);
    if (keyspace >= content_->keyspaces.size()) return storage::no_keyspace(keyspace);
    std::vector<SortedTree::ItemPtr> items;
    for (std::string key, value; next(key, value); key.clear(), value.clear()) {
      if (!items.empty() && key <= items.back()->key) return storage::not_ascending();
      items.push_back(SortedTree::item(std::move(key), std::move(value)));
    }
    if (items.empty()) return {};
    std::unique_lock lock(content_->mutex);
    SortedTree& tree = content_->trees[keyspace];
    if (!tree.vacant(items.front()->key, items.back()->key)) return storage::range_in_use();
    tree.load(items);
    return {};
  }

  Result<> catch_up() override {
    if (mode_ == OpenMode::frozen) return storage::frozen_stays(place_);
    if (mode_ != OpenMode::follower) return {};
    std::unique_lock lock(content_->mutex);
    std::shared_lock from(source_->mutex);
    content_->trees = source_->share();
    return {};
  }

  Result<> publish(std::uint64_t mark) override {
    if (!writes()) return storage::read_only(place_);
    if (mark == no_mark) return storage::no_such_mark();
    content_->mark = mark;
    return {};
  }
  Result<Published> published() const override {
    Content& written = writes() ? *content_ : *source_;
    Published published;
    {
      std::shared_lock lock(written.mutex);
      published.writer_lives = written.writer.has_value();
    }
    if (const std::uint64_t mark = written.mark; mark != no_mark) published.mark = mark;
    return published;
  }
  OpenMode mode() const override { return mode_; }

  Result<> backup(const std::string& place) override;
  Result<> verify() const override { return {}; }
  std::uint64_t size_bytes() const override { return 0; }

 private:
  bool writes() const { return mode_ == OpenMode::create || mode_ == OpenMode::writer; }
  static std::optional<PinnedValue> pinned(SortedTree::ItemPtr item) {
    if (item == nullptr) return std::nullopt;
    const std::string_view bytes = item->value;
    return PinnedValue(std::move(item), bytes);
  }

  std::shared_ptr<MemoryBackend> backend_;
  std::string place_;
  OpenMode mode_;
  std::shared_ptr<Content> content_;
  std::shared_ptr<Content> source_;  ///< what a reader's content is copied from
};

class MemoryBackend final : public StorageBackend,
                            public std::enable_shared_from_this<MemoryBackend> {
 public:
  Result<std::unique_ptr<KeyValue>> open(const std::string& place,
                                         const StoreOptions& options) override {
    TAIZHANG_CHECK(storage::check_keyspaces(options));
    std::lock_guard lock(mutex_);
    const auto known = stores_.find(place);
    const bool there = known != stores_.end();
    std::shared_ptr<Content> content;
    if (options.mode == OpenMode::create || place.empty()) {
      if (there) return storage::store_there(place);
      content = std::make_shared<Content>();
      content->keyspaces = options.keyspaces;
      for (std::size_t i = 0; i < options.keyspaces.size(); ++i)
        content->trees.emplace_back(generations_);
      if (!place.empty()) stores_.emplace(place, content);
    } else {
      if (!there) return storage::no_store(place);
      content = known->second;
    }
    if (content->keyspaces != options.keyspaces)
      return storage::other_keyspaces(place, content->keyspaces);
    if (options.mode == OpenMode::create || options.mode == OpenMode::writer) {
      std::unique_lock content_lock(content->mutex);
      if (content->writer) return storage::held(place, *content->writer);
      content->writer = Holder::this_process();
    }
    return std::unique_ptr<KeyValue>(
        std::make_unique<MemoryStore>(shared_from_this(), place, options.mode, std::move(content)));
  }

  Result<bool> exists(const std::string& place) override {
    std::lock_guard lock(mutex_);
    return stores_.contains(place);
  }

  Result<> add(const std::string& place, std::shared_ptr<Content> content) {
    std::lock_guard lock(mutex_);
    if (place.empty() || !stores_.emplace(place, std::move(content)).second)
      return storage::store_there(place);
    return {};
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Content>> stores_;
  SortedTree::Generations generations_ = std::make_shared<std::atomic<std::uint64_t>>(0);
};

Result<> MemoryStore::backup(const std::string& place) {
  return backend_->add(place, copy_of(*content_));
}

}  // namespace

std::shared_ptr<StorageBackend> memory_backend() { return std::make_shared<MemoryBackend>(); }

}  // namespace taizhang
