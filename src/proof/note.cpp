#include "taizhang/proof/note.hpp"

#include "ledger/bytes.hpp"
#include "ledger/errors.hpp"
#include "ledger/utf8.hpp"
#include "proof/base64.hpp"
#include "proof/cosigned.hpp"

namespace taizhang {
namespace {

constexpr std::string_view dash = "\u2014 ";
constexpr std::size_t id_bytes = 4;

Error bad_note(const std::string& en, const std::string& zh) {
  return core::invalid("This is no signed note: " + en + ".", "这不是签名文本:" + zh + "。");
}

/// UTF-8, and no control character below U+0020 but newline.
bool is_note_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::uint32_t code = 0;
    const std::size_t size = core::character_at(text, at, code);
    if (size == 0 || (code < 0x20 && code != '\n')) return false;
    at += size;
  }
  return true;
}

Result<NoteSignature> parse_line(std::string_view line) {
  const auto refuse = [&] {
    return bad_note("\"" + std::string(line.substr(0, 80)) + "\" is no signature line",
                    "“" + std::string(line.substr(0, 80)) + "”不是签名行");
  };
  if (!line.starts_with(dash)) return refuse();
  line.remove_prefix(dash.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return refuse();
  const auto bytes = proof::from_base64(line.substr(space + 1));
  if (!is_key_name(line.substr(0, space)) || !bytes || bytes->size() <= id_bytes) return refuse();
  return NoteSignature{std::string(line.substr(0, space)), core::get<std::uint32_t>(bytes->data()),
                       bytes->substr(id_bytes)};
}

Result<> check_size(std::size_t bytes) {
  if (bytes <= note_bytes_max) return {};
  return core::over_limit("The length of a signed note in bytes", "签名文本的字节数", bytes,
                          note_bytes_max);
}

Result<> check_text(std::string_view text) {
  if (is_note_text(text)) return {};
  return bad_note("it must be UTF-8 without control characters", "应为不含控制字符的 UTF-8 文本");
}

}  // namespace

std::string NoteSignature::format() const {
  std::string data;
  core::put(data, key_id);
  data += bytes;
  return std::string(dash) + name + " " + proof::to_base64(data) + "\n";
}

Result<std::vector<NoteSignature>> NoteSignature::parse_lines(std::string_view lines) {
  TAIZHANG_CHECK(check_size(lines.size()));
  TAIZHANG_CHECK(check_text(lines));
  if (!lines.ends_with('\n'))
    return bad_note("its last line is cut short or no signature line is there",
                    "末行不完整或缺少签名行");
  std::vector<NoteSignature> signatures;
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    if (signatures.size() == note_signatures_max)
      return core::over_limit("The number of signatures of a note", "签名数",
                              note_signatures_max + 1, note_signatures_max);
    TAIZHANG_TRY(NoteSignature signature, parse_line(lines.substr(0, end)));
    signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return signatures;
}

Result<SignedNote> SignedNote::parse(std::string_view note) {
  TAIZHANG_CHECK(check_size(note.size()));
  TAIZHANG_CHECK(check_text(note));
  const auto blank = note.rfind("\n\n");
  if (blank == std::string_view::npos)
    return bad_note("no blank line separates text and signatures", "正文与签名之间缺少空行");
  TAIZHANG_TRY(auto signatures, NoteSignature::parse_lines(note.substr(blank + 2)));
  return SignedNote{std::string(note.substr(0, blank + 1)), std::move(signatures)};
}

std::string SignedNote::format() const {
  std::string note = text + "\n";
  for (const NoteSignature& signature : signatures) note += signature.format();
  return note;
}

Result<std::vector<VerifiedSignature>> verify(const SignedNote& note,
                                              std::span<const VerifierKey> keys) {
  std::vector<VerifiedSignature> verified;
  for (const NoteSignature& signature : note.signatures) {
    for (const VerifierKey& key : keys) {
      if (key.name() != signature.name || key.id() != signature.key_id) continue;
      std::optional<std::uint64_t> time;
      const bool holds = key.type() == KeyType::note
                             ? key.verifies(note.text, signature.bytes)
                             : proof::verifies_cosignature(key, note.text, signature.bytes, time);
      if (!holds)
        return core::error(ErrorCode::damaged,
                           "The signature of " + key.name() +
                               " does not hold: the text was altered or somebody else signed it. "
                               "Do not rely on it; get it anew from where it comes.",
                           key.name() +
                               " 的签名无效:文本被改动,或由他人签署。"
                               "请勿采信,并从原处重新取得。")
            .with("key", key.text());
      verified.push_back({key, time});
      break;
    }
  }
  if (!verified.empty()) return verified;
  return core::error(ErrorCode::not_found, "None of the keys that are trusted here signed this.",
                     "此处信任的密钥均未签署该文本。");
}

Result<NoteSignature> sign(const SigningKey& key, std::string_view text) {
  TAIZHANG_CHECK(check_size(text.size()));
  TAIZHANG_CHECK(check_text(text));
  if (!text.ends_with('\n'))
    return bad_note("its text does not end in a newline", "正文末尾缺少换行");
  if (key.verifier().type() != KeyType::note)
    return core::invalid("The key " + key.name() + " cosigns checkpoints and signs no notes.",
                         "密钥 " + key.name() + " 用于见证,不用于签名。");
  return NoteSignature{key.name(), key.verifier().id(), key.signature_of(text)};
}

}  // namespace taizhang
