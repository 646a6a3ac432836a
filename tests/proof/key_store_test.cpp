#include "taizhang/proof/key_store.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "proof_fixture.hpp"

namespace taizhang::proof_tests {
namespace {

using ::testing::HasSubstr;

struct KeyStoreTest : ::testing::Test {
  Folder place;
  const std::string folder = place / "proof";
};

unsigned mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777U;
}

TEST_F(KeyStoreTest, AKeyIsMadeKeptAndReadByItsOwnerAlone) {
  ::umask(0);
  const std::string vkey = take(KeyStore::create(folder, "taizhang/x", 7)).key().verifier().text();
  EXPECT_EQ(mode_of(folder), 0700U);
  EXPECT_EQ(mode_of(folder + "/key"), 0600U);
  const KeyStore store = take(KeyStore::open(folder));
  EXPECT_EQ(store.key().verifier().text(), vkey);
  EXPECT_EQ(store.key().name(), "taizhang/x");
  EXPECT_EQ(read(folder + "/vkeys"), "7 " + vkey + "\n");
  ASSERT_EQ(store.published().size(), 1U);
  EXPECT_EQ(store.published()[0].from_size, 7U);
  EXPECT_EQ(take(KeyStore::published(folder)), store.published());
}

TEST_F(KeyStoreTest, AKeyThatOthersMayReadIsRefusedWithTheRemedy) {
  take(KeyStore::create(folder, "k", 0));
  for (const unsigned mode : {0640U, 0604U, 0660U, 0601U}) {
    ASSERT_EQ(::chmod((folder + "/key").c_str(), mode), 0);
    const auto refused = KeyStore::open(folder);
    EXPECT_CODE(refused, ErrorCode::invalid_argument);
    EXPECT_THAT(refused.error().message().en, HasSubstr("chmod 600 " + folder + "/key"));
    EXPECT_THAT(refused.error().message().zh, HasSubstr("chmod 600 " + folder + "/key"));
  }
  ASSERT_EQ(::chmod((folder + "/key").c_str(), 0600), 0);
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  EXPECT_THAT(KeyStore::open(folder).error().message().en, HasSubstr("chmod 700 " + folder));
  ASSERT_EQ(::chmod(folder.c_str(), 0700), 0);
  EXPECT_TRUE(KeyStore::open(folder));
}

TEST_F(KeyStoreTest, TheRestOfTheFolderIsHeldToItsForm) {
  EXPECT_CODE(KeyStore::open(folder), ErrorCode::not_found);
  EXPECT_TRUE(take(KeyStore::published(folder)).empty());
  EXPECT_CODE(KeyStore::create(folder, "a b", 0), ErrorCode::invalid_argument);
  take(KeyStore::create(folder, "k", 0));
  EXPECT_CODE(KeyStore::create(folder, "k", 0), ErrorCode::already_exists);
  const std::string vkeys = read(folder + "/vkeys");
  for (const std::string& bad : {vkeys.substr(0, vkeys.size() - 1), "x" + vkeys, vkeys + "\n",
                                 "0" + vkeys, vkeys.substr(2), std::string("5\n")}) {
    write(folder + "/vkeys", bad);
    EXPECT_CODE(KeyStore::published(folder), ErrorCode::damaged);
  }
  write(folder + "/vkeys", "0 " + published::neumann + "\n");
  EXPECT_CODE(KeyStore::open(folder), ErrorCode::damaged);
  write(folder + "/vkeys", vkeys);
  write(folder + "/key", "PRIVATE+KEY+nonsense\n");
  EXPECT_CODE(KeyStore::open(folder), ErrorCode::damaged);
}

TEST_F(KeyStoreTest, ALostKeyIsReplacedAndTheOldOneStaysPublished) {
  const std::string first = take(KeyStore::create(folder, "k", 0)).key().verifier().text();
  fs::remove(folder + "/key");
  const KeyStore store = take(KeyStore::create(folder, "k", 12));
  ASSERT_EQ(store.published().size(), 2U);
  EXPECT_EQ(store.published()[0].key.text(), first);
  EXPECT_EQ(store.published()[1], (PublishedKey{store.key().verifier(), 12}));
}

TEST_F(KeyStoreTest, RotationKeepsBothPublicKeysAndOnePrivateKey) {
  KeyStore store = take(KeyStore::create(folder, "k", 0));
  const VerifierKey old = store.key().verifier();
  take(store.prepare_next(5));
  ASSERT_NE(store.next(), nullptr);
  const VerifierKey next = store.next()->verifier();
  EXPECT_NE(next, old);
  EXPECT_EQ(mode_of(folder + "/key.next"), 0600U);
  take(store.adopt_next());
  EXPECT_EQ(store.key().verifier(), next);
  EXPECT_FALSE(fs::exists(folder + "/key.next"));
  EXPECT_EQ(read(folder + "/key"), store.key().text().text + "\n");
  const KeyStore again = take(KeyStore::open(folder));
  EXPECT_EQ(again.key().verifier(), next);
  EXPECT_EQ(again.published(), (std::vector<PublishedKey>{{old, 0}, {next, 5}}));
}

TEST_F(KeyStoreTest, AnInterruptedRotationGoesOnWithTheSameKey) {
  KeyStore first = take(KeyStore::create(folder, "k", 0));
  take(first.prepare_next(5));
  KeyStore second = take(KeyStore::open(folder));
  EXPECT_EQ(second.key().verifier(), first.key().verifier()) << "the old key signs until then";
  ASSERT_NE(second.next(), nullptr);
  EXPECT_EQ(second.next()->verifier(), first.next()->verifier());
  take(second.prepare_next(9));
  EXPECT_EQ(second.published().size(), 2U);
  take(second.adopt_next());
  EXPECT_EQ(take(KeyStore::open(folder)).key().verifier(), first.next()->verifier());
}

}  // namespace
}  // namespace taizhang::proof_tests
