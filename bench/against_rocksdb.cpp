// The ledger against raw RocksDB writing and reading the same bytes, in the same run, on the same
// disk. Only the ratios mean something elsewhere.
// Usage: taizhang_bench [DIR] [SECONDS a case] [EVENTS in batches] [PUPILS of the county rebuilt]
// Then verification of that county's ledger, against the limit that SHA-256 sets.
//
// What raw RocksDB is given: the record bytes under an 8-byte position, one key an event, synced
// per write (or per batch of 1,000), lz4, from as many threads. It keeps no tags, no ids, no
// conditions, no tree.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "must.hpp"
#include "taizhang/ledger.hpp"
#include "taizhang/storage/rocksdb.hpp"

using namespace taizhang;

NewEvent sample_event(std::uint64_t number);  // shared with tree.cpp
std::unique_ptr<Ledger> make_ledger(const std::string& place);

namespace {

using Steady = std::chrono::steady_clock;

constexpr int rounds = 3;
constexpr std::size_t batch_events = 1000;

using ::must;  // the one below would hide it
void must(const rocksdb::Status& status) {
  if (!status.ok()) die(status.ToString());
}

/// The bytes that raw RocksDB writes for it: what the ledger stores as its record, roughly.
std::string raw_bytes(const NewEvent& event) {
  std::string bytes(event.id.bytes.begin(), event.id.bytes.end());
  bytes += event.type;
  for (const std::string& tag : event.tags) bytes += tag;
  bytes += event.context.actor + event.context.office + event.clear;
  return bytes;
}

std::unique_ptr<rocksdb::DB> open_raw(const std::string& place) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::DB* db = nullptr;
  must(rocksdb::DB::Open(options, place, &db));
  return std::unique_ptr<rocksdb::DB>(db);
}

std::string big_endian(std::uint64_t value) {
  std::string key(8, '\0');
  for (std::size_t i = 8; i-- > 0; value >>= 8U) key[i] = static_cast<char>(value & 0xffU);
  return key;
}

/// Runs `step(thread, turn)` on that many threads for the time; calls a second.
double rate(int threads, double seconds, const std::function<void(int, std::uint64_t)>& step) {
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> calls = 0;
  std::vector<std::thread> workers;
  const auto began = Steady::now();
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      std::uint64_t turn = 0;
      while (!stop.load(std::memory_order_relaxed)) step(t, turn++);
      calls += turn;
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  stop = true;
  for (std::thread& worker : workers) worker.join();
  return static_cast<double>(calls) / std::chrono::duration<double>(Steady::now() - began).count();
}

double timed(const std::function<void()>& work) {
  const auto began = Steady::now();
  work();
  return std::chrono::duration<double>(Steady::now() - began).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Row {
  std::vector<double> raw, ours, ratios;
  void add(double raw_rate, double our_rate) {
    raw.push_back(raw_rate);
    ours.push_back(our_rate);
    ratios.push_back(our_rate / raw_rate);
  }
  void print(const char* what) const {
    std::printf("%-34s %12.0f %12.0f %8.2f   (%.2f .. %.2f)\n", what, median(raw), median(ours),
                median(ratios), *std::min_element(ratios.begin(), ratios.end()),
                *std::max_element(ratios.begin(), ratios.end()));
    std::fflush(stdout);
  }
};

std::vector<Condition> nothing_of(const NewEvent& event) {
  return {{{{{{"bench.student-expelled"}, {event.tags.front()}}}}, {}}};
}

void appends(const std::string& dir, int writers, double seconds) {
  Row row;
  for (int round = 0; round < rounds; ++round) {
    const std::string place =
        dir + "/append" + std::to_string(writers) + "-" + std::to_string(round);
    double raw = 0;
    {
      const auto db = open_raw(place + "-raw");
      std::atomic<std::uint64_t> next = 0;
      rocksdb::WriteOptions sync;
      sync.sync = true;
      raw = rate(writers, seconds, [&](int, std::uint64_t) {
        const std::uint64_t number = next++;
        must(db->Put(sync, big_endian(number), raw_bytes(sample_event(number))));
      });
    }
    const auto ledger = make_ledger(place);
    std::atomic<std::uint64_t> next = 0;
    const double ours = rate(writers, seconds, [&](int, std::uint64_t) {
      const NewEvent event = sample_event(next++);
      (void)must(ledger->append(std::span(&event, 1), nothing_of(event)));
    });
    row.add(raw, ours);
    must(ledger->close());
    std::filesystem::remove_all(place);
    std::filesystem::remove_all(place + "-raw");
  }
  row.print(("durable append, " + std::to_string(writers) + " writers").c_str());
}

/// Batches of 1,000, and the full read of what they wrote.
void batches_and_read(const std::string& dir, std::uint64_t events) {
  Row write;
  Row read;
  double bytes_each = 0;
  double raw_bytes_each = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::string place = dir + "/batch-" + std::to_string(round);
    std::vector<std::vector<NewEvent>> commits;
    for (std::uint64_t number = 0; number < events;) {
      commits.emplace_back();
      for (std::size_t i = 0; i < batch_events && number < events; ++i) {
        commits.back().push_back(sample_event(number++));
      }
    }
    const auto db = open_raw(place + "-raw");
    rocksdb::WriteOptions sync;
    sync.sync = true;
    const double raw_seconds = timed([&] {
      std::uint64_t position = 0;
      for (const auto& commit : commits) {
        rocksdb::WriteBatch batch;
        for (const NewEvent& event : commit) {
          must(batch.Put(big_endian(++position), raw_bytes(event)));
        }
        must(db->Write(sync, &batch));
      }
    });
    const auto ledger = make_ledger(place);
    const double our_seconds = timed([&] {
      for (const auto& commit : commits) {
        (void)must(ledger->append(commit, nothing_of(commit.front())));
      }
    });
    must(ledger->seal());
    write.add(static_cast<double>(events) / raw_seconds, static_cast<double>(events) / our_seconds);

    must(db->CompactRange({}, nullptr, nullptr));
    std::uint64_t sum = 0;
    const double raw_read = timed([&] {
      std::unique_ptr<rocksdb::Iterator> iterator(db->NewIterator({}));
      for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
        sum += static_cast<std::uint8_t>(iterator->value()[0]);
      }
    });
    std::uint64_t count = 0;
    const double our_read = timed([&] {
      Reader reader = must(ledger->read(Query::all()));
      while (const RecordedEvent* event = must(reader.next())) {
        sum += event->id.bytes[0];
        ++count;
      }
    });
    if (count != events || sum == 0) die("the read did not give what was written");
    read.add(static_cast<double>(events) / raw_read, static_cast<double>(events) / our_read);
    bytes_each = static_cast<double>(ledger->status().size_bytes) / static_cast<double>(events);
    raw_bytes_each = static_cast<double>(raw_bytes(commits.front().front()).size());
    must(ledger->close());
    std::filesystem::remove_all(place);
    std::filesystem::remove_all(place + "-raw");
  }
  write.print("durable batches of 1,000");
  read.print("full read, decoded");
  std::printf("%-34s %12.0f %12.0f %8.2f\n", "bytes an event (raw: uncompressed)", raw_bytes_each,
              bytes_each, bytes_each / raw_bytes_each);
}

}  // namespace

/// An event of a pupil's life: 4 tags, about 190 bytes of message.
NewEvent sample_event(std::uint64_t number) {
  NewEvent event;
  event.id = Id::random();
  event.type = "bench.attendance-recorded";
  const std::string pupil = Id::derive("pupil", {std::to_string(number / 20)}).to_string();
  event.tags = {"student:" + pupil,
                "class:" + Id::derive("class", {pupil.substr(0, 2)}).to_string(),
                "school:" + Id::derive("school", {pupil.substr(0, 1)}).to_string()};
  event.effective_on = Date{static_cast<std::int32_t>(19000 + number % 365)};
  event.context.actor = "teacher:0001";
  event.context.office = "教务处";
  event.clear.assign(150, 'x');
  for (std::size_t i = 0; i + 8 < event.clear.size(); i += 8) {
    event.clear[i] = static_cast<char>('a' + (number * 31 + i) % 26);
  }
  return event;
}

std::unique_ptr<Ledger> make_ledger(const std::string& place) {
  StoreOptions options;
  options.mode = OpenMode::create;
  options.keyspaces = Ledger::keyspaces();
  options.precompressed = true;
  return must(Ledger::create(must(rocksdb_backend()->open(place, options)), {}, system_clock()));
}

void cost_of_the_tree(const std::string& dir, std::uint64_t events);
void rebuild_of_all_views(const std::string& dir, std::int64_t pupils);
void verification(const std::string& place);
void decisions_over_long_histories(const std::string& dir);

int main(int argc, char** argv) {
  const std::string dir = argc > 1 ? argv[1] : "/tmp/taizhang-bench-" + std::to_string(getpid());
  const double seconds = argc > 2 ? std::atof(argv[2]) : 2;
  const std::uint64_t events = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 200'000;
  std::filesystem::create_directories(dir);
  std::printf("%-34s %12s %12s %8s\n", "events a second", "raw RocksDB", "taizhang", "ratio");
  for (const int writers : {1, 8, 64}) appends(dir, writers, seconds);
  batches_and_read(dir, events);
  cost_of_the_tree(dir, events);
  rebuild_of_all_views(dir, argc > 4 ? std::atoll(argv[4]) : 2000);
  verification(dir + "/ledger/log");
  decisions_over_long_histories(dir);
  std::filesystem::remove_all(dir);
  return 0;
}
