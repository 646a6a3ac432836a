#include "audit/compare_rows.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>

#include <algorithm>

#include "audit/row_fold.hpp"
#include "taizhang/schema/display.hpp"

namespace taizhang::audit {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool is_message(const FieldInfo& field) {
  return field.descriptor->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

bool is_set(const Message* message, const FieldInfo& field) {
  return message != nullptr && message->GetReflection()->HasField(*message, field.descriptor);
}

int size_of(const Message* message, const FieldInfo& field) {
  return message == nullptr ? 0 : message->GetReflection()->FieldSize(*message, field.descriptor);
}

// The exact value; what people read may be the same for two codes.
std::string exact(const Message& message, const FieldInfo& field, int index) {
  std::string text;
  google::protobuf::TextFormat::PrintFieldValueToString(message, field.descriptor, index, &text);
  return text;
}

std::vector<std::string> all_exact(const Message* message, const FieldInfo& field) {
  std::vector<std::string> values;
  for (int i = 0; i < size_of(message, field); ++i) values.push_back(exact(*message, field, i));
  return values;
}

const Message* sub_message(const Message* message, const FieldInfo& field) {
  if (!is_set(message, field)) return nullptr;
  return &message->GetReflection()->GetMessage(*message, field.descriptor);
}

}  // namespace

/// Where in the row a value stands.
struct RowWords::Place {
  std::string field;
  std::string path;
  std::string label;
  bool personal = false;
  bool hidden = false;

  [[nodiscard]] Place down(const FieldInfo& inner, Language language) const {
    return {field, path + "." + inner.descriptor->name(), label + ": " + in(inner.label, language),
            personal || !inner.data_class.empty(), hidden || inner.hidden};
  }
  [[nodiscard]] Place at(int index) const {
    Place one = *this;
    one.path += "[" + std::to_string(index) + "]";
    one.label += " " + std::to_string(index + 1);
    return one;
  }
};

std::string RowWords::part(const Message& message) const {
  std::string words;
  const MessageInfo* info = schema_->of(message.GetDescriptor());
  if (info == nullptr) return message.ShortDebugString();
  for (const FieldInfo& field : info->fields) {
    if (field.hidden) continue;
    const std::string value = text(message, field);
    if (value.empty()) continue;
    words += (words.empty() ? "" : ", ") + in(field.label, language_) + "=" + value;
  }
  return words;
}

std::string RowWords::element(const Message& message, const FieldInfo& field, int index) const {
  const auto& reflect = *message.GetReflection();
  if (is_message(field) && !field.descriptor->is_map())
    return part(index < 0 ? reflect.GetMessage(message, field.descriptor)
                          : reflect.GetRepeatedMessage(message, field.descriptor, index));
  if (field.descriptor->type() != FieldDescriptor::TYPE_STRING) {
    if (!field.data_class.empty() && !reveal_) return "***";
    return display(*schema_, message, field, index, language_);
  }
  std::string value = index < 0 ? reflect.GetString(message, field.descriptor)
                                : reflect.GetRepeatedString(message, field.descriptor, index);
  if (value.empty() || value == erased_mark) return value;
  if (!field.data_class.empty() && !reveal_) return masked(value, field.mask);
  if (!field.subject_kind.empty())
    return field.subject_kind == "*" ? value : field.subject_kind + ":" + value;
  return display(*schema_, message, field, index, language_);
}

std::string RowWords::text(const Message& row, const FieldInfo& field) const {
  if (!field.descriptor->is_repeated()) {
    if (field.descriptor->has_presence() && !is_set(&row, field)) return {};
    return element(row, field, -1);
  }
  if (field.descriptor->is_map()) return display(*schema_, row, field, language_);
  std::string words;
  for (int i = 0; i < size_of(&row, field); ++i)
    words += (i == 0 ? "" : "; ") + element(row, field, i);
  return words;
}

void RowWords::tell(const Place& at, const char* kind, std::string before, std::string after,
                    Changes& out) {
  ledger::v1::FieldChange& change = *out.Add();
  change.set_field(at.field);
  change.set_path(at.path);
  change.set_label(at.label);
  change.set_kind(kind);
  change.set_before(std::move(before));
  change.set_after(std::move(after));
  change.set_personal(at.personal);
  change.set_hidden(at.hidden);
}

void RowWords::single(const Message* before, const Message* after, const FieldInfo& field,
                      const Place& at, Changes& out) const {
  const bool map = field.descriptor->is_map();
  const bool was = map ? size_of(before, field) > 0 : is_set(before, field);
  const bool is = map ? size_of(after, field) > 0 : is_set(after, field);
  if (!was && !is) return;
  if (!map && is_message(field) && schema_->of(field.descriptor->message_type()) != nullptr) {
    message(sub_message(before, field), sub_message(after, field), &at, out);
    return;
  }
  const auto value = [&](const Message& row) {
    return map ? text(row, field) : exact(row, field, -1);
  };
  if (was && is && value(*before) == value(*after)) return;
  tell(at,
       !was  ? "set"
       : !is ? "cleared"
             : "changed",
       before == nullptr ? std::string() : text(*before, field),
       after == nullptr ? std::string() : text(*after, field), out);
}

void RowWords::list(const Message* before, const Message* after, const FieldInfo& field,
                    const Place& at, Changes& out) const {
  const std::vector<std::string> old_values = all_exact(before, field);
  const std::vector<std::string> new_values = all_exact(after, field);
  const auto [old_at, new_at] =
      std::mismatch(old_values.begin(), old_values.end(), new_values.begin(), new_values.end());
  const auto [old_back, new_back] =
      std::mismatch(old_values.rbegin(), std::make_reverse_iterator(old_at), new_values.rbegin(),
                    std::make_reverse_iterator(new_at));
  const int first = static_cast<int>(old_at - old_values.begin());
  const int old_end = static_cast<int>(old_back.base() - old_values.begin());
  const int new_end = static_cast<int>(new_back.base() - new_values.begin());
  const int paired = std::min(old_end, new_end);
  const bool by_parts =
      is_message(field) && schema_->of(field.descriptor->message_type()) != nullptr;
  for (int i = first; i < paired; ++i) {
    if (old_values[static_cast<std::size_t>(i)] == new_values[static_cast<std::size_t>(i)])
      continue;
    const Place one = at.at(i);
    if (!by_parts) {
      tell(one, "changed", element(*before, field, i), element(*after, field, i), out);
      continue;
    }
    message(&before->GetReflection()->GetRepeatedMessage(*before, field.descriptor, i),
            &after->GetReflection()->GetRepeatedMessage(*after, field.descriptor, i), &one, out);
  }
  for (int i = paired; i < old_end; ++i)
    tell(at.at(i), "removed", element(*before, field, i), {}, out);
  for (int i = paired; i < new_end; ++i)
    tell(at.at(i), "added", {}, element(*after, field, i), out);
}

void RowWords::message(const Message* before, const Message* after, const Place* under,
                       Changes& out) const {
  const Message* one = after != nullptr ? after : before;
  if (one == nullptr) return;
  for (const FieldInfo& field : schema_->of(one->GetDescriptor())->fields) {
    const Place at = under != nullptr ? under->down(field, language_)
                                      : Place{field.descriptor->name(), field.descriptor->name(),
                                              in(field.label, language_), !field.data_class.empty(),
                                              field.hidden};
    if (field.descriptor->is_repeated() && !field.descriptor->is_map())
      list(before, after, field, at, out);
    else
      single(before, after, field, at, out);
  }
}

void RowWords::changes(const Message* before, const Message* after, Changes& out) const {
  message(before, after, nullptr, out);
}

void RowWords::again(const Message& given, const Message& after, Changes& out) const {
  for (const FieldInfo& field : schema_->of(given.GetDescriptor())->fields) {
    const std::string& name = field.descriptor->name();
    if (field.data_class.empty()) continue;
    if (field.descriptor->is_repeated() ? size_of(&given, field) == 0 : !is_set(&given, field))
      continue;
    if (std::any_of(out.begin(), out.end(),
                    [&](const auto& change) { return change.field() == name; }))
      continue;
    const std::string value = text(after, field);
    tell({name, name, in(field.label, language_), true, field.hidden}, "again", value, value, out);
  }
}

}  // namespace taizhang::audit
