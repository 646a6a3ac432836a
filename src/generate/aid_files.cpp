#include <utility>

#include "generate/aid_plan.hpp"

namespace taizhang::sample {
namespace {

const char* word(Payment what) {
  switch (what) {
    case Payment::instruct:
      return "发放指令";
    case Payment::disburse:
      return "到账";
    case Payment::fail:
      return "发放失败";
    case Payment::reissue:
      return "补发";
    case Payment::give_back:
      return "退回";
  }
  return "";
}

class AidTerm {
 public:
  AidTerm(World& world, const SchoolYear& year, int term)
      : world_(world),
        year_(year),
        at_(static_cast<std::size_t>(term)),
        plan_(world, year, term, allowance_grants(world, year, term)),
        grants_(plan_.grants()) {}

  Result<> write_grants() {
    CsvFile file =
        world_.out.open(file_name(year_, at_ == 0 ? 14 : 20, "grants"), "grants",
                        {Style::Encoding::gb18030, ',', true},
                        {"流水号", "学籍号", "姓名", "户编号", "项目代码", "学年", "学期", "档次",
                         "金额", "应发日期", "认定日期", "文号", "录入人", "录入时间"});
    const int bad = bad_count(world_, year_);
    Pace pace(year_.grants[at_], static_cast<std::int64_t>(grants_.size()) + 2 * bad);
    const auto write = [&](const Grant& grant) {
      const Pupil& pupil = world_.roll[grant.pupil];
      const std::string serial = serial_number("RD-", world_.next_aid++);
      const std::string entered = pace.next();
      file.row({serial, student_number(pupil.identity), world_.name(pupil),
                pupil.household == 0 ? "" : world_.household_number(pupil.household),
                programme_code, year_.label, term(),
                tier(world_.county.stage_of(pupil.class_index), grant.boarder), money(grant.fen),
                iso(year_.due[at_]), entered.substr(0, 10),
                "溆教助〔" + std::to_string(year_.year) + "〕号", clerk(pupil), entered});
      return serial;
    };
    for (const Grant& grant : grants_) {
      write(grant);
      ++world_.out.truth("grants");
      world_.out.truth("granted_fen") += grant.fen;
    }
    for (int i = 0; i < bad && static_cast<std::size_t>(i) < grants_.size(); ++i) {
      world_.out.plant_bad("double-grant", "流水号", write(grants_[static_cast<std::size_t>(i)]));
      if (const Pupil* child = not_aided(static_cast<std::size_t>(i)))
        world_.out.plant_bad("amount-mismatch", "流水号",
                             write({static_cast<std::uint32_t>(child - world_.roll.data()), 99'900,
                                    child->boarder}));
    }
    return world_.out.finish(std::move(file));
  }

  Result<> write_payments() {
    for (const std::uint32_t i : plan_.waiting()) show(grants_[i]);
    const bool odd = year_.year % 2 == 1;
    CsvFile file =
        world_.out.open(file_name(year_, at_ == 0 ? 15 : 21, "payments"), "payments",
                        {Style::Encoding::utf8, odd ? ';' : '\t', odd},
                        {"流水号", "业务", "学籍号", "项目代码", "学年", "学期", "金额", "收款账号",
                         "凭证号", "原因", "业务日期", "录入人", "录入时间"});
    for (const PaymentStep& step : plan_.steps()) {
      write(file, step, grants_[step.grant].fen);
      world_.maybe_repeat(
          file, std::uint64_t{2'000'000'000} + static_cast<std::uint64_t>(world_.next_aid));
      count(step);
    }
    const int last = year_.payments[at_].last;
    std::vector<bool> used(grants_.size());
    int planted = 0;
    for (const PaymentStep& step : plan_.steps()) {
      if (planted == bad_count(world_, year_)) break;
      if (step.what != Payment::disburse || plan_.troubled(step.grant) || used[step.grant])
        continue;
      used[step.grant] = true;
      ++planted;
      world_.out.plant_bad(
          "double-payment", "流水号",
          write(file, {step.grant, Payment::disburse, last, Pace::working_seconds - 1},
                grants_[step.grant].fen));
    }
    return world_.out.finish(std::move(file));
  }

 private:
  [[nodiscard]] const char* term() const { return at_ == 0 ? "秋季学期" : "春季学期"; }
  [[nodiscard]] std::string clerk(const Pupil& pupil) const {
    return world_.clerk(world_.county.classes[pupil.class_index].school);
  }

  const Pupil* not_aided(std::size_t nth) {
    for (const Pupil& pupil : world_.roll)
      if (pupil.household == 0 && pupil.aidable[at_] && nth-- == 0) return &pupil;
    return nullptr;
  }

  void show(const Grant& grant) {
    auto& live = world_.out.manifest().live;
    live["payment_student"] = student_number(world_.roll[grant.pupil].identity);
    live["payment_programme"] = programme_code;
    live["payment_school_year"] = year_.label;
    live["payment_term"] = at_ == 0 ? "1" : "2";
    live["payment_amount"] = money(grant.fen);
  }

  std::string write(CsvFile& file, const PaymentStep& step, std::int64_t fen) {
    const Pupil& pupil = world_.roll[grants_[step.grant].pupil];
    const std::string serial = serial_number("ZF-", world_.next_aid++);
    const bool accounted = step.what == Payment::instruct || step.what == Payment::reissue;
    std::string on = iso(step.on);
    on[4] = on[7] = '/';
    file.row({serial, word(step.what), student_number(pupil.identity), programme_code, year_.label,
              term(), step.what == Payment::fail ? "" : money(fen),
              accounted ? aid_account(pupil) : "",
              step.what == Payment::disburse ? "PZ" + serial.substr(3) : "",
              step.what == Payment::fail        ? "账号错误"
              : step.what == Payment::give_back ? "账户状态异常，银行退回"
                                                : "",
              on, clerk(pupil), Pace::at(step.on, step.second)});
    return serial;
  }

  void count(const PaymentStep& step) {
    auto& out = world_.out;
    const std::int64_t fen = grants_[step.grant].fen;
    if (step.what == Payment::disburse) {
      out.truth("paid_fen") += fen;
      ++out.truth("paid_grants");
      ++out.truth("disbursements");
      if (step.on > year_.due[at_]) ++out.truth("disbursed_late");
    } else if (step.what == Payment::give_back) {
      out.truth("paid_fen") -= fen;
      --out.truth("paid_grants");
      ++out.truth("aid_returns");
    } else if (step.what == Payment::fail) {
      ++out.truth("payment_failures");
    }
  }

  World& world_;
  const SchoolYear& year_;
  std::size_t at_;
  AidPlan plan_;
  const std::vector<Grant>& grants_;
};

}  // namespace

Result<> write_aid(World& world, const SchoolYear& year, int term) {
  AidTerm aid(world, year, term);
  TAIZHANG_CHECK(aid.write_grants());
  return aid.write_payments();
}

}  // namespace taizhang::sample
