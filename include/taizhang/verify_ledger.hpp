#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/event.hpp"
#include "taizhang/key_value.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// A tree head that is known from outside the ledger: signed, cosigned by a witness, or on paper.
struct TreeAnchor {
  Position size = 0;
  Hash root{};
  std::string label{};  ///< where it is from, for people
};

/// What is wrong. The comment says what was compared with what; docs/verify.md says what to do.
enum class LedgerDamage : std::uint8_t {
  storage,          ///< the store's own files or checksums do not hold
  identity,         ///< the entry that names the ledger is missing or does not hold
  types,            ///< the table of event types, or an event whose type is not in it
  missing_page,     ///< all 256 events of a page are gone
  page_head,        ///< a page's head: missing, its sum, its root, or its frontier
  frame,            ///< 32 events: missing, or their checksum or lengths do not hold
  record,           ///< the record of an event cannot be read
  altered,          ///< a page's events are not those that the tree was built of
  commit,           ///< commits do not follow on one another, or are not whole
  time,             ///< recorded times run backwards
  tail_group,       ///< a commit group of the tail: missing, twice, or does not hold
  frontier,         ///< the events do not give the tree that the ledger says it has
  stray,            ///< an entry that belongs to no event
  posting_missing,  ///< an event is not found under one of its tags and types
  posting_extra,    ///< an event is found under a tag or type that it does not have
  posting_damaged,  ///< a chunk of postings cannot be read, or is not in order
  id_missing,       ///< an event is not found by its id
  id_extra,         ///< an id stands for an event that does not have it
  fork,             ///< the tree is not the one that an anchor names
  shorter           ///< the ledger ends before an anchor, or before what its writer told readers
};
/// The stable name of a kind, as in JSON ("posting_missing").
std::string_view name(LedgerDamage kind);

/// One thing that does not hold.
struct LedgerFinding {
  LedgerDamage kind{};
  Position first = 0;  ///< the damage lies in [first, last]; 0: at no position
  Position last = 0;
  Text what{};
  std::string tag{};  ///< of the index: the tag, or the id
};

/// What became of an anchor.
enum class AnchorVerdict : std::uint8_t {
  held,         ///< the first `size` events give its root
  differs,      ///< they give another: `fork`
  beyond_head,  ///< the ledger is shorter: `shorter`
  not_reached   ///< below `after`, past damage that hides the tree, or past an interruption
};
std::string_view name(AnchorVerdict verdict);

struct VerifyLedgerOptions {
  /// What lies up to here is not read: the tree is taken up from the stored frontier there, which
  /// is only believed. An anchor of that size or more that holds proves it. Rounded down to the end
  /// of a page. The whole index is read all the same.
  Position after = 0;
  std::vector<TreeAnchor> anchors{};
  unsigned threads = 0;            ///< 0: as many as the machine has
  bool storage = true;             ///< KeyValue::verify, too: every file's own checksums
  std::size_t findings_max = 100;  ///< kept, lowest positions first; all are counted
  /// Set from anywhere, a signal handler too: no further events are begun; the indexes of those
  /// that were read are still compared, so that `proven` holds and is the `after` of the next run.
  const std::atomic<bool>* stop = nullptr;
  /// Work done and in all, in no unit. Called from one thread at a time.
  std::function<void(std::uint64_t done, std::uint64_t all)> progress{};
};

struct LedgerVerification {
  Id ledger;
  bool simulated_clock = false;
  Position after = 0;           ///< where reading began
  bool after_anchored = false;  ///< nothing was only believed: `after` is 0, or an anchor proved it
  Position read = 0;            ///< where it ended: the head, unless interrupted
  Position head = 0;            ///< as the ledger says
  Position sealed = 0;
  Hash root{};  ///< over what was read, recomputed; all zero if damage hides it
  bool has_root = false;
  Timestamp recorded_at;  ///< of the last event read
  /// Everything in (after, proven] holds: records, order, tree, indexes. Findings that lie at no
  /// position do not lower it.
  Position proven = 0;
  /// The largest anchor that held. What comes after could have been rewritten as a whole by whoever
  /// holds the store, and nothing in it would tell.
  Position anchored = 0;
  std::vector<AnchorVerdict> anchors;   ///< in the order given
  std::vector<LedgerFinding> findings;  ///< by position
  std::uint64_t findings_total = 0;
  bool interrupted = false;

  std::uint64_t events = 0;  ///< read and hashed
  std::uint64_t record_bytes = 0;
  std::uint64_t pages = 0;
  std::uint64_t tail_groups = 0;
  std::uint64_t postings = 0;  ///< compared: (tag, type, position)
  std::uint64_t ids = 0;
  double seconds = 0;

  /// All that was asked holds. Not the same as anchored.
  [[nodiscard]] bool holds() const { return findings_total == 0; }
};

/// Recomputes a ledger from its stored bytes and believes none of them: records, leaves, tile
/// roots, frontiers, commits, times, the tail, and the indexes both ways (everything that should be
/// found is found, and nothing else). Needs no ledger to be opened, so that one that refuses to
/// open is still told of. Damage is a finding, never an error, and never ends the run before its
/// end.
///
/// The store is one of Ledger::keyspaces() and must stand still: frozen, a follower between two
/// catch_ups, or a writer's while nothing is written. Beside a writer, in any process, open it
/// frozen once more; the result then speaks of the moment of that opening.
///
/// Reads everything once, on `threads` threads; memory is bounded by 64 bytes a page of 256 events
/// and thread, plus the tail. Thread rule: any thread; the calling thread waits.
/// Errors: `not_found` (no ledger, nothing at all), `unsupported` (format 0 of another build),
/// `io_error`, `closed`: it could not be done.
Result<LedgerVerification> verify_ledger(const KeyValue& store,
                                         const VerifyLedgerOptions& options = {});

/// The same of the store at "scheme:place", opened frozen for it, beside a writer too. A store that
/// cannot be opened because it is damaged is a finding like any other, with nothing read. Errors as
/// above, and those of opening.
Result<LedgerVerification> verify_ledger(const StorageRegistry& storage, std::string_view location,
                                         const VerifyLedgerOptions& options = {});

}  // namespace taizhang
