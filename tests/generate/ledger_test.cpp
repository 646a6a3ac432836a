// A county recorded straight into a ledger: the same for the same seed, lawful throughout, and what
// its counts say is what the registers show.
#include "taizhang/generate/ledger.hpp"

#include <gtest/gtest.h>

#include "education/lawful.hpp"
#include "taizhang/education/v1/events.pb.h"
#include "taizhang/education/v1/views.pb.h"
#include "taizhang/storage/memory.hpp"

namespace taizhang {
namespace {

namespace v1 = education::v1;

template <class T>
T need(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message().en);
  return *std::move(result);
}

std::unique_ptr<SchoolSystem> empty_system(bool simulated = true) {
  StorageRegistry storage;
  storage.add("memory", memory_backend());
  SchoolSystemOptions options;
  options.location = "memory:county";
  options.master_key = MasterKey{7};
  options.simulated_clock = simulated;
  return need(SchoolSystem::create(storage, options));
}

GenerateOptions big_county(std::int64_t pupils, int years, std::uint64_t seed) {
  GenerateOptions options;
  options.kind = GenerateOptions::Kind::county;
  options.pupils = pupils;
  options.years = years;
  options.seed = seed;
  return options;
}

/// What a seed fixes of every event: all but keys, nonces and lookup tokens.
std::vector<std::string> fixed(const SchoolSystem& of) {
  auto& system = const_cast<SchoolSystem&>(of);
  std::vector<std::string> lines;
  Reader reader = need(system.ledger().read(Query::all(), {.first = 2}));
  while (const RecordedEvent* event = need(reader.next())) {
    std::string line = std::to_string(event->position) + ' ' +
                       std::to_string(event->recorded_at.microseconds) + ' ' +
                       event->id.to_string() + ' ' + std::string(event->type) + ' ' +
                       event->effective_on->to_string() + ' ' + std::string(event->context);
    if (event->type == "education.identifier-assigned") {
      v1::IdentifierAssigned message;
      EXPECT_TRUE(message.ParseFromString(std::string(event->clear)));
      message.clear_lookup();
      line += message.SerializeAsString();
    } else if (event->type != "education.identifier-disputed") {
      line += event->clear;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

class GeneratedLedgers : public ::testing::Test {
 protected:
  // One county serves all tests that only read it.
  static void SetUpTestSuite() {
    system = empty_system().release();
    made = new GeneratedLedger(need(generate_into(*system, big_county(400, 4, 3))));
    need(system->views().catch_up());
  }
  static void TearDownTestSuite() {
    delete made;
    delete system;
  }
  template <class Row, class Visit>
  static void each_row(const char* view, Visit visit) {
    (void)need(system->views().ask(view, {}, [&](const google::protobuf::Message& row) {
      visit(static_cast<const Row&>(row));
      return true;
    }));
  }
  static SchoolSystem* system;
  static GeneratedLedger* made;
};
SchoolSystem* GeneratedLedgers::system = nullptr;
GeneratedLedger* GeneratedLedgers::made = nullptr;

TEST_F(GeneratedLedgers, EveryLifeIsLawfulAndNothingParks) {
  std::size_t lives = 0;
  const auto walked =
      education_test::each_life(system->ledger(), system->vault(),
                                [&](const education_test::WholeLife& whole, education::Facts&) {
                                  ++lives;
                                  for (const education::Violation& one : whole.violations)
                                    ADD_FAILURE() << whole.key.front() << " at " << one.position
                                                  << ": " << one.rule << " " << one.text.en;
                                });
  ASSERT_TRUE(walked) << walked.error().message().en;
  EXPECT_GT(lives, 1'000U);
  for (const ProjectionStatus& one : system->views().status()) {
    EXPECT_EQ(one.parked, 0U) << one.name;
    EXPECT_EQ(one.position, system->ledger().head().position) << one.name;
  }
}

TEST_F(GeneratedLedgers, CountsAreWhatTheRegistersShow) {
  std::map<std::string, std::int64_t> count;
  each_row<v1::StudentRow>("student-register", [&](const v1::StudentRow& row) {
    ++count["students"];
    count["on_roll_at_end"] += row.status() == "01" ? 1 : 0;
    count["dropouts"] += row.dropouts();
    count["returns"] += row.returns();
  });
  each_row<v1::AidPaymentRow>("aid-payments", [&](const v1::AidPaymentRow& row) {
    ++count["grants"];
    count["granted_fen"] += row.granted_fen();
    count["paid_fen"] += row.paid_fen();
    count["payment_failures"] += row.failures();
  });
  each_row<v1::TrainingRow>("training-ledger", [&](const v1::TrainingRow& row) {
    ++count["training_enrolments"];
    count["training_completions"] += row.state() == "completed" ? 1 : 0;
  });
  each_row<v1::HouseholdRow>("household-register",
                             [&](const v1::HouseholdRow&) { ++count["households"]; });
  for (const auto& [name, value] : count) EXPECT_EQ(made->truth.at(name), value) << name;
  EXPECT_GT(made->truth.at("corrections"), 0);
  EXPECT_GT(made->truth.at("late_rows"), 0);
  EXPECT_GT(made->truth.at("dropouts"), 0);
  EXPECT_EQ(made->events, system->ledger().head().position - 1);
  EXPECT_GE(made->events, 400U * 4 * 13);
}

TEST_F(GeneratedLedgers, NaturalKeysAndPersonalDataAreThere) {
  int found = 0;
  Ask ask;
  ask.reveal = true;
  ask.limit = 200;
  std::vector<std::pair<std::string, std::string>> students;
  (void)need(system->views().ask("student-register", ask, [&](const google::protobuf::Message& m) {
    const auto& row = static_cast<const v1::StudentRow&>(m);
    EXPECT_FALSE(row.name().empty());
    students.emplace_back(row.student(), row.student_number());
    return true;
  }));
  for (const auto& [student, number] : students) {
    const auto named = need(system->education().resolve("student", "student-number:" + number));
    EXPECT_EQ(named, "student:" + student);
    ++found;
  }
  EXPECT_EQ(found, 200);
}

TEST(GeneratedLedger, SameSeedGivesTheSameEventsAndAnotherOthers) {
  const auto one = empty_system();
  const auto two = empty_system();
  const auto other = empty_system();
  const auto made = need(generate_into(*one, big_county(60, 2, 5)));
  EXPECT_EQ(made.truth, need(generate_into(*two, big_county(60, 2, 5))).truth);
  EXPECT_EQ(fixed(*one), fixed(*two));
  need(generate_into(*other, big_county(60, 2, 6)));
  EXPECT_NE(fixed(*one), fixed(*other));
}

TEST(GeneratedLedger, GoesIntoANewLedgerOfASimulationOnly) {
  const auto real = empty_system(false);
  auto refused = generate_into(*real, big_county(60, 1, 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_argument);
  const auto used = empty_system();
  need(generate_into(*used, big_county(60, 1, 1)));
  const Position before = used->ledger().head().position;
  refused = generate_into(*used, big_county(60, 1, 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_argument);
  EXPECT_EQ(used->ledger().head().position, before);
  const auto too_many = empty_system();
  refused = generate_into(*too_many, big_county(60, 51, 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail("option"), "years");
}

}  // namespace
}  // namespace taizhang
