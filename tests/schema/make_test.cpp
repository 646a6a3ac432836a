#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/text_format.h>

#include <cctype>
#include <sstream>

#include "sample.hpp"
#include "taizhang/ledger/v1/events.pb.h"

namespace {

namespace pb = google::protobuf;
using taizhang::MessageInfo;
using taizhang::Schema;

/// Makes a schema of messages given as descriptors in text format.
taizhang::Result<std::shared_ptr<const Schema>> made_of(const std::string& messages) {
  // Forces the options' file into the generated pool, which the pool of the test builds upon.
  EXPECT_NE(taizhang_test::Enrolled::descriptor(), nullptr);
  static std::vector<std::unique_ptr<pb::DescriptorPool>> pools;
  pools.push_back(std::make_unique<pb::DescriptorPool>(pb::DescriptorPool::generated_pool()));
  pb::FileDescriptorProto file;
  EXPECT_TRUE(pb::TextFormat::ParseFromString(
      R"(name: "made.proto" package: "made" syntax: "proto3"
         dependency: "taizhang/annotations.proto" )" +
          messages,
      &file));
  const std::array<const pb::FileDescriptor*, 1> files{pools.back()->BuildFile(file)};
  EXPECT_NE(files[0], nullptr);
  return Schema::make(files, sample::tables());
}

std::string message(const std::string& name, const std::string& options,
                    const std::string& fields) {
  return "message_type { name: \"" + name + "\" options {" + options + "} " + fields + "} ";
}
std::string event_with(const std::string& fields, const std::string& type = "made.thing",
                       const std::string& name = "Thing") {
  return message(
      name, "[taizhang.schema.event] {type: \"" + type + "\" label {zh: \"事\" en: \"thing\"}}",
      fields);
}
/// "repeated string a = 1" with its options; a type that is not built in is a message.
std::string bare_field(const std::string& declaration, const std::string& options) {
  std::istringstream words(declaration);
  std::string type, name, equals, number;
  words >> type;
  const bool repeated = type == "repeated";
  if (repeated) words >> type;
  words >> name >> equals >> number;
  std::string upper = type;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const bool part = type != "string" && type != "int32" && type != "int64";
  return "field { name: \"" + name + "\" number: " + number +
         (repeated ? " label: LABEL_REPEATED" : " label: LABEL_OPTIONAL") +
         (part ? " type: TYPE_MESSAGE type_name: \".made." + type + "\"" : " type: TYPE_" + upper) +
         " options {" + options + "}} ";
}
std::string field(const std::string& declaration, const std::string& options) {
  return bare_field(declaration,
                    "[taizhang.schema.field] {label {zh: \"甲\" en: \"a\"} " + options + "}");
}

void refused(const std::string& messages, const std::string& member, const std::string& words) {
  const auto schema = made_of(messages);
  ASSERT_FALSE(schema) << messages;
  EXPECT_EQ(schema.error().code(), taizhang::ErrorCode::invalid_argument);
  EXPECT_EQ(schema.error().detail("field"), member) << schema.error().message().en;
  EXPECT_NE(schema.error().message().en.find(words), std::string::npos)
      << schema.error().message().en;
  EXPECT_FALSE(schema.error().message().zh.empty());
  EXPECT_FALSE(schema.error().detail("message").empty());
}

TEST(SchemaMake, ReadsWhatTheOptionsSay) {
  const auto schema = sample::schema();
  const MessageInfo* enrolled = schema->event("test.enrolled");
  ASSERT_NE(enrolled, nullptr);
  EXPECT_EQ(enrolled->version, 2U);
  EXPECT_EQ(enrolled->label, (taizhang::Text{"enrolled", "入学"}));
  EXPECT_EQ(enrolled->plan_rows, (std::vector<std::uint32_t>{3, 4}));
  EXPECT_TRUE(enrolled->has_personal);
  EXPECT_EQ(enrolled, schema->of(taizhang_test::Enrolled::descriptor()));
  for (std::size_t i = 1; i < enrolled->fields.size(); ++i)
    EXPECT_LT(enrolled->fields[i - 1].descriptor->number(),
              enrolled->fields[i].descriptor->number());
  const taizhang::FieldInfo* name = enrolled->field("name");
  ASSERT_NE(name, nullptr);
  EXPECT_EQ(name->data_class, "identity");
  EXPECT_EQ(name->mask, taizhang::Mask::name);
  EXPECT_EQ(name->personal_subject, enrolled->field("student")->descriptor);
  EXPECT_EQ(enrolled->field("nothing"), nullptr);
  EXPECT_EQ(enrolled->field("status")->codes, schema->code_table("status"));

  ASSERT_NE(schema->command("EnrolStudent"), nullptr);
  EXPECT_EQ(schema->command("EnrolStudent")->rules, std::vector<std::string>{"R-02"});
  ASSERT_NE(schema->view("students"), nullptr);
  EXPECT_TRUE(schema->view("students")->field("student")->key);
  EXPECT_EQ(schema->view("students")->field("shown")->label.zh, "shown");
  EXPECT_EQ(schema->event("students"), nullptr);
  EXPECT_EQ(schema->of(taizhang_test::Item::descriptor())->role, MessageInfo::Role::part);
  EXPECT_EQ(schema->code_table("colours"), nullptr);
  const auto events = schema->all(MessageInfo::Role::event);
  ASSERT_GT(events.size(), 2U);  // the ledger's own come first
  EXPECT_EQ(events[0]->name, "ledger.clock-confirmed");
  EXPECT_EQ(events[events.size() - 2]->name, "test.closed");
  EXPECT_EQ(events.back()->name, "test.enrolled");
}

TEST(SchemaMake, KnowsTheLedgersOwnEventsWithoutBeingAsked) {
  const std::array<const pb::FileDescriptor*, 1> named{
      taizhang::ledger::v1::EventVoided::descriptor()->file()};
  for (const auto& schema : {Schema::make({}, {}), Schema::make(named, {})}) {
    ASSERT_TRUE(schema) << schema.error().message().en;
    EXPECT_NE((*schema)->event(taizhang::void_type), nullptr);
    EXPECT_NE((*schema)->event(taizhang::correction_type), nullptr);
  }
}

TEST(SchemaMake, RefusesContradictions) {
  const std::string subject = field("string who = 9", "subject: {kind: \"student\"}");
  refused(event_with("") + event_with("", "made.thing", "Other"), "", "taken by");
  refused(event_with("", ""), "", "1 to 100 bytes");
  refused(event_with("", "ledger.thing"), "", "belong to the ledger itself");
  refused(event_with(subject + field("repeated string a = 1",
                                     "personal: {data_class: \"x\" subject: \"who\"}")),
          "a", "repeated");
  refused(event_with(field("string a = 1", "personal: {data_class: \"x\"}")), "a",
          "needs its subject");
  refused(event_with(field("string a = 1", "personal: {data_class: \"x\" subject: \"whom\"}")), "a",
          "does not exist");
  refused(event_with(field("string a = 1", "personal: {data_class: \"x\" subject: \"b\"}") +
                     field("string b = 2", "")),
          "a", "not a single subject");
  refused(event_with(subject + field("string a = 1", "personal: {subject: \"who\"}")), "a",
          "no class");
  refused(event_with(subject + field("string a = 1",
                                     "subject: {kind: \"x\"} personal: "
                                     "{data_class: \"x\" subject: \"who\"}")),
          "a", "cannot be personal");
  refused(event_with(field("string a = 1", "code_table: \"colours\"")), "a", "colours");
  refused(event_with(field("int32 a = 1", "code_table: \"status\"")), "a", "code_table");
  refused(event_with(field("string a = 1", "money_fen: true")), "a", "money_fen");
  refused(event_with(field("int32 a = 1", "money_fen: true")), "a", "money_fen");
  refused(event_with(field("int64 a = 1", "date: true")), "a", "date");
  refused(event_with(field("int64 a = 1", "subject: {kind: \"x\"}")), "a", "subject");
  refused(event_with(field("string a = 1", "subject: {}")), "a", "no kind");
  refused(event_with(field("string a = 1", "bounded: true")), "a", "bounded");
  refused(event_with(field("int32 a = 1", "bounded: true minimum: 2 maximum: 1")), "a", "above");
  refused(event_with(field("int32 a = 1", "maximum: 1")), "a", "bounded");
  refused(event_with(bare_field("string a = 1", "")), "a", "label");
  refused(event_with(bare_field("string a = 1", "[taizhang.schema.field] {label {zh: \"甲\"}}")),
          "a", "label");
  refused(event_with(bare_field("string a = 1",
                                "[taizhang.schema.field] {hidden: true label {en: \"a\"}}")),
          "a", "label");
  refused(message("Thing", "[taizhang.schema.event] {type: \"made.x\" label {zh: \"事\"}}", ""), "",
          "label");
  refused(message("Thing",
                  "[taizhang.schema.event] {type: \"made.x\" label {zh: \"事\" en: \"x\"}} "
                  "[taizhang.schema.view] {name: \"x\" label {zh: \"事\" en: \"x\"}}",
                  ""),
          "", "more than one");
}

TEST(SchemaMake, RefusesPersonalFieldsDeepInAnEvent) {
  const std::string parts =
      message("Inner", "", field("string a = 1", "personal {data_class: \"x\"}")) +
      message("Outer", "", field("repeated Inner inner = 1", ""));
  refused(parts + event_with(field("Outer outer = 1", "")), "outer", "part of an event");
  EXPECT_TRUE(made_of(
      parts + message("Row",
                      "[taizhang.schema.view] {name: \"row\" label {zh: \"行\" en: \"row\"}}",
                      field("Outer outer = 1", ""))));
}

}  // namespace
