#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "taizhang/clock_rules.hpp"
#include "taizhang/ledger.hpp"
#include "taizhang/storage/memory.hpp"
#include "taizhang/storage/rocksdb.hpp"

namespace taizhang::testing {

/// A clock that stands still until it is moved.
class ManualClock final : public Clock {
 public:
  Timestamp now() const override { return {wall.load()}; }
  std::int64_t monotonic_microseconds() const override { return monotonic.load(); }
  /// Time passes for both.
  void pass(std::int64_t microseconds) {
    wall += microseconds;
    monotonic += microseconds;
  }
  std::atomic<std::int64_t> wall{clock_rules::built.microseconds + 90 * clock_rules::day};
  std::atomic<std::int64_t> monotonic{0};
};

inline std::string describe(const Error& error) {
  return std::string(name(error.code())) + ": " + error.message().en;
}

#define ASSERT_OK(expression)                                                               \
  do {                                                                                      \
    const auto& ok_result = (expression);                                                   \
    ASSERT_TRUE(ok_result.has_value()) << ::taizhang::testing::describe(ok_result.error()); \
  } while (false)

#define EXPECT_CODE(expression, expected)                                               \
  do {                                                                                  \
    const auto& code_result = (expression);                                             \
    ASSERT_FALSE(code_result.has_value()) << "expected " << ::taizhang::name(expected); \
    EXPECT_EQ(::taizhang::name(code_result.error().code()), ::taizhang::name(expected)) \
        << code_result.error().message().en;                                            \
    EXPECT_FALSE(code_result.error().message().zh.empty());                             \
  } while (false)

/// An event with an id that follows from its number.
inline NewEvent event(std::uint32_t number, std::string type, std::vector<std::string> tags,
                      std::string clear = {}) {
  NewEvent event;
  event.id = event_id(Id{}, number);
  event.type = std::move(type);
  event.tags = std::move(tags);
  event.clear = clear.empty() ? "message " + std::to_string(number) : std::move(clear);
  return event;
}

/// A place for one ledger in a kind of store, to be opened again and again.
class Place {
 public:
  explicit Place(const std::string& scheme) : scheme_(scheme) {
    backend_ = scheme == "memory" ? memory_backend() : rocksdb_backend();
    if (scheme == "memory") {
      name_ = "ledger";
    } else {
      static std::atomic<int> next{0};
      root_ = std::filesystem::temp_directory_path() /
              ("taizhang-ledger-" + std::to_string(::getpid()) + "-" + std::to_string(next++));
      std::filesystem::create_directories(root_);
      name_ = (root_ / "store").string();
    }
  }
  ~Place() {
    std::error_code ignored;
    if (!root_.empty()) std::filesystem::remove_all(root_, ignored);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  Result<std::unique_ptr<KeyValue>> store(OpenMode mode) { return store(mode, name_); }
  Result<std::unique_ptr<KeyValue>> store(OpenMode mode, const std::string& name) {
    StoreOptions options;
    options.mode = mode;
    options.keyspaces = Ledger::keyspaces();
    options.precompressed = true;
    return backend_->open(name, options);
  }
  Result<std::unique_ptr<Ledger>> create(const CreateOptions& options = {}) {
    TAIZHANG_TRY(auto made, store(OpenMode::create));
    return Ledger::create(std::move(made), options, clock);
  }
  Result<std::unique_ptr<Ledger>> open() {
    TAIZHANG_TRY(auto opened, store(OpenMode::writer));
    return Ledger::open(std::move(opened), clock);
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& scheme() const { return scheme_; }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();

 private:
  std::string scheme_;
  std::shared_ptr<StorageBackend> backend_;
  std::filesystem::path root_;
  std::string name_;
};

/// Tests that hold for a ledger over each kind of store.
class LedgerTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    auto made = place.create();
    ASSERT_OK(made);
    ledger = *std::move(made);
  }
  void reopen() {
    ledger.reset();
    auto opened = place.open();
    ASSERT_OK(opened);
    ledger = *std::move(opened);
  }
  Result<Appended> append(const std::vector<NewEvent>& events,
                          const std::optional<Condition>& condition = std::nullopt) {
    if (condition) return ledger->append(events, {*condition});
    return ledger->append(events);
  }
  /// "Nothing matching since that position."
  [[nodiscard]] Condition since(Query query, Position position) const {
    return {std::move(query), at(position)};
  }
  [[nodiscard]] Checkpoint at(Position position) const {
    const auto found = ledger->checkpoint_at(position);
    if (!found) ADD_FAILURE() << describe(found.error());
    return found ? *found : Checkpoint{};
  }

  Place place{GetParam()};
  std::unique_ptr<Ledger> ledger;
};

struct ReadBack {
  std::vector<Position> positions;
  Position seen = 0;
};

inline ReadBack read_positions(const Ledger& ledger, const Query& query,
                               const ReadOptions& options = {}) {
  ReadBack back;
  auto reader = ledger.read(query, options);
  if (!reader) {
    ADD_FAILURE() << describe(reader.error());
    return back;
  }
  while (true) {
    auto next = reader->next();
    if (!next) {
      ADD_FAILURE() << describe(next.error());
      break;
    }
    if (*next == nullptr) break;
    back.positions.push_back((*next)->position);
  }
  if (options.backward) return back;
  const auto seen = reader->seen();
  if (!seen)
    ADD_FAILURE() << describe(seen.error());
  else
    back.seen = seen->position;
  return back;
}

#define TAIZHANG_BOTH_STORES(suite)                                               \
  INSTANTIATE_TEST_SUITE_P(Stores, suite, ::testing::Values("memory", "rocksdb"), \
                           [](const auto& store) { return std::string(store.param); })

}  // namespace taizhang::testing
