// A ledger tells what its events look like, without the program that wrote them.
#include "taizhang/schema/stored_schema.hpp"

#include <google/protobuf/descriptor.h>

#include <thread>

#include "rides.hpp"
#include "taizhang/audit/trail.hpp"
#include "taizhang/ledger/v1/trail.pb.h"
#include "taizhang/limits.hpp"
#include "taizhang/schema/display.hpp"

namespace rides {
namespace {

using google::protobuf::Message;
using taizhang::ErrorCode;
using taizhang::FieldInfo;
using taizhang::RecordedEvent;
using taizhang::to_json;

class Stored : public ::testing::Test {
 protected:
  bool record(std::uint32_t version, const std::string& application = "rides") {
    return take(
        record_schema(*ledger.log, *schema_at(version), application, {}, ledger.at_next_minute()));
  }
  RideLedger ledger;
};

/// The same event, by compiled classes and by what the ledger says of itself.
TEST_F(Stored, MessagesMadeAtRunTimeAreShownLikeCompiledOnes) {
  const SchemaPointer compiled = schema_at(4);
  record(4);
  const Position at = ledger.add(*compiled, full_ride());
  const SchemaPointer stored = take(stored_schema(*ledger.log));
  ledger.at(at, [&](const RecordedEvent& event) {
    const auto own = new_message_for(*stored, event);
    ASSERT_NE(own, nullptr);
    EXPECT_NE(own->GetDescriptor(), Ride::descriptor());
    EXPECT_EQ(dynamic_cast<Ride*>(own.get()), nullptr);
    take(decode_event(*stored, event, *own, &ledger.sealer));
    Ride ride;
    take(decode_event(*compiled, event, ride, &ledger.sealer));
    EXPECT_EQ(take(to_json(*own)), take(to_json(ride)));
    EXPECT_EQ(stored->tags(*own), compiled->tags(ride));
    take(stored->validate(*own));
    const auto shown = [](const taizhang::Schema& schema, const Message& message) {
      std::string text;
      for (const FieldInfo& field : schema.of(message.GetDescriptor())->fields)
        for (const auto language : {taizhang::Language::zh, taizhang::Language::en})
          text += in(field.label, language) + "=" + display(schema, message, field, language) + "|";
      return text;
    };
    EXPECT_EQ(shown(*stored, *own), shown(*compiled, ride));

    const std::unique_ptr<Message> again(stored->event("test.ride")->prototype->New());
    take(from_json(*stored, take(to_json(*own)), *again));
    EXPECT_EQ(take(to_json(*again)), take(to_json(ride)));
    take(set_from_text(*stored, *again, "kind", "往返"));
    EXPECT_NE(take(to_json(*again)).find("\"kind\":\"02\""), std::string::npos);
    // Written at run time, the event is the same too.
    sample::FakeSealer mine;
    sample::FakeSealer theirs;
    const auto id = taizhang::Id::derive("t", {"1"});
    EXPECT_EQ(take(encode_event(*stored, *own, id, {}, {}, mine)).clear,
              take(encode_event(*compiled, ride, id, {}, {}, theirs)).clear);
    stored->mask(*own);
    compiled->mask(ride);
    EXPECT_EQ(take(to_json(*own)), take(to_json(ride)));
    EXPECT_EQ(shown(*stored, *own), shown(*compiled, ride));
  });
}

TEST_F(Stored, TheNewestDefinitionOfEachVersionIsKnown) {
  record(1);
  ledger.add(*schema_at(1), first_ride("r1"));
  record(2);
  record(4);
  ledger.add(*schema_at(4), present_ride("r1"));
  const SchemaPointer stored = take(stored_schema(*ledger.log));
  EXPECT_EQ(stored->event("test.ride")->version, 4U);
  EXPECT_EQ(stored->event("test.ride", 1)->label.en, "ride (old)");
  EXPECT_EQ(stored->event("test.ride", 2)->label.en, "ride (second)");
  EXPECT_NE(stored->event("test.inspected"), nullptr);
  EXPECT_EQ(stored->view("riders"), nullptr);
  EXPECT_EQ(stored->code_tables(), tables());
  EXPECT_TRUE(breaking_changes(*stored, *schema_at(4)).empty());
  EXPECT_TRUE(breaking_changes(*stored, *stored).empty());

  std::vector<std::string> told;
  const std::vector<std::string> tags{"rider:r1"};
  take(taizhang::trail(*ledger.log, *stored, ledger.sealer, tags, {}, [&](const auto& entry) {
    for (const auto& field : entry.fields()) told.push_back(field.label() + "=" + field.value());
    return true;
  }));
  EXPECT_EQ(told, (std::vector<std::string>{"乘客=r1", "全名=张**", "票价(元)=3", "种类=return",
                                            "乘客=r1", "票价=金额=5.00", "种类=01 单程", "姓名=王*",
                                            "时长(分钟)=30", "天气=WEATHER_UNSPECIFIED"}));
}

TEST_F(Stored, UpcastersAreCodeAndAreNotGuessed) {
  record(1);
  const Position old = ledger.add(*schema_at(1), first_ride("r1"));
  record(4);
  const Position third = ledger.add_third(present_ride("r1"));
  const SchemaPointer stored = take(stored_schema(*ledger.log));
  for (const Position at : {old, third})
    ledger.at(at, [&](const RecordedEvent& event) {
      const auto message = new_message_for(*stored, event);
      const auto read = decode_event(*stored, event, *message, nullptr);
      ASSERT_FALSE(read);
      EXPECT_EQ(read.error().code(), ErrorCode::unsupported);
      const auto written = take(decode_as_written(*stored, event, &ledger.sealer));
      EXPECT_FALSE(take(to_json(*written.message)).empty());
    });
}

TEST_F(Stored, RecordingIsOnceForEachNewSchema) {
  EXPECT_TRUE(take(stored_schemas(*ledger.log)).empty());
  EXPECT_NE(take(stored_schema(*ledger.log))->event(taizhang::void_type), nullptr);
  EXPECT_TRUE(record(1));
  EXPECT_FALSE(record(1));
  EXPECT_FALSE(record(1, "another program"));
  ledger.add(*schema_at(1), first_ride("r1"));
  EXPECT_TRUE(record(4));
  EXPECT_FALSE(record(4));
  EXPECT_TRUE(record(1)) << "another schema than the newest";
  const auto all = take(stored_schemas(*ledger.log));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].position, 1U);
  EXPECT_EQ(all[1].position, 3U);
  EXPECT_EQ(all[0].digest, all[2].digest);
  EXPECT_NE(all[0].digest, all[1].digest);
  EXPECT_EQ(all[0].application, "rides");
  EXPECT_LT(all[0].recorded_at, all[1].recorded_at);
  EXPECT_EQ(take(encode_schema(*schema_at(4), "rides", 1, {})).id,
            take(encode_schema(*schema_at(4), "rides", 1, {})).id);
  EXPECT_NE(take(encode_schema(*schema_at(4), "rides", 1, {})).id,
            take(encode_schema(*schema_at(4), "rides", 2, {})).id);
}

TEST_F(Stored, OpenersThatRaceWriteItOnce) {
  for (int round = 0; round < 20; ++round) {
    RideLedger fresh;
    const auto options = fresh.at_next_minute();
    std::array<int, 4> wrote{};
    std::vector<std::thread> openers;
    for (std::size_t i = 0; i < wrote.size(); ++i)
      openers.emplace_back([&, i] {
        const std::string name = i % 2 == 0 ? "desk" : "tool";
        wrote[i] = take(record_schema(*fresh.log, *schema_at(4), name, {}, options)) ? 1 : 0;
      });
    for (std::thread& one : openers) one.join();
    EXPECT_EQ(wrote[0] + wrote[1] + wrote[2] + wrote[3], 1);
    EXPECT_EQ(fresh.log->head().position, 1U);
  }
}

TEST_F(Stored, AProgramThatWouldMisreadEventsIsRefusedAndNothingIsWritten) {
  record(4);
  const auto empty = check_schema(*ledger.log, *schema_at(1));
  EXPECT_TRUE(empty) << "no events of those types yet";
  ledger.add(*schema_at(4), present_ride("r1"));
  const auto before = ledger.log->head().position;
  EXPECT_TRUE(check_schema(*ledger.log, *schema_at(4)));
  const auto refused = check_schema(*ledger.log, *schema_at(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::unsupported);
  EXPECT_EQ(refused.error().detail("change"), "test.ride 4 version-lowered");
  EXPECT_EQ(refused.error().details().size(), 1U) << "of test.inspected nothing is stored";
  EXPECT_NE(refused.error().message().zh.find("版本不得降低"), std::string::npos);
  EXPECT_EQ(ledger.log->head().position, before);
}

TEST_F(Stored, ASchemaTooLargeForAnEventIsRefused) {
  taizhang::CodeTables huge = tables();
  for (int i = 0; i < 40'000; ++i)
    huge["places"][std::to_string(i)] = {"place number " + std::to_string(i), "地点"};
  const Files files{v1::Ride::descriptor()->file()};
  const auto schema = take(Schema::make(files, huge));
  const auto refused = record_schema(*ledger.log, *schema, "rides", {}, ledger.at_next_minute());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::too_large);
  EXPECT_EQ(refused.error().detail("limit"), "event_bytes_max");
  EXPECT_EQ(ledger.log->head().position, 0U);
}

TEST_F(Stored, WhatIsNoSchemaIsPassedOver) {
  taizhang::NewEvent event = take(encode_schema(*schema_at(1), "rides", 0, {}));
  event.id = taizhang::Id::random();
  event.clear = "\xFF\xFF";
  ledger.append(event);
  EXPECT_TRUE(take(stored_schemas(*ledger.log)).empty());
  EXPECT_EQ(take(stored_schema(*ledger.log))->event("test.ride"), nullptr);
  EXPECT_TRUE(record(1));
  event.id = taizhang::Id::random();
  ledger.append(event);
  EXPECT_FALSE(record(1)) << "the newest that can be read";
  EXPECT_EQ(take(stored_schemas(*ledger.log)).size(), 1U);
}

}  // namespace
}  // namespace rides
