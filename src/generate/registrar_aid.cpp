#include <algorithm>

#include "generate/registrar.hpp"

namespace taizhang::sample {
namespace {

constexpr std::size_t allowance = 0;
constexpr std::size_t meals = 1;

}  // namespace

std::pair<std::string, std::int64_t> Registrar::standard_of(std::size_t programme, Stage stage,
                                                            bool boarder, int on) const {
  const bool junior = stage == Stage::junior;
  if (programme == allowance) return {tier(stage, boarder), aid_standard(stage, boarder, on)};
  const char* of_stage = junior ? "初中" : "小学";
  if (programme == meals) return {of_stage, 40'000};              // 4 yuan on 100 days
  if (programme == 2) return {of_stage, junior ? 9'000 : 5'250};  // textbooks
  return {of_stage, junior ? 1'000 : 700};                        // exercise books
}

bool Registrar::fed(std::uint32_t school) const {
  return world_.random({purpose_school, school, 77}).chance(6'000);
}

std::string Registrar::grant_id(const SchoolYear& year, int term, std::size_t programme,
                                const Pupil& pupil) const {
  return id("grant", ((std::uint64_t{pupil.serial} * 4'096 + static_cast<unsigned>(year.year)) * 2 +
                      static_cast<unsigned>(term)) *
                             programmes_.size() +
                         programme);
}

Result<> Registrar::set_standards(int on, Pace& pace, const char* document,
                                  std::size_t programmes) {
  for (std::size_t i = 0; i < programmes; ++i)
    for (const Stage stage : {Stage::primary, Stage::junior})
      for (const bool boarder : {true, false}) {
        if (i != allowance && !boarder) continue;
        const auto [tier, fen] = standard_of(i, stage, boarder, on);
        TAIZHANG_CHECK(recorder_.begin(by_office(pace.next_moment(), document)));
        v1::AidStandardSet event;
        event.set_programme(programmes_[i].id);
        event.set_tier(tier);
        event.set_amount_fen(fen);
        event.set_source_document(document);
        TAIZHANG_TRY(programmes_[i].standards[tier], recorder_.add(event, on));
      }
  return {};
}

Result<> Registrar::standards(const SchoolYear& year) {
  const int raised = day(2024, 3, 1);
  if (raised < year.start || raised >= year.graduation) return {};
  Pace pace({day(2024, 2, 12), day(2024, 2, 13)}, 4);
  return set_standards(raised, pace, "财教〔2023〕号", allowance + 1);
}

Result<> Registrar::aid(const SchoolYear& year, int term) {
  const auto at = static_cast<std::size_t>(term);
  const int first = year.grants[at].first;
  std::array<std::vector<Grant>, 4> all;
  all[allowance] = allowance_grants(world_, year, term);
  for (std::uint32_t i = 0; i < world_.roll.size(); ++i) {
    const Pupil& pupil = world_.roll[i];
    if (!pupil.aidable[at]) continue;
    const Stage stage = world_.county.stage_of(class_of(pupil));
    for (std::size_t programme = meals; programme < all.size(); ++programme) {
      if (programme == meals && !fed(school_of(pupil))) continue;
      all[programme].push_back(
          {i, standard_of(programme, stage, pupil.boarder, first).second, pupil.boarder});
    }
  }
  std::size_t count = 0;
  for (const auto& of_one : all) count += of_one.size();
  Pace pace(year.grants[at], static_cast<std::int64_t>(count));
  for (std::size_t programme = 0; programme < all.size(); ++programme)
    TAIZHANG_CHECK(grants(year, term, programme, all[programme], pace));
  const AidPlan paid(world_, year, term, std::move(all[allowance]), allowance);
  const AidPlan fed(world_, year, term, std::move(all[meals]), meals);
  return payments(year, term, {&paid, &fed});
}

Result<> Registrar::grants(const SchoolYear& year, int term, std::size_t programme,
                           const std::vector<Grant>& grants, Pace& pace) {
  const auto at = static_cast<std::size_t>(term);
  const std::string document = "溆教助〔" + std::to_string(year.year) + "〕号";
  auto& truth = world_.out.manifest().truth;
  for (const Grant& grant : grants) {
    const Pupil& pupil = world_.roll[grant.pupil];
    const Moment moment = pace.next_moment();
    TAIZHANG_CHECK(recorder_.begin(by_school(school_of(pupil), moment, document)));
    const auto [tier, fen] =
        standard_of(programme, world_.county.stage_of(class_of(pupil)), grant.boarder, moment.day);
    v1::AidGranted event;
    event.set_grant(grant_id(year, term, programme, pupil));
    event.set_student(student(pupil));
    if (pupil.household != 0) event.set_household(household(pupil.household));
    event.set_school(school(school_of(pupil)));
    event.set_programme(programmes_[programme].id);
    event.set_school_year(year.label);
    event.set_term(term == 0 ? "1" : "2");
    event.set_tier(tier);
    event.set_amount_fen(fen);
    event.set_due_on(iso(year.due[at]));
    event.set_standard_position(
        static_cast<std::int64_t>(programmes_[programme].standards.find(tier)->second));
    TAIZHANG_CHECK(add(event, moment.day));
    ++truth["grants"];
    truth["granted_fen"] += fen;
  }
  return {};
}

Result<> Registrar::payments(const SchoolYear& year, int term,
                             const std::array<const AidPlan*, 2>& plans) {
  // Both programmes' payments in the order in which they are entered.
  std::vector<std::pair<std::size_t, const PaymentStep*>> steps;
  for (std::size_t programme = 0; programme < plans.size(); ++programme)
    for (const PaymentStep& step : plans[programme]->steps()) steps.push_back({programme, &step});
  std::stable_sort(steps.begin(), steps.end(), [](const auto& a, const auto& b) {
    return a.second->on != b.second->on ? a.second->on < b.second->on
                                        : a.second->second < b.second->second;
  });
  for (const auto& [programme, step] : steps)
    TAIZHANG_CHECK(pay(year, term, programme, *plans[programme], *step));
  return {};
}

Result<> Registrar::pay(const SchoolYear& year, int term, std::size_t programme,
                        const AidPlan& plan, const PaymentStep& step) {
  const Grant& grant = plan.grants()[step.grant];
  const Pupil& pupil = world_.roll[grant.pupil];
  const std::string grant_tag = grant_id(year, term, programme, pupil);
  const std::string child = student(pupil);
  const std::string& at = school(school_of(pupil));
  auto& truth = world_.out.manifest().truth;
  TAIZHANG_CHECK(recorder_.begin(by_school(school_of(pupil), {step.on, step.second})));
  const auto about = [&](auto& event) {
    event.set_grant(grant_tag);
    event.set_student(child);
    event.set_school(at);
  };
  const auto send = [&](auto event) {
    about(event);
    event.set_amount_fen(grant.fen);
    event.set_account(aid_account(pupil));
    return add(event, step.on);
  };
  switch (step.what) {
    case Payment::instruct:
      return send(v1::PaymentInstructed());
    case Payment::disburse: {
      v1::AidDisbursed event;
      about(event);
      event.set_amount_fen(grant.fen);
      event.set_voucher(serial_number("PZ", world_.next_aid++));
      truth["paid_fen"] += grant.fen;
      ++truth["disbursements"];
      if (step.on > year.due[static_cast<std::size_t>(term)]) ++truth["disbursed_late"];
      return add(event, step.on);
    }
    case Payment::fail: {
      v1::PaymentFailed event;
      about(event);
      event.set_reason(code("payment-failure", "账号错误"));
      ++truth["payment_failures"];
      return add(event, step.on);
    }
    case Payment::reissue:
      return send(v1::PaymentReissued());
    case Payment::give_back: {
      v1::AidReturned event;
      about(event);
      event.set_amount_fen(grant.fen);
      event.set_reason("账户状态异常，银行退回");
      truth["paid_fen"] -= grant.fen;
      ++truth["aid_returns"];
      return add(event, step.on);
    }
  }
  return {};
}

}  // namespace taizhang::sample
