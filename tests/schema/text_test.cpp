#include <gtest/gtest.h>
// rapidcheck needs gtest before it.
#include <rapidcheck/gtest.h>

#include <limits>

#include "sample.hpp"

namespace {

using taizhang::Language;
using taizhang::parse_yuan;
using taizhang::yuan;

TEST(Yuan, WritesFenExactly) {
  EXPECT_EQ(yuan(125000), "1,250.00");
  EXPECT_EQ(yuan(-5), "-0.05");
  EXPECT_EQ(yuan(0), "0.00");
  EXPECT_EQ(yuan(100000000), "1,000,000.00");
  EXPECT_EQ(yuan(99999), "999.99");
  EXPECT_EQ(yuan(std::numeric_limits<std::int64_t>::min()), "-92,233,720,368,547,758.08");
}

TEST(Yuan, ReadsWhatPeopleWrite) {
  EXPECT_EQ(*parse_yuan("1250"), 125000);
  EXPECT_EQ(*parse_yuan("1,250.00"), 125000);
  EXPECT_EQ(*parse_yuan("1250.5"), 125050);
  EXPECT_EQ(*parse_yuan("-0.05"), -5);
  EXPECT_EQ(*parse_yuan("0"), 0);
  EXPECT_EQ(*parse_yuan("007"), 700);
}

TEST(Yuan, RefusesWhatIsNotMoney) {
  for (const char* bad : {"",
                          "-",
                          ".",
                          ".5",
                          "1.",
                          "1.005",
                          "1,25",
                          "1,2500",
                          "12,34,567",
                          ",250",
                          "1,",
                          "1 250",
                          "1250元",
                          "1e3",
                          "--1",
                          "+1",
                          "0x10",
                          "1.-5",
                          "92233720368547758.08",
                          "-92233720368547758.09",
                          "99999999999999999999"})
    EXPECT_EQ(parse_yuan(bad).has_value(), false) << bad;
  EXPECT_EQ(*parse_yuan("92233720368547758.07"), std::numeric_limits<std::int64_t>::max());
}

RC_GTEST_PROP(Yuan, RoundTrips, (std::int64_t fen)) { RC_ASSERT(*parse_yuan(yuan(fen)) == fen); }

RC_GTEST_PROP(Yuan, CommasDoNotMatter, (std::int64_t fen)) {
  std::string plain = yuan(fen);
  std::erase(plain, ',');
  RC_ASSERT(*parse_yuan(plain) == fen);
}

class Text : public ::testing::Test {
 protected:
  std::string shown(const char* member, Language language = Language::zh) {
    return taizhang::display(*schema, message, *info->field(member), language);
  }
  void set(const char* member, const char* text) {
    const auto done = taizhang::set_from_text(*schema, message, member, text);
    EXPECT_TRUE(done) << done.error().message().en;
  }
  void refused(const char* member, const char* text, const std::string& rule) {
    const std::string before = message.SerializeAsString();
    const auto done = taizhang::set_from_text(*schema, message, member, text);
    ASSERT_FALSE(done) << member << " " << text;
    EXPECT_EQ(done.error().detail("rule"), rule) << done.error().message().en;
    EXPECT_EQ(message.SerializeAsString(), before);
  }
  std::shared_ptr<const taizhang::Schema> schema = sample::schema();
  const taizhang::MessageInfo* info = schema->event("test.enrolled");
  taizhang_test::Enrolled message;
};

TEST_F(Text, DisplayIsForPeople) {
  message = sample::full();
  EXPECT_EQ(shown("amount"), "1,250.00");
  EXPECT_EQ(shown("status"), "02 休学");
  EXPECT_EQ(shown("status", Language::en), "02 suspended");
  EXPECT_EQ(shown("photo"), "00ff01");
  EXPECT_EQ(shown("boarder"), "否");
  message.set_boarder(true);
  EXPECT_EQ(shown("boarder", Language::en), "true");
  message.set_rate(0.1);
  EXPECT_EQ(shown("rate"), "0.1");
  message.set_colour(taizhang_test::COLOUR_RED);
  EXPECT_EQ(shown("colour"), "COLOUR_RED");
  message.add_reasons("01");
  message.add_reasons("99");
  EXPECT_EQ(shown("reasons"), "01 在读; 99");
  message.mutable_items(0)->set_pupil("s2");
  EXPECT_EQ(shown("items"), "名称=书包, 价格=0.05, 学生=s2");
  EXPECT_EQ(shown("items", Language::en), "name=书包, price=0.05, pupil=s2");
}

TEST_F(Text, DisplayOfUnsetIsEmptyAndOfZeroIsZero) {
  EXPECT_EQ(shown("status"), "");
  EXPECT_EQ(shown("items"), "");
  EXPECT_EQ(shown("score"), "");
  EXPECT_EQ(shown("grade"), "0");
  message.set_score(0);
  EXPECT_EQ(shown("score"), "0");
}

TEST_F(Text, SetReadsWhatPeopleAndFilesWrite) {
  set("amount", " 1,250.50 ");
  EXPECT_EQ(message.amount(), 125050);
  set("on", "2024-03-01");
  EXPECT_EQ(message.on(), "2024-03-01");
  for (const char* form : {"02", "休学", "suspended", "02 休学", "02 suspended", "\u3000 02 "}) {
    message.clear_status();
    set("status", form);
    EXPECT_EQ(message.status(), "02") << form;
  }
  set("boarder", "是");
  EXPECT_TRUE(message.boarder());
  set("boarder", "false");
  EXPECT_FALSE(message.boarder());
  set("grade", "9");
  EXPECT_EQ(message.grade(), 9U);
  set("score", "-3");
  EXPECT_EQ(message.score(), -3);
  set("rate", "0.25");
  EXPECT_EQ(message.rate(), 0.25);
  set("colour", "COLOUR_RED");
  EXPECT_EQ(message.colour(), taizhang_test::COLOUR_RED);
  set("name", " 張 三");
  EXPECT_EQ(message.name(), " 張 三");
  set("reasons", "01; 休学;");
  ASSERT_EQ(message.reasons_size(), 2);
  EXPECT_EQ(message.reasons(1), "02");
  set("parts", "1;2.5");
  EXPECT_EQ(message.parts(1), 250);
  set("parts", "3");
  EXPECT_EQ(message.parts_size(), 1);
  set("name", "");
  EXPECT_TRUE(message.name().empty());
}

TEST_F(Text, SetRefusesAndLeavesTheMessageAlone) {
  message = sample::full();
  refused("amount", "1.234", "money");
  refused("on", "2024-02-30", "date");
  refused("status", "读", "code");
  refused("boarder", "maybe", "boolean");
  refused("grade", "-1", "number");
  refused("grade", "3x", "number");
  refused("score", "2147483648", "number");
  refused("rate", "fast", "number");
  refused("name", "\xFF", "utf8");
  refused("items", "书包", "kind");
  refused("photo", "00", "kind");
  refused("parts", "1;x", "money");
  refused("stauts", "01", "known-field");
  EXPECT_EQ(taizhang::set_from_text(*schema, message, "stauts", "01").error().detail("nearest"),
            "status");
}

TEST_F(Text, SetMasksPersonalValuesInErrors) {
  const auto done = taizhang::set_from_text(*schema, message, "birth", "2011-02-30");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().detail("value"), "2011-**-**");
}

TEST_F(Text, JsonRoundTripsAndIsStable) {
  message = sample::full();
  const auto json = taizhang::to_json(message);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->find('\n'), std::string::npos);
  EXPECT_NE(json->find("\"amount\":\"125000\""), std::string::npos) << *json;
  EXPECT_NE(json->find("\"citizen_id\":"), std::string::npos);
  EXPECT_NE(json->find("\"boarder\":false"), std::string::npos);
  EXPECT_LT(json->find("\"a\":\"1\""), json->find("\"b\":\"2\"")) << *json;
  taizhang_test::Enrolled again;
  const auto read = taizhang::from_json(*schema, *json, again);
  ASSERT_TRUE(read) << read.error().message().en;
  EXPECT_EQ(*taizhang::to_json(again), *json);
  EXPECT_EQ(again.photo(), message.photo());
}

TEST_F(Text, JsonSuggestsTheFieldThatWasMeant) {
  const auto read = taizhang::from_json(*schema, R"({"student":"s1","stauts":"01"})", message);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), taizhang::ErrorCode::invalid_argument);
  EXPECT_EQ(read.error().detail("field"), "stauts");
  EXPECT_EQ(read.error().detail("nearest"), "status");
  EXPECT_EQ(read.error().detail("message"), "test.enrolled");
  const auto inner = taizhang::from_json(*schema, R"({"items":[{"nme":"x"}]})", message);
  ASSERT_FALSE(inner);
  EXPECT_EQ(inner.error().detail("nearest"), "name");
}

TEST_F(Text, JsonFieldSpeltInTwoWaysIsGivenTwice) {
  const auto read = [&](const char* json) { return taizhang::from_json(*schema, json, message); };
  EXPECT_TRUE(read(R"({"citizen_id":"1"})"));
  EXPECT_TRUE(read(R"({"citizenId":"1"})"));
  const auto twice = read(R"({"citizen_id":"1","citizenId":"2"})");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code(), taizhang::ErrorCode::invalid_argument);
  EXPECT_EQ(twice.error().detail("name"), "citizen_id");
  EXPECT_TRUE(read(R"({"counts":{"a_b":"1","aB":"2"}})")) << "keys of a map are not spelt";
}

TEST_F(Text, JsonErrorsNameTheFieldAndHidePersonalValues) {
  const auto number = taizhang::from_json(*schema, R"({"amount":"12 yuan"})", message);
  ASSERT_FALSE(number);
  EXPECT_EQ(number.error().detail("field"), "amount");
  const auto personal =
      taizhang::from_json(*schema, R"({"photo":"?431202201103120015?"})", message);
  ASSERT_FALSE(personal);
  EXPECT_EQ(personal.error().detail("field"), "photo");
  EXPECT_EQ(personal.error().message().en.find("431202"), std::string::npos);
  for (const char* bad : {"", "[]", "{", "{\"student\":\"\xFF\"}", "nonsense", "{student:\"s1\"}",
                          "{\"student\":\"s1\",}", "{\"student\":\"s1\",\"student\":\"s2\"}",
                          "{\"student\":\"a\\u0000b\"}"})
    EXPECT_EQ(taizhang::from_json(*schema, bad, message).has_value(), false) << bad;
}

}  // namespace
