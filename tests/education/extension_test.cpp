#include <gtest/gtest.h>

#include "bus/bus.hpp"
#include "taizhang/education/school_system.hpp"
#include "taizhang/education/v1/commands.pb.h"
#include "taizhang/storage/memory.hpp"

namespace taizhang {
namespace {

using testing::take;

Result<Model> school_with_buses() {
  SchoolExtension more{.name = "school-and-bus"};
  more.files = {bus::ChildBoarded::descriptor()->file()};
  more.judge = Rules().on<bus::BoardBus>(testing::board).judge();
  more.projections = testing::bus_model().projections;
  return education_model(std::move(more));
}

class Extension : public ::testing::Test {
 protected:
  Extension() {
    registry.add("memory", memory_backend());
    school = take(SchoolSystem::create(
        registry, {.location = "memory:a", .master_key = MasterKey{}}, take(school_with_buses())));
  }
  StorageRegistry registry;
  std::unique_ptr<SchoolSystem> school;
};

TEST_F(Extension, OwnCommandsAndTheSchoolsGoThroughOneDoor) {
  education::v1::RegisterSchool founding;
  founding.set_code("3143001234");
  founding.set_name("思蒙镇中学");
  founding.set_category("31");
  founding.set_jurisdiction("CN-431224");
  const std::vector<Command> commands{Command::of(founding), testing::wish("ann", "1"),
                                      testing::wish("ann", "2")};
  const auto verdicts = take(school->education().execute(commands));
  EXPECT_EQ(verdicts[0].kind, Verdict::Kind::accepted);
  EXPECT_EQ(verdicts[1].kind, Verdict::Kind::accepted);
  EXPECT_EQ(verdicts[2].error->detail("rule"), "ONE-BUS");
  take(school->views().catch_up());
  EXPECT_EQ(take(school->views().ask("buses", {}, [](const auto&) { return true; })).rows, 1u);
  EXPECT_EQ(take(school->views().ask("school-register", {}, [](const auto&) { return true; })).rows,
            1u);
  EXPECT_TRUE(take(school->education().resolve("school", "school-code:3143001234")));
}

TEST_F(Extension, ACodeTableOfTheSchoolsNameIsRefused) {
  SchoolExtension more{.name = "clash"};
  more.code_tables = {{"student-status", {{"99", {"lost", "失联"}}}}};
  const auto refused = education_model(std::move(more));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail("table"), "student-status");
}

}  // namespace
}  // namespace taizhang
