#include "ledger/record.hpp"

#include <algorithm>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "ledger/bytes.hpp"
#include "ledger/errors.hpp"

namespace taizhang {
namespace core {
namespace {

using protozero::pbf_reader;
using protozero::pbf_writer;

// A field of another wire type than ours is an unknown field: skipped, not misread.
constexpr std::uint32_t bytes(protozero::pbf_tag_type tag) {
  return protozero::tag_and_type(tag, protozero::pbf_wire_type::length_delimited);
}
constexpr std::uint32_t varint(protozero::pbf_tag_type tag) {
  return protozero::tag_and_type(tag, protozero::pbf_wire_type::varint);
}

std::string_view text_of(protozero::data_view data) { return {data.data(), data.size()}; }

void add_string(pbf_writer& writer, protozero::pbf_tag_type tag, std::string_view value) {
  if (!value.empty()) writer.add_bytes(tag, value.data(), value.size());
}

void add_id(pbf_writer& writer, protozero::pbf_tag_type tag, const std::optional<Id>& id) {
  if (id) writer.add_bytes(tag, reinterpret_cast<const char*>(id->bytes.data()), id->bytes.size());
}

void encode_context(const Context& context, pbf_writer& writer) {
  add_string(writer, 1, context.actor);
  add_string(writer, 2, context.role);
  add_string(writer, 3, context.office);
  add_string(writer, 4, context.document);
  add_string(writer, 5, context.on_behalf_of);
  add_string(writer, 6, context.correlation);
  add_string(writer, 7, context.causation);
  add_id(writer, 8, context.command);
  add_string(writer, 9, context.command_digest);
  add_id(writer, 10, context.batch);
  add_string(writer, 11, context.file);
  if (context.line != 0) writer.add_uint64(12, context.line);
  if (context.claimed_at) writer.add_sint64(13, context.claimed_at->microseconds);
  for (const auto& [name, value] : context.extra) {
    pbf_writer entry(writer, 14);
    add_string(entry, 1, name);
    add_string(entry, 2, value);
  }
}

bool decode_id(std::string_view text, Id& id) {
  if (text.size() != id.bytes.size()) return false;
  std::copy_n(reinterpret_cast<const std::uint8_t*>(text.data()), id.bytes.size(),
              id.bytes.begin());
  return true;
}

RecordedEvent::TargetView decode_target(pbf_reader reader) {
  RecordedEvent::TargetView target;
  target.version = 0;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case varint(1):
        target.position = reader.get_uint64();
        break;
      case bytes(2):
        target.type = text_of(reader.get_view());
        break;
      case varint(3):
        target.version = reader.get_uint32();
        break;
      default:
        reader.skip();
    }
  }
  return target;
}

RecordedEvent::SealedView decode_sealed(pbf_reader reader) {
  RecordedEvent::SealedView sealed;
  sealed.key_version = 0;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case bytes(1):
        sealed.subject = text_of(reader.get_view());
        break;
      case bytes(2):
        sealed.data_class = text_of(reader.get_view());
        break;
      case varint(3):
        sealed.key_version = reader.get_uint32();
        break;
      case bytes(4):
        sealed.nonce = text_of(reader.get_view());
        break;
      case bytes(5):
        sealed.ciphertext = text_of(reader.get_view());
        break;
      case bytes(6):
        sealed.digest = text_of(reader.get_view());
        break;
      default:
        reader.skip();
    }
  }
  return sealed;
}

bool decode_header(pbf_reader reader, RecordedEvent& out) {
  bool id_seen = false;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case bytes(1):
        id_seen = decode_id(text_of(reader.get_view()), out.id);
        break;
      case bytes(2):
        out.type = text_of(reader.get_view());
        break;
      case varint(3):
        out.version = reader.get_uint32();
        break;
      case bytes(4):
        out.tags.push_back(text_of(reader.get_view()));
        break;
      case varint(5):
        out.effective_on = Date{reader.get_sint32()};
        break;
      case bytes(6):
        out.context = text_of(reader.get_view());
        break;
      case bytes(7):
        out.target = decode_target(reader.get_message());
        break;
      default:
        reader.skip();
    }
  }
  return id_seen;
}

void decode_payload(pbf_reader reader, RecordedEvent& out) {
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case bytes(1):
        out.clear = text_of(reader.get_view());
        break;
      case bytes(2):
        out.sealed.push_back(decode_sealed(reader.get_message()));
        break;
      default:
        reader.skip();
    }
  }
}

}  // namespace

void encode_record(const NewEvent& event, std::string& out) {
  std::string header;
  pbf_writer writer(header);
  add_id(writer, 1, event.id);
  add_string(writer, 2, event.type);
  if (event.version != 0) writer.add_uint32(3, event.version);
  for (const auto& tag : event.tags) writer.add_bytes(4, tag);
  if (event.effective_on) writer.add_sint32(5, event.effective_on->days);
  {
    pbf_writer context(writer, 6);
    encode_context(event.context, context);
  }
  if (event.target) {
    pbf_writer target(writer, 7);
    if (event.target->position != 0) target.add_uint64(1, event.target->position);
    add_string(target, 2, event.target->type);
    if (event.target->version != 0) target.add_uint32(3, event.target->version);
  }
  put_varint(out, header.size());
  out.append(header);
  pbf_writer payload(out);
  add_string(payload, 1, event.clear);
  for (const auto& part : event.sealed) {
    pbf_writer sealed(payload, 2);
    add_string(sealed, 1, part.subject);
    add_string(sealed, 2, part.data_class);
    if (part.key_version != 0) sealed.add_uint32(3, part.key_version);
    add_string(sealed, 4, part.nonce);
    add_string(sealed, 5, part.ciphertext);
    add_string(sealed, 6, part.digest);
  }
}

bool decode_record(std::string_view record, RecordedEvent& out) {
  out.id = {};
  out.type = {};
  out.version = 0;
  out.tags.clear();
  out.effective_on.reset();
  out.target.reset();
  out.context = {};
  out.clear = {};
  out.sealed.clear();
  out.record = record;
  try {
    Parser parser(record);
    const auto header_size = parser.varint();
    if (!parser.ok() || header_size > parser.rest().size()) return false;
    const auto header = parser.take(static_cast<std::size_t>(header_size));
    if (!decode_header(pbf_reader(header.data(), header.size()), out)) return false;
    decode_payload(pbf_reader(parser.rest().data(), parser.rest().size()), out);
    return true;
  } catch (const protozero::exception&) {
    return false;
  }
}

namespace {

/// A part under another version of its key cannot be compared: the key was erased in between, and
/// what it told with it.
bool same_sealed(const RecordedEvent::SealedView& a, const RecordedEvent::SealedView& b) {
  return a.subject == b.subject && a.data_class == b.data_class &&
         (a.key_version != b.key_version || a.digest == b.digest);
}

}  // namespace

bool same_content(const RecordedEvent& a, const RecordedEvent& b) {
  const auto same_target = [](const auto& x, const auto& y) {
    return x.has_value() == y.has_value() &&
           (!x || (x->position == y->position && x->type == y->type && x->version == y->version));
  };
  return a.type == b.type && a.version == b.version && a.tags == b.tags &&
         a.effective_on == b.effective_on && same_target(a.target, b.target) &&
         a.clear == b.clear &&
         std::equal(a.sealed.begin(), a.sealed.end(), b.sealed.begin(), b.sealed.end(),
                    same_sealed);
}

}  // namespace core

bool RecordedEvent::has_tag(std::string_view tag) const {
  return std::binary_search(tags.begin(), tags.end(), tag);
}

namespace {

void decode_extra(protozero::pbf_reader reader, std::map<std::string, std::string>& out) {
  std::string_view name, value;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case core::bytes(1):
        name = core::text_of(reader.get_view());
        break;
      case core::bytes(2):
        value = core::text_of(reader.get_view());
        break;
      default:
        reader.skip();
    }
  }
  out.emplace(name, value);
}

}  // namespace

Result<Context> decode_context(std::string_view encoded) {
  const auto refuse = [] {
    return core::error(ErrorCode::damaged, "The bytes are not an event's context.",
                       "这些字节不是事件的来源信息。");
  };
  try {
    Context out;
    protozero::pbf_reader reader(encoded.data(), encoded.size());
    using core::bytes;
    using core::varint;
    const auto text = [&] { return std::string(core::text_of(reader.get_view())); };
    while (reader.next()) {
      switch (reader.tag_and_type()) {
        case bytes(1):
          out.actor = text();
          break;
        case bytes(2):
          out.role = text();
          break;
        case bytes(3):
          out.office = text();
          break;
        case bytes(4):
          out.document = text();
          break;
        case bytes(5):
          out.on_behalf_of = text();
          break;
        case bytes(6):
          out.correlation = text();
          break;
        case bytes(7):
          out.causation = text();
          break;
        case bytes(8):
          if (!core::decode_id(core::text_of(reader.get_view()), out.command.emplace()))
            return refuse();
          break;
        case bytes(9):
          out.command_digest = text();
          break;
        case bytes(10):
          if (!core::decode_id(core::text_of(reader.get_view()), out.batch.emplace()))
            return refuse();
          break;
        case bytes(11):
          out.file = text();
          break;
        case varint(12):
          out.line = reader.get_uint64();
          break;
        case varint(13):
          out.claimed_at = Timestamp{reader.get_sint64()};
          break;
        case bytes(14):
          decode_extra(reader.get_message(), out.extra);
          break;
        default:
          reader.skip();
      }
    }
    return out;
  } catch (const protozero::exception&) {
    return refuse();
  }
}

}  // namespace taizhang
