#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "ledger/tree.hpp"
#include "taizhang/hash.hpp"

namespace taizhang::testing {
namespace {

std::string from_base64(const std::string& text) {
  std::string out(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  EXPECT_EQ(size, static_cast<int>(out.size())) << text;
  for (auto end = text.size(); end > 0 && text[end - 1] == '='; --end) out.pop_back();
  return out;
}

/// Some vectors bear roots of another length, which this API cannot express; the hash
/// of such a value stands for it, and is as different from any other as it is.
Hash hash_of(const std::string& base64) {
  const auto bytes = from_base64(base64);
  Hash hash{};
  if (bytes.size() != hash.size()) return sha256({bytes});
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

std::vector<Hash> hashes_of(const std::vector<std::string>& lines) {
  std::vector<Hash> hashes;
  for (const auto& line : lines) hashes.push_back(hash_of(line));
  return hashes;
}

std::vector<nlohmann::json> vectors(const std::string& name) {
  std::ifstream file(std::string(TAIZHANG_SOURCE_DIR) + "/tests/vectors/" + name);
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

Hash hash_in(const nlohmann::json& vector, const char* member) {
  const auto& value = vector.at(member);
  return hash_of(value.is_null() ? std::string() : value.get<std::string>());
}

std::vector<Hash> proof_in(const nlohmann::json& vector) {
  if (vector.at("proof").is_null()) return {};
  return hashes_of(vector.at("proof").get<std::vector<std::string>>());
}

TEST(TreeVerify, AgreesWithTheOfficialInclusionVectors) {
  const auto all = vectors("merkle-inclusion.ndjson");
  ASSERT_EQ(all.size(), 98U);
  int asked = 0;
  for (const auto& vector : all) {
    // A leaf hash of another length is refused by its type.
    if (from_base64(vector.at("leafHash").get<std::string>()).size() != sizeof(Hash)) {
      EXPECT_TRUE(vector.at("wantErr").get<bool>()) << vector.at("file");
      continue;
    }
    ++asked;
    const bool holds = verify_inclusion(
        hash_in(vector, "leafHash"), vector.at("leafIdx").get<std::uint64_t>(),
        vector.at("treeSize").get<std::uint64_t>(), proof_in(vector), hash_in(vector, "root"));
    EXPECT_EQ(holds, !vector.at("wantErr").get<bool>()) << vector.at("file");
  }
  EXPECT_EQ(asked, 87);
}

TEST(TreeVerify, AgreesWithTheOfficialConsistencyVectors) {
  const auto all = vectors("merkle-consistency.ndjson");
  ASSERT_EQ(all.size(), 98U);
  for (const auto& vector : all) {
    const bool holds = verify_consistency(
        vector.at("size1").get<std::uint64_t>(), hash_in(vector, "root1"),
        vector.at("size2").get<std::uint64_t>(), hash_in(vector, "root2"), proof_in(vector));
    EXPECT_EQ(holds, !vector.at("wantErr").get<bool>()) << vector.at("file");
  }
}

struct KnownTree {
  std::vector<Hash> leaves;
  std::vector<Hash> roots;
  KnownTree() {
    using namespace std::string_view_literals;
    core::Frontier frontier;
    roots.push_back(frontier.root());
    for (const auto entry :
         {""sv, "\x00"sv, "\x10"sv, "\x20\x21"sv, "\x30\x31"sv, "\x40\x41\x42\x43"sv,
          "\x50\x51\x52\x53\x54\x55\x56\x57"sv,
          "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"sv}) {
      leaves.push_back(leaf_hash(entry));
      frontier.append(leaves.back());
      roots.push_back(frontier.root());
    }
  }
};

// The proofs that the Certificate Transparency code bases publish over the tree whose roots
// tree_test.cpp holds.
TEST(TreeVerify, TakesTheProofsOverTheOfficialTree) {
  const KnownTree tree;
  const auto five_of_eight = hashes_of({"vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
                                        "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
                                        "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc="});
  const auto one_of_five = hashes_of({"bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=",
                                      "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
                                      "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms="});
  EXPECT_TRUE(verify_inclusion(tree.leaves[5], 5, 8, five_of_eight, tree.roots[8]));
  EXPECT_TRUE(verify_inclusion(tree.leaves[1], 1, 5, one_of_five, tree.roots[5]));
  EXPECT_FALSE(verify_inclusion(tree.leaves[5], 4, 8, five_of_eight, tree.roots[8]));
  EXPECT_FALSE(verify_inclusion(tree.leaves[4], 5, 8, five_of_eight, tree.roots[8]));

  const auto six_to_eight = hashes_of({"DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=",
                                       "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
                                       "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc="});
  const auto two_to_five = hashes_of({"Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
                                      "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms="});
  EXPECT_TRUE(verify_consistency(6, tree.roots[6], 8, tree.roots[8], six_to_eight));
  EXPECT_TRUE(verify_consistency(2, tree.roots[2], 5, tree.roots[5], two_to_five));
  EXPECT_FALSE(verify_consistency(5, tree.roots[6], 8, tree.roots[8], six_to_eight));
  EXPECT_FALSE(verify_consistency(6, tree.roots[5], 8, tree.roots[8], six_to_eight));
}

TEST(TreeVerify, AnEmptyTreeShowsNothing) {
  const KnownTree tree;
  EXPECT_FALSE(verify_consistency(0, tree.roots[0], 5, tree.roots[5], {}));
  EXPECT_FALSE(verify_consistency(0, tree.roots[0], 0, tree.roots[0], {}));
  EXPECT_FALSE(verify_inclusion(tree.roots[0], 0, 0, {}, tree.roots[0]));
  EXPECT_TRUE(verify_inclusion(tree.leaves[0], 0, 1, {}, tree.roots[1]));
  EXPECT_TRUE(verify_consistency(5, tree.roots[5], 5, tree.roots[5], {}));
  EXPECT_FALSE(verify_consistency(5, tree.roots[5], 5, tree.roots[4], {}));
}

// What anybody can make of a recorded event is what the ledger took into its tree.
TEST(TreeVerify, TheEntryOfARecordedEventIsTheWorkedExampleOfTheFormat) {
  NewEvent given;
  given.id.bytes.fill(1);
  given.type = "t";
  given.tags = {"a"};
  given.clear = "hi";
  std::string bytes;
  const auto event = as_recorded(given, 1, Timestamp{1'000'000}, bytes);
  std::string hex;
  for (const char c : tree_entry(event)) {
    static constexpr char digits[] = "0123456789abcdef";
    hex.push_back(digits[static_cast<std::uint8_t>(c) >> 4]);
    hex.push_back(digits[static_cast<std::uint8_t>(c) & 15]);
  }
  EXPECT_EQ(
      hex,
      "545a3031000000000000000100000000000f4240010101010101010101010101010101010000000000000001"
      "00000001194185793ff258f1444bd631e675409ef7f4af538a221e41e501d50ee1ca5092");
  EXPECT_EQ(to_hex(leaf_of(event)),
            "eb6a115e9b715daf8e8c1409fd5d40e86a3a93adfd8ebf5bb95371edc127c4e2");
}

}  // namespace
}  // namespace taizhang::testing
