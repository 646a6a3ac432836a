#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "taizhang/event.hpp"
#include "taizhang/key_value.hpp"
#include "taizhang/query.hpp"
#include "taizhang/result.hpp"
#include "taizhang/time.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Where the log ends, read at one moment.
struct Head {
  Position position = 0;  ///< 0: empty
  Hash root{};            ///< RFC 6962 root over all entries up to there
  Timestamp recorded_at;  ///< of the last event
};

/// What append answers, in the order of the events given.
struct Appended {
  std::vector<Position> positions;
  Timestamp recorded_at;  ///< of the first of them
  bool known = false;     ///< nothing was written: all ids were known, these are their places
};

struct ReadOptions {
  Checkpoint after{};            ///< goes on after what was seen before; refused if it is not here
  Position first = 1;            ///< of this ledger, inclusive
  Position last = position_max;  ///< likewise
  bool backward = false;         ///< from the highest position down
  std::uint64_t limit = position_max;

  static ReadOptions one(Position position) { return {.first = position, .last = position}; }
};

/// A cursor over the events that match a query, as they stood when it was made. Pins nothing
/// in the store. One thread at a time. Must not outlive its ledger.
class Reader {
 public:
  class Impl;
  explicit Reader(std::unique_ptr<Impl> impl);
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  /// The next event, valid until the next call; nullptr at the end or at the limit.
  /// Errors: `io_error`, `damaged` (naming the position). The reader then stays failed.
  Result<const RecordedEvent*> next();
  /// Up to here the caller has seen every match: the head when the reader was made (or `last`),
  /// or the last event returned when the limit cut it (the place it began after, if the limit is
  /// 0). This is a condition's `after` and the next reader's. Meaningful once `next` returned
  /// nullptr. Forward readers only. Errors: those of Ledger::checkpoint_at.
  [[nodiscard]] Result<Checkpoint> seen() const;

 private:
  std::unique_ptr<Impl> impl_;
};

/// History, then live events, each once and in order. Pulled: nothing is buffered beyond one
/// step, so a slow follower costs the writer nothing. One thread at a time, except `stop`.
class Follower {
 public:
  class Impl;
  explicit Follower(std::unique_ptr<Impl> impl);
  Follower(Follower&&) noexcept;
  Follower& operator=(Follower&&) noexcept;
  ~Follower();

  /// The next event, valid until the next call; nullptr if none came within `wait`, or after
  /// `stop`. `closed` once the ledger is closed and everything up to its head was delivered.
  /// Over a following ledger it refreshes by itself while it waits, every 25 ms.
  Result<const RecordedEvent*> next(std::chrono::milliseconds wait);
  /// Every match up to here has been delivered. Grows past filtered events too. Errors: those of
  /// Ledger::checkpoint_at.
  [[nodiscard]] Result<Checkpoint> seen() const;
  /// Wakes a waiting `next`. From any thread.
  void stop();

 private:
  std::unique_ptr<Impl> impl_;
};

struct CreateOptions {
  /// Recorded times come with the commits, for simulations. Fixed for ever and always shown.
  bool simulated_clock = false;
};

struct AppendOptions {
  /// Simulated ledgers only: the time to record (never before the previous event's).
  std::optional<Timestamp> simulated_now{};
};

/// A person's word that events which a writer had made durable are lost.
struct LossConfirmation {
  Context context;     ///< who says so: `actor` is required
  std::string reason;  ///< how it is known that they cannot be had again
};

struct LedgerStatus {
  Id id;
  bool simulated_clock = false;
  std::uint32_t format = 0;
  Head head;
  Position sealed = 0;  ///< events in sealed pages; the rest is the tail
  std::uint64_t size_bytes = 0;
  OpenMode mode = OpenMode::writer;  ///< writer, frozen or follower
  bool writer_lives = false;         ///< of a reader: some process writes the ledger now
  bool writable = true;
  std::string stopped_because;  ///< why appends are refused, in English; empty if they are not
  std::string damage;           ///< the first damage a read met, in English; empty if none
};

/// The log. Appends are durable, ordered and conditional; reads are by query.
///
/// Thread rule: every method may be called from any thread. `append` blocks until the commit
/// is durable; concurrent appends share one flush and a caller that finds nobody waiting
/// commits by itself. No caller's code ever runs on the committing thread.
///
/// After a failed write the handle takes no more appends (`io_error`/`storage_full`), while
/// reads of the durable part go on. Reopen to continue.
///
/// One process writes a ledger; any number read it meanwhile. How the store was opened says which:
/// - create, writer: takes appends and tells readers after each commit how far the log is durable.
/// - frozen: the durable log at opening, for ever the same. While a writer lives, what it has
///   told; else everything that can be recovered.
/// - follower: the same at opening, then the log up to what the writer told last, as of the last
///   `refresh`. Never an event that is not durable, never a gap, never another order. It outlives
///   writers: after one died the end stays where it was until the next one goes on.
/// Readers take every call; those that change the ledger answer `unsupported`.
class Ledger {
 public:
  /// Keyspaces that a store must be opened with to hold a ledger.
  static const std::vector<std::string>& keyspaces();

  /// What a store of a ledger of this build holds, for StoreOptions::content: another build's is
  /// then refused untouched.
  static std::string store_content();

  /// Makes a new ledger in an empty store and opens it. Durable when it returns.
  /// Errors: `already_exists`.
  static Result<std::unique_ptr<Ledger>> create(std::unique_ptr<KeyValue> store,
                                                const CreateOptions& options,
                                                std::shared_ptr<const Clock> clock);
  /// Opens an existing ledger: reads the tail, recomputes its part of the tree and compares
  /// with the stored frontier. The store's mode is the ledger's. A log that ends before what its
  /// last writer had told is not taken, by writers and readers alike: nothing is changed, so that
  /// what is missing can be put back. Errors: `not_found`; `unsupported` (format, or format 0 of
  /// another build); `damaged` (naming the position; for a shorter log the details `head` and
  /// `vouched`: see open_shorter); `busy` for readers, while a writer is opening the ledger for the
  /// first time or moves its data faster than it can be read: try again.
  static Result<std::unique_ptr<Ledger>> open(std::unique_ptr<KeyValue> store,
                                              std::shared_ptr<const Clock> clock);
  /// Opens, as writer, a log that `open` refuses because it ends before what was told, and records
  /// that a person vouches for the loss ("ledger.loss-confirmed": both positions, the reason).
  /// From then on it opens as any. Errors: those of open; `invalid_argument` if nothing is missing,
  /// or actor or reason are.
  static Result<std::unique_ptr<Ledger>> open_shorter(std::unique_ptr<KeyValue> store,
                                                      std::shared_ptr<const Clock> clock,
                                                      const LossConfirmation& loss);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  [[nodiscard]] const Id& id() const;
  [[nodiscard]] bool simulated_clock() const;
  [[nodiscard]] Head head() const;
  [[nodiscard]] LedgerStatus status() const;

  /// Appends all events as one commit, or none. MUST NOT succeed before they are durable.
  ///
  /// Order of checks: limits and form (`too_large`, `invalid_argument`); ids: all known gives
  /// their original positions, for a subset of a former commit too (`known`), some known is
  /// `ids_partly_known`, known with other content (type, version, tags, date, target, clear
  /// bytes, what the digests of sealed parts tell) is `id_content_differs`; what is amended; the
  /// conditions' checkpoints (`other_history`) and the conditions (`condition_failed`, which names
  /// every violation, up to limits::violations_named_max, by the details `condition`, `item` and
  /// `position`, three for each, in this order); the clock (`clock_suspect`). The same id twice in
  /// one commit is `invalid_argument`, so are no events, and types "ledger.…" but the two that
  /// amend.
  /// A void or correction must target an earlier event that is neither and carry all tags of the
  /// target and of its former amendments, so that whoever asks by a tag sees all that was ever
  /// said of the event (`invalid_argument`, details `missing`; `condition_failed` if an amendment
  /// came in between). Decision::void_event and correct_event make them so.
  /// Others: `busy`, `closed`, `io_error`, `storage_full`, `outcome_unknown`.
  Result<Appended> append(std::span<const NewEvent> events,
                          const std::vector<Condition>& conditions = {},
                          const AppendOptions& options = {});
  /// The same with the ledger's own kinds of event. For the layers of this library, which keep
  /// their notes in the ledger; an application's kinds have names of their own.
  Result<Appended> append_own(std::span<const NewEvent> events,
                              const std::vector<Condition>& conditions = {},
                              const AppendOptions& options = {});

  /// Where the log ends, as a place to come back to.
  [[nodiscard]] Checkpoint checkpoint() const;
  /// The same at an earlier position. `not_found` beyond the head. Costs as inclusion_proof; what
  /// was asked lately is remembered.
  Result<Checkpoint> checkpoint_at(Position position) const;
  /// Whether the place is in this ledger's history: `other_history` (details `why`:
  /// "other-ledger", "ahead" with the `head`, or "forked") if it is not. A reading process
  /// refreshes first. Costs as checkpoint_at.
  Result<> check(const Checkpoint& place) const;

  /// The events that match. Errors: `invalid_argument` (the query), `other_history`, `closed`.
  Result<Reader> read(const Query& query, const ReadOptions& options = {}) const;
  /// All matches after `after`, then live ones. Errors: as read.
  Result<Follower> follow(const Query& query, const Checkpoint& after = {}) const;

  /// Where the ids are, in their order; nothing for an unknown one. Complete: never forgets.
  Result<std::vector<std::optional<Position>>> positions_of(std::span<const Id> ids) const;
  /// The root over the first `position` entries. `not_found` beyond the head.
  Result<Hash> root_at(Position position) const;
  /// RFC 6962: that the event's entry is in the tree of the first `size`; the sibling of the leaf
  /// first. Check it with `verify_inclusion` (taizhang/tree.hpp). Costs reading the event's page
  /// and as many page heads as `size` has binary digits. `not_found` beyond the head;
  /// `invalid_argument` if the position is 0 or beyond `size`.
  Result<std::vector<Hash>> inclusion_proof(Position position, Position size) const;
  /// RFC 6962: that the tree of `old_size` is the beginning of that of `size`; empty if they are
  /// the same. Check it with `verify_consistency`. Cost and errors as above; an `old_size` of 0 is
  /// `invalid_argument`: nothing can be shown of it.
  Result<std::vector<Hash>> consistency_proof(Position old_size, Position size) const;
  /// The last event recorded at that time or before; 0 if there is none. Recorded times never
  /// decrease, so "what was known then" is the log up to here. Reads as many events as the head
  /// has binary digits.
  Result<Position> position_at(Timestamp time) const;

  /// After `clock_suspect` (the rules: taizhang/clock_rules.hpp), if the clock is right: a person
  /// vouches for it. Appends an event that says so and what the clock shows
  /// ("ledger.clock-confirmed"), and takes appends again, here and in every process that opens the
  /// ledger later, as long as the clock goes on from there. Where events have stamps after what the
  /// clock shows, that of the last one is given until the clock has come up to it.
  Result<Appended> confirm_clock(const Context& context, std::string reason);

  /// Followers: makes what the writer has told visible and answers the head, which never goes
  /// back; checks the tree over what is new. Cheap when there is nothing new. Writers and frozen:
  /// the head. Errors: `busy` (the writer moved its data meanwhile: try again; nothing changed
  /// here), `not_found` (the store is no longer at its place), `damaged` (also: another ledger
  /// lies there now, or an older copy of this one), `closed`.
  Result<Head> refresh() const;

  /// Records a loss that something else than the writer's own mark vouches for: it was written when
  /// the ledger had `vouched` events. Errors: those of append; `invalid_argument` as open_shorter.
  Result<> confirm_loss(const LossConfirmation& loss, Position vouched);

  /// A store that the events lean on, such as the vault of their keys, tells how far it has come:
  /// a number that grows with each of its durable writes. The next commit notes it, so that an
  /// older copy of that store is known beside this ledger. Any thread.
  void rely_on_companion(std::uint64_t sequence);
  /// The number that was noted last, as of opening or since; 0 if none.
  [[nodiscard]] std::uint64_t companion() const;

  /// Seals every full page of the tail now. Sealing also runs by itself, off the commit path.
  Result<> seal();
  /// Refuses new work, waits for commits in flight, stops. Idempotent. Followers end.
  Result<> close();

 private:
  class Impl;
  static Result<std::unique_ptr<Ledger>> open(std::unique_ptr<KeyValue> store,
                                              std::shared_ptr<const Clock> clock,
                                              const LossConfirmation* loss);
  explicit Ledger(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// For events that bring no time of their own: a simulated clock stands still at the last event
/// until somebody brings a time. Says nothing on a ledger with a real clock.
AppendOptions at_standing_clock(const Ledger& ledger);

}  // namespace taizhang
