#include "schema/field_error.hpp"

#include "schema/text.hpp"

namespace taizhang::schema {

Error field_error(const FieldInfo& field, std::string_view path, std::string_view value,
                  std::string rule_name, const Text& rule, const Text& way_out) {
  // Sub-messages that hold personal fields come here without a value.
  std::string shown = field.data_class.empty() ? std::string(value) : masked(value, field.mask);
  shown = valid_utf8(shown) ? shortened(shown) : "?";
  const std::string path_text(path);
  const std::string en_value = shown.empty() ? "" : ", value \"" + shown + "\"";
  const std::string zh_value = shown.empty() ? "" : "的值“" + shown + "”";
  return Error(ErrorCode::invalid_argument,
               {"field \"" + field.label.en + "\" (" + path_text + ")" + en_value + ": " + rule.en +
                    "; " + way_out.en,
                "字段“" + field.label.zh + "”(" + path_text + ")" + zh_value + ":" + rule.zh + ";" +
                    way_out.zh})
      .with("field", path_text)
      .with("value", std::move(shown))
      .with("rule", std::move(rule_name));
}

Error unknown_field(const MessageInfo& message, std::string_view field_name) {
  std::vector<std::string> names;
  names.reserve(message.fields.size());
  for (const FieldInfo& field : message.fields) names.push_back(field.descriptor->name());
  const std::optional<std::string> nearest = nearest_name(field_name, names);
  const std::string known = [&] {
    std::string list;
    for (const std::string& each : names) list += (list.empty() ? "" : ", ") + each;
    return list;
  }();
  const std::string shown = valid_utf8(field_name) ? shortened(field_name) : "?";
  Error error(ErrorCode::invalid_argument,
              {message.label.en + " (" + message.name + ") has no field \"" + shown + "\"; " +
                   (nearest ? "did you mean \"" + *nearest + "\"?" : "its fields are: " + known),
               message.label.zh + "(" + message.name + ")没有字段“" + shown + "”;" +
                   (nearest ? "是否应为“" + *nearest + "”?" : "可用字段:" + known)});
  error.with("field", shown).with("message", message.name).with("rule", "known-field");
  if (nearest) error.with("nearest", *nearest);
  return error;
}

std::string listed(const CodeTable& codes, Language language) {
  std::string list;
  std::size_t count = 0;
  for (const auto& [code, label] : codes) {
    if (count++ == 10) return list + ", …";
    list += (list.empty() ? "" : ", ") + code + " " + in(label, language);
  }
  return list;
}

}  // namespace taizhang::schema
