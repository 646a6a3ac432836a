#include "c/members.hpp"

#include <algorithm>
#include <charconv>

#include "schema/parse_json.hpp"
#include "taizhang/schema/schema.hpp"

namespace taizhang::c {
namespace {

Error malformed(const std::string& what) {
  return Error(ErrorCode::invalid_argument, {what + " must be one JSON object, in UTF-8.",
                                             what + " 须为一个 UTF-8 编码的 JSON 对象。"})
      .with("argument", what);
}

std::optional<std::uint64_t> whole_number(const Json& value) {
  if (value.is_number_unsigned()) return *value.get_ptr<const Json::number_unsigned_t*>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<Members> Members::parse(std::string what, const char* json) {
  return parse_text(std::move(what), json == nullptr ? "" : json);
}

Result<Members> Members::parse_text(std::string what, std::string_view json) {
  if (json.empty()) return of(std::move(what), Json::object());
  auto value = schema::parse_json<Json>(json);
  if (value) return of(std::move(what), *value);
  const Text& why = value.error().message();
  Error error(value.error().code(), {what + ": " + why.en, what + "：" + why.zh});
  for (const Error::Detail& detail : value.error().details()) error.with(detail.name, detail.value);
  return error.with("argument", what);
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
  value = member->get_ref<const std::string&>();
  return {};
}

Result<> Members::take(const std::string& name, bool& value) {
  const Json* member = take(name);
  if (member == nullptr) return {};
  if (!member->is_boolean()) return wrong(name, {"true or false", "true 或 false"});
  value = *member->get_ptr<const Json::boolean_t*>();
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
  value.clear();
  for (const Json& one : *member) value.push_back(one.get_ref<const std::string&>());
  return {};
}

namespace {

Result<Checkpoint> checkpoint_in(Members parts) {
  std::string ledger, root;
  std::uint64_t position = 0;
  TAIZHANG_CHECK(parts.take("ledger", ledger));
  TAIZHANG_CHECK(parts.take("position", position));
  TAIZHANG_CHECK(parts.take("root", root));
  TAIZHANG_CHECK(parts.all_taken());
  return Checkpoint::parse(ledger, std::to_string(position), root);
}

}  // namespace

Result<Checkpoint> checkpoint_of(std::string what, const char* json) {
  TAIZHANG_TRY(Members parts, Members::parse(std::move(what), json));
  return checkpoint_in(std::move(parts));
}

Result<> Members::take(const std::string& name, Checkpoint& value) {
  const Json* member = take(name);
  if (member == nullptr || member->is_null()) return {};
  if (!member->is_object())
    return wrong(name, {"a checkpoint as it was answered: {\"ledger\":…,\"position\":…,\"root\":…}",
                        "答复中给出的检查点：{\"ledger\":…,\"position\":…,\"root\":…}"});
  TAIZHANG_TRY(Members parts, of(what_ + ", \"" + name + "\"", *member));
  TAIZHANG_TRY(value, checkpoint_in(std::move(parts)));
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
    TAIZHANG_TRY(const Json array, schema::parse_json<Json>(text, limits::json_list_bytes_max));
    for (const Json& item : array) items.push_back(dumped(item));
    return items;
  }
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.find_first_not_of(blank) != std::string_view::npos) items.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return items;
}

Json json_of(const Checkpoint& place) {
  return {{"ledger", place.ledger.to_string()},
          {"position", std::to_string(place.position)},
          {"root", to_hex(place.root)}};
}

std::string dumped(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace taizhang::c
