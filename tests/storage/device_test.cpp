#include <sched.h>
#include <sys/mount.h>

#include <fstream>

#include "child.hpp"
#include "numbered.hpp"
#include "scratch.hpp"

/// What happens when the device fails: it is full, or a sync is refused. Both need help from the
/// system; where that is not to be had the tests are skipped and say so.
namespace taizhang {
namespace {

namespace fs = std::filesystem;
using test::Child;

constexpr int not_permitted = 77;  ///< exit status of a child that could not set the stage

class Filler {
 public:
  explicit Filler(std::string file) : file_(std::move(file)) {}
  /// Takes all of the space but about `leave` bytes.
  void fill(std::uintmax_t leave) const {
    const auto space = fs::space(fs::path(file_).parent_path()).available;
    std::ofstream out(file_, std::ios::binary);
    out << std::string(space > leave ? space - leave : 0, 'x');
  }
  void free() const { fs::remove(file_); }

 private:
  std::string file_;
};

/// In a mount namespace of its own, so that nothing is left mounted whatever happens.
TEST(StorageChild, DISABLED_FillsItsDisk) {
  const std::string disk = Child::told("TAIZHANG_TEST_PLACE");
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=192m") != 0)
    ::_exit(not_permitted);

  const std::string place = disk + "/store";
  const Filler filler(disk + "/filler");
  std::size_t count = 0;
  {
    auto opened = test::open_numbered(place, OpenMode::create);
    ASSERT_TRUE(opened);
    KeyValue& store = **opened;
    for (; count < 20; ++count) ASSERT_TRUE(test::write_number(store, count, 60'000));
    filler.fill(3U << 20);

    // A load that does not fit leaves nothing behind, and the store goes on.
    const auto loaded =
        store.load_sorted(0, [i = 0U](std::string& key, std::string& value) mutable {
          key = "9" + test::number_key(i);
          value = test::number_value(i, 10'000);
          return i++ < 1'000;
        });
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code(), ErrorCode::storage_full) << loaded.error().message().en;
    EXPECT_FALSE(fs::exists(place + "/load"));
    ASSERT_TRUE(test::write_number(store, count, 1'000));
    ++count;

    Result<> written;
    while ((written = test::write_number(store, count, 60'000)) && count < 1'000) ++count;
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), ErrorCode::storage_full) << written.error().message().en;
    EXPECT_EQ(written.error().retry(), Retry::call);

    filler.free();  // space alone does not bring this handle back: its state is not known
    const auto again = test::write_number(store, count, 10);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), ErrorCode::io_error);
    const auto read = test::count_numbers(store);
    ASSERT_TRUE(read) << read.error().message().en;
    EXPECT_EQ(*read, count);
  }
  filler.fill(0);
  {
    const auto opened = test::open_numbered(place, OpenMode::writer);
    if (!opened) {
      EXPECT_EQ(opened.error().code(), ErrorCode::storage_full) << opened.error().message().en;
    }
  }
  filler.free();
  auto opened = test::open_numbered(place, OpenMode::writer);
  ASSERT_TRUE(opened) << opened.error().message().en;
  const auto read = test::count_numbers(**opened);
  ASSERT_TRUE(read);
  EXPECT_GE(*read, count);
  EXPECT_LE(*read, count + 1);
  EXPECT_TRUE(test::write_number(**opened, *read, 60'000));
  const auto sound = (*opened)->verify();
  EXPECT_TRUE(sound) << sound.error().message().en;
}

TEST(RocksDevice, AFullDiskEndsWritingButNotReadingAndReopeningMendsIt) {
  const std::string disk = test::fresh_directory();
  fs::create_directories(disk);
  Child child("StorageChild.DISABLED_FillsItsDisk", {{"TAIZHANG_TEST_PLACE", disk}});
  const int status = child.wait();
  if (status == not_permitted)
    GTEST_SKIP() << "NOT TESTED: a full disk. Mounting a tmpfs is not permitted here.";
  EXPECT_EQ(status, 0) << "see the child: StorageChild.DISABLED_FillsItsDisk";
}

TEST(StorageChild, DISABLED_WritesUntilASyncFails) {
  auto opened = test::open_numbered(Child::told("TAIZHANG_TEST_PLACE"), OpenMode::writer);
  std::size_t i = std::stoull(Child::told("TAIZHANG_TEST_FIRST"));
  if (!opened) {
    EXPECT_EQ(opened.error().code(), ErrorCode::io_error) << opened.error().message().en;
    Child::say("failed");
    return;
  }
  KeyValue& store = **opened;
  for (const std::size_t end = i + 6; i < end; ++i) {
    const auto written = test::write_number(store, i, 100);
    if (written) {
      Child::say(std::to_string(i));
      continue;
    }
    EXPECT_EQ(written.error().code(), ErrorCode::io_error) << written.error().message().en;
    // The next sync would succeed: the system reports a failed one only once.
    for (int attempt = 0; attempt < 3; ++attempt) EXPECT_FALSE(test::write_number(store, i, 100));
    EXPECT_FALSE(store.write({}, Durability::synced));
    const auto read = test::count_numbers(store);
    EXPECT_TRUE(read) << read.error().message().en;
    EXPECT_GE(*read, i);
    Child::say("failed");
    return;
  }
  Child::say("clean");
}

/// Lets the n-th sync fail, for n from 1 until a run has none left to fail.
void fail_each(const std::string& call) {
  const std::string place = test::fresh_directory();
  ASSERT_TRUE(test::open_numbered(place, OpenMode::create));
  std::size_t count = 0;
  int failed = 0;
  for (int n = 1; n < 60; ++n) {
    SCOPED_TRACE(call + " number " + std::to_string(n));
    // A leak checker traces its own process, which cannot be while strace does.
    Child child("StorageChild.DISABLED_WritesUntilASyncFails",
                {{"TAIZHANG_TEST_PLACE", place},
                 {"TAIZHANG_TEST_FIRST", std::to_string(count)},
                 {"ASAN_OPTIONS", "detect_leaks=0"}},
                {"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e",
                 "inject=" + call + ":error=EIO:when=" + std::to_string(n)});
    std::string line;
    while ((line = child.line()) == std::to_string(count)) ++count;
    ASSERT_EQ(child.wait(), 0);
    auto store = test::open_numbered(place, OpenMode::writer);
    ASSERT_TRUE(store) << store.error().message().en;
    const auto read = test::count_numbers(**store);
    ASSERT_TRUE(read) << read.error().message().en;
    ASSERT_GE(*read, count) << "an acknowledged write is gone";
    count = *read;
    EXPECT_TRUE((*store)->verify());
    if (line == "clean") {
      EXPECT_GT(failed, 0);
      return;
    }
    EXPECT_EQ(line, "failed");
    ++failed;
  }
  ADD_FAILURE() << "there was always another sync to fail";
}

bool can_inject() {
  return std::system(
             "strace -f -qq -o /dev/null -e trace=fsync -e inject=fsync:error=EIO true "
             "2>/dev/null") == 0;
}

TEST(RocksDevice, AFailedSyncEndsWritingForGoodAndLosesNothing) {
  if (!can_inject())
    GTEST_SKIP() << "NOT TESTED: a failing sync. strace is missing or tracing is not permitted.";
  fail_each("fdatasync");
  fail_each("fsync");
}

}  // namespace
}  // namespace taizhang
