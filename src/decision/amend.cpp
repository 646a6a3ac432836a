// Voids and corrections: what a decision says about an event that is in the log.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "schema/amendment.hpp"
#include "schema/parse_json.hpp"
#include "taizhang/decision/decision.hpp"
#include "taizhang/schema/display.hpp"

namespace taizhang {
namespace {

using google::protobuf::Message;

constexpr const char* rule = "AMENDMENT";

Error not_there(Position position, Position head) {
  const std::string asked = std::to_string(position), last = std::to_string(head);
  return Error(ErrorCode::not_found,
               {"There is no event at position " + asked + "; the last one is " + last + ".",
                "位置 " + asked + " 没有记录；最后一条在位置 " + last + "。"})
      .with("position", asked);
}

Error not_business(Position position) {
  return refuse(rule,
                {"The event at position {position} is the ledger's own; only business events are "
                 "voided or corrected.",
                 "位置 {position} 是台账自身的记录；只有业务记录可以作废或更正。"},
                position);
}

Error already_voided(Position by) {
  return refuse(
      rule,
      {"That event was already voided (position {position}).", "该记录已作废（位置 {position}）。"},
      by);
}

/// The fields that an object names, in the order of the object; unknown names were refused before.
Result<std::vector<const google::protobuf::FieldDescriptor*>> named_fields(
    const google::protobuf::Descriptor& descriptor, std::string_view fields_json) {
  TAIZHANG_TRY(const nlohmann::json names, schema::parse_json(fields_json));
  if (!names.is_object() || names.empty())
    return refuse(rule, {"No field to correct is named. Give an object of fields and values.",
                         "未指明要更正的字段。请给出字段与新值。"});
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  for (const auto& entry : names.items()) {
    const auto* field = descriptor.FindFieldByName(entry.key());
    if (field == nullptr) field = descriptor.FindFieldByCamelcaseName(entry.key());
    if (field != nullptr) fields.push_back(field);
  }
  return fields;
}

}  // namespace

struct Decision::Standing {
  EffectiveEvent event;
  schema::Amendable amendable;
};

Result<Decision::Standing> Decision::standing_at(Position position) {
  // Positions of the batch itself are not certain before the commit, so only the log's are taken.
  if (position == 0 || position > desk_->head()) return not_there(position, desk_->head());
  std::optional<schema::Amendable> target;
  // What cannot be read can still be withdrawn or replaced.
  History history(desk_->schema(), History::Unreadable::keep);
  TAIZHANG_CHECK(desk_->at(position, [&](const RecordedEvent& recorded) -> Result<> {
    if (recorded.target || recorded.type.starts_with("ledger."))
      return not_business(recorded.position);
    target.emplace(recorded);
    return history.add(recorded);
  }));
  const auto take = [&](const RecordedEvent& amendment) -> Result<bool> {
    if (!amendment.target || amendment.target->position != position) return true;
    target->take(amendment);
    TAIZHANG_CHECK(history.add(amendment));
    return true;
  };
  TAIZHANG_CHECK(desk_->scan(target->amendments(), take));
  if (target->voided_by != 0) return already_voided(target->voided_by);
  return Standing{std::move(history.effective().front()), *std::move(target)};
}

Result<EffectiveEvent> Decision::standing(Position position) {
  TAIZHANG_TRY(Standing now, standing_at(position));
  return std::move(now.event);
}

Result<> Decision::void_event(Position position, const Approval& approval) {
  TAIZHANG_TRY(const Standing now, standing_at(position));
  return take(schema::encode_void(now.amendable, next_id(), context(), approval));
}

Result<> Decision::correct_event(Position position, const Message& replacement,
                                 const Approval& approval) {
  TAIZHANG_TRY(const Standing now, standing_at(position));
  return take(schema::encode_correction(desk_->schema(), now.amendable, replacement, next_id(),
                                        context(), approval, desk_->vault()));
}

Result<std::shared_ptr<Message>> Decision::with_fields(const EffectiveEvent& event,
                                                       std::string_view fields_json,
                                                       const Resolve& resolve) {
  const Schema& schema = desk_->schema();
  if (!event.message)
    return refuse(
        rule,
        {"The event at position {position} cannot be read, so no single fields of it can "
         "be replaced. Replace it whole (correct_event), or void it.",
         "位置 {position} 的记录无法读取，不能只更正个别字段。请整条更正（correct_event）或作废。"},
        event.info.position);
  std::shared_ptr<Message> message(event.message->New());
  TAIZHANG_TRY(const auto gone, open_event(schema, desk_->vault(), event, *message));
  if (!gone.empty())
    return refuse(rule,
                  {"The personal data of that event was erased; it can no longer be corrected, "
                   "only voided (position {position}).",
                   "该记录的个人信息已删除，不能更正，只能作废（位置 {position}）。"},
                  event.info.position);
  std::unique_ptr<Message> patch(message->New());
  TAIZHANG_CHECK(from_json(schema, fields_json, *patch));
  TAIZHANG_TRY(const auto fields, named_fields(*message->GetDescriptor(), fields_json));
  const MessageInfo* info = schema.of(message->GetDescriptor());
  const auto& reflect = *message->GetReflection();
  for (const auto* field : fields) {
    const FieldInfo* spec = info == nullptr ? nullptr : info->field(field->name());
    if (!resolve || spec == nullptr || spec->subject_kind.empty() || field->is_repeated()) continue;
    const std::string reference = reflect.GetString(*patch, field);
    if (reference.empty()) continue;
    TAIZHANG_TRY(const std::string id, resolve(spec->subject_kind, reference));
    reflect.SetString(patch.get(), field, id);
  }
  TAIZHANG_TRY(const std::string before, content_bytes(*message));
  reflect.SwapFields(message.get(), patch.get(), fields);
  TAIZHANG_TRY(const std::string after, content_bytes(*message));
  if (before == after)
    return refuse(rule,
                  {"The event at position {position} already says that; there is nothing to "
                   "correct.",
                   "位置 {position} 的记录已是如此，无需更正。"},
                  event.info.position);
  TAIZHANG_CHECK(schema.validate(*message));
  return message;
}

}  // namespace taizhang
