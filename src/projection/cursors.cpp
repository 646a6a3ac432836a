// Named cursors of those who consume the log.
#include "projection/views_impl.hpp"
#include "taizhang/limits.hpp"

namespace taizhang {

using projection::cursor_key;
using projection::meta_space;

namespace {

Result<> check_name(std::string_view name) {
  if (!name.empty() && name.size() <= limits::tag_bytes_max) return {};
  const std::string most = std::to_string(limits::tag_bytes_max);
  return Error(ErrorCode::invalid_argument, {"A cursor needs a name of 1 to " + most + " bytes.",
                                             "游标名称须为 1 至 " + most + " 字节。"})
      .with("name", std::string(name.substr(0, limits::tag_bytes_max)));
}

}  // namespace

Result<std::optional<Checkpoint>> Views::cursor(std::string_view name) const {
  return impl_->read_place(cursor_key(name));
}

Result<std::vector<std::pair<std::string, Checkpoint>>> Views::cursors() const {
  const std::string first = cursor_key("");
  std::string end = first;
  ++end.back();
  std::vector<std::pair<std::string, Checkpoint>> all;
  TAIZHANG_TRY(auto cursor, impl_->store->scan(meta_space, {first, end}, Direction::forward));
  for (; cursor->valid(); cursor->next())
    if (const auto place = projection::decode_place(cursor->value()))
      all.emplace_back(cursor->key().substr(first.size()), *place);
  TAIZHANG_CHECK(cursor->status());
  return all;
}

Result<> Views::set_cursor(std::string_view name, const Checkpoint& place) {
  TAIZHANG_CHECK(check_name(name));
  TAIZHANG_CHECK(impl_->ledger->check(place));
  return impl_->write_place(cursor_key(name), place, Durability::synced);
}

Result<bool> Views::forget_cursor(std::string_view name) {
  TAIZHANG_TRY(const auto there, cursor(name));
  if (!there) return false;
  Batch batch;
  batch.erase(meta_space, cursor_key(name));
  TAIZHANG_CHECK(impl_->store->write(batch, Durability::synced));
  return true;
}

}  // namespace taizhang
