#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/checkpoint.hpp"

namespace taizhang::c {

using Json = nlohmann::ordered_json;

/// The members of a JSON object that a caller gave, each taken by name; what nobody took is an
/// error in the end. `what` names the object in errors ("options_json").
class Members {
 public:
  /// NULL and "" are the object without members.
  static Result<Members> parse(std::string what, const char* json);
  static Result<Members> parse_text(std::string what, std::string_view json);
  static Result<Members> of(std::string what, const Json& value);

  // A member that is not there leaves `value` as it is. `invalid_argument` for another kind of
  // value.
  Result<> take(const std::string& name, std::string& value);
  Result<> take(const std::string& name, bool& value);
  Result<> take(const std::string& name, std::uint64_t& value);
  Result<> take(const std::string& name, std::vector<std::string>& value);
  /// {"ledger":…,"position":…,"root":…}, as answers give it.
  Result<> take(const std::string& name, Checkpoint& value);
  Result<> take(const std::string& name, std::optional<Date>& value);
  Result<> take(const std::string& name, std::optional<Timestamp>& value);
  /// An object, an array or whatever it is; nullptr if it is not there.
  const Json* take(const std::string& name);
  /// The error names what is unknown and the nearest known.
  [[nodiscard]] Result<> all_taken() const;

  [[nodiscard]] Error wrong(const std::string& name, const Text& expected) const;

 private:
  std::string what_;
  Json object_ = Json::object();
  std::vector<std::string> known_;
};

/// One JSON value a command or event: the lines of a text, blank ones left out, or the elements of
/// one array. Errors: those of check_json, of an array.
Result<std::vector<std::string>> split_items(std::string_view text);

/// As Members takes it.
Json json_of(const Checkpoint& place);
/// The other way round; `what` names the argument in errors.
Result<Checkpoint> checkpoint_of(std::string what, const char* json);

/// On one line; text of any bytes gives well-formed JSON.
std::string dumped(const Json& value);

}  // namespace taizhang::c
