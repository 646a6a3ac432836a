#include <fstream>

#include "tamper.hpp"

namespace taizhang::testing {
namespace {

namespace fs = std::filesystem;

/// One bit of one file of the store's folder, of every kind of file that there is.
class TamperFiles : public TamperTest {
 protected:
  static constexpr std::uint64_t seed = 41;

  void SetUp() override {
    TamperTest::SetUp();
    // Two more openings with events in between leave tables and a log that holds something.
    for (std::uint32_t round = 0; round < 2; ++round) {
      auto opened = place.open();
      ASSERT_OK(opened);
      place.clock->pass(1'000'000);
      ASSERT_OK((*opened)->append(std::vector{event(50'000 + round, "type1", {"school"})}));
      auto all = told_by(**opened, events);
      ASSERT_OK(all);
      told = *std::move(all);
    }
    ASSERT_TRUE(verified().holds());
    copy_ = place.name() + "-whole";
    fs::copy(place.name(), copy_, fs::copy_options::recursive);
  }
  static std::string kind_of(const std::string& file) {
    if (file.ends_with(".sst")) return "sst";
    if (file.ends_with(".log")) return "log";
    return file.substr(0, file.find('-'));
  }
  void restore() {
    fs::remove_all(place.name());
    fs::copy(copy_, place.name(), fs::copy_options::recursive);
  }
  void flip(const std::string& file, std::uint64_t bit) {
    std::fstream bytes(place.name() + "/" + file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(static_cast<std::streamoff>(bit / 8));
    const char byte = static_cast<char>(bytes.get() ^ (1 << (bit % 8)));
    bytes.seekp(static_cast<std::streamoff>(bit / 8));
    bytes.put(byte);
  }
  /// Whether it was found. If not, the ledger must answer as before.
  bool found_or_harmless() {
    StorageRegistry storage;
    storage.add("rocksdb", rocksdb_backend());
    const auto result = verify_ledger(storage, "rocksdb:" + place.name());
    if (!result) {
      // Its name is damaged: it is taken for no store, and nothing is read or served.
      EXPECT_TRUE(result.error().code() == ErrorCode::not_found ||
                  result.error().code() == ErrorCode::io_error ||
                  result.error().code() == ErrorCode::unsupported)
          << describe(result.error());
      return true;
    }
    if (!result->holds()) {
      EXPECT_FALSE(result->findings.empty());
      EXPECT_FALSE(sentences(*result).empty());
      return true;
    }
    auto opened = place.open();
    EXPECT_TRUE(opened.has_value()) << "verified, yet: " << describe(opened.error());
    if (!opened) return true;
    const auto now = told_by(**opened, events);
    EXPECT_TRUE(now.has_value() && *now == told) << "verified, yet it answers otherwise";
    return false;
  }

  std::string copy_;
};

TEST_P(TamperFiles, AFlippedBitIsFoundOrChangesNothing) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::map<std::string, std::vector<std::string>> files;
  for (const auto& file : fs::directory_iterator(copy_))
    if (file.file_size() > 0)
      files[kind_of(file.path().filename().string())].push_back(file.path().filename().string());
  for (auto& [kind, names] : files) std::sort(names.begin(), names.end());
  for (const char* kind : {"sst", "log", "MANIFEST", "CURRENT", "OPTIONS", "durable.mark"})
    ASSERT_TRUE(files.contains(kind)) << kind;
  std::map<std::string, std::pair<int, int>> counts;  // found, done
  for (const auto& [kind, names] : files) {
    for (int round = 0; round < 14; ++round) {
      const auto& name = names[random() % names.size()];
      const auto bit = random() % (fs::file_size(copy_ + "/" + name) * 8);
      SCOPED_TRACE(name + " bit " + std::to_string(bit));
      flip(name, bit);
      auto& [found, done] = counts[kind];
      ++done;
      found += found_or_harmless() ? 1 : 0;
      restore();
    }
  }
  for (const auto& [kind, count] : counts)
    std::cout << kind << ": " << count.first << " of " << count.second << " found\n";
  // Tables have a checksum over all of the file. A log's records have theirs; what lies between
  // them, and the last record, is zeros or may be cut short by any crash.
  EXPECT_EQ(counts["sst"].first, counts["sst"].second);
  EXPECT_GT(counts["log"].first, 0);
  EXPECT_GT(counts["MANIFEST"].first, 0);
}

TEST_P(TamperFiles, AFileThatIsGoneOrCutIsFoundOrChangesNothing) {
  std::vector<std::string> names;
  for (const auto& file : fs::directory_iterator(copy_))
    names.push_back(file.path().filename().string());
  std::sort(names.begin(), names.end());
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    fs::remove(place.name() + "/" + name);
    const bool gone = found_or_harmless();
    EXPECT_EQ(gone, name.ends_with(".sst") || kind_of(name) == "MANIFEST" || name == "CURRENT" ||
                        (name.ends_with(".log") && fs::file_size(copy_ + "/" + name) > 0));
    restore();
    const auto size = fs::file_size(copy_ + "/" + name);
    if (size < 2) continue;
    fs::resize_file(place.name() + "/" + name, size / 2);
    if (name.ends_with(".sst"))
      EXPECT_TRUE(found_or_harmless());
    else
      found_or_harmless();
    restore();
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, TamperFiles, ::testing::Values("rocksdb"),
                         [](const auto& store) { return std::string(store.param); });

}  // namespace
}  // namespace taizhang::testing
