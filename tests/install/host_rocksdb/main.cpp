// Writes to a database of its own and to a ledger, by turns, in one process: host DIRECTORY
#include <rocksdb/db.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "events.pb.h"
#include "taizhang/ledger.hpp"
#include "taizhang/ledger/v1/record.pb.h"
#include "taizhang/storage/rocksdb.hpp"

int main(int, char** arguments) {
  const std::string place = arguments[1];
  std::filesystem::remove_all(place);
  std::filesystem::create_directories(place);

  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::Open(options, place + "/own", &opened).ok()) return 1;
  const std::unique_ptr<rocksdb::DB> own(opened);

  taizhang::StorageRegistry storage;
  storage.add("rocksdb", taizhang::rocksdb_backend());
  auto store = storage.open(
      "rocksdb:" + place + "/ledger",
      {.mode = taizhang::OpenMode::create, .keyspaces = taizhang::Ledger::keyspaces()});
  if (!store) return 2;
  auto ledger = taizhang::Ledger::create(*std::move(store), {}, taizhang::system_clock());
  if (!ledger) return 3;

  for (int i = 0; i < 1000; ++i) {
    host::Record record;
    record.set_name("pupil " + std::to_string(i));
    record.add_marks(i);
    const std::string bytes = record.SerializeAsString();
    if (!own->Put({}, std::to_string(i), bytes).ok()) return 4;
    const std::vector<taizhang::NewEvent> events{{.id = taizhang::Id::random(),
                                                  .type = "host.recorded",
                                                  .tags = {"pupil:" + std::to_string(i)},
                                                  .context = {.actor = record.name()},
                                                  .clear = bytes}};
    if (!(*ledger)->append(events)) return 5;
  }
  if (!own->Flush({}).ok() || !(*ledger)->seal()) return 6;

  auto reader = (*ledger)->read(taizhang::Query::all());
  if (!reader) return 7;
  int same = 0;
  for (;;) {
    const auto event = reader->next();
    if (!event) return 8;
    if (*event == nullptr) break;
    std::string mine;
    host::Record record;
    taizhang::ledger::v1::Context context;
    if (!own->Get({}, std::to_string((*event)->position - 1), &mine).ok()) return 9;
    if (mine == (*event)->clear && record.ParseFromString(mine) &&
        record.marks(0) + 1 == static_cast<long>((*event)->position) &&
        context.ParseFromString(std::string((*event)->context)) && context.actor() == record.name())
      ++same;
  }
  std::cout << same << " records are the same in both\n";
  return same == 1000 ? 0 : 10;
}
