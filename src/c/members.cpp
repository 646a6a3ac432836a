#include "c/members.hpp"

#include <algorithm>
#include <charconv>

#include "taizhang/schema/schema.hpp"

namespace taizhang::c {
namespace {

Error malformed(const std::string& what) {
  return Error(ErrorCode::invalid_argument, {what + " must be one JSON object, in UTF-8.",
                                             what + " 须为一个 UTF-8 编码的 JSON 对象。"})
      .with("argument", what);
}

std::optional<std::uint64_t> whole_number(const Json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// What nests deeper than protobuf takes is no message, and would use the stack up on its way.
bool too_deep(std::string_view json) {
  constexpr int levels_max = 100;
  int level = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char one = json[i];
    if (in_text) {
      if (one == '\\') ++i;
      if (one == '"') in_text = false;
      continue;
    }
    in_text = one == '"';
    if (one == '{' || one == '[') ++level;
    if (one == '}' || one == ']') --level;
    if (level > levels_max) return true;
  }
  return false;
}

/// Discarded if it is no JSON.
Json parsed(std::string_view json) {
  return too_deep(json) ? Json(Json::value_t::discarded) : Json::parse(json, nullptr, false);
}

}  // namespace

Result<Members> Members::parse(std::string what, const char* json) {
  if (json == nullptr || *json == '\0') return of(std::move(what), Json::object());
  return of(std::move(what), parsed(json));
}

Result<Members> Members::of(std::string what, const Json& value) {
  if (!value.is_object()) return malformed(what);
  Members members;
  members.what_ = std::move(what);
  members.object_ = value;
  return members;
}

const Json* Members::take(const std::string& name) {
  known_.push_back(name);
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

Result<> Members::take(const std::string& name, std::string& value) {
  const Json* member = take(name);
  if (member == nullptr) return {};
  if (!member->is_string()) return wrong(name, {"a text", "文字"});
  value = member->get<std::string>();
  return {};
}

Result<> Members::take(const std::string& name, bool& value) {
  const Json* member = take(name);
  if (member == nullptr) return {};
  if (!member->is_boolean()) return wrong(name, {"true or false", "true 或 false"});
  value = member->get<bool>();
  return {};
}

Result<> Members::take(const std::string& name, std::uint64_t& value) {
  const Json* member = take(name);
  if (member == nullptr) return {};
  const auto number = whole_number(*member);
  if (!number) return wrong(name, {"a whole number from 0", "非负整数"});
  value = *number;
  return {};
}

Result<> Members::take(const std::string& name, std::vector<std::string>& value) {
  const Json* member = take(name);
  if (member == nullptr) return {};
  const auto is_text = [](const Json& one) { return one.is_string(); };
  if (!member->is_array() || !std::all_of(member->begin(), member->end(), is_text))
    return wrong(name, {"an array of texts", "文字数组"});
  value = member->get<std::vector<std::string>>();
  return {};
}

Result<> Members::take(const std::string& name, std::optional<Date>& value) {
  std::string text;
  TAIZHANG_CHECK(take(name, text));
  if (!object_.contains(name)) return {};
  TAIZHANG_TRY(value, Date::parse(text));
  return {};
}

Result<> Members::take(const std::string& name, std::optional<Timestamp>& value) {
  std::string text;
  TAIZHANG_CHECK(take(name, text));
  if (!object_.contains(name)) return {};
  TAIZHANG_TRY(value, Timestamp::parse(text));
  return {};
}

Result<> Members::all_taken() const {
  for (const auto& [name, value] : object_.items()) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const auto near = nearest_name(name, known_);
    Error error(ErrorCode::invalid_argument,
                {what_ + " has no member \"" + name + "\"." +
                     (near ? " Did you mean \"" + *near + "\"?" : ""),
                 what_ + " 没有成员“" + name + "”。" + (near ? "是否为“" + *near + "”？" : "")});
    error.with("argument", what_).with("name", name);
    if (near) error.with("nearest", *near);
    return error;
  }
  return {};
}

Error Members::wrong(const std::string& name, const Text& expected) const {
  return Error(ErrorCode::invalid_argument,
               {"\"" + name + "\" of " + what_ + " must be " + expected.en + ".",
                what_ + " 的“" + name + "”须为" + expected.zh + "。"})
      .with("argument", what_)
      .with("name", name);
}

Result<std::vector<std::string>> split_items(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  std::vector<std::string> items;
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return items;
  if (text[first] == '[') {
    const Json array = parsed(text);
    if (!array.is_array())
      return Error(ErrorCode::invalid_argument,
                   {"What begins with [ must be one JSON array, in UTF-8; or give one JSON object "
                    "a line.",
                    "以 [ 开头的内容须为一个 UTF-8 编码的 JSON 数组；也可每行一个 JSON 对象。"});
    for (const Json& item : array) items.push_back(dumped(item));
    return items;
  }
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.find_first_not_of(blank) != std::string_view::npos)
      items.emplace_back(too_deep(line) ? std::string_view("nested too deep") : line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return items;
}

std::string dumped(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace taizhang::c
