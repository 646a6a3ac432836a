#include "import/mapping.hpp"

#include <gtest/gtest.h>

#include "import/dates.hpp"
#include "import/scratch.hpp"
#include "taizhang/education/education.hpp"

namespace taizhang::importing {
namespace {

using test::Scratch;

Lexicon lexicon() {
  Lexicon words;
  words.date_formats = {"%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d"};
  words.constants = {{"jurisdiction", "CN-431224"}};
  words.code_tables["sex"] = {{"男", "1"}, {"女", "2"}};
  words.code_tables["any"] = {{"a", "1"}, {"*", "9"}};
  words.code_tables["start"] = {{"2013J", "2013-10-01"}};
  return words;
}

/// What a template gives for a row of named values; "!RULE column" for a problem.
std::string evaluated(const std::string& text,
                      const std::vector<std::pair<std::string, std::string>>& values) {
  const Lexicon words = lexicon();
  auto parsed = Template::parse(text, words);
  if (!parsed) return "?" + parsed.error().message().en;
  CsvRow row;
  for (const auto& [name, value] : values) row.add(value);
  parsed->each_source([&](Source& source) {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (values[i].first == source.name) source.column = i;
  });
  std::string out;
  const auto done = parsed->evaluate(row, words, out);
  if (done) return out;
  return "!" + std::string(done.error().detail("rule")) + " " +
         std::string(done.error().detail("column"));
}

TEST(Template, JoinsTextColumnsAndConstants) {
  EXPECT_EQ(evaluated("class-code:{班级}", {{"班级", "C1"}}), "class-code:C1");
  EXPECT_EQ(evaluated("{a}-{b}", {{"a", "1"}, {"b", "2"}}), "1-2");
  EXPECT_EQ(evaluated("{jurisdiction}", {}), "CN-431224");
  EXPECT_EQ(evaluated("{{{a}}}", {{"a", "1"}}), "{1}");
  EXPECT_EQ(evaluated("plain", {}), "plain");
}

TEST(Template, IsEmptyWhenAllItsColumnsAre) {
  EXPECT_EQ(evaluated("class-code:{班级}", {{"班级", ""}}), "");
  EXPECT_EQ(evaluated("{jurisdiction}-{班级}", {{"班级", ""}}), "");
  EXPECT_EQ(evaluated("{a}-{b}", {{"a", ""}, {"b", "2"}}), "-2");
  EXPECT_EQ(evaluated("x{a|default:1}", {{"a", ""}}), "x1");
}

TEST(Template, FiltersChangeOrRefuse) {
  EXPECT_EQ(evaluated("{d|date}", {{"d", "2024/3/1"}}), "2024-03-01");
  EXPECT_EQ(evaluated("{d|date}", {{"d", "2024年9月15日"}}), "2024-09-15");
  EXPECT_EQ(evaluated("{d|date}", {{"d", "20240229"}}), "2024-02-29");
  EXPECT_EQ(evaluated("{d|date}", {{"d", "2023-02-29"}}), "!DATE d");
  EXPECT_EQ(evaluated("{d|date}", {{"d", ""}}), "");
  EXPECT_EQ(evaluated("{d|year}", {{"d", "2024/3/1"}}), "2024");
  EXPECT_EQ(evaluated("{d|year}", {{"d", "2024"}}), "2024");
  EXPECT_EQ(evaluated("{s|code:sex}", {{"s", "女"}}), "2");
  EXPECT_EQ(evaluated("{s|code:sex}", {{"s", "未知"}}), "!CODE-MAP s");
  EXPECT_EQ(evaluated("{s|code:any}", {{"s", "zzz"}}), "9");
  EXPECT_EQ(evaluated("{s|upper}{s|lower}", {{"s", "aX"}}), "AXax");
  EXPECT_EQ(evaluated("{m|yuan}", {{"m", "1,250.00"}}), "1,250.00");
  EXPECT_EQ(evaluated("{m|yuan}", {{"m", "much"}}), "!MONEY m");
}

TEST(Template, CountsDaysFromAMappedDate) {
  const std::string text = "{p|code:start|plus-days:n}";
  EXPECT_EQ(evaluated(text, {{"p", "2013J"}, {"n", "-159"}}), "2013-04-25");
  EXPECT_EQ(evaluated(text, {{"p", "2013J"}, {"n", "12"}}), "2013-10-13");
  EXPECT_EQ(evaluated(text, {{"p", "2013J"}, {"n", ""}}), "");
  EXPECT_EQ(evaluated(text, {{"p", "2013J"}, {"n", "many"}}), "!DAYS n");
  EXPECT_EQ(evaluated(text, {{"p", "2013J"}, {"n", "99999999999"}}), "!DAYS n");
  EXPECT_EQ(evaluated(text, {{"p", "2099X"}, {"n", "1"}}), "!CODE-MAP p");
}

TEST(Template, ErrorsSuggestTheNearestFilter) {
  EXPECT_NE(evaluated("{a|dte}", {}).find("\"date\""), std::string::npos);
  EXPECT_EQ(evaluated("{a", {}).front(), '?');
  EXPECT_EQ(evaluated("{a|code:none}", {}).front(), '?');
  EXPECT_EQ(evaluated("{a|date:x}", {}).front(), '?');
  EXPECT_EQ(evaluated("{}", {}).front(), '?');
}

TEST(Moments, WithoutZoneAreChinasTime) {
  const std::vector<std::string> formats{"%Y/%m/%d"};
  EXPECT_EQ(parse_moment("2024/3/1 08:30", formats)->to_string(), "2024-03-01T00:30:00.000000Z");
  EXPECT_EQ(parse_moment("2024/3/1", formats)->to_string(), "2024-02-29T16:00:00.000000Z");
  EXPECT_EQ(parse_moment("2024-03-01T08:00:00Z", formats)->to_string(),
            "2024-03-01T08:00:00.000000Z");
  EXPECT_FALSE(parse_moment("2024/3/1 25:00", formats));
  EXPECT_FALSE(parse_moment("yesterday", formats));
}

constexpr auto good =
    "source = \"s\"\n"
    "key = [\"学籍号\"]\n"
    "[[command]]\n"
    "type = \"EnrolStudent\"\n"
    "on = \"{日期|date}\"\n"
    "when = [{column = \"变动\", is = \"入学\"}]\n"
    "[command.fields]\n"
    "class = \"class-code:{班级}\"\n"
    "name = \"{姓名}\"\n"
    "student_number = \"{学籍号}\"\n";

Result<Mapping> load(const Scratch& scratch, const std::string& text) {
  return Mapping::load(*education_schema(), scratch.write("map.toml", text));
}
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(Mapping, LoadsAndFindsItsColumns) {
  Scratch scratch;
  auto mapping = load(scratch, good);
  ASSERT_TRUE(mapping) << mapping.error().message().en;
  EXPECT_EQ(mapping->source, "s");
  ASSERT_TRUE(mapping->bind({"姓名", "班级", "日期", "变动", "学籍号", "电话"}));
  ASSERT_EQ(mapping->used.size(), 5U);  // not the telephone
  for (const UsedColumn& column : mapping->used) {
    EXPECT_EQ(column.mask.has_value(), column.name == "姓名" || column.name == "学籍号")
        << column.name;
  }
}

struct Wrong {
  std::string from, to, line, says;
};
class WrongMappings : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongMappings, NameTheLineAndTheNearestName) {
  Scratch scratch;
  const auto mapping = load(scratch, replaced(good, GetParam().from, GetParam().to));
  ASSERT_FALSE(mapping);
  EXPECT_EQ(mapping.error().detail("line"), GetParam().line);
  EXPECT_NE(mapping.error().message().en.find(GetParam().says), std::string::npos)
      << mapping.error().message().en;
  EXPECT_FALSE(mapping.error().message().zh.empty());
}
INSTANTIATE_TEST_SUITE_P(
    All, WrongMappings,
    ::testing::Values(
        Wrong{"EnrolStudent", "EnrolStudnt", "4", "\"EnrolStudent\""},
        Wrong{"name =", "nane =", "9", "\"name\""}, Wrong{"|date}", "|dat}", "5", "\"date\""},
        Wrong{"when =", "whn =", "6", "\"when\""}, Wrong{"source =", "sorce =", "1", "\"source\""},
        Wrong{"is = ", "was = ", "6", "unknown"}, Wrong{"[\"学籍号\"]", "[\"学籍号\"", "3", "TOML"},
        Wrong{"key = [\"学籍号\"]", "mode = \"sync\"\nkey = []", "2", "snapshot"}));

TEST(Mapping, TablesInOneAnotherAreBoundedHoweverTheyAreWritten) {
  Scratch scratch;
  const auto dotted = [](std::size_t parts) {
    std::string key = "a";
    for (std::size_t i = 1; i < parts; ++i) key += i % 2 == 0 ? ".a" : " . \"a.b\"";
    return key;
  };
  std::string inline_tables;
  for (int i = 0; i < 90; ++i) inline_tables += "{" + dotted(50) + " = ";
  const std::string dots(1'000, '.');
  for (const std::string& deep :
       {dotted(200'000) + " = 1", "[" + dotted(200'000) + "]", "[[" + dotted(200'000) + "]]\n",
        "[" + dotted(60) + "] # x\n" + dotted(60) + " = 1", "x = " + inline_tables + "1",
        "x = \"\"\"a\"\"\"\"\"\n" + dotted(102) + " = 1", "x = 'it\n" + dotted(102) + " = 1"}) {
    const auto refused = load(scratch, deep);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message().en.find("deeper"), std::string::npos)
        << refused.error().message().en;
  }
  for (const std::string& flat : {"x = \"" + dots + "\"", "# " + dots, "x = '''\n" + dots + "'''",
                                  "x = [" + dotted(1) + "]"}) {
    const auto other = load(scratch, flat);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().message().en.find("deeper"), std::string::npos)
        << other.error().message().en;
  }
  EXPECT_EQ(load(scratch, std::string(5U << 20, '#')).error().code(), ErrorCode::too_large);
}

TEST(Mapping, AMissingColumnIsNamedWithTheNearest) {
  Scratch scratch;
  auto mapping = load(scratch, good);
  ASSERT_TRUE(mapping);
  const auto bound = mapping->bind({"姓名", "班级", "入学日期", "变动", "学籍号"});
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().detail("column"), "日期");
  EXPECT_FALSE(mapping->bind({"姓名", "姓名", "班级", "日期", "变动", "学籍号"}));
}

}  // namespace
}  // namespace taizhang::importing
