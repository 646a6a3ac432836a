// Verification of a ledger, against the limit that SHA-256 sets on the same
// machine: the hashes of as many records of the same sizes, from memory, and nothing else.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "must.hpp"
#include "taizhang/hash.hpp"
#include "taizhang/ledger.hpp"
#include "taizhang/storage/rocksdb.hpp"
#include "taizhang/tree.hpp"
#include "taizhang/verify_ledger.hpp"

namespace {

using namespace taizhang;
using Steady = std::chrono::steady_clock;

std::unique_ptr<KeyValue> frozen(const std::string& place) {
  StoreOptions options;
  options.mode = OpenMode::frozen;
  options.keyspaces = Ledger::keyspaces();
  options.precompressed = true;
  return must(rocksdb_backend()->open(place, options));
}

/// Sizes of the first events' records.
std::vector<std::size_t> record_sizes(const std::string& place) {
  constexpr std::size_t sample = 200'000;
  const auto ledger = must(Ledger::open(frozen(place), system_clock()));
  std::vector<std::size_t> sizes;
  Reader reader = must(ledger->read(Query::all(), {.limit = sample}));
  while (const RecordedEvent* event = must(reader.next())) sizes.push_back(event->record.size());
  return sizes;
}

/// Events a second whose record, leaf and share of the tree (one node each) are hashed by so many
/// threads.
double hashing_limit(const std::vector<std::size_t>& sizes, unsigned threads) {
  constexpr double seconds = 2;
  const std::string bytes(*std::max_element(sizes.begin(), sizes.end()), 'x');
  std::vector<std::uint64_t> counts(threads);
  std::vector<std::thread> workers;
  const auto began = Steady::now();
  for (unsigned number = 0; number < threads; ++number)
    workers.emplace_back([&, number] {
      TreeEntry entry{};
      std::uint64_t count = 0;
      while (std::chrono::duration<double>(Steady::now() - began).count() < seconds)
        for (std::size_t i = 0; i < 256; ++i, ++count) {
          const auto record =
              sha256({std::string_view(bytes).substr(0, sizes[(count + i) % sizes.size()])});
          std::copy(record.begin(), record.end(), entry.end() - 32);
          const auto leaf = leaf_hash({entry.data(), entry.size()});
          const auto node = node_hash(leaf, record);
          entry[4] = static_cast<char>(node[0]);
        }
      counts[number] = count;
    });
  for (auto& worker : workers) worker.join();
  std::uint64_t all = 0;
  for (const auto count : counts) all += count;
  return static_cast<double>(all) / std::chrono::duration<double>(Steady::now() - began).count();
}

}  // namespace

void verification(const std::string& place) {
  const auto sizes = record_sizes(place);
  std::printf("\n%-34s %12s %12s %8s\n", "verify (events/s)", "SHA-256", "ours", "share");
  for (const unsigned threads : {1U, std::max(1U, std::thread::hardware_concurrency())}) {
    const double limit = hashing_limit(sizes, threads);
    for (const bool storage : {false, true}) {
      VerifyLedgerOptions options;
      options.threads = threads;
      options.storage = storage;
      const auto store = frozen(place);
      const auto result = must(verify_ledger(*store, options));
      if (!result.holds()) {
        std::fprintf(stderr, "bench: %s\n", result.findings.front().what.en.c_str());
        std::exit(1);
      }
      const double rate = static_cast<double>(result.events) / result.seconds;
      const std::string what = std::to_string(threads) + (threads == 1 ? " thread" : " threads") +
                               (storage ? ", files' checksums too" : "");
      std::printf("%-34s %12.0f %12.0f %8.2f\n", what.c_str(), limit, rate, rate / limit);
    }
  }
}
