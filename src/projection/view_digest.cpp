#include "projection/view_digest.hpp"

#include "ledger/bytes.hpp"
#include "projection/views_impl.hpp"
#include "taizhang/hash.hpp"

namespace taizhang {
namespace projection {

DigestChain::DigestChain(std::string_view view_name, std::uint32_t version, Position position,
                         const Hash& root) {
  std::string head = "TZVD";
  core::put(head, std::uint32_t{0});
  core::put(head, static_cast<std::uint64_t>(view_name.size()));
  head += view_name;
  core::put(head, version);
  core::put(head, position);
  head += view(root);
  digest_ = sha256({head});
}

void DigestChain::add(std::string_view key, std::string_view row) {
  digest_ = sha256({view(digest_), core::be64(key.size()), key, core::be64(row.size()), row});
  ++rows_;
}

}  // namespace projection

Result<ViewDigest> Views::view_digest(std::string_view view) const {
  TAIZHANG_TRY(const Impl::Found found, impl_->find(view));
  ViewDigest made;
  made.view = view;
  std::unique_ptr<Cursor> cursor;
  {
    const auto lock = impl_->reading();
    const auto& progress = found.state->progress;
    made.version = progress.version;
    made.position = progress.position;
    const auto slot = progress.tables[found.number].slot;
    TAIZHANG_TRY(cursor,
                 impl_->store->scan(projection::rows_space,
                                    {projection::slot_key(slot), projection::slot_key(slot + 1)},
                                    Direction::forward));
  }
  TAIZHANG_TRY(made.root, impl_->ledger->root_at(made.position));
  projection::DigestChain chain(view, made.version, made.position, made.root);
  const auto slot_bytes = projection::slot_key(0).size();
  for (; cursor->valid(); cursor->next())
    chain.add(cursor->key().substr(slot_bytes), cursor->value());
  TAIZHANG_CHECK(cursor->status());
  made.rows = chain.rows();
  made.digest = chain.digest();
  return made;
}

}  // namespace taizhang
