// The result is a function of the log alone: keeping up in any steps, rebuilding, dying between
// batches, memory or RocksDB, all give the same bytes, and those of the plain fold.
#include <gtest/gtest.h>
// rapidcheck needs gtest before it.
#include <rapidcheck/gtest.h>

#include "poison.hpp"
#include "taizhang/projection/fold_row.hpp"
#include "taizhang/projection/parked.hpp"

namespace taizhang::testing {
namespace {

/// One thing that happens to the record.
struct Step {
  int what = 0;  // which event, a void (8), a correction (9), a row skipped (10) or retried (11)
  int member = 0;
  int club = 0;
  int day = 0;
  int target = 0;  // of a void or correction: which of the events so far; else which parked row
};

rc::Gen<std::vector<Step>> histories() {
  return rc::gen::container<std::vector<Step>>(
      rc::gen::build<Step>(rc::gen::set(&Step::what, rc::gen::inRange(0, 12)),
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
  explicit Happening(ClubLedger& club)
      : club_(club), views_(open_poisoned(club, view_store(*backend_, "of the operator"))) {}
  void step(const Step& step) {
    if (step.what >= 10 && decide(step)) return;
    if (step.what < 8 || step.what >= 10 || business_.empty()) {
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
  /// What an operator decides about one of the rows that stand still, if any does.
  bool decide(const Step& step) {
    MUST(views_->catch_up());
    const auto parked = take(views_->parked());
    if (parked.empty()) return false;
    const ParkedRow& row = parked[static_cast<std::size_t>(step.target) % parked.size()];
    const auto decided = step.what == 10 ? skip_parked : retry_parked;
    take(decided(*club_.log, *club_schema(), club_.sealer, row, {}, "决定"));
    return true;
  }
  ClubLedger& club_;
  std::shared_ptr<StorageBackend> backend_ = memory_backend();
  std::unique_ptr<Views> views_;
  std::vector<std::pair<Position, int>> business_;
};

/// What an operator has skipped: view, key, position.
using Skips = std::set<std::tuple<std::string, std::vector<std::string>, Position>>;
Skips skips_of(const ClubLedger& club) {
  Skips skips;
  Reader reader = take(club.log->read(Query::type("ledger.projection-event-skipped")));
  while (const RecordedEvent* found = take(reader.next())) {
    ledger::v1::ProjectionEventSkipped skip;
    skip.ParseFromArray(found->clear.data(), static_cast<int>(found->clear.size()));
    skips.emplace(skip.view(), std::vector<std::string>(skip.key().begin(), skip.key().end()),
                  skip.position());
  }
  return skips;
}

/// The plain fold: every key that any event names, its whole history without what was skipped, up
/// to where a handler fails, in one function.
std::vector<std::string> plain_fold(const ClubLedger& club, const TableSpec& table) {
  const Skips skips = skips_of(club);
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
    while (const RecordedEvent* found = take(reader.next()))
      if (!found->type.starts_with("ledger.projection")) MUST(history.add(*found));
    std::vector<EffectiveEvent> events = history.effective();
    std::erase_if(events, [&](const EffectiveEvent& event) {
      return skips.contains({table.view, key, event.info.position});
    });
    std::unique_ptr<google::protobuf::Message> row;
    for (;; events.pop_back()) try {
        row = fold_row(*club_schema(), table, key, events);
        break;
      } catch (const std::runtime_error&) {  // one event less, until no handler fails
      }
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

std::string all_parked(const Views& views) {
  std::string text;
  for (const ParkedRow& row : take(views.parked()))
    text += row.view + " " + row.key.front() + " " + row.key.back() + " " +
            std::to_string(row.position) + " " + row.reason + " " + std::to_string(row.waiting) +
            "\n";
  return text;
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
    RC_ASSERT(a[i].parked == b[i].parked);
    RC_ASSERT(a[i].events == b[i].events);
    const ProjectionStatus::Events& events = a[i].events;
    RC_ASSERT(events.applied + events.waiting + events.skipped + events.filtered == events.read);
  }
  RC_ASSERT(all_parked(left) == all_parked(right));
  const auto roll = [](const Views& views) { return take(sums<Roll>(views, "members")).sums; };
  RC_ASSERT(roll(left).levels.all() == roll(right).levels.all());
  RC_ASSERT(roll(left).fees == roll(right).fees);
}

/// The sums are those of the rows.
void expect_summed(const Views& views) {
  Roll roll;
  for (const club::MemberRow& row : rows<club::MemberRow>(views, "members")) {
    roll.levels.add(row.level(), 1);
    roll.fees += row.fees();
  }
  const Roll kept = take(sums<Roll>(views, "members")).sums;
  RC_ASSERT(kept.levels.all() == roll.levels.all());
  RC_ASSERT(kept.fees == roll.fees);
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
  std::atomic<int> left_;
};

ViewsOptions any_options() {
  ViewsOptions options;
  options.batch_events = *rc::gen::inRange<std::uint64_t>(1, 8);
  options.cache_bytes = *rc::gen::element<std::size_t>(1, 2000, 1U << 20);
  options.workers = *rc::gen::inRange(1U, 5U);
  return options;
}

RC_GTEST_PROP(ProjectionEquality, AnyWayGivesTheRowsOfThePlainFold, ()) {
  const auto steps = *histories();
  const auto every = *rc::gen::inRange<std::size_t>(1, 12);
  const auto copied_at = *rc::gen::inRange<std::size_t>(0, steps.size() + 1);
  ClubLedger club;
  const auto backend = memory_backend();
  auto kept_up = open_poisoned(club, view_store(*backend, "kept-up"), any_options());
  Happening happening(club);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    happening.step(steps[i]);
    if (i % every == 0) MUST(kept_up->catch_up());
    if (i != copied_at) continue;
    kept_up.reset();
    MUST(view_store(*backend, "kept-up")->backup("copy"));
    kept_up = open_poisoned(club, view_store(*backend, "kept-up"), any_options());
  }
  MUST(kept_up->catch_up());

  auto built = open_poisoned(club, view_store(*backend, "built"), any_options());
  MUST(built->catch_up());
  expect_same(*kept_up, *built);
  expect_summed(*built);
  for (const Projection& projection : poisoned_projections())
    for (const auto& table : projection.tables())
      RC_ASSERT(clear_rows(*built, table->view) == plain_fold(club, *table));

  auto from_copy = open_poisoned(club, view_store(*backend, "copy"), any_options());
  MUST(from_copy->catch_up());
  expect_same(*from_copy, *built);

  MUST(kept_up->rebuild());
  expect_same(*kept_up, *built);
  for (const ViewCheck& check : take(kept_up->verify())) RC_ASSERT(check.equal);

  // As of the present, folded for the call, is what is kept.
  if (club.log->head().position == 0) return;
  for (const std::string& view : all_views)
    RC_ASSERT(dump(*built, view, {.known_at = club.log->head().position}) == dump(*built, view));
}

RC_GTEST_PROP(ProjectionEquality, DyingAnywhereAndReopeningGivesTheSame, ()) {
  const auto steps = *histories();
  ClubLedger club;
  const auto backend = memory_backend();
  Happening happening(club);
  std::size_t next = 0;
  // Each life takes a few writes, with the log growing between and during the lives.
  for (int life = 0; life < 6; ++life) {
    const auto writes = *rc::gen::element(*rc::gen::inRange(0, 7), *rc::gen::inRange(7, 60));
    const bool anew = *rc::gen::arbitrary<bool>();
    auto store = std::make_unique<DyingStore>(view_store(*backend, "mortal"), writes);
    auto opened = Views::open(*club.log, club_schema(), club.sealer, std::move(store),
                              poisoned_projections(), any_options());
    for (std::size_t more = 0; more < steps.size() / 6 && next < steps.size(); ++more)
      happening.step(steps[next++]);
    if (opened) (void)(*opened)->catch_up().has_value();
    while (next < steps.size() && next < steps.size() * static_cast<std::size_t>(life + 1) / 6)
      happening.step(steps[next++]);
    if (opened && anew) (void)(*opened)->rebuild().has_value();
    if (opened) (void)(*opened)->catch_up().has_value();
  }
  auto mortal = open_poisoned(club, view_store(*backend, "mortal"), any_options());
  MUST(mortal->catch_up());
  auto fresh = open_poisoned(club, view_store(*backend, "fresh"));
  MUST(fresh->catch_up());
  expect_same(*mortal, *fresh);
  expect_summed(*mortal);
}

// The same business events, whenever they came in, give the same rows: all that is told of the
// order of arrival is the position.
RC_GTEST_PROP(ProjectionEquality, LateEventsGiveTheRowsOfEffectiveOrder, ()) {
  auto steps = *histories();
  for (Step& step : steps) step.what %= 8;
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i].day = static_cast<int>(i);
  std::vector<std::size_t> arrival(steps.size());
  for (std::size_t i = 0; i < arrival.size(); ++i) arrival[i] = i;
  for (std::size_t i = arrival.size(); i > 1; --i)
    std::swap(arrival[i - 1], arrival[*rc::gen::inRange<std::size_t>(0, i)]);
  const auto rows_of = [&](const std::vector<std::size_t>& order) {
    ClubLedger club;
    const auto backend = memory_backend();
    auto views = open_poisoned(club, view_store(*backend, "views"), any_options());
    // A row names the club as recorded and the like; only the trace tells positions.
    for (const std::size_t at : order) {
      club.add(*message_of(steps[at], steps[at].what), steps[at].day);
      if (at % 3 == 0) MUST(views->catch_up());
    }
    MUST(views->catch_up());
    std::vector<std::string> texts;
    for (const std::string& view : all_views)
      for (std::string text : dump(*views, view)) {
        const auto trace = text.find(" trace: ");
        texts.push_back(text.substr(0, trace));
      }
    return texts;
  };
  std::vector<std::size_t> in_order(steps.size());
  for (std::size_t i = 0; i < in_order.size(); ++i) in_order[i] = i;
  RC_ASSERT(rows_of(arrival) == rows_of(in_order));
}

TEST(ProjectionEquality, MemoryAndRocksDbGiveTheSameBytes) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto steps = histories()(rc::Random(seed), 100).value();
    ClubLedger club;
    const Scratch scratch;
    const auto memory = memory_backend();
    const auto rocks = rocksdb_backend();
    auto left = open_poisoned(club, view_store(*memory, "views"), {7, 1U << 20, 1});
    auto right =
        open_poisoned(club, view_store(*rocks, (scratch.path / "views").string()), {3, 2000, 3});
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
      EXPECT_EQ(all_parked(*left), all_parked(*right));
      for (const ViewCheck& check : take(right->verify())) EXPECT_TRUE(check.equal);
      MUST(right->rebuild());
    }
  }
}

}  // namespace
}  // namespace taizhang::testing
