#include <algorithm>
#include <utility>

#include "generate/world.hpp"

namespace taizhang::sample {
namespace {

/// One grant and what became of it.
struct Grant {
  std::uint32_t pupil = 0;
  std::int64_t fen = 0;
  bool boarder = false;
};

enum class Payment : std::uint8_t { instruct, disburse, fail, reissue, give_back };

struct PaymentStep {
  std::uint32_t grant = 0;
  Payment what = Payment::instruct;
  std::int32_t on = 0;
  std::int32_t second = 0;
};

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
      : world_(world), year_(year), at_(static_cast<std::size_t>(term)) {
    for (std::size_t i = 0; i < world.roll.size(); ++i) {
      const Pupil& pupil = world.roll[i];
      if (pupil.household == 0 || !pupil.aidable[at_]) continue;
      // Day pupils of poor families are aided from autumn 2019 on.
      if (!pupil.boarder && year.year < 2019) continue;
      const Stage stage = world.county.stage_of(pupil.class_index);
      grants_.push_back({static_cast<std::uint32_t>(i),
                         aid_standard(stage, pupil.boarder, year.grants[at_].first),
                         pupil.boarder});
    }
  }

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
    plan();
    const bool odd = year_.year % 2 == 1;
    CsvFile file =
        world_.out.open(file_name(year_, at_ == 0 ? 15 : 21, "payments"), "payments",
                        {Style::Encoding::utf8, odd ? ';' : '\t', odd},
                        {"流水号", "业务", "学籍号", "项目代码", "学年", "学期", "金额", "收款账号",
                         "凭证号", "原因", "业务日期", "录入人", "录入时间"});
    for (const PaymentStep& step : steps_) {
      write(file, step, grants_[step.grant].fen);
      world_.maybe_repeat(
          file, std::uint64_t{2'000'000'000} + static_cast<std::uint64_t>(world_.next_aid));
      count(step);
    }
    const int last = year_.payments[at_].last;
    std::vector<bool> used(grants_.size());
    int planted = 0;
    for (const PaymentStep& step : steps_) {
      if (planted == bad_count(world_, year_)) break;
      if (step.what != Payment::disburse || troubled_[step.grant] || used[step.grant]) continue;
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

  /// Most arrive well before they are due; some late, some on the second try, some come back.
  void plan() {
    const int first = year_.payments[at_].first;
    const int due = year_.due[at_];
    troubled_.assign(grants_.size(), false);
    // The very last payments of all are instructed and not yet made.
    const bool last_term = world_.last(year_) && at_ == 1;
    const std::size_t waiting = last_term ? std::min<std::size_t>(3, grants_.size() / 5) : 0;
    for (std::uint32_t i = 0; i < grants_.size(); ++i) {
      Random chance = world_.random({purpose_payment, world_.roll[grants_[i].pupil].serial,
                                     static_cast<std::uint64_t>(year_.year * 2) + at_});
      const auto add = [&](Payment what, int on) {
        steps_.push_back({i, what, on, static_cast<int>(chance.below(Pace::working_seconds - 1))});
      };
      add(Payment::instruct, first + chance.between(0, 3));
      if (i + waiting >= grants_.size()) {
        show(grants_[i]);
        troubled_[i] = true;
        continue;
      }
      const std::uint32_t part = chance.below(1'000);
      if (part < 20) {
        troubled_[i] = true;
        add(Payment::fail, first + chance.between(4, 6));
        add(Payment::reissue, first + chance.between(7, 9));
        add(Payment::disburse, first + chance.between(10, 14));
      } else if (part < 40) {
        add(Payment::disburse, due + chance.between(1, 6));
      } else {
        add(Payment::disburse, first + chance.between(4, 14));
      }
      if (part >= 997) {
        troubled_[i] = true;
        add(Payment::give_back, due + chance.between(1, 3));
        if (part == 997) continue;
        add(Payment::reissue, due + chance.between(4, 5));
        add(Payment::disburse, due + chance.between(6, 8));
      }
    }
    std::sort(steps_.begin(), steps_.end(), [](const PaymentStep& a, const PaymentStep& b) {
      if (a.on != b.on) return a.on < b.on;
      return a.second != b.second ? a.second < b.second : a.grant < b.grant;
    });
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
    file.row(
        {serial, word(step.what), student_number(pupil.identity), programme_code, year_.label,
         term(), step.what == Payment::fail ? "" : money(fen),
         accounted ? "6217995" + std::to_string(1'000'000'000 + std::int64_t{pupil.serial}) : "",
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
  std::vector<Grant> grants_;
  std::vector<PaymentStep> steps_;
  std::vector<bool> troubled_;
};

}  // namespace

Result<> write_aid(World& world, const SchoolYear& year, int term) {
  AidTerm aid(world, year, term);
  TAIZHANG_CHECK(aid.write_grants());
  return aid.write_payments();
}

}  // namespace taizhang::sample
