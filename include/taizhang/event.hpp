#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/result.hpp"
#include "taizhang/time.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// The event's place in the log: 1, 2, 3 …, contiguous, never reused. 0 is "before the first".
using Position = std::uint64_t;
inline constexpr Position position_max = std::numeric_limits<Position>::max();

/// SHA-256.
using Hash = std::array<std::uint8_t, 32>;
std::string to_hex(const Hash& hash);

/// 128 random or derived bits: ids of ledgers, subjects, commands and events.
/// Text form: 26 lower-case characters of Crockford's base 32 (no i, l, o, u). All zeros is no id.
struct Id {
  std::array<std::uint8_t, 16> bytes{};
  friend auto operator<=>(const Id&, const Id&) = default;
  [[nodiscard]] bool is_zero() const { return *this == Id{}; }
  [[nodiscard]] std::string to_string() const;
  /// Takes the text form in either case (so a ULID too) and a UUID, 32 hexadecimal digits with or
  /// without its hyphens; `to_string` gives the text form of all of them. Errors:
  /// `invalid_argument`, also for all zeros.
  static Result<Id> parse(std::string_view text);
  /// From the operating system's generator (libsodium). Thread-safe.
  static Id random();
  /// The first 128 bits of SHA-256 over a domain name and length-prefixed parts: the same
  /// parts always give the same id.
  static Id derive(std::string_view domain, const std::vector<std::string_view>& parts);
};
/// The id of the event number `ordinal` (from 0) of a command.
Id event_id(const Id& command, std::uint32_t ordinal);

/// Who did it, on what grounds. Ids and office words only, never a person's name.
/// Every field may be empty. Strings are UTF-8.
struct Context {
  std::string actor{};         ///< the person's id in the institution ("teacher:…", staff number)
  std::string role{};          ///< "班主任", "academic-affairs"
  std::string office{};        ///< department: "教务处"
  std::string document{};      ///< the paper document's number
  std::string on_behalf_of{};  ///< whom the actor stood in for
  std::string correlation{};   ///< the whole piece of work this belongs to
  std::string causation{};     ///< what triggered it: an event or command id
  std::optional<Id> command{};   ///< the command that decided it
  std::string command_digest{};  ///< keyed digest of the command, to recognise a changed retry
  std::optional<Id> batch{};     ///< import batch
  std::string file{};            ///< the batch's file, as named at import
  std::uint64_t line = 0;        ///< line in that file, from 1; 0 is none
  std::optional<Timestamp> claimed_at{};  ///< when the source says it was entered: a claim
  /// What an application adds: a trace, a tenant, the id of a form. Names and values lie in the
  /// clear for ever, so both are ids: visible ASCII without blanks (limits::extra_…_max).
  std::map<std::string, std::string> extra{};
  friend bool operator==(const Context&, const Context&) = default;
};

/// One subject's personal fields of one class, encrypted. The plaintext is the same message
/// with only those fields; reading merges it into the clear part.
struct Sealed {
  std::string subject{};     ///< the tag whose key it is ("student:…")
  std::string data_class{};  ///< "identity", "contact", "bank"
  std::uint32_t key_version = 1;
  std::string nonce{};  ///< 24 bytes
  std::string ciphertext{};
  /// Tells one plaintext from another without showing it: a digest under the same key as the
  /// ciphertext, so that it says nothing once that key is erased. Not empty. An event that is
  /// appended again is known by it, for the ciphertext differs each time.
  std::string digest{};
  friend bool operator==(const Sealed&, const Sealed&) = default;
};

/// The two kinds of event that amend another one. They alone have a target.
inline constexpr std::string_view void_type = "ledger.event-voided";
inline constexpr std::string_view correction_type = "ledger.event-corrected";

/// What a void or a correction points at: an earlier business event.
struct Target {
  Position position = 0;
  std::string type{};         ///< the target's type: typed queries for it match this event too
  std::uint32_t version = 1;  ///< schema version of a correction's replacement message
  friend bool operator==(const Target&, const Target&) = default;
};

/// An event to append. Tags are opaque UTF-8 strings without control characters, stored once
/// each, sorted. The ledger never looks into `clear` or `sealed`. Types "ledger.…" are the
/// ledger's own.
struct NewEvent {
  Id id{};
  std::string type{};         ///< stable dotted name: "education.student-enrolled"
  std::uint32_t version = 1;  ///< schema version of the message in `clear`
  std::vector<std::string> tags{};
  std::optional<Date> effective_on{};
  Context context{};
  std::optional<Target> target{};
  std::string clear{};
  std::vector<Sealed> sealed{};
};

/// An event as recorded. Views point into the reader's buffers and are valid until the reader
/// moves or dies; copy what must live longer.
struct RecordedEvent {
  struct SealedView {
    std::string_view subject;
    std::string_view data_class;
    std::uint32_t key_version = 1;
    std::string_view nonce;
    std::string_view ciphertext;
    std::string_view digest;
  };
  struct TargetView {
    Position position = 0;
    std::string_view type;
    std::uint32_t version = 1;
  };
  Position position = 0;
  Timestamp recorded_at;
  Position commit_first = 0;      ///< first position of its commit
  std::uint32_t commit_size = 0;  ///< events in its commit
  Id id;
  std::string_view type;
  std::uint32_t version = 1;
  std::vector<std::string_view> tags;  ///< sorted
  std::optional<Date> effective_on;
  std::optional<TargetView> target;
  std::string_view context;  ///< encoded; see decode_context
  std::string_view clear;
  std::vector<SealedView> sealed;
  std::string_view record;  ///< the exact stored bytes: what the tree hashes

  [[nodiscard]] bool has_tag(std::string_view tag) const;
};

/// The context of a recorded event. `damaged` if the bytes are not a context.
Result<Context> decode_context(std::string_view encoded);

/// The view of an event that is still to be appended, as if recorded at `position`. It points
/// into `context_bytes`, which it fills. The event counts as a commit of its own.
RecordedEvent as_recorded(const NewEvent& event, Position position, Timestamp recorded_at,
                          std::string& context_bytes);

}  // namespace taizhang
