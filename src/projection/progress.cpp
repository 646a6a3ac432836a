#include "projection/progress.hpp"

#include "projection/bytes.hpp"

namespace taizhang::projection {

std::string progress_key(std::string_view projection) {
  return "projection/" + std::string(projection);
}

std::string encode_progress(const Progress& progress) {
  std::string out;
  put_varint(out, progress.version);
  put_id(out, progress.shape);
  put_varint(out, progress.generation);
  put_id(out, progress.ledger);
  put_varint(out, progress.position);
  out.append(progress.root.begin(), progress.root.end());
  put_varint(out, progress.tables.size());
  for (const auto& table : progress.tables) {
    put_bytes(out, table.view);
    put_varint(out, table.slot);
    put_varint(out, table.rows);
  }
  return out;
}

std::optional<Progress> decode_progress(std::string_view bytes) {
  Progress progress;
  ByteReader in(bytes);
  progress.version = static_cast<std::uint32_t>(in.varint());
  progress.shape.bytes = in.fixed<decltype(progress.shape.bytes)>();
  progress.generation = static_cast<std::uint32_t>(in.varint());
  progress.ledger.bytes = in.fixed<decltype(progress.ledger.bytes)>();
  progress.position = in.varint();
  progress.root = in.fixed<Hash>();
  for (std::uint64_t tables = in.varint(); tables > 0 && in.ok(); --tables) {
    Progress::TableState table;
    table.view = in.bytes();
    table.slot = static_cast<Slot>(in.varint());
    table.rows = in.varint();
    progress.tables.push_back(std::move(table));
  }
  if (!in.at_end()) return std::nullopt;
  return progress;
}

}  // namespace taizhang::projection
