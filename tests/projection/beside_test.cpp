// Building beside what is served, pausing, resetting, telling others, and what is found wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "poison.hpp"

namespace taizhang::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using State = ProjectionStatus::State;

constexpr Keyspace meta_space = 0, rows_space = 1, index_space = 2;

class Beside : public ::testing::Test {
 protected:
  std::unique_ptr<Views> open(ViewsOptions options = {}, const std::string& place = "views") {
    return open_poisoned(club, view_store(*backend, place), options);
  }
  void fill(int members) {
    for (int i = 0; i < members; ++i) {
      const std::string name = "m" + std::to_string(i);
      club.add(joined(name, "c" + std::to_string(i % 3)), 1 + i % 5);
      club.add(fee_paid(name, "c" + std::to_string(i % 3), 10 + i), 2 + i % 7);
    }
  }
  /// Changes entries of a store that nobody has open; the change answers false to erase.
  void tamper(Keyspace space,
              const std::function<bool(std::string& key, std::string& value)>& change) {
    const auto store = view_store(*backend, "views");
    Batch batch;
    auto cursor = take(store->scan(space, {}, Direction::forward));
    for (; cursor->valid(); cursor->next()) {
      std::string key(cursor->key()), value(cursor->value());
      if (change(key, value))
        batch.put(space, key, value);
      else
        batch.erase(space, key);
    }
    cursor.reset();
    MUST(store->write(batch, Durability::synced));
  }
  std::size_t entries(Keyspace space, const std::string& place = "views") {
    std::size_t count = 0;
    const auto store = view_store(*backend, place);
    for (auto cursor = take(store->scan(space, {}, Direction::forward)); cursor->valid();
         cursor->next())
      ++count;
    return count;
  }
  std::vector<std::string> differences(Views& views) {
    std::vector<std::string> found;
    for (const ViewCheck& check : take(views.verify()))
      if (!check.equal) found.push_back(check.view + ": " + check.difference);
    return found;
  }
  ClubLedger club;
  std::shared_ptr<StorageBackend> backend = memory_backend();
};

TEST_F(Beside, ABuildThatIsCutShortGoesOnWhereItWas) {
  fill(3000);
  ViewsOptions options;
  options.batch_events = 256;
  options.cache_bytes = 200'000;
  options.workers = 2;
  std::uint64_t all_events = 0;
  {
    auto views = open(options);
    const auto cut = views->rebuild({}, [&](std::uint64_t done, std::uint64_t all) {
      all_events = all;
      if (done > all / 2) views->stop();
    });
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code(), ErrorCode::cancelled);
    EXPECT_EQ(views->status()[0].position, 0U) << "nothing is served yet";
    EXPECT_EQ(views->catch_up().error().code(), ErrorCode::cancelled) << "it is stopped for good";
  }
  const std::size_t kept = entries(rows_space);
  EXPECT_GT(kept, 0U);
  {
    auto views = open(options);
    const auto cut = views->catch_up([&](std::uint64_t done, std::uint64_t) {
      EXPECT_GT(done, all_events / 3) << "it goes on where it was";
      views->stop();
    });
    ASSERT_FALSE(cut);
  }
  EXPECT_EQ(entries(rows_space), kept) << "what was made is neither lost nor made again";
  club.add(joined("m1", "c9"), 4);
  auto views = open(options);
  MUST(views->catch_up());
  EXPECT_THAT(differences(*views), IsEmpty());
  auto fresh = open({}, "fresh");
  MUST(fresh->catch_up());
  for (const std::string& view : all_views)
    EXPECT_EQ(take(views->digest(view)), take(fresh->digest(view)));
  EXPECT_EQ(views->status()[0].events, fresh->status()[0].events);
  views.reset();
  fresh.reset();
  for (const Keyspace space : {rows_space, index_space})
    EXPECT_EQ(entries(space), entries(space, "fresh")) << "nothing is left of what was put aside";
}

/// Dies after so many writes; those before take their time, so that workers wait for each other.
class SlowMortalStore final : public KeyValue {
 public:
  SlowMortalStore(std::unique_ptr<KeyValue> inner, int writes)
      : inner_(std::move(inner)), left_(writes) {}
  Result<std::optional<PinnedValue>> get(Keyspace space, std::string_view key) const override {
    return inner_->get(space, key);
  }
  Result<std::vector<std::optional<PinnedValue>>> multi_get(
      Keyspace space, const std::vector<std::string>& keys) const override {
    return inner_->multi_get(space, keys);
  }
  Result<std::unique_ptr<Cursor>> scan(Keyspace space, KeyRange range,
                                       Direction direction) const override {
    return inner_->scan(space, std::move(range), direction);
  }
  Result<> write(const Batch& batch, Durability durability) override {
    if (left_-- <= 0) return Error(ErrorCode::io_error, {"the process died", "进程已终止"});
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    return inner_->write(batch, durability);
  }
  Result<> load_sorted(Keyspace space,
                       const std::function<bool(std::string&, std::string&)>& next) override {
    return inner_->load_sorted(space, next);
  }
  Result<> catch_up() override { return inner_->catch_up(); }
  Result<> publish(std::uint64_t mark) override { return inner_->publish(mark); }
  Result<Published> published() const override { return inner_->published(); }
  OpenMode mode() const override { return inner_->mode(); }
  Result<> backup(const std::string& place) override { return inner_->backup(place); }
  Result<> verify() const override { return inner_->verify(); }
  std::uint64_t size_bytes() const override { return inner_->size_bytes(); }

 private:
  std::unique_ptr<KeyValue> inner_;
  std::atomic<int> left_;
};

TEST_F(Beside, WhatOneWorkerNotesIsWholeWhileOthersAreAtWork) {
  fill(7000);
  auto fresh = open({}, "fresh");
  MUST(fresh->catch_up());
  ViewsOptions options;
  options.cache_bytes = 300'000;
  options.workers = 4;
  int cut_short = 0;
  for (int writes = 4; writes < 16; ++writes) {
    const std::string place = "of " + std::to_string(writes);
    {
      auto store = std::make_unique<SlowMortalStore>(view_store(*backend, place), writes);
      auto views = take(Views::open(*club.log, club_schema(), club.sealer, std::move(store),
                                    poisoned_projections(), options));
      if (!views->catch_up()) ++cut_short;
    }
    auto views = open(options, place);
    MUST(views->catch_up());
    for (const std::string& view : all_views)
      EXPECT_EQ(take(views->digest(view)), take(fresh->digest(view))) << writes << " writes";
  }
  EXPECT_GT(cut_short, 6);
}

TEST_F(Beside, ReadersAndWritersGoOnWhileARebuildRuns) {
  fill(3000);
  ViewsOptions options;
  options.batch_events = 64;
  auto views = open(options);
  MUST(views->catch_up());
  const auto before = views->status()[0];
  int turns = 0;
  MUST(views->rebuild({}, [&](std::uint64_t, std::uint64_t) {
    if (++turns > 3) return;
    // While the tables are filled anew, events come in, are shown, and wait for nothing.
    const std::string member = "new" + std::to_string(turns);
    club.add(joined(member, "c0"), 9);
    Ask ask{.key = {"member:" + member}, .at_least = club.log->checkpoint()};
    EXPECT_EQ(rows<club::MemberRow>(*views, "members", ask).size(), 1U);
    EXPECT_EQ(views->status()[0].generation, before.generation);
    EXPECT_EQ(views->status()[0].state, State::building);
    EXPECT_TRUE(views->status()[0].build.has_value());
  }));
  ASSERT_GE(turns, 3);
  const auto after = views->status()[0];
  EXPECT_EQ(after.generation, before.generation + 1);
  EXPECT_EQ(after.position, club.log->head().position) << "it followed the log to the head";
  EXPECT_EQ(after.state, State::current);
  EXPECT_THAT(differences(*views), IsEmpty());
  views.reset();
  auto fresh = open({}, "fresh");
  MUST(fresh->catch_up());
  auto again = open();
  EXPECT_EQ(take(again->digest("members")), take(fresh->digest("members")));
}

TEST_F(Beside, APausedProjectionStaysWhereItIsUntilItIsResumed) {
  club.add(joined("m1", "c1"), 1);
  auto views = open();
  MUST(views->catch_up());
  MUST(views->pause("people"));
  club.add(joined("m2", "c1"), 2);
  views.reset();
  views = open();
  MUST(views->catch_up());
  EXPECT_EQ(views->status()[0].state, State::paused);
  EXPECT_EQ(views->status()[0].lag, 1U);
  EXPECT_EQ(views->status()[0].lag_seconds, 60);
  EXPECT_EQ(views->status()[1].lag, 0U) << "the others go on";
  EXPECT_THAT(dump(*views, "members"), ::testing::SizeIs(1));
  const auto waits =
      views->ask("members", {.at_least = club.log->checkpoint()}, [](const auto&) { return true; });
  EXPECT_EQ(waits.error().code(), ErrorCode::busy);
  EXPECT_EQ(views->pause("peopel").error().code(), ErrorCode::not_found);
  MUST(views->resume("people"));
  MUST(views->catch_up());
  EXPECT_EQ(views->status()[0].state, State::current);
  EXPECT_THAT(dump(*views, "members"), ::testing::SizeIs(2));

  MUST(views->pause("people"));
  MUST(views->reset("people"));
  MUST(views->catch_up());
  EXPECT_THAT(dump(*views, "members"), IsEmpty()) << "paused before it was ever built";
  EXPECT_EQ(views->status()[0].events, ProjectionStatus::Events{});
  MUST(views->resume("people"));
  MUST(views->catch_up());
  EXPECT_THAT(dump(*views, "members"), ::testing::SizeIs(2));
  EXPECT_THAT(differences(*views), IsEmpty());
}

TEST_F(Beside, NothingIsLeftOfTablesThatWereReplaced) {
  fill(10);
  { MUST(open()->catch_up()); }
  const auto rows = entries(rows_space), index = entries(index_space), meta = entries(meta_space);
  {
    auto views = open();
    MUST(views->rebuild());
    MUST(views->verify());
    MUST(views->ask("members", {.known_at = 5}, [](const auto&) { return true; }));
    MUST(views->reset("clubs"));
    MUST(views->catch_up());
  }
  EXPECT_EQ(entries(rows_space), rows);
  EXPECT_EQ(entries(index_space), index);
  EXPECT_EQ(entries(meta_space), meta);
}

TEST_F(Beside, WhatChangedIsToldOnceAndNotByHistoryNorByARebuild) {
  fill(5);
  std::vector<std::string> told;
  bool fails = false;
  const auto open_telling = [&](std::uint32_t version) {
    std::vector<Projection> projections = poisoned_projections(false, version);
    for (const auto& table : projections[0].tables())
      if (table->view == "members")
        table->announce = [&](std::span<const std::string> key,
                              const google::protobuf::Message* row) {
          if (fails) throw std::runtime_error("nobody answers");
          told.push_back(key.front() + (row == nullptr ? " gone" : " there"));
        };
    return take(Views::open(*club.log, club_schema(), club.sealer, view_store(*backend, "views"),
                            std::move(projections)));
  };
  auto views = open_telling(1);
  MUST(views->catch_up());
  EXPECT_THAT(told, IsEmpty()) << "history is no news";
  const Position joined_at = club.add(joined("m9", "c1"), 3);
  club.add(fee_paid("m1", "c1", 5), 20);
  club.add(fee_paid("m1", "c1", 5), 21);
  MUST(views->catch_up());
  EXPECT_THAT(told, ElementsAre("member:m1 there", "member:m9 there"));
  told.clear();
  MUST(views->rebuild());
  MUST(views->catch_up());
  EXPECT_THAT(told, IsEmpty());
  club.void_of(joined_at);
  views.reset();
  views = open_telling(2);  // the new version is built past what was told
  fails = true;
  EXPECT_EQ(views->catch_up().error().code(), ErrorCode::internal);
  EXPECT_EQ(views->status()[0].lag, 0U) << "the rows are right; only nobody was told";
  fails = false;
  MUST(views->catch_up());
  EXPECT_THAT(told, ElementsAre("member:m9 gone"));
  MUST(views->catch_up());
  EXPECT_THAT(told, ElementsAre("member:m9 gone"));
}

TEST_F(Beside, SumsThatDoNotHoldAreReportedAndMadeAnewFromTheRows) {
  fill(40);
  const auto roll = [](const Views& views) { return take(sums<Roll>(views, "members")).sums; };
  std::map<std::string, std::int64_t> levels;
  {
    auto views = open();
    MUST(views->catch_up());
    levels = roll(*views).levels.all();
    EXPECT_EQ(roll(*views).levels.of("01"), 40);
    EXPECT_EQ(sums<Counts>(*views, "members").error().code(), ErrorCode::not_found);
    EXPECT_EQ(sums<Roll>(*views, "clubs").error().code(), ErrorCode::not_found);
  }
  const auto expect_mended = [&](const std::string& how) {
    SCOPED_TRACE(how);
    {
      auto views = open();
      EXPECT_THAT(views->status()[0].notes, ElementsAre(HasSubstr(how)));
      EXPECT_EQ(roll(*views).levels.all(), levels);
      EXPECT_THAT(differences(*views), IsEmpty());
    }
    EXPECT_THAT(open()->status()[0].notes, IsEmpty()) << "once is enough";
  };
  const auto is_sums = [](const std::string& key) { return key.starts_with("sums/"); };
  for (const std::size_t from_end : {1U, 9U, 20U}) {
    bool first = true;
    tamper(meta_space, [&](std::string& key, std::string& value) {
      if (is_sums(key) && std::exchange(first, false))
        value[value.size() - from_end] = static_cast<char>(value[value.size() - from_end] ^ 4);
      return true;
    });
    expect_mended("damaged");
  }
  bool first = true;
  tamper(meta_space, [&](std::string& key, std::string&) {
    return !is_sums(key) || !std::exchange(first, false);
  });
  expect_mended("damaged");
  std::string one_slice;
  tamper(meta_space, [&](std::string& key, std::string& value) {
    if (!is_sums(key)) return true;
    if (one_slice.empty()) one_slice = value;
    value = one_slice;
    return true;
  });
  expect_mended("foreign");
  auto other =
      take(Views::open(*club.log, club_schema(), club.sealer, view_store(*backend, "views"),
                       poisoned_projections(false, 1, "roll 2")));
  EXPECT_THAT(other->status()[0].notes, ElementsAre(HasSubstr("outdated")));
  EXPECT_EQ(roll(*other).levels.all(), levels);
  EXPECT_EQ(other->status()[0].generation, 1U) << "the rows need not be built for that";
}

TEST_F(Beside, VerifyNamesTheFirstDifferenceOfEachKind) {
  fill(10);
  { MUST(open()->catch_up()); }
  EXPECT_THAT(differences(*open()), IsEmpty());
  const auto of_m3 = [](const std::string& key) { return key.ends_with("member:m3"); };
  tamper(rows_space, [&](std::string& key, std::string& value) {
    if (of_m3(key)) value.back() = static_cast<char>(value.back() ^ 1);
    return true;
  });
  EXPECT_THAT(differences(*open()),
              ElementsAre(HasSubstr("the row member:m3 has other content"),
                          HasSubstr("the row club:c0 member:m3 has other content")));
  tamper(rows_space, [&](std::string& key, std::string&) { return !of_m3(key); });
  EXPECT_THAT(differences(*open()), ElementsAre(HasSubstr("the row member:m3 is missing"),
                                                HasSubstr("the row club:c0 member:m3 is missing")));
  { MUST(open()->rebuild()); }
  tamper(index_space, [&](std::string&, std::string& value) { return value != "member:m3"; });
  EXPECT_THAT(differences(*open()), ElementsAre(HasSubstr("is missing")));
}

TEST_F(Beside, CursorsAreKeptWithTheViewsAndToldWhereTheyDoNotHold) {
  club.add(joined("m1", "c1"), 1);
  const Checkpoint first = club.log->checkpoint();
  club.add(joined("m2", "c1"), 2);
  {
    auto views = open();
    EXPECT_EQ(take(views->cursor("letters")), std::nullopt);
    MUST(views->set_cursor("letters", first));
    MUST(views->set_cursor("lists", club.log->checkpoint()));
    EXPECT_EQ(views->set_cursor("", first).error().code(), ErrorCode::invalid_argument);
    Checkpoint ahead = first;
    ahead.position = 9;
    EXPECT_EQ(views->set_cursor("letters", ahead).error().code(), ErrorCode::other_history);
  }
  {
    auto views = open();
    const auto place = take(views->cursor("letters"));
    ASSERT_EQ(place, first);
    Follower follower = take(club.log->follow(Query::all(), *place));
    EXPECT_EQ(take(follower.next(std::chrono::milliseconds(0)))->position, 2U);
    EXPECT_THAT(take(views->cursors()),
                ElementsAre(std::pair(std::string("letters"), first),
                            std::pair(std::string("lists"), club.log->checkpoint())));
    EXPECT_TRUE(take(views->forget_cursor("lists")));
    EXPECT_FALSE(take(views->forget_cursor("lists")));
  }
  ClubLedger other("other");
  auto views = open_views(other, view_store(*backend, "views"));
  const auto place = take(views->cursor("letters"));
  ASSERT_EQ(place, first);
  EXPECT_EQ(other.log->follow(Query::all(), *place).error().code(), ErrorCode::other_history);
}

TEST_F(Beside, WorkersCanBeSetWhileTheViewsAreUsed) {
  fill(1);
  ViewsOptions options;
  options.cache_bytes = 100'000;
  auto views = open(options);
  MUST(views->catch_up());
  fill(3000);
  MUST(views->catch_up());
  std::map<std::string, Hash> kept_up;
  for (const std::string& view : all_views) kept_up[view] = take(views->digest(view));
  for (const unsigned workers : {1U, 2U, 3U, 64U, 1000U, 0U}) {
    views->set_workers(workers);
    MUST(views->rebuild());
    for (const std::string& view : all_views)
      EXPECT_EQ(take(views->digest(view)), kept_up[view]) << view << ", " << workers << " workers";
  }
}

}  // namespace
}  // namespace taizhang::testing
