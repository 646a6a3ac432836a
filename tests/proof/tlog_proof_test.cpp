#include "taizhang/proof/tlog_proof.hpp"

#include <gtest/gtest.h>

#include "proof/proof_fixture.hpp"
#include "taizhang/tree.hpp"

namespace taizhang::proof_tests {
namespace {

const std::string checkpoint_note = published::log_text + "\n" + published::log_line;

SignedCheckpoint checkpoint_over(const Ledger& ledger) {
  const auto key = take(SigningKey::generate("log.example"));
  TreeHead head{"log.example", ledger.head().position, ledger.head().root, {}};
  SignedNote note{head.format(), {take(sign(key, head.format()))}};
  return {std::move(note), std::move(head)};
}

// c2sp.org/tlog-proof, with the published checkpoint of eight entries and hashes of the official
// tree.
TEST(TlogProof, HasTheFormOfTheSpecification) {
  const std::string hashes =
      "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\n"
      "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=\n"
      "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=\n";
  for (const std::string extra : {"", "extra aGk=\n"}) {
    const auto text =
        "c2sp.org/tlog-proof@v1\n" + extra + "index 5\n" + hashes + "\n" + checkpoint_note;
    const auto proof = TlogProof::parse(text);
    ASSERT_OK(proof);
    EXPECT_EQ(proof->index, 5U);
    EXPECT_EQ(proof->extra, extra.empty() ? "" : "hi");
    EXPECT_EQ(proof->hashes.size(), 3U);
    EXPECT_EQ(proof->checkpoint.head.size, 8U);
    EXPECT_EQ(proof->format(), text);
  }
}

TEST(TlogProof, ProvesOfTheOfficialTreeTheEntryAlone) {
  auto proof =
      take(TlogProof::parse("c2sp.org/tlog-proof@v1\nindex 5\n"
                            "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\n"
                            "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=\n"
                            "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=\n\n" +
                            checkpoint_note));
  const auto root = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";
  for (std::size_t i = 0; i < 32; ++i)
    proof.checkpoint.head.root[i] =
        static_cast<std::uint8_t>(std::stoi(std::string(root).substr(2 * i, 2), nullptr, 16));
  EXPECT_TRUE(proof.proves("\x40\x41\x42\x43"));
  EXPECT_FALSE(proof.proves("\x40\x41\x42\x44"));
  proof.index = 4;
  EXPECT_FALSE(proof.proves("\x40\x41\x42\x43"));
}

TEST(TlogProof, RefusesOtherTexts) {
  const std::string hash = "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\n";
  const auto whole = "c2sp.org/tlog-proof@v1\nindex 5\n" + hash + "\n" + checkpoint_note;
  ASSERT_OK(TlogProof::parse(whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(TlogProof::parse(whole.substr(0, size)).has_value()) << size;
  std::string many;
  for (int i = 0; i < 64; ++i) many += hash;
  for (const auto& [was, is] :
       std::vector<std::pair<std::string, std::string>>{{"@v1", "@v2"},
                                                        {"index 5", "index 05"},
                                                        {"index 5", "index -5"},
                                                        {"index 5", "index 99999999999999999999"},
                                                        {"index 5", "extra aGk\nindex 5"},
                                                        {"index 5", "index 5\nindex 6"},
                                                        {"index 5", "index 5\nextra aGk="},
                                                        {hash, "\n" + hash},
                                                        {hash, hash.substr(4)},
                                                        {hash, many}}) {
    auto text = whole;
    text.replace(text.find(was), was.size(), is);
    EXPECT_CODE(TlogProof::parse(text), ErrorCode::invalid_argument);
  }
}

TEST(TlogProof, OfEveryPositionOfALog) {
  TestLog log;
  log.grow(600);
  take(log->seal());
  log.grow(700);
  const auto checkpoint = checkpoint_over(*log);
  log.grow(720, "later");
  std::vector<Position> positions;
  for (Position at = 1; at <= 700; at += 7) positions.push_back(at);
  const auto all = receipts(*log, positions, checkpoint);
  ASSERT_OK(all);
  ASSERT_EQ(all->size(), positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const auto& receipt = (*all)[i];
    // As whoever keeps it has it: a text, and nothing of the log.
    const auto kept = take(TlogProof::parse(receipt.format()));
    EXPECT_EQ(kept.index, positions[i] - 1);
    EXPECT_EQ(kept.extra.size(), 80U);
    EXPECT_TRUE(kept.proves(kept.extra));
    auto other = kept.extra;
    other[79] ^= 1;
    EXPECT_FALSE(kept.proves(other));
    auto proof = take(proof_of(*log, positions[i], checkpoint));
    EXPECT_TRUE(proof.extra.empty());
    EXPECT_EQ(proof.hashes, receipt.hashes);
  }
  EXPECT_CODE(proof_of(*log, 701, checkpoint), ErrorCode::not_found);
  EXPECT_CODE(proof_of(*log, 0, checkpoint), ErrorCode::not_found);
  const std::vector<Position> some{1, 701};
  EXPECT_CODE(receipts(*log, some, checkpoint), ErrorCode::not_found);
  TestLog fork;
  fork.grow(720, "fork");
  EXPECT_CODE(proof_of(*fork, 1, checkpoint), ErrorCode::damaged);
}

}  // namespace
}  // namespace taizhang::proof_tests
