#include "projection/spool.hpp"

#include <algorithm>
#include <array>

#include "projection/bytes.hpp"

namespace taizhang::projection {
namespace {

// Two blocks for every part should fit, or the store gets a few bytes of each at a time.
std::size_t block_bytes_for(std::size_t writer_bytes, unsigned parts) {
  return std::clamp<std::size_t>(writer_bytes / parts / 2, 64, 4096);
}
constexpr std::size_t slab_blocks = 256;

constexpr std::uint8_t has_date = 1, has_target = 2;

void put_fixed(std::string& out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(value >> shift));
}
std::uint64_t fixed_of(ByteReader& in) {
  std::uint64_t value = 0;
  const auto bytes = in.fixed<std::array<std::uint8_t, 8>>();
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

void encode(const RecordedEvent& event, bool with_sealed, std::string& out) {
  out.clear();
  out.push_back(
      static_cast<char>((event.effective_on ? has_date : 0) | (event.target ? has_target : 0)));
  put_varint(out, event.position);
  put_fixed(out, static_cast<std::uint64_t>(event.recorded_at.microseconds));
  put_id(out, event.id);
  put_bytes(out, event.type);
  put_varint(out, event.version);
  if (event.effective_on) put_varint(out, static_cast<std::uint32_t>(event.effective_on->days));
  if (event.target) {
    put_varint(out, event.target->position);
    put_bytes(out, event.target->type);
    put_varint(out, event.target->version);
  }
  put_varint(out, event.tags.size());
  for (const std::string_view tag : event.tags) put_bytes(out, tag);
  put_bytes(out, event.clear);
  put_varint(out, with_sealed ? event.sealed.size() : 0);
  if (!with_sealed) return;
  for (const auto& part : event.sealed) {
    put_bytes(out, part.subject);
    put_bytes(out, part.data_class);
    put_varint(out, part.key_version);
    put_bytes(out, part.nonce);
    put_bytes(out, part.ciphertext);
  }
}

// Reuses the vectors of `event`.
void decode(ByteReader& in, RecordedEvent& event) {
  const std::uint8_t has = in.byte();
  event.position = in.varint();
  event.recorded_at.microseconds = static_cast<std::int64_t>(fixed_of(in));
  event.id.bytes = in.fixed<decltype(event.id.bytes)>();
  event.type = in.bytes();
  event.version = static_cast<std::uint32_t>(in.varint());
  event.effective_on.reset();
  if ((has & has_date) != 0)
    event.effective_on = Date{static_cast<std::int32_t>(static_cast<std::uint32_t>(in.varint()))};
  event.target.reset();
  if ((has & has_target) != 0) {
    event.target = RecordedEvent::TargetView{};
    event.target->position = in.varint();
    event.target->type = in.bytes();
    event.target->version = static_cast<std::uint32_t>(in.varint());
  }
  event.tags.clear();
  for (std::uint64_t tags = in.varint(); tags > 0 && in.ok(); --tags)
    event.tags.push_back(in.bytes());
  event.clear = in.bytes();
  event.sealed.clear();
  for (std::uint64_t parts = in.varint(); parts > 0 && in.ok(); --parts) {
    auto& part = event.sealed.emplace_back();
    part.subject = in.bytes();
    part.data_class = in.bytes();
    part.key_version = static_cast<std::uint32_t>(in.varint());
    part.nonce = in.bytes();
    part.ciphertext = in.bytes();
  }
}

std::string part_key(Slot slot, unsigned part) { return slot_key(slot, slot_key(part)); }

Result<> visit_all(std::string_view bytes,
                   const std::function<Result<>(const RecordedEvent&)>& visit) {
  ByteReader in(bytes);
  RecordedEvent event;
  while (in.ok() && !in.at_end()) {
    decode(in, event);
    if (in.ok()) TAIZHANG_CHECK(visit(event));
  }
  if (in.ok()) return {};
  return Error(ErrorCode::damaged,
               {"events that were put aside for a build of views are damaged; reset the views",
                "为构建视图而暂存的事件已损坏；请重置视图"});
}

}  // namespace

Spool::Spool(KeyValue* store, TakeSlot take_slot, unsigned parts, unsigned writers,
             std::size_t budget_bytes)
    : store_(store),
      take_slot_(std::move(take_slot)),
      block_bytes_(block_bytes_for(budget_bytes / writers, parts)),
      writer_blocks_max_(budget_bytes / writers / block_bytes_),
      writers_(writers) {
  for (Writer& writer : writers_) writer.parts.resize(parts);
}

void Spool::append(Writer& writer, Part& part, std::string_view bytes) const {
  while (!bytes.empty()) {
    if (part.left == 0) {
      if (writer.free.empty()) {
        char* slab = writer.slabs.emplace_back(new char[slab_blocks * block_bytes_]).get();
        for (std::size_t i = slab_blocks; i-- > 0;) writer.free.push_back(slab + i * block_bytes_);
      }
      part.blocks.push_back(writer.free.back());
      part.left = block_bytes_;
      writer.free.pop_back();
      ++writer.blocks;
    }
    const std::size_t size = std::min(part.left, bytes.size());
    std::copy_n(bytes.begin(), size, part.blocks.back() + block_bytes_ - part.left);
    part.left -= size;
    bytes.remove_prefix(size);
  }
}

std::string Spool::bytes_of(const Part& part) const {
  std::string bytes;
  bytes.reserve(part.blocks.size() * block_bytes_);
  for (const char* block : part.blocks) bytes.append(block, block_bytes_);
  bytes.resize(bytes.size() - part.left);
  return bytes;
}

void Spool::empty(Writer& writer, Part& part) {
  writer.blocks -= part.blocks.size();
  writer.free.insert(writer.free.end(), part.blocks.begin(), part.blocks.end());
  part = {};
}

Result<> Spool::add(unsigned number, const RecordedEvent& event, bool with_sealed,
                    const std::vector<unsigned>& parts) {
  Writer& writer = writers_[number];
  encode(event, with_sealed, writer.record);
  for (const unsigned part : parts) append(writer, writer.parts[part], writer.record);
  if (store_ == nullptr || writer.blocks <= writer_blocks_max_) return {};
  return store(writer);
}

Result<> Spool::store(Writer& writer) {
  const Slot slot = take_slot_();
  unsigned part = 0;
  TAIZHANG_CHECK(store_->load_sorted(rows_space, [&](std::string& key, std::string& value) {
    while (part < writer.parts.size() && writer.parts[part].blocks.empty()) ++part;
    if (part == writer.parts.size()) return false;
    key = part_key(slot, part);
    value = bytes_of(writer.parts[part]);
    empty(writer, writer.parts[part++]);
    return true;
  }));
  writer.slots.push_back(slot);
  return {};
}

Result<> Spool::finish() {
  const bool all_in_memory = std::all_of(writers_.begin(), writers_.end(),
                                         [](const Writer& one) { return one.slots.empty(); });
  if (all_in_memory) return {};
  for (Writer& writer : writers_) {
    TAIZHANG_CHECK(store(writer));
    stored_.insert(stored_.end(), writer.slots.begin(), writer.slots.end());
  }
  writers_.clear();
  return {};
}

Result<> Spool::read(unsigned part,
                     const std::function<Result<>(const RecordedEvent&)>& visit) const {
  for (const Writer& writer : writers_)
    TAIZHANG_CHECK(visit_all(bytes_of(writer.parts[part]), visit));
  for (const Slot slot : stored_) {
    TAIZHANG_TRY(const auto value, store_->get(rows_space, part_key(slot, part)));
    if (value) TAIZHANG_CHECK(visit_all(value->view(), visit));
  }
  return {};
}

}  // namespace taizhang::projection
