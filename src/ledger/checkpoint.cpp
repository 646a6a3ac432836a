#include "taizhang/checkpoint.hpp"

#include <charconv>

#include "ledger/errors.hpp"

namespace taizhang {
namespace {

Error refuse(std::string_view text) {
  const std::string shown(text.substr(0, 200));
  return core::invalid("\"" + shown +
                           "\" is no checkpoint: LEDGER:POSITION:ROOT, as the ledger gave it (26 "
                           "characters, a number, 64 hex digits), or 0 for the beginning.",
                       "“" + shown +
                           "”不是检查点：应为台账给出的 LEDGER:POSITION:ROOT（26 "
                           "个字符、数字、64 位十六进制），或以 0 表示开头。");
}

bool parse_root(std::string_view text, Hash& root) {
  if (text.size() != 2 * root.size()) return false;
  for (std::size_t i = 0; i < root.size(); ++i) {
    const auto* first = text.data() + 2 * i;
    const auto [end, failure] = std::from_chars(first, first + 2, root[i], 16);
    if (failure != std::errc() || end != first + 2) return false;
  }
  return true;
}

}  // namespace

std::string Checkpoint::to_string() const {
  if (is_beginning()) return "0";
  return ledger.to_string() + ":" + std::to_string(position) + ":" + to_hex(root);
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
  if (text == "0") return Checkpoint{};
  const auto first = text.find(':');
  const auto second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (second == std::string_view::npos) return refuse(text);
  return parse(text.substr(0, first), text.substr(first + 1, second - first - 1),
               text.substr(second + 1));
}

Result<Checkpoint> Checkpoint::parse(std::string_view ledger, std::string_view position,
                                     std::string_view root) {
  const auto whole = [&] {
    return std::string(ledger) + ":" + std::string(position) + ":" + std::string(root);
  };
  Checkpoint out;
  auto id = Id::parse(ledger);
  if (!id) return refuse(whole());
  out.ledger = *id;
  const auto* end = position.data() + position.size();
  const auto [at, failure] = std::from_chars(position.data(), end, out.position);
  if (failure != std::errc() || at != end) return refuse(whole());
  if (!parse_root(root, out.root)) return refuse(whole());
  return out;
}

}  // namespace taizhang
