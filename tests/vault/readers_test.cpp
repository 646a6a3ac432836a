#include "vault_fixture.hpp"

namespace {

using taizhang::ErrorCode;
using taizhang::Sealed;

class VaultReaders : public VaultTest {};

INSTANTIATE_TEST_SUITE_P(Backends, VaultReaders, ::testing::Values("memory", "rocksdb"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(VaultReaders, AFollowerOpensWhatIsMadeElsewhereAndForgetsWhatIsErased) {
  ASSERT_TRUE(vault->make_durable());
  const auto follower = read_only(taizhang::OpenMode::follower);
  ASSERT_TRUE(follower);
  const Sealed part = sealed("student:s1", "identity", "张三");
  const auto tag = vault->lookup_tag("student", "G1");
  ASSERT_TRUE(tag);
  // Nothing is known before it is durable; then it is found without being asked to look again.
  EXPECT_EQ(follower->open(view(part), event_id).error().code(), ErrorCode::key_missing);
  EXPECT_FALSE(*follower->find_lookup_tag("student", "G1"));
  ASSERT_TRUE(vault->make_durable());
  EXPECT_EQ(**follower->open(view(part), event_id), "张三");
  EXPECT_EQ(**follower->find_lookup_tag("student", "G1"), *tag);
  EXPECT_EQ(*follower->lookup_tag("student", "G1"), *tag);
  ASSERT_TRUE(*vault->erase_key("student:s1", "identity"));
  ASSERT_TRUE(*vault->erase_lookup_tag("student", "G1"));
  ASSERT_TRUE(follower->refresh());
  const auto gone = follower->open(view(part), event_id);
  ASSERT_TRUE(gone);
  EXPECT_FALSE(*gone);
  EXPECT_FALSE(*follower->find_lookup_tag("student", "G1"));
}

TEST_P(VaultReaders, ReadersMakeAndEraseNothing) {
  const Sealed part = sealed("student:s1", "identity", "张三");
  ASSERT_TRUE(vault->make_durable());
  for (const auto mode : {taizhang::OpenMode::follower, taizhang::OpenMode::frozen}) {
    const auto reader = read_only(mode);
    ASSERT_TRUE(reader);
    EXPECT_EQ(**reader->open(view(part), event_id), "张三");
    const auto refused = [](const auto& result) {
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().code(), ErrorCode::unsupported);
      EXPECT_FALSE(result.error().message().zh.empty());
    };
    refused(reader->seal("student:s1", "identity", event_id, "x"));
    refused(reader->erase_key("student:s1", "identity"));
    refused(reader->lookup_tag("student", "G2"));
    refused(reader->erase_lookup_tag("student", "G1"));
    refused(reader->remember("area", "key", "value"));
    refused(reader->forget("area", "key"));
    EXPECT_TRUE(reader->make_durable());
  }
  EXPECT_EQ(**vault->open(view(part), event_id), "张三");
}

TEST_P(VaultReaders, WithoutKeysPersonalPartsAreEmptyAndNotErased) {
  const Sealed part = sealed("student:s1", "identity", "张三");
  taizhang::NoKeys none;
  const auto opened_part = none.open(view(part), event_id);
  ASSERT_TRUE(opened_part);
  ASSERT_TRUE(*opened_part);
  EXPECT_EQ(**opened_part, "");
  EXPECT_EQ(none.seal("student:s1", "identity", event_id, "x").error().code(),
            ErrorCode::unsupported);
}

}  // namespace
