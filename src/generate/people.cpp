#include "generate/people.hpp"

#include <array>
#include <iterator>

#include "generate/calendar.hpp"

namespace taizhang::sample {
namespace {

constexpr std::array<std::string_view, 40> surnames{
    "向", "张", "舒", "刘", "李", "王", "陈", "杨", "邓",   "贺", "武", "夏", "周", "吴",
    "黄", "谌", "严", "梁", "唐", "郑", "覃", "丁", "米",   "罗", "戴", "金", "谢", "肖",
    "覃", "石", "龙", "田", "彭", "奉", "蒲", "沈", "欧阳", "陳", "劉", "張"};
// The last three are variants of common ones, as elder registers have them.
constexpr std::size_t traditional_surnames = 3;

constexpr std::array<std::string_view, 32> male_syllables{
    "伟", "强", "磊", "军", "勇", "杰", "涛", "明", "超", "辉", "鹏", "浩", "宇", "轩", "俊", "豪",
    "博", "文", "志", "建", "国", "华", "林", "海", "天", "一", "子", "航", "睿", "阳", "宏", "斌"};
constexpr std::array<std::string_view, 32> female_syllables{
    "芳", "娟", "敏", "静", "丽", "艳", "玲", "燕", "霞", "秀", "英", "慧", "婷", "雪", "梅", "兰",
    "欣", "怡", "雨", "涵", "梓", "佳", "思", "琪", "诗", "蕾", "晨", "悦", "可", "馨", "依", "晓"};
constexpr std::array<std::string_view, 6> beyond_bmp{"𬭎", "𠮷", "𬘭", "𬍛", "𫖯", "𬀩"};
constexpr std::array<std::string_view, 8> dotted_first{"阿依古丽", "古丽娜尔", "扎西", "卓玛",
                                                       "买买提",   "热依汗",   "丹增", "阿卜杜"};
constexpr std::array<std::string_view, 6> dotted_last{"买买提",   "多吉",     "阿不都热合曼",
                                                      "央金拉姆", "吐尔逊江", "木合塔尔"};

std::string digits(int value, int width) {
  std::string text(static_cast<std::size_t>(width), '0');
  for (auto at = text.rbegin(); at != text.rend(); ++at, value /= 10)
    *at = static_cast<char>('0' + value % 10);
  return text;
}

std::string compact(int days) {
  const Date date{days};
  return digits(date.year(), 4) + digits(static_cast<int>(date.month()), 2) +
         digits(static_cast<int>(date.day()), 2);
}

char check_digit(std::string_view body) {
  // 2^(17-i) mod 11: the weights of GB 11643 from the left.
  int sum = 0;
  int weight = 7;
  for (const char c : body) {
    sum += weight * (c - '0');
    weight = weight * 6 % 11;  // 6 is the inverse of 2
  }
  return std::string_view("10X98765432")[static_cast<std::size_t>(sum % 11)];
}

}  // namespace

std::string_view name(IdError error) {
  switch (error) {
    case IdError::check_digit:
      return "check-digit";
    case IdError::length:
      return "length";
    case IdError::region:
      return "region";
    case IdError::birth_mismatch:
      return "birth-mismatch";
    case IdError::missing:
      return "missing";
    case IdError::dispute:
      return "name-mismatch";
    default:
      return "";
  }
}

std::string citizen_id(std::string_view region, int birth, int sequence) {
  std::string text = std::string(region) + compact(birth) + digits(sequence, 3);
  return text += check_digit(text);
}

std::string written_citizen_id(const Identity& identity) {
  std::string right = citizen_id(region_now, identity.birth, identity.claimed);
  switch (identity.error) {
    case IdError::check_digit:
      right.back() = right.back() == '5' ? '6' : '5';
      return right;
    case IdError::length:
      return right.substr(0, 17);
    case IdError::region:
      return citizen_id("991224", identity.birth, identity.sequence);
    case IdError::birth_mismatch: {
      // Right in itself, but of a year before. Neighbouring counties' codes, so that nobody has it.
      const Date birth{identity.birth};
      const bool leap_day = birth.month() == 2 && birth.day() == 29;
      return citizen_id(leap_day ? "431225" : "431226",
                        day(birth.year() - 1, birth.month(), leap_day ? 28 : birth.day()),
                        identity.sequence);
    }
    case IdError::missing:
      return {};
    default:
      return right;
  }
}

std::string student_number(const Identity& identity) {
  const std::string id = citizen_id(region_now, identity.birth, identity.sequence);
  if (identity.error == IdError::missing) return "J" + id;
  if (identity.error == IdError::dispute) return "L" + id.substr(0, 17) + "L";
  return "G" + id;
}

std::uint16_t draw_surname(Random& random) {
  const bool traditional = random.chance(50);
  const std::size_t common = surnames.size() - traditional_surnames;
  return static_cast<std::uint16_t>(traditional ? common + random.below(traditional_surnames)
                                                : random.below(common));
}

std::string draw_name(Random& random, std::uint16_t surname, bool male) {
  if (random.chance(80))
    return std::string(dotted_first[random.below(dotted_first.size())]) + "·" +
           std::string(dotted_last[random.below(dotted_last.size())]);
  const auto& syllables = male ? male_syllables : female_syllables;
  std::string made(surnames[surname]);
  made += syllables[random.below(syllables.size())];
  if (random.chance(50)) return made += beyond_bmp[random.below(beyond_bmp.size())];
  if (random.chance(8'000)) made += syllables[random.below(syllables.size())];
  return made;
}

std::string_view draw_ethnicity(Random& random) {
  const std::uint32_t part = random.below(10'000);
  if (part < 8'900) return "汉族";
  if (part < 9'400) return "瑶族";
  if (part < 9'650) return "土家族";
  if (part < 9'850) return "苗族";
  if (part < 9'970) return "侗族";
  return "维吾尔族";
}

}  // namespace taizhang::sample
