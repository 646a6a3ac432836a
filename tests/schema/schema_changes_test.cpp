// Each change by which stored events would be misread is told, and nothing else is.
#include "taizhang/schema/schema_changes.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
// rapidcheck needs gtest before it.
#include <rapidcheck/gtest.h>

#include "rides.hpp"

namespace {

namespace pb = google::protobuf;
using taizhang::breaking_changes;
using taizhang::CodeTables;
using taizhang::Schema;
using taizhang::SchemaChange;
using taizhang::Upcasters;

// `$` stands for the field's options with its labels, see `proto`.
constexpr std::string_view base = R"(
syntax = "proto3";
package made;
import "taizhang/annotations.proto";
enum Colour { NONE = 0; RED = 1; BLUE = 2; }
message Part {
  int64 price = 1 [$ money_fen: true}];
  string status = 2 [$ code_table: "status"}];
}
message Thing {
  option (taizhang.schema.event) = {type: "made.thing" version: 2 label: {zh: "事" en: "thing"}};
  string who = 1 [$ subject: {kind: "person"}}];
  string other = 2 [$ subject: {kind: "person"}}];
  string name = 3 [$ personal: {data_class: "identity" subject: "who" mask: MASK_NAME}}];
  string note = 4 [$ }];
  int64 amount = 5 [$ money_fen: true}];
  string on = 6 [$ date: true}];
  string kind = 7 [$ code_table: "status"}];
  int32 count = 8 [$ bounded: true minimum: 0 maximum: 9}];
  Colour colour = 9 [$ }];
  repeated Part parts = 10 [$ }];
  map<string, int64> seats = 11 [$ }];
  bytes photo = 12 [$ }];
  oneof choice {
    string left = 13 [$ }];
    string right = 14 [$ }];
  }
  uint32 small = 15 [$ }];
  bool done = 16 [$ }];
  sint32 shift = 17 [$ }];
  fixed32 code = 18 [$ }];
  double rate = 19 [$ }];
  optional string remark = 20 [$ }];
}
)";

struct Edit {
  std::string from, to;
};

std::string replaced(std::string text, const Edit& edit) {
  const std::size_t at = text.find(edit.from);
  EXPECT_NE(at, std::string::npos) << edit.from;
  if (at != std::string::npos) text.replace(at, edit.from.size(), edit.to);
  return text;
}

CodeTables status() { return {{"status", {{"01", {"in", "在"}}, {"02", {"out", "离"}}}}}; }

/// The descriptor of a .proto text, by the compiler that the build uses.
pb::FileDescriptorProto compiled(const std::string& text) {
  static std::map<std::string, pb::FileDescriptorProto> known;
  if (const auto found = known.find(text); found != known.end()) return found->second;
  const auto folder = std::filesystem::temp_directory_path() /
                      ("taizhang-schema-changes-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "made.proto") << text;
  const std::string command =
      std::string(PROTOC) + " -I" + folder.string() +
      " -I" TAIZHANG_SOURCE_DIR "/proto --descriptor_set_out=" + (folder / "made.bin").string() +
      " made.proto";
  EXPECT_EQ(std::system(command.c_str()), 0) << text;
  std::ifstream bytes(folder / "made.bin", std::ios::binary);
  pb::FileDescriptorSet set;
  EXPECT_TRUE(set.ParseFromIstream(&bytes));
  std::filesystem::remove_all(folder);
  return known[text] = set.file_size() == 1 ? set.file(0) : pb::FileDescriptorProto();
}

/// Keeps the pools of the schemas made here.
std::shared_ptr<const Schema> made(
    std::string text, CodeTables tables = status(),
    const std::function<void(const pb::FileDescriptor&, Upcasters&)>& with_steps = {}) {
  for (std::size_t at = text.find('$'); at != std::string::npos; at = text.find('$'))
    text.replace(at, 1, R"((taizhang.schema.field) = {label: {zh: "甲" en: "a"})");
  EXPECT_NE(rides::Ride::descriptor(), nullptr);  // brings the options into the generated pool
  static std::vector<std::unique_ptr<pb::DescriptorPool>> pools;
  pools.push_back(std::make_unique<pb::DescriptorPool>(pb::DescriptorPool::generated_pool()));
  const pb::FileDescriptor* built = pools.back()->BuildFile(compiled(text));
  EXPECT_NE(built, nullptr) << text;
  Upcasters upcasters;
  if (with_steps) with_steps(*built, upcasters);
  const rides::Files files{built};
  return rides::take(Schema::make(files, std::move(tables), std::move(upcasters)));
}

void in_place(const pb::FileDescriptor& file, Upcasters& upcasters) {
  const pb::Descriptor* thing = file.FindMessageTypeByName("Thing");
  upcasters.add(Upcasters::Step{thing, thing, 2, {}, [](pb::Message&) {}});
}

std::vector<std::string> told(const std::vector<SchemaChange>& changes) {
  std::vector<std::string> result;
  for (const SchemaChange& change : changes) {
    result.push_back(change.path + (change.path.empty() ? "" : " ") + change.rule);
    EXPECT_EQ(change.type, "made.thing");
    EXPECT_EQ(change.version, 2U);
    EXPECT_NE(change.text.en.find("\"made.thing\" version 2"), std::string::npos);
    EXPECT_NE(change.text.en.find("; "), std::string::npos) << "a way out: " << change.text.en;
    EXPECT_NE(change.text.zh.find("第 2 版"), std::string::npos);
  }
  return result;
}

using Edits = std::vector<Edit>;
using Told = std::vector<std::string>;

std::string edited(const Edits& edits) {
  std::string text(base);
  for (const Edit& edit : edits) text = replaced(std::move(text), edit);
  return text;
}

Told changes_of(const Edits& edits) {
  return told(breaking_changes(*made(std::string(base)), *made(edited(edits))));
}

struct Case {
  Edits edits;
  Told told;
};

TEST(SchemaChanges, EveryRuleHasItsCase) {
  const std::string personal = R"(personal: {data_class: "identity" subject: "who"})";
  const std::string masked = R"(personal: {data_class: "identity" subject: "who" mask: MASK_NAME})";
  const std::vector<Case> cases{
      {{{"made.thing", "made.other"}}, {"type-gone"}},
      {{{"version: 2", "version: 1"}}, {"version-lowered"}},
      {{{"string note = 4 [$ }];", ""}}, {"note field-gone"}},
      {{{"string note = 4", "string note = 40"}}, {"note field-gone"}},
      {{{"string note", "int64 note"}}, {"note field-type"}},
      {{{"bytes photo", "string photo"}}, {"photo field-type"}},
      {{{"int64 amount = 5 [$ money_fen: true", "int32 amount = 5 [$"}}, {"amount field-type"}},
      {{{"int32 count", "uint32 count"}}, {"count field-type"}},
      {{{"uint32 small", "int32 small"}}, {"small field-type"}},
      {{{"uint32 small", "bool small"}}, {"small field-type"}},
      {{{"sint32 shift", "int32 shift"}}, {"shift field-type"}},
      {{{"fixed32 code", "sfixed32 code"}}, {"code field-type"}},
      {{{"fixed32 code", "fixed64 code"}}, {"code field-type"}},
      {{{"double rate", "float rate"}}, {"rate field-type"}},
      {{{"repeated Part parts", "repeated bytes parts"}}, {"parts field-type"}},
      {{{"repeated Part parts", "Part parts"}}, {"parts field-cardinality"}},
      {{{"string note", "repeated string note"}}, {"note field-cardinality"}},
      {{{"map<string, int64> seats", "repeated Part seats"}}, {"seats field-cardinality"}},
      {{{"map<string, int64>", "map<string, string>"}}, {"seats.value field-type"}},
      {{{"double rate = 19 [$ }];", ""},
        {"optional string remark = 20 [$ }];",
         "oneof two { string remark = 20 [$ }]; double rate = 19 [$ }]; }"}},
       {"rate field-oneof", "remark field-oneof"}},
      {{{"string note", "string notes"}}, {"note field-renamed"}},
      {{{"string note = 4 [$ ", "string note = 4 [$ " + personal}}, {"note field-personal"}},
      {{{masked, ""}}, {"name field-personal"}},
      {{{R"(data_class: "identity")", R"(data_class: "contact")"}}, {"name field-data-class"}},
      {{{R"(subject: "who")", R"(subject: "other")"}}, {"name field-personal-subject"}},
      {{{R"(string other = 2 [$ subject: {kind: "person"})",
         R"(string other = 2 [$ subject: {kind: "school"})"}},
       {"other field-subject"}},
      {{{R"(string other = 2 [$ subject: {kind: "person"})", "string other = 2 [$"}},
       {"other field-subject"}},
      {{{"int64 amount = 5 [$ money_fen: true", "int64 amount = 5 [$"}}, {"amount field-money"}},
      {{{"string on = 6 [$ date: true", "string on = 6 [$"}}, {"on field-date"}},
      {{{R"(string kind = 7 [$ code_table: "status")", "string kind = 7 [$"}},
       {"kind field-code-table"}},
      {{{"BLUE = 2;", ""}}, {"colour enum-value-gone"}},
      {{{"BLUE = 2;", "GREEN = 2;"}}, {"colour enum-value-renamed"}},
      {{{"int64 price = 1 [$ money_fen: true}];", ""}}, {"parts.price field-gone"}},
      {{{"int64 price = 1 [$ money_fen: true}];", "string price = 1 [$ }];"}},
       {"parts.price field-type"}},
      {{{"version: 2", "version: 3"}, {"string note", "string notes"}},
       {"upcaster-missing", "note field-renamed"}},
  };
  for (const Case& one : cases)
    EXPECT_EQ(changes_of(one.edits), one.told)
        << one.edits.front().from << " -> " << one.edits.front().to;
}

TEST(SchemaChanges, ARequiredFieldIsAChangeInTheOldSyntax) {
  const std::string text = R"(
    syntax = "proto2"; package made; import "taizhang/annotations.proto";
    message Thing {
      option (taizhang.schema.event) = {type: "made.thing" version: 2 label: {zh: "事" en: "thing"}};
      optional string who = 1 [$ }];
    })";
  EXPECT_EQ(told(breaking_changes(*made(text), *made(replaced(text, {"optional", "required"})))),
            Told{"who field-required"});
  EXPECT_EQ(told(breaking_changes(*made(replaced(text, {"optional", "required"})), *made(text))),
            Told{});
}

TEST(SchemaChanges, ACodeOnceThereStays) {
  const auto stored = made(std::string(base));
  CodeTables fewer = status();
  fewer["status"].erase("02");
  EXPECT_EQ(told(breaking_changes(*stored, *made(std::string(base), fewer))),
            Told{"kind code-gone"});  // once, though a part has the table too
  CodeTables more = status();
  more["status"]["03"] = {"back", "回"};
  more["status"]["01"] = {"inside", "在内"};
  more["other"]["1"] = {"one", "一"};
  EXPECT_EQ(told(breaking_changes(*stored, *made(std::string(base), more))), Told{});
}

// What may be done without a word.
const std::vector<Edits>& fine() {
  static const std::vector<Edits> edits{
      {{"double rate = 19", "string extra = 21 [$ }]; double rate = 19"}},
      {{"message Thing", R"(message Other {
         option (taizhang.schema.event) = {type: "made.other" label: {zh: "他" en: "other"}}; }
         message Thing)"}},
      {{"zh: \"事\"", "zh: \"大事\""}},
      {{"string note = 4 [$ }];", "reserved 4;"}},
      {{"bounded: true minimum: 0 maximum: 9", "bounded: true minimum: 5 maximum: 6"}},
      {{"mask: MASK_NAME", "mask: MASK_ALL"}},
      {{"BLUE = 2;", "BLUE = 2; WHITE = 3;"}},
      {{"int32 count", "int64 count"}},
      {{"uint32 small", "int64 small"}},
      {{"bool done", "int32 done"}},
      {{"Colour colour", "int32 colour"}},
      {{"sint32 shift", "sint64 shift"}},
      {{"string note", "bytes note"}},
      {{"optional string remark", "string remark"}},
      {{"string right = 14 [$ }];\n  }", "}\n  string right = 14 [$ }];"}},
      {{"optional string remark = 20 [$ }];", "oneof one { string remark = 20 [$ }]; }"}},
      {{"  string status = 2", "  string extra = 3 [$ }];\n  string status = 2"}},
  };
  return edits;
}

TEST(SchemaChanges, WhatIsCompatibleIsNotTold) {
  for (const Edits& edits : fine())
    EXPECT_EQ(changes_of(edits), Told{}) << edits.front().from << " -> " << edits.front().to;
  EXPECT_EQ(changes_of({{"version: 2", "version: 3"}}), Told{}) << "raised, and read alike";
}

TEST(SchemaChanges, AnUpcasterAnswersForMeaningButNotForForm) {
  const auto raised = [](Edits edits) {
    edits.push_back({"version: 2", "version: 3"});
    return told(
        breaking_changes(*made(std::string(base)), *made(edited(edits), status(), in_place)));
  };
  EXPECT_EQ(raised({}), Told{});
  EXPECT_EQ(raised({{"string note", "string notes"}}), Told{});
  EXPECT_EQ(raised({{"int64 amount = 5 [$ money_fen: true", "int64 amount = 5 [$"}}), Told{});
  EXPECT_EQ(raised({{"string on = 6 [$ date: true", "string on = 6 [$"}}), Told{});
  EXPECT_EQ(raised({{"BLUE = 2;", ""}}), Told{});
  EXPECT_EQ(raised({{"string note", "int64 note"}}), Told{"note field-type"});
  EXPECT_EQ(raised({{"string note = 4 [$ }];", ""}}), Told{"note field-gone"});
  EXPECT_EQ(raised({{R"(personal: {data_class: "identity" subject: "who" mask: MASK_NAME})", ""}}),
            Told{"name field-personal"});
}

TEST(SchemaChanges, AnOwnOldClassWithItsUpcasterKeepsEverythingReadable) {
  const auto stored = rides::schema_at(1);
  EXPECT_TRUE(breaking_changes(*stored, *rides::schema_at(2)).empty());
  EXPECT_TRUE(breaking_changes(*stored, *rides::schema_at(4)).empty());
  EXPECT_TRUE(breaking_changes(*rides::schema_at(2), *rides::schema_at(4)).empty());
  std::set<std::string> rules;
  for (const SchemaChange& change : breaking_changes(*rides::schema_at(4), *stored))
    rules.insert(change.type + " " + change.rule);
  EXPECT_EQ(rules,
            (std::set<std::string>{"test.inspected type-gone", "test.ride version-lowered"}));
}

RC_GTEST_PROP(SchemaChanges, ASchemaAgainstItselfIsEmptyAndCompatibleChangesAddUp, ()) {
  std::string text(base);
  std::string grown = text;
  for (const Edits& edits : fine()) {
    const int where = *rc::gen::inRange(0, 3);  // in both, in the newer, in none
    for (const Edit& edit : edits) {
      if (text.find(edit.from) == std::string::npos || grown.find(edit.from) == std::string::npos)
        continue;
      if (where == 0) text = replaced(text, edit);
      if (where < 2) grown = replaced(grown, edit);
    }
  }
  const auto before = made(text);
  RC_ASSERT(breaking_changes(*before, *before).empty());
  RC_ASSERT(breaking_changes(*before, *made(text)).empty());
  RC_ASSERT(breaking_changes(*before, *made(grown)).empty());
}

}  // namespace
