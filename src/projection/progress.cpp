#include "projection/progress.hpp"

#include "projection/bytes.hpp"

namespace taizhang::projection {
namespace {

constexpr std::uint64_t format = 4;

void put_totals(std::string& out, const Totals& totals) {
  for (const std::int64_t one :
       {totals.rows, totals.parked, totals.taken, totals.waiting, totals.left_out})
    put_varint(out, static_cast<std::uint64_t>(one));
}
Totals totals_of(ByteReader& in) {
  Totals totals;
  for (std::int64_t* one :
       {&totals.rows, &totals.parked, &totals.taken, &totals.waiting, &totals.left_out})
    *one = static_cast<std::int64_t>(in.varint());
  return totals;
}

void put_slots(std::string& out, const std::vector<Slot>& slots) {
  put_varint(out, slots.size());
  for (const Slot slot : slots) put_varint(out, slot);
}
std::vector<Slot> slots_of(ByteReader& in) {
  std::vector<Slot> slots;
  for (std::uint64_t count = in.varint(); count > 0 && in.ok(); --count)
    slots.push_back(static_cast<Slot>(in.varint()));
  return slots;
}

void put_bulk(std::string& out, const BulkState& bulk) {
  put_varint(out, bulk.end);
  if (bulk.end == 0) return;
  out.append(bulk.root.begin(), bulk.root.end());
  put_varint(out, bulk.parts);
  put_slots(out, bulk.spool);
  put_slots(out, bulk.runs);
  put_bytes(out, bulk.done);
}
BulkState bulk_of(ByteReader& in) {
  BulkState bulk;
  bulk.end = in.varint();
  if (bulk.end == 0) return bulk;
  bulk.root = in.fixed<Hash>();
  bulk.parts = static_cast<unsigned>(in.varint());
  bulk.spool = slots_of(in);
  bulk.runs = slots_of(in);
  bulk.done = in.bytes();
  return bulk;
}

}  // namespace

const Progress::TableState* Progress::table(std::string_view view) const {
  for (const TableState& one : tables)
    if (one.view == view) return &one;
  return nullptr;
}

std::vector<Slot> Progress::slots() const {
  std::vector<Slot> all;
  for (const TableState& one : tables)
    if (one.slot != 0) all.push_back(one.slot);
  for (const auto& more : {bulk.spool, bulk.runs}) all.insert(all.end(), more.begin(), more.end());
  return all;
}

Totals Progress::totals() const {
  Totals all;
  for (const TableState& one : tables) all += one.totals;
  return all;
}

std::string progress_key(std::string_view projection) {
  return "projection/" + std::string(projection);
}
std::string build_key(std::string_view projection) { return "build/" + std::string(projection); }
std::string announced_key(std::string_view projection) {
  return "announced/" + std::string(projection);
}
std::string cursor_key(std::string_view name) { return "cursor/" + std::string(name); }

std::string encode_place(const Checkpoint& place) {
  std::string out;
  put_id(out, place.ledger);
  put_varint(out, place.position);
  out.append(place.root.begin(), place.root.end());
  return out;
}

std::optional<Checkpoint> decode_place(std::string_view bytes) {
  ByteReader in(bytes);
  Checkpoint place;
  place.ledger.bytes = in.fixed<decltype(place.ledger.bytes)>();
  place.position = in.varint();
  place.root = in.fixed<Hash>();
  return in.at_end() ? std::optional(place) : std::nullopt;
}

std::string encode_progress(const Progress& progress) {
  std::string out;
  put_varint(out, format);
  put_varint(out, progress.version);
  put_id(out, progress.layout);
  put_id(out, progress.shape);
  put_varint(out, progress.generation);
  put_id(out, progress.ledger);
  put_varint(out, progress.position);
  out.append(progress.root.begin(), progress.root.end());
  put_varint(out, progress.paused ? 1 : 0);
  put_varint(out, progress.seen.touching);
  put_varint(out, progress.seen.deliveries);
  put_bulk(out, progress.bulk);
  put_varint(out, progress.tables.size());
  for (const auto& table : progress.tables) {
    put_bytes(out, table.view);
    put_varint(out, table.slot);
    put_totals(out, table.totals);
    put_bytes(out, table.sums);
    put_varint(out, table.sum_slices);
  }
  return out;
}

std::optional<Progress> decode_progress(std::string_view bytes) {
  Progress progress;
  ByteReader in(bytes);
  if (in.varint() != format) return std::nullopt;
  progress.version = static_cast<std::uint32_t>(in.varint());
  progress.layout.bytes = in.fixed<decltype(progress.layout.bytes)>();
  progress.shape.bytes = in.fixed<decltype(progress.shape.bytes)>();
  progress.generation = static_cast<std::uint32_t>(in.varint());
  progress.ledger.bytes = in.fixed<decltype(progress.ledger.bytes)>();
  progress.position = in.varint();
  progress.root = in.fixed<Hash>();
  progress.paused = in.varint() != 0;
  progress.seen.touching = in.varint();
  progress.seen.deliveries = in.varint();
  progress.bulk = bulk_of(in);
  for (std::uint64_t tables = in.varint(); tables > 0 && in.ok(); --tables) {
    Progress::TableState table;
    table.view = in.bytes();
    table.slot = static_cast<Slot>(in.varint());
    table.totals = totals_of(in);
    table.sums = in.bytes();
    table.sum_slices = in.varint();
    progress.tables.push_back(std::move(table));
  }
  if (!in.at_end()) return std::nullopt;
  return progress;
}

}  // namespace taizhang::projection
