#include "import/csv_reader.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "import/reject_file.hpp"
#include "import/scratch.hpp"

namespace taizhang::importing {
namespace {

using test::Scratch;
using Table = std::vector<std::vector<std::string>>;

struct Read {
  std::vector<std::string> header;
  Table rows;
  std::vector<std::uint64_t> lines;
  std::vector<std::pair<std::uint64_t, std::string>> problems;  ///< line and rule
};

Read read_all(const std::string& path, const std::string& encoding = "auto",
              const std::string& delimiter = "auto") {
  Read read;
  auto reader = CsvReader::open({path, encoding, delimiter});
  if (!reader) {
    ADD_FAILURE() << reader.error().message().en;
    return read;
  }
  read.header = (*reader)->header();
  CsvRow row;
  for (;;) {
    const auto any = (*reader)->next(row);
    EXPECT_TRUE(any) << any.error().message().en;
    if (!any || !*any) return read;
    if (row.problem) {
      read.problems.emplace_back(row.line, row.problem->detail("rule"));
      continue;
    }
    read.lines.push_back(row.line);
    auto& values = read.rows.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) values.emplace_back(row[i]);
  }
}

constexpr auto roster =
    "学籍号,姓名,备注\n"
    "G1,张三,好\n"
    "G2,𠮷野𫝀,㐱\n";  // beyond the BMP, and a four-byte character of GB18030

class Encodings : public ::testing::TestWithParam<std::string> {};

TEST_P(Encodings, GiveTheSameText) {
  Scratch scratch;
  std::string bytes = roster;
  if (GetParam() == "bom") bytes = "\xEF\xBB\xBF" + bytes;
  if (GetParam() == "gb18030") bytes = test::to_gb18030(bytes);
  const Read read = read_all(scratch.write("a.csv", bytes));
  EXPECT_EQ(read.header, (std::vector<std::string>{"学籍号", "姓名", "备注"}));
  EXPECT_EQ(read.rows, (Table{{"G1", "张三", "好"}, {"G2", "𠮷野𫝀", "㐱"}}));
  EXPECT_TRUE(read.problems.empty());
}
INSTANTIATE_TEST_SUITE_P(All, Encodings, ::testing::Values("plain", "bom", "gb18030"));

TEST(RejectFile, IsTextForASpreadsheetAndComesBackAsItWas) {
  Scratch scratch;
  const std::vector<std::string> header{"学籍号", "=备注"};
  const Table rows{{"G1", "=HYPERLINK(\"http://x\",\"y\")"},
                   {"+1", "@SUM(A1)"},
                   {"-5", "'=1"},
                   {"''-", "'quoted"},
                   {"＝1＋1", "＠SUM(A1)"},
                   {"－1", "＝1"},
                   {"a=b", ""}};
  std::string text = "学籍号,=备注\n";
  for (const auto& row : rows) {
    std::string quoted = row[1];
    for (std::size_t at = 0; (at = quoted.find('"', at)) != std::string::npos; at += 2)
      quoted.insert(at, 1, '"');
    text += row[0] + ",\"" + quoted + "\"\n";
  }
  const std::string place = scratch.path("rejects.csv");
  {
    RejectFile rejects(place, header, ',');
    auto reader = *CsvReader::open({scratch.write("a.csv", text)});
    BadRow why;
    why.message = why.way_out = {"=1", "=1"};
    for (CsvRow row; *reader->next(row);) ASSERT_TRUE(rejects.add(row, why));
    ASSERT_TRUE(rejects.finish());
  }
  const std::string written = test::read_file(place);
  for (const char* start : {"=", "+", "-", "@", "\n", "＝", "＋", "－", "＠"})
    EXPECT_EQ(written.find(",\"" + std::string(start)), std::string::npos) << written;
  const Read again = read_all(place);
  EXPECT_EQ(again.header[1], header[1]);
  ASSERT_EQ(again.rows.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(Table::value_type(again.rows[i].begin(), again.rows[i].begin() + 2), rows[i]);
  // A file of somebody else's keeps its apostrophes.
  EXPECT_EQ(read_all(scratch.write("b.csv", "a\n'=1\n")).rows, (Table{{"'=1"}}));
}

TEST(RejectFile, IsNotWrittenByTwoImportsAtOnce) {
  Scratch scratch;
  const std::string place = scratch.path("rejects.csv");
  CsvRow row;
  row.add("x");
  RejectFile first(place, {"a"}, ',');
  ASSERT_TRUE(first.add(row, {}));
  {
    RejectFile second(place, {"a"}, ',');
    const auto refused = second.add(row, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::held);
  }
  ASSERT_TRUE(first.finish());
  EXPECT_EQ(read_all(place).rows.size(), 1U);
}

TEST(CsvReader, KeepsCharactersThatStraddlePieces) {
  Scratch scratch;
  std::string text = "键,值\n";
  for (int i = 0; i < 40'000; ++i) text += std::to_string(i) + ",学生姓名㐱𠮷\n";
  for (const bool gb : {false, true}) {
    const Read read = read_all(scratch.write("a.csv", gb ? test::to_gb18030(text) : text));
    ASSERT_EQ(read.rows.size(), 40'000U);
    EXPECT_TRUE(read.problems.empty());
    for (const auto& row : read.rows) ASSERT_EQ(row[1], "学生姓名㐱𠮷");
    EXPECT_EQ(read.lines.back(), 40'001U);
  }
}

TEST(CsvReader, AUtf8FileWithABrokenByteIsNotTakenForGb18030) {
  Scratch scratch;
  const Read read =
      read_all(scratch.write("a.csv", "学籍号,姓名\nG1,张三\nG2,李\xE5\xE5\nG3,王五\n"));
  EXPECT_EQ(read.rows, (Table{{"G1", "张三"}, {"G3", "王五"}}));
  EXPECT_EQ(read.problems,
            (std::vector<std::pair<std::uint64_t, std::string>>{{3, "CSV-ENCODING"}}));
}

TEST(CsvReader, ABrokenGb18030ByteRefusesItsRow) {
  Scratch scratch;
  const Read read = read_all(scratch.write("a.csv", test::to_gb18030("学籍号,姓名\nG1,张三\nG2,") +
                                                        "\xFF,\n" + test::to_gb18030("G3,王五\n")),
                             "gb18030");
  EXPECT_EQ(read.rows, (Table{{"G1", "张三"}, {"G3", "王五"}}));
  ASSERT_EQ(read.problems.size(), 1U);
  EXPECT_EQ(read.problems[0].first, 3U);
}

TEST(CsvReader, Utf16IsRefusedWithTheWayOut) {
  Scratch scratch;
  const auto reader = CsvReader::open({scratch.write("a.csv", std::string("\xFF\xFE"
                                                                          "a\0",
                                                                          4))});
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code(), ErrorCode::unsupported);
  EXPECT_NE(reader.error().message().zh.find("CSV UTF-8"), std::string::npos);
}

TEST(CsvReader, FindsTheDelimiterInTheHeader) {
  Scratch scratch;
  const Table want{{"1", "a,b;c"}};
  EXPECT_EQ(read_all(scratch.write("a.csv", "k,v\n1,\"a,b;c\"\n")).rows, want);
  EXPECT_EQ(read_all(scratch.write("b.csv", "k;v\n1;\"a,b;c\"\n")).rows, want);
  EXPECT_EQ(read_all(scratch.write("c.csv", "k\tv\n1\ta,b;c\n")).rows, want);
  EXPECT_EQ(read_all(scratch.write("d.csv", "\"k,x\";v\n1;\"a,b;c\"\n")).rows, want);
  EXPECT_EQ(read_all(scratch.write("e.csv", "k|v\n1|a,b;c\n"), "auto", "|").rows, want);
}

TEST(CsvReader, CountsLinesThroughEveryKindOfBreak) {
  Scratch scratch;
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const Read read =
        read_all(scratch.write("a.csv", "k,v" + end + "1,\"one" + end + "two\"" + end + end +
                                            "2,b" + end + "3,\"\"\"c\"\"\""));
    EXPECT_EQ(read.rows, (Table{{"1", "one" + end + "two"}, {"2", "b"}, {"3", "\"c\""}}));
    EXPECT_EQ(read.lines, (std::vector<std::uint64_t>{2, 5, 6}));
  }
}

TEST(CsvReader, ARowOfAnotherWidthIsBadAndTheNextOnesAreRead) {
  Scratch scratch;
  const Read read = read_all(scratch.write("a.csv", "k,v\n1\n2,b\n3,c,d\n4,e,,\n,\n5,f\n"));
  EXPECT_EQ(read.rows, (Table{{"2", "b"}, {"4", "e", "", ""}, {"5", "f"}}));
  EXPECT_EQ(read.problems, (std::vector<std::pair<std::uint64_t, std::string>>{
                               {2, "CSV-COLUMNS"}, {4, "CSV-COLUMNS"}}));
}

TEST(CsvReader, AQuoteLeftOpenCostsItsOwnLineOnly) {
  Scratch scratch;
  const Read read = read_all(scratch.write("a.csv", "k,v\n1,a\n2,\"b\n3,\"c\"\n4,d\n"));
  EXPECT_EQ(read.rows, (Table{{"1", "a"}, {"3", "c"}, {"4", "d"}}));
  EXPECT_EQ(read.lines, (std::vector<std::uint64_t>{2, 4, 5}));
  EXPECT_EQ(read.problems, (std::vector<std::pair<std::uint64_t, std::string>>{{3, "CSV-FORM"}}));
}

TEST(CsvReader, AQuoteLeftOpenToTheEndCostsItsOwnLineOnly) {
  Scratch scratch;
  std::string text = "k,v\n1,\"a\n";
  for (int i = 0; i < 200'000; ++i) text += std::to_string(i) + ",value\n";
  const Read read = read_all(scratch.write("a.csv", text));
  EXPECT_EQ(read.rows.size(), 200'000U);
  EXPECT_EQ(read.problems, (std::vector<std::pair<std::uint64_t, std::string>>{{2, "CSV-FORM"}}));
}

TEST(CsvReader, NulBytesAreRefused) {
  Scratch scratch;
  const Read read = read_all(scratch.write("a.csv", std::string("k,v\n1,a\0b\n2,c\n", 14)));
  EXPECT_EQ(read.rows, (Table{{"2", "c"}}));
  EXPECT_EQ(read.problems, (std::vector<std::pair<std::uint64_t, std::string>>{{2, "CSV-NUL"}}));
}

TEST(CsvReader, TrimsBlanksSoThatReSavingChangesNothing) {
  Scratch scratch;
  EXPECT_EQ(read_all(scratch.write("a.csv", " k ,v\n 1 ,\" 张三 \"\n2,　李四　\n")).rows,
            (Table{{"1", "张三"}, {"2", "李四"}}));
}

TEST(CsvReader, AnEmptyFileHasNoHeader) {
  Scratch scratch;
  for (const std::string text : {"", "\n\n"}) {
    const auto reader = CsvReader::open({scratch.write("a.csv", text)});
    ASSERT_FALSE(reader);
    EXPECT_EQ(reader.error().code(), ErrorCode::invalid_argument);
  }
  EXPECT_EQ(CsvReader::open({scratch.path("none.csv")}).error().code(), ErrorCode::not_found);
}

RC_GTEST_PROP(CsvReader, ReadsBackWhateverIsQuoted, ()) {
  const auto value = rc::gen::container<std::string>(
      rc::gen::element('a', 'b', ',', ';', '\t', '"', '\n', '\r', ' ', '1'));
  const auto table =
      *rc::gen::container<Table>(rc::gen::container<std::vector<std::string>>(3, value));
  std::string text = "x,y,z\n";
  Table want;
  const auto trim = [](const std::string& s) {
    const auto first = s.find_first_not_of(" \t\r\n");
    return first == std::string::npos ? std::string{}
                                      : s.substr(first, s.find_last_not_of(" \t\r\n") - first + 1);
  };
  for (const auto& row : table) {
    std::vector<std::string> trimmed;
    bool any = false;
    for (std::size_t i = 0; i < 3; ++i) {
      text += i == 0 ? "\"" : ",\"";
      for (const char c : row[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
      text += '"';
      trimmed.push_back(trim(row[i]));
      any |= !trimmed.back().empty();
    }
    text += '\n';
    if (any) want.push_back(trimmed);
  }
  Scratch scratch;
  const Read read = read_all(scratch.write("a.csv", text));
  RC_ASSERT(read.problems.empty());
  RC_ASSERT(read.rows == want);
}

}  // namespace
}  // namespace taizhang::importing
