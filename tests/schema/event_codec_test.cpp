#include "sample.hpp"
#include "schema/amendment.hpp"
#include "taizhang/ledger/v1/events.pb.h"

namespace {

using taizhang::Date;
using taizhang::ErrorCode;
using taizhang::Id;
using taizhang::NewEvent;
using taizhang::RecordedEvent;

class EventCodec : public ::testing::Test {
 protected:
  NewEvent encoded(const google::protobuf::Message& message) {
    auto made = taizhang::encode_event(*schema, message, id, {}, Date{19783}, sealer);
    EXPECT_TRUE(made) << made.error().message().en;
    return *std::move(made);
  }
  RecordedEvent recorded(const NewEvent& made) {
    return taizhang::as_recorded(made, 5, taizhang::Timestamp{1}, bytes);
  }
  NewEvent corrected(const RecordedEvent& target, const google::protobuf::Message& replacement) {
    auto made = taizhang::schema::encode_correction(*schema, target, replacement,
                                                    Id::derive("t", {"c"}), {}, approval, sealer);
    EXPECT_TRUE(made) << made.error().message().en;
    return *std::move(made);
  }
  std::shared_ptr<const taizhang::Schema> schema = sample::schema();
  sample::FakeSealer sealer;
  const Id id = Id::derive("t", {"1"});
  const taizhang::Approval approval{"录入错误", "教务处", "教〔2024〕3号"};
  std::string bytes;
};

TEST_F(EventCodec, RoundTrips) {
  const auto message = sample::full();
  const NewEvent made = encoded(message);
  EXPECT_EQ(made.type, "test.enrolled");
  EXPECT_EQ(made.version, 2U);
  EXPECT_EQ(made.tags, schema->tags(message));
  const RecordedEvent event_read = recorded(made);
  taizhang_test::Enrolled again;
  const auto erased = taizhang::decode_event(*schema, event_read, again, &sealer);
  ASSERT_TRUE(erased) << erased.error().message().en;
  EXPECT_TRUE(erased->empty());
  EXPECT_EQ(*taizhang::to_json(again), *taizhang::to_json(message));
  EXPECT_EQ(encoded(again).clear, made.clear);
}

TEST_F(EventCodec, MessagesOfEverySmallSizeRoundTrip) {
  for (std::size_t length = 1; length < 70; ++length) {
    taizhang_test::Closed message;
    message.set_school(std::string(length, 'x'));
    const NewEvent made = encoded(message);
    EXPECT_EQ(made.clear, message.SerializeAsString());
    EXPECT_NE(taizhang::to_json(message)->find(message.school()), std::string::npos);
  }
}

TEST_F(EventCodec, OneSealedPartASubjectAndClass) {
  const NewEvent made = encoded(sample::full());
  ASSERT_EQ(made.sealed.size(), 3U);
  std::set<std::pair<std::string, std::string>> parts;
  for (const auto& part : made.sealed) parts.emplace(part.subject, part.data_class);
  EXPECT_EQ(parts,
            (std::set<std::pair<std::string, std::string>>{
                {"student:s1", "identity"}, {"person:g1", "contact"}, {"student:s1", "photo"}}));
}

TEST_F(EventCodec, TheClearPartHoldsNothingPersonal) {
  const auto message = sample::full();
  const NewEvent made = encoded(message);
  for (const std::string& secret :
       {message.name(), message.citizen_id(), message.phone(), message.birth(), message.photo()})
    EXPECT_EQ(made.clear.find(secret), std::string::npos);
  auto stripped = message;
  stripped.clear_name();
  stripped.clear_citizen_id();
  stripped.clear_phone();
  stripped.clear_birth();
  stripped.clear_photo();
  EXPECT_EQ(made.clear, encoded(stripped).clear);
  taizhang_test::Enrolled unopened;
  ASSERT_TRUE(taizhang::decode_event(*schema, recorded(made), unopened, nullptr));
  EXPECT_EQ(*taizhang::to_json(unopened), *taizhang::to_json(stripped));
}

TEST_F(EventCodec, UnknownFieldsSurviveByteForByte) {
  taizhang_test::EnrolledNewer newer;
  newer.set_student("s1");
  newer.set_remark("将来的字段");
  newer.set_seal(std::string("\0\x80\xFF", 3));
  taizhang_test::Enrolled message;
  ASSERT_TRUE(message.ParseFromString(newer.SerializeAsString()));
  message.set_name("张三");
  const NewEvent made = encoded(message);
  EXPECT_EQ(made.clear, newer.SerializeAsString());
  taizhang_test::Enrolled again;
  ASSERT_TRUE(taizhang::decode_event(*schema, recorded(made), again, &sealer));
  again.clear_name();
  EXPECT_EQ(again.SerializeAsString(), newer.SerializeAsString());
}

TEST_F(EventCodec, ErasedKeysAreNamedAndLeaveTheRest) {
  const NewEvent made = encoded(sample::full());
  sealer.erased = {"identity"};
  taizhang_test::Enrolled again;
  const auto erased = taizhang::decode_event(*schema, recorded(made), again, &sealer);
  ASSERT_TRUE(erased);
  EXPECT_EQ(*erased, std::vector<std::string>{"identity"});
  EXPECT_TRUE(again.name().empty());
  EXPECT_EQ(again.phone(), "13812345678");
  EXPECT_EQ(again.amount(), 125000);
}

TEST_F(EventCodec, RefusesBeforeAnythingIsSealed) {
  auto message = sample::full();
  message.set_status("99");
  const auto made = taizhang::encode_event(*schema, message, id, {}, std::nullopt, sealer);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().detail("field"), "status");
  const auto command =
      taizhang::encode_event(*schema, taizhang_test::EnrolStudent(), id, {}, std::nullopt, sealer);
  EXPECT_EQ(command.error().code(), ErrorCode::invalid_argument);
  auto large = sample::full();
  large.mutable_items(0)->set_name(std::string(2U << 20, 'x'));
  const auto too_large = taizhang::encode_event(*schema, large, id, {}, std::nullopt, sealer);
  EXPECT_EQ(too_large.error().code(), ErrorCode::too_large);
  EXPECT_EQ(sealer.sealed_parts(), 0U);
}

TEST_F(EventCodec, UnknownTypesAndVersionsAreUnsupported) {
  NewEvent made = encoded(sample::full());
  taizhang_test::Enrolled again;
  for (const std::uint32_t version : {0U, 3U}) {
    made.version = version;
    EXPECT_EQ(taizhang::decode_event(*schema, recorded(made), again, nullptr).error().code(),
              ErrorCode::unsupported);
  }
  made.version = 1;
  EXPECT_TRUE(taizhang::decode_event(*schema, recorded(made), again, nullptr));
  taizhang_test::Closed other;
  EXPECT_EQ(taizhang::decode_event(*schema, recorded(made), other, nullptr).error().code(),
            ErrorCode::invalid_argument);
  made.type = "test.never";
  EXPECT_EQ(taizhang::decode_event(*schema, recorded(made), again, nullptr).error().code(),
            ErrorCode::unsupported);
  EXPECT_EQ(taizhang::new_message_for(*schema, recorded(made)), nullptr);
}

TEST_F(EventCodec, BytesThatAreNoMessageAreDamaged) {
  NewEvent made = encoded(sample::full());
  made.clear = "\xFF\xFF\xFF";
  taizhang_test::Enrolled again;
  EXPECT_EQ(taizhang::decode_event(*schema, recorded(made), again, nullptr).error().code(),
            ErrorCode::damaged);
}

TEST_F(EventCodec, AVoidKeepsTagsTypeAndDate) {
  const NewEvent made = encoded(sample::full());
  const RecordedEvent target = recorded(made);
  const auto voided = taizhang::schema::encode_void(target, Id::derive("t", {"v"}), {}, approval);
  ASSERT_TRUE(voided) << voided.error().message().en;
  EXPECT_EQ(voided->type, taizhang::void_type);
  EXPECT_EQ(voided->tags, made.tags);
  EXPECT_EQ(voided->effective_on, made.effective_on);
  EXPECT_EQ(voided->target, (taizhang::Target{5, "test.enrolled", 2}));
  taizhang::ledger::v1::EventVoided message;
  ASSERT_TRUE(message.ParseFromString(voided->clear));
  EXPECT_EQ(message.reason(), approval.reason);
  EXPECT_EQ(message.approver(), approval.approver);
  EXPECT_EQ(message.approval_document(), approval.document);
  EXPECT_TRUE(voided->sealed.empty());
}

TEST_F(EventCodec, ReasonAndApproverAreRequired) {
  const NewEvent made = encoded(sample::full());
  const RecordedEvent target = recorded(made);
  EXPECT_EQ(taizhang::schema::encode_void(target, id, {}, {"", "x", ""}).error().detail("field"),
            "reason");
  EXPECT_EQ(taizhang::schema::encode_void(target, id, {}, {"x", "", ""}).error().detail("field"),
            "approver");
  const std::size_t before = sealer.sealed_parts();
  EXPECT_FALSE(taizhang::schema::encode_correction(*schema, target, sample::full(), id, {},
                                                   {"x", "", ""}, sealer));
  EXPECT_EQ(sealer.sealed_parts(), before);
}

TEST_F(EventCodec, ACorrectionDecodesAsItsTargetWithItsOwnSealedParts) {
  const NewEvent made = encoded(sample::full());
  const RecordedEvent target = recorded(made);
  auto replacement = sample::full();
  replacement.set_student("s2");
  replacement.set_name("李四");
  const NewEvent correction = corrected(target, replacement);
  EXPECT_EQ(correction.type, taizhang::correction_type);
  EXPECT_EQ(correction.version, 1U);
  EXPECT_EQ(correction.effective_on, made.effective_on);
  EXPECT_EQ(correction.target, (taizhang::Target{5, "test.enrolled", 2}));
  EXPECT_EQ(correction.tags,
            (std::vector<std::string>{"household:h1", "person:g1", "student:s1", "student:s2"}));
  EXPECT_EQ(correction.clear.find("李四"), std::string::npos);

  std::string other_bytes;
  const RecordedEvent read = taizhang::as_recorded(correction, 6, {}, other_bytes);
  const auto message = taizhang::new_message_for(*schema, read);
  ASSERT_NE(message, nullptr);
  ASSERT_TRUE(taizhang::decode_event(*schema, read, *message, &sealer));
  EXPECT_EQ(*taizhang::to_json(*message), *taizhang::to_json(replacement));

  RecordedEvent swapped = read;
  swapped.sealed = recorded(made).sealed;
  EXPECT_EQ(taizhang::decode_event(*schema, swapped, *message, &sealer).error().code(),
            ErrorCode::damaged);
}

TEST_F(EventCodec, AReplacementIsOfTheTargetsType) {
  const NewEvent made = encoded(sample::full());
  const RecordedEvent target = recorded(made);
  taizhang_test::Closed other;
  other.set_school("x");
  EXPECT_EQ(taizhang::schema::encode_correction(*schema, target, other, id, {}, approval, sealer)
                .error()
                .code(),
            ErrorCode::invalid_argument);
}

TEST_F(EventCodec, AsRecordedCarriesTheContext) {
  taizhang::Context context;
  context.actor = "teacher:t1";
  context.command = Id::derive("t", {"command"});
  context.line = 12;
  context.claimed_at = taizhang::Timestamp{-5};
  const auto made =
      taizhang::encode_event(*schema, sample::full(), id, context, std::nullopt, sealer);
  ASSERT_TRUE(made);
  const RecordedEvent read = recorded(*made);
  EXPECT_EQ(read.position, 5U);
  EXPECT_EQ(read.recorded_at.microseconds, 1);
  EXPECT_EQ(read.id, id);
  EXPECT_TRUE(read.has_tag("student:s1"));
  EXPECT_FALSE(read.effective_on);
  const auto decoded = taizhang::decode_context(read.context);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, context);
}

}  // namespace
