#pragma once

#include "projection/club.hpp"
#include "shelf.pb.h"

namespace taizhang::testing {

inline std::shared_ptr<const Schema> shelf_schema() {
  static const std::shared_ptr<const Schema> schema = take(Schema::of<shelf::BookSet>(
      {{"kind",
        {{"01", {"novel", "小说"}}, {"02", {"poems", "诗集"}}, {"10", {"atlas", "地图"}}}}}));
  return schema;
}

// A row is the last event about its book.
template <class Row>
void set_book(const shelf::BookSet& set, const EventInfo&, Row& row) {
  if (!row.ParseFromString(set.SerializeAsString()))
    throw std::runtime_error("not the same fields");
}

inline std::vector<Projection> shelf_projections() {
  std::vector<Projection> all;
  Projection& books = all.emplace_back("books", 1);
  books.table<shelf::IndexedRow>("indexed", {"book"})
      .creates<shelf::BookSet>(set_book<shelf::IndexedRow>);
  books.table<shelf::PlainRow>("plain", {"book"})
      .creates<shelf::BookSet>(set_book<shelf::PlainRow>);
  return all;
}

/// Books in a ledger, and their views.
class Shelf {
 public:
  Shelf() {
    auto store = take(backend->open("log", StoreOptions{OpenMode::create, Ledger::keyspaces()}));
    log = take(Ledger::create(std::move(store), {.simulated_clock = true}, system_clock()));
    views = take(Views::open(*log, shelf_schema(), sealer, view_store(*backend, "views"),
                             shelf_projections(), {}));
  }
  /// Recorded a minute after the one before, effective on that day of 2024.
  Position add(const shelf::BookSet& book, int effective = 0) {
    const NewEvent event =
        take(encode_event(*shelf_schema(), book, Id::derive("shelf", {std::to_string(++count_)}),
                          {}, ClubLedger::day(effective), sealer));
    const AppendOptions at{Timestamp{1'709'251'200'000'000 + count_ * 60'000'000}};
    return take(log->append({&event, 1}, {}, at)).positions.front();
  }
  std::vector<std::string> books(const std::string& view, const Ask& ask,
                                 Answer* answer = nullptr) const {
    std::vector<std::string> found;
    const Answer said = take(views->ask(view, ask, [&](const google::protobuf::Message& row) {
      shelf::BookSet book;
      if (!book.ParseFromString(row.SerializeAsString())) throw std::runtime_error("no book");
      found.push_back(book.book());
      return true;
    }));
    if (answer != nullptr) *answer = said;
    return found;
  }

  std::shared_ptr<StorageBackend> backend = memory_backend();
  std::unique_ptr<Ledger> log;
  TurningSealer sealer;
  std::unique_ptr<Views> views;

 private:
  std::int64_t count_ = 0;
};

}  // namespace taizhang::testing
