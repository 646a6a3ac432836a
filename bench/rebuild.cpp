// Import with all rules on, and the rebuild of all views, against raw RocksDB reading the same
// record bytes one key an event (which folds nothing).
#include <rocksdb/db.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "must.hpp"
#include "taizhang/education/school_system.hpp"
#include "taizhang/generate/generate.hpp"
#include "taizhang/import/importer.hpp"
#include "taizhang/storage/rocksdb.hpp"

namespace {

using namespace taizhang;
using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point began) {
  return std::chrono::duration<double>(Steady::now() - began).count();
}

/// The same records under an 8-byte position in a database of their own; its full scan a second.
double raw_scan_rate(const Ledger& ledger, const std::string& place) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::Open(options, place, &opened).ok()) die("cannot open " + place);
  const std::unique_ptr<rocksdb::DB> db(opened);
  Reader reader = must(ledger.read(Query::all()));
  std::uint64_t count = 0;
  while (const RecordedEvent* event = must(reader.next())) {
    char key[32];
    std::snprintf(key, sizeof key, "%020llu", static_cast<unsigned long long>(event->position));
    if (!db->Put({}, key, rocksdb::Slice(event->record.data(), event->record.size())).ok()) {
      die("cannot write " + place);
    }
    ++count;
  }
  if (!db->CompactRange({}, nullptr, nullptr).ok()) die("cannot compact " + place);
  const auto began = Steady::now();
  std::uint64_t bytes = 0;
  const std::unique_ptr<rocksdb::Iterator> iterator(db->NewIterator({}));
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    bytes += iterator->value().size();
  }
  if (bytes == 0) die("nothing was read back");
  return static_cast<double>(count) / seconds_since(began);
}

}  // namespace

void rebuild_of_all_views(const std::string& dir, std::int64_t pupils) {
  GenerateOptions what;
  what.kind = GenerateOptions::Kind::county;
  what.pupils = pupils;
  what.years = 3;
  what.seed = 1;
  what.directory = dir + "/data";
  (void)must(generate(what));

  StorageRegistry storage;
  storage.add("rocksdb", rocksdb_backend());
  SchoolSystemOptions options;
  options.location = "rocksdb:" + dir + "/ledger";
  options.simulated_clock = true;
  auto system = must(SchoolSystem::create(storage, options));
  Importer importer(system->ledger(), system->vault(), system->education());
  auto began = Steady::now();
  std::uint64_t rows = 0;
  for (const ImportReport& report : must(importer.import_directory(what.directory, {}, {}))) {
    rows += report.rows;
  }
  const double import_seconds = seconds_since(began);
  const Position events = system->ledger().head().position;
  std::printf("import, rules on: %llu durable rows in %.1f s = %.0f rows/s, %llu events\n",
              static_cast<unsigned long long>(rows), import_seconds,
              static_cast<double>(rows) / import_seconds, static_cast<unsigned long long>(events));

  (void)must(system->views().catch_up());
  began = Steady::now();
  const auto rebuilt = system->views().rebuild();
  if (!rebuilt) die(rebuilt.error().message().en);
  const double ours = static_cast<double>(events) / seconds_since(began);
  const double raw = raw_scan_rate(system->ledger(), dir + "/raw");
  std::printf("%-34s %12.0f %12.0f %8.2f\n", "rebuild of all views (raw: scan only)", raw, ours,
              ours / raw);
}
