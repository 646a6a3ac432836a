#include "generate/world.hpp"

#include <utility>

namespace taizhang::sample {
namespace {

std::string padded(std::int64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  return std::string(width > text.size() ? width - text.size() : 0, '0') + text;
}

}  // namespace

CsvFile Output::open(const std::string& name, std::string_view map, Style style,
                     const std::vector<std::string_view>& header) {
  open_name_ = name;
  open_map_ = "maps/" + std::string(map) + ".toml";
  return {path(name), style, header};
}

Result<> Output::finish(CsvFile file) {
  TAIZHANG_CHECK(file.close());
  manifest_.files.push_back({open_name_, open_map_, file.rows()});
  truth("rows") += file.rows();
  return {};
}

void Output::plant_bad(std::string_view kind, std::string_view column, const std::string& value) {
  ++manifest_.bad_rows[std::string(kind)];
  bad_list_ +=
      open_name_ + ',' + std::string(column) + ',' + value + ',' + std::string(kind) + '\n';
}

World::World(Output& output, County made) : out(output), county(std::move(made)) {
  expected.resize(county.schools.size());
  families.resize(county.schools.size());
  births_from = day(options().first_year - 20, 1, 1);
}

void World::maybe_repeat(CsvFile& file, std::uint64_t key) {
  if (!random({purpose_repeat, key}).chance(20)) return;
  file.repeat();
  ++out.truth("duplicates");
}

std::string World::name(const Pupil& pupil) const {
  Random chance = random({purpose_name, pupil.serial});
  return draw_name(chance, pupil.surname, pupil.identity.male());
}

std::string_view World::ethnicity(const Pupil& pupil) const {
  Random chance = pupil.household != 0 ? random({purpose_household, pupil.household, 1})
                                       : random({purpose_name, pupil.serial, 1});
  return draw_ethnicity(chance);
}

std::string World::household_number(std::uint32_t household) const {
  return "H431224" + padded(household, 8);
}

std::string World::clerk(std::uint32_t school) const {
  return serial_number("T431224", school + 1);
}

Pupil World::new_child(std::uint32_t class_index, int year) {
  Pupil child;
  child.serial = next_child++;
  child.class_index = class_index;
  Random chance = random({purpose_child, child.serial});
  // Six years old by the end of August before grade 1; one in twenty a year older.
  const int born = year - 5 - county.grade(class_index, year) - (chance.chance(500) ? 1 : 0);
  const int first = day(born - 1, 9, 1);
  child.identity.birth =
      first + static_cast<int>(chance.below(static_cast<std::uint64_t>(day(born, 9, 1) - first)));
  const bool male = chance.chance(5'250);
  const auto at = static_cast<std::size_t>(child.identity.birth - births_from);
  if (at >= births.size()) births.resize(at + 1);
  if (births[at][0] == 0) births[at] = {1, 2};
  std::uint16_t& next = births[at][male ? 0 : 1];
  child.identity.sequence = next;
  child.identity.claimed = next;
  next = static_cast<std::uint16_t>((next + 2) % 1000);
  child.surname = draw_surname(chance);
  const bool junior = county.stage_of(class_index) == Stage::junior;
  child.boarder = chance.chance(junior ? 4'000 : 800);
  if (chance.chance(30)) {
    constexpr std::array<IdError, 5> errors{IdError::check_digit, IdError::length, IdError::region,
                                            IdError::birth_mismatch, IdError::missing};
    child.identity.error = errors[chance.below(errors.size())];
  }
  return child;
}

std::string file_name(const SchoolYear& year, int order, std::string_view kind) {
  return std::to_string(year.year) + "-" + padded(order, 2) + "-" + std::string(kind) + ".csv";
}

std::string serial_number(std::string_view prefix, std::int64_t value) {
  return std::string(prefix) + padded(value, 8);
}

std::string money(std::int64_t fen) {
  return std::to_string(fen / 100) + "." + padded(fen % 100, 2);
}

std::string chinese_date(int days) {
  const Date date{days};
  return padded(date.year(), 4) + "年" + padded(date.month(), 2) + "月" + padded(date.day(), 2) +
         "日";
}

std::string remark(Random random) {
  constexpr std::array<const char*, 4> remarks{"家长外出务工\n由祖父母照看", "材料已核对",
                                               "原件复印件各一份\n存档案室",
                                               "电话核实，说\"同意\""};
  return random.chance(300) ? remarks[random.below(remarks.size())] : "";
}

int bad_count(const World& world, const SchoolYear& year) {
  return static_cast<int>(world.options().pupils / 5'000) + (world.first(year) ? 1 : 0);
}

std::string tier(Stage stage, bool boarder) {
  return std::string(stage == Stage::junior ? "初中" : "小学") + (boarder ? "寄宿生" : "非寄宿生");
}

std::int64_t aid_standard(Stage stage, bool boarder, int on) {
  // Yuan a year, half of it a term: 1,000 and 1,250 until spring 2024, then 1,250 and 1,500.
  const bool raised = on >= day(2024, 3, 1);
  const std::int64_t yuan_a_year =
      stage == Stage::junior ? (raised ? 1'500 : 1'250) : (raised ? 1'250 : 1'000);
  return yuan_a_year * 100 / 2 / (boarder ? 1 : 2);
}

}  // namespace taizhang::sample
