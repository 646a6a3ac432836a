#include "ledger/tree.hpp"

#include <gtest/gtest.h>

#include "ledger/bytes.hpp"
#include "taizhang/hash.hpp"

namespace taizhang::core {
namespace {

std::string bytes_of(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return out;
}

// The roots that the Certificate Transparency code bases publish for these leaves.
TEST(Tree, HasTheOfficialRoots) {
  const std::vector<std::string> leaves{"",
                                        "00",
                                        "10",
                                        "2021",
                                        "3031",
                                        "40414243",
                                        "5051525354555657",
                                        "606162636465666768696a6b6c6d6e6f"};
  const std::vector<std::string> roots{
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Frontier frontier;
  EXPECT_EQ(to_hex(frontier.root()), roots[0]);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    frontier.append(leaf_hash(bytes_of(leaves[i])));
    EXPECT_EQ(to_hex(frontier.root()), roots[i + 1]) << i + 1;
  }
}

TEST(Tree, HasTheKnownLeafAndLargerRoots) {
  EXPECT_EQ(to_hex(leaf_hash("L123456")),
            "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
  // A node's hash is the same function over shorter halves.
  EXPECT_EQ(to_hex(sha256({std::string_view("\1", 1), "N123", "N456"})),
            "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb");
  const auto frontier_of = [](std::uint32_t size) {
    Frontier frontier;
    for (std::uint32_t i = 0; i < size; ++i) {
      std::string leaf;
      put(leaf, i);
      frontier.append(leaf_hash(leaf));
    }
    return frontier;
  };
  EXPECT_EQ(to_hex(frontier_of(255).root()),
            "58f204dcc06ebcf29082c362701341df88ec3d5f338036c72a98894aaf69059d");
  EXPECT_EQ(to_hex(frontier_of(256).root()),
            "78cd7db3bbfa785ffefa21e1c0aa7d4806c6e22ad65472710377ecb7e5a5a54e");
  EXPECT_EQ(to_hex(frontier_of(257).root()),
            "086ce24d72dd8347eef9afbf95829379f67cee8f5d23cece828a2dae88729c8d");
  EXPECT_EQ(to_hex(frontier_of(1000).root()),
            "ed58fe22105717ceedf760a43eedfb173a60c44ef40fd61b6cd86bd4ebb59b61");
}

Hash reference_root(const std::vector<Hash>& leaves, std::size_t from, std::size_t size) {
  if (size == 1) return leaves[from];
  std::size_t left = 1;
  while (left * 2 < size) left *= 2;
  return node_hash(reference_root(leaves, from, left),
                   reference_root(leaves, from + left, size - left));
}

TEST(Tree, AgreesWithTheDefinitionAndSurvivesEncoding) {
  std::vector<Hash> leaves;
  Frontier frontier;
  for (std::uint32_t i = 0; i < 300; ++i) {
    leaves.push_back(leaf_hash(std::to_string(i)));
    frontier.append(leaves.back());
    ASSERT_EQ(frontier.root(), reference_root(leaves, 0, leaves.size())) << i;
    std::string encoded;
    frontier.encode(encoded);
    ASSERT_EQ(encoded.size(), Frontier::encoded_size(frontier.size()));
    Frontier decoded;
    ASSERT_TRUE(Frontier::decode(encoded, decoded));
    ASSERT_TRUE(decoded == frontier);
    frontier = decoded;
    ASSERT_FALSE(Frontier::decode(encoded + "x", decoded));
    ASSERT_FALSE(Frontier::decode(std::string_view(encoded).substr(1), decoded));
  }
}

}  // namespace
}  // namespace taizhang::core
