#include "generate/county.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "generate/random.hpp"

namespace taizhang::sample {
namespace {

constexpr std::int64_t class_size_max = 50;

// 32 quantiles of a lognormal distribution (sigma 0.85, median 94): sizes of schools.
constexpr std::array<int, 32> size_quantiles{16,  24,  30,  35,  40,  45,  49,  54,  59,  64,  69,
                                             74,  79,  85,  90,  97,  103, 111, 118, 127, 136, 146,
                                             157, 170, 185, 203, 224, 250, 284, 334, 416, 624};
constexpr std::array<const char*, 16> place_first{"青", "石", "白", "云", "龙", "黄", "松", "桃",
                                                  "梅", "双", "高", "长", "金", "枫", "竹", "水"};
constexpr std::array<const char*, 16> place_second{"溪", "坪", "岩", "坡", "湾", "山", "桥", "塘",
                                                   "冲", "田", "垅", "洞", "江", "林", "峰", "口"};

std::string place_name(std::uint64_t index) {
  // 7 and 16 have no common factor: all 256 pairs come before the first repeats.
  const std::uint64_t pair = index % 256;
  return std::string(place_first[pair * 7 % 16]) + place_second[(pair / 16 + pair * 3) % 16];
}

std::string serial(std::uint64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  return std::string(width > text.size() ? width - text.size() : 0, '0') + text;
}

Result<std::vector<Township>> read_townships(const std::string& path) {
  const auto bad = [&](const Text& why) {
    return Error(ErrorCode::invalid_argument,
                 {"The townships file " + path + " " + why.en, "乡镇文件 " + path + " " + why.zh})
        .with("file", path);
  };
  constexpr std::size_t bytes_max = 1U << 20;  // a county has some twenty townships
  std::ifstream file(path, std::ios::binary);
  std::string text(bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (!file.eof() && text.size() <= bytes_max)
    return bad({"cannot be read. Give the path of a CSV file.", "无法读取，请给出 CSV 文件路径。"});
  if (text.size() > bytes_max)
    return bad({"is larger than 1 MiB. Give a list of townships.", "超过 1 MiB，请给出乡镇名单。"});
  std::istringstream in(text);
  std::string line;
  std::vector<Township> townships;
  std::getline(in, line);
  if (line.find("code,name") == std::string::npos)
    return bad({"must begin with the columns code,name.", "首行须以 code,name 两列开头。"});
  while (std::getline(in, line)) {
    std::erase_if(line, [](char c) { return c == '"' || c == '\r'; });
    if (line.empty()) continue;
    const std::size_t comma = line.find(',');
    const std::string code = line.substr(0, comma);
    const bool digits =
        std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (comma == std::string::npos || code.size() != 9 || !digits)
      return bad(
          {"has a line without a code of nine digits: " + line, "有一行缺少九位代码：" + line});
    townships.push_back({code, line.substr(comma + 1, line.find(',', comma + 1) - comma - 1), 0});
  }
  if (townships.empty()) return bad({"names no township.", "没有任何乡镇。"});
  return townships;
}

std::vector<Township> invent_townships(std::size_t count) {
  std::vector<Township> townships;
  for (std::size_t i = 0; i < count; ++i) {
    const bool town = i * 25 < count * 18;
    townships.push_back(
        {"431224" + serial((town ? 100 : 200) + i, 3), place_name(i) + (town ? "镇" : "乡"), 0});
  }
  return townships;
}

/// Splits a whole by weights into integers that add up to it exactly, each at least `least`.
std::vector<std::int64_t> split(std::int64_t whole, const std::vector<int>& weights,
                                std::int64_t least) {
  std::int64_t sum = 0;
  for (const int weight : weights) sum += weight;
  std::vector<std::int64_t> parts;
  std::int64_t given = 0;
  for (const int weight : weights) {
    parts.push_back(std::max(least, whole * weight / sum));
    given += parts.back();
  }
  for (auto largest = std::max_element(parts.begin(), parts.end()); given != whole;
       largest = std::max_element(parts.begin(), parts.end())) {
    const std::int64_t change =
        given < whole ? whole - given
                      : -std::min(given - whole, std::max<std::int64_t>(1, *largest / 2));
    *largest += change;
    given += change;
  }
  return parts;
}

void add_school(County& county, Stage stage, std::uint32_t township, std::int64_t size,
                int parent) {
  const auto index = static_cast<std::uint32_t>(county.schools.size());
  School school;
  school.stage = stage;
  school.township = township;
  school.size = size;
  school.parent = parent;
  school.code = (stage == Stage::junior ? "3143" : "2143") + serial(index + 1, 6);
  const std::string& town = county.townships[township].name;
  const std::string village = place_name(index * 5 + 11 + township);
  std::uint32_t brothers = 1;
  for (const School& other : county.schools)
    brothers += other.township == township && other.stage == stage && other.parent < 0 ? 1 : 0;
  const std::string order = brothers == 1 ? "" : "第" + std::to_string(brothers);
  school.name = stage == Stage::junior ? town + order + (brothers == 1 ? "初级中学" : "中学")
                : parent < 0           ? town + order + (brothers == 1 ? "中心小学" : "小学")
                                       : town + village + (size < 50 ? "教学点" : "村小学");
  county.schools.push_back(std::move(school));
}

void plan_one_school(County& county, std::int64_t pupils) {
  const std::int64_t point = std::clamp<std::int64_t>(pupils / 12, 1, 60);
  add_school(county, Stage::junior, 0, pupils - point, -1);
  add_school(county, Stage::primary, 0, point, 0);
  county.schools[1].feeds = 0;
}

void plan_many_schools(County& county, const GenerateOptions& options) {
  const std::int64_t total = std::max<std::int64_t>(options.pupils / 400, 2);
  const std::int64_t juniors = std::max<std::int64_t>(total / 5, 1);
  Random random(options.seed, {purpose_school});
  const auto weights = [&](std::int64_t count) {
    std::vector<int> made;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint32_t at = random.below(size_quantiles.size() - 1);
      const int low = size_quantiles[at];
      made.push_back(low + static_cast<int>(random.below(
                               static_cast<std::uint64_t>(size_quantiles[at + 1] - low))));
    }
    std::sort(made.rbegin(), made.rend());
    return made;
  };
  const auto township_count = static_cast<std::uint32_t>(county.townships.size());
  // The largest schools come first, so every township has its centre before its villages.
  for (const std::int64_t size : split(options.pupils / 3, weights(juniors), 3))
    add_school(county, Stage::junior,
               static_cast<std::uint32_t>(county.schools.size()) % township_count, size, -1);
  std::vector<int> centre(township_count, -1);
  for (const std::int64_t size :
       split(options.pupils - options.pupils / 3, weights(total - juniors), 3)) {
    const auto township = static_cast<std::uint32_t>(county.schools.size()) % township_count;
    add_school(county, Stage::primary, township, size, size < 200 ? centre[township] : -1);
    if (centre[township] < 0) centre[township] = static_cast<int>(county.schools.size()) - 1;
  }
  // Leavers go to the school of the same township that has most room left, else to any with most.
  std::vector<std::int64_t> room;
  for (const School& school : county.schools)
    room.push_back(school.stage == Stage::junior ? school.size / 3 : 0);
  for (School& school : county.schools) {
    if (school.stage != Stage::primary) continue;
    std::size_t best = 0;
    for (std::size_t i = 1; i < static_cast<std::size_t>(juniors); ++i) {
      const bool nearer = county.schools[i].township == school.township && room[i] > 0;
      const bool best_near = county.schools[best].township == school.township && room[best] > 0;
      if (nearer != best_near ? nearer : room[i] > room[best]) best = i;
    }
    school.feeds = static_cast<int>(best);
    room[best] -= school.size / 6;
  }
}

}  // namespace

const Cohort* School::cohort(int entry_year) const {
  for (const Cohort& cohort : cohorts)
    if (cohort.entry_year == entry_year) return &cohort;
  return nullptr;
}

std::string County::class_name(std::uint32_t index) const {
  const ClassRoom& room = classes[index];
  return std::to_string(room.entry_year) + "级" + std::to_string(room.number) + "班";
}

std::string County::class_code(std::uint32_t index) const {
  const ClassRoom& room = classes[index];
  return schools[room.school].code + "-" + std::to_string(room.entry_year) + "-" +
         serial(static_cast<std::uint64_t>(room.number), 2);
}

int County::grade(std::uint32_t class_index, int year) const {
  const int first = stage_of(class_index) == Stage::junior ? 7 : 1;
  return first + year - classes[class_index].entry_year;
}

void County::open_classes(std::uint32_t school, int entry_year, std::int64_t children) {
  const std::int64_t count =
      std::max<std::int64_t>(1, (children + class_size_max - 1) / class_size_max);
  schools[school].cohorts.push_back(
      {entry_year, static_cast<std::uint32_t>(classes.size()), static_cast<std::uint32_t>(count)});
  for (std::int64_t number = 1; number <= count; ++number)
    classes.push_back({school, entry_year, static_cast<int>(number)});
}

Result<County> plan_county(const GenerateOptions& options) {
  const bool one = options.kind == GenerateOptions::Kind::school;
  County county;
  if (options.townships.empty()) {
    const std::int64_t by_size = std::clamp<std::int64_t>(options.pupils / 2000, 1, 25);
    county.townships = invent_townships(one ? 1 : static_cast<std::size_t>(by_size));
  } else {
    TAIZHANG_TRY(county.townships, read_townships(options.townships));
    if (one) county.townships.resize(1);
  }
  Random random(options.seed, {purpose_township});
  for (Township& township : county.townships)
    township.poor_share = one ? 2'000 : random.between(200, 3'600);
  if (one)
    plan_one_school(county, options.pupils);
  else
    plan_many_schools(county, options);
  return county;
}

}  // namespace taizhang::sample
