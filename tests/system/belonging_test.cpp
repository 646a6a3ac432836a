// A record is a log, a vault and views, which lie in folders of their own. Whoever copies, loses or
// puts back one of them is told, or served the truth.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>

#include "bus/bus.hpp"
#include "taizhang/storage/memory.hpp"
#include "taizhang/storage/rocksdb.hpp"

namespace taizhang {
namespace {

namespace fs = std::filesystem;
using testing::bus_model;
using testing::must;
using testing::take;
using testing::wish;

class Belonging : public ::testing::Test {
 protected:
  Belonging() {
    registry.add("rocksdb", rocksdb_backend());
    registry.add("memory", memory_backend());
    registry.add("over", overlay_backend(rocksdb_backend()));
    static std::atomic<int> number = 0;
    home = fs::temp_directory_path() /
           ("taizhang-belonging-" + std::to_string(getpid()) + "-" + std::to_string(number++));
    fs::create_directories(home);
    place = home / "ledger";
  }
  ~Belonging() override { fs::remove_all(home); }

  Result<std::unique_ptr<System>> open(std::optional<LossConfirmation> loss = std::nullopt) const {
    SystemOptions options{.location = "rocksdb:" + place.string()};
    options.loss = std::move(loss);
    return System::open(registry, bus_model(), options);
  }
  Result<std::unique_ptr<System>> read(const std::string& views) const {
    SystemOptions options{.location = "rocksdb:" + place.string()};
    options.mode = OpenMode::follower;
    options.views = views;
    return System::open(registry, bus_model(), options);
  }
  [[nodiscard]] std::string over() const { return "over:" + (place / "views").string(); }

  /// `children` more, each on a bus of its own, with a number that it is found by.
  void board(System& system, int children) {
    for (int i = 0; i < children; ++i) {
      const std::string name = "child" + std::to_string(count_++);
      take(system.vault().lookup_tag("card", name));
      must(system.vault().make_durable());
      EXPECT_FALSE(take(system.execute(wish(name, "bus-of-" + name))).error);
    }
  }
  void make(int children) {
    auto system =
        take(System::create(registry, bus_model(), {.location = "rocksdb:" + place.string()}));
    board(*system, children);
    take(system->views().catch_up());
    must(system->close());
  }
  void add(int children) {
    auto system = take(open());
    board(*system, children);
    take(system->views().catch_up());
    must(system->close());
  }
  [[nodiscard]] static std::int64_t buses(System& system) {
    std::int64_t rows = 0;
    take(system.views().catch_up());
    take(system.views().ask("buses", {}, [&](const google::protobuf::Message&) {
      ++rows;
      return true;
    }));
    return rows;
  }
  void copy(const fs::path& from, const fs::path& to) const {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
  }
  [[nodiscard]] fs::path file_of(const std::string& store, const std::string& kind) const {
    for (const auto& entry : fs::directory_iterator(place / store))
      if (entry.path().filename().string().find(kind) != std::string::npos) return entry.path();
    throw std::runtime_error("no " + kind + " in " + store);
  }
  static void flip(const fs::path& file, std::streamoff at) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(at);
    const int was = bytes.get();
    bytes.seekp(at);
    bytes.put(static_cast<char>(was ^ 0x10));
  }

  StorageRegistry registry;
  fs::path home, place;

 private:
  int count_ = 0;
};

TEST_F(Belonging, AnOlderVaultIsRefusedByName) {
  make(3);
  copy(place / "vault", home / "monday");
  add(4);
  copy(place / "vault", home / "friday");
  copy(home / "monday", place / "vault");
  for (const auto& opened : {open(), read("memory:mine")}) {
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::damaged);
    EXPECT_NE(opened.error().message().en.find("older than the ledger"), std::string::npos)
        << opened.error().message().en;
    EXPECT_NE(opened.error().detail("vault"), opened.error().detail("ledger"));
  }
  copy(home / "friday", place / "vault");
  EXPECT_EQ(buses(*take(open())), 7);
}

TEST_F(Belonging, AnOlderLogUnderItsVaultIsRefusedUntilAPersonSaysThatTheRestIsLost) {
  make(3);
  copy(place / "log", home / "monday");
  add(4);
  copy(home / "monday", place / "log");
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::damaged);
  EXPECT_EQ(refused.error().detail("head"), "4") << refused.error().message().en;
  EXPECT_EQ(refused.error().detail("vouched"), "7");
  EXPECT_FALSE(open(LossConfirmation{{}, "nobody says so"}));
  {
    auto system = take(open(LossConfirmation{{.actor = "office:1"}, "the disk is gone"}));
    EXPECT_EQ(system->ledger().head().position, 5u);
    EXPECT_EQ(buses(*system), 3);
    must(system->close());
  }
  const auto again = open(LossConfirmation{{.actor = "office:1"}, "once more"});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::invalid_argument);
  add(1);
}

TEST_F(Belonging, AVaultOfAnotherContinuationIsRefused) {
  make(3);
  copy(place, home / "copy");
  add(2);
  const auto here = place;
  place = home / "copy";
  add(2);
  copy(here / "vault", place / "vault");
  // No loss: a person's word does not make two histories one, nor wipes what tells them apart.
  const std::vector<std::optional<LossConfirmation>> words{
      std::nullopt, LossConfirmation{{.actor = "office:1"}, "try it"}, std::nullopt};
  for (const auto& word : words) {
    const auto refused = open(word);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message().en.find("another continuation"), std::string::npos)
        << refused.error().message().en;
  }
}

TEST_F(Belonging, ViewsThatCannotBeOpenedAreMadeAnewAndNeverStandInTheWay) {
  make(5);
  flip(file_of("views", "CURRENT"), 3);
  auto system = take(open());
  ASSERT_EQ(system->found().size(), 1u);
  EXPECT_NE(system->found()[0].en.find("made anew"), std::string::npos);
  EXPECT_EQ(buses(*system), 5);
  board(*system, 1);
  EXPECT_EQ(buses(*system), 6);
  must(system->close());
  system.reset();
  EXPECT_TRUE(take(open())->found().empty());
}

TEST_F(Belonging, AViewStoreThatWasCutShortNeverAnswersAShorterRegister) {
  make(5);
  add(3);  // another opening, so that rows lie in tables
  const auto whole = home / "whole";
  copy(place, whole);
  const auto size = fs::file_size(file_of("views", "MANIFEST-"));
  for (std::uintmax_t keep = 0; keep <= size; keep += 7) {
    copy(whole, place);
    fs::resize_file(file_of("views", "MANIFEST-"), keep);
    const auto reading = read(over());
    ASSERT_TRUE(reading) << keep << reading.error().message().en;
    EXPECT_EQ(buses(**reading), 8) << keep;
    if (keep % 21 != 0) continue;
    auto writing = open();
    ASSERT_TRUE(writing) << keep << writing.error().message().en;
    EXPECT_EQ(buses(**writing), 8) << keep;
  }
}

TEST_F(Belonging, ViewsOfAnOlderCopyAreCaughtUp) {
  make(3);
  copy(place / "views", home / "monday");
  add(4);
  copy(home / "monday", place / "views");
  EXPECT_EQ(buses(*take(read(over()))), 7);
  EXPECT_EQ(buses(*take(open())), 7);
}

TEST_F(Belonging, AReaderLocksNothingAndChangesNothing) {
  make(3);
  auto reader = take(read(over()));
  EXPECT_EQ(buses(*reader), 3);
  auto writer = take(open());  // would be `held` if the reader had the ledger or its views
  board(*writer, 2);
  take(reader->ledger().refresh());
  EXPECT_EQ(buses(*reader), 5);
  EXPECT_EQ(buses(*writer), 5);
}

TEST_F(Belonging, AForkedProcessIsRefusedAndHoldsNothing) {
  make(2);
  auto system = take(open());
  int go[2];
  ASSERT_EQ(::pipe(go), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    // What a test prints and its cleaning up are the parent's business.
    const auto refused = system->execute(wish("forked", "bus"));
    const bool right = !refused && refused.error().code() == ErrorCode::closed &&
                       refused.error().message().en.find("forked") != std::string::npos &&
                       !system->ledger().read(Query::all()) &&
                       !system->vault().find_lookup_tag("card", "child0");
    char one = 0;
    (void)!::read(go[0], &one, 1);
    ::_exit(right ? 0 : 1);
  }
  board(*system, 1);
  must(system->close());
  system.reset();
  // The child lives, and yet the record is free.
  EXPECT_EQ(buses(*take(open())), 3);
  ASSERT_EQ(::write(go[1], "!", 1), 1);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  ::close(go[0]);
  ::close(go[1]);
}

TEST_F(Belonging, ARefusalOfAnotherBuildsRecordTouchesNothing) {
  make(2);
  std::ofstream(place / "log" / "content") << "taizhang log, format 0/of another build\n";
  const auto state = [&] {
    std::map<std::string, std::pair<std::uintmax_t, fs::file_time_type>> files;
    for (const auto& file : fs::recursive_directory_iterator(place))
      files[file.path().string()] = {file.is_regular_file() ? file.file_size() : 0,
                                     file.last_write_time()};
    return files;
  };
  const auto before = state();
  for (const auto& opened : {open(), read("memory:mine"), read(over())}) {
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::unsupported);
    EXPECT_NE(opened.error().message().en.find("another build"), std::string::npos);
  }
  EXPECT_EQ(state(), before);
}

TEST_F(Belonging, AReaderIsToldOfAVaultThatCannotBeRead) {
  make(3);
  add(1);  // another opening, so that keys lie in tables
  const auto whole = home / "whole";
  copy(place, whole);
  std::vector<std::string> tables;
  for (const auto& file : fs::directory_iterator(place / "vault"))
    if (file.path().extension() == ".sst") tables.push_back(file.path().filename().string());
  ASSERT_FALSE(tables.empty());
  for (const auto& table : tables)
    for (const std::streamoff from_end : {2, 40}) {  // its footer, what the footer points to
      copy(whole, place);
      const auto file = place / "vault" / table;
      flip(file, static_cast<std::streamoff>(fs::file_size(file)) - from_end);
      const auto opened = read("memory:mine");
      if (!opened) {
        EXPECT_EQ(opened.error().code(), ErrorCode::damaged) << opened.error().message().en;
        continue;
      }
      for (int child = 0; child < 4; ++child) {
        const auto tag =
            (*opened)->vault().find_lookup_tag("card", "child" + std::to_string(child));
        EXPECT_TRUE(!tag || tag->has_value()) << table << " " << child;
      }
    }
}

TEST_F(Belonging, VerifyLooksAtEveryKeyAndEverySealedPart) {
  make(3);
  {
    auto system = take(open());
    const auto found = take(system->vault().verify(system->ledger()));
    EXPECT_EQ(found.tokens, 3u);
    EXPECT_EQ(found.findings_total, 0u);
    // Long enough that it goes into a table of its own on closing.
    for (int i = 0; i < 200; ++i)
      must(system->vault().remember("area", std::to_string(i), std::string(1000, 'x')));
    must(system->vault().make_durable());
    must(system->close());
  }
  take(open());
  const auto table = file_of("vault", ".sst");
  flip(table, static_cast<std::streamoff>(fs::file_size(table) / 3));
  auto system = open();
  if (!system) {
    EXPECT_EQ(system.error().code(), ErrorCode::damaged);
    return;
  }
  const auto found = take((*system)->vault().verify((*system)->ledger()));
  EXPECT_GT(found.findings_total, 0u);
}

}  // namespace
}  // namespace taizhang
