#include <mutex>
#include <shared_mutex>

#include "../store_errors.hpp"
#include "sorted_tree.hpp"
#include "taizhang/storage/memory.hpp"
#include "tree_cursor.hpp"

namespace taizhang {
namespace {

using memory::SortedTree;
using memory::TreeCursor;

// What is written lies in a tree, each value behind a byte that says whether there is one.
constexpr char present = '+';
constexpr char erased = '-';

bool gone(const SortedTree::Item& item) { return item.value.front() == erased; }

bool covers(const KeyRange& range, std::string_view key) {
  return key >= range.first && (range.end.empty() || key < range.end);
}
bool covered(const std::vector<KeyRange>& ranges, std::string_view key) {
  for (const KeyRange& range : ranges)
    if (covers(range, key)) return true;
  return false;
}

using Ranges = std::shared_ptr<const std::vector<KeyRange>>;

/// One keyspace of what was written: over the store below, without the ranges erased there.
struct Layer {
  SortedTree tree;
  Ranges erased_below = std::make_shared<std::vector<KeyRange>>();
};

/// Two walks over the same range, the upper hiding the lower.
class OverlayCursor final : public Cursor {
 public:
  OverlayCursor(SortedTree upper, KeyRange range, Direction direction,
                std::unique_ptr<Cursor> lower, Ranges hidden)
      : upper_(std::move(upper), std::move(range), direction),
        lower_(std::move(lower)),
        hidden_(std::move(hidden)),
        forward_(direction == Direction::forward) {
    settle();
  }

  bool valid() const override { return upper_.valid() || lower_->valid(); }
  std::string_view key() const override { return from_upper_ ? upper_.key() : lower_->key(); }
  std::string_view value() const override {
    return from_upper_ ? upper_.value().substr(1) : lower_->value();
  }
  void next() override {
    if (from_upper_)
      upper_.next();
    else
      lower_->next();
    settle();
  }
  Result<> status() const override { return lower_->status(); }

 private:
  /// To the next key that is there, and where its value comes from.
  void settle() {
    for (;;) {
      while (lower_->valid() && covered(*hidden_, lower_->key())) lower_->next();
      if (!upper_.valid()) {
        from_upper_ = false;
        return;
      }
      if (lower_->valid() && lower_->key() == upper_.key()) {
        lower_->next();
        continue;
      }
      from_upper_ = !lower_->valid() || (upper_.key() < lower_->key()) == forward_;
      if (!from_upper_ || upper_.value().front() == present) return;
      upper_.next();
    }
  }

  TreeCursor upper_;
  std::unique_ptr<Cursor> lower_;
  Ranges hidden_;
  bool forward_;
  bool from_upper_ = false;
};

class OverlayStore final : public KeyValue {
 public:
  OverlayStore(std::string place, std::unique_ptr<KeyValue> below, std::size_t keyspaces)
      : place_(std::move(place)), below_(std::move(below)) {
    const auto generations = std::make_shared<std::atomic<std::uint64_t>>(0);
    for (std::size_t i = 0; i < keyspaces; ++i) layers_.push_back({SortedTree(generations)});
  }

  Result<std::optional<PinnedValue>> get(Keyspace keyspace, std::string_view key) const override {
    if (keyspace >= layers_.size()) return storage::no_keyspace(keyspace);
    {
      const std::shared_lock lock(mutex_);
      const Layer& layer = layers_[keyspace];
      if (auto item = layer.tree.find(key)) {
        if (gone(*item)) return std::optional<PinnedValue>();
        const std::string_view bytes = std::string_view(item->value).substr(1);
        return std::optional<PinnedValue>(std::in_place, std::move(item), bytes);
      }
      if (covered(*layer.erased_below, key)) return std::optional<PinnedValue>();
    }
    return below_->get(keyspace, key);
  }

  Result<std::vector<std::optional<PinnedValue>>> multi_get(
      Keyspace keyspace, const std::vector<std::string>& keys) const override {
    std::vector<std::optional<PinnedValue>> values;
    values.reserve(keys.size());
    for (const std::string& key : keys) {
      TAIZHANG_TRY(auto value, get(keyspace, key));
      values.push_back(std::move(value));
    }
    return values;
  }

  Result<std::unique_ptr<Cursor>> scan(Keyspace keyspace, KeyRange range,
                                       Direction direction) const override {
    if (keyspace >= layers_.size()) return storage::no_keyspace(keyspace);
    TAIZHANG_TRY(auto lower, below_->scan(keyspace, range, direction));
    const std::shared_lock lock(mutex_);
    const Layer& layer = layers_[keyspace];
    return std::unique_ptr<Cursor>(std::make_unique<OverlayCursor>(
        layer.tree.share(), std::move(range), direction, std::move(lower), layer.erased_below));
  }

  Result<> write(const Batch& batch, Durability) override {
    TAIZHANG_CHECK(storage::check_batch(batch, layers_.size()));
    const std::unique_lock lock(mutex_);
    for (const auto& entry : batch.entries()) {
      Layer& layer = layers_[entry.keyspace];
      switch (entry.kind) {
        case Batch::Entry::Kind::put:
          layer.tree.put(SortedTree::item(entry.key, present + entry.value));
          break;
        case Batch::Entry::Kind::erase:
          layer.tree.put(SortedTree::item(entry.key, std::string(1, erased)));
          break;
        case Batch::Entry::Kind::erase_range:
          layer.tree.erase_range(entry.key, entry.value);
          hide(layer, {entry.key, entry.value});
          break;
      }
    }
    return {};
  }

  Result<> load_sorted(
      Keyspace keyspace,
      const std::function<bool(std::string& key, std::string& value)>& next) override {
    if (keyspace >= layers_.size()) return storage::no_keyspace(keyspace);
    Batch batch;
    std::string first, last;
    for (std::string key, value; next(key, value); key.clear(), value.clear()) {
      if (!batch.empty() && key <= last) return storage::not_ascending();
      if (batch.empty()) first = key;
      last = key;
      batch.put(keyspace, std::move(key), std::move(value));
    }
    if (batch.empty()) return {};
    TAIZHANG_TRY(const auto there, scan(keyspace, {first, last + '\0'}, Direction::forward));
    if (there->valid()) return storage::range_in_use();
    TAIZHANG_CHECK(there->status());
    return write(batch, Durability::synced);
  }

  Result<> catch_up() override { return {}; }
  Result<> publish(std::uint64_t) override { return storage::read_only(place_); }
  Result<Published> published() const override { return below_->published(); }
  bool as_closed() const override { return below_->as_closed(); }
  OpenMode mode() const override { return OpenMode::writer; }
  Result<> backup(const std::string&) override { return storage::read_only(place_); }
  Result<> verify() const override { return below_->verify(); }
  std::uint64_t size_bytes() const override { return below_->size_bytes(); }

 private:
  static void hide(Layer& layer, KeyRange range) {
    auto ranges = std::make_shared<std::vector<KeyRange>>(*layer.erased_below);
    std::erase_if(*ranges, [&](const KeyRange& old) {
      return covers(range, old.first) &&
             (range.end.empty() || (!old.end.empty() && old.end <= range.end));
    });
    ranges->push_back(std::move(range));
    layer.erased_below = std::move(ranges);
  }

  std::string place_;
  std::unique_ptr<KeyValue> below_;
  mutable std::shared_mutex mutex_;
  std::vector<Layer> layers_;
};

class OverlayBackend final : public StorageBackend {
 public:
  explicit OverlayBackend(std::shared_ptr<StorageBackend> below) : below_(std::move(below)) {}

  Result<std::unique_ptr<KeyValue>> open(const std::string& place,
                                         const StoreOptions& options) override {
    StoreOptions reading = options;
    reading.mode = OpenMode::frozen;
    auto below = below_->open(place, reading);
    // Nothing of use is there: everything is written anew, above.
    if (!below) return memory_backend()->open({}, options);
    return std::unique_ptr<KeyValue>(
        std::make_unique<OverlayStore>(place, *std::move(below), options.keyspaces.size()));
  }
  Result<bool> exists(const std::string&) override { return true; }

 private:
  std::shared_ptr<StorageBackend> below_;
};

}  // namespace

std::shared_ptr<StorageBackend> overlay_backend(std::shared_ptr<StorageBackend> below) {
  return std::make_shared<OverlayBackend>(std::move(below));
}

}  // namespace taizhang
