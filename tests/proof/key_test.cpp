#include "taizhang/proof/key.hpp"

#include <gmock/gmock.h>

#include "fixture.hpp"

namespace taizhang::proof_tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Key, PublishedKeysAreReadAndWrittenAsTheyAre) {
  for (const auto& text : {published::neumann, published::foo, published::log})
    EXPECT_EQ(take(VerifierKey::parse(text)).text(), text);
  const VerifierKey witness = take(VerifierKey::parse(published::witness));
  EXPECT_EQ(witness.text(), published::witness);
  EXPECT_EQ(witness.type(), KeyType::cosignature);
  EXPECT_EQ(witness.id(), 0x233cf275U);
  const SigningKey key = take(SigningKey::parse(published::neumann_secret));
  EXPECT_EQ(key.text().text, published::neumann_secret);
  EXPECT_EQ(key.verifier().text(), published::neumann);
  EXPECT_EQ(take(SigningKey::parse(published::witness_secret)).verifier().text(),
            published::witness);
}

TEST(Key, ANewKeySignsAfterItWasWrittenAndRead) {
  const SigningKey key = take(SigningKey::generate("example.com/台账"));
  const SigningKey same = take(SigningKey::parse(key.text().text));
  EXPECT_EQ(same.verifier(), key.verifier());
  EXPECT_TRUE(
      take(VerifierKey::parse(key.verifier().text())).verifies("m", same.signature_of("m")));
  EXPECT_FALSE(key.verifier().verifies("n", same.signature_of("m")));
  EXPECT_FALSE(key.verifier().verifies("m", same.signature_of("m").substr(1)));
  EXPECT_FALSE(take(SigningKey::generate("example.com/台账"))
                   .verifier()
                   .verifies("m", same.signature_of("m")));
}

TEST(Key, AKeyThatWasMovedSigns) {
  SigningKey first = take(SigningKey::parse(published::neumann_secret));
  SigningKey second = take(SigningKey::generate("other"));
  second = std::move(first);
  EXPECT_TRUE(second.verifier().verifies("m", second.signature_of("m")));
  EXPECT_EQ(second.text().text, published::neumann_secret);
}

TEST(Key, NamesHoldNoSpacesAndNoPlus) {
  for (const char* name : {"", "a b", "a+b", "a\tb", "a\nb", "a\u00A0b", "a\u3000b", "a\u2028b",
                           "a\u0085b", "a\u1680b", "\xFF", "\xC0\x80", "a\x01"}) {
    EXPECT_FALSE(is_key_name(name)) << name;
    EXPECT_EQ(SigningKey::generate(name).error().code(), ErrorCode::invalid_argument) << name;
    EXPECT_FALSE(VerifierKey::of(name, KeyType::note, {})) << name;
  }
  for (const char* name : {"a", "example.com/log", "思蒙镇中学", "oid/1.2.3"})
    EXPECT_TRUE(is_key_name(name)) << name;
}

TEST(Key, WhatIsNoPublicKeyIsRefused) {
  for (const std::string& text : std::vector<std::string>{
           "", "PeterNeumann", "PeterNeumann+c74f20a3", published::neumann + "\n",
           " " + published::neumann, published::neumann_secret,
           // another id, an id in capitals, an id that is too short
           "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
           "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
           "PeterNeumann+74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
           // another name for the same key
           "PeterNeumanN+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
           // a key cut short, no padding where there must be some, base 64 of URLs
           "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy",
           "PeterNeumann+c74f20a3+AR",
           "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq_LDE4izWy10TW",
           "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"}) {
    const auto key = VerifierKey::parse(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().code(), ErrorCode::invalid_argument) << text;
  }
  // Type 6, ML-DSA: a key like any other, of a kind that this build does not verify.
  EXPECT_EQ(VerifierKey::parse("PeterNeumann+c74f20a3+Bhpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
                .error()
                .code(),
            ErrorCode::unsupported);
}

TEST(Key, WhatIsNoPrivateKeyIsRefusedWithoutShowingIt) {
  std::string other_id = published::neumann_secret;
  other_id[other_id.find("c74f")] = 'd';
  for (const std::string& text :
       {std::string(), published::neumann, other_id, published::neumann_secret + "A",
        published::neumann_secret.substr(1), published::neumann_secret.substr(0, 60)}) {
    const auto key = SigningKey::parse(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().code(), ErrorCode::invalid_argument);
    EXPECT_THAT(key.error().message().en, Not(HasSubstr("YEKFALVFGyN")));
    EXPECT_TRUE(key.error().details().empty());
  }
}

}  // namespace
}  // namespace taizhang::proof_tests
