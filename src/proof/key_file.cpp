#include "proof/key_file.hpp"

#include "proof/files.hpp"

namespace taizhang::proof {

Error bad_line(const std::string& path, std::size_t line) {
  const std::string number = std::to_string(line);
  return Error(ErrorCode::damaged,
               {path + ", line " + number + " is not what this file holds. Restore it from a copy.",
                path + " 第 " + number + " 行内容不符。请从副本恢复。"})
      .with("file", path)
      .with("line", number);
}

Result<std::optional<SigningKey>> read_key(const std::string& path) {
  TAIZHANG_TRY(const std::optional<SecretText> secret, read_secret(path));
  if (!secret) return std::optional<SigningKey>();
  std::string_view line = secret->text;
  if (line.ends_with('\n')) line.remove_suffix(1);
  auto key = SigningKey::parse(line);
  if (!key) return bad_line(path, 1);
  return std::optional<SigningKey>(*std::move(key));
}

Result<> write_key(const std::string& path, const SigningKey& key) {
  SecretText line = key.text();
  SecretText whole{std::string()};
  whole.text.reserve(line.text.size() + 1);  // growing would leave a copy behind
  whole.text.append(line.text).append("\n");
  return replace_file(path, whole.text, 0600);
}

Result<std::vector<VerifierKey>> read_vkeys(const std::string& path) {
  TAIZHANG_TRY(const std::optional<std::string> text, read_file(path));
  std::vector<VerifierKey> keys;
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    auto key = VerifierKey::parse(rest.substr(0, end));
    if (end == rest.npos || !key) return bad_line(path, keys.size() + 1);
    keys.push_back(*std::move(key));
    rest.remove_prefix(end + 1);
  }
  return keys;
}

Result<> write_vkeys(const std::string& path, const std::vector<VerifierKey>& keys) {
  std::string text;
  for (const VerifierKey& key : keys) text += key.text() + "\n";
  return replace_file(path, text, 0644);
}

}  // namespace taizhang::proof
