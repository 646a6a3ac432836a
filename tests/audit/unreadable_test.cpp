// One event that cannot be read is one line that says so: it never hides what comes after it.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "audit/poisoned.hpp"
#include "taizhang/audit/event_json.hpp"
#include "taizhang/audit/findings.hpp"
#include "taizhang/audit/report.hpp"
#include "taizhang/audit/sample.hpp"
#include "taizhang/audit/trail.hpp"
#include "taizhang/audit/why.hpp"
#include "taizhang/ledger/v1/audit.pb.h"
#include "taizhang/ledger/v1/trail.pb.h"

namespace taizhang::testing {
namespace {

using ledger::v1::TrailEntry;
using Json = nlohmann::json;

/// A sound event, each of the poisoned ones with a sound one after it.
class UnreadableTest : public ::testing::Test {
 protected:
  UnreadableTest() {
    club.add(founded("c1", "棋社"), 60);
    club.add(joined("m1", "c1", "张三丰"), 60);
    for (auto& [what, event] : poisoned(club, club.add(level_set("m1", "01"), 60))) {
      bad[club.append(event)] = what;
      club.add(level_set("m1", "01"), 60);
    }
  }
  std::vector<TrailEntry> entries() {
    std::vector<TrailEntry> found;
    const std::vector<std::string> tags{"member:m1"};
    take(trail(*club.log, *club_schema(), club.sealer, tags, {}, [&](const TrailEntry& entry) {
      found.push_back(entry);
      return true;
    }));
    return found;
  }
  ClubLedger club;
  std::map<Position, std::string> bad;
};

TEST_F(UnreadableTest, ATrailTellsEveryPosition) {
  const auto found = entries();
  ASSERT_EQ(found.size(), club.log->head().position - 1) << "all but the founding of the club";
  Position next = 2;
  for (const TrailEntry& entry : found) {
    EXPECT_EQ(entry.position(), next++);
    const auto what = bad.find(entry.position());
    EXPECT_EQ(entry.has_unreadable(), what != bad.end()) << entry.ShortDebugString();
    EXPECT_EQ(entry.has_record(), entry.has_unreadable());
    EXPECT_FALSE(entry.event_id().empty());
    EXPECT_FALSE(entry.recorded_at().empty());
    if (what == bad.end()) continue;
    EXPECT_FALSE(entry.unreadable().empty()) << what->second;
    club.at(entry.position(), [&](const RecordedEvent& event) {
      EXPECT_EQ(entry.record(), event.record) << what->second;
      EXPECT_EQ(entry.type(), event.type);
    });
  }
}

TEST_F(UnreadableTest, EveryEventIsOneLineOfJson) {
  Reader reader = take(club.log->read(Query::all()));
  Position next = 1;
  for (const bool record : {false, true}) {
    next = 1;
    reader = take(club.log->read(Query::all()));
    while (const RecordedEvent* event = take(reader.next())) {
      EventJson how;
      how.record = record;
      const std::string line = take(event_to_json(*club_schema(), club.sealer, *event, how));
      EXPECT_EQ(line.find('\n'), std::string::npos);
      const Json json = Json::parse(line);  // throws on what is not UTF-8
      EXPECT_EQ(json["position"], std::to_string(next));
      const auto what = bad.find(next++);
      const std::string name = what == bad.end() ? "" : what->second;
      EXPECT_EQ(json.contains("unreadable"), what != bad.end()) << line;
      EXPECT_EQ(json.contains("record"), record || what != bad.end()) << line;
      EXPECT_TRUE(json.contains("body") || what != bad.end()) << line;
    }
    EXPECT_EQ(next, club.log->head().position + 1);
  }
}

TEST_F(UnreadableTest, WhatCanBeSaidIsSaid) {
  Context context;
  context.actor = "teacher:7";
  context.document = "教字3号";
  NewEvent event;
  event.id = club.next_id();
  event.type = "club.level-set";
  event.tags = {"member:m1"};
  event.context = context;
  event.clear = "\xFF";
  club.append(event);
  const TrailEntry entry = entries().back();
  EXPECT_EQ(entry.label(), "定级");
  EXPECT_EQ(entry.actor(), "teacher:7");
  EXPECT_EQ(entry.document(), "教字3号");
  EXPECT_THAT(entry.unreadable(), ::testing::HasSubstr("无法解析"));
}

TEST_F(UnreadableTest, AContextThatIsNoneIsLeftOut) {
  club.at(2, [&](RecordedEvent event) {
    event.context = "\xFF\xFF\xFF";
    const Json json = Json::parse(take(event_to_json(*club_schema(), club.sealer, event, {})));
    EXPECT_EQ(json["actor"], "");
    EXPECT_TRUE(json.contains("unreadable"));
    EXPECT_EQ(json["body"]["member"], "m1") << "what can be read is there";
  });
}

/// Fails as a vault does whose store is gone.
class GoneSealer final : public Sealer {
 public:
  Result<Sealed> seal(std::string_view, std::string_view, const Id&, std::string_view) override {
    return Error(ErrorCode::io_error, {"gone", "丢失"});
  }
  Result<std::optional<std::string>> open(const RecordedEvent::SealedView&,
                                          const Id&) const override {
    return Error(ErrorCode::io_error, {"gone", "丢失"});
  }
  Result<> make_durable() override { return {}; }
};

TEST_F(UnreadableTest, WhatDoesNotLieInTheEventIsAnError) {
  const GoneSealer gone;
  club.at(2, [&](const RecordedEvent& event) {
    const auto line = event_to_json(*club_schema(), gone, event, {});
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error().code(), ErrorCode::io_error);
  });
}

TEST_F(UnreadableTest, AnAuditListsThemAndGoesOn) {
  ledger::v1::AuditFindings found;
  MUST(audit_findings(*club.log, *club_schema(), {}, found));
  EXPECT_EQ(found.events(), club.log->head().position);
  std::map<Position, std::string> listed;
  for (const auto& line : found.unreadable()) {
    listed[line.position()] = line.type();
    EXPECT_FALSE(line.why().empty());
  }
  // A sealed part is no matter of the clear part, which alone an audit reads.
  for (const auto& [position, what] : bad)
    EXPECT_EQ(listed.contains(position), what != "a part sealed for another event") << what;
  EXPECT_EQ(found.unreadable_entries(), bad.size() - 1);
  EXPECT_EQ(listed.size(), bad.size() - 1);
}

TEST_F(UnreadableTest, ReportsSamplesAndWhyGoOn) {
  auto views = open_views(club, view_store(*club.backend, "views"));
  MUST(views->catch_up());
  take(freeze_report(*club.log, *club_schema(), club.sealer, *views, "名册", "clubs", {}));
  ledger::v1::AuditFindings found;
  MUST(check_reports(*views, *club_schema(), {}, found));
  ASSERT_EQ(found.reports_size(), 2);
  EXPECT_FALSE(found.reports(0).reproduced());
  EXPECT_THAT(found.reports(0).finding(), ::testing::HasSubstr("无法解析"));
  EXPECT_TRUE(found.reports(1).reproduced()) << found.reports(1).finding();
  const Head head = club.log->head();
  Sample sample;
  sample.root = head.root;
  sample.size = head.position;
  sample.n = 20;
  EXPECT_EQ(take(draw(*club.log, sample)).size(), 20U);
}

TEST_F(UnreadableTest, TheSchemaIsThatOfTheEventsThatCanBeRead) {
  EXPECT_TRUE(take(stored_schemas(*club.log)).empty());
  MUST(check_schema(*club.log, *club_schema()));
  AppendOptions now{.simulated_now = club.log->head().recorded_at};
  EXPECT_TRUE(take(record_schema(*club.log, *club_schema(), "club", {}, now)));
  for (auto& [what, event] : poisoned(club, 3))
    if (event.type == schema_type) club.append(event);
  EXPECT_FALSE(take(record_schema(*club.log, *club_schema(), "club", {}, now))) << "it is there";
  EXPECT_EQ(take(stored_schemas(*club.log)).size(), 1U);
  EXPECT_NE(take(stored_schema(*club.log))->event("club.level-set"), nullptr);
  EXPECT_FALSE(take(stored_descriptors(*club.log)).empty());
}

TEST_F(UnreadableTest, ASchemaThatBuildsNothingIsPassedOver) {
  AppendOptions now{.simulated_now = club.log->head().recorded_at};
  EXPECT_TRUE(take(record_schema(*club.log, *club_schema(), "club", {}, now)));
  NewEvent forged = take(encode_schema(*club_schema(), "club", 7, {}));
  ledger::v1::SchemaRecorded content;
  ASSERT_TRUE(content.ParseFromString(forged.clear));
  google::protobuf::FileDescriptorSet files;
  ASSERT_TRUE(files.ParseFromString(content.files()));
  for (auto& file : *files.mutable_file())
    for (auto& message : *file.mutable_message_type())
      for (auto& field : *message.mutable_field()) field.set_type_name(".no.such.Message");
  content.set_files(files.SerializeAsString());
  forged.clear = content.SerializeAsString();
  club.append(forged);
  EXPECT_NE(take(stored_schema(*club.log))->event("club.level-set"), nullptr);
}

TEST_F(UnreadableTest, ProjectionsGoOn) {
  auto views = open_views(club, view_store(*club.backend, "views"));
  EXPECT_EQ(take(views->catch_up()), club.log->head().position);
  ASSERT_EQ(take(views->parked("members")).size(), 1U);
  EXPECT_EQ(rows<club::ClubRow>(*views, "clubs").front().title(), "棋社");
  for (const ViewCheck& check : take(views->verify())) EXPECT_TRUE(check.equal) << check.view;
}

/// Decisions about parked rows that nobody can read decide nothing.
TEST(UnreadableDecisions, StopNoProjection) {
  ClubLedger club;
  club.add(founded("c1", "棋社"), 60);
  club.add(joined("m1", "c1"), 60);
  const Position first = club.add(level_set("m1", "01"), 60);
  for (auto& [what, event] : poisoned(club, first))
    if (event.type.starts_with("ledger.") && !event.target) club.append(event);
  club.add(level_set("m1", "02"), 60);
  club.add(level_set("m1", "01"), 40);  // late: its row is folded again, with the decisions
  auto kept = open_views(club, view_store(*club.backend, "kept"));
  for (Position at = 1; at <= club.log->head().position; ++at) take(kept->catch_up_to(at));
  auto built = open_views(club, view_store(*club.backend, "built"));
  EXPECT_EQ(take(built->catch_up()), club.log->head().position);
  for (const std::string& view : all_views) {
    EXPECT_EQ(dump(*kept, view), dump(*built, view));
    Ask then;
    then.known_at = club.log->head().position;
    EXPECT_EQ(dump(*kept, view, then), dump(*built, view));
  }
  for (const ViewCheck& check : take(kept->verify())) EXPECT_TRUE(check.equal) << check.view;
}

}  // namespace
}  // namespace taizhang::testing
