#include "taizhang/schema/strict_json.hpp"

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include "schema/quiet_protobuf.hpp"
#include "taizhang/ledger/v1/events.pb.h"

namespace taizhang {
namespace {

std::string nested(std::size_t levels, char open, char close) {
  return std::string(levels, open) + std::string(levels, close);
}

TEST(StrictJson, TakesWhatSaysOneThing) {
  for (const std::string good :
       {R"({})", R"([])", R"("x")", R"(-1.5e3)", R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})",
        R"({"a":"\u4e2d","A":"中"})"})
    EXPECT_TRUE(check_json(good)) << good;
  EXPECT_TRUE(check_json(nested(limits::json_levels_max, '[', ']')));
}

TEST(StrictJson, NamesTheMemberThatIsThereTwice) {
  for (const char* twice :
       {R"({"actor":"a","x":1,"actor":"b"})", R"([{"b":{"actor":1,"\u0061ctor":2}}])"}) {
    const auto refused = check_json(twice);
    ASSERT_FALSE(refused) << twice;
    EXPECT_EQ(refused.error().detail("name"), "actor");
    EXPECT_NE(refused.error().message().zh.find("actor"), std::string::npos);
  }
}

TEST(StrictJson, RefusesWhatIsNoJson) {
  for (const std::string& bad :
       {std::string(), std::string("{"), std::string("{}{}"), std::string("{a:1}"),
        std::string("[1,]"), std::string("'x'"), std::string("NaN"), std::string("1e999"),
        std::string("\"\xFF\""), std::string("\"\xED\xA0\x80\""), std::string("\"\\ud800\""),
        std::string("\"a\\u0000b\""), std::string("{\"a\\u0000\":1}"), std::string("\"a\0b\"", 5),
        std::string("{}\0", 3)})
    EXPECT_EQ(check_json(bad).has_value(), false) << bad;
}

TEST(StrictJson, IsBoundedInDepthAndSizeBeforeMemoryIsTaken) {
  for (const std::size_t levels : {limits::json_levels_max + 1, std::size_t{1'000'000}})
    EXPECT_EQ(check_json(std::string(levels, '[')).error().code(), ErrorCode::too_large);
  std::string members;
  for (int i = 0; i < 1'000'000; ++i) members += R"({"a":)";
  EXPECT_EQ(check_json(members).error().code(), ErrorCode::too_large);
  EXPECT_EQ(check_json("[1,2]", 4).error().detail("limit"), "4");
  EXPECT_EQ(check_json(std::string(limits::json_bytes_max + 1, ' ')).error().code(),
            ErrorCode::too_large);
}

bool heard = false;
void hear(google::protobuf::LogLevel, const char*, int, const std::string&) { heard = true; }

TEST(QuietProtobuf, SaysNothingUnlessTheApplicationListens) {
  schema::quiet_protobuf();
  ledger::v1::EventVoided message;
  ::testing::internal::CaptureStderr();
  EXPECT_FALSE(message.ParseFromString("\x0A\x01\xFF"));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  auto* const before = google::protobuf::SetLogHandler(hear);
  schema::quiet_protobuf();
  EXPECT_FALSE(message.ParseFromString("\x0A\x01\xFF"));
  EXPECT_TRUE(heard) << "an application's own handler stays";
  google::protobuf::SetLogHandler(before);
}

}  // namespace
}  // namespace taizhang
