#include "registers_fixture.hpp"
#include "taizhang/education/indicators.hpp"
#include "taizhang/education/school_system.hpp"
#include "taizhang/storage/memory.hpp"

namespace taizhang::registers_test {
namespace {

/// A whole school system in memory; events are appended as decisions would.
class Board : public ::testing::Test {
 protected:
  void SetUp() override {
    registry_.add("memory", memory_backend());
    SchoolSystemOptions options;
    options.location = "memory:board";
    options.master_key = MasterKey{7};
    auto made = SchoolSystem::create(registry_, options);
    ASSERT_TRUE(made.has_value()) << made.error().message().en;
    system_ = *std::move(made);
    open_school("s1", "3143000001", "431224101");
    open_school("s2", "3143000002", "431224102");
  }

  void add(const std::string& on, const google::protobuf::Message& message) {
    auto encoded =
        encode_event(*system_->schema(), message, Id::random(), {}, day(on), system_->vault());
    ASSERT_TRUE(encoded.has_value()) << encoded.error().message().en;
    ASSERT_TRUE(system_->vault().make_durable().has_value());
    const NewEvent fresh = *std::move(encoded);
    const auto appended = system_->ledger().append({&fresh, 1});
    ASSERT_TRUE(appended.has_value()) << appended.error().message().en;
  }
  void open_school(const std::string& id, const std::string& code, const std::string& township) {
    v1::SchoolRegistered school;
    school.set_school(id);
    school.set_code(code);
    school.set_name("学校" + id);
    school.set_jurisdiction("CN-431224");
    school.set_township(township);
    add("2020-09-01", school);
  }
  void set_parameter(const std::string& name, const std::string& value, const std::string& on) {
    v1::RuleParameterSet parameter;
    parameter.set_parameter(name);
    parameter.set_jurisdiction("CN-43");
    parameter.set_value(value);
    add(on, parameter);
  }
  v1::Indicator line(const std::string& name, const IndicatorScope& scope, const std::string& on,
                     Position known_at = 0) {
    EXPECT_TRUE(system_->views().catch_up().has_value());
    const auto figures = name.starts_with("half-year") ? &half_year_statistics : &indicators;
    const auto board = figures(system_->education(), system_->views(), scope, day(on), known_at);
    EXPECT_TRUE(board.has_value()) << (board ? "" : board.error().message().en);
    if (board)
      for (const v1::Indicator& one : *board)
        if (one.name() == name) return one;
    ADD_FAILURE() << "no line " << name;
    return {};
  }

  const IndicatorScope county_{IndicatorScope::Kind::county, "CN-431224"};
  const IndicatorScope school_{IndicatorScope::Kind::school, "school:s1"};
  StorageRegistry registry_;
  std::unique_ptr<SchoolSystem> system_;
};

TEST_F(Board, WithoutAnOfficialListThereIsNoEnrolmentRate) {
  add("2024-09-01", enrolled("p"));
  const auto rate = line("enrolment-rate", county_, "2025-03-01");
  EXPECT_FALSE(rate.defined());
  EXPECT_FALSE(rate.met());
  EXPECT_NE(rate.missing().find("2024-2025"), std::string::npos) << rate.missing();
  EXPECT_NE(rate.missing_zh().find("适龄儿童名册"), std::string::npos) << rate.missing_zh();

  v1::CohortChildListed listed;
  listed.set_student("p");
  listed.set_school_year("2024-2025");
  listed.set_school("s1");
  listed.set_jurisdiction("CN-431224");
  add("2024-08-20", listed);
  const auto known = line("enrolment-rate", county_, "2025-03-01");
  EXPECT_TRUE(known.defined());
  EXPECT_EQ(known.numerator(), 1);
  EXPECT_EQ(known.denominator(), 1);
  EXPECT_TRUE(known.met());
  EXPECT_EQ(known.rule(), "R-02");
  EXPECT_EQ(known.comparison(), ">=");
  EXPECT_EQ(known.school_year(), "2024-2025");
  EXPECT_EQ(known.position(), system_->ledger().head().position);
}

TEST_F(Board, OneMoreDropoutTipsTheRateAndAReturnBringsItBack) {
  for (int i = 0; i < 200; ++i) add("2024-09-01", enrolled("p" + std::to_string(i)));
  add("2025-03-03", dropped("p0", "k0"));
  auto rate = line("dropout-rate", school_, "2025-03-03");
  EXPECT_EQ(rate.numerator(), 1);
  EXPECT_EQ(rate.denominator(), 200);
  EXPECT_EQ(rate.target_numerator(), 5);
  EXPECT_EQ(rate.target_denominator(), 1000);
  EXPECT_TRUE(rate.met()) << "exactly on the line is within it";
  add("2025-03-04", dropped("p1", "k1"));
  EXPECT_FALSE(line("dropout-rate", school_, "2025-03-04").met());
  EXPECT_TRUE(line("dropout-rate", school_, "2025-03-03").met())
      << "the day before stays as it was";
  add("2025-03-20", returned("p1", "k1"));
  EXPECT_TRUE(line("dropout-rate", school_, "2025-03-20").met());
}

TEST_F(Board, TheDefinitionInForceOnTheDayStandsOnTheLine) {
  for (int i = 0; i < 10; ++i) add("2024-09-01", enrolled("p" + std::to_string(i)));
  add("2024-12-02", leave("p0"));
  set_parameter("dropout.counts-leave", "no", "2025-01-01");
  set_parameter("dropout.rate-max", "1/10", "2025-01-01");
  const auto before = line("dropout-rate", county_, "2024-12-31");
  EXPECT_EQ(before.numerator(), 1);
  EXPECT_FALSE(before.met());
  EXPECT_NE(before.definition_en().find("dropout.counts-leave=yes"), std::string::npos);
  const auto after = line("dropout-rate", county_, "2025-01-01");
  EXPECT_EQ(after.numerator(), 0);
  EXPECT_EQ(after.target_numerator(), 1);
  EXPECT_EQ(after.target_denominator(), 10);
  EXPECT_NE(after.definition_zh().find("dropout.counts-leave=no"), std::string::npos);
}

TEST_F(Board, TheFiguresOfAPastReportCanBeHadAgain) {
  for (int i = 0; i < 10; ++i) add("2024-09-01", enrolled("p" + std::to_string(i)));
  add("2024-12-02", leave("p0"));
  const Position reported = system_->ledger().head().position;
  // Recorded later, all of it about the time before the report: a dropout, the definition, the
  // target, and that one of the ten was never in school.
  add("2024-12-03", dropped("p1", "k1"));
  set_parameter("dropout.counts-leave", "no", "2024-09-01");
  set_parameter("dropout.rate-max", "1/10", "2024-09-01");
  const auto now = line("dropout-rate", county_, "2024-12-31");
  EXPECT_EQ(now.numerator(), 1);
  EXPECT_EQ(now.target_denominator(), 10);
  EXPECT_NE(now.definition_en().find("dropout.counts-leave=no"), std::string::npos);
  const auto then = line("dropout-rate", county_, "2024-12-31", reported);
  EXPECT_EQ(then.numerator(), 1) << "p0 on leave, not p1";
  EXPECT_EQ(then.target_denominator(), 1000) << "for all dates the target was the old one then";
  EXPECT_NE(then.definition_en().find("dropout.counts-leave=yes"), std::string::npos);
  EXPECT_EQ(then.position(), reported);
  EXPECT_EQ(line("dropout-rate", county_, "2024-12-31", reported - 1).numerator(), 0);
  const auto past = indicators(system_->education(), system_->views(), county_, day("2024-12-31"),
                               system_->ledger().head().position + 1);
  ASSERT_FALSE(past.has_value());
  EXPECT_EQ(past.error().code(), ErrorCode::not_found);
}

TEST_F(Board, ADefinitionChangedInMidTermHoldsFromItsDateAndOnlyOnceItIsKnown) {
  for (int i = 0; i < 10; ++i) add("2024-09-01", enrolled("p" + std::to_string(i)));
  add("2024-12-02", leave("p0"));
  const Position before = system_->ledger().head().position;
  set_parameter("dropout.counts-leave", "no", "2025-01-15");
  EXPECT_EQ(line("dropout-rate", county_, "2025-01-14").numerator(), 1);
  EXPECT_EQ(line("dropout-rate", county_, "2025-01-15").numerator(), 0);
  for (const char* on : {"2025-01-14", "2025-01-15", "2025-06-30"})
    EXPECT_EQ(line("dropout-rate", county_, on, before).numerator(), 1) << on;
}

TEST_F(Board, HalfYearStatisticsCountByTheParametersInForceAndAsKnownThen) {
  add("2024-09-01", enrolled("p"));
  add("2024-09-01", enrolled("q"));
  add("2024-12-02", dropped("p", "k1"));
  const Position away = system_->ledger().head().position;
  add("2025-02-28", returned("p", "k1"));
  const auto lost = line("half-year-lost", county_, "2025-06-30");
  EXPECT_EQ(lost.on(), "2025-03-10");
  EXPECT_EQ(lost.rule(), "B1");
  EXPECT_EQ(lost.numerator(), 0);
  EXPECT_EQ(lost.denominator(), 2);
  EXPECT_TRUE(lost.comparison().empty()) << "no target";
  EXPECT_NE(lost.definition_zh().find("2025-02-28"), std::string::npos);
  EXPECT_EQ(line("half-year-lost", county_, "2025-06-30", away).numerator(), 1);
  set_parameter("half-year.grace-days", "9", "2025-01-01");
  EXPECT_EQ(line("half-year-lost", county_, "2025-06-30").numerator(), 1);
  EXPECT_EQ(line("half-year-returned", county_, "2025-06-30").numerator(), 1);
  EXPECT_FALSE(line("half-year-returned", school_, "2024-06-30").defined());
}

TEST_F(Board, ScopesAreASchoolByTagOrCodeATownshipOrACounty) {
  add("2024-09-01", enrolled("p", "c1", "s1"));
  add("2024-09-01", enrolled("q", "c2", "s2"));
  const auto pupils = [&](IndicatorScope::Kind kind, const std::string& value) {
    return line("dropout-rate", {kind, value}, "2025-03-01").denominator();
  };
  EXPECT_EQ(pupils(IndicatorScope::Kind::school, "school:s1"), 1);
  EXPECT_EQ(pupils(IndicatorScope::Kind::township, "431224102"), 1);
  EXPECT_EQ(pupils(IndicatorScope::Kind::county, "CN-431224"), 2);
  EXPECT_EQ(pupils(IndicatorScope::Kind::county, "*"), 2);
  EXPECT_EQ(pupils(IndicatorScope::Kind::county, "CN-44"), 0);
  const auto unknown =
      indicators(system_->education(), system_->views(),
                 {IndicatorScope::Kind::school, "school-code:none"}, day("2025-03-01"));
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code(), ErrorCode::not_found);
}

TEST_F(Board, PersonalFieldsAreMaskedUnlessRevealed) {
  add("2024-09-01", registered("p", "欧阳娜"));
  add("2024-09-01", assigned("student:p", "citizen-id", "431224201103150022", "citizen-id:a"));
  add("2024-09-01",
      assigned("student:p", "student-number", "G431224201103150022", "student-number:b"));
  ASSERT_TRUE(system_->views().catch_up().has_value());
  v1::StudentRow shown;
  const auto look = [&](bool reveal) {
    Ask ask;
    ask.key = {"student:p"};
    ask.reveal = reveal;
    const auto answer = system_->views().ask("student-register", ask, [&](const auto& row) {
      shown = static_cast<const v1::StudentRow&>(row);
      return true;
    });
    ASSERT_TRUE(answer.has_value()) << answer.error().message().en;
  };
  look(false);
  EXPECT_EQ(shown.name(), "欧**");
  EXPECT_EQ(shown.citizen_id(), "4312**********0022");
  look(true);
  EXPECT_EQ(shown.name(), "欧阳娜");
  EXPECT_EQ(shown.citizen_id(), "431224201103150022");
  EXPECT_EQ(shown.student_number(), "G431224201103150022");
}

TEST_F(Board, KeptUpAndRebuiltRegistersAreTheSameBytes) {
  for (int i = 0; i < 30; ++i) {
    const std::string p = "p" + std::to_string(i);
    add("2024-09-01", registered(p));
    add("2024-09-01", assigned("student:" + p, "citizen-id", "", "", "missing"));
    add("2024-09-01", enrolled(p));
    if (i % 3 == 0) add("2025-03-03", dropped(p, "k" + p));
    if (i % 6 == 0) add("2025-02-01", leave(p));  // recorded late
    if (i % 10 == 0) {
      ASSERT_TRUE(system_->views().catch_up().has_value());
    }
  }
  ASSERT_TRUE(system_->views().catch_up().has_value());
  std::map<std::string, Hash> kept;
  for (const std::string& view : system_->views().view_names())
    kept[view] = *system_->views().digest(view);
  EXPECT_EQ(kept.size(), 11U);
  ASSERT_TRUE(system_->views().rebuild().has_value());
  for (const auto& [view, digest] : kept)
    EXPECT_EQ(to_hex(*system_->views().digest(view)), to_hex(digest)) << view;
}

}  // namespace
}  // namespace taizhang::registers_test
