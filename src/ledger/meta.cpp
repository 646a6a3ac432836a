#include "ledger/meta.hpp"

#include <algorithm>

#include "ledger/bytes.hpp"
#include "ledger/errors.hpp"
#include "ledger/opening.hpp"
#include "ledger_format_fingerprint.hpp"

namespace taizhang::core {

std::string_view format_fingerprint() { return TAIZHANG_FORMAT_FINGERPRINT; }

std::string encode_identity(const Identity& identity) {
  std::string out = "TZLG";
  put(out, format);
  out.append(reinterpret_cast<const char*>(identity.id.bytes.data()), identity.id.bytes.size());
  out.push_back(identity.simulated_clock ? '\1' : '\0');
  out.append(format_fingerprint());
  return with_checksum(out);
}

Result<Identity> decode_identity(std::string_view value) {
  const auto bytes = checked(value);
  Parser parser(bytes);
  const auto magic = parser.take(4);
  const auto found_format = parser.number<std::uint32_t>();
  const auto id = parser.take(16);
  const auto simulated = parser.number<std::uint8_t>();
  if (!parser.ok() || magic != "TZLG")
    return error(ErrorCode::damaged,
                 "The store's first entry is not that of a ledger, or is damaged. Check the "
                 "place, or restore it from a backup.",
                 "该存储的首项不是台账或已损坏。请核对位置,或从备份恢复。")
        .with("key", std::string(meta_key::ledger));
  if (found_format != format || parser.rest() != format_fingerprint()) {
    const auto theirs = std::to_string(found_format) + "/" + std::string(parser.rest());
    const auto ours = std::to_string(format) + "/" + std::string(format_fingerprint());
    return error(ErrorCode::unsupported,
                 "The ledger has format " + theirs + ", this build takes only " + ours +
                     ". Open it with the build that made it.",
                 "该台账的格式为 " + theirs + ",本程序只支持 " + ours +
                     "。请用创建它的程序版本打开。")
        .with("ledger_format", theirs)
        .with("build_format", ours);
  }
  Identity identity;
  std::copy_n(reinterpret_cast<const std::uint8_t*>(id.data()), 16, identity.id.bytes.begin());
  identity.simulated_clock = simulated != 0;
  return identity;
}

std::string encode_companion(std::uint64_t sequence) { return with_checksum(be64(sequence)); }

Result<std::uint64_t> read_companion(const KeyValue& store) {
  TAIZHANG_TRY(const auto value, store.get(keyspace::meta, meta_key::companion));
  if (!value) return 0;
  const auto bytes = checked(value->view());
  if (bytes.size() != sizeof(std::uint64_t)) return damaged_meta(meta_key::companion);
  return get<std::uint64_t>(bytes.data());
}

std::string encode_mark(const Mark& mark) {
  std::string out;
  put(out, mark.recorded_at.microseconds);
  mark.frontier.encode(out);
  return with_checksum(out);
}

std::optional<Mark> decode_mark(std::string_view value) {
  Parser parser(checked(value));
  Mark mark;
  mark.recorded_at.microseconds = parser.number<std::int64_t>();
  if (!parser.ok() || !Frontier::decode(parser.rest(), mark.frontier)) return std::nullopt;
  return mark;
}

}  // namespace taizhang::core
