#include "taizhang/schema/event_codec.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "schema/encoded_message.hpp"
#include "schema/wire.hpp"
#include "taizhang/ledger/v1/events.pb.h"

namespace taizhang {
namespace {

namespace pb = google::protobuf;

Error unknown_type(std::string_view type, std::uint32_t version, std::uint32_t known) {
  const std::string name(type);
  const std::string shown = "\"" + name + "\" version " + std::to_string(version);
  const std::string way_en = known == 0 ? "no such type is known"
                                        : "versions 1 to " + std::to_string(known) + " are known";
  const std::string way_zh =
      known == 0 ? "没有这种类型" : "已知版本为 1 至 " + std::to_string(known);
  return Error(ErrorCode::unsupported,
               {"event type " + shown + " cannot be read: " + way_en +
                    "; use the build that wrote it or a newer one",
                "无法读取事件类型“" + name + "”第 " + std::to_string(version) + " 版:" + way_zh +
                    ";请使用写入它的版本或更新的版本"})
      .with("type", name)
      .with("version", std::to_string(version));
}

Error implausible(Date effective_on) {
  const std::string from = std::to_string(Date::plausible_year_min);
  const std::string to = std::to_string(Date::plausible_year_max);
  const std::string on = effective_on.in_calendar() ? effective_on.to_string() : "";
  return Error(ErrorCode::invalid_argument,
               {"the event's effective_on (" + on + ") is not of the years " + from + " to " + to +
                    "; correct it, or leave it out",
                "事件的 effective_on（" + on + "）不在 " + from + " 年至 " + to +
                    " 年之间；请改正或不要填写"})
      .with("name", "effective_on");
}

Error damaged_event(const RecordedEvent& recorded, const Text& what) {
  const std::string position = std::to_string(recorded.position);
  return Error(ErrorCode::damaged,
               {"event " + position + " (" + std::string(recorded.type) + "): " + what.en +
                    "; if `taizhang verify` finds the ledger sound it was appended like this",
                "第 " + position + " 号事件(" + std::string(recorded.type) + "):" + what.zh +
                    ";若 `taizhang verify` 核验无误,则写入时即如此"})
      .with("position", position);
}

Error damaged_part(const Id& event, const pb::Message& message) {
  const std::string id = event.to_string();
  const std::string& name = message.GetDescriptor()->full_name();
  return Error(ErrorCode::damaged, {"a sealed part of event " + id + " is not a part of " + name +
                                        "; restore it from a backup",
                                    "事件 " + id + " 的加密部分不属于 " + name + ";请从备份恢复"})
      .with("event", id);
}

bool is_correction(const RecordedEvent& recorded) {
  return recorded.type == correction_type && recorded.target.has_value();
}

/// The message in an event: its own, or the replacement that a correction brings.
struct Content {
  std::string_view type;
  std::uint32_t version;
};

Content content_of(const RecordedEvent& recorded) {
  if (is_correction(recorded)) return {recorded.target->type, recorded.target->version};
  return {recorded.type, recorded.version};
}

/// Clear and sealed parts into the message they were written from.
Result<std::vector<std::string>> parse(const RecordedEvent& recorded, pb::Message& message,
                                       const Sealer* sealer) {
  ledger::v1::EventCorrected corrected;
  std::string_view clear = recorded.clear;
  if (is_correction(recorded)) {
    if (!corrected.ParseFromArray(clear.data(), static_cast<int>(clear.size())))
      return damaged_event(recorded, {"the correction cannot be parsed", "更正内容无法解析"});
    clear = corrected.replacement();
  }
  if (!message.ParseFromArray(clear.data(), static_cast<int>(clear.size())))
    return damaged_event(recorded, {"its message cannot be parsed", "消息无法解析"});
  if (sealer == nullptr) return std::vector<std::string>();
  auto opened = open_parts(*sealer, recorded.sealed, recorded.id, message);
  if (!opened) return std::move(opened).error().with("position", std::to_string(recorded.position));
  return opened;
}

}  // namespace

Result<NewEvent> encode_event(const Schema& schema, const pb::Message& message, const Id& id,
                              Context context, std::optional<Date> effective_on, Sealer& sealer) {
  if (effective_on && !effective_on->plausible()) return implausible(*effective_on);
  NewEvent result;
  result.id = id;
  result.context = std::move(context);
  result.effective_on = effective_on;
  TAIZHANG_TRY(schema::EncodedMessage encoded, schema::encode_message(schema, message, id, sealer));
  result.type = encoded.info->name;
  result.version = encoded.info->version;
  result.clear = std::move(encoded.clear);
  result.sealed = std::move(encoded.sealed);
  result.tags = schema.tags(message);
  return result;
}

Result<std::vector<std::string>> open_parts(const Sealer& sealer,
                                            std::span<const RecordedEvent::SealedView> parts,
                                            const Id& event, pb::Message& written) {
  std::vector<std::string> erased;
  for (const RecordedEvent::SealedView& part : parts) {
    TAIZHANG_TRY(const std::optional<std::string> plaintext, sealer.open(part, event));
    if (plaintext) {
      if (!written.MergeFromString(*plaintext)) return damaged_part(event, written);
    } else if (std::find(erased.begin(), erased.end(), part.data_class) == erased.end()) {
      erased.emplace_back(part.data_class);
    }
  }
  return erased;
}

std::unique_ptr<pb::Message> new_message_for(const Schema& schema, const RecordedEvent& recorded) {
  const MessageInfo* info = schema.event(content_of(recorded).type);
  return std::unique_ptr<pb::Message>(info == nullptr ? nullptr : info->prototype->New());
}

Result<std::vector<std::string>> decode_event(const Schema& schema, const RecordedEvent& recorded,
                                              pb::Message& message, const Sealer* sealer) {
  const auto [type, version] = content_of(recorded);
  const MessageInfo* info = schema.event(type);
  if (info == nullptr) return unknown_type(type, version, 0);
  const MessageInfo* written_with = schema.event(type, version);
  if (written_with == nullptr) return unknown_type(type, version, info->version);
  if (message.GetDescriptor() != info->descriptor)
    return Error(
        ErrorCode::invalid_argument,
        {"an event of type \"" + std::string(type) + "\" needs a message " +
             info->descriptor->full_name() + ", not " + message.GetDescriptor()->full_name() +
             "; use new_message_for",
         "类型“" + std::string(type) + "”的事件需要消息 " + info->descriptor->full_name() +
             ",而不是 " + message.GetDescriptor()->full_name() + ";请使用 new_message_for"});
  if (version == info->version) return parse(recorded, message, sealer);

  std::unique_ptr<pb::Message> own;
  if (written_with != info) own.reset(written_with->prototype->New());
  pb::Message& written = own ? *own : message;
  TAIZHANG_TRY(std::vector<std::string> erased, parse(recorded, written, sealer));
  auto done = schema.upcast(type, version, written, message);
  if (!done) return std::move(done).error().with("position", std::to_string(recorded.position));
  return erased;
}

Result<WrittenMessage> decode_as_written(const Schema& schema, const RecordedEvent& recorded,
                                         const Sealer* sealer) {
  const auto [type, version] = content_of(recorded);
  WrittenMessage written;
  written.info = schema.event(type, version);
  if (written.info == nullptr) {
    const MessageInfo* current = schema.event(type);
    return unknown_type(type, version, current == nullptr ? 0 : current->version);
  }
  written.message.reset(written.info->prototype->New());
  TAIZHANG_TRY(written.erased, parse(recorded, *written.message, sealer));
  return written;
}

void mark_erased(const MessageInfo& info, std::span<const std::string> gone,
                 google::protobuf::Message& message) {
  const auto& reflect = *message.GetReflection();
  for (const FieldInfo& field : info.fields)
    if (std::find(gone.begin(), gone.end(), field.data_class) != gone.end() &&
        !field.descriptor->is_repeated() &&
        field.descriptor->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING &&
        !reflect.HasField(message, field.descriptor))
      reflect.SetString(&message, field.descriptor, std::string(erased_mark));
}

}  // namespace taizhang
