#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "fixture.hpp"
#include "taizhang/limits.hpp"

namespace taizhang::testing {
namespace {

/// A store that counts what is read from it.
class Counted final : public KeyValue {
 public:
  Counted(std::unique_ptr<KeyValue> store, std::atomic<std::uint64_t>& reads)
      : store_(std::move(store)), reads_(reads) {}
  Result<std::optional<PinnedValue>> get(Keyspace keyspace, std::string_view key) const override {
    ++reads_;
    return store_->get(keyspace, key);
  }
  Result<std::vector<std::optional<PinnedValue>>> multi_get(
      Keyspace keyspace, const std::vector<std::string>& keys) const override {
    reads_ += keys.size();
    return store_->multi_get(keyspace, keys);
  }
  Result<std::unique_ptr<Cursor>> scan(Keyspace keyspace, KeyRange range,
                                       Direction direction) const override {
    reads_ += 1'000'000;  // a walk has no place in a proof
    return store_->scan(keyspace, std::move(range), direction);
  }
  Result<> write(const Batch& batch, Durability durability) override {
    return store_->write(batch, durability);
  }
  Result<> load_sorted(Keyspace keyspace,
                       const std::function<bool(std::string&, std::string&)>& next) override {
    return store_->load_sorted(keyspace, next);
  }
  Result<> catch_up() override { return store_->catch_up(); }
  Result<> publish(std::uint64_t mark) override { return store_->publish(mark); }
  Result<Published> published() const override { return store_->published(); }
  OpenMode mode() const override { return store_->mode(); }
  Result<> backup(const std::string& place) override { return store_->backup(place); }
  Result<> verify() const override { return store_->verify(); }
  std::uint64_t size_bytes() const override { return store_->size_bytes(); }

 private:
  std::unique_ptr<KeyValue> store_;
  std::atomic<std::uint64_t>& reads_;
};

// The frames of the event's page and of the last page, and a page head a level above: what grows
// with the ledger is the number of levels, one each time it doubles.
TEST(ProofCost, GrowsWithTheDigitsOfTheSizeAlone) {
  Place place("memory");
  std::atomic<std::uint64_t> reads{0};
  auto ledger = *Ledger::create(std::make_unique<Counted>(*place.store(OpenMode::create), reads),
                                {}, place.clock);
  std::mt19937_64 random(20240301);
  constexpr std::uint64_t frames = limits::page_events / limits::frame_events;
  std::uint32_t number = 0;
  for (const std::uint64_t pages : {25U, 50U, 100U, 200U, 400U, 800U}) {
    const auto size = pages * limits::page_events;
    while (number < size) {
      std::vector<NewEvent> commit;
      for (int i = 0; i < 3200; ++i, ++number) commit.push_back(event(number, "t", {"a"}));
      ASSERT_OK(ledger->append(commit));
    }
    ASSERT_OK(ledger->seal());
    const auto levels = static_cast<std::uint64_t>(std::bit_width(pages));
    const auto most = [&](const auto& ask) {
      std::uint64_t worst = 0;
      for (int i = 0; i < 200; ++i) {
        const auto one = 1 + random() % size;
        const auto other = 1 + random() % size;
        reads = 0;
        ask(std::min(one, other), std::max(one, other));
        worst = std::max(worst, reads.load());
      }
      return worst;
    };
    const auto inclusion =
        most([&](Position a, Position b) { ASSERT_OK(ledger->inclusion_proof(a, b)); });
    const auto consistency =
        most([&](Position a, Position b) { ASSERT_OK(ledger->consistency_proof(a, b)); });
    const auto root = most([&](Position a, Position) { ASSERT_OK(ledger->root_at(a)); });
    RecordProperty("pages_" + std::to_string(pages), static_cast<int>(inclusion));
    EXPECT_LE(inclusion, 2 * frames + levels + 1) << pages;
    EXPECT_LE(consistency, 2 * frames + levels + 1) << pages;
    EXPECT_LE(root, frames + 1) << pages;
    EXPECT_GE(inclusion, levels) << "what is counted is read";
  }
}

}  // namespace
}  // namespace taizhang::testing
