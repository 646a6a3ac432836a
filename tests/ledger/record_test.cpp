#include "ledger/record.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "taizhang/ledger/v1/record.pb.h"

namespace taizhang::core {
namespace {

namespace pb = taizhang::ledger::v1;

std::string_view bytes_of(const Id& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

rc::Gen<std::string> text() {
  return rc::gen::oneOf(rc::gen::just(std::string()), rc::gen::just(std::string("学生资助")),
                        rc::gen::container<std::string>(rc::gen::inRange(' ', '~')));
}
rc::Gen<Id> id() {
  return rc::gen::map(rc::gen::arbitrary<std::array<std::uint8_t, 16>>(),
                      [](const auto& bytes) { return Id{bytes}; });
}
template <class T>
std::optional<T> maybe(const rc::Gen<T>& generator) {
  if (*rc::gen::arbitrary<bool>()) return std::nullopt;
  return *generator;
}

NewEvent arbitrary_event() {
  NewEvent event;
  event.id = *id();
  event.type = *text();
  event.version = *rc::gen::arbitrary<std::uint32_t>();
  event.tags = *rc::gen::container<std::vector<std::string>>(text());
  if (const auto days = maybe(rc::gen::arbitrary<std::int32_t>())) event.effective_on = Date{*days};
  auto& context = event.context;
  for (auto* field :
       {&context.actor, &context.role, &context.office, &context.document, &context.on_behalf_of,
        &context.correlation, &context.causation, &context.command_digest, &context.file})
    *field = *text();
  context.command = maybe(id());
  context.batch = maybe(id());
  context.line = *rc::gen::arbitrary<std::uint64_t>();
  if (const auto at = maybe(rc::gen::arbitrary<std::int64_t>()))
    context.claimed_at = Timestamp{*at};
  for (auto entries = *rc::gen::inRange(0, 3); entries > 0; --entries)
    context.extra["n" + *text()] = *text();
  if (*rc::gen::arbitrary<bool>())
    event.target =
        Target{*rc::gen::arbitrary<std::uint64_t>(), *text(), *rc::gen::arbitrary<std::uint32_t>()};
  event.clear = *rc::gen::arbitrary<std::string>();
  for (auto parts = *rc::gen::inRange(0, 3); parts > 0; --parts)
    event.sealed.push_back({*text(), *text(), *rc::gen::arbitrary<std::uint32_t>(),
                            *rc::gen::arbitrary<std::string>(), *rc::gen::arbitrary<std::string>(),
                            *rc::gen::arbitrary<std::string>()});
  return event;
}

/// Splits a record and has the generated parser read both parts.
bool parse(const std::string& record, pb::Header& header, pb::Payload& payload) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(record.data()),
                                            static_cast<int>(record.size()));
  std::uint32_t size = 0;
  std::string bytes;
  return in.ReadVarint32(&size) && in.ReadString(&bytes, static_cast<int>(size)) &&
         header.ParseFromString(bytes) &&
         payload.ParseFromString(record.substr(static_cast<std::size_t>(in.CurrentPosition())));
}

RC_GTEST_PROP(Record, IsWhatTheGeneratedParserReads, ()) {
  const auto event = arbitrary_event();
  std::string record;
  encode_record(event, record);
  pb::Header header;
  pb::Payload payload;
  RC_ASSERT(parse(record, header, payload));
  RC_ASSERT(header.id() == bytes_of(event.id));
  RC_ASSERT(header.type() == event.type);
  RC_ASSERT(header.version() == event.version);
  RC_ASSERT(std::vector<std::string>(header.tags().begin(), header.tags().end()) == event.tags);
  RC_ASSERT(header.has_effective_on() == event.effective_on.has_value());
  if (event.effective_on) RC_ASSERT(header.effective_on() == event.effective_on->days);
  const auto& context = header.context();
  RC_ASSERT(context.actor() == event.context.actor);
  RC_ASSERT(context.role() == event.context.role);
  RC_ASSERT(context.office() == event.context.office);
  RC_ASSERT(context.document() == event.context.document);
  RC_ASSERT(context.on_behalf_of() == event.context.on_behalf_of);
  RC_ASSERT(context.correlation() == event.context.correlation);
  RC_ASSERT(context.causation() == event.context.causation);
  RC_ASSERT(context.command() ==
            (event.context.command ? bytes_of(*event.context.command) : std::string_view()));
  RC_ASSERT(context.command_digest() == event.context.command_digest);
  RC_ASSERT(context.batch() ==
            (event.context.batch ? bytes_of(*event.context.batch) : std::string_view()));
  RC_ASSERT(context.file() == event.context.file);
  RC_ASSERT(context.line() == event.context.line);
  RC_ASSERT(context.has_claimed_at() == event.context.claimed_at.has_value());
  if (event.context.claimed_at)
    RC_ASSERT(context.claimed_at() == event.context.claimed_at->microseconds);
  RC_ASSERT(static_cast<std::size_t>(context.extra_size()) == event.context.extra.size());
  for (const auto& entry : context.extra())
    RC_ASSERT(event.context.extra.at(entry.name()) == entry.value());
  RC_ASSERT(header.has_target() == event.target.has_value());
  if (event.target) {
    RC_ASSERT(header.target().position() == event.target->position);
    RC_ASSERT(header.target().type() == event.target->type);
    RC_ASSERT(header.target().version() == event.target->version);
  }
  RC_ASSERT(payload.clear() == event.clear);
  RC_ASSERT(static_cast<std::size_t>(payload.sealed_size()) == event.sealed.size());
  for (std::size_t i = 0; i < event.sealed.size(); ++i) {
    const auto& sealed = payload.sealed(static_cast<int>(i));
    RC_ASSERT(sealed.subject() == event.sealed[i].subject);
    RC_ASSERT(sealed.data_class() == event.sealed[i].data_class);
    RC_ASSERT(sealed.key_version() == event.sealed[i].key_version);
    RC_ASSERT(sealed.nonce() == event.sealed[i].nonce);
    RC_ASSERT(sealed.ciphertext() == event.sealed[i].ciphertext);
    RC_ASSERT(sealed.digest() == event.sealed[i].digest);
  }
}

RC_GTEST_PROP(Record, ReadsBackInPlace, ()) {
  const auto event = arbitrary_event();
  std::string record;
  encode_record(event, record);
  // A reader that held another event before.
  RecordedEvent read;
  std::string other;
  encode_record(arbitrary_event(), other);
  RC_ASSERT(decode_record(other, read));
  RC_ASSERT(decode_record(record, read));
  RC_ASSERT(read.id == event.id);
  RC_ASSERT(read.type == event.type);
  RC_ASSERT(read.version == event.version);
  RC_ASSERT(std::vector<std::string>(read.tags.begin(), read.tags.end()) == event.tags);
  RC_ASSERT(read.effective_on == event.effective_on);
  RC_ASSERT(read.target.has_value() == event.target.has_value());
  if (event.target)
    RC_ASSERT((Target{read.target->position, std::string(read.target->type),
                      read.target->version}) == *event.target);
  RC_ASSERT(read.clear == event.clear);
  RC_ASSERT(read.sealed.size() == event.sealed.size());
  for (std::size_t i = 0; i < event.sealed.size(); ++i)
    RC_ASSERT((Sealed{std::string(read.sealed[i].subject), std::string(read.sealed[i].data_class),
                      read.sealed[i].key_version, std::string(read.sealed[i].nonce),
                      std::string(read.sealed[i].ciphertext),
                      std::string(read.sealed[i].digest)}) == event.sealed[i]);
  RC_ASSERT(read.record == record);
  const auto context = decode_context(read.context);
  RC_ASSERT(context.has_value());
  RC_ASSERT(*context == event.context);
}

RC_GTEST_PROP(Record, SurvivesAnyBytes, ()) {
  std::string record;
  encode_record(arbitrary_event(), record);
  const auto changes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < changes && !record.empty(); ++i)
    record[*rc::gen::inRange<std::size_t>(0, record.size())] = *rc::gen::arbitrary<char>();
  record.resize(*rc::gen::inRange<std::size_t>(0, record.size() + 1));
  RecordedEvent read;
  if (decode_record(record, read)) {
    const auto inside = [&](std::string_view view) {
      return view.empty() || (view.data() >= record.data() &&
                              view.data() + view.size() <= record.data() + record.size());
    };
    RC_ASSERT(inside(read.type));
    RC_ASSERT(inside(read.clear));
    RC_ASSERT(inside(read.context));
    for (const auto tag : read.tags) RC_ASSERT(inside(tag));
  }
}

}  // namespace
}  // namespace taizhang::core
