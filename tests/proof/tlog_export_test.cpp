#include "taizhang/proof/tlog_export.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "ledger/plain_tree.hpp"
#include "proof/proof_fixture.hpp"
#include "proof/tiles.hpp"
#include "taizhang/proof/tlog_proof.hpp"

namespace taizhang::proof_tests {
namespace {

/// A checkpoint over the first `size` of the log, signed or not as it may be: exporting does not
/// look at signatures.
SignedCheckpoint checkpoint_of(const Ledger& ledger, std::uint64_t size,
                               const SigningKey& key = take(SigningKey::generate("log.example"))) {
  TreeHead head{key.name(), size, take(ledger.root_at(size)), {}};
  SignedNote note{head.format(), {take(sign(key, head.format()))}};
  return {std::move(note), std::move(head)};
}

std::map<std::string, std::string> files_in(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& file : fs::recursive_directory_iterator(folder))
    if (file.is_regular_file())
      files[fs::relative(file.path(), folder).string()] = read(file.path());
  return files;
}

/// The files that tlog-tiles asks for, made from the definitions.
std::map<std::string, std::string> expected(const Ledger& ledger, const SignedCheckpoint& of) {
  std::map<std::string, std::string> files{{"checkpoint", of.note.format()}};
  std::vector<Hash> hashes;
  auto reader = take(ledger.read(Query::all(), {.last = of.head.size}));
  std::map<std::uint64_t, std::string> bundles;
  for (const auto* event = take(reader.next()); event != nullptr; event = take(reader.next())) {
    const auto entry = tree_entry(*event);
    bundles[(event->position - 1) / 256] +=
        std::string("\0\x50", 2) + std::string(entry.data(), entry.size());
    hashes.push_back(leaf_of(*event));
  }
  for (const auto& [number, bytes] : bundles)
    files[proof::tile_path("entries", number, bytes.size() / 82)] = bytes;
  for (int level = 0; !hashes.empty(); ++level) {
    std::vector<Hash> above;
    for (std::size_t first = 0; first < hashes.size(); first += 256) {
      const auto width = std::min<std::size_t>(256, hashes.size() - first);
      std::string bytes;
      testing::PlainTree tile;
      for (std::size_t i = first; i < first + width; ++i) {
        bytes.append(view(hashes[i]));
        tile.add(hashes[i]);
      }
      files[proof::tile_path(std::to_string(level), first / 256, width)] = bytes;
      if (width == 256) above.push_back(tile.root(256));
    }
    hashes = above;
  }
  return files;
}

TestLog& grow_fast(TestLog& log, std::uint64_t size) {
  while (log->head().position < size) {
    std::vector<NewEvent> commit;
    for (auto at = log->head().position; commit.size() < 1000 && at + commit.size() < size;)
      commit.push_back(
          testing::event(static_cast<std::uint32_t>(at + commit.size() + 1), "t", {"a"}));
    take(log->append(commit));
  }
  return log;
}

TEST(TlogExport, NamesTilesAsTheSpecificationDoes) {
  EXPECT_EQ(proof::tile_path("0", 1234067, 256), "tile/0/x001/x234/067");
  EXPECT_EQ(proof::tile_path("entries", 0, 1), "tile/entries/000.p/1");
  EXPECT_EQ(proof::tile_path("1", 1000, 17), "tile/1/x001/000.p/17");
}

TEST(TlogExport, HasExactlyTheFilesOfItsSize) {
  TestLog log;
  for (const std::uint64_t size : {0U, 1U, 2U, 255U, 256U, 257U, 600U, 4000U}) {
    SCOPED_TRACE(size);
    const Folder folder;
    const auto checkpoint = checkpoint_of(*grow_fast(log, size), size);
    const auto done = export_tlog(*log, folder / "out", checkpoint);
    ASSERT_OK(done);
    EXPECT_EQ(done->size, size);
    EXPECT_EQ(done->written, size);
    EXPECT_TRUE(files_in(folder / "out") == expected(*log, checkpoint));
  }
}

TEST(TlogExport, OfThreeLevels) {
  TestLog log;
  grow_fast(log, 70'000);
  const Folder folder;
  const auto checkpoint = checkpoint_of(*log, 70'000);
  ASSERT_OK(export_tlog(*log, folder / "out", checkpoint));
  const auto files = files_in(folder / "out");
  EXPECT_TRUE(files == expected(*log, checkpoint));
  EXPECT_EQ(files.at("tile/0/273.p/112").size(), 112 * 32U);
  EXPECT_EQ(files.at("tile/1/001.p/17").size(), 17 * 32U);
  EXPECT_EQ(files.at("tile/2/000.p/1").size(), 32U);
}

TEST(TlogExport, IsExtendedAndReadsOnlyWhatIsNew) {
  TestLog log;
  const Folder folder;
  std::uint64_t before = 0;
  for (const std::uint64_t size : {300U, 300U, 512U, 700U, 1600U}) {
    const auto checkpoint = checkpoint_of(*grow_fast(log, size), size);
    const auto done = export_tlog(*log, folder / "out", checkpoint);
    ASSERT_OK(done);
    EXPECT_EQ(done->written, size - before / 256 * 256) << size;
    const auto files = files_in(folder / "out");
    for (const auto& [name, bytes] : expected(*log, checkpoint))
      EXPECT_TRUE(files.contains(name) && files.at(name) == bytes) << name;
    before = size;
  }
}

TEST(TlogExport, MendsABundleAndRefusesATileThatWasChanged) {
  TestLog log;
  grow_fast(log, 1000);
  const Folder folder;
  const auto checkpoint = checkpoint_of(*log, 1000);
  ASSERT_OK(export_tlog(*log, folder / "out", checkpoint));
  const auto good = files_in(folder / "out");
  for (const std::string name : {"tile/entries/001", "tile/0/001"}) {
    auto bytes = good.at(name);
    bytes[100] ^= 1;
    write(folder / ("out/" + name), bytes);
    const auto done = export_tlog(*log, folder / "out", checkpoint);
    ASSERT_OK(done);
    EXPECT_EQ(done->written, 1000 - 256U) << "from the first that is not good";
    EXPECT_TRUE(files_in(folder / "out") == good);
  }
  // Bundle and tile changed alike: only the root tells.
  auto bundle = good.at("tile/entries/001");
  bundle[100] ^= 1;
  auto tile = good.at("tile/0/001");
  const Hash leaf = leaf_hash(std::string_view(bundle).substr(82 + 2, 80));
  tile.replace(32, 32, view(leaf));
  write(folder / "out/tile/entries/001", bundle);
  write(folder / "out/tile/0/001", tile);
  const auto refused = export_tlog(*log, folder / "out", checkpoint);
  EXPECT_CODE(refused, ErrorCode::damaged);
  EXPECT_EQ(refused.error().detail("signed_root"), to_hex(checkpoint.head.root));
}

TEST(TlogExport, RefusesWhatIsNotThisLog) {
  TestLog log, fork;
  grow_fast(log, 600);
  fork.grow(500).grow(600, "other");
  const auto key = take(SigningKey::generate("log.example"));
  const auto checkpoint = checkpoint_of(*log, 600, key);
  const Folder folder;
  const auto forked = export_tlog(*fork, folder / "none", checkpoint);
  EXPECT_CODE(forked, ErrorCode::damaged);
  EXPECT_NE(forked.error().message().en.find("600"), std::string::npos);
  EXPECT_NE(forked.error().message().en.find(to_hex(checkpoint.head.root)), std::string::npos);
  EXPECT_NE(forked.error().message().en.find(to_hex(fork->head().root)), std::string::npos);
  EXPECT_FALSE(fs::exists(folder / "none")) << "nothing is written that was refused";

  ASSERT_OK(export_tlog(*log, folder / "out", checkpoint));
  const auto before = files_in(folder / "out");
  EXPECT_CODE(export_tlog(*log, folder / "out", checkpoint_of(*log, 599, key)),
              ErrorCode::already_exists);
  EXPECT_CODE(export_tlog(*fork, folder / "out", checkpoint_of(*fork, 600, key)),
              ErrorCode::already_exists);
  EXPECT_CODE(export_tlog(*log, folder / "out",
                          checkpoint_of(*log, 600, take(SigningKey::generate("other.example")))),
              ErrorCode::already_exists);
  EXPECT_TRUE(files_in(folder / "out") == before);
}

// By a program that shares nothing with this one.
TEST(TlogExport, IsCheckedByVerifyTlogOverBothStores) {
  for (const std::string scheme : {"memory", "rocksdb"}) {
    testing::Place place(scheme);
    const auto ledger = take(place.create());
    for (std::uint32_t number = 0; number < 1300;) {
      std::vector<NewEvent> commit;
      for (std::uint32_t i = 0; i <= number % 50; ++i)
        commit.push_back(testing::event(++number, "t", {"a"}));
      take(ledger->append(commit));
      if (number > 700 && number < 760) take(ledger->seal());
    }
    const auto key = take(SigningKey::generate("log.example"));
    const auto checkpoint = checkpoint_of(*ledger, ledger->head().position, key);
    const Folder folder;
    take(export_tlog(*ledger, folder / "out", checkpoint));
    write(folder / "receipt",
          take(receipts(*ledger, std::vector<Position>{700}, checkpoint)).front().format());
    const auto check = [&] {
      return std::system(("python3 -B " TAIZHANG_SOURCE_DIR "/tools/verify_tlog.py '" +
                          (folder / "out") + "' --key '" + key.verifier().text() + "' --proof '" +
                          (folder / "receipt") + "' >/dev/null")
                             .c_str());
    };
    EXPECT_EQ(check(), 0) << scheme;
    auto bytes = read(folder / "out/tile/entries/002");
    bytes[82 * 5 + 40] ^= 1;
    write(folder / "out/tile/entries/002", bytes);
    EXPECT_NE(check(), 0) << scheme;
  }
}

// Without the checkpoint, which comes last, nothing that lies there counts.
TEST(TlogExport, AnInterruptedOneIsWrittenAnew) {
  TestLog log;
  grow_fast(log, 700);
  const Folder folder;
  const auto checkpoint = checkpoint_of(*log, 700);
  fs::create_directories(folder / "out/tile/0");
  write(folder / "out/tile/0/000", std::string(8192, 'x'));
  const auto done = export_tlog(*log, folder / "out", checkpoint);
  ASSERT_OK(done);
  EXPECT_EQ(done->written, 700U);
  EXPECT_TRUE(files_in(folder / "out") == expected(*log, checkpoint));
}

}  // namespace
}  // namespace taizhang::proof_tests
