// A decision over a subject of many events: by all its events (`past`), by the row that is kept,
// and by the row folded from its first event on, as after a void.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "must.hpp"
#include "taizhang/education/education.hpp"
#include "taizhang/education/v1/commands.pb.h"
#include "taizhang/education/v1/events.pb.h"
#include "taizhang/education/v1/views.pb.h"
#include "taizhang/storage/rocksdb.hpp"
#include "taizhang/system/system.hpp"

namespace {

using namespace taizhang;
namespace v1 = education::v1;
using Steady = std::chrono::steady_clock;

constexpr const char* pupil = "p1";
const std::vector<std::string> key{std::string("student:") + pupil};

v1::AbsenceRecorded absence() {
  v1::AbsenceRecorded made;
  made.set_student(pupil);
  made.set_school("s1");
  made.set_days(1);
  return made;
}

Model model(bool by_row) {
  Model made{.name = "bench", .schema = education_schema()};
  made.projections.emplace_back("absences", 1)
      .table<v1::StudentRow>("student-register", {"student"})
      .creates<v1::AbsenceRecorded>(
          [](const v1::AbsenceRecorded& event, const EventInfo&, v1::StudentRow& row) {
            row.set_absent_days(row.absent_days() + event.days());
          });
  made.judge =
      Rules()
          .on<v1::RecordAbsence>([by_row](Decision& decision, const auto&) -> Result<> {
            if (by_row) {
              TAIZHANG_TRY(const auto row, decision.row<v1::StudentRow>("student-register", key));
              if (!row) return refuse("BENCH-NONE", {"nothing", "无"});
            } else {
              TAIZHANG_TRY(const auto past, decision.past<v1::AbsenceRecorded>(key));
              if (past.empty()) return refuse("BENCH-NONE", {"nothing", "无"});
            }
            return decision.emit(absence());
          })
          .judge();
  return made;
}

class Bench {
 public:
  Bench(const std::string& place, bool by_row) {
    storage_.add("rocksdb", rocksdb_backend());
    system_ = must(System::create(storage_, model(by_row), {.location = "rocksdb:" + place}));
  }
  void fill(std::size_t until) {
    while (events_ < until) {
      std::vector<NewEvent> batch;
      for (; batch.size() < 10'000 && events_ < until; ++events_)
        batch.push_back(must(encode_event(*system_->schema(), absence(), Id::random(), {},
                                          Date{19'800}, system_->vault())));
      (void)must(system_->ledger().append(batch));
    }
  }
  /// Milliseconds of the middle one of some decisions, or of one; less than 0: it is refused.
  double decide(int times) {
    v1::RecordAbsence wish;
    wish.set_student(pupil);
    wish.set_days(1);
    std::vector<double> took;
    for (int i = 0; i < times; ++i) {
      const Command command = Command::of(wish, {}, Date{19'800});
      const auto began = Steady::now();
      const Verdict verdict = must(system_->execute(command));
      took.push_back(std::chrono::duration<double, std::milli>(Steady::now() - began).count());
      if (verdict.error) return -1;
      ++events_;
    }
    std::nth_element(took.begin(), took.begin() + times / 2, took.end());
    return took[static_cast<std::size_t>(times) / 2];
  }

 private:
  StorageRegistry storage_;
  std::unique_ptr<System> system_;
  std::size_t events_ = 0;
};

void print(double milliseconds) {
  if (milliseconds < 0)
    std::printf(" %12s", "refused");
  else
    std::printf(" %12.2f", milliseconds);
}

}  // namespace

void decisions_over_long_histories(const std::string& dir) {
  std::printf("\n%-34s %12s %12s %12s\n", "a durable decision, ms", "all events", "row kept",
              "row anew");
  Bench by_events(dir + "/decisions-events", false);
  Bench by_row(dir + "/decisions-row", true);
  for (const std::size_t events : {100U, 10'000U, 100'000U, 250'000U}) {
    by_events.fill(events);
    by_row.fill(events);
    std::printf("over a subject of %7zu events    ", events);
    print(by_events.decide(5));
    (void)by_row.decide(1);  // takes what was filled in
    print(by_row.decide(21));
    Bench cold(dir + "/decisions-cold-" + std::to_string(events), true);
    cold.fill(events);
    print(cold.decide(1));
    std::printf("\n");
  }
}
