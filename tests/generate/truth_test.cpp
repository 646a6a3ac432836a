#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "generate/read_back.hpp"
#include "taizhang/generate/generate.hpp"
#include "taizhang/time.hpp"

// The manifest against what stands in the files, and the files against the rules of the field,
// each told by a small reader of its own.
namespace taizhang {
namespace {

namespace fs = std::filesystem;
using test::Record;

class Truth : public ::testing::TestWithParam<GenerateOptions> {
 protected:
  void SetUp() override {
    directory_ =
        (fs::temp_directory_path() / ("taizhang-truth-" + std::to_string(getpid()))).string();
    GenerateOptions options = GetParam();
    options.directory = directory_;
    auto made = generate(options);
    ASSERT_TRUE(made) << made.error().message().en;
    manifest_ = *made;
    bad_ = test::planted_bad(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  /// Every row that is to be taken, once, in the order of import.
  template <class Visit>
  void each_row(const std::string& kind, Visit visit) {
    for (const Manifest::File& file : manifest_.files) {
      if (kind != test::kind_of(file.path)) continue;
      std::set<Record> seen;
      for (const Record& record : test::records_of(directory_ + "/" + file.path)) {
        if (!seen.insert(record).second) continue;
        bool bad = false;
        for (const char* column : {"流水号", "学籍号"})
          bad = bad || (record.contains(column) && bad_.contains({file.path, record.at(column)}) &&
                        (column == std::string("流水号") || kind == "enrol"));
        if (!bad) visit(record);
      }
    }
  }

  std::string directory_;
  Manifest manifest_;
  std::set<std::pair<std::string, std::string>> bad_;
};

std::int64_t fen(std::string yuan) {
  std::erase(yuan, '.');
  return std::stoll(yuan);
}

TEST_P(Truth, EqualsARecountOfTheFiles) {
  std::map<std::string, std::int64_t> count;
  std::set<std::string> pupils;
  for (const char* kind : {"enrol", "enrol-late"})
    each_row(kind, [&](const Record& row) {
      ++count["enrolments"];
      pupils.insert(row.at("学籍号"));
      count["late_rows"] += row.at("录入时间").substr(0, 10) > row.at("入学日期") ? 1 : 0;
    });
  const std::map<std::string, std::string> names{{"转入", "transfers_in"},
                                                 {"转出", "transfers_out"},
                                                 {"休学", "leaves"},
                                                 {"复学", "resumptions"},
                                                 {"疑似辍学", "dropouts_suspected"},
                                                 {"确认辍学", "dropouts"},
                                                 {"返校", "returns"},
                                                 {"销号", "sign_offs"},
                                                 {"毕业", "graduations"},
                                                 {"缺勤", "absences"},
                                                 {"调班", "class_changes"},
                                                 {"劝返", "persuasions"}};
  each_row("changes", [&](const Record& row) {
    if (names.contains(row.at("变动类型"))) ++count[names.at(row.at("变动类型"))];
    if (row.at("变动类型") == "转入") pupils.insert(row.at("学籍号"));
    count["late_rows"] += row.at("录入时间").substr(0, 10) > row.at("变动日期") ? 1 : 0;
  });
  each_row("grants", [&](const Record& row) {
    ++count["grants"];
    count["granted_fen"] += fen(row.at("金额"));
  });
  each_row("payments", [&](const Record& row) {
    if (row.at("业务") == "到账") count["paid_fen"] += fen(row.at("金额"));
    if (row.at("业务") == "退回") count["paid_fen"] -= fen(row.at("金额"));
  });
  each_row("training", [&](const Record& row) {
    count["training_enrolments"] += row.at("环节") == "报名" ? 1 : 0;
    count["training_completions"] += row.at("环节") == "完成" ? 1 : 0;
  });
  each_row("teachers",
           [&](const Record& row) { count["teachers"] += row.at("变动") == "到岗" ? 1 : 0; });
  each_row("households", [&](const Record&) { ++count["households"]; });
  count["pupils"] = static_cast<std::int64_t>(pupils.size());
  for (const auto& [name, value] : count) EXPECT_EQ(manifest_.truth.at(name), value) << name;

  std::map<std::string, std::int64_t> bad;
  for (const Record& row : test::records_of(directory_ + "/planted-bad.csv")) ++bad[row.at("kind")];
  EXPECT_EQ(bad, manifest_.bad_rows);
}

TEST_P(Truth, EqualsTheRecountByAwk) {
  const std::string out = directory_ + ".recount";
  const std::string command =
      "sh '" TAIZHANG_SOURCE_DIR "/scripts/recount.sh' '" + directory_ + "' > '" + out + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::ifstream in(out);
  std::string name;
  std::int64_t value = 0;
  int lines = 0;
  while (in >> name >> value) {
    ++lines;
    const auto planted = manifest_.truth.find(name);
    EXPECT_EQ(planted == manifest_.truth.end() ? 0 : planted->second, value) << name;
  }
  fs::remove(out);
  EXPECT_GT(lines, 20);
}

/// What may follow what in a child's record.
class Life {
 public:
  /// Empty if lawful.
  std::string step(const std::string& what, bool last_grade) {
    if (what == "入学" || what == "转入") return enter();
    if (what == "缺勤" || what == "调班" || what == "认定") return needs(here);
    if (what == "休学") return go(here, on_leave);
    if (what == "复学") return go(on_leave, here);
    if (what == "转出") return suspected_ ? "leaves under suspicion" : go(here, left);
    if (what == "转入确认") return go(left, arrived);
    if (what == "毕业") return last_grade ? go(here, graduated) : "graduates early";
    if (what == "疑似辍学") {
      if (suspected_) return "suspected twice";
      suspected_ = true;
      return needs(here);
    }
    if (what == "排除疑似") {
      if (!suspected_) return "nothing to clear";
      suspected_ = false;
      return {};
    }
    if (what == "确认辍学") {
      if (!suspected_) return "not suspected";
      suspected_ = false;
      return go(here, dropped);
    }
    if (what == "劝返") return needs(dropped);
    if (what == "返校") {
      returned_ = true;
      return go(dropped, here);
    }
    if (what == "销号") {
      if (!returned_) return "nothing to sign off";
      returned_ = false;
      return {};
    }
    return "unknown " + what;
  }
  [[nodiscard]] bool is_here() const { return state_ == here; }

 private:
  enum State { nowhere, here, on_leave, left, arrived, dropped, graduated };
  std::string needs(State state) {
    return state_ == state ? "" : "in state " + std::to_string(state_);
  }
  std::string go(State from, State to) {
    std::string problem = needs(from);
    state_ = to;
    return problem;
  }
  std::string enter() {
    const bool may = state_ == nowhere || state_ == arrived || state_ == graduated;
    state_ = here;
    return may ? "" : "enters while somewhere";
  }
  State state_ = nowhere;
  bool suspected_ = false;
  bool returned_ = false;
};

struct Happening {
  std::string effective, recorded, what, class_code;
  std::size_t order = 0;
};

bool last_grade_of(const std::string& class_code, const std::string& date) {
  const int entry = std::stoi(class_code.substr(11, 4));
  return std::stoi(date.substr(0, 4)) - entry == (class_code.starts_with("31") ? 3 : 6);
}

TEST_P(Truth, EveryRecordIsLawfulInTheOrderOfEntryAndOfDates) {
  std::map<std::string, std::vector<Happening>> lives;
  std::size_t order = 0;
  const auto note = [&](const Record& row, const std::string& what, const std::string& date) {
    const std::string class_code = row.contains("班级代码") ? row.at("班级代码") : "";
    lives[row.at("学籍号")].push_back(
        {row.at(date), row.at("录入时间"), what, class_code, ++order});
  };
  for (const char* kind : {"enrol", "enrol-late"})
    each_row(kind, [&](const Record& row) { note(row, "入学", "入学日期"); });
  each_row("changes", [&](const Record& row) { note(row, row.at("变动类型"), "变动日期"); });
  each_row("grants", [&](const Record& row) { note(row, "认定", "认定日期"); });
  for (auto& [student, all] : lives) {
    for (const bool by_entry : {true, false}) {
      std::sort(all.begin(), all.end(), [&](const Happening& a, const Happening& b) {
        const std::string& left = by_entry ? a.recorded : a.effective;
        const std::string& right = by_entry ? b.recorded : b.effective;
        return left != right ? left < right : a.order < b.order;
      });
      Life life;
      std::string class_code;
      for (const Happening& one : all) {
        if (!one.class_code.empty()) class_code = one.class_code;
        ASSERT_EQ(life.step(one.what, last_grade_of(class_code, one.effective)), "")
            << student << " " << one.what << " " << one.effective
            << (by_entry ? " by entry" : " by date") << ", seed " << GetParam().seed;
      }
    }
    for (const Happening& one : all) {
      const auto effective = Date::parse(one.effective);
      const auto recorded = Date::parse(one.recorded.substr(0, 10));
      ASSERT_TRUE(effective && recorded);
      EXPECT_GE(recorded->days, effective->days) << student;
      EXPECT_LE(recorded->days - effective->days, 60) << student;
    }
  }
}

TEST_P(Truth, MoneyMovesLawfully) {
  std::map<std::string, std::string> state;
  const auto grant_of = [](const Record& row) {
    return row.at("学籍号") + "|" + row.at("学年") + "|" + row.at("学期");
  };
  each_row("grants", [&](const Record& row) {
    EXPECT_TRUE(state.try_emplace(grant_of(row), "认定").second) << grant_of(row);
  });
  const std::map<std::string, std::set<std::string>> after{{"发放指令", {"认定"}},
                                                           {"到账", {"发放指令", "补发"}},
                                                           {"发放失败", {"发放指令", "补发"}},
                                                           {"补发", {"发放失败", "退回"}},
                                                           {"退回", {"到账"}}};
  each_row("payments", [&](const Record& row) {
    std::string& now = state[grant_of(row)];
    EXPECT_TRUE(after.at(row.at("业务")).contains(now)) << grant_of(row) << " " << now;
    now = row.at("业务");
  });
}

char check_digit(const std::string& id) {
  constexpr int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += weights[i] * (id[i] - '0');
  return "10X98765432"[sum % 11];
}

TEST_P(Truth, NumbersAreRightExceptThePlantedOnes) {
  std::map<std::string, std::int64_t> errors;
  std::map<std::string, std::string> holder;
  std::set<std::string> students;
  const auto look = [&](const Record& row) {
    const std::string& number = row.at("学籍号");
    if (!students.insert(number).second) return;
    ASSERT_EQ(number.size(), 19U);
    if (number[0] != 'L') {
      ASSERT_EQ(check_digit(number.substr(1)), number[18]) << number;
    }
    const std::string& id = row.at("身份证号");
    std::string birth = row.at("出生日期");
    std::erase(birth, '-');
    ASSERT_EQ(number.substr(7, 8), birth) << number;
    if (id.empty())
      ++errors["missing"];
    else if (id.size() != 18)
      ++errors["length"];
    else if (check_digit(id) != id[17])
      ++errors["check-digit"];
    else if (id.starts_with("99"))
      ++errors["region"];
    else if (id.substr(6, 8) != birth)
      ++errors["birth-mismatch"];
    else if (!holder.try_emplace(id, row.at("姓名")).second)
      errors["name-mismatch"] += holder.at(id) != row.at("姓名") ? 1 : 1'000'000;
    else
      ASSERT_EQ(row.at("性别"), (id[16] - '0') % 2 == 1 ? "男" : "女") << id;
  };
  // A child entered late may claim a number before the one who has it is entered: holders first.
  for (const char* kind : {"enrol", "enrol-late"})
    each_row(kind, [&](const Record& row) {
      if (row.at("学籍号")[0] == 'G') look(row);
    });
  for (const char* kind : {"enrol", "enrol-late"}) each_row(kind, look);
  each_row("changes", [&](const Record& row) {
    if (row.at("变动类型") == "转入") look(row);
  });
  EXPECT_EQ(errors, manifest_.id_errors);
}

GenerateOptions options(GenerateOptions::Kind kind, std::int64_t pupils, int years,
                        std::uint64_t seed) {
  GenerateOptions made;
  made.kind = kind;
  made.pupils = pupils;
  made.years = years;
  made.seed = seed;
  return made;
}

INSTANTIATE_TEST_SUITE_P(Sizes, Truth,
                         ::testing::Values(options(GenerateOptions::Kind::school, 30, 1, 11),
                                           options(GenerateOptions::Kind::school, 600, 3, 7),
                                           options(GenerateOptions::Kind::county, 5'000, 5, 12)),
                         [](const auto& one) {
                           return std::string(one.param.kind == GenerateOptions::Kind::school
                                                  ? "School"
                                                  : "County") +
                                  std::to_string(one.param.pupils);
                         });

}  // namespace
}  // namespace taizhang
