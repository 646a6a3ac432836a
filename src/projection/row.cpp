#include "projection/row.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <tuple>

#include "projection/bytes.hpp"

namespace taizhang::projection {
namespace {

std::uint64_t zigzag(std::int32_t value) {
  return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(value)) << 1) ^
         (value < 0 ? 0x1'FFFF'FFFFULL : 0);
}
std::int32_t unzigzag(std::uint64_t value) {
  const auto half = static_cast<std::uint32_t>(value >> 1);
  return static_cast<std::int32_t>((value & 1) != 0 ? ~half : half);
}

void put_place(std::string& out, const Place& place) {
  put_varint(out, zigzag(place.effective_on.days));
  put_varint(out, place.position);
}
Place place(ByteReader& in) {
  Place read;
  read.effective_on.days = unzigzag(in.varint());
  read.position = in.varint();
  return read;
}

// What a row has, in its first byte.
constexpr std::uint8_t has_last = 1, has_message = 2, has_park = 4;

}  // namespace

void Row::reset() {
  last.reset();
  message.reset();
  kept.clear();
  park.reset();
  waiting = left_out = 0;
}

Row Row::copy() const {
  Row copy;
  copy.last = last;
  if (message) {
    copy.message.reset(message->New());
    copy.message->CopyFrom(*message);
  }
  copy.kept = kept;
  if (park) copy.park = std::make_unique<Park>(*park);
  copy.seen = seen;
  copy.taken = taken;
  copy.waiting = waiting;
  copy.left_out = left_out;
  return copy;
}

// A quarter more than the message's own count, for what the allocator takes.
std::size_t Row::memory() const {
  std::size_t bytes = sizeof(Row);
  if (message) bytes += message->SpaceUsedLong() / 4 * 5;
  for (const Kept& one : kept) {
    bytes += sizeof(Kept);
    for (const Sealed& part : one.parts) bytes += sizeof(Sealed) + part.ciphertext.size() + 96;
  }
  return bytes;
}

void Row::keep(Kept one) {
  const auto at = std::lower_bound(kept.begin(), kept.end(), one, [](const Kept& a, const Kept& b) {
    return std::tie(a.type, a.slot) < std::tie(b.type, b.slot);
  });
  const bool there = at != kept.end() && at->type == one.type && at->slot == one.slot;
  if (there && one.parts.empty())
    kept.erase(at);
  else if (there)
    *at = std::move(one);
  else if (!one.parts.empty())
    kept.insert(at, std::move(one));
}

std::string encode_row(const Row& row) {
  std::string out;
  out.push_back(static_cast<char>((row.last ? has_last : 0) | (row.message ? has_message : 0) |
                                  (row.park ? has_park : 0)));
  put_varint(out, row.seen);
  put_varint(out, row.taken);
  put_varint(out, row.left_out);
  if (row.last) put_place(out, *row.last);
  if (row.park) {
    put_varint(out, row.waiting);
    put_place(out, row.park->place);
    put_bytes(out, row.park->type);
    put_bytes(out, row.park->reason);
  }
  if (!row.message) return out;
  const std::size_t size = row.message->ByteSizeLong();
  put_varint(out, size);
  const std::size_t at = out.size();
  out.resize(at + size);
  {
    google::protobuf::io::ArrayOutputStream stream(out.data() + at, static_cast<int>(size));
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    row.message->SerializeWithCachedSizes(&coded);
  }
  for (const Kept& kept : row.kept) {
    put_bytes(out, kept.type);
    put_bytes(out, kept.slot);
    put_varint(out, kept.version);
    put_id(out, kept.event);
    put_varint(out, kept.parts.size());
    for (const Sealed& part : kept.parts) {
      put_bytes(out, part.subject);
      put_bytes(out, part.data_class);
      put_varint(out, part.key_version);
      put_bytes(out, part.nonce);
      put_bytes(out, part.ciphertext);
    }
  }
  return out;
}

bool decode_row(std::string_view bytes, const google::protobuf::Message& prototype, Row& row) {
  std::unique_ptr<google::protobuf::Message> former = std::move(row.message);
  row.reset();
  ByteReader in(bytes);
  const std::uint8_t has = in.byte();
  row.seen = in.varint();
  row.taken = in.varint();
  row.left_out = in.varint();
  if ((has & has_last) != 0) row.last = place(in);
  if ((has & has_park) != 0) {
    row.waiting = in.varint();
    row.park = std::make_unique<Park>();
    row.park->place = place(in);
    row.park->type = in.bytes();
    row.park->reason = in.bytes();
  }
  if (!in.ok()) return false;
  if ((has & has_message) == 0) return in.at_end();
  const std::string_view message = in.bytes();
  if (former && former->GetDescriptor() == prototype.GetDescriptor())
    row.message = std::move(former);  // keeps its allocations
  else
    row.message.reset(prototype.New());
  if (!in.ok() || !row.message->ParseFromArray(message.data(), static_cast<int>(message.size())))
    return false;
  while (in.ok() && !in.at_end()) {
    Kept kept;
    kept.type = in.bytes();
    kept.slot = in.bytes();
    kept.version = static_cast<std::uint32_t>(in.varint());
    kept.event.bytes = in.fixed<decltype(kept.event.bytes)>();
    for (std::uint64_t parts = in.varint(); parts > 0 && in.ok(); --parts) {
      Sealed part;
      part.subject = in.bytes();
      part.data_class = in.bytes();
      part.key_version = static_cast<std::uint32_t>(in.varint());
      part.nonce = in.bytes();
      part.ciphertext = in.bytes();
      kept.parts.push_back(std::move(part));
    }
    row.kept.push_back(std::move(kept));
  }
  return in.ok();
}

}  // namespace taizhang::projection
