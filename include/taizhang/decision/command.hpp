#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "taizhang/event.hpp"
#include "taizhang/schema/schema.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// What somebody asks for. One door for the library, the tool and imports.
struct Command {
  Id id{};  ///< looked up before any rule: a retry changes nothing. Zeros: refused; see `of`
  Context context{};                   ///< `command` and `command_digest` are set by execute
  std::optional<Date> effective_on{};  ///< the business date, plausible; none: today in China
  std::shared_ptr<const google::protobuf::Message> body{};  ///< a message with a command option
  std::optional<Timestamp> simulated_now{};                 ///< simulated ledgers only

  /// A new request: that body, copied, under a random id.
  template <class Body>
  static Command of(const Body& body, Context context = {}, std::optional<Date> effective_on = {}) {
    return {Id::random(), std::move(context), effective_on, std::make_shared<Body>(body), {}};
  }
};

struct Verdict {
  enum class Kind : std::uint8_t {
    accepted,  ///< its events are durable at `positions`
    known,     ///< it was answered before: these are its original positions
    rejected   ///< none of its events was written; `error` names the rule (details `rule`,
               ///< `position`). `positions` only if the refusal itself was recorded.
  };
  Kind kind = Kind::rejected;
  std::vector<Position> positions;
  std::optional<Error> error;
};

/// A command from its JSON form, as `taizhang execute` takes it:
///   {"type":"EnrolStudent","id":"…26 characters…","on":"2024-09-01",
///    "context":{"actor":"…","role":"…","office":"…","document":"…","extra":{"trace":"…"}},
///    "body":{…}}
/// A missing id is drawn at random; a given one may be a ULID or a UUID, too. Errors:
/// `invalid_argument`, naming the unknown command or field and the nearest, or the date or time
/// that is not plausible (Date::plausible); those of check_json. No text is larger than
/// limits::json_bytes_max, which is asked before anything is parsed.
Result<Command> command_from_json(const Schema& schema, std::string_view json);
/// The "context" of that form by itself, held to the same.
Result<Context> context_from_json(std::string_view json);
/// The answer's JSON form, one line:
///   {"id":"…","verdict":"accepted|known|rejected","positions":["12"],"rule":"R-11","position":"7",
///    "code":"rejected","message":{"zh":"…","en":"…"}}
std::string verdict_to_json(const Command& command, const Verdict& verdict);
/// The answer to what is no command, one line:
///   {"verdict":"refused","code":"invalid_argument","message":{"zh":"…","en":"…"},"details":{…}}
std::string refusal_to_json(const Error& error);

}  // namespace taizhang
