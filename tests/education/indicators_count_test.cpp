#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>
#include <random>

#include "education/registers/board.hpp"
#include "registers_fixture.hpp"
#include "taizhang/education/parameters.hpp"

namespace taizhang::registers_test {
namespace {

using registers::Circle;
using registers::Reckoning;
using registers::Tally;

Reckoning on(const std::string& date) {
  Reckoning by;
  const auto year = registers::school_year_of(day(date), "09-01");
  EXPECT_TRUE(year.has_value());
  if (year) by.year = *year;
  by.starts = by.year.starts.to_string();
  by.on = date;
  return by;
}

Circle school(const std::string& id) {
  return {{IndicatorScope::Kind::school, "school:" + id}, {id}};
}

/// Pupils of school s1 in class c1 from before the year, each with a log of its own.
class Roll {
 public:
  explicit Roll(int pupils) : logs_(static_cast<std::size_t>(pupils)) {
    for (Log& log : logs_) log.add("2024-08-30", enrolled("p"));
  }
  Log& pupil(int i) { return logs_[static_cast<std::size_t>(i)]; }
  Log& join() { return logs_.emplace_back(); }
  Tally dropouts(const Reckoning& by, const Circle& circle = school("s1")) {
    Tally tally;
    for (Log& log : logs_) registers::count_dropouts(log.student("p"), circle, by, tally);
    return tally;
  }

 private:
  std::deque<Log> logs_;
};

std::string text(const Tally& tally) {
  return std::to_string(tally.numerator) + "/" + std::to_string(tally.denominator);
}
bool passes(const Tally& tally) {
  const auto limit = parse_fraction(find_parameter("dropout.rate-max")->default_value);
  return compare({tally.numerator, tally.denominator}, *limit) <= 0;
}

TEST(SchoolYear, TurnsOnItsFirstDay) {
  EXPECT_EQ(registers::school_year_of(day("2024-08-31"), "09-01")->label, "2023-2024");
  EXPECT_EQ(registers::school_year_of(day("2024-09-01"), "09-01")->label, "2024-2025");
  EXPECT_EQ(registers::school_year_of(day("2025-08-31"), "09-01")->label, "2024-2025");
  EXPECT_EQ(registers::school_year_of(day("2025-01-01"), "01-01")->label, "2025-2026");
  EXPECT_FALSE(registers::school_year_of(day("2025-01-01"), "13-01").has_value());
}

// 600 on the roll; 12 transferred in, 10 transferred out and confirmed, 2 not arrived, 3 on leave,
// 1 lost and returned in May, 1 death: three right answers, depending on what is asked.
TEST(DropoutRate, TheWorkedCaseComesOutUnderEachDefinition) {
  Roll roll(600);
  for (int i = 0; i < 12; ++i) roll.join().add("2024-11-04", transferred_in("p"));
  for (int i = 0; i < 10; ++i) {
    roll.pupil(i).add("2025-01-10", transferred_out("p"));
    roll.pupil(i).add("2025-02-20", transfer_confirmed("p"));
  }
  for (int i = 10; i < 12; ++i) roll.pupil(i).add("2025-01-10", transferred_out("p"));
  for (int i = 12; i < 15; ++i) roll.pupil(i).add("2024-12-02", leave("p"));
  roll.pupil(15).add("2025-03-10", dropped("p"));
  roll.pupil(15).add("2025-05-12", returned("p"));
  v1::StudentDeceased died;
  died.set_student("p");
  died.set_school("s1");
  roll.pupil(16).add("2025-04-04", died);

  Reckoning by = on("2025-06-30");
  EXPECT_EQ(text(roll.dropouts(by)), "5/600");
  EXPECT_FALSE(passes(roll.dropouts(by)));
  by.counts_leave = false;
  EXPECT_EQ(text(roll.dropouts(by)), "2/600");
  EXPECT_TRUE(passes(roll.dropouts(by)));
  by.counts_unconfirmed_transfer = false;
  EXPECT_EQ(text(roll.dropouts(by)), "0/600");

  EXPECT_EQ(text(roll.dropouts(on("2025-05-11"))), "6/600") << "the day before the return";
  EXPECT_EQ(text(roll.dropouts(on("2025-05-12"))), "5/600") << "the day of the return";
  EXPECT_EQ(text(roll.dropouts(on("2025-02-19"))), "15/600") << "10 arrivals not yet confirmed";
  EXPECT_EQ(text(roll.dropouts(on("2024-09-01"))), "0/600");
}

TEST(DropoutRate, HalfAPercentPassesAndAnythingMoreFails) {
  for (const auto& [lost, pupils, pass] : {std::tuple{1, 200, true},
                                           {1, 201, true},
                                           {1, 199, false},
                                           {3, 600, true},
                                           {3, 601, true},
                                           {3, 599, false}}) {
    Roll roll(pupils);
    for (int i = 0; i < lost; ++i) roll.pupil(i).add("2025-03-10", dropped("p"));
    const Tally tally = roll.dropouts(on("2025-06-30"));
    EXPECT_EQ(text(tally), std::to_string(lost) + "/" + std::to_string(pupils));
    EXPECT_EQ(passes(tally), pass) << text(tally);
  }
}

TEST(DropoutRate, WhoJoinedDuringTheYearCountsAboveTheLineOnly) {
  Roll roll(10);
  Log& newcomer = roll.join();
  newcomer.add("2024-11-04", transferred_in("p"));
  newcomer.add("2025-03-10", dropped("p"));
  EXPECT_EQ(text(roll.dropouts(on("2025-06-30"))), "1/10");
}

TEST(DropoutRate, LastYearsDropoutsAndFinishedPupilsAreNotThisYears) {
  Roll roll(10);
  roll.pupil(0).add("2024-08-31", dropped("p"));
  EXPECT_EQ(text(roll.dropouts(on("2025-06-30"))), "0/9");
  v1::StudentCompletedWithoutDiploma done;
  done.set_student("p");
  done.set_school("s1");
  done.set_class_("c1");
  roll.pupil(1).add("2025-06-30", done);
  EXPECT_EQ(text(roll.dropouts(on("2025-07-31"))), "0/9");
}

TEST(DropoutRate, WhoLeftFromAnotherSchoolIsThatSchoolsDropout) {
  Roll roll(10);
  roll.pupil(0).add("2025-01-10", transferred_out("p"));
  roll.pupil(0).add("2025-02-17", transferred_in("p", "c9", "s2"));
  roll.pupil(0).add("2025-04-01", dropped("p", "k1", "c9", "s2"));
  EXPECT_EQ(text(roll.dropouts(on("2025-06-30"))), "0/10");
  EXPECT_EQ(text(roll.dropouts(on("2025-06-30"), school("s2"))), "1/0");
  const Circle both{{IndicatorScope::Kind::county, "CN-431224"}, {"s1", "s2"}};
  EXPECT_EQ(text(roll.dropouts(on("2025-06-30"), both)), "1/10");
}

v1::CohortChildListed listed(const std::string& school_year = "2024-2025") {
  v1::CohortChildListed e;
  e.set_student("p");
  e.set_school_year(school_year);
  e.set_school("s1");
  e.set_township("431224101");
  e.set_jurisdiction("CN-431224");
  return e;
}

std::string enrolment(Log& log, const std::string& date, const Circle& circle = school("s1")) {
  Tally tally;
  const auto row = log.row<v1::AgeCohortRow>("age-cohort", {"student:p"});
  if (row) registers::count_enrolment(*row, circle, on(date), tally);
  return text(tally);
}

TEST(EnrolmentRate, OnlyTheListOfThatYearIsTheDenominator) {
  Log log;
  log.add("2024-08-30", enrolled("p"));
  EXPECT_EQ(enrolment(log, "2025-03-01"), "0/0") << "in school, but on no list";
  log.add("2023-08-20", listed("2023-2024"));
  EXPECT_EQ(enrolment(log, "2025-03-01"), "0/0") << "another year's list";
  log.add("2024-08-20", listed());
  EXPECT_EQ(enrolment(log, "2025-03-01"), "1/1");
  EXPECT_EQ(enrolment(log, "2025-03-01", school("s2")), "0/0");
}

TEST(EnrolmentRate, LeaveDoesNotCountUntilResumedAndAnExcuseCountsFromItsDay) {
  Log log;
  log.add("2024-08-20", listed());
  EXPECT_EQ(enrolment(log, "2024-09-01"), "0/1") << "one missing child fails the county";
  log.add("2024-09-02", enrolled("p", "c5", "s2"));
  EXPECT_EQ(enrolment(log, "2024-09-02"), "1/1") << "in school anywhere";
  log.add("2024-11-05", leave("p", "s2"));
  EXPECT_EQ(enrolment(log, "2024-11-04"), "1/1");
  EXPECT_EQ(enrolment(log, "2024-11-05"), "0/1");
  v1::CohortChildExcused excused;
  excused.set_student("p");
  excused.set_school_year("2024-2025");
  excused.set_ground("home-teaching");
  excused.set_approval_document("溆教〔2025〕3号");
  log.add("2025-01-06", excused);
  EXPECT_EQ(enrolment(log, "2025-01-05"), "0/1");
  EXPECT_EQ(enrolment(log, "2025-01-06"), "1/1");
}

TEST(EnrolmentRate, TownshipsAndCountiesTakeTheListingsPlace) {
  Log log;
  log.add("2024-08-20", listed());
  EXPECT_EQ(enrolment(log, "2024-09-01", {{IndicatorScope::Kind::township, "431224101"}, {}}),
            "0/1");
  EXPECT_EQ(enrolment(log, "2024-09-01", {{IndicatorScope::Kind::township, "431224102"}, {"s1"}}),
            "0/0");
  for (const auto& [place, count] : {std::pair<std::string, std::string>{"CN-431224", "0/1"},
                                     {"CN-4312", "0/1"},
                                     {"CN-43", "0/1"},
                                     {"*", "0/1"},
                                     {"CN-431225", "0/0"},
                                     {"CN-44", "0/0"}})
    EXPECT_EQ(enrolment(log, "2024-09-01", {{IndicatorScope::Kind::county, place}, {}}), count)
        << place;
}

TEST(Payments, AreJudgedAsTheyStoodOnTheDay) {
  Log log;
  v1::AidGranted granted;
  granted.set_grant("g");
  granted.set_student("p");
  granted.set_school("s1");
  granted.set_programme("boarder");
  granted.set_school_year("2024-2025");
  granted.set_term("1");
  granted.set_tier("a");
  granted.set_amount_fen(75'000);
  granted.set_due_on("2024-10-31");
  log.add("2024-09-20", granted);
  v1::AidDisbursed paid;
  paid.set_grant("g");
  paid.set_student("p");
  paid.set_school("s1");
  paid.set_amount_fen(75'000);
  log.add("2024-11-01", paid);
  v1::AidReturned back;
  back.set_grant("g");
  back.set_student("p");
  back.set_school("s1");
  back.set_amount_fen(5'000);
  back.set_reason("多发");
  log.add("2024-12-01", back);
  const auto row = *log.row<v1::AidPaymentRow>("aid-payments", {"grant:g"});
  const auto count = [&](const std::string& date) {
    registers::PaymentTallies tallies;
    registers::count_payments(row, school("s1"), on(date), tallies);
    return text(tallies.grants) + " " + text(tallies.money) + " " + text(tallies.punctual);
  };
  EXPECT_EQ(count("2024-10-30"), "0/0 0/0 0/0") << "not due yet";
  EXPECT_EQ(count("2024-10-31"), "0/1 0/75000 0/1");
  EXPECT_EQ(count("2024-11-01"), "1/1 75000/75000 0/1") << "in full, a day late";
  EXPECT_EQ(count("2024-12-01"), "0/1 70000/75000 0/1");
  EXPECT_EQ(count("2025-09-01"), "0/0 0/0 0/0") << "last year's";
}

TEST(Training, WithdrawnEnrolmentsAreLeftOutFromTheirDay) {
  v1::TrainingRow row;
  row.set_school("s1");
  row.set_enrolled_on("2024-10-01");
  const auto count = [&](const std::string& date) {
    Tally tally;
    registers::count_training(row, school("s1"), on(date), tally);
    return text(tally);
  };
  EXPECT_EQ(count("2024-09-30"), "0/0");
  EXPECT_EQ(count("2024-10-01"), "0/1");
  row.set_completed_on("2024-12-01");
  EXPECT_EQ(count("2024-11-30"), "0/1");
  EXPECT_EQ(count("2024-12-01"), "1/1");
  row.clear_completed_on();
  row.set_withdrawn_on("2024-12-01");
  EXPECT_EQ(count("2024-11-30"), "0/1");
  EXPECT_EQ(count("2024-12-01"), "0/0");
  EXPECT_EQ(count("2025-09-01"), "0/0") << "another school year";
}

// Events of different days may be recorded in any order: the record of the child is the same.
RC_GTEST_PROP(StudentRegister, TheOrderOfRecordingDoesNotMatter, ()) {
  const auto kinds = *rc::gen::container<std::vector<int>>(12, rc::gen::inRange(0, 7));
  const auto seed = *rc::gen::arbitrary<std::uint32_t>();
  std::vector<std::size_t> order(kinds.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto record = [&](const std::vector<std::size_t>& in) {
    Log log;
    for (const std::size_t i : in) {
      const Date date{day("2024-09-01").days + static_cast<int>(i) * 9};
      const std::string when = date.to_string();
      switch (kinds[i]) {
        case 0:
          log.add(when, enrolled("p", "c" + std::to_string(i % 3)));
          break;
        case 1:
          log.add(when, dropped("p", "k" + std::to_string(i)));
          break;
        case 2:
          log.add(when, returned("p", "k" + std::to_string(i)));
          break;
        case 3:
          log.add(when, leave("p"));
          break;
        case 4:
          log.add(when, transferred_out("p"));
          break;
        case 5:
          log.add(when, transfer_confirmed("p"));
          break;
        default:
          log.add(when, transferred_in("p", "c9", "s2"));
          break;
      }
    }
    auto row = log.student("p");
    for (auto& span : *row.mutable_spans()) span.clear_position();
    row.clear_case_position();
    return row.SerializeAsString();
  };
  const std::string straight = record(order);
  std::mt19937 random(seed);
  std::shuffle(order.begin(), order.end(), random);
  RC_ASSERT(record(order) == straight);
}

}  // namespace
}  // namespace taizhang::registers_test
