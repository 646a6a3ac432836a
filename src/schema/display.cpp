#include "taizhang/schema/display.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace taizhang {
namespace {

namespace pb = google::protobuf;

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  result.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    result += digits[static_cast<unsigned char>(c) >> 4U];
    result += digits[static_cast<unsigned char>(c) & 15U];
  }
  return result;
}

template <class Number>
std::string shortest(Number value) {
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

/// A code of the national tables says nothing by itself and is shown with its label ("02 休学"); a
/// code that is a word of ours would only repeat it.
std::string with_label(const FieldInfo& field, const std::string& value, Language language) {
  if (field.codes == nullptr || value.empty()) return value;
  const auto code = field.codes->find(value);
  if (code == field.codes->end()) return value;
  const std::string& label = in(code->second, language);
  const bool is_word = value.front() >= 'a' && value.front() <= 'z';
  return is_word ? label : value + " " + label;
}

struct Display {
  const Schema& schema;
  Language language;

  [[nodiscard]] std::string part(const pb::Message& message) const {
    const MessageInfo* info = schema.of(message.GetDescriptor());
    std::string result;
    if (info == nullptr) return result;
    for (const FieldInfo& field : info->fields) {
      if (field.hidden) continue;
      const std::string value = display(schema, message, field, language);
      if (value.empty()) continue;
      result += (result.empty() ? "" : ", ") + in(field.label, language) + "=" + value;
    }
    return result;
  }

  /// One value; `i` below 0 for a field that is not repeated.
  [[nodiscard]] std::string value(const pb::Message& message, const FieldInfo& field, int i) const {
    const pb::Reflection& from = *message.GetReflection();
    const pb::FieldDescriptor* d = field.descriptor;
    switch (d->cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        const std::string& text = i < 0 ? from.GetStringReference(message, d, &scratch)
                                        : from.GetRepeatedStringReference(message, d, i, &scratch);
        return d->type() == pb::FieldDescriptor::TYPE_BYTES ? hex(text)
                                                            : with_label(field, text, language);
      }
      case pb::FieldDescriptor::CPPTYPE_INT64: {
        const std::int64_t number =
            i < 0 ? from.GetInt64(message, d) : from.GetRepeatedInt64(message, d, i);
        return field.money_fen ? yuan(number) : std::to_string(number);
      }
      case pb::FieldDescriptor::CPPTYPE_INT32:
        return std::to_string(i < 0 ? from.GetInt32(message, d)
                                    : from.GetRepeatedInt32(message, d, i));
      case pb::FieldDescriptor::CPPTYPE_UINT64:
        return std::to_string(i < 0 ? from.GetUInt64(message, d)
                                    : from.GetRepeatedUInt64(message, d, i));
      case pb::FieldDescriptor::CPPTYPE_UINT32:
        return std::to_string(i < 0 ? from.GetUInt32(message, d)
                                    : from.GetRepeatedUInt32(message, d, i));
      case pb::FieldDescriptor::CPPTYPE_DOUBLE:
        return shortest(i < 0 ? from.GetDouble(message, d) : from.GetRepeatedDouble(message, d, i));
      case pb::FieldDescriptor::CPPTYPE_FLOAT:
        return shortest(i < 0 ? from.GetFloat(message, d) : from.GetRepeatedFloat(message, d, i));
      case pb::FieldDescriptor::CPPTYPE_BOOL:
        if (i < 0 ? from.GetBool(message, d) : from.GetRepeatedBool(message, d, i))
          return language == Language::zh ? "是" : "true";
        return language == Language::zh ? "否" : "false";
      case pb::FieldDescriptor::CPPTYPE_ENUM: {
        const int number =
            i < 0 ? from.GetEnumValue(message, d) : from.GetRepeatedEnumValue(message, d, i);
        const pb::EnumValueDescriptor* known = d->enum_type()->FindValueByNumber(number);
        return known == nullptr ? std::to_string(number) : known->name();
      }
      case pb::FieldDescriptor::CPPTYPE_MESSAGE:
        return part(i < 0 ? from.GetMessage(message, d) : from.GetRepeatedMessage(message, d, i));
    }
    return {};
  }
};

}  // namespace

std::string display(const Schema& schema, const pb::Message& message, const FieldInfo& field,
                    Language language) {
  const Display show{schema, language};
  const pb::Reflection& from = *message.GetReflection();
  if (!field.descriptor->is_repeated()) {
    if (field.descriptor->has_presence() && !from.HasField(message, field.descriptor)) return {};
    return show.value(message, field, -1);
  }
  std::vector<std::string> values;
  for (int i = 0; i < from.FieldSize(message, field.descriptor); ++i)
    values.push_back(show.value(message, field, i));
  // A map keeps its entries in no order, another one in each program.
  if (field.descriptor->is_map()) std::sort(values.begin(), values.end());
  std::string result;
  for (const std::string& value : values) {
    if (&value != &values.front()) result += "; ";
    result += value;
  }
  return result;
}

std::string display(const Schema& schema, const pb::Message& message, const FieldInfo& field,
                    int index, Language language) {
  return Display{schema, language}.value(message, field, index);
}

}  // namespace taizhang
