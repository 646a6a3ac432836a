#include <fstream>
#include <random>

#include "child.hpp"
#include "numbered.hpp"
#include "scratch.hpp"

namespace taizhang {
namespace {

namespace fs = std::filesystem;
using test::Child;

std::vector<fs::path> files_of(const std::string& place, const std::string& extension) {
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(place))
    if (file.path().extension() == extension && file.file_size() > 0) files.push_back(file.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string copy_of(const std::string& place) {
  const std::string copy = test::fresh_directory();
  fs::copy(place, copy, fs::copy_options::recursive);
  return copy;
}

void flip(const fs::path& file, std::uint64_t bit) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(bit / 8));
  const char byte = static_cast<char>(bytes.get() ^ (1 << (bit % 8)));
  bytes.seekp(static_cast<std::streamoff>(bit / 8));
  bytes.put(byte);
}

/// What one finds in a store that may be damaged: the first error of opening, reading and
/// verifying, or its count. Wrong data fails the test in count_numbers.
Result<std::size_t> examine(const std::string& place, OpenMode mode) {
  TAIZHANG_TRY(const auto store, test::open_numbered(place, mode));
  const auto read = test::count_numbers(*store);
  const auto verified = store->verify();
  if (!read) {
    EXPECT_FALSE(verified) << "reading fails, yet verify finds nothing";
    return read;
  }
  TAIZHANG_CHECK(verified);
  return read;
}

/// A store of `count` numbers that lies in tables.
std::string store_in_tables(std::size_t count) {
  const std::string place = test::fresh_directory();
  {
    auto store = test::open_numbered(place, OpenMode::create);
    EXPECT_TRUE(store);
    for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE(test::write_number(**store, i, 300));
  }
  EXPECT_TRUE(test::open_numbered(place, OpenMode::writer));  // recovery writes the log to tables
  EXPECT_FALSE(files_of(place, ".sst").empty());
  return place;
}

TEST(RocksDamage, AFlippedBitInATableIsFoundAndTheFileNamed) {
  constexpr unsigned seed = 99;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  constexpr std::size_t count = 400;
  const std::string place = store_in_tables(count);
  for (const auto& table : files_of(place, ".sst")) {
    for (int round = 0; round < 12; ++round) {
      const std::string copy = copy_of(place);
      const fs::path file = fs::path(copy) / table.filename();
      const auto bit = random() % (fs::file_size(file) * 8);
      SCOPED_TRACE(file.string() + " bit " + std::to_string(bit));
      flip(file, bit);
      const auto found = examine(copy, round % 2 == 0 ? OpenMode::writer : OpenMode::frozen);
      ASSERT_FALSE(found);
      EXPECT_EQ(found.error().code(), ErrorCode::damaged);
      EXPECT_EQ(fs::path(found.error().detail("file")), file) << found.error().message().en;
      fs::remove_all(copy);
    }
  }
}

TEST(RocksDamage, AMissingTableIsDamage) {
  const std::string place = store_in_tables(50);
  const fs::path file = files_of(place, ".sst").front();
  fs::remove(file);
  const auto found = examine(place, OpenMode::writer);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), ErrorCode::damaged);
  EXPECT_EQ(fs::path(found.error().detail("file")), file) << found.error().message().en;
}

TEST(RocksDamage, AFlippedBitInTheManifestIsFoundOrHarmless) {
  constexpr unsigned seed = 7;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  constexpr std::size_t count = 50;
  const std::string place = store_in_tables(count);
  std::string name;
  std::ifstream(place + "/CURRENT") >> name;
  for (const std::string& file : {name, std::string("CURRENT")}) {
    for (int round = 0; round < 40; ++round) {
      const std::string copy = copy_of(place);
      const auto bit = random() % (fs::file_size(copy + "/" + file) * 8);
      SCOPED_TRACE(file + " bit " + std::to_string(bit));
      flip(copy + "/" + file, bit);
      const auto found = examine(copy, OpenMode::writer);
      if (found)
        EXPECT_EQ(*found, count);
      else
        EXPECT_NE(found.error().code(), ErrorCode::storage_full);
      fs::remove_all(copy);
    }
  }
}

TEST(StorageChild, DISABLED_WritesAndWaits) {
  auto store = test::open_numbered(Child::told("TAIZHANG_TEST_PLACE"), OpenMode::create);
  ASSERT_TRUE(store);
  for (std::size_t i = 0; i < 150; ++i) ASSERT_TRUE(test::write_number(**store, i, 20 + i * 7));
  Child::say("written");
  for (;;) ::pause();
}

/// A store of 150 numbers that lies in its write-ahead log alone, as a crash leaves it.
class RocksLog : public ::testing::Test {
 protected:
  static constexpr std::size_t count = 150;

  void SetUp() override {
    place_ = test::fresh_directory();
    Child child("StorageChild.DISABLED_WritesAndWaits", {{"TAIZHANG_TEST_PLACE", place_}});
    ASSERT_EQ(child.line(), "written");
    child.kill();
    child.wait();
    const auto logs = files_of(place_, ".log");
    ASSERT_EQ(logs.size(), 1U);
    log_ = logs.front().filename();
    size_ = fs::file_size(logs.front());
    ASSERT_GT(size_, 2U * 32'768U);  // several blocks, the last of them partial
    ASSERT_NE(size_ % 32'768U, 0U);
  }

  std::string place_;
  fs::path log_;
  std::uintmax_t size_ = 0;
};

TEST_F(RocksLog, AFlippedBitNeverLosesWhatWasAcknowledgedWithoutAWord) {
  constexpr unsigned seed = 12;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto last_block = (size_ / 32'768U) * 32'768U;
  std::vector<std::uint64_t> bits;
  for (int round = 0; round < 60; ++round) bits.push_back(random() % (size_ * 8));
  // Both bytes of the length of the last block's first record, where RocksDB sees nothing wrong.
  for (std::uint64_t bit = 0; bit < 16; ++bit) bits.push_back((last_block + 4) * 8 + bit);
  int refused = 0;
  for (const auto bit : bits) {
    SCOPED_TRACE("bit " + std::to_string(bit));
    const std::string copy = copy_of(place_);
    flip(copy / log_, bit);
    const auto found = examine(copy, OpenMode::writer);
    if (found) {
      EXPECT_EQ(*found, count);
    } else {
      ++refused;
      EXPECT_EQ(found.error().code(), ErrorCode::damaged) << found.error().message().en;
    }
    fs::remove_all(copy);
  }
  EXPECT_GT(refused, 60);
}

TEST_F(RocksLog, ZerosWhereRecordsWereAreFound) {
  const std::string copy = copy_of(place_);
  std::fstream bytes(copy / log_, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekp(32'768);
  bytes << std::string(4'096, '\0');
  bytes.close();
  const auto found = examine(copy, OpenMode::writer);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), ErrorCode::damaged);
  EXPECT_EQ(fs::path(found.error().detail("file")), copy / log_);
}

TEST_F(RocksLog, ARecordCutShortIsLeftOutAndAllBeforeItIsThere) {
  // The last records take up at least these bytes.
  for (std::uintmax_t cut = 0; cut < 2'600; cut += cut < 30 ? 1 : 97) {
    SCOPED_TRACE("cut by " + std::to_string(cut));
    const std::string copy = copy_of(place_);
    fs::resize_file(copy / log_, size_ - cut);
    const auto found = examine(copy, OpenMode::writer);
    ASSERT_TRUE(found) << found.error().message().en;
    EXPECT_GE(*found, count - 3);
    EXPECT_LE(*found, cut == 0 ? count : count - 1);
    fs::remove_all(copy);
  }
}

TEST(RocksDamage, VerifyReadsTheLogOfARunningWriter) {
  const std::string own = test::fresh_directory();
  auto store = test::open_numbered(own, OpenMode::create);
  ASSERT_TRUE(store);
  for (std::size_t i = 0; i < 20; ++i) ASSERT_TRUE(test::write_number(**store, i, 500));
  EXPECT_TRUE((*store)->verify());
  const auto logs = files_of(own, ".log");
  ASSERT_EQ(logs.size(), 1U);
  flip(logs.front(), 8 * 1'000);
  const auto verified = (*store)->verify();
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code(), ErrorCode::damaged) << verified.error().message().en;
}

TEST(RocksBackup, SharesNoFileWithTheStore) {
  const std::string place = store_in_tables(50);
  const std::string copy = test::fresh_directory();
  auto store = test::open_numbered(place, OpenMode::writer);
  ASSERT_TRUE(store);
  ASSERT_TRUE((*store)->backup(copy));
  const auto tables = files_of(copy, ".sst");
  ASSERT_FALSE(tables.empty());
  for (const auto& file : fs::directory_iterator(copy))
    EXPECT_EQ(fs::hard_link_count(file.path()), 1U) << file.path();
  for (const auto& file : fs::directory_iterator(fs::path(copy).parent_path()))
    EXPECT_FALSE(file.path().string().starts_with(copy + ".")) << file.path();
}

TEST(RocksBackup, LeavesAnothersUnfinishedCopyAlone) {
  const std::string copy = test::fresh_directory();
  fs::create_directories(copy + ".partial");
  std::ofstream(copy + ".partial/000001.sst") << "under way";
  auto store = test::open_numbered(store_in_tables(50), OpenMode::writer);
  ASSERT_TRUE(store);
  ASSERT_TRUE((*store)->backup(copy));
  EXPECT_TRUE(fs::exists(copy + ".partial/000001.sst"));
}

TEST(RocksStreams, NoFileOfTheStoreGetsAStandardDescriptor) {
  const int saved = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
  ASSERT_GE(saved, 10);
  ::close(STDIN_FILENO);
  {
    auto store = test::open_numbered(test::fresh_directory(), OpenMode::create);
    ASSERT_TRUE(store);
    EXPECT_EQ(fs::read_symlink("/proc/self/fd/0"), "/dev/null");
    char one = 0;
    EXPECT_EQ(::read(STDIN_FILENO, &one, 1), -1) << "whoever reads there is told";
  }
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
}

}  // namespace
}  // namespace taizhang
