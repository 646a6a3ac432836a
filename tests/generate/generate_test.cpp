#include "taizhang/generate/generate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "generate/people.hpp"
#include "generate/read_back.hpp"
#include "taizhang/time.hpp"

namespace taizhang {
namespace {

namespace fs = std::filesystem;
using test::Record;

class Generate : public ::testing::Test {
 protected:
  std::string place(const std::string& name) {
    return (fs::temp_directory_path() /
            ("taizhang-generate-" + std::to_string(getpid()) + "-" +
             ::testing::UnitTest::GetInstance()->current_test_info()->name()))
               .string() +
           "/" + name;
  }
  void TearDown() override { fs::remove_all(fs::path(place("x")).parent_path()); }

  Manifest make(GenerateOptions options, const std::string& name = "made") {
    options.directory = place(name);
    auto made = generate(options);
    EXPECT_TRUE(made) << made.error().message().en;
    return made ? *made : Manifest();
  }
};

GenerateOptions school(std::int64_t pupils, int years, std::uint64_t seed) {
  GenerateOptions options;
  options.pupils = pupils;
  options.years = years;
  options.seed = seed;
  return options;
}

GenerateOptions county(std::int64_t pupils, int years, std::uint64_t seed) {
  GenerateOptions options = school(pupils, years, seed);
  options.kind = GenerateOptions::Kind::county;
  return options;
}

std::map<std::string, std::string> contents(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), directory).string()] = test::bytes_of(entry.path());
  return files;
}

TEST_F(Generate, SameSeedGivesTheSameBytesAndAnotherSeedOthers) {
  make(county(900, 2, 5), "one");
  make(county(900, 2, 5), "two");
  make(county(900, 2, 6), "other");
  EXPECT_EQ(contents(place("one")), contents(place("two")));
  EXPECT_NE(contents(place("one")), contents(place("other")));
}

TEST_F(Generate, NothingIsEverClearedAway) {
  make(school(300, 3, 5));
  const auto before = contents(place("made"));
  GenerateOptions options = school(200, 1, 5);
  options.directory = place("made");
  EXPECT_EQ(generate(options).error().code(), ErrorCode::already_exists);
  EXPECT_EQ(contents(place("made")), before);
}

TEST_F(Generate, RefusesAForeignDirectoryAndOptionsOutOfRange) {
  fs::create_directories(place("foreign"));
  std::ofstream(place("foreign") + "/mine.txt") << "mine";
  GenerateOptions options = school(100, 1, 1);
  options.directory = place("foreign");
  EXPECT_EQ(generate(options).error().code(), ErrorCode::already_exists);
  options.directory = place("never");
  options.pupils = 9;
  EXPECT_EQ(generate(options).error().code(), ErrorCode::invalid_argument);
  options.pupils = 100;
  options.townships = place("no-such.csv");
  EXPECT_EQ(generate(options).error().code(), ErrorCode::invalid_argument);
  EXPECT_FALSE(fs::exists(place("never")));
}

TEST_F(Generate, TakesTownshipsFromAFile) {
  fs::create_directories(place("x"));
  std::ofstream(place("x") + "/towns.csv") << "code,name,areaCode\n431224100,\"卢峰镇\",431224\n";
  GenerateOptions options = county(400, 1, 1);
  options.townships = place("x") + "/towns.csv";
  make(options);
  for (const Record& record : test::records_of(place("made") + "/2023-02-schools.csv")) {
    EXPECT_EQ(record.at("乡镇代码"), "431224100");
    EXPECT_EQ(record.at("乡镇"), "卢峰镇");
  }
}

TEST_F(Generate, EveryFileIsListedWithItsRowsAndAMapping) {
  const Manifest manifest = make(school(300, 2, 3));
  std::set<std::string> listed;
  for (const Manifest::File& file : manifest.files) {
    listed.insert(file.path);
    EXPECT_EQ(test::records_of(place("made") + "/" + file.path).size(),
              static_cast<std::size_t>(file.rows));
    EXPECT_TRUE(fs::exists(place("made") + "/" + file.map)) << file.map;
  }
  for (const auto& [path, bytes] : contents(place("made")))
    if (path.ends_with(".csv") && path != "planted-bad.csv") {
      EXPECT_TRUE(listed.contains(path)) << path;
    }
}

TEST_F(Generate, RecordedTimesNeverGoBackInTheOrderOfImport) {
  const Manifest manifest = make(county(1'500, 3, 8));
  std::string latest;
  for (const Manifest::File& file : manifest.files)
    for (const Record& record : test::records_of(place("made") + "/" + file.path)) {
      const std::string& entered = record.at("录入时间");
      ASSERT_EQ(entered.size(), 25U);
      ASSERT_GE(entered, latest) << file.path;
      latest = entered;
    }
}

TEST_F(Generate, TheRollBeginsWithThePupilsAskedFor) {
  for (const std::int64_t pupils : {10, 137, 2'000}) {
    for (const GenerateOptions& options : {school(pupils, 1, 2), county(pupils, 1, 2)}) {
      const Manifest manifest = make(options, "size" + std::to_string(pupils) +
                                                  std::to_string(static_cast<int>(options.kind)));
      EXPECT_EQ(manifest.truth.at("enrolments"), pupils);
    }
  }
}

TEST_F(Generate, FilesComeAsOfficesSaveThem) {
  const Manifest manifest = make(school(600, 2, 7));
  bool bom = false, gb = false, crlf = false, tab = false, semicolon = false, broken_line = false;
  bool beyond_bmp = false, dotted = false;
  for (const Manifest::File& file : manifest.files) {
    const std::string bytes = test::bytes_of(place("made") + "/" + file.path);
    std::string text;
    const bool utf8 = test::convert(bytes, "UTF-8", text);
    gb = gb || !utf8;
    bom = bom || bytes.starts_with("\xEF\xBB\xBF");
    crlf = crlf || bytes.find("\r\n") != std::string::npos;
    const std::string header = bytes.substr(0, bytes.find('\n'));
    tab = tab || header.find('\t') != std::string::npos;
    semicolon = semicolon || header.find(';') != std::string::npos;
    text = test::text_of(place("made") + "/" + file.path);
    beyond_bmp = beyond_bmp || text.find('\xF0') != std::string::npos;
    dotted = dotted || text.find("·") != std::string::npos;
    broken_line = broken_line || text.find("务工\n由") != std::string::npos;
  }
  EXPECT_TRUE(bom && gb && crlf && tab && semicolon && broken_line && beyond_bmp && dotted);
}

TEST_F(Generate, OneMoreDropoutInTheLastYearTipsTheRate) {
  for (const std::uint64_t seed : {1U, 2U, 3U})
    for (const GenerateOptions& options : {school(199, 2, seed), school(600, 2, seed),
                                           school(1'000, 1, seed), county(3'000, 2, seed)}) {
      const Manifest manifest =
          make(options, std::to_string(seed) + "-" + std::to_string(options.pupils));
      const std::int64_t roll = manifest.truth.at("roll_at_start_of_last_year");
      const std::int64_t out = manifest.truth.at("dropouts_open_of_last_year");
      EXPECT_LE(out * 1'000, roll * 5);
      EXPECT_GT((out + 1) * 1'000, roll * 5);
      EXPECT_TRUE(manifest.live.contains("pupil"));
    }
}

TEST(CitizenId, FollowsTheStandard) {
  // Vectors whose check digits were computed by hand after GB 11643.
  const auto born = [](int year, unsigned month, unsigned day) {
    return Date::of(year, month, day)->days;
  };
  EXPECT_EQ(sample::citizen_id("431224", born(2010, 9, 1), 1), "431224201009010015");
  EXPECT_EQ(sample::citizen_id("431224", born(2011, 3, 15), 2), "431224201103150022");
  EXPECT_EQ(sample::citizen_id("431224", born(2012, 2, 29), 11), "431224201202290119");
  EXPECT_EQ(sample::citizen_id("431224", born(2010, 10, 10), 19), "43122420101010019X");
  EXPECT_EQ(sample::citizen_id("433024", born(1979, 2, 28), 44), "43302419790228044X");
}

}  // namespace
}  // namespace taizhang
