#include "taizhang/proof/checkpoint.hpp"

#include <gmock/gmock.h>

#include "fixture.hpp"

namespace taizhang::proof_tests {
namespace {

const std::string root = "bC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY=";

TEST(Checkpoint, ThePublishedOneIsReadAndWrittenAsItIs) {
  const SignedCheckpoint checkpoint =
      take(SignedCheckpoint::parse(published::log_text + "\n" + published::log_line));
  EXPECT_EQ(checkpoint.head.origin, "example.com/log/testdata");
  EXPECT_EQ(checkpoint.head.size, 8U);
  EXPECT_EQ(to_hex(checkpoint.head.root),
            "6c2f95c2fac96da94d5637e4748f24520b3b989a17aea897084edb8270f6f296");
  EXPECT_EQ(checkpoint.head.extension, "");
  EXPECT_EQ(checkpoint.head.format(), published::log_text);
}

TEST(Checkpoint, ExtensionLinesAndAnyOriginAreKept) {
  for (const std::string& text :
       {"o\n0\n" + root + "\n", "a b+c 台账\n18446744073709551615\n" + root + "\nx\n \ny z\n"}) {
    EXPECT_EQ(take(TreeHead::parse(text)).format(), text);
  }
  EXPECT_EQ(take(TreeHead::parse("o\n1\n" + root + "\nx\ny\n")).extension, "x\ny\n");
}

TEST(Checkpoint, WhatIsNoCheckpointIsRefused) {
  for (const std::string& text : std::vector<std::string>{
           "",
           "\n",
           "o\n",
           "o\n8\n",
           "o\n8\n" + root,
           "\n8\n" + root + "\n",
           "o\n\n8\n" + root + "\n",
           "o\n8\n" + root + "\n\n",
           "o\n8\n" + root + "\n\nx\n",
           "o\n8\n" + root + "\nx",
           "o\n08\n" + root + "\n",
           "o\n00\n" + root + "\n",
           "o\n-1\n" + root + "\n",
           "o\n+8\n" + root + "\n",
           "o\n 8\n" + root + "\n",
           "o\n8 \n" + root + "\n",
           "o\n8x\n" + root + "\n",
           "o\n0x8\n" + root + "\n",
           "o\n18446744073709551616\n" + root + "\n",
           "o\n8\n" + root + " \n",
           "o\n8\n" + root.substr(0, 43) + "\n",
           "o\n8\n" + root.substr(0, 40) + "\n",
           "o\n8\n" + root + root + "\n",
           "o\n8\nAAAA\n",
           "o\n8\nbC-VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY=\n",  // base 64 of URLs
           "o\n8\nbC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pZ=\n",  // bits in the padding
           "o\n8\n6c2f95c2fac96da94d5637e4748f24520b3b989a17aea897084edb8270f6f296\n"}) {
    const auto parsed = TreeHead::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code(), ErrorCode::invalid_argument);
  }
}

TEST(Checkpoint, ASignedOneNeedsBothForms) {
  EXPECT_FALSE(SignedCheckpoint::parse(published::log_text));
  EXPECT_FALSE(SignedCheckpoint::parse(published::foo_text + "\n" + published::foo_line));
}

}  // namespace
}  // namespace taizhang::proof_tests
