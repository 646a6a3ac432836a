#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/result.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// A keyspace: the index of its name in the list given at opening. Keys are ordered as
/// unsigned bytes, each keyspace by itself.
using Keyspace = std::uint8_t;

/// A value held in place. It stays valid while this object lives, whatever happens to the
/// store meanwhile. Move-only; may be read from any thread.
class PinnedValue {
 public:
  PinnedValue() = default;
  PinnedValue(std::shared_ptr<const void> owner, std::string_view bytes)
      : owner_(std::move(owner)), bytes_(bytes) {}
  [[nodiscard]] std::string_view view() const { return bytes_; }
  /// Keeps the bytes alive; shares ownership with this value.
  [[nodiscard]] const std::shared_ptr<const void>& owner() const { return owner_; }

 private:
  std::shared_ptr<const void> owner_;
  std::string_view bytes_;
};

/// Writes that take effect together. A plain list: later entries win over earlier ones.
class Batch {
 public:
  struct Entry {
    enum class Kind : std::uint8_t { put, erase, erase_range };
    Kind kind;
    Keyspace keyspace;
    std::string key;    ///< or the range's first key
    std::string value;  ///< or the range's end, exclusive
  };
  void put(Keyspace keyspace, std::string key, std::string value) {
    entries_.push_back({Entry::Kind::put, keyspace, std::move(key), std::move(value)});
  }
  void erase(Keyspace keyspace, std::string key) {
    entries_.push_back({Entry::Kind::erase, keyspace, std::move(key), {}});
  }
  /// Erases keys from `first` up to but without `end`; an empty `end` means no end.
  void erase_range(Keyspace keyspace, std::string first, std::string end) {
    entries_.push_back({Entry::Kind::erase_range, keyspace, std::move(first), std::move(end)});
  }
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  void clear() { entries_.clear(); }

 private:
  std::vector<Entry> entries_;
};

enum class Durability : std::uint8_t {
  synced,   ///< on stable storage when write returns
  buffered  ///< survives a crash of the process at the earliest when a later synced write returns
};

enum class Direction : std::uint8_t { forward, backward };

enum class OpenMode : std::uint8_t {
  create,   ///< a new store; `already_exists` if there is one
  writer,   ///< an existing store, alone; `held` names the process that has it. What it shows at
            ///< opening is on stable storage
  frozen,   ///< an existing store as it is at opening, read-only
  follower  ///< an existing store that another process writes; see catch_up
};

/// What a writer tells those who read its store beside it.
struct Published {
  /// The largest number that a writer, also one that is gone, has published; nothing if none.
  std::optional<std::uint64_t> mark;
  bool writer_lives = false;  ///< some process has the store open for writing now
};

/// A walk over a range, seeing the store as it was when the scan began. Not thread-safe.
/// `key()` and `value()` are valid until the cursor moves.
class Cursor {
 public:
  Cursor() = default;
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  virtual ~Cursor() = default;
  [[nodiscard]] virtual bool valid() const = 0;
  [[nodiscard]] virtual std::string_view key() const = 0;
  [[nodiscard]] virtual std::string_view value() const = 0;
  virtual void next() = 0;
  /// Must be asked once the cursor is no longer valid: the end, or `io_error`/`damaged`.
  [[nodiscard]] virtual Result<> status() const = 0;
};

/// Keys from `first` (inclusive) up to `end` (exclusive); an empty `end` means no end.
struct KeyRange {
  std::string first;
  std::string end;
};
/// The smallest key greater than all keys that start with `prefix`; empty if there is none.
std::string end_of_prefix(std::string_view prefix);

/// An ordered key-value store: the seam under the ledger, the vault and the view stores. It
/// holds only what they need. All methods may be called from several threads at once.
/// Errors are `io_error`, `storage_full`, `damaged` (naming the file where known), `closed`.
class KeyValue {
 public:
  KeyValue() = default;
  KeyValue(const KeyValue&) = delete;
  KeyValue& operator=(const KeyValue&) = delete;
  virtual ~KeyValue() = default;

  /// The value of a key, pinned; nothing if there is none.
  virtual Result<std::optional<PinnedValue>> get(Keyspace keyspace, std::string_view key) const = 0;
  /// As `get`, for many keys at once, answers in the order of the keys.
  virtual Result<std::vector<std::optional<PinnedValue>>> multi_get(
      Keyspace keyspace, const std::vector<std::string>& keys) const = 0;
  /// A walk over a range. A backward walk starts at the range's last key.
  virtual Result<std::unique_ptr<Cursor>> scan(Keyspace keyspace, KeyRange range,
                                               Direction direction) const = 0;
  /// All of the batch or nothing, over all keyspaces. After an error of a synced write the
  /// store refuses further writes (`io_error`): its state is known only after reopening.
  virtual Result<> write(const Batch& batch, Durability durability) = 0;
  /// Loads entries whose keys are strictly ascending and absent from the keyspace's range they
  /// span; faster than `write`, durable when it returns. `next` gives the next entry, or false.
  virtual Result<> load_sorted(
      Keyspace keyspace, const std::function<bool(std::string& key, std::string& value)>& next) = 0;
  /// Erases ranges that nobody writes to meanwhile, and gives the space of files that hold nothing
  /// else back at once, not some time later. Durable when it returns, with all that was written
  /// before; a cursor that is open keeps what it began with. Errors as `write`. What a store does
  /// that does not override it: a synced batch that erases the ranges.
  virtual Result<> drop_ranges(Keyspace keyspace, const std::vector<KeyRange>& ranges);
  /// For a store opened as follower: makes what the writer has written visible, in whole batches,
  /// synced or not. Between two calls nothing that is read changes; a cursor keeps what it began
  /// with. Does nothing for a writer; `invalid_argument` for frozen; `not_found` if the store that
  /// was opened is no longer at its place.
  virtual Result<> catch_up() = 0;
  /// Writers: tells all readers of the place, in any process, a number that says how far what is
  /// written may be relied on. Give only what synced writes cover, never less than before. Seen
  /// by others at once; costs no system call. The death of the process loses nothing; that of the
  /// machine may bring a former number back, or none. Not part of a backup.
  /// `invalid_argument` for readers and for the number 2^64 - 1.
  virtual Result<> publish(std::uint64_t mark) = 0;
  /// What was published, as it is now, in every mode: also when frozen. What a mark covers is
  /// visible after a catch_up that begins later. `not_found` as catch_up.
  virtual Result<Published> published() const = 0;
  /// Whether, at opening, the store was as its last writer had left it on closing. Not after a
  /// writer that did not come to close it or that met damage, and not once files were changed, cut
  /// short, or copied while a writer was at work. Files that are all sound can then be of different
  /// moments: whoever keeps what can be derived again holds it against its source.
  [[nodiscard]] virtual bool as_closed() const { return true; }
  /// How it was opened.
  [[nodiscard]] virtual OpenMode mode() const = 0;
  /// A consistent copy that opens by itself, in a place that does not exist yet.
  virtual Result<> backup(const std::string& place) = 0;
  /// Reads everything and checks every checksum. The error names what is damaged.
  virtual Result<> verify() const = 0;
  /// Bytes on stable storage, roughly; 0 for memory.
  [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;
};

struct StoreOptions {
  OpenMode mode = OpenMode::writer;
  std::vector<std::string> keyspaces{};  ///< at most 16; the same list in the same order each time
  bool precompressed = false;            ///< values are compressed already
  std::size_t cache_bytes = 32U << 20;
  /// What is kept in it, in one line: noted when it is made; a store that notes something else is
  /// refused (`unsupported`) before anything in it is opened or changed. Empty: not looked at.
  std::string content{};
};

/// Makes stores of one kind from a place ("rocksdb:PLACE").
class StorageBackend {
 public:
  StorageBackend() = default;
  StorageBackend(const StorageBackend&) = delete;
  StorageBackend& operator=(const StorageBackend&) = delete;
  virtual ~StorageBackend() = default;
  virtual Result<std::unique_ptr<KeyValue>> open(const std::string& place,
                                                 const StoreOptions& options) = 0;
  /// Whether a store is there.
  virtual Result<bool> exists(const std::string& place) = 0;
  /// Moves a store that nobody has open out of the way, whatever state it is in, and answers where
  /// it is now; one that was moved there before is gone. For what can be derived again. `held`,
  /// `not_found`, `io_error`; `unsupported` where a backend cannot.
  virtual Result<std::string> set_aside(const std::string& place);
};

/// Backends by name. The caller makes one and registers what it wants: no global state.
/// Registering is not thread-safe; opening is.
class StorageRegistry {
 public:
  /// `scheme` is what stands before the colon: "rocksdb", "memory".
  void add(std::string scheme, std::shared_ptr<StorageBackend> backend);
  /// `location` is "scheme:place". An unknown scheme is `invalid_argument` and lists the known.
  Result<std::unique_ptr<KeyValue>> open(std::string_view location,
                                         const StoreOptions& options) const;
  Result<bool> exists(std::string_view location) const;
  /// As StorageBackend::set_aside, of "scheme:place".
  Result<std::string> set_aside(std::string_view location) const;

 private:
  Result<std::pair<StorageBackend*, std::string>> find(std::string_view location) const;
  std::vector<std::pair<std::string, std::shared_ptr<StorageBackend>>> backends_;
};

}  // namespace taizhang
