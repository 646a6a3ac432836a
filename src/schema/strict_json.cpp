#include "taizhang/schema/strict_json.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "ledger/errors.hpp"
#include "schema/text.hpp"

namespace taizhang {
namespace {

using nlohmann::json;

Error not_json(std::size_t at) {
  const std::string byte = std::to_string(at);
  return core::invalid("This is not JSON in UTF-8: it goes wrong at byte " + byte + ".",
                       "这不是 UTF-8 编码的 JSON：第 " + byte + " 字节处有误。")
      .with("byte", byte);
}

/// Looks on while the parser reads, which keeps no stack of calls, and ends it at what is wrong.
class Onlooker {
 public:
  std::optional<Error> problem;

  static bool null() { return true; }
  static bool boolean(bool) { return true; }
  static bool number_integer(json::number_integer_t) { return true; }
  static bool number_unsigned(json::number_unsigned_t) { return true; }
  static bool number_float(json::number_float_t, const std::string&) { return true; }
  static bool binary(json::binary_t&) { return true; }
  bool string(const std::string& text) { return no_nul(text); }
  bool start_object(std::size_t) { return enter(true); }
  bool start_array(std::size_t) { return enter(false); }
  bool end_object() { return leave(); }
  bool end_array() { return leave(); }
  bool key(const std::string& name) {
    if (!no_nul(name)) return false;
    if (names_.back().insert(name).second) return true;
    const std::string shown = schema::shortened(name);
    return stop(core::invalid("\"" + shown + "\" stands twice in one JSON object. Give it once.",
                              "同一 JSON 对象中“" + shown + "”出现两次。请只给一次。")
                    .with("name", shown));
  }
  bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception&) {
    return stop(not_json(at));
  }

 private:
  bool stop(Error why) {
    problem = std::move(why);
    return false;
  }
  bool no_nul(const std::string& text) {
    if (text.find('\0') == std::string::npos) return true;
    return stop(core::invalid("A JSON text holds the character U+0000. Leave it out.",
                              "JSON 文本含有字符 U+0000。请去掉。"));
  }
  bool enter(bool object) {
    if (object_.size() == limits::json_levels_max)
      return stop(core::over_limit("The depth of a JSON text", "JSON 的嵌套层数",
                                   object_.size() + 1, limits::json_levels_max));
    object_.push_back(object);
    if (object) names_.emplace_back();
    return true;
  }
  bool leave() {
    if (object_.back()) names_.pop_back();
    object_.pop_back();
    return true;
  }

  std::vector<bool> object_;                  ///< of what is open: objects, or else arrays
  std::vector<std::set<std::string>> names_;  ///< of the open objects
};

}  // namespace

Result<> check_json(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max)
    return core::over_limit("The size in bytes of a JSON text", "JSON 文本的字节数", text.size(),
                            bytes_max);
  // The parser would take it for the end, whatever comes after.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) return not_json(nul + 1);
  Onlooker onlooker;
  if (json::sax_parse(text.begin(), text.end(), &onlooker)) return {};
  return *std::move(onlooker.problem);
}

}  // namespace taizhang
