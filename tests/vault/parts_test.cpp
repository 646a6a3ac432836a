#include <sys/stat.h>

#include <fstream>

#include "vault/key_cache.hpp"
#include "vault/secret.hpp"
#include "vault_fixture.hpp"

namespace {

using taizhang::ErrorCode;
using taizhang::load_or_create_master_key;
namespace fs = std::filesystem;

TEST(KeyCache, KeepsThoseUsedLast) {
  taizhang::vault::KeyCache cache(2);
  cache.insert("a", {1, {}});
  cache.insert("b", {2, {}});
  EXPECT_EQ(cache.find("a")->version, 1U);
  cache.insert("c", {3, {}});
  EXPECT_FALSE(cache.find("b"));
  EXPECT_EQ(cache.find("a")->version, 1U);
  cache.insert("a", {4, {}});
  EXPECT_EQ(cache.find("a")->version, 4U);
  EXPECT_EQ(cache.find("c")->version, 3U);
  cache.erase("a");
  EXPECT_FALSE(cache.find("a"));
}

TEST(Secret, MacIsHmacSha256OverLengthPrefixedParts) {
  taizhang::vault::Secret key;
  key.bytes.fill(0x0b);
  const std::string text = taizhang::vault::joined({"Hi There"});
  std::array<std::uint8_t, 32> expected{};
  crypto_auth_hmacsha256(expected.data(), reinterpret_cast<const std::uint8_t*>(text.data()),
                         text.size(), key.bytes.data());
  EXPECT_EQ(taizhang::vault::mac(key, {"Hi There"}), expected);
  EXPECT_NE(taizhang::vault::mac(key, {"Hi ", "There"}), expected);
}

class MasterKeyFile : public ::testing::Test {
 protected:
  MasterKeyFile() {
    folder = fs::temp_directory_path() / ("taizhang-master-" + std::to_string(::getpid()));
    fs::remove_all(folder);
    fs::create_directories(folder);
    path = (folder / "master.key").string();
    EXPECT_GE(sodium_init(), 0);
  }
  ~MasterKeyFile() override { fs::remove_all(folder); }
  void write(const std::string& text, mode_t mode = 0600) {
    std::ofstream(path, std::ios::trunc) << text;
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }
  fs::path folder;
  std::string path;
};

TEST_F(MasterKeyFile, IsMadeOnceForItsOwnerOnly) {
  EXPECT_EQ(load_or_create_master_key(path, false).error().code(), ErrorCode::not_found);
  const auto made = load_or_create_master_key(path, true);
  ASSERT_TRUE(made) << made.error().message().en;
  EXPECT_NE(*made, taizhang::MasterKey{});
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(*load_or_create_master_key(path, true), *made);
  EXPECT_EQ(*load_or_create_master_key(path, false), *made);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 1);
  EXPECT_NE(*load_or_create_master_key(path + "2", true), *made);
}

TEST_F(MasterKeyFile, OthersMustNotReadIt) {
  for (const mode_t mode : {0640U, 0604U, 0620U}) {
    write(std::string(64, 'a'), mode);
    EXPECT_EQ(load_or_create_master_key(path, false).error().code(), ErrorCode::invalid_argument);
  }
  write(std::string(64, 'a'), 0400);
  EXPECT_TRUE(load_or_create_master_key(path, false));
}

TEST_F(MasterKeyFile, HoldsExactlyAKey) {
  write(std::string(64, 'A') + "\r\n");
  ASSERT_TRUE(load_or_create_master_key(path, false));
  EXPECT_EQ((*load_or_create_master_key(path, false))[31], 0xAA);
  for (const std::string& bad :
       {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(63, 'a') + "g",
        std::string(64, 'a') + "\nmore", std::string(63, 'a') + "\n"}) {
    write(bad);
    const auto refused = load_or_create_master_key(path, true);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_argument);
    EXPECT_EQ(refused.error().message().en.find("aaaa"), std::string::npos);
  }
}

TEST_F(MasterKeyFile, AFolderIsRefused) {
  EXPECT_EQ(load_or_create_master_key(folder.string(), false).error().code(),
            ErrorCode::invalid_argument);
}

TEST_F(MasterKeyFile, AMissingFolderIsAnIoError) {
  EXPECT_EQ(load_or_create_master_key((folder / "no" / "key").string(), true).error().code(),
            ErrorCode::io_error);
}

}  // namespace
