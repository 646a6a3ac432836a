#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "taizhang/event.hpp"
#include "taizhang/schema/schema.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Who encrypts personal fields. The vault is one; safe from any thread.
class Sealer {
 public:
  Sealer() = default;
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;
  virtual ~Sealer() = default;
  /// Encrypts, making the subject's key if it has none. The key is durable after make_durable. The
  /// part's digest depends on plaintext, event and key alone: it knows the plaintext again.
  virtual Result<Sealed> seal(std::string_view subject, std::string_view data_class,
                              const Id& event, std::string_view plaintext) = 0;
  /// Decrypts. Nothing if the key was erased. `damaged` if the bytes do not fit the key.
  virtual Result<std::optional<std::string>> open(const RecordedEvent::SealedView& sealed,
                                                  const Id& event) const = 0;
  /// MUST be called, and succeed, before events with newly sealed parts are appended.
  virtual Result<> make_durable() = 0;
};

/// The one form of a message's content: what is said twice has the same bytes, entries of maps in
/// the order of their keys. Commands, events and digests all go by it. `too_large` over
/// limits::event_bytes_max.
Result<std::string> content_bytes(const google::protobuf::Message& message);

/// Makes an event to append: validates, derives tags, splits off and seals personal fields.
/// The message is the type's current one, serialised as content_bytes says. Personal fields of one
/// subject and class make one sealed part. Errors: `invalid_argument` (also for a day that is not
/// Date::plausible), `too_large`, the sealer's.
Result<NewEvent> encode_event(const Schema& schema, const google::protobuf::Message& message,
                              const Id& id, Context context, std::optional<Date> effective_on,
                              Sealer& sealer);

/// Who let a record be withdrawn or replaced, and why. Reason and approver are required.
struct Approval {
  std::string reason;
  std::string approver;
  std::string document;
};

/// Fills `message` (of the event's type as it is now; of the target's for a correction) from the
/// clear part and, if `sealer` is given, from the sealed parts; without it personal fields stay
/// empty. An event written with an older version goes through the upcasters. Fields that the
/// message does not know stay in it as unknown fields, byte for byte (unless an upcaster leads to
/// another class). Answers the data classes whose keys are gone. `unsupported` for an unknown type
/// or version.
Result<std::vector<std::string>> decode_event(const Schema& schema, const RecordedEvent& event,
                                              google::protobuf::Message& message,
                                              const Sealer* sealer);
/// A new message for the event's type (the target's, for a correction); nullptr if unknown.
std::unique_ptr<google::protobuf::Message> new_message_for(const Schema& schema,
                                                           const RecordedEvent& event);

/// An event in the words of the version it was written with: no upcaster has run.
struct WrittenMessage {
  const MessageInfo* info = nullptr;  ///< of that version
  std::unique_ptr<google::protobuf::Message> message;
  std::vector<std::string> erased;  ///< data classes whose keys are gone
};
/// As decode_event, but what was recorded. Use it to show an event; use decode_event to work on it.
Result<WrittenMessage> decode_as_written(const Schema& schema, const RecordedEvent& event,
                                         const Sealer* sealer);

/// Opens sealed parts into `written`, the message they were sealed from (of the version that the
/// event was written with). `event` is the id they are bound to. Answers the data classes whose
/// keys are gone. `damaged` if a part is not of that message.
Result<std::vector<std::string>> open_parts(const Sealer& sealer,
                                            std::span<const RecordedEvent::SealedView> parts,
                                            const Id& event, google::protobuf::Message& written);

/// What stands in a personal field whose key is gone.
inline constexpr std::string_view erased_mark = "已删除/erased";
/// Puts it into the personal string fields of these classes that are empty: another subject's part
/// of the same class may have been opened, and what it filled stays.
void mark_erased(const MessageInfo& info, std::span<const std::string> gone,
                 google::protobuf::Message& message);

}  // namespace taizhang
