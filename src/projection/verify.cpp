// Folding views anew beside what is served, and comparing byte by byte.
#include <map>

#include "projection/bytes.hpp"
#include "projection/scratch.hpp"
#include "projection/view_digest.hpp"
#include "projection/views_impl.hpp"
#include "taizhang/hash.hpp"

namespace taizhang {

using projection::Folds;
using projection::index_space;
using projection::Progress;
using projection::rows_space;
using projection::Slot;
using projection::slot_key;
using projection::SumsState;
using projection::Table;
using projection::Totals;

namespace {

constexpr std::size_t slot_bytes = 4;  ///< that a stored key begins with

std::string readable(std::string_view key) {
  std::string text;
  for (const std::string& tag : RowKeys::tags_of(key)) text += (text.empty() ? "" : " ") + tag;
  return text;
}

/// What is served of one table, as of one moment.
struct Served {
  const Table* table;
  std::unique_ptr<Cursor> rows;
  std::unique_ptr<Cursor> index;
  Totals totals;
  std::shared_ptr<const SumsState> sums;
};

Result<std::unique_ptr<Cursor>> all_of(const KeyValue& store, Keyspace space, Slot slot) {
  return store.scan(space, {slot_key(slot), slot_key(slot + 1)}, Direction::forward);
}

/// The first difference between two walks, keys compared without their slots; empty if none.
Result<std::string> compare(Cursor& served, Cursor& anew, const std::string& what,
                            std::uint64_t* compared) {
  while (served.valid() && anew.valid()) {
    const std::string_view left = served.key().substr(slot_bytes);
    const std::string_view right = anew.key().substr(slot_bytes);
    if (left < right) return "the " + what + " " + readable(left) + " is served and should not be";
    if (right < left) return "the " + what + " " + readable(right) + " is missing";
    if (served.value() != anew.value())
      return "the " + what + " " + readable(left) + " has other content than its events give";
    if (compared != nullptr) ++*compared;
    served.next();
    anew.next();
  }
  TAIZHANG_CHECK(served.status());
  TAIZHANG_CHECK(anew.status());
  if (served.valid())
    return "the " + what + " " + readable(served.key().substr(slot_bytes)) +
           " is served and should not be";
  if (anew.valid())
    return "the " + what + " " + readable(anew.key().substr(slot_bytes)) + " is missing";
  return std::string();
}

bool same_sums(const TableSpec& spec, const SumsState* served, const SumsState* anew) {
  if (!spec.sums) return true;
  const auto empty = spec.sums->encode(spec.sums->copy(nullptr).get());
  const auto bytes = [&](const SumsState* sums, unsigned slice) {
    if (sums == nullptr || !sums->slices[slice]) return empty;
    return spec.sums->encode(sums->slices[slice].get());
  };
  for (unsigned slice = 0; slice < projection::slice_count; ++slice)
    if (bytes(served, slice) != bytes(anew, slice)) return false;
  return true;
}

}  // namespace

Result<std::vector<ViewCheck>> Views::Impl::verify(std::string_view name,
                                                   const OnProgress& progress) {
  TAIZHANG_TRY(const std::vector<State*> group, chosen(name));
  std::vector<ViewCheck> checks;
  for (State* state : group) {
    std::vector<Served> served;
    Position position = 0;
    std::uint32_t version = 0;
    bool outdated = false;
    {
      const auto lock = reading();
      version = state->progress.version;
      position = state->progress.position;
      outdated = state->outdated;
      for (std::size_t i = 0; i < state->tables.size(); ++i) {
        const Progress::TableState& table = state->progress.tables[i];
        TAIZHANG_TRY(auto rows, all_of(*store, rows_space, table.slot));
        TAIZHANG_TRY(auto index, all_of(*store, index_space, table.slot));
        served.push_back({state->tables[i].get(), std::move(rows), std::move(index), table.totals,
                          state->sums[i]});
      }
    }
    if (outdated) {  // nobody has the handlers that made them any more
      for (const Served& one : served)
        checks.push_back({one.table->spec().view, position, false, 0,
                          "it is of another version of its projection, which is being replaced"});
      continue;
    }
    projection::Scratch scratch(*this);
    Progress made;
    for (std::size_t i = 0; i < served.size(); ++i)
      made.tables.push_back({served[i].table->spec().view, scratch.take(), {}, {}, 0});
    projection::BulkFold bulk(*ledger, *schema, fold_options(position),
                              {[&] { return scratch.take(); }});
    Folds& folds = bulk.folds();
    add_tables(folds, *state, 0, made, {});
    TAIZHANG_CHECK(bulk.run(folds.query(), position, progress));
    TAIZHANG_CHECK(bulk.load({}));
    TAIZHANG_TRY(const Hash root, ledger->root_at(position));
    for (std::size_t i = 0; i < served.size(); ++i) {
      ViewCheck& check = checks.emplace_back();
      check.view = served[i].table->spec().view;
      check.position = position;
      TAIZHANG_TRY(auto rows, all_of(*store, rows_space, made.tables[i].slot));
      TAIZHANG_TRY(auto index, all_of(*store, index_space, made.tables[i].slot));
      TAIZHANG_TRY(check.difference, compare(*served[i].rows, *rows, "row", &check.rows));
      if (check.difference.empty()) {
        TAIZHANG_TRY(check.difference, compare(*served[i].index, *index, "index entry", nullptr));
      }
      Batch unused;
      std::shared_ptr<const SumsState> sums;
      TAIZHANG_CHECK(folds.take_sums(i, {}, sums, unused));
      if (check.difference.empty() && folds.take_totals(i) != served[i].totals)
        check.difference = "the counts of events and rows are other than the rows give";
      if (check.difference.empty() &&
          !same_sums(served[i].table->spec(), served[i].sums.get(), sums.get()))
        check.difference = "the sums are other than the rows give";
      check.equal = check.difference.empty();
      check.root = root;
      projection::DigestChain chain(check.view, version, position, root);
      TAIZHANG_TRY(auto again, all_of(*store, rows_space, made.tables[i].slot));
      for (; again->valid(); again->next())
        chain.add(again->key().substr(slot_bytes), again->value());
      TAIZHANG_CHECK(again->status());
      check.digest = chain.digest();
    }
  }
  return checks;
}

Result<Hash> Views::digest(std::string_view view) const {
  TAIZHANG_TRY(const Impl::Found found, impl_->find(view));
  auto lock = impl_->reading();
  const Slot slot = found.state->progress.tables[found.number].slot;
  TAIZHANG_TRY(auto cursor, all_of(*impl_->store, rows_space, slot));
  lock.unlock();
  // Chained, so that a view of any size is hashed without a buffer of its size.
  Hash hash{};
  for (; cursor->valid(); cursor->next()) {
    std::string sizes;
    projection::put_varint(sizes, cursor->key().size() - 4);
    projection::put_varint(sizes, cursor->value().size());
    hash = sha256({taizhang::view(hash), sizes, cursor->key().substr(4), cursor->value()});
  }
  TAIZHANG_CHECK(cursor->status());
  return hash;
}

}  // namespace taizhang
