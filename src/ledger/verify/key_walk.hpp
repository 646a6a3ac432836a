#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "taizhang/key_value.hpp"

namespace taizhang::core {

/// The values of ascending keys, by one scan as long as the store can give it, else each by itself:
/// a block that cannot be read costs what lies in it and no more.
class KeyWalk {
 public:
  using OnStray = std::function<void(std::string_view key)>;
  /// Keys in the range that nobody asked for are `stray`.
  KeyWalk(const KeyValue& store, Keyspace keyspace, KeyRange range, OnStray stray);
  /// The value, valid until the next call; nothing if there is none.
  Result<std::optional<std::string_view>> at(const std::string& key);
  /// The rest of the range is stray, as far as it can be read.
  void finish();

 private:
  void pass(std::string_view key);

  const KeyValue& store_;
  Keyspace keyspace_;
  OnStray stray_;
  std::unique_ptr<Cursor> cursor_;  ///< nullptr once it failed
  bool returned_ = false;           ///< the cursor stands at what was given out
  std::optional<PinnedValue> pinned_;
};

}  // namespace taizhang::core
