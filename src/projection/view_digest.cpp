#include "projection/view_digest.hpp"

#include "ledger/bytes.hpp"
#include "projection/scratch.hpp"
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

Result<ViewDigest> Views::view_digest(std::string_view view, Position known_at) const {
  TAIZHANG_TRY(const Impl::Found found, impl_->find(view));
  if (known_at != 0) return impl_->digest_as_of(view, found, known_at);
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

Result<ViewDigest> Views::Impl::digest_as_of(std::string_view view, const Found& found,
                                             Position known_at) {
  ViewDigest made;
  made.view = view;
  made.version = found.state->projection->version();
  made.position = known_at;
  TAIZHANG_TRY(made.root, ledger->root_at(known_at));
  projection::Scratch scratch(*this);
  projection::BulkFold bulk(*ledger, *schema, fold_options(known_at),
                            {[&] { return scratch.take(); }, false});
  bulk.add({found.table, 0, 0, found.state->projection->name()});
  projection::DigestChain chain(view, made.version, made.position, made.root);
  TAIZHANG_CHECK(bulk.run(bulk.folds().query(), known_at, {}));
  TAIZHANG_CHECK(bulk.each_row([&](std::string_view key, std::string_view row) {
    chain.add(key, row);
    return Result<bool>(true);
  }));
  made.rows = chain.rows();
  made.digest = chain.digest();
  return made;
}

}  // namespace taizhang
