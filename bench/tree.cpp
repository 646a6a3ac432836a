// What the tree costs an append. The library has no switch that turns it off, so what the tree does
// for each event (hash the record, the entry's leaf, the nodes above it, the frontier that is
// stored with the commit) is timed by itself, over the same records in the same run, and set
// against the whole append. Without a tree an append would be faster by no more than that.
#include "ledger/tree.hpp"

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
#include "taizhang/hash.hpp"
#include "taizhang/ledger.hpp"
#include "taizhang/storage/rocksdb.hpp"

using namespace taizhang;

NewEvent sample_event(std::uint64_t number);  // against_rocksdb.cpp
std::unique_ptr<Ledger> make_ledger(const std::string& place);

namespace {

constexpr int tree_rounds = 3;
volatile std::uint8_t kept;  // what is computed is used

/// Nanoseconds of one, the best of three rounds: what the machine can do, not what disturbed it.
double nanoseconds(std::uint64_t count, const std::function<void()>& work) {
  double best = 0;
  for (int round = 0; round < tree_rounds; ++round) {
    const auto began = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
    const double each = took.count() / static_cast<double>(count);
    best = round == 0 ? each : std::min(best, each);
  }
  return best;
}

struct Cost {
  double record = 0, leaf = 0, nodes = 0, frontier = 0;
  /// With one frontier stored for so many events.
  [[nodiscard]] double each(double commit) const {
    return record + leaf + nodes + frontier / commit;
  }
};

Cost cost_of(const std::vector<std::string>& records) {
  const auto count = records.size();
  Cost cost;
  std::vector<Hash> hashes(count), leaves(count);
  cost.record = nanoseconds(count, [&] {
    for (std::size_t i = 0; i < count; ++i) hashes[i] = sha256({records[i]});
  });
  cost.leaf = nanoseconds(count, [&] {
    for (std::size_t i = 0; i < count; ++i) {
      const auto entry = core::tree_entry(i + 1, {i + 1, 1, Timestamp{1}}, Id{}, hashes[i]);
      leaves[i] = leaf_hash({entry.data(), entry.size()});
    }
  });
  cost.nodes = nanoseconds(count, [&] {
    core::Frontier frontier;
    for (const Hash& leaf : leaves) frontier.append(leaf);
    kept = frontier.root()[0];
  });
  core::Frontier frontier;
  for (const Hash& leaf : leaves) frontier.append(leaf);
  cost.frontier = nanoseconds(count, [&] {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
      out.clear();
      frontier.encode(out);
      kept = static_cast<std::uint8_t>(out.back());
    }
  });
  return cost;
}

/// Appends all events in commits of that size. Nanoseconds an event.
double append_all(const std::string& place, std::uint64_t events, std::uint64_t commit) {
  std::vector<std::vector<NewEvent>> commits;
  for (std::uint64_t number = 0; number < events;) {
    commits.emplace_back();
    for (; commits.back().size() < commit && number < events; ++number)
      commits.back().push_back(sample_event(number));
  }
  const auto ledger = make_ledger(place);
  const auto began = std::chrono::steady_clock::now();
  for (const auto& each : commits) (void)must(ledger->append(each));
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
  return took.count() / static_cast<double>(events);
}

/// Appends one by one from many threads, which share flushes. Nanoseconds an event.
double append_grouped(const std::string& place, std::uint64_t events, unsigned writers) {
  const auto ledger = make_ledger(place);
  std::atomic<std::uint64_t> next{0};
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < writers; ++i)
    threads.emplace_back([&] {
      for (std::uint64_t number = next++; number < events; number = next++) {
        const NewEvent event = sample_event(number);
        (void)must(ledger->append({&event, 1}));
      }
    });
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
  return took.count() / static_cast<double>(events);
}

std::vector<std::string> records_of(const std::string& place) {
  StoreOptions options;
  options.keyspaces = Ledger::keyspaces();
  options.precompressed = true;
  const auto ledger =
      must(Ledger::open(must(rocksdb_backend()->open(place, options)), system_clock()));
  std::vector<std::string> records;
  Reader reader = must(ledger->read(Query::all()));
  while (const RecordedEvent* event = must(reader.next())) records.emplace_back(event->record);
  return records;
}

}  // namespace

void cost_of_the_tree(const std::string& dir, std::uint64_t events) {
  const std::string place = dir + "/tree";
  const double batched = append_all(place + "-batches", events, 1000);
  const double single = append_all(place + "-single", std::min<std::uint64_t>(events, 5000), 1);
  const double grouped =
      append_grouped(place + "-grouped", std::min<std::uint64_t>(events, 50'000), 64);
  const auto records = records_of(place + "-batches");
  const Cost cost = cost_of(records);
  std::uint64_t bytes = 0;
  for (const auto& record : records) bytes += record.size();
  const std::string large(64U << 20, 'x');
  const double limit = nanoseconds(large.size(), [&] { kept = sha256({large})[0]; });

  std::printf("\n%-34s %12.0f\n", "the tree, ns an event", cost.each(1000));
  std::printf("%-34s %12.0f   (%.0f bytes)\n", "  SHA-256 of the record", cost.record,
              static_cast<double>(bytes) / static_cast<double>(records.size()));
  std::printf("%-34s %12.0f\n", "  entry and leaf", cost.leaf);
  std::printf("%-34s %12.0f\n", "  nodes", cost.nodes);
  std::printf("%-34s %12.0f\n", "  frontier encoded, once a commit", cost.frontier);
  const auto print = [&](const char* what, double append, double tree) {
    std::printf("%-34s %12.0f %12.0f %7.1f%%   (faster without by at most %.2f)\n", what,
                1e9 / append, append, 100 * tree / append, append / (append - tree));
  };
  std::printf("%-34s %12s %12s %8s\n", "share of the tree", "events/s", "ns an event", "tree");
  print("durable append, 1 writer", single, cost.each(1));
  print("durable group commit, 64 writers", grouped, cost.each(1));
  print("durable batches of 1,000", batched, cost.each(1000));
  std::printf("%-34s %12.2f GB/s\n", "SHA-256 here, one thread, 64 MiB", 1 / limit);
  std::filesystem::remove_all(place + "-batches");
  std::filesystem::remove_all(place + "-single");
  std::filesystem::remove_all(place + "-grouped");
}
