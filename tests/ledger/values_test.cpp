#include "fixture.hpp"

namespace taizhang::testing {
namespace {

TEST(Id, HasATextFormThatComesBack) {
  EXPECT_EQ(Id{}.to_string(), std::string(26, '0'));
  Id ones;
  ones.bytes.fill(0xFF);
  EXPECT_EQ(ones.to_string(), "7" + std::string(25, 'z'));
  Id counted;
  for (std::uint8_t i = 0; i < 16; ++i) counted.bytes[i] = static_cast<std::uint8_t>(i * 17);
  EXPECT_EQ(counted.to_string(), "0024h36h2ncsvrh6daqf6dvvqz");
  for (const auto& id : {ones, counted, Id::random(), Id::random()}) {
    const auto parsed = Id::parse(id.to_string());
    ASSERT_OK(parsed);
    EXPECT_EQ(*parsed, id);
  }
  for (const auto* bad : {"", "0", "8zzzzzzzzzzzzzzzzzzzzzzzzz", "0000000000000000000000000i",
                          "0000000000000000000000000O", "000000000000000000000000000"})
    EXPECT_CODE(Id::parse(bad), ErrorCode::invalid_argument);
}

TEST(Id, IsReadFromAUlidAndFromAUuidInEitherCase) {
  for (const auto* same :
       {"0024h36h2ncsvrh6daqf6dvvqz", "0024H36H2NCSVRH6DAQF6DVVQZ",
        "00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-AABBCCDDEEFF",
        "00112233445566778899aabbccddeeff"}) {
    const auto parsed = Id::parse(same);
    ASSERT_OK(parsed);
    EXPECT_EQ(parsed->to_string(), "0024h36h2ncsvrh6daqf6dvvqz") << same;
  }
  for (const auto* bad :
       {"00112233-4455-6677-8899-aabbccddeefg", "0011223-34455-6677-8899-aabbccddeeff",
        "{0112233-4455-6677-8899-aabbccddeef}", "00112233445566778899aabbccddeef",
        "-0112233445566778899aabbccddeeff"})
    EXPECT_CODE(Id::parse(bad), ErrorCode::invalid_argument);
}

TEST(Id, OfZerosIsNone) {
  for (const auto* zeros : {"00000000000000000000000000", "00000000000000000000000000000000",
                            "00000000-0000-0000-0000-000000000000"})
    EXPECT_CODE(Id::parse(zeros), ErrorCode::invalid_argument);
}

TEST(Id, IsRandomOrFollowsFromItsParts) {
  EXPECT_NE(Id::random(), Id::random());
  const auto id = Id::derive("d", {"ab", "c"});
  EXPECT_EQ(id, Id::derive("d", {"ab", "c"}));
  for (const auto& other : {Id::derive("d", {"a", "bc"}), Id::derive("d", {"abc"}),
                            Id::derive("da", {"b", "c"}), Id::derive("d", {"ab", "c", ""})})
    EXPECT_NE(id, other);
  EXPECT_NE(event_id(id, 0), event_id(id, 1));
  EXPECT_EQ(event_id(id, 7), event_id(id, 7));
}

TEST(Date, IsACalendarDay) {
  const auto parsed = Date::parse("2024-02-29");
  ASSERT_OK(parsed);
  EXPECT_EQ(parsed->year(), 2024);
  EXPECT_EQ(parsed->month(), 2U);
  EXPECT_EQ(parsed->day(), 29U);
  EXPECT_EQ(parsed->days, 19'782);
  EXPECT_EQ(Date{0}.to_string(), "1970-01-01");
  for (const auto* good : {"0001-01-01", "9999-12-31", "2000-02-29", "1900-02-28"}) {
    const auto date = Date::parse(good);
    ASSERT_OK(date);
    EXPECT_EQ(date->to_string(), good);
  }
  for (const auto* bad :
       {"", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "2024-01-32",
        "0000-01-01", "2024-1-01", "2024/01/01", "2024-01-01 ", "+024-01-01", "10000-01-01"})
    EXPECT_CODE(Date::parse(bad), ErrorCode::invalid_argument);
}

TEST(Timestamp, KeepsMicrosecondsAndTakesOffsets) {
  const std::vector<std::pair<const char*, std::int64_t>> cases{
      {"1970-01-01T00:00:00.000000Z", 0},
      {"1970-01-01T00:00:00.000001Z", 1},
      {"1969-12-31T23:59:59.999999Z", -1},
      {"2024-03-01T08:00:00.123456Z", 1'709'280'000'123'456}};
  for (const auto& [text, microseconds] : cases) {
    EXPECT_EQ(Timestamp{microseconds}.to_string(), text);
    const auto parsed = Timestamp::parse(text);
    ASSERT_OK(parsed);
    EXPECT_EQ(parsed->microseconds, microseconds);
  }
  const auto same = Timestamp::parse("2024-03-01T08:00:00Z");
  ASSERT_OK(same);
  for (const auto* other : {"2024-03-01T16:00:00+08:00", "2024-03-01T08:00:00.0Z",
                            "2024-03-01T04:30:00.000000-03:30"}) {
    const auto parsed = Timestamp::parse(other);
    ASSERT_OK(parsed);
    EXPECT_EQ(*parsed, *same) << other;
  }
  for (const auto* bad : {"", "2024-03-01", "2024-03-01T08:00:00", "2024-03-01 08:00:00Z",
                          "2024-03-01T24:00:00Z", "2024-03-01T08:60:00Z", "2024-03-01T08:00:00.Z",
                          "2024-03-01T08:00:00.1234567Z", "2024-03-01T08:00:00+0800"})
    EXPECT_CODE(Timestamp::parse(bad), ErrorCode::invalid_argument);
}

TEST(Timestamp, FallsOnADateInChina) {
  const auto day = [](const char* text) {
    return Date::in_china(*Timestamp::parse(text)).to_string();
  };
  EXPECT_EQ(day("2024-02-29T15:59:59.999999Z"), "2024-02-29");
  EXPECT_EQ(day("2024-02-29T16:00:00Z"), "2024-03-01");
  EXPECT_EQ(day("1969-12-31T15:59:59Z"), "1969-12-31");
}

}  // namespace
}  // namespace taizhang::testing
