// Events of older versions are read as present messages everywhere but in the trail.
#include "rides.hpp"
#include "taizhang/audit/trail.hpp"
#include "taizhang/decision/decision.hpp"
#include "taizhang/ledger/v1/trail.pb.h"

namespace rides {
namespace {

using taizhang::ErrorCode;
using taizhang::MessageInfo;
using taizhang::RecordedEvent;
using taizhang::Upcasters;

class Versions : public ::testing::Test {
 protected:
  RideLedger ledger;
  SchemaPointer schema = schema_at(4);
};

TEST_F(Versions, ASchemaKnowsTheMessageOfEachVersion) {
  EXPECT_EQ(schema->event("test.ride")->descriptor, Ride::descriptor());
  EXPECT_EQ(schema->event("test.ride", 1)->descriptor, v1::Ride::descriptor());
  EXPECT_EQ(schema->event("test.ride", 2)->descriptor, v2::Ride::descriptor());
  EXPECT_EQ(schema->event("test.ride", 3)->descriptor, Ride::descriptor());
  EXPECT_EQ(schema->event("test.ride", 4)->descriptor, Ride::descriptor());
  EXPECT_EQ(schema->event("test.ride", 0), nullptr);
  EXPECT_EQ(schema->event("test.ride", 5), nullptr);
  EXPECT_EQ(schema->event("test.never", 1), nullptr);
  EXPECT_EQ(schema->versions("test.ride").size(), 3U);
  EXPECT_EQ(schema->upcaster_versions("test.ride"), (std::vector<std::uint32_t>{1, 2, 3}));
  for (const MessageInfo* event : schema->all(MessageInfo::Role::event))
    EXPECT_EQ(event, schema->event(event->name));
}

TEST_F(Versions, AChainOfStepsLeadsToThePresent) {
  const Position first = ledger.add(*schema_at(1), first_ride("r1"));
  const Position second = ledger.add(*schema_at(2), second_ride("r1"));
  Ride hours = present_ride("r1");
  hours.set_duration(2);
  const Position third = ledger.add_third(hours);
  const Position fourth = ledger.add(*schema, present_ride("r1"));

  const Ride from_first = ledger.read(*schema, first, &ledger.sealer);
  EXPECT_EQ(from_first.name(), "张三丰");
  EXPECT_EQ(from_first.fare().price(), 300);
  EXPECT_EQ(from_first.kind(), "02");
  EXPECT_EQ(from_first.duration(), 60);
  const Ride from_second = ledger.read(*schema, second, &ledger.sealer);
  EXPECT_EQ(from_second.name(), "李四");
  EXPECT_EQ(from_second.fare().price(), 450);
  EXPECT_EQ(from_second.duration(), 60);
  EXPECT_EQ(ledger.read(*schema, third, nullptr).duration(), 120);
  EXPECT_EQ(ledger.read(*schema, fourth, nullptr).duration(), 30);
}

TEST_F(Versions, WithoutKeysPersonalFieldsAreEmptyAndTheRestIsTaken) {
  const Position at = ledger.add(*schema_at(1), first_ride("r1"));
  const Ride closed = ledger.read(*schema, at, nullptr);
  EXPECT_TRUE(closed.name().empty());
  EXPECT_EQ(closed.fare().price(), 300);
  ledger.sealer.erased = {"identity"};
  ledger.at(at, [&](const RecordedEvent& event) {
    Ride ride;
    const auto erased = take(decode_event(*schema, event, ride, &ledger.sealer));
    EXPECT_EQ(erased, std::vector<std::string>{"identity"});
    EXPECT_TRUE(ride.name().empty());
    EXPECT_EQ(ride.kind(), "02");
  });
}

TEST_F(Versions, AnOlderMessageIsNotWrittenAnyMore) {
  const auto made = encode_event(*schema, first_ride("r1"), taizhang::Id::derive("t", {"1"}), {},
                                 std::nullopt, ledger.sealer);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::invalid_argument);
  EXPECT_EQ(ledger.sealer.sealed_parts(), 0U);
}

TEST_F(Versions, ACorrectionWrittenWithAnOlderVersionIsReadLikeAnEvent) {
  const SchemaPointer then = schema_at(1);
  const Position target = ledger.add(*then, first_ride("r1"));
  v1::Ride mended = first_ride("r1", "张四丰");
  mended.set_price_yuan(5);
  const Position correction = ledger.correct(*then, target, mended);
  const Ride read = ledger.read(*schema, correction, &ledger.sealer);
  EXPECT_EQ(read.name(), "张四丰");
  EXPECT_EQ(read.fare().price(), 500);
  EXPECT_EQ(read.duration(), 60);

  // And a present correction of an old event.
  ledger.correct(*schema, target, present_ride("r1", "赵六"));
  taizhang::History history(*schema);
  auto reader = take(ledger.log->read(taizhang::Query::tag("rider:r1")));
  while (const RecordedEvent* event = take(reader.next())) take(history.add(*event));
  const auto effective = history.effective();
  ASSERT_EQ(effective.size(), 1U);
  Ride opened;
  EXPECT_TRUE(take(open_event(*schema, ledger.sealer, effective[0], opened)).empty());
  EXPECT_EQ(opened.name(), "赵六");
  EXPECT_EQ(opened.duration(), 30);
}

TEST_F(Versions, HistoryGivesPresentMessagesAndOpensOldParts) {
  const Position first = ledger.add(*schema_at(1), first_ride("r1"));
  ledger.add(*schema_at(2), second_ride("r1"));
  ledger.add(*schema, present_ride("r1"));
  taizhang::History history(*schema);
  auto reader = take(ledger.log->read(taizhang::Query::tag("rider:r1")));
  while (const RecordedEvent* event = take(reader.next())) take(history.add(*event));
  const auto effective = history.effective();
  ASSERT_EQ(effective.size(), 3U);
  std::vector<std::string> names;
  std::vector<std::int64_t> prices;
  for (const auto& event : effective) {
    ASSERT_EQ(event.message->GetDescriptor(), Ride::descriptor());
    EXPECT_TRUE(static_cast<const Ride&>(*event.message).name().empty());
    Ride opened;
    EXPECT_TRUE(take(open_event(*schema, ledger.sealer, event, opened)).empty());
    names.push_back(opened.name());
    prices.push_back(opened.fare().price());
  }
  EXPECT_EQ(names, (std::vector<std::string>{"张三丰", "李四", "王五"}));
  EXPECT_EQ(prices, (std::vector<std::int64_t>{300, 450, 500}));
  EXPECT_EQ(effective[0].info.position, first);
  ledger.sealer.erased = {"identity"};
  Ride opened;
  EXPECT_EQ(take(open_event(*schema, ledger.sealer, effective[0], opened)),
            std::vector<std::string>{"identity"});
  EXPECT_EQ(opened.fare().price(), 300);
}

/// A view over rides of all versions.
std::vector<taizhang::Projection> riders() {
  std::vector<taizhang::Projection> all;
  all.emplace_back("riders", 1)
      .table<RiderRow>("riders", {"rider"})
      .creates<Ride>([](const Ride& ride, const taizhang::EventInfo&, RiderRow& row) {
        row.set_paid(row.paid() + ride.fare().price());
        row.set_minutes(row.minutes() + ride.duration());
        row.set_kinds(row.kinds() + ride.kind() + ";");
      })
      .reveals<Ride>([](const Ride& opened, RiderRow& row) { row.set_name(opened.name()); });
  return all;
}

TEST_F(Versions, ADecisionReadsPresentMessages) {
  ledger.add(*schema_at(1), first_ride("r1"));
  const Position second = ledger.add(*schema_at(2), second_ride("r1"));
  ledger.correct(*schema_at(2), second, second_ride("r1", "赵六"));
  auto store = take(taizhang::memory_backend()->open(
      "", {taizhang::OpenMode::create, taizhang::Vault::keyspaces()}));
  const auto vault = take(taizhang::Vault::open(std::move(store), {}, ledger.log->id()));
  taizhang::Desk desk(*ledger.log, *schema, *vault);
  const taizhang::Command command{.id = taizhang::Id::derive("t", {"1"})};
  taizhang::Decision decision(desk, command, "", taizhang::Date{19'900});
  const auto rides = take(decision.past<Ride>({"rider:r1"}));
  ASSERT_EQ(rides.size(), 2U);
  EXPECT_EQ(rides[0]->fare().price(), 300);
  EXPECT_EQ(rides[0]->duration(), 60);
  EXPECT_EQ(rides[1]->fare().price(), 450);
}

class VersionsInAView : public Versions {
 protected:
  std::vector<RiderRow> rows(const taizhang::Ask& ask) const {
    std::vector<RiderRow> found;
    take(views->ask("riders", ask, [&](const google::protobuf::Message& row) {
      found.push_back(static_cast<const RiderRow&>(row));
      return true;
    }));
    return found;
  }
  void open() {
    auto store = take(taizhang::memory_backend()->open(
        "", {taizhang::OpenMode::create, taizhang::Views::keyspaces()}));
    views =
        take(taizhang::Views::open(*ledger.log, schema, ledger.sealer, std::move(store), riders()));
    take(views->catch_up());
  }
  std::unique_ptr<taizhang::Views> views;
};

TEST_F(VersionsInAView, HandlersSeePresentMessagesNowAndAsOf) {
  const Position first = ledger.add(*schema_at(1), first_ride("r1"));
  const Position second = ledger.add(*schema_at(2), second_ride("r1"));
  ledger.add(*schema, present_ride("r1"));
  open();
  ASSERT_EQ(rows({}).size(), 1U);
  EXPECT_EQ(rows({})[0].paid(), 300 + 450 + 500);
  EXPECT_EQ(rows({})[0].minutes(), 60 + 60 + 30);
  EXPECT_EQ(rows({})[0].kinds(), "02;01;01;");
  taizhang::Ask then;
  then.known_at = second;
  EXPECT_EQ(rows(then)[0].paid(), 750);
  then.known_at = first;
  then.key = {"rider:r1"};
  EXPECT_EQ(rows(then)[0].paid(), 300);

  // A late correction folds the row anew from its history.
  ledger.correct(*schema, first, present_ride("r1"));
  take(views->catch_up());
  EXPECT_EQ(rows({})[0].paid(), 500 + 450 + 500);
}

TEST_F(VersionsInAView, PartsSealedInAnOldVersionAreRevealed) {
  const Position first = ledger.add(*schema_at(1), first_ride("r1"));
  ledger.add(*schema_at(2), second_ride("r2"));
  ledger.add(*schema, present_ride("r3"));
  open();
  taizhang::Ask reveal;
  reveal.reveal = true;
  const auto names = [&](const taizhang::Ask& ask) {
    std::vector<std::string> found;
    for (const RiderRow& row : rows(ask)) found.push_back(row.name());
    return found;
  };
  EXPECT_EQ(names(reveal), (std::vector<std::string>{"张三丰", "李四", "王五"}));
  EXPECT_EQ(names({}), (std::vector<std::string>{"张**", "李*", "王*"}));
  reveal.known_at = first;
  EXPECT_EQ(names(reveal), std::vector<std::string>{"张三丰"});
  reveal.known_at = 0;
  ledger.sealer.erased = {"identity"};
  EXPECT_EQ(names(reveal), std::vector<std::string>(3, "已删除/erased"));
}

TEST_F(VersionsInAView, UnknownFieldsOfANewerBuildAreKeptByteForByte) {
  NewerRide newer;
  newer.set_rider("r1");
  newer.set_remark("将来的字段");
  newer.set_seal(std::string("\0\x80\xFF", 3));
  taizhang::NewEvent event = ledger.made(*schema, present_ride("r1"));
  event.clear = newer.SerializeAsString();
  const Position at = ledger.append(event);
  ledger.at(at, [&](const RecordedEvent& found) {
    EXPECT_EQ(found.clear, event.clear);
    Ride ride;
    take(decode_event(*schema, found, ride, nullptr));
    EXPECT_EQ(ride.SerializeAsString(), event.clear);
    EXPECT_EQ(ride.GetReflection()->GetUnknownFields(ride).field_count(), 2);
  });
  // Through a step in the same class too.
  event = ledger.made(*schema, present_ride("r1"));
  event.version = 3;
  event.clear = newer.SerializeAsString();
  const Ride mended = ledger.read(*schema, ledger.append(event), nullptr);
  EXPECT_EQ(mended.GetReflection()->GetUnknownFields(mended).field_count(), 2);
  take(ledger.log->seal());
  open();
  ASSERT_EQ(rows({}).size(), 1U);
  EXPECT_EQ(rows({})[0].kinds(), ";;");
  ledger.at(at,
            [&](const RecordedEvent& found) { EXPECT_EQ(found.clear, newer.SerializeAsString()); });
}

TEST_F(Versions, TheTrailTellsWhatWasRecordedInTheWordsOfItsVersion) {
  const SchemaPointer then = schema_at(1);
  const Position first = ledger.add(*then, first_ride("r1"));
  ledger.correct(*then, first, first_ride("r1", "张四"));
  ledger.add(*schema, present_ride("r1"));
  std::vector<taizhang::ledger::v1::TrailEntry> entries;
  const std::vector<std::string> tags{"rider:r1"};
  take(taizhang::trail(*ledger.log, *schema, ledger.sealer, tags, {}, [&](const auto& entry) {
    entries.push_back(entry);
    return true;
  }));
  const auto told = [](const taizhang::ledger::v1::TrailEntry& entry) {
    std::vector<std::string> fields;
    for (const auto& field : entry.fields()) fields.push_back(field.name() + "=" + field.value());
    return fields;
  };
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].label(), "乘车(旧)");
  EXPECT_EQ(told(entries[0]), (std::vector<std::string>{"rider=r1", "full_name=张**",
                                                        "price_yuan=3", "kind=return"}));
  EXPECT_EQ(told(entries[1])[1], "full_name=张*");
  EXPECT_EQ(entries[2].label(), "乘车");
  EXPECT_EQ(told(entries[2])[1], "fare=金额=5.00");
}

TEST_F(Versions, AnUpcasterThatThrowsIsAnErrorThatNamesTheEvent) {
  const Position at = ledger.add(*schema_at(1), first_ride("r1"));
  Upcasters upcasters;
  upcasters.add<v1::Ride, v2::Ride>(
      [](const v1::Ride&, v2::Ride&) { throw std::runtime_error("no rider"); });
  const auto second = take(Schema::make(
      Files{v1::Ride::descriptor()->file(), v2::Ride::descriptor()->file()}, tables(), upcasters));
  ledger.at(at, [&](const RecordedEvent& event) {
    v2::Ride ride;
    const auto read = decode_event(*second, event, ride, nullptr);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), ErrorCode::internal);
    EXPECT_EQ(read.error().detail("position"), std::to_string(at));
    EXPECT_EQ(read.error().detail("version"), "1");
    EXPECT_NE(read.error().message().en.find("no rider"), std::string::npos);
  });
}

TEST_F(Versions, AStepThatDoesNotLeadToTheNextVersionIsRefused) {
  const auto refused = [](const Files& files, Upcasters upcasters, const std::string& words) {
    const auto made = Schema::make(files, tables(), std::move(upcasters));
    ASSERT_FALSE(made) << words;
    EXPECT_EQ(made.error().code(), ErrorCode::invalid_argument);
    EXPECT_NE(made.error().message().en.find(words), std::string::npos)
        << made.error().message().en;
  };
  const Files all{v1::Ride::descriptor()->file(), v2::Ride::descriptor()->file(),
                  Ride::descriptor()->file()};
  refused(all, {}, "needs an upcaster to version 2");
  refused(all, first_step(), "needs an upcaster to version 3");
  Upcasters leaping = first_step();
  leaping.add<v1::Ride, Ride>([](const v1::Ride&, Ride&) {});
  refused(all, leaping, "from one version to the next");
  Upcasters twice = all_steps();
  twice.add<Ride>(3, [](Ride&) {});
  refused(all, twice, "there are two from version 3");
  Upcasters too_far = all_steps();
  too_far.add<Ride>(4, [](Ride&) {});
  refused(all, too_far, "from one version to the next");
  Upcasters elsewhere = all_steps();
  elsewhere.add<v2::Ride>(1, [](v2::Ride&) {});
  refused(all, elsewhere, "from one version to the next");
  Upcasters strange = all_steps();
  strange.add<Ride, Inspected>([](const Ride&, Inspected&) {});
  refused(all, strange, "to another of its type");
  Upcasters empty = all_steps();
  empty.add<Inspected>(1, {});
  refused(all, empty, "from one version to the next");
}

}  // namespace
}  // namespace rides
