#include "projection/runs.hpp"

#include <algorithm>

namespace taizhang::projection {
namespace {

constexpr std::size_t loaded_at_once = 1U << 16;  // entries
constexpr std::size_t block_bytes = 1U << 20;

/// Entries in memory from one to another.
class EntriesCursor final : public Cursor {
 public:
  EntriesCursor(const Entries& entries, std::size_t at, std::size_t end)
      : entries_(&entries), at_(at), end_(end) {}
  bool valid() const override { return at_ < end_; }
  std::string_view key() const override { return entries_->key(at_); }
  std::string_view value() const override { return entries_->value(at_); }
  void next() override { ++at_; }
  Result<> status() const override { return {}; }

 private:
  const Entries* entries_;
  std::size_t at_;
  std::size_t end_;
};

std::size_t lower_bound(const Entries& entries, std::string_view key) {
  std::size_t first = 0;
  for (std::size_t size = entries.size(); size > 0;) {
    const std::size_t half = size / 2;
    if (entries.key(first + half) < key) {
      first += half + 1;
      size -= half + 1;
    } else {
      size = half;
    }
  }
  return first;
}

std::unique_ptr<Cursor> walk(const Entries& entries, const KeyRange& range) {
  return std::make_unique<EntriesCursor>(
      entries, lower_bound(entries, range.first),
      range.end.empty() ? entries.size() : lower_bound(entries, range.end));
}

/// Several walks as one, in the order of their keys.
class MergingCursor final : public Cursor {
 public:
  struct Source {
    std::unique_ptr<Cursor> cursor;
    std::size_t skipped;  ///< bytes that its keys begin with and the merged do not
    std::string_view key{};
  };
  explicit MergingCursor(std::vector<Source> sources) {
    for (Source& one : sources) {
      if (!take(one)) continue;
      sources_.push_back(std::move(one));
    }
    std::make_heap(sources_.begin(), sources_.end(), later);
  }
  bool valid() const override { return status_ && !sources_.empty(); }
  std::string_view key() const override { return sources_.front().key; }
  std::string_view value() const override { return sources_.front().cursor->value(); }
  void next() override {
    std::pop_heap(sources_.begin(), sources_.end(), later);
    Source& moved = sources_.back();
    moved.cursor->next();
    if (take(moved))
      std::push_heap(sources_.begin(), sources_.end(), later);
    else
      sources_.pop_back();
  }
  Result<> status() const override { return status_; }

 private:
  static bool later(const Source& a, const Source& b) { return a.key > b.key; }
  bool take(Source& one) {
    if (one.cursor->valid()) {
      one.key = one.cursor->key().substr(one.skipped);
      return true;
    }
    if (auto status = one.cursor->status(); !status && status_) status_ = std::move(status);
    return false;
  }
  std::vector<Source> sources_;
  Result<> status_;
};

}  // namespace

void Entries::add(std::string_view key, std::string_view value) {
  const std::size_t size = key.size() + value.size();
  if (size > left_) {
    left_ = std::max(block_bytes, size);
    free_ = blocks_.emplace_back(new char[left_]).get();
    bytes_ += left_;
  }
  places_.push_back(
      {free_, static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value.size()), 0});
  free_ = std::copy(key.begin(), key.end(), free_);
  free_ = std::copy(value.begin(), value.end(), free_);
  left_ -= size;
}

void Entries::sort() { sort(places_, 0); }

// All keys agree in their first `same` bytes. They have long beginnings in common and lie all over
// memory: eight bytes behind what is common, taken beside the places, decide nearly always.
void Entries::sort(std::span<Place> places, std::size_t same) {
  constexpr std::size_t few = 16, head_bytes = 8;
  const auto whole = [](const Place& a, const Place& b) { return a.key() < b.key(); };
  std::size_t shortest = SIZE_MAX;
  for (const Place& place : places) shortest = std::min<std::size_t>(shortest, place.key_size);
  if (places.size() <= few || shortest < same + head_bytes) {
    std::sort(places.begin(), places.end(), whole);
    return;
  }
  std::string_view common = places.front().key().substr(0, shortest);
  for (const Place& place : places) {
    const std::string_view key = place.key();
    const auto differs = std::mismatch(common.begin() + same, common.end(), key.begin() + same);
    common = common.substr(0, static_cast<std::size_t>(differs.first - common.begin()));
  }
  same = std::min(common.size(), shortest - head_bytes);
  for (Place& place : places) {
    place.head = 0;
    for (std::size_t i = 0; i < head_bytes; ++i)
      place.head = place.head << 8 | static_cast<unsigned char>(place.begin[same + i]);
  }
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return a.head < b.head; });
  for (auto first = places.begin(); first != places.end();) {
    const auto last = std::find_if(first, places.end(),
                                   [&](const Place& one) { return one.head != first->head; });
    sort({first, last}, same + head_bytes);
    first = last;
  }
}

void Entries::clear() {
  places_.clear();
  blocks_.clear();
  left_ = bytes_ = 0;
}

Runs::Runs(KeyValue* store, TakeSlot take_slot, unsigned writers, std::vector<Slot> stored)
    : store_(store),
      take_slot_(std::move(take_slot)),
      writers_(writers),
      stored_(std::move(stored)) {}

void Runs::add(unsigned number, const Table& table, Slot slot, std::string_view key, const Row& row,
               bool index) {
  Writer& writer = writers_[number];
  const std::string prefix = slot_key(slot);
  writer.rows.add(writer.key.assign(prefix).append(key), encode_row(row));
  if (!index) return;
  for (const std::string& one : table.index_keys(key, row))
    writer.index.add(writer.key.assign(prefix).append(one), key);
}

void Runs::sort(unsigned writer) {
  writers_[writer].rows.sort();
  writers_[writer].index.sort();
}

Result<Slot> Runs::store(unsigned number) {
  Writer& writer = writers_[number];
  sort(number);
  const Slot slot = take_slot_();
  const std::string prefix = slot_key(slot);
  for (const Keyspace space : {rows_space, index_space}) {
    const Entries& entries = of(writer, space);
    std::size_t at = 0;
    TAIZHANG_CHECK(store_->load_sorted(space, [&](std::string& key, std::string& value) {
      if (at == entries.size()) return false;
      key.assign(prefix).append(entries.key(at));
      value.assign(entries.value(at));
      ++at;
      return true;
    }));
  }
  writer.rows.clear();
  writer.index.clear();
  const std::lock_guard lock(mutex_);
  stored_.push_back(slot);
  return slot;
}

std::vector<std::string> Runs::prefixes(const std::vector<Slot>& runs, Slot table) {
  std::vector<std::string> all;
  for (const Slot run : runs) all.push_back(slot_key(run, slot_key(table)));
  return all;
}

Result<std::unique_ptr<Cursor>> Runs::merged(Keyspace space, const KeyRange& range) const {
  std::vector<MergingCursor::Source> sources;
  for (const Writer& writer : writers_) sources.push_back({walk(of(writer, space), range), 0});
  for (const Slot run : stored_) {
    const std::string prefix = slot_key(run);
    TAIZHANG_TRY(auto cursor,
                 store_->scan(space,
                              {prefix + range.first,
                               range.end.empty() ? slot_key(run + 1) : prefix + range.end},
                              Direction::forward));
    sources.push_back({std::move(cursor), prefix.size()});
  }
  return std::unique_ptr<Cursor>(std::make_unique<MergingCursor>(std::move(sources)));
}

// Rows lie in runs by chance: one run shows how all are spread.
Result<std::vector<std::string>> Runs::divide(Keyspace space, const KeyRange& range) const {
  std::unique_ptr<Cursor> sample;
  std::size_t skipped = 0;
  std::size_t sources = stored_.size() + writers_.size();
  if (!stored_.empty()) {
    const std::string prefix = slot_key(stored_.front());
    skipped = prefix.size();
    TAIZHANG_TRY(sample, store_->scan(space, {prefix + range.first, prefix + range.end},
                                      Direction::forward));
  } else {
    const auto largest =
        std::max_element(writers_.begin(), writers_.end(), [&](const Writer& a, const Writer& b) {
          return of(a, space).size() < of(b, space).size();
        });
    sample = walk(of(*largest, space), range);
  }
  const std::size_t step = std::max<std::size_t>(loaded_at_once / sources, 1);
  std::vector<std::string> keys;
  for (std::size_t at = 0; sample->valid(); sample->next())
    if (++at % step == 0) keys.emplace_back(sample->key().substr(skipped));
  TAIZHANG_CHECK(sample->status());
  return keys;
}

}  // namespace taizhang::projection
