// A ledger in somebody's own program: one durable append under a condition, one read by tag.
#include <iostream>
#include <taizhang/ledger.hpp>
#include <taizhang/storage/rocksdb.hpp>

using namespace taizhang;

Result<> run(const std::string& place) {
  StorageRegistry storage;
  storage.add("rocksdb", rocksdb_backend());
  TAIZHANG_TRY(const bool there, storage.exists(place));
  StoreOptions options{.mode = there ? OpenMode::writer : OpenMode::create,
                       .keyspaces = Ledger::keyspaces()};
  TAIZHANG_TRY(auto store, storage.open(place, options));
  TAIZHANG_TRY(auto ledger, there ? Ledger::open(std::move(store), system_clock())
                                  : Ledger::create(std::move(store), {}, system_clock()));

  // The lunch of a child, once a day: nothing with both tags may have been appended before.
  NewEvent lunch{
      .id = Id::random(), .type = "canteen.lunch-served", .tags = {"child:ann", "day:2024-03-01"}};
  const Condition none{{{{{}, lunch.tags}}}};
  if (auto served = ledger->append(std::span(&lunch, 1), {none}))
    std::cout << "served, durable at position " << served->positions.front() << '\n';
  else
    std::cout << "refused: " << served.error().message().en << '\n';

  TAIZHANG_TRY(Reader reader, ledger->read(Query::tag("child:ann")));
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) return ledger->close();
    std::cout << event->position << ' ' << event->type << ' ' << event->recorded_at.to_string()
              << '\n';
  }
}

int main(int, char** argv) {
  const auto done = run(std::string("rocksdb:") + argv[1]);
  if (!done) std::cerr << done.error().message().en << '\n';
  return done ? 0 : 1;
}
