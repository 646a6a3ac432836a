#include <utility>

#include "generate/world.hpp"

namespace taizhang::sample {
namespace {

const std::vector<std::string_view> header{
    "流水号",   "学籍号", "姓名",     "变动类型", "变动日期", "班级代码", "原因",
    "天数",     "性别",   "出生日期", "民族",     "身份证号", "是否住宿", "对方学校代码",
    "对方学校", "劝返人", "劝返方式", "劝返结果", "承诺日期", "依据",     "批准人",
    "文号",     "录入人", "录入时间", "备注"};

/// One row, filled by column.
class Row {
 public:
  Row() : cells_(header.size()) {}
  Row& set(std::string_view column, std::string value) {
    for (std::size_t i = 0; i < header.size(); ++i)
      if (header[i] == column) cells_[i] = std::move(value);
    return *this;
  }
  [[nodiscard]] const std::vector<std::string>& cells() const { return cells_; }

 private:
  std::vector<std::string> cells_;
};

template <std::size_t size>
const char* any(Random& chance, const std::array<const char*, size>& of) {
  return of[chance.below(size)];
}

class ChangeWriter {
 public:
  ChangeWriter(World& world, const SchoolYear& year, CsvFile& file)
      : world_(world), year_(year), file_(file) {}

  void write(const Step& step) {
    const Pupil& pupil = world_.roll[step.pupil];
    Row row = begin(pupil, Pace::at(step.recorded, step.second), step.effective);
    Random chance =
        world_.random({purpose_story, static_cast<std::uint64_t>(world_.next_change), 1});
    row.set(
        "备注",
        remark(world_.random({purpose_remark, static_cast<std::uint64_t>(world_.next_change), 5})));
    fill(row, step, pupil, chance);
    file_.row(row.cells());
    if (step.recorded > step.effective) ++world_.out.truth("late_rows");
    world_.maybe_repeat(
        file_, std::uint64_t{1'000'000'000} + static_cast<std::uint64_t>(world_.next_change));
  }

  /// Rows that the rules or the file's own form refuse.
  void write_bad(const std::string& entered, int on) {
    for (int i = 0; i < bad_count(world_, year_); ++i) {
      const Pupil* quiet = nobody_special(static_cast<std::size_t>(i));
      if (quiet == nullptr) return;
      plant("expulsion", begin(*quiet, entered, on).set("变动类型", "开除").set("原因", "旷课"));
      plant("unsuspected-dropout",
            begin(*quiet, entered, on).set("变动类型", "确认辍学").set("原因", "外出打工"));
      plant("bad-number", begin(*quiet, entered, on)
                              .set("变动类型", "缺勤")
                              .set("原因", "事假")
                              .set("天数", "三天"));
      plant("unknown-student", begin(*quiet, entered, on)
                                   .set("变动类型", "缺勤")
                                   .set("原因", "事假")
                                   .set("天数", "1")
                                   .set("学籍号", "G11010119900307867" + std::to_string(i % 10)));
    }
  }

 private:
  Row begin(const Pupil& pupil, const std::string& entered, int effective) {
    Row row;
    row.set("流水号", serial_number("BD" + std::to_string(year_.year) + "-", world_.next_change++))
        .set("学籍号", student_number(pupil.identity))
        .set("姓名", world_.name(pupil))
        .set("变动日期", iso(effective))
        .set("录入人", world_.clerk(world_.county.classes[pupil.class_index].school))
        .set("录入时间", entered);
    return row;
  }

  void plant(std::string_view kind, Row& row) {
    file_.row(row.cells());
    world_.out.plant_bad(kind, "流水号", row.cells().front());
  }

  const Pupil* nobody_special(std::size_t nth) {
    for (const Pupil& pupil : world_.roll)
      if (pupil.place == Place::here && pupil.quiet && !pupil.entered_late && nth-- == 0)
        return &pupil;
    return nullptr;
  }

  void fill(Row& row, const Step& step, const Pupil& pupil, Random& chance) {
    auto& out = world_.out;
    const County& county = world_.county;
    const auto to_class = static_cast<std::uint32_t>(step.detail);
    const std::string document =
        "溆教籍" + std::to_string(year_.year) + "-" + std::to_string(world_.next_change);
    constexpr std::array<const char*, 4> dropout_causes{"学习困难", "外出打工", "外出打工",
                                                        "早婚早育"};
    switch (step.change) {
      case Change::absence:
        row.set("变动类型", "缺勤")
            .set("原因", step.detail > 2 ? "旷课" : any(chance, std::array{"病假", "病假", "事假"}))
            .set("天数", std::to_string(step.detail));
        ++out.truth("absences");
        break;
      case Change::class_change:
        row.set("变动类型", "调班").set("班级代码", county.class_code(to_class));
        ++out.truth("class_changes");
        break;
      case Change::leave:
        row.set("变动类型", "休学").set("原因", any(chance, std::array{"病患", "病患", "其他"}));
        ++out.truth("leaves");
        break;
      case Change::resume:
        row.set("变动类型", "复学");
        ++out.truth("resumptions");
        break;
      case Change::transfer_out:
        row.set("变动类型", "转出");
        if (step.detail >= 0)
          row.set("对方学校代码", county.school_of(to_class).code)
              .set("对方学校", county.school_of(to_class).name);
        else
          row.set("对方学校",
                  any(chance, std::array{"怀化市第三中学", "长沙市雅礼学校", "东莞市石碣中学"}));
        ++out.truth("transfers_out");
        break;
      case Change::transfer_confirm:
        row.set("变动类型", "转入确认").set("文号", document);
        break;
      case Change::transfer_in:
        row.set("变动类型", "转入")
            .set("班级代码", county.class_code(to_class))
            .set("性别", pupil.identity.male() ? "男" : "女")
            .set("出生日期", iso(pupil.identity.birth))
            .set("民族", std::string(world_.ethnicity(pupil)))
            .set("身份证号", written_citizen_id(pupil.identity))
            .set("是否住宿", pupil.boarder ? "是" : "否");
        if (pupil.newcomer) {
          row.set("对方学校", "辰溪县第一中学");
          ++out.truth("pupils");
        }
        ++out.truth("transfers_in");
        break;
      case Change::suspect:
        row.set("变动类型", "疑似辍学")
            .set("原因", any(chance, dropout_causes))
            .set("天数", std::to_string(step.detail));
        ++out.truth("dropouts_suspected");
        break;
      case Change::clear:
        row.set("变动类型", "排除疑似").set("依据", "家访核实，已正常上课");
        break;
      case Change::confirm:
        row.set("变动类型", "确认辍学").set("原因", any(chance, dropout_causes));
        ++out.truth("dropouts");
        break;
      case Change::persuade: {
        const bool promised = chance.chance(4'000);
        row.set("变动类型", "劝返")
            .set("劝返人", "T-" + std::to_string(chance.between(1, 99)))
            .set("劝返方式", any(chance, std::array{"家访", "家访", "电话", "村组协助"}))
            .set("劝返结果",
                 promised ? "承诺返校" : any(chance, std::array{"未定", "未见到", "拒绝返校"}))
            .set("承诺日期", promised ? iso(step.effective + 5) : "");
        ++out.truth("persuasions");
        break;
      }
      case Change::come_back:
        row.set("变动类型", "返校");
        ++out.truth("returns");
        break;
      case Change::sign_off:
        row.set("变动类型", "销号").set("依据", "已返校").set("批准人", "控辍保学办公室");
        ++out.truth("sign_offs");
        break;
      case Change::graduate:
        row.set("变动类型", "毕业").set("文号", "ZS" + document.substr(9));
        ++out.truth("graduations");
        break;
    }
  }

  World& world_;
  const SchoolYear& year_;
  CsvFile& file_;
};

}  // namespace

Result<> write_changes(World& world, const SchoolYear& year, const std::vector<Step>& steps,
                       int stretch) {
  constexpr std::array<int, 4> order{10, 16, 19, 22};
  constexpr std::array<Style, 4> styles{
      Style{Style::Encoding::utf8_bom, ',', false}, Style{Style::Encoding::gb18030, ',', true},
      Style{Style::Encoding::utf8, ';', false}, Style{Style::Encoding::utf8, '\t', true}};
  const auto which = static_cast<std::size_t>(stretch);
  const Span span = year.changes[which];
  CsvFile file =
      world.out.open(file_name(year, order[which], "changes"), "changes", styles[which], header);
  ChangeWriter writer(world, year, file);
  for (const Step& step : steps)
    if (span.holds(step.recorded)) writer.write(step);
  // The last entries of the winter stretch: nothing else befalls those children.
  if (stretch == 1) writer.write_bad(Pace::at(span.last, Pace::working_seconds - 1), span.last);
  return world.out.finish(std::move(file));
}

void end_year(World& world, const SchoolYear& year) {
  std::int64_t here = 0;
  std::int64_t open = 0;
  std::vector<Pupil> stays;
  for (Pupil& pupil : world.roll) {
    pupil.quiet = true;
    pupil.entered_late = false;
    pupil.newcomer = false;
    here += pupil.place == Place::here ? 1 : 0;
    if (pupil.place == Place::dropped) ++open;
    if (pupil.place == Place::here || pupil.place == Place::dropped) stays.push_back(pupil);
    if (pupil.place == Place::done && world.county.stage_of(pupil.class_index) == Stage::primary) {
      const int next = world.county.school_of(pupil.class_index).feeds;
      // One in fifty goes on elsewhere.
      Random chance =
          world.random({purpose_story, pupil.serial, static_cast<std::uint64_t>(year.year), 9});
      if (!chance.chance(200)) world.expected[static_cast<std::size_t>(next)].push_back(pupil);
    }
  }
  world.roll = std::move(stays);
  world.out.truth("on_roll_at_end") = here;
  world.out.truth("dropouts_open") = open;
}

}  // namespace taizhang::sample
