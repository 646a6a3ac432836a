#include "fixture.hpp"
#include "ledger/bytes.hpp"
#include "ledger/committer.hpp"
#include "ledger/group.hpp"
#include "ledger/meta.hpp"
#include "ledger/opening.hpp"
#include "ledger/page.hpp"

namespace taizhang::testing {
namespace {

/// A ledger of 300 events, 256 of them sealed; the tail's one group begins at 201.
class Damage : public LedgerTest {
 protected:
  void SetUp() override {
    LedgerTest::SetUp();
    for (std::uint32_t commit = 0; commit < 3; ++commit) {
      std::vector<NewEvent> events;
      for (std::uint32_t i = 0; i < 100; ++i) events.push_back(event(commit * 100 + i, "t", {"a"}));
      ASSERT_OK(append(events));
    }
    ASSERT_OK(ledger->seal());
    ASSERT_EQ(ledger->status().sealed, 256U);
    ledger.reset();
  }
  std::string value(Keyspace keyspace, const std::string& key) {
    auto store = place.store(OpenMode::writer);
    const auto found = (*store)->get(keyspace, key);
    return found && *found ? std::string((**found).view()) : "";
  }
  void put(Keyspace keyspace, const std::string& key, const std::string& bytes) {
    auto store = place.store(OpenMode::writer);
    Batch batch;
    batch.put(keyspace, key, bytes);
    ASSERT_OK((*store)->write(batch, Durability::synced));
  }
  void erase(Keyspace keyspace, const std::string& key) {
    auto store = place.store(OpenMode::writer);
    Batch batch;
    batch.erase(keyspace, key);
    ASSERT_OK((*store)->write(batch, Durability::synced));
  }
  void expect_refused(const std::string& detail, const std::string& what) {
    const auto opened = place.open();
    EXPECT_CODE(opened, ErrorCode::damaged);
    EXPECT_EQ(opened.error().detail(detail), what) << opened.error().message().en;
  }
};

TEST_P(Damage, InTheTailIsFoundAtOpening) {
  const auto key = core::be64(201);
  const auto whole = value(core::keyspace::tail, key);
  ASSERT_FALSE(whole.empty());
  for (std::size_t at = 0; at < whole.size(); at += 97) {
    auto broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 4);
    put(core::keyspace::tail, key, broken);
    expect_refused("position", "201");
  }
  put(core::keyspace::tail, key, whole.substr(0, whole.size() - 1));
  expect_refused("position", "201");
  erase(core::keyspace::tail, key);
  expect_refused("position", "257");
  put(core::keyspace::tail, key, whole);
  ASSERT_OK(place.open());
}

TEST_P(Damage, AnAlteredEventWithGoodChecksumsDoesNotFitTheTree) {
  const auto key = core::be64(201);
  auto whole = value(core::keyspace::tail, key);
  const auto at = whole.find("message 280");
  ASSERT_NE(at, std::string::npos);
  whole[at] = 'M';
  put(core::keyspace::tail, key, core::with_checksum(std::string_view(whole).substr(8)));
  expect_refused("position", "300");
}

TEST_P(Damage, InTheEntriesOfMetaIsFoundAtOpening) {
  for (const auto name_of :
       {core::meta_key::frontier, core::meta_key::sealed, core::meta_key::types}) {
    const std::string key(name_of);
    const auto whole = value(core::keyspace::meta, key);
    auto broken = whole;
    broken.back() = static_cast<char>(broken.back() ^ 1);
    put(core::keyspace::meta, key, broken);
    expect_refused("key", key);
    put(core::keyspace::meta, key, whole);
  }
  const std::string key(core::meta_key::ledger);
  put(core::keyspace::meta, key, "something else");
  expect_refused("key", key);
}

TEST_P(Damage, AnOlderFrontierDoesNotFitTheTail) {
  put(core::keyspace::meta, std::string(core::meta_key::frontier),
      value(core::keyspace::meta, std::string(core::meta_key::sealed)));
  expect_refused("position", "257");
}

TEST_P(Damage, InAPageFailsThatReadAndNamesIt) {
  const auto key = core::frame_key(33);
  const auto whole = value(core::keyspace::pages, key);
  ASSERT_FALSE(whole.empty());
  auto broken = whole;
  broken[whole.size() / 2] = static_cast<char>(broken[whole.size() / 2] ^ 1);
  put(core::keyspace::pages, key, broken);
  {
    auto opened = place.open();
    ASSERT_OK(opened);
    auto reader = (*opened)->read(Query::all());
    ASSERT_OK(reader);
    for (int i = 1; i <= 32; ++i) ASSERT_OK(reader->next());
    const auto failed = reader->next();
    EXPECT_CODE(failed, ErrorCode::damaged);
    EXPECT_EQ(failed.error().detail("position"), "33");
    EXPECT_CODE(reader->next(), ErrorCode::damaged);
    EXPECT_NE((*opened)->status().damage.find("33"), std::string::npos);
    // What is whole is read, and events are still taken.
    EXPECT_EQ(read_positions(**opened, Query::all(), {.first = 65}).positions.size(), 236U);
    ASSERT_OK((*opened)->append(std::vector{event(900, "t", {"a"})}));
  }
  erase(core::keyspace::pages, core::head_key(1));
  auto opened = place.open();
  ASSERT_OK(opened);
  EXPECT_CODE((*opened)->root_at(100), ErrorCode::damaged);
  ASSERT_OK((*opened)->root_at(300));
}

TEST_P(Damage, AnotherFormatIsRefusedByName) {
  std::string identity = "TZLG";
  core::put(identity, std::uint32_t{7});
  identity += std::string(17, '\0') + "another-build";
  put(core::keyspace::meta, std::string(core::meta_key::ledger), core::with_checksum(identity));
  const auto opened = place.open();
  EXPECT_CODE(opened, ErrorCode::unsupported);
  EXPECT_EQ(opened.error().detail("ledger_format"), "7/another-build");
  EXPECT_EQ(opened.error().detail("build_format"), "0/" + std::string(core::format_fingerprint()));
}

TEST_P(Damage, APlaceWithoutALedgerAndASecondCreateAreRefused) {
  Place empty(GetParam());
  auto store = empty.store(OpenMode::create);
  ASSERT_OK(store);
  EXPECT_CODE(Ledger::open(*std::move(store), empty.clock), ErrorCode::not_found);
  auto again = place.store(OpenMode::writer);
  ASSERT_OK(again);
  EXPECT_CODE(Ledger::create(*std::move(again), {}, place.clock), ErrorCode::already_exists);
}

TAIZHANG_BOTH_STORES(Damage);

/// Passes everything on; fails writes when told.
class FailingStore final : public KeyValue {
 public:
  FailingStore(std::unique_ptr<KeyValue> inner, std::shared_ptr<std::atomic<bool>> failing)
      : inner_(std::move(inner)), failing_(std::move(failing)) {}
  Result<std::optional<PinnedValue>> get(Keyspace keyspace, std::string_view key) const override {
    return inner_->get(keyspace, key);
  }
  Result<std::vector<std::optional<PinnedValue>>> multi_get(
      Keyspace keyspace, const std::vector<std::string>& keys) const override {
    return inner_->multi_get(keyspace, keys);
  }
  Result<std::unique_ptr<Cursor>> scan(Keyspace keyspace, KeyRange range,
                                       Direction direction) const override {
    return inner_->scan(keyspace, std::move(range), direction);
  }
  Result<> write(const Batch& batch, Durability durability) override {
    if (failing_->load()) return Error(ErrorCode::storage_full, {"No space left.", "空间不足。"});
    return inner_->write(batch, durability);
  }
  Result<> load_sorted(Keyspace keyspace,
                       const std::function<bool(std::string&, std::string&)>& next) override {
    return inner_->load_sorted(keyspace, next);
  }
  Result<> catch_up() override { return inner_->catch_up(); }
  Result<> publish(std::uint64_t mark) override { return inner_->publish(mark); }
  Result<Published> published() const override { return inner_->published(); }
  OpenMode mode() const override { return inner_->mode(); }
  Result<> backup(const std::string& to) override { return inner_->backup(to); }
  Result<> verify() const override { return inner_->verify(); }
  std::uint64_t size_bytes() const override { return inner_->size_bytes(); }

 private:
  std::unique_ptr<KeyValue> inner_;
  std::shared_ptr<std::atomic<bool>> failing_;
};

TEST(FailedWrite, StopsAppendsForGoodWhileReadsGoOn) {
  Place place("memory");
  auto failing = std::make_shared<std::atomic<bool>>(false);
  auto store = place.store(OpenMode::create);
  ASSERT_OK(store);
  auto made =
      Ledger::create(std::make_unique<FailingStore>(*std::move(store), failing), {}, place.clock);
  ASSERT_OK(made);
  auto& ledger = **made;
  ASSERT_OK(ledger.append(std::vector{event(0, "t", {"a"})}));
  const auto head = ledger.head();
  *failing = true;
  EXPECT_CODE(ledger.append(std::vector{event(1, "t", {"a"})}), ErrorCode::outcome_unknown);
  *failing = false;
  EXPECT_CODE(ledger.append(std::vector{event(2, "t", {"a"})}), ErrorCode::storage_full);
  EXPECT_FALSE(ledger.status().writable);
  EXPECT_FALSE(ledger.status().stopped_because.empty());
  EXPECT_EQ(ledger.head().root, head.root);
  EXPECT_EQ(read_positions(ledger, Query::tag("a")).positions, std::vector<Position>{1});
  // The retry of what is in doubt is not answered from what never became durable.
  EXPECT_CODE(ledger.append(std::vector{event(1, "t", {"a"})}), ErrorCode::storage_full);
  made->reset();
  auto again = place.open();
  ASSERT_OK(again);
  ASSERT_OK((*again)->append(std::vector{event(1, "t", {"a"})}));
}

// Known is told for durable events only: a retry that names one event of the group that fails, and
// one of long ago, is as unknown as the group, in whatever order it names them.
TEST(FailedWrite, ARetryOfWhatFailsWithItIsNotKnown) {
  Place place("memory");
  auto failing = std::make_shared<std::atomic<bool>>(false);
  auto store = place.store(OpenMode::create);
  ASSERT_OK(store);
  ASSERT_OK(core::make_ledger(**store, false));
  auto log = core::open_log(std::make_unique<FailingStore>(*std::move(store), failing));
  ASSERT_OK(log);
  core::Sealer sealer(**log);
  core::Committer committer(**log, sealer, place.clock);
  const auto apply = [&](const std::vector<std::vector<NewEvent>>& appends) {
    std::vector<std::unique_ptr<core::PreparedCommit>> commits;
    std::vector<OrderedCommit> ordered;
    for (const auto& events : appends) {
      auto made = core::PreparedCommit::make(events, {});
      EXPECT_TRUE(made.has_value());
      commits.push_back(*std::move(made));
      ordered.push_back({commits.back().get(), place.clock->now()});
    }
    committer.apply(ordered);
    std::vector<std::string> verdicts;
    for (const auto& commit : commits) {
      const auto& verdict = *commit->verdict;
      verdicts.emplace_back(verdict ? (verdict->known ? "known" : "ok")
                                    : std::string(name(verdict.error().code())));
    }
    return verdicts;
  };
  const auto old = event(1, "t", {"a"}), fresh = event(2, "t", {"a"});
  using Verdicts = std::vector<std::string>;
  EXPECT_EQ(apply({{old}}), Verdicts{"ok"});
  *failing = true;
  EXPECT_EQ(apply({{fresh}, {fresh, old}, {old, fresh}, {old}}),
            (Verdicts{"outcome_unknown", "outcome_unknown", "outcome_unknown", "known"}));
}

}  // namespace
}  // namespace taizhang::testing
