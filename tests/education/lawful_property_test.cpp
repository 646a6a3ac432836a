// Whatever is asked, in whatever order and with whatever dates, the log stays lawful, and the
// register says of every student what the rules say.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "education/lawful.hpp"
#include "education/world.hpp"
#include "taizhang/education/v1/views.pb.h"
#include "taizhang/ledger/v1/commands.pb.h"
#include "taizhang/projection/fold_row.hpp"

namespace taizhang::education_test {
namespace {

using education::Facts;

struct Step {
  int what;
  int who;
  int day;
  int target;
};

constexpr int kinds = 20;
constexpr int students = 3;

Command command_of(const Step& step, World& world) {
  const std::string student = "roster:" + std::to_string(step.who);
  const std::string on = Date{day("2022-09-01").days + step.day}.to_string();
  const std::string other = step.target % 2 == 0 ? "C1" : "C2";
  const auto about = [&](auto body) { return World::command(std::move(body), on); };
  const auto payment = [&](auto body) {
    body.set_student(student);
    body.set_programme("programme-code:P");
    body.set_school_year("2022-2023");
    body.set_term("1");
    return World::command(std::move(body), on);
  };
  switch (step.what) {
    case 0:
    case 1:
      return about(World::enrolment(std::to_string(step.who), other, "甲"));
    case 2: {
      auto body = World::of<v1::TransferIn>(student);
      body.set_class_("class-code:" + other);
      return about(body);
    }
    case 3: {
      auto body = World::of<v1::ChangeClass>(student);
      body.set_class_("class-code:" + other);
      return about(body);
    }
    case 4:
      return about(World::leave(student));
    case 5:
      return about(World::of<v1::EndLeave>(student));
    case 6:
      return about(World::of<v1::TransferOut>(student));
    case 7:
      return about(World::arrival(student));
    case 8:
      return about(World::of<v1::SuspectDropout>(student));
    case 9: {
      auto body = World::of<v1::ConfirmDropout>(student);
      body.set_cause("work");
      return about(body);
    }
    case 10:
      return about(World::of<v1::RecordReturn>(student));
    case 11: {
      auto body = World::of<v1::SignOffDropoutCase>(student);
      body.set_ground("returned");
      body.set_approver("principal");
      return about(body);
    }
    case 12:
      return about(World::of<v1::GraduateStudent>(student));
    case 13: {
      auto body = payment(v1::GrantAid());
      auto grant = static_cast<const v1::GrantAid&>(*body.body);
      grant.set_tier("t");
      return about(grant);
    }
    case 14:
      return payment(v1::InstructPayment());
    case 15:
      return payment(v1::RecordDisbursement());
    case 16: {
      auto body = World::of<v1::ClearDropoutSuspicion>(student);
      body.set_finding("无");
      return about(body);
    }
    case 17: {
      auto body = World::of<v1::RecordAbsence>(student);
      body.set_days(1);
      return about(body);
    }
    case 18: {
      // Deaths are rare: most of the time somebody else is withdrawn instead.
      if (step.target % 8 == 0) return about(World::of<v1::RecordDeath>(student));
      return about(World::of<v1::WithdrawStudent>(student));
    }
    default: {
      taizhang::ledger::v1::VoidEvent body;
      const Position head = world.ledger().head().position;
      body.set_position(1 + static_cast<Position>(step.target) % head);
      body.set_reason("误录");
      body.set_approver("principal");
      return about(body);
    }
  }
}

const TableSpec& student_register() {
  static const std::vector<Projection> projections = education_projections();
  for (const Projection& projection : projections)
    for (const auto& table : projection.tables())
      if (table->view == "student-register") return *table;
  throw std::runtime_error("no student register");
}

std::string register_status(World& world, const std::string& tag) {
  History history(*education_schema());
  auto reader = need(world.ledger().read(Query::tag(tag)));
  for (const RecordedEvent* event = need(reader.next()); event != nullptr;
       event = need(reader.next()))
    EXPECT_TRUE(history.add(*event).has_value());
  const std::vector<std::string> key{tag};
  const auto row = fold_row(*education_schema(), student_register(), key, history.effective());
  const std::string status = row ? static_cast<const v1::StudentRow&>(*row).status() : "";
  return status.empty() ? "none" : status == "05" ? "01" : status;
}

RC_GTEST_PROP(Lawful, NoSequenceOfCommandsMakesAnUnlawfulHistory, ()) {
  const auto steps = *rc::gen::container<std::vector<Step>>(
      rc::gen::build<Step>(rc::gen::set(&Step::what, rc::gen::inRange(0, kinds)),
                           rc::gen::set(&Step::who, rc::gen::inRange(0, students)),
                           rc::gen::set(&Step::day, rc::gen::inRange(0, 1200)),
                           rc::gen::set(&Step::target, rc::gen::inRange(0, 1000))));
  World world;
  world.school();
  world.klass("C1");
  world.klass("C2", 2022, "senior");
  v1::OpenAidProgramme programme;
  programme.set_code("P");
  programme.set_name("P");
  programme.set_jurisdiction("CN");
  world.must(programme, "2020-01-01");
  v1::SetAidStandard standard;
  standard.set_programme("programme-code:P");
  standard.set_tier("t");
  standard.set_amount_fen(100);
  world.must(standard, "2020-01-01");
  for (const Step& step : steps) {
    const Position head = world.ledger().head().position;
    const Verdict verdict = world.run(command_of(step, world));
    if (verdict.kind == Verdict::Kind::rejected) RC_ASSERT(world.ledger().head().position == head);
  }

  const auto walked =
      each_life(world.ledger(), world.vault(), [&](const WholeLife& whole, Facts& facts) {
        RC_ASSERT(whole.violations.empty());
        if (whole.life != &education::student_rules()) return;
        const auto student = education::student_life(whole.history, facts, Date{INT32_MAX});
        for (const EffectiveEvent& event : whole.history)
          RC_LOG() << event.info.effective_on.to_string() << " " << event.info.type << " "
                   << event.message->ShortDebugString() << "\n";
        RC_ASSERT(register_status(world, whole.key.front()) == student.status());
      });
  RC_ASSERT(walked.has_value());
}

}  // namespace
}  // namespace taizhang::education_test
