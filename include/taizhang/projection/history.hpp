#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "taizhang/event.hpp"
#include "taizhang/projection/timeline.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// What a handler or a rule sees of an event besides its message.
struct EventInfo {
  Position position = 0;  ///< of the business event itself
  Position set_by = 0;    ///< of the correction that gave its content, else `position`
  Timestamp recorded_at;  ///< of the business event
  Id id;
  std::string type;
  std::vector<std::string> tags;  ///< with those its corrections added
  Date effective_on;              ///< its date; the recorded date in China if it has none
};

struct EffectiveEvent {
  EventInfo info;
  /// Current version; personal fields empty. nullptr if it could not be read: see `unreadable`.
  std::shared_ptr<google::protobuf::Message> message;
  std::vector<Sealed> sealed;  ///< their sealed parts, unopened
  Id sealed_for;               ///< event id the sealed parts are bound to
  std::uint32_t version = 0;   ///< the version that message and parts were written with
  /// What upcasters will need when the parts are opened: the message as it was written. Only where
  /// there are parts and the version is not the current one.
  std::shared_ptr<const google::protobuf::Message> written;
  /// Why there is no message, in English. Only in a history that keeps such events.
  std::string unreadable{};
};

/// The event's current message with its personal fields, as far as their keys are there: fills
/// `message`, one of its class. Answers the data classes whose keys are gone. Errors: those of the
/// sealer and of Schema::upcast.
Result<std::vector<std::string>> open_event(const Schema& schema, const Sealer& sealer,
                                            const EffectiveEvent& event,
                                            google::protobuf::Message& message);

/// The effective history of a set of events: voids and corrections applied, ordered by
/// (effective on, position), as Timeline defines it; decisions, projections and trails all use it.
/// A correction keeps its target's place. Holds every message. One thread at a time.
class History {
 public:
  /// What becomes of an event whose bytes are no message of its type, or whose upcaster fails.
  enum class Unreadable : std::uint8_t {
    refuse,  ///< `add` answers the error
    keep     ///< it keeps its place without a message; a void or correction mends it
  };
  explicit History(const Schema& schema, Unreadable unreadable = Unreadable::refuse)
      : schema_(&schema), unreadable_(unreadable) {}
  /// As Timeline::add; copies what it keeps. After an error nothing has changed. `too_large` beyond
  /// limits::subject_events_max; `unsupported` for a type or version that the schema does not know.
  Result<> add(const RecordedEvent& event);
  /// The events that count, in effective order. The history can go on growing afterwards.
  [[nodiscard]] std::vector<EffectiveEvent> effective() const;
  [[nodiscard]] bool empty() const { return events_.empty(); }

 private:
  const Schema* schema_;
  Unreadable unreadable_;
  Timeline timeline_;
  std::vector<EffectiveEvent> events_;  ///< by the numbers of the timeline's entries
};

}  // namespace taizhang
