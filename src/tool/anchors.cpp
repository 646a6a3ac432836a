#include "tool/anchors.hpp"

#include <charconv>
#include <filesystem>

#include "taizhang/audit/sample.hpp"
#include "taizhang/hash.hpp"
#include "taizhang/proof/checkpoint_store.hpp"
#include "tool/input_file.hpp"

namespace taizhang::tool {
namespace {

Result<TreeAnchor> from_paper(const std::string& text) {
  const auto refuse = [&] {
    return Error(
        ErrorCode::invalid_argument,
        {"\"" + text +
             "\" is not SIZE ROOT CHECK as on a printed checkpoint: a number, 64 digits of "
             "0-9 and a-f, and the check group of 4, spaces between as you like.",
         "“" + text +
             "”不是打印检查点上的“记录数 树根 校验组”:一个数字、64 位十六进制数字和 4 "
             "位校验组,其间可有空格。"});
  };
  TreeAnchor anchor;
  const auto [rest, bad] = std::from_chars(text.data(), text.data() + text.size(), anchor.size);
  std::string digits;
  for (const char* at = rest; at != text.data() + text.size(); ++at)
    if (*at != ' ' && *at != ':') digits.push_back(*at);
  if (bad != std::errc() || (digits.size() != 64 && digits.size() != 68)) return refuse();
  auto root = parse_root(digits.substr(0, 64));
  if (!root) return refuse();
  anchor.root = *root;
  const auto sum = to_hex(sha256({std::to_string(anchor.size) + ":" + to_hex(anchor.root)}));
  if (digits.size() == 68 && digits.substr(64) != sum.substr(0, 4))
    return Error(ErrorCode::invalid_argument,
                 {"The check group does not fit size and root: one of them was mistyped.",
                  "校验组与记录数、树根不符:请检查是否输错。"});
  anchor.label = "paper (" + std::to_string(anchor.size) + ")";
  return anchor;
}

/// The keys that sign what is held against: any that were given, else those that are known.
Result<TreeAnchor> from_file(const std::string& place, std::span<const VerifierKey> keys,
                             bool must_be_signed) {
  TAIZHANG_TRY(const auto bytes, read_file(place));
  auto head = SignedCheckpoint::parse(bytes);
  if (!head) return std::move(head).error().with("file", place);
  if (must_be_signed || !keys.empty()) {
    auto signatures = verify(head->note, keys);
    if (!signatures) return std::move(signatures).error().with("file", place);
  }
  return TreeAnchor{head->head.size, head->head.root, place};
}

std::vector<VerifierKey> of_type(const std::vector<VerifierKey>& keys, KeyType type) {
  std::vector<VerifierKey> some;
  for (const auto& key : keys)
    if (key.type() == type) some.push_back(key);
  return some;
}

}  // namespace

Result<Anchors> read_anchors(const AnchorOptions& options, const std::string& proof) {
  std::vector<VerifierKey> keys;
  for (const auto& text : options.keys) {
    TAIZHANG_TRY(auto key, VerifierKey::parse(text));
    keys.push_back(std::move(key));
  }
  StoredCheckpoints stored;
  std::error_code ignored;
  if (!proof.empty() && std::filesystem::exists(proof, ignored)) {
    TAIZHANG_TRY(stored, StoredCheckpoints::read(proof));
  }
  Anchors anchors;
  const auto add = [&](TreeAnchor anchor, bool from_outside) {
    anchors.heads.push_back(std::move(anchor));
    anchors.from_outside.push_back(from_outside);
  };
  for (const auto& place : options.checkpoints) {
    TAIZHANG_TRY(auto anchor, from_file(place, of_type(keys, KeyType::note), false));
    add(std::move(anchor), true);
  }
  auto witnesses = of_type(keys, KeyType::cosignature);
  if (witnesses.empty()) witnesses = stored.witnesses;
  for (const auto& place : options.witnessed) {
    TAIZHANG_TRY(auto anchor, from_file(place, witnesses, true));
    add(std::move(anchor), true);
  }
  for (const auto& text : options.papers) {
    TAIZHANG_TRY(auto anchor, from_paper(text));
    add(std::move(anchor), true);
  }
  if (stored.anchored)
    add({stored.anchored->head.size, stored.anchored->head.root, proof + "/anchored"}, true);
  if (stored.last)
    add({stored.last->head.size, stored.last->head.root, proof + "/checkpoint"}, false);
  return anchors;
}

}  // namespace taizhang::tool
