#include "taizhang/audit/trail.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "audit/trail_entry.hpp"
#include "ledger/utf8.hpp"
#include "taizhang/ledger/v1/events.pb.h"
#include "taizhang/schema/display.hpp"

namespace taizhang {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Changes = std::map<Position, std::vector<ledger::v1::TrailChange>>;

Error unreadable(const RecordedEvent& event, const Text& what) {
  const std::string at = std::to_string(event.position);
  return Error(ErrorCode::damaged, {"the event at position " + at + ": " + what.en,
                                    "位置 " + at + " 的事件:" + what.zh})
      .with("position", at);
}

// Reason and approval have the same fields in a void and in a correction.
template <class Change>
Result<> take_grounds(const RecordedEvent& event, ledger::v1::TrailEntry& entry) {
  Change change;
  if (!change.ParseFromArray(event.clear.data(), static_cast<int>(event.clear.size())))
    return unreadable(event, {"its bytes are not a message of its type", "内容不是其类型的消息"});
  entry.set_reason(change.reason());
  entry.set_approver(change.approver());
  entry.set_approval_document(change.approval_document());
  return {};
}

Result<> take_target(const RecordedEvent& event, ledger::v1::TrailEntry& entry) {
  entry.set_target_position(event.target->position);
  entry.set_target_type(std::string(event.target->type));
  if (event.type == void_type) return take_grounds<ledger::v1::EventVoided>(event, entry);
  if (event.type == correction_type) return take_grounds<ledger::v1::EventCorrected>(event, entry);
  return {};
}

Query about(std::span<const std::string> tags, const std::vector<std::string>& types) {
  Query query;
  for (const std::string& tag : tags) query.items.push_back({types, {tag}});
  return query;
}

// What voids and corrections up to `end` say, by the position they are about.
Result<Changes> changes_of(const Ledger& ledger, std::span<const std::string> tags, Position end) {
  Changes changes;
  ReadOptions range;
  range.last = end;
  TAIZHANG_TRY(
      Reader reader,
      ledger.read(about(tags, {std::string(void_type), std::string(correction_type)}), range));
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) return changes;
    if (!event->target) continue;
    ledger::v1::TrailEntry grounds;
    (void)take_target(*event, grounds);  // its own entry says if they cannot be read
    ledger::v1::TrailChange change;
    change.set_kind(event->type == void_type ? "voided" : "corrected");
    change.set_position(event->position);
    change.set_recorded_at(event->recorded_at.to_string());
    change.set_reason(grounds.reason());
    change.set_approver(grounds.approver());
    change.set_approval_document(grounds.approval_document());
    changes[event->target->position].push_back(std::move(change));
  }
}

bool is_utf8(std::string_view text) {
  std::uint32_t code = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = core::character_at(text, at, code);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

// A date that can be written as one: of the years 1 to 9999.
bool is_date(Date date) { return date.days >= -719'162 && date.days <= 2'932'896; }

Result<> take_header(const RecordedEvent& event, const TrailOptions& options,
                     ledger::v1::TrailEntry& entry) {
  const Date recorded_on = Date::in_china(event.recorded_at);
  const Date effective_on = event.effective_on.value_or(recorded_on);
  entry.set_position(event.position);
  entry.set_event_id(event.id.to_string());
  entry.set_recorded_at(event.recorded_at.to_string());
  entry.set_recorded_on(recorded_on.to_string());
  entry.set_type(std::string(event.type));
  entry.set_commit_first(event.commit_first);
  entry.set_commit_size(event.commit_size);
  for (const std::string_view tag : event.tags) entry.add_tags(std::string(tag));
  if (!is_date(effective_on))
    return unreadable(event, {"its effective date is not of the years 1 to 9999",
                              "生效日期不在公元 1 年至 9999 年之间"});
  entry.set_effective_on(effective_on.to_string());
  entry.set_days_late(std::max(0, recorded_on.days - effective_on.days));
  entry.set_late(entry.days_late() > options.late_days);
  return {};
}

Result<> take_context(const RecordedEvent& event, ledger::v1::TrailEntry& entry) {
  TAIZHANG_TRY(const Context context, decode_context(event.context));
  bool all_text = true;
  const auto text = [&](const std::string& recorded) {
    if (is_utf8(recorded)) return recorded;
    all_text = false;
    return std::string();
  };
  entry.set_actor(text(context.actor));
  entry.set_role(text(context.role));
  entry.set_office(text(context.office));
  entry.set_on_behalf_of(text(context.on_behalf_of));
  entry.set_document(text(context.document));
  entry.set_file(text(context.file));
  entry.set_line(context.line);
  if (context.claimed_at) entry.set_claimed_at(context.claimed_at->to_string());
  if (context.command) entry.set_command(context.command->to_string());
  for (const auto& [name, value] : context.extra)
    (*entry.mutable_extra())[text(name)] = text(value);
  if (all_text) return {};
  return unreadable(event,
                    {"its context holds what is not UTF-8 text", "来源信息中有非 UTF-8 文本"});
}

std::string erased_text(Language language) {
  return language == Language::zh ? "已删除" : "erased";
}

// The message's fields as people read them, in the words of the version they were recorded with:
// no upcaster runs. A void has none beyond its grounds.
Result<> take_fields(const Schema& schema, const Sealer& sealer, const RecordedEvent& event,
                     const TrailOptions& options, ledger::v1::TrailEntry& entry) {
  if (event.type == void_type) return {};
  TAIZHANG_TRY(const WrittenMessage written, decode_as_written(schema, event, &sealer));
  const auto& [info, message, erased] = written;
  for (const std::string& data_class : erased) entry.add_erased(data_class);
  if (!options.reveal) schema.mask(*message);
  for (const FieldInfo& field : info->fields) {
    if (field.hidden) continue;
    const bool gone = !field.data_class.empty() &&
                      std::find(erased.begin(), erased.end(), field.data_class) != erased.end();
    std::string value = display(schema, *message, field, options.language);
    if (value.empty() && gone) value = erased_text(options.language);
    if (value.empty()) continue;
    auto& one = *entry.add_fields();
    one.set_name(field.descriptor->name());
    one.set_label(in(field.label, options.language));
    one.set_value(std::move(value));
    one.set_personal(!field.data_class.empty());
  }
  return {};
}

void take_changes(const Changes& changes, ledger::v1::TrailEntry& entry) {
  entry.set_state("valid");
  const auto found = changes.find(entry.position());
  if (found == changes.end()) return;
  for (const auto& change : found->second) {
    // A void is final: what comes after it changes nothing.
    if (entry.state() != "voided") entry.set_state(change.kind());
    *entry.add_changes() = change;
  }
}

}  // namespace

bool audit::lies_in_event(const Error& error) {
  switch (error.code()) {
    case ErrorCode::damaged:
      return error.detail("place").empty();  // else of a store: every other event may be as well
    case ErrorCode::unsupported:
    case ErrorCode::invalid_argument:
    case ErrorCode::too_large:
    case ErrorCode::key_missing:
    case ErrorCode::internal:  // an upcaster that throws
      return true;
    default:
      return false;
  }
}

void audit::tell_unreadable(const Error& why, const RecordedEvent& recorded, Language language,
                            ledger::v1::TrailEntry& entry) {
  if (!entry.has_unreadable()) entry.set_unreadable(in(why.message(), language));
  entry.set_record(std::string(recorded.record));
}

void audit::describe_head(const Schema& schema, const RecordedEvent& recorded,
                          const TrailOptions& options, ledger::v1::TrailEntry& entry) {
  const auto take = [&](const Result<>& taken) {
    if (!taken) tell_unreadable(taken.error(), recorded, options.language, entry);
  };
  take(take_header(recorded, options, entry));
  const MessageInfo* own = schema.event(recorded.type, recorded.version);
  entry.set_label(own == nullptr ? std::string(recorded.type) : in(own->label, options.language));
  take(take_context(recorded, entry));
  if (recorded.target) take(take_target(recorded, entry));
}

Result<> describe(const Schema& schema, const Sealer& sealer, const RecordedEvent& recorded,
                  const TrailOptions& options, ledger::v1::TrailEntry& entry) {
  audit::describe_head(schema, recorded, options, entry);
  const auto taken = take_fields(schema, sealer, recorded, options, entry);
  if (taken) return {};
  if (!audit::lies_in_event(taken.error())) return taken;
  audit::tell_unreadable(taken.error(), recorded, options.language, entry);
  return {};
}

Result<Checkpoint> trail(const Ledger& ledger, const Schema& schema, const Sealer& sealer,
                         std::span<const std::string> tags, const TrailOptions& options,
                         const std::function<bool(const ledger::v1::TrailEntry& entry)>& visit) {
  if (tags.empty())
    return Error(ErrorCode::invalid_argument,
                 {"a trail is about a subject: give its tag, such as student:…",
                  "轨迹须指明对象：请给出其标签，如 student:…"});
  const Position head = ledger.head().position;
  const Position end = options.known_at == 0 ? head : options.known_at;
  if (end > head)
    return Error(ErrorCode::not_found, {"the log ends at position " + std::to_string(head),
                                        "日志止于位置 " + std::to_string(head)})
        .with("position", std::to_string(end));
  TAIZHANG_TRY(const Changes changes, changes_of(ledger, tags, end));
  ReadOptions range;
  range.after = options.after;
  range.last = end;
  TAIZHANG_TRY(Reader reader, ledger.read(about(tags, {}), range));
  Position last = options.after.position;
  for (std::uint64_t entries = 0; entries < options.limit; ++entries) {
    TAIZHANG_TRY(const RecordedEvent* found, reader.next());
    if (found == nullptr) return ledger.checkpoint_at(end);
    ledger::v1::TrailEntry entry;
    TAIZHANG_CHECK(describe(schema, sealer, *found, options, entry));
    take_changes(changes, entry);
    last = found->position;
    if (!visit(entry)) break;
  }
  return ledger.checkpoint_at(last);
}

}  // namespace taizhang
