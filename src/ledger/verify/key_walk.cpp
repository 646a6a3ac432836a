#include "ledger/verify/key_walk.hpp"

namespace taizhang::core {

KeyWalk::KeyWalk(const KeyValue& store, Keyspace keyspace, KeyRange range, OnStray stray)
    : store_(store), keyspace_(keyspace), stray_(std::move(stray)) {
  auto scan = store.scan(keyspace, std::move(range), Direction::forward);
  if (scan) cursor_ = *std::move(scan);
}

void KeyWalk::pass(std::string_view key) {
  if (returned_) cursor_->next();
  returned_ = false;
  for (; cursor_->valid() && cursor_->key() < key; cursor_->next()) stray_(cursor_->key());
}

Result<std::optional<std::string_view>> KeyWalk::at(const std::string& key) {
  if (cursor_ != nullptr) {
    pass(key);
    if (cursor_->valid()) {
      if (cursor_->key() != key) return std::optional<std::string_view>();
      returned_ = true;
      return std::optional(cursor_->value());
    }
    if (cursor_->status()) return std::optional<std::string_view>();
    cursor_.reset();
  }
  TAIZHANG_TRY(pinned_, store_.get(keyspace_, key));
  if (!pinned_) return std::optional<std::string_view>();
  return std::optional(pinned_->view());
}

void KeyWalk::finish() {
  if (cursor_ == nullptr) return;
  if (returned_) cursor_->next();
  returned_ = false;
  for (; cursor_->valid(); cursor_->next()) stray_(cursor_->key());
}

}  // namespace taizhang::core
