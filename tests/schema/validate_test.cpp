#include "sample.hpp"

namespace {

using taizhang::ErrorCode;

class Validate : public ::testing::Test {
 protected:
  void accepted() {
    const auto verdict = schema->validate(message);
    EXPECT_TRUE(verdict) << verdict.error().message().en;
  }
  void refused(const std::string& member, const std::string& value, const std::string& rule) {
    const auto verdict = schema->validate(message);
    ASSERT_FALSE(verdict) << member;
    const taizhang::Error& error = verdict.error();
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_EQ(error.detail("field"), member);
    EXPECT_EQ(error.detail("value"), value);
    EXPECT_EQ(error.detail("rule"), rule);
    EXPECT_NE(error.message().en.find(member), std::string::npos);
    EXPECT_NE(error.message().zh.find(member), std::string::npos);
    EXPECT_NE(error.message().zh.find(value), std::string::npos);
  }
  std::shared_ptr<const taizhang::Schema> schema = sample::schema();
  taizhang_test::Enrolled message = sample::full();
};

TEST_F(Validate, TakesAFullAndASparseMessage) {
  accepted();
  message.Clear();
  message.set_student("s1");
  accepted();
}

TEST_F(Validate, RequiredFieldsMustNotBeEmpty) {
  message.clear_student();
  refused("student", "", "required");
}

TEST_F(Validate, BoundsIncludeTheirEnds) {
  for (const std::int64_t inside : {-500, -499, 0, 199999, 200000}) {
    message.set_amount(inside);
    accepted();
  }
  message.set_amount(-501);
  refused("amount", "-501", "bounds");
  message.set_amount(200001);
  refused("amount", "200001", "bounds");
  message.set_amount(1);
  for (const std::uint32_t inside : {0U, 1U, 9U}) {
    message.set_grade(inside);
    accepted();
  }
  message.set_grade(10);
  refused("grade", "10", "bounds");
  message.set_grade(4294967295U);
  refused("grade", "4294967295", "bounds");
}

TEST_F(Validate, AFieldWithPresenceMayBeSetToZero) {
  message.set_score(0);
  accepted();
  message.set_score(-1);
  refused("score", "-1", "bounds");
}

TEST_F(Validate, DatesExist) {
  for (const char* good : {"", "2024-02-29", "1900-01-01", "2200-12-31"}) {
    message.set_on(good);
    accepted();
  }
  for (const char* bad : {"1899-12-31", "2201-01-01", "9999-12-31", "2023-02-29", "2024-13-01",
                          "2024-3-1", "20240301", "2024/03/01", " "}) {
    message.set_on(bad);
    refused("on", bad, "date");
  }
}

TEST_F(Validate, CodesAreOfTheTable) {
  message.set_status("04");
  refused("status", "04", "code");
  EXPECT_NE(schema->validate(message).error().message().zh.find("02 休学"), std::string::npos);
  message.set_status("在读");
  refused("status", "在读", "code");
  message.set_status("03");
  message.add_reasons("01");
  accepted();
  message.add_reasons("");
  refused("reasons[1]", "", "code");
}

TEST_F(Validate, TextHoldsNoNul) {
  message.set_name(std::string("张\0三", 7));
  refused("name", "", "nul");
}

TEST_F(Validate, TextIsUtf8) {
  for (const char* bad :
       {"\xFF", "0123456789abc\x80", "\xC0\x80", "\xE4\xB8", "\xED\xA0\x80", "\xF4\x90\x80\x80"}) {
    message.set_name(bad);
    refused("name", "", "utf8");
  }
  message.set_name("𠮷田\U0010FFFF");
  accepted();
}

TEST_F(Validate, DescendsIntoParts) {
  message.add_items()->set_name("课桌");
  message.mutable_items(1)->clear_name();
  refused("items[1].name", "", "required");
}

TEST_F(Validate, SubjectsMakeTags) {
  message.set_student("student:s1");
  refused("student", "student:s1", "subject");
  message.set_student("s1\n");
  refused("student", "", "subject");
  message.set_student(std::string(192, 'x'));
  accepted();
  message.set_student(std::string(193, 'x'));
  EXPECT_EQ(schema->validate(message).error().detail("rule"), "subject");
  message.set_student("s1");
  for (const char* bad : {"nocolon", ":x", "x:"}) {
    message.set_links(0, bad);
    refused("links[0]", bad, "subject");
  }
}

TEST_F(Validate, APersonalFieldNeedsItsSubject) {
  message.clear_guardian();
  refused("phone", "", "personal-subject");
  message.clear_phone();
  accepted();
}

TEST_F(Validate, CommandsMayNameASubjectByAnyIdentifier) {
  taizhang_test::EnrolStudent command;
  command.set_student("student:s1");
  EXPECT_TRUE(schema->validate(command));
}

TEST_F(Validate, PersonalValuesAreMaskedInErrors) {
  message.set_birth("2011-02-30");
  refused("birth", "2011-**-**", "date");
  const auto verdict = schema->validate(message);
  EXPECT_EQ(verdict.error().message().en.find("02-30"), std::string::npos);
  EXPECT_EQ(verdict.error().message().zh.find("02-30"), std::string::npos);
}

TEST_F(Validate, AMessageOutsideTheSchemaIsRefused) {
  EXPECT_EQ(schema->validate(taizhang_test::EnrolledNewer()).error().code(),
            ErrorCode::invalid_argument);
}

TEST(Tags, EachOnceSortedFromPartsToo) {
  auto message = sample::full();
  message.add_links("student:s1");
  message.add_links("");
  message.mutable_items(0)->set_pupil("s2");
  EXPECT_EQ(sample::schema()->tags(message),
            (std::vector<std::string>{"household:h1", "person:g1", "student:s1", "student:s2"}));
}

}  // namespace
