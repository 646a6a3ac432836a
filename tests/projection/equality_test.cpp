// The result is a function of the log alone: keeping up in any steps, rebuilding, dying between
// batches, memory or RocksDB, all give the same bytes, and those of the plain fold.
#include <gtest/gtest.h>
// rapidcheck needs gtest before it.
#include <rapidcheck/gtest.h>

#include "club.hpp"
#include "taizhang/projection/fold_row.hpp"

namespace taizhang::testing {
namespace {

/// One thing that happens to the record.
struct Step {
  int what = 0;  // which event, or a void (8), or a correction (9)
  int member = 0;
  int club = 0;
  int day = 0;
  int target = 0;  // of a void or correction: which of the events so far
};

rc::Gen<std::vector<Step>> histories() {
  return rc::gen::container<std::vector<Step>>(
      rc::gen::build<Step>(rc::gen::set(&Step::what, rc::gen::inRange(0, 10)),
                           rc::gen::set(&Step::member, rc::gen::inRange(0, 3)),
                           rc::gen::set(&Step::club, rc::gen::inRange(0, 2)),
                           rc::gen::set(&Step::day, rc::gen::inRange(0, 6)),
                           rc::gen::set(&Step::target, rc::gen::inRange(0, 1000))));
}

std::unique_ptr<google::protobuf::Message> message_of(const Step& step, int kind) {
  const std::string member = "m" + std::to_string(step.member);
  const std::string club = "c" + std::to_string(step.club);
  const std::string level = step.day % 2 == 0 ? "01" : "02";
  const auto owned = [](const auto& message) {
    return std::unique_ptr<google::protobuf::Message>(
        new std::remove_cvref_t<decltype(message)>(message));
  };
  switch (kind) {
    case 0:
      return owned(founded(club, "棋社" + std::to_string(step.target % 3)));
    case 1:
    case 2:
      return owned(joined(member, club, step.target % 4 == 0 ? "" : "李四", level));
    case 3:
    case 4:
      return owned(level_set(member, level));
    case 5:
    case 6:
      return owned(fee_paid(member, club, 100 + step.day));
    default:
      return owned(phone_given(member, step.target % 2 == 0 ? "home" : "work",
                               "138" + std::to_string(step.target)));
  }
}

/// What was appended, so that voids and corrections can point at it.
class Happening {
 public:
  explicit Happening(ClubLedger& club) : club_(club) {}
  void step(const Step& step) {
    if (step.what < 8 || business_.empty()) {
      const int kind = step.what % 8;
      business_.emplace_back(club_.add(*message_of(step, kind), step.day), kind);
      return;
    }
    const auto [position, kind] =
        business_[static_cast<std::size_t>(step.target) % business_.size()];
    if (step.what == 8)
      club_.void_of(position);
    else
      club_.correct(position, *message_of(step, kind));
  }

 private:
  ClubLedger& club_;
  std::vector<std::pair<Position, int>> business_;
};

/// The plain fold: every key that any event names, its whole history, one function.
std::vector<std::string> plain_fold(const ClubLedger& club, const TableSpec& table) {
  std::set<std::vector<std::string>> keys;
  Reader all = take(club.log->read(Query::all()));
  while (const RecordedEvent* found = take(all.next())) {
    std::vector<std::vector<std::string>> grown{{}};
    for (const std::string& kind : table.key_kinds) {
      std::vector<std::vector<std::string>> next;
      for (const auto& key : grown)
        for (const std::string_view tag : found->tags)
          if (tag.starts_with(kind + ":")) {
            next.push_back(key);
            next.back().emplace_back(tag);
          }
      grown = std::move(next);
    }
    keys.insert(grown.begin(), grown.end());
  }
  std::vector<std::string> texts;
  for (const auto& key : keys) {
    History history(*club_schema());
    Reader reader = take(club.log->read(Query{{{{}, key}}}));
    while (const RecordedEvent* found = take(reader.next())) MUST(history.add(*found));
    const auto row = fold_row(*club_schema(), table, key, history.effective());
    if (row && table.shows(*row)) texts.push_back(row->ShortDebugString());
  }
  return texts;
}

/// Rows without what only `reveal` adds.
std::vector<std::string> clear_rows(const Views& views, const std::string& view) {
  std::vector<std::string> texts;
  take(views.ask(view, {}, [&](const google::protobuf::Message& row) {
    const std::unique_ptr<google::protobuf::Message> copy(row.New());
    copy->CopyFrom(row);
    for (const FieldInfo& field : club_schema()->view(view)->fields)
      if (!field.data_class.empty())
        copy->GetReflection()->ClearField(copy.get(), field.descriptor);
    texts.push_back(copy->ShortDebugString());
    return true;
  }));
  return texts;
}

void expect_same(const Views& left, const Views& right) {
  for (const std::string& view : all_views) {
    RC_ASSERT(dump(left, view) == dump(right, view));
    RC_ASSERT(take(left.digest(view)) == take(right.digest(view)));
  }
  const auto a = left.status();
  const auto b = right.status();
  for (std::size_t i = 0; i < a.size(); ++i) {
    RC_ASSERT(a[i].position == b[i].position);
    RC_ASSERT(a[i].rows == b[i].rows);
  }
}

/// A store that fails its writes once it has taken so many: the process "dies" there.
class DyingStore final : public KeyValue {
 public:
  DyingStore(std::unique_ptr<KeyValue> inner, int writes)
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
    if (left_-- <= 0) return dead();
    return inner_->write(batch, durability);
  }
  Result<> load_sorted(Keyspace space,
                       const std::function<bool(std::string&, std::string&)>& next) override {
    if (left_-- <= 0) return dead();
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
  static Error dead() { return Error(ErrorCode::io_error, {"the process died", "进程已终止"}); }
  std::unique_ptr<KeyValue> inner_;
  int left_;
};

RC_GTEST_PROP(ProjectionEquality, AnyWayGivesTheRowsOfThePlainFold, ()) {
  const auto steps = *histories();
  const auto batch = *rc::gen::inRange<std::uint64_t>(1, 8);
  const auto every = *rc::gen::inRange<std::size_t>(1, 12);
  const bool small_cache = *rc::gen::arbitrary<bool>();
  ClubLedger club;
  const auto backend = memory_backend();
  const ViewsOptions options{batch, small_cache ? std::size_t{1} : std::size_t{1} << 20};
  auto kept_up = open_views(club, view_store(*backend, "kept-up"), options);
  Happening happening(club);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    happening.step(steps[i]);
    if (i % every == 0) MUST(kept_up->catch_up());
  }
  MUST(kept_up->catch_up());

  auto built = open_views(club, view_store(*backend, "built"), options);
  MUST(built->catch_up());
  expect_same(*kept_up, *built);

  for (const Projection& projection : club_projections())
    for (const auto& table : projection.tables())
      RC_ASSERT(clear_rows(*built, table->view) == plain_fold(club, *table));

  MUST(kept_up->rebuild());
  expect_same(*kept_up, *built);
}

RC_GTEST_PROP(ProjectionEquality, DyingAnywhereAndReopeningGivesTheSame, ()) {
  const auto steps = *histories();
  const auto batch = *rc::gen::inRange<std::uint64_t>(1, 5);
  ClubLedger club;
  const auto backend = memory_backend();
  Happening happening(club);
  std::size_t next = 0;
  // Each life takes a few writes, with the log growing between and during the lives.
  for (int life = 0; life < 6; ++life) {
    const auto writes = *rc::gen::inRange(0, 5);
    auto store = std::make_unique<DyingStore>(view_store(*backend, "mortal"), writes);
    auto opened = Views::open(*club.log, club_schema(), club.sealer, std::move(store),
                              club_projections(), ViewsOptions{batch, 1U << 20});
    for (std::size_t more = 0; more < steps.size() / 6 && next < steps.size(); ++more)
      happening.step(steps[next++]);
    if (opened) (void)(*opened)->catch_up().has_value();
    while (next < steps.size() && next < steps.size() * static_cast<std::size_t>(life + 1) / 6)
      happening.step(steps[next++]);
    if (opened) (void)(*opened)->catch_up().has_value();
  }
  auto mortal = open_views(club, view_store(*backend, "mortal"), {batch, 1U << 20});
  MUST(mortal->catch_up());
  auto fresh = open_views(club, view_store(*backend, "fresh"));
  MUST(fresh->catch_up());
  expect_same(*mortal, *fresh);
}

TEST(ProjectionEquality, MemoryAndRocksDbGiveTheSameBytes) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto steps = histories()(rc::Random(seed), 100).value();
    ClubLedger club;
    const Scratch scratch;
    const auto memory = memory_backend();
    const auto rocks = rocksdb_backend();
    auto left = open_views(club, view_store(*memory, "views"), {7, 1U << 20});
    auto right = open_views(club, view_store(*rocks, (scratch.path / "views").string()), {3, 2000});
    Happening happening(club);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      happening.step(steps[i]);
      if (i % 5 == 0) MUST(left->catch_up());
      if (i % 9 == 0) MUST(right->catch_up());
    }
    MUST(left->catch_up());
    MUST(right->catch_up());
    for (int round = 0; round < 2; ++round) {
      for (const std::string& view : all_views) {
        EXPECT_EQ(dump(*left, view), dump(*right, view));
        EXPECT_EQ(take(left->digest(view)), take(right->digest(view)));
      }
      MUST(right->rebuild());
    }
  }
}

}  // namespace
}  // namespace taizhang::testing
