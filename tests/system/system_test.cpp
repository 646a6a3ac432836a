#include "taizhang/system/system.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>

#include "bus/bus.hpp"
#include "taizhang/schema/display.hpp"
#include "taizhang/schema/stored_schema.hpp"
#include "taizhang/storage/memory.hpp"
#include "taizhang/storage/rocksdb.hpp"

namespace taizhang {
namespace {

using testing::bus_model;
using testing::must;
using testing::take;
using testing::wish;

class Systems : public ::testing::Test {
 protected:
  Systems() {
    registry.add("memory", memory_backend());
    registry.add("rocksdb", rocksdb_backend());
    static std::atomic<int> number = 0;
    place = std::filesystem::temp_directory_path() /
            ("taizhang-system-" + std::to_string(getpid()) + "-" + std::to_string(number++));
  }
  ~Systems() override { std::filesystem::remove_all(place); }
  [[nodiscard]] SystemOptions there() const { return {.location = "rocksdb:" + place.string()}; }
  [[nodiscard]] SystemOptions reading(OpenMode mode) const {
    return {.location = "rocksdb:" + place.string(), .mode = mode, .views = "memory:mine"};
  }
  StorageRegistry registry;
  std::filesystem::path place;
};

std::int64_t riders(Views& views, const std::string& number) {
  std::int64_t found = 0;
  take(views.ask("buses", {.key = {"bus:" + number}}, [&](const google::protobuf::Message& row) {
    found = static_cast<const bus::BusRow&>(row).children();
    return true;
  }));
  return found;
}

TEST_F(Systems, SchemaIsTheFirstEventAndIsWrittenOnce) {
  {
    auto made = take(System::create(registry, bus_model(), there()));
    EXPECT_EQ(made->ledger().head().position, 1u);
    must(made->close());
  }
  auto again = take(System::open(registry, bus_model(), there()));
  EXPECT_EQ(again->ledger().head().position, 1u);
  const auto stored = take(stored_schemas(again->ledger()));
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].application, "school-bus");
  EXPECT_NE(take(stored_schema(again->ledger()))->event("bus.child-boarded"), nullptr);
}

TEST_F(Systems, SimulatedRecordIsCreatedWithoutAClock) {
  SystemOptions options = there();
  options.simulated_clock = true;
  auto made = take(System::create(registry, bus_model(), options));
  EXPECT_EQ(made->ledger().head().position, 1u);
}

TEST_F(Systems, SchemaThatForgetsStoredEventsIsRefused) {
  {
    auto made = take(System::create(registry, bus_model(), there()));
    EXPECT_FALSE(take(made->execute(wish("ann", "1"))).error);
    must(made->close());
  }
  Model other{.name = "school-bus", .schema = take(Schema::make({}, {}))};
  const auto refused = System::open(registry, std::move(other), there());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::unsupported);
  EXPECT_NE(refused.error().message().en.find("bus.child-boarded"), std::string::npos)
      << refused.error().message().en;
}

TEST_F(Systems, RecordStaysWithItsApplication) {
  must(take(System::create(registry, bus_model(), there()))->close());
  Model other = bus_model();
  other.name = "another";
  const auto refused = System::open(registry, std::move(other), there());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail("application"), "school-bus");
}

TEST_F(Systems, AnybodyReadsItWithTheSchemaThatItHolds) {
  auto writer = take(System::create(registry, bus_model(), there()));
  EXPECT_FALSE(take(writer->execute(wish("ann", "1"))).error);
  auto seen = take(System::inspect(registry, reading(OpenMode::follower)));
  EXPECT_EQ(seen->name(), "school-bus");
  Reader reader = take(seen->ledger().read(Query::tag("child:ann")));
  const RecordedEvent* event = take(reader.next());
  ASSERT_NE(event, nullptr);
  const auto message = new_message_for(*seen->schema(), *event);
  ASSERT_NE(message, nullptr);
  take(decode_event(*seen->schema(), *event, *message, &seen->vault()));
  EXPECT_EQ(take(to_json(*message)), R"({"child":"ann","bus":"1"})");
  EXPECT_EQ(seen->schema()->of(message->GetDescriptor())->label.zh, "学生上车");
}

TEST_F(Systems, ReaderKeepsItsOwnViewsBesideTheWriter) {
  auto writer = take(System::create(registry, bus_model(), there()));
  EXPECT_FALSE(take(writer->execute(wish("ann", "1"))).error);
  auto reader = take(System::open(registry, bus_model(), reading(OpenMode::follower)));
  take(reader->views().catch_up());
  EXPECT_EQ(riders(reader->views(), "1"), 1);

  EXPECT_FALSE(take(writer->execute(wish("ben", "1"))).error);
  EXPECT_EQ(take(reader->refresh()).position, 3u);
  take(reader->views().catch_up());
  EXPECT_EQ(riders(reader->views(), "1"), 2);
  take(writer->views().catch_up());
  EXPECT_EQ(take(reader->views().digest("buses")), take(writer->views().digest("buses")));
}

/// With whoever boards first comes the teacher, unless the teacher rode by then.
Model escorted_model() {
  Model model = bus_model();
  model.processes.push_back(ProcessManager("escort").on<bus::ChildBoarded>(
      [](Reaction& reaction, const bus::ChildBoarded& boarded) -> Result<> {
        TAIZHANG_TRY(const auto rides, reaction.past<bus::ChildBoarded>({"child:teacher"}));
        if (!rides.empty()) return {};
        bus::BoardBus wish;
        wish.set_child("teacher");
        wish.set_bus(boarded.bus());
        reaction.command(wish);
        return {};
      }));
  return model;
}

TEST_F(Systems, ReactionsRunWhenAskedAndOnceWhateverBecomesOfTheViews) {
  {
    auto system = take(System::create(registry, escorted_model(), there()));
    EXPECT_FALSE(take(system->execute(wish("ann", "1"))).error);
    EXPECT_EQ(system->ledger().head().position, 2u) << "nothing reacts by itself";
    const auto progress = take(system->react());
    ASSERT_EQ(progress.size(), 1u);
    EXPECT_EQ(progress[0].accepted, 1u);
    EXPECT_EQ(system->ledger().head().position, 3u);
    EXPECT_EQ(take(system->react())[0].reactions, 0u) << "the place is noted beside the views";
    must(system->close());
  }
  std::filesystem::remove_all(place / "views");
  auto again = take(System::open(registry, escorted_model(), there()));
  const auto progress = take(again->react());
  EXPECT_EQ(progress[0].known, 1u);
  EXPECT_EQ(again->ledger().head().position, 3u);
}

TEST_F(Systems, ReactionsOfASimulatedRecordNeedNoClock) {
  SystemOptions options = there();
  options.simulated_clock = true;
  auto system = take(System::create(registry, escorted_model(), options));
  Command command = wish("ann", "1");
  command.simulated_now = take(Timestamp::parse("2030-01-01T00:00:00Z"));
  EXPECT_FALSE(take(system->execute(command)).error);
  EXPECT_EQ(take(system->react())[0].accepted, 1u);
  EXPECT_EQ(system->ledger().head().recorded_at, *command.simulated_now);
}

TEST_F(Systems, TwoManagersOfOneNameAreRefusedWithTheModel) {
  Model model = escorted_model();
  model.processes.push_back(model.processes.front());
  const auto refused = System::create(registry, std::move(model), there());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail("manager"), "escort");
  EXPECT_FALSE(std::filesystem::exists(place)) << "nothing is left behind";
}

TEST_F(Systems, FrozenReaderStaysWhereItWasOpened) {
  auto writer = take(System::create(registry, bus_model(), there()));
  EXPECT_FALSE(take(writer->execute(wish("ann", "1"))).error);
  auto frozen = take(System::open(registry, bus_model(), reading(OpenMode::frozen)));
  EXPECT_FALSE(take(writer->execute(wish("ben", "1"))).error);
  EXPECT_EQ(take(frozen->refresh()).position, 2u);
}

TEST_F(Systems, ARecordIsAmendedAndItsRegistersFollow) {
  auto system = take(System::create(registry, bus_model(), there()));
  const Approval approval{"wrong bus", "head", "9"};
  const Position ride = take(system->execute(wish("ann", "1"))).positions.front();
  bus::ChildBoarded elsewhere;
  elsewhere.set_child("ann");
  elsewhere.set_bus("2");
  EXPECT_EQ(take(system->correct_event(ride, elsewhere, approval)).kind, Verdict::Kind::accepted);
  take(system->views().catch_up());
  EXPECT_EQ(riders(system->views(), "1"), 0);
  EXPECT_EQ(riders(system->views(), "2"), 1);
  const Verdict voided = take(system->void_event(ride, approval, {.actor = "desk:1"}));
  EXPECT_EQ(voided.kind, Verdict::Kind::accepted);
  take(system->views().catch_up());
  EXPECT_EQ(riders(system->views(), "2"), 0);
  EXPECT_EQ(take(system->void_event(ride, approval)).error->detail("rule"), "AMENDMENT");
  EXPECT_EQ(take(system->void_event(1, approval)).error->detail("rule"), "AMENDMENT")
      << "the schema is the ledger's own";
  for (const ViewCheck& check : take(system->views().verify()))
    EXPECT_TRUE(check.equal) << check.view << ": " << check.difference;
  must(system->close());
}

// A copy of the record is put back, and the record goes on: whoever had read more is told.
TEST_F(Systems, WhoReadMoreThanARestoredRecordHoldsIsTold) {
  const auto aside = place.string() + "-copy";
  Checkpoint kept, lost;
  {
    auto system = take(System::create(registry, bus_model(), there()));
    take(system->execute(wish("ann", "1")));
    kept = system->ledger().checkpoint();
    must(system->close());
  }
  std::filesystem::copy(place, aside, std::filesystem::copy_options::recursive);
  {
    auto system = take(System::open(registry, bus_model(), there()));
    take(system->execute(wish("ben", "1")));
    take(system->execute(wish("cai", "2")));
    lost = system->ledger().checkpoint();
    must(system->views().set_cursor("letters", lost));
    must(system->close());
  }
  std::filesystem::remove_all(place / "log");
  std::filesystem::copy(aside + "/log", place / "log", std::filesystem::copy_options::recursive);
  auto system = take(System::open(registry, bus_model(), there()));
  const auto refused = [&] {
    const auto cursor = take(system->views().cursor("letters"));
    EXPECT_EQ(cursor, lost);
    EXPECT_EQ(system->ledger().follow(Query::all(), *cursor).error().code(),
              ErrorCode::other_history);
    EXPECT_EQ(system->ledger().read(Query::all(), {.after = lost}).error().code(),
              ErrorCode::other_history);
    EXPECT_EQ(system->views()
                  .ask("buses", {.at_least = lost}, [](const auto&) { return true; })
                  .error()
                  .code(),
              ErrorCode::other_history);
  };
  refused();  // past its end
  for (const char* child : {"dan", "eve", "fay"}) take(system->execute(wish(child, child)));
  refused();  // past the same position, with other events
  must(system->ledger().check(kept));
  Follower follower = take(system->ledger().follow(Query::all(), kept));
  for (int i = 0; i < 3; ++i) EXPECT_NE(take(follower.next(std::chrono::milliseconds(0))), nullptr);
  must(system->close());
  std::filesystem::remove_all(aside);
}

TEST_F(Systems, ReaderTakesNoCommands) {
  auto writer = take(System::create(registry, bus_model(), there()));
  auto reader = take(System::open(registry, bus_model(), reading(OpenMode::follower)));
  const auto refused = reader->execute(wish("ann", "1"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::unsupported) << refused.error().message().en;
  EXPECT_EQ(writer->ledger().head().position, 1u);
}

TEST_F(Systems, PlaceOfViewsIsTheReadersToGive) {
  auto writer = take(System::create(registry, bus_model(), there()));
  SystemOptions options = there();
  options.mode = OpenMode::follower;
  EXPECT_EQ(System::open(registry, bus_model(), options).error().code(),
            ErrorCode::invalid_argument);
  must(writer->close());
  writer.reset();
  options.mode = OpenMode::writer;
  options.views = "memory:mine";
  EXPECT_EQ(System::open(registry, bus_model(), options).error().code(),
            ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace taizhang
