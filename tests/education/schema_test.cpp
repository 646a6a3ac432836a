#include <gtest/gtest.h>

#include <array>

#include "education/code_tables.hpp"
#include "taizhang/education/education.hpp"
#include "taizhang/education/v1/commands.pb.h"
#include "taizhang/education/v1/events.pb.h"
#include "taizhang/education/v1/views.pb.h"
#include "taizhang/ledger/v1/events.pb.h"

namespace taizhang {
namespace {

TEST(EducationSchema, IsWithoutFault) {
  const std::array<const google::protobuf::FileDescriptor*, 4> files{
      education::v1::IdentifierAssigned::descriptor()->file(),
      education::v1::RegisterSchool::descriptor()->file(),
      education::v1::StudentRow::descriptor()->file(),
      ledger::v1::EventVoided::descriptor()->file()};
  const auto schema = Schema::make(files, education::code_tables());
  ASSERT_TRUE(schema.has_value()) << schema.error().message().en;
  ASSERT_NE(education_schema(), nullptr);
}

TEST(EducationSchema, EveryMessageAndFieldSpeaksBothLanguages) {
  const auto schema = education_schema();
  ASSERT_NE(schema, nullptr);
  for (const auto role :
       {MessageInfo::Role::event, MessageInfo::Role::command, MessageInfo::Role::view})
    for (const MessageInfo* message : schema->all(role)) {
      EXPECT_FALSE(message->label.zh.empty() || message->label.en.empty()) << message->name;
      for (const FieldInfo& field : message->fields)
        EXPECT_FALSE(field.label.zh.empty() || field.label.en.empty())
            << message->name << "." << field.descriptor->name();
    }
}

TEST(CodeTables, HaveTheNationalCodes) {
  const CodeTables& tables = education::code_tables();
  EXPECT_EQ(tables.at("student-status").at("06").zh, "流失");
  EXPECT_EQ(tables.at("ethnicity").size(), 58U);
  EXPECT_EQ(tables.at("ethnicity").at("12").zh, "侗族");
  EXPECT_EQ(tables.at("relation").at("12").zh, "妻");
  EXPECT_EQ(tables.at("id-type").size(), 8U);
  for (const auto& [name, table] : tables)
    for (const auto& [code, text] : table)
      EXPECT_FALSE(code.empty() || text.zh.empty() || text.en.empty()) << name << " " << code;
}

}  // namespace
}  // namespace taizhang
