/// Taizhang for C, and for every language that can call C: the record of a school system's aid work
/// (or of any application whose kinds of event are given as a schema), opened, written by command
/// or by event, asked, replayed and followed. Bytes or JSON go in and out; the JSON is the same
/// that the `taizhang` tool takes and prints.
///
/// Conventions, which hold for every call:
///
/// 1. SUCCESS IS 0. A call that can fail answers a taizhang_code. When it is not TAIZHANG_OK, what
///    the call would have answered is set empty (NULL, 0, {NULL, 0}), and, if `error` is not NULL,
///    `*error` is an error of the caller's to free. On success `*error` is NULL. Nothing is thrown,
///    printed, signalled or aborted across this boundary, memory that runs out included.
/// 2. TEXT IS UTF-8 AND JSON IS STRICT. Strings end in NUL. JSON that comes in may give a position
///    as a number or a string; what goes out gives it as a string ("12"), as protobuf does for 64
///    bits. A place in the log is a checkpoint object, which is handed back as it was answered. A
///    member that a call does not know is refused, and the nearest known one is named.
///    A member that is there twice, U+0000, and what nests deeper than 100 levels are refused, too.
///    `…_json` parameters take one JSON object; NULL or "" is the object without members.
/// 3. WHAT IS ANSWERED IS THE CALLER'S. Buffers are freed with taizhang_free, errors with
///    taizhang_error_free, a follower with taizhang_follower_close, a system with taizhang_close, a
///    model with taizhang_model_free. What is passed in is only read, and only during the call; but
///    callbacks and what `user` points at must be there until every system of theirs is closed.
/// 4. ANY THREAD. Every call may be made from any thread, many at once on one system. A follower
///    takes one poll at a time; taizhang_follower_stop may come from any thread meanwhile. Close
///    and free are the last calls on what they are given. No thread may be cancelled inside a call,
///    and what a process opened is of no use to a child that it forks. Where descriptors 0 to 2 are
///    closed when something is opened, /dev/null is put there, lest what the program prints go into
///    a file of the ledger; keep them open as long as a system is.
/// 5. NULL IS AN ERROR, NOT A CRASH. Where a parameter is not said to be "or NULL", NULL gives
///    TAIZHANG_INVALID_ARGUMENT. So does (as far as memory can still tell) a system or follower
///    that was closed. Freeing or closing NULL does nothing.
///
/// STABLE calls keep their signature and meaning, and codes keep their numbers, as long as
/// TAIZHANG_ABI_VERSION is the same. UNSTABLE ones may change in any version. New calls, new codes,
/// new members of JSON answers may be added: ignore those that you do not know.
#ifndef TAIZHANG_C_H
#define TAIZHANG_C_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define TAIZHANG_C_API
#else
#define TAIZHANG_C_API __attribute__((visibility("default")))
#endif

#define TAIZHANG_VERSION_MAJOR 0
#define TAIZHANG_VERSION_MINOR 1
#define TAIZHANG_VERSION_PATCH 0
#define TAIZHANG_ABI_VERSION 2

#ifdef __cplusplus
extern "C" {
#endif

/// What a call answers: TAIZHANG_OK or why not. The comment says what the caller does about it.
typedef int32_t taizhang_code;
enum {
  TAIZHANG_OK = 0,
  TAIZHANG_INVALID_ARGUMENT = 1,    ///< The request is malformed. Mend it.
  TAIZHANG_NOT_FOUND = 2,           ///< The named thing does not exist. Do not retry.
  TAIZHANG_ALREADY_EXISTS = 3,      ///< The thing to be made is there. Open it, or go elsewhere.
  TAIZHANG_TOO_LARGE = 4,           ///< Over a limit; nothing was written. Split or shrink it.
  TAIZHANG_CONDITION_FAILED = 5,    ///< Something in the way was appended. Read and decide again.
  TAIZHANG_REJECTED = 6,            ///< A rule forbids it; details name rule and position.
  TAIZHANG_ID_CONTENT_DIFFERS = 7,  ///< Known id, other content. Use a new id.
  TAIZHANG_IDS_PARTLY_KNOWN = 8,    ///< Some ids of the commit are known. Details name them.
  TAIZHANG_BUSY = 9,                ///< The queue is full; nothing was taken. Retry the call.
  TAIZHANG_HELD = 10,               ///< Another process has the store; details name it.
  TAIZHANG_CLOSED = 11,             ///< The system was closed. Open it again.
  TAIZHANG_OUTCOME_UNKNOWN = 12,    ///< Failed in flight. Reopen and send the same ids again.
  TAIZHANG_IO_ERROR = 13,           ///< The store failed. Appends stop; reopen.
  TAIZHANG_STORAGE_FULL = 14,       ///< No space left. Free some, reopen, retry.
  TAIZHANG_DAMAGED = 15,            ///< A checksum does not hold. Restore from a backup.
  TAIZHANG_UNSUPPORTED = 16,        ///< Of a build, format, schema or mode that does not take it.
  TAIZHANG_CLOCK_SUSPECT = 17,      ///< Cannot be right: mend it or taizhang_confirm_clock; retry.
  TAIZHANG_KEY_MISSING = 18,        ///< The vault lacks a key that it should have. Restore it.
  TAIZHANG_INTERNAL = 19,           ///< A broken promise of this library, or no memory left.
  TAIZHANG_CANCELLED = 20,          ///< Called off before it was begun. No call here answers it.
  TAIZHANG_OTHER_HISTORY = 21       ///< A checkpoint is not of this record's history. Begin again.
};

/// One record: the log, the vault of its personal data, its rules and its views.
typedef struct taizhang_system taizhang_system;
/// A place in the log that moves on as events come.
typedef struct taizhang_follower taizhang_follower;
/// Why a call failed. Immutable; may be read from many threads.
typedef struct taizhang_error taizhang_error;

/// What an application says by callback: its rules and its registers.
typedef struct taizhang_model taizhang_model;
/// One command being decided. There during a rule's callback, on its thread.
typedef struct taizhang_decision taizhang_decision;
/// One row being folded. There during a fold's callback, on its thread.
typedef struct taizhang_row taizhang_row;

/// Bytes that a call answers. `data[size]` is NUL, so that text can be used as a C string.
typedef struct taizhang_buffer {
  char* data;
  size_t size;
} taizhang_buffer;

/// Languages of what is for people.
typedef int32_t taizhang_language;
enum { TAIZHANG_ZH = 0, TAIZHANG_EN = 1 };

/// What a caller may usefully repeat after an error.
enum { TAIZHANG_RETRY_NO = 0, TAIZHANG_RETRY_CALL = 1, TAIZHANG_RETRY_DECISION = 2 };

/* ---- Version. Any thread, no errors; strings are static. ------------------------------------- */

/// "0.1.0", of the library that runs (the macros are of the header compiled with). STABLE.
TAIZHANG_C_API const char* taizhang_version(void);
/// A program compares it with TAIZHANG_ABI_VERSION and does not go on with another. STABLE.
TAIZHANG_C_API int32_t taizhang_abi_version(void);

/* ---- Errors. Any thread. Of NULL: TAIZHANG_OK, "", "{}", TAIZHANG_RETRY_NO. STABLE. --------- */

TAIZHANG_C_API taizhang_code taizhang_error_code(const taizhang_error* error);
/// A sentence for a person, naming place, rule and the way out. Lives as long as the error. An
/// unknown language is English.
TAIZHANG_C_API const char* taizhang_error_message(const taizhang_error* error,
                                                  taizhang_language language);
/// A JSON object of texts: what the error names ({"rule":"B4-NO-EXPULSION","position":"7"}). Lives
/// as long as the error. A name that is there several times has an array.
TAIZHANG_C_API const char* taizhang_error_details(const taizhang_error* error);
/// TAIZHANG_RETRY_…
TAIZHANG_C_API int32_t taizhang_error_retry(const taizhang_error* error);
TAIZHANG_C_API void taizhang_error_free(taizhang_error* error);
/// "condition_failed", as JSON answers have it; "ok" of 0, "unknown" of a number that is no code.
/// Static.
TAIZHANG_C_API const char* taizhang_code_name(taizhang_code code);

/// Frees what the buffer holds and sets it to {NULL, 0}. An empty buffer or NULL is fine. STABLE.
TAIZHANG_C_API void taizhang_free(taizhang_buffer* buffer);

/* ---- Opening and closing --------------------------------------------------------------------- */

/// Opens a record. `location` is "rocksdb:DIRECTORY", or "memory:NAME" for one that is gone when it
/// is closed and so can only be created. Members of `options_json`:
///   "mode"             "open" (default), "create", or "open_or_create": to write, as the only
///                      process. "read": beside whoever writes; every call that reads sees what the
///                      writer has made durable by then. "frozen": as it is at opening, for ever
///                      the same. Those two write nothing
///   "application"      "education" (default): the rules and registers of a school system. Or
///                      "schema": own kinds of event without C++, to append, amend, read, trail
///                      and follow; commands and views by taizhang_open_model, without which there
///                      are only VoidEvent and CorrectEvent
///   "schema"           of an application "schema": a file of the bytes of a
///                      google.protobuf.FileDescriptorSet, as made by
///                      `protoc --include_imports --descriptor_set_out=FILE`, whose messages carry
///                      the options of taizhang/annotations.proto. Without it "read" and "frozen"
///                      take the schema that lies in the record, of whatever application it is
///   "code_tables"      {"table":{"01":{"zh":"…","en":"…"}}}: the codes that the schema names
///   "name"             of an application "schema", kept in the record; default "schema"
///   "language"         "zh" (default) or "en": labels and displayed values in answers
///   "master_key"       the file of the key that wraps all personal data's keys; default
///                      DIRECTORY/master.key. Made, for its owner alone, when the record is
///                      created; for a record in memory a fresh one in memory
///   "views"            of "read" and "frozen": where its own views lie: "rocksdb:DIRECTORY", kept
///                      for the next opening; "over:DIRECTORY/views", in memory over those that the
///                      record's writer keeps, which are only read; default in memory
///   "simulated_clock"  true: recorded times come with commands and events. For ever, when created
///   "confirm_loss"     {"actor":"…","reason":"…"}, of "open": a person's word that what a record
///                      lacks (TAIZHANG_DAMAGED, details "head" and "vouched") is lost. Recorded
/// Durable on return: the new record, if one was made; after an error nothing is left of it but a
/// key file of a place of its own.
/// Errors: TAIZHANG_INVALID_ARGUMENT, TAIZHANG_NOT_FOUND, TAIZHANG_ALREADY_EXISTS, TAIZHANG_HELD
/// (another process writes), TAIZHANG_BUSY (reading: the writer is just opening; try again),
/// TAIZHANG_UNSUPPORTED (of another application, or a schema that would misread what is stored),
/// TAIZHANG_DAMAGED, those of the store. STABLE; the application "schema" UNSTABLE.
TAIZHANG_C_API taizhang_code taizhang_open(const char* location, const char* options_json,
                                           taizhang_system** system, taizhang_error** error);

/// The same for an application "schema" (its default here) with rules and registers of its own, see
/// below. "schema" is required in every mode. The model is copied: it may be changed or freed right
/// after. Further errors: TAIZHANG_INVALID_ARGUMENT, naming the command, view, type or field that
/// the schema does not have, and the nearest that it has. UNSTABLE.
TAIZHANG_C_API taizhang_code taizhang_open_model(const char* location, const char* options_json,
                                                 const taizhang_model* model,
                                                 taizhang_system** system, taizhang_error** error);

/// Refuses new work, waits for calls that are running, ends all followers (their polls answer
/// TAIZHANG_CLOSED), lets the store go and frees the system, whatever it answers. No other call may
/// be begun on the system once this one was; its followers are still to be closed each. Errors:
/// those of the store; what had been reported durable is so all the same. STABLE.
TAIZHANG_C_API taizhang_code taizhang_close(taizhang_system* system, taizhang_error** error);

/// One JSON object, as `taizhang status --json` prints it:
///   {"ledger":"…26 characters…","simulated":false,"format":0,"mode":"writer","position":"12",
///    "root":"…hex…","recordedAt":"…","sealed":"0","sizeBytes":"…","writable":true,
///    "stoppedBecause":"","damage":"","projections":[{"name":…,"version":1,"generation":1,
///    "position":"12","lag":"0","rows":"3"}]}
/// Errors: TAIZHANG_CLOSED, TAIZHANG_BUSY (reading beside a writer: try again). UNSTABLE.
TAIZHANG_C_API taizhang_code taizhang_status(taizhang_system* system, taizhang_buffer* status,
                                             taizhang_error** error);

/* ---- Rules and registers of an application "schema". All UNSTABLE. --------------------------- */

/// What callbacks have in common: they are called from any thread, several at once, within calls
/// that decide or bring views up to the log. They may be called again for the same command or event
/// (somebody else was first; a register is rebuilt) and must then do the same: they are pure
/// functions of what they are given, without a clock, a random number or a file. They make no calls
/// but those on their handle, and they return: one that throws, jumps or ends its thread breaks the
/// program. They answer TAIZHANG_OK or why not. The first error of a call on the handle counts
/// whatever the callback answers, so that one that overlooks it does no harm.

/// Decides a command, given as taizhang_execute takes it ("on" and "context" are always there).
///
/// TAIZHANG_OK: it is accepted, with the events that were emitted. TAIZHANG_REJECTED,
/// TAIZHANG_INVALID_ARGUMENT, TAIZHANG_NOT_FOUND, TAIZHANG_TOO_LARGE: its verdict, and others go
/// on. Another code (TAIZHANG_INTERNAL) is the error of the call that decides, for all its commands
/// of the same commit.
typedef taizhang_code (*taizhang_rule)(void* user, taizhang_decision* decision,
                                       const char* command_json);

/// Folds one event into a row: `row_json` is the row before it, by the names of its .proto, with
/// its key filled; the event is a line as of taizhang_decision_past. It sets the row, or leaves it
/// as it is. Personal fields are empty in both.
///
/// TAIZHANG_OK: done. TAIZHANG_BUSY: not now (no memory); the work stops and is repeated. Another
/// code: the row parks. It then shows what was before that event, and what comes later waits, for
/// that row alone; voiding or correcting the event mends it.
typedef taizhang_code (*taizhang_fold)(void* user, const char* row_json, const char* event_json,
                                       taizhang_row* row);

/// A model without rules and registers.
TAIZHANG_C_API taizhang_code taizhang_model_new(taizhang_model** model, taizhang_error** error);

/// The rule of a command ("BoardBus"), a message of the schema with a command option. That of
/// "VoidEvent" or "CorrectEvent", which every record takes, is asked before the ledger's own, which
/// then does what was asked. `user` (or NULL) is handed on.
/// Errors: TAIZHANG_INVALID_ARGUMENT (the model has a rule of that command).
TAIZHANG_C_API taizhang_code taizhang_model_rule(taizhang_model* model, const char* command,
                                                 taizhang_rule rule, void* user,
                                                 taizhang_error** error);

/// A register: the view of that name, whose rows are the schema's message with that view option. A
/// row is the fold of all events that carry its key, voids and corrections applied, in the order of
/// their dates. Members of `table_json`:
///   "creates"   ["bus.child-boarded"]: the types of event that make a row if it is not there, and
///               are folded into it; required
///   "updates"   those that are folded into a row that is there
///   "key"       ["bus"]: one row a bus tag; ["child","bus"]: one a pair; ["child|bus"]: one a tag
///               of either kind; default: the kinds of the row's key fields
///   "version"   default 1. Raise it when the fold changes: the register is then built anew
///   "reveals"   {"pass.pass-issued":["name"]}: personal fields of the row that are those of the
///               same name of the last such event: masked, unless taizhang_view is asked to reveal
/// `user` (or NULL) is handed on.
/// Errors: TAIZHANG_INVALID_ARGUMENT (a member; the model has a register of that view).
TAIZHANG_C_API taizhang_code taizhang_model_table(taizhang_model* model, const char* view,
                                                  const char* table_json, taizhang_fold fold,
                                                  void* user, taizhang_error** error);

/// Systems that were opened with it stay open.
TAIZHANG_C_API void taizhang_model_free(taizhang_model* model);

/// In a rule: the events that count now, by their dates: voids and corrections applied, also of
/// former commands of the same call. `item_json` is {"types":[…],"tags":[…]}, an item of
/// taizhang_read's query. One JSON object a line, empty if none:
///   {"position":"12","event_id":"…","effective_on":"2024-09-01","recorded_at":"…","type":"…",
///    "tags":["…"],"body":{…}}
/// Whatever a rule reads is part of the commit's condition: if somebody changes it meanwhile, the
/// rule is asked again. Errors: TAIZHANG_INVALID_ARGUMENT, TAIZHANG_TOO_LARGE (of a subject that
/// has very many events, read the row), those of reading.
TAIZHANG_C_API taizhang_code taizhang_decision_past(taizhang_decision* decision,
                                                    const char* item_json,
                                                    taizhang_buffer* json_lines,
                                                    taizhang_error** error);

/// In a rule: a row of a register as it stands now, as JSON; empty if there is none. `ask_json` is
/// {"key":["bus:1"]}, the tags of its key. Part of the condition; costs the same however many
/// events the row has. Errors: TAIZHANG_NOT_FOUND (the view; names the nearest),
/// TAIZHANG_INVALID_ARGUMENT (the key), TAIZHANG_REJECTED (rule ROW-PARKED), those of reading.
TAIZHANG_C_API taizhang_code taizhang_decision_row(taizhang_decision* decision, const char* view,
                                                   const char* ask_json, taizhang_buffer* row,
                                                   taizhang_error** error);

/// In a rule: the event at a position of the log as it stands now, as a line of
/// taizhang_decision_past; without "body" if it cannot be read. Part of the condition. Errors:
/// TAIZHANG_NOT_FOUND, TAIZHANG_REJECTED (rule AMENDMENT: it was voided, or is the ledger's own).
TAIZHANG_C_API taizhang_code taizhang_decision_event(taizhang_decision* decision, uint64_t position,
                                                     taizhang_buffer* event,
                                                     taizhang_error** error);

/// In a rule: the command leads to this event, {"type":"bus.child-boarded","body":{…}} (or
/// "body_bytes", as in taizhang_append). Its id, date and context come from the command. Errors:
/// TAIZHANG_INVALID_ARGUMENT, TAIZHANG_TOO_LARGE, those of the store of keys.
TAIZHANG_C_API taizhang_code taizhang_decision_emit(taizhang_decision* decision,
                                                    const char* event_json, taizhang_error** error);

/// In a rule: it says no, by its name ("BUS-FULL"), in both languages, for the event at `position`
/// (0: none); "{position}" in a sentence becomes that position. Answers TAIZHANG_REJECTED, for the
/// rule to answer.
TAIZHANG_C_API taizhang_code taizhang_decision_refuse(taizhang_decision* decision, const char* rule,
                                                      const char* message_en,
                                                      const char* message_zh, uint64_t position);

/// In a fold: what the row says from now on, the whole of it; fields that are left out become
/// empty, but its key stays. Errors: TAIZHANG_INVALID_ARGUMENT (not JSON of the row's message; a
/// personal field, which only "reveals" may fill).
TAIZHANG_C_API taizhang_code taizhang_row_set(taizhang_row* row, const char* row_json,
                                              taizhang_error** error);

/// In a fold: the row parks, for a reason that is told with it. Answers TAIZHANG_REJECTED, for the
/// fold to answer.
TAIZHANG_C_API taizhang_code taizhang_row_park(taizhang_row* row, const char* reason);

/* ---- Writing --------------------------------------------------------------------------------- */

/// Decides commands by the application's rules. `commands` is `size` bytes: one JSON object a line,
/// or one JSON array of them, any number:
///   {"type":"EnrolStudent","id":"…26 characters, or a UUID…","on":"2024-09-01",
///    "context":{"actor":"teacher:1","role":"…","office":"…","document":"…",
///               "extra":{"trace":"…"}},"body":{…}}
/// "extra" is what the application adds, up to 16 entries: ids, in visible ASCII without blanks.
/// Answers one line a command, in their order:
///   {"id":"…","verdict":"accepted","positions":["12","13"]}
///   {"id":"…","verdict":"known","positions":["12","13"]}           the same id was accepted before
///   {"id":"…","verdict":"rejected","positions":[],"rule":"B4-NO-EXPULSION","position":"7",
///    "code":"rejected","message":{"zh":"…","en":"…"}}              nothing was written
///   {"verdict":"refused","code":"invalid_argument","message":{…}}  it is no command; others go on
/// Durable on return: every accepted command. Commands are committed in groups of a thousand; after
/// an error earlier groups may be there. Give each command an id of its own and send the same bytes
/// again: what was taken answers "known". A command without an id draws one, and sent again is
/// another command.
/// Errors: TAIZHANG_INVALID_ARGUMENT (neither lines nor an array), TAIZHANG_BUSY, TAIZHANG_CLOSED,
/// TAIZHANG_CLOCK_SUSPECT, TAIZHANG_OUTCOME_UNKNOWN, TAIZHANG_UNSUPPORTED (the system is open for
/// reading), those of the store. What a rule says is no error but a verdict. STABLE.
TAIZHANG_C_API taizhang_code taizhang_execute(taizhang_system* system, const char* commands,
                                              size_t size, taizhang_buffer* verdicts,
                                              taizhang_error** error);

/// Appends events as they are, all in one commit or none; no rule is asked. `events` is `size`
/// bytes: one JSON object a line, or one JSON array of them:
///   {"type":"bus.ride-recorded","id":"…","on":"2024-09-01","context":{…},"body":{…}}
/// with the message as JSON, or in place of "body" as "body_bytes", base64 of its protobuf bytes.
/// A type without its part before the dot is completed; "ledger.…" is the ledger's own.
/// Tags are derived and personal fields sealed by the schema. A missing id is drawn at random: give
/// ids to be able to send again. Members of `options_json`:
///   "conditions"     [{"items":[…],"after":{…}},…]: append only if nothing that any of the queries
///                    matches was appended after its place (what taizhang_read answered as `seen`)
///   "simulated_now"  the recorded time, for a simulated clock
/// Answers {"positions":["12"],"ids":["…"],"recorded_at":"…","known":false,"checkpoint":{…}};
/// `known` if all ids were there already: then nothing was written and these are their places.
/// Durable on return: the events and the keys of their personal data.
/// Errors: TAIZHANG_INVALID_ARGUMENT (details "line" from 1; "field"), TAIZHANG_TOO_LARGE,
/// TAIZHANG_CONDITION_FAILED (every violation by details "condition", "item", "position"),
/// TAIZHANG_OTHER_HISTORY (an "after"), TAIZHANG_ID_CONTENT_DIFFERS, TAIZHANG_IDS_PARTLY_KNOWN, and
/// those of taizhang_execute. STABLE.
TAIZHANG_C_API taizhang_code taizhang_append(taizhang_system* system, const char* events,
                                             size_t size, const char* options_json,
                                             taizhang_buffer* answer, taizhang_error** error);

/// Withdraws the event at a position: it counts as never having happened, for every subject that it
/// ever spoke of. `amendment_json`:
///   {"reason":"…","approver":"…","document":"…","context":{"actor":"…"},"id":"…"}
/// `reason` and `approver` are required; `document` is the approval's number; the others, and
/// "simulated_now", as in taizhang_execute, whose command VoidEvent this is. Answers one verdict as
/// there, and with its errors: an event that was voided, an amendment, or one of the ledger's own
/// is rejected by the rule AMENDMENT; an application may have further rules. STABLE.
TAIZHANG_C_API taizhang_code taizhang_void(taizhang_system* system, uint64_t position,
                                           const char* amendment_json, taizhang_buffer* verdict,
                                           taizhang_error** error);

/// Replaces fields of the event at a position; the others stay, and so do its place and date:
///   {"fields":{"days":3},"reason":"…","approver":"…",…}, the rest as in taizhang_void.
/// Whoever the event spoke of before is told too. Answers and errors: as taizhang_void. STABLE.
TAIZHANG_C_API taizhang_code taizhang_correct(taizhang_system* system, uint64_t position,
                                              const char* amendment_json, taizhang_buffer* verdict,
                                              taizhang_error** error);

/// After TAIZHANG_CLOCK_SUSPECT: a person vouches for the clock. `context_json` as in a command
/// ({"actor":"…"}); `reason` says how it was checked. Durable on return: an event that says so.
/// Errors: those of taizhang_append. STABLE.
TAIZHANG_C_API taizhang_code taizhang_confirm_clock(taizhang_system* system,
                                                    const char* context_json, const char* reason,
                                                    taizhang_error** error);

/* ---- Reading --------------------------------------------------------------------------------- */

/// The events that a query matches, one JSON object a line, empty if none.
/// `query_json`: {"items":[{"types":["education.student-enrolled"],"tags":["student:…"],
/// "subjects":["citizen-id:…"]}]}: any of the items; in an item any of the types and all of the
/// tags. "subjects" are references as taizhang_subject takes them and stand for their tags. Or
/// {"all":true}: every event; a query or an item that names nothing is refused. A type without its
/// part before the dot is completed. Members of `options_json`:
///   "after"            a checkpoint that was answered as `seen`: go on after it
///   "first", "last"    positions, inclusive
///   "limit"            events at most; default 1,000
///   "backward"         true: the latest first
///   "record"           true: with the exact stored bytes that the tree hashes, in base64
///   "reveal"           {"purpose":"…","actor":"…"}: personal fields in the clear; who looked and
///                      why is recorded as an event, durably, before anything is answered
/// Each line is what `taizhang events --json` prints, with three members more:
///   {"position":"12","event_id":"…","effective_on":"2024-09-01","recorded_at":"…","type":"…",
///    "label":"…","actor":"…",…,"fields":[{"name":…,"label":…,"value":…,"personal":false}],…,
///    "tags":["…"],"version":1,"body":{…},"record":"…"}
/// "body" is the message as it is read now, as JSON by the names of its .proto, personal fields
/// masked; of a correction, what replaces the target. The ledger's own events leave out what they
/// hide (descriptors; see "record").
/// An event that cannot be read (its bytes are no message of its type, its type or version is not
/// known, its context is none, a sealed part does not open) is a line as any other, with what can
/// be said of it, without "body", with "unreadable":"…", why, and with "record". It is no error.
/// `*seen` (or NULL): up to there every match has been answered: the head, or the last event when
/// the limit cut it, as a checkpoint: {"ledger":"…26 characters…","position":"12","root":"…hex…"}.
/// It is a condition's "after" and the next read's "after". Empty when backward.
/// Errors: TAIZHANG_OTHER_HISTORY ("after" is past the end, or of another history: the record was
/// restored, or is another one; detail "why"), TAIZHANG_INVALID_ARGUMENT, TAIZHANG_NOT_FOUND (a
/// subject), TAIZHANG_CLOSED, TAIZHANG_UNSUPPORTED ("reveal" in a system open for reading, where
/// nothing can be recorded), TAIZHANG_DAMAGED, TAIZHANG_BUSY (reading beside a writer: try again),
/// those of the store. STABLE.
TAIZHANG_C_API taizhang_code taizhang_read(taizhang_system* system, const char* query_json,
                                           const char* options_json, taizhang_buffer* json_lines,
                                           taizhang_buffer* seen, taizhang_error** error);

/// The audit trail of a subject (a reference, see taizhang_subject), one JSON object an event as
/// `taizhang trail --json` prints it: as in taizhang_read without "version", "body", "record", with
/// what became of the event: "state" ("valid", "voided", "corrected") and "changes". Of an event
/// that cannot be read, "unreadable" and "record" say so here too.
/// Members of `options_json`: "after", "limit" (default 1,000), "known_at" (as it read when the log
/// ended at that position), "late_days" (default 1), "reveal".
/// `*seen` (or NULL): up to there the trail is complete, as a checkpoint. Errors: those of
/// taizhang_read. STABLE.
TAIZHANG_C_API taizhang_code taizhang_trail(taizhang_system* system, const char* subject,
                                            const char* options_json, taizhang_buffer* json_lines,
                                            taizhang_buffer* seen, taizhang_error** error);

/// Asks a view, brought up to the log first. Members of `ask_json`:
///   "key"           ["citizen-id:…"]: one row, by the references of its key; without it all rows
///   "where"         {"school":"school-code:…","status":["01","02"],
///                   "status_since":{"from":"2024-01-01","below":"2024-07-01"}}: all must hold; a
///                   value, one of several, or a range by "from" or "above" and "to" or "below"
///                   ("above" and "below" without the value itself), in the field's natural order.
///                   Values are text as people write it: codes or their labels, money in yuan;
///                   "" is an empty field. Personal fields cannot be asked by
///   "order"         "code", or "-code" for descending: an indexed field; without it, by key
///   "count"         true: only how many rows there are, whatever the limit
///   "limit"         rows at most; default 1,000
///   "page_token"    "next_page" of the answer before
///   "at_least"      a checkpoint that the answer must include: what taizhang_checkpoint
///                   answers of a position that taizhang_execute answered
///   "known_at"      the view as it was known when the log ended at that position
///   "effective_on"  "2024-09-01": without what is effective after that date
///   "reveal"        as in taizhang_read
/// Answers {"checkpoint":{…},"next_page":"","rows":[{…},…]}: each row as `taizhang view --json`
/// prints it; rows speak of the log up to `checkpoint`; `next_page` is "" at the end. With "count":
/// {"checkpoint":{…},"count":"345"}.
/// A page token is of one question ("key", "where", "order") and moment ("known_at", which the
/// token brings if it is left out, and "effective_on"); another is TAIZHANG_INVALID_ARGUMENT, and
/// so is a value that a field cannot have: the error names the nearest. Errors: TAIZHANG_NOT_FOUND
/// (a view, field or subject), TAIZHANG_OTHER_HISTORY (`at_least`), TAIZHANG_CONDITION_FAILED (the
/// view was rebuilt since the page before: begin again), TAIZHANG_INVALID_ARGUMENT,
/// TAIZHANG_CLOSED, those of the store. STABLE.
TAIZHANG_C_API taizhang_code taizhang_view(taizhang_system* system, const char* view,
                                           const char* ask_json, taizhang_buffer* answer,
                                           taizhang_error** error);

/// The tag ("student:…26 characters…") of the subject that a reference names: "citizen-id:…",
/// "student-number:…", "school-code:…", "class-code:…", a tag, or a bare id. `kind` ("student") or
/// NULL: any. With an application "schema" a reference is a tag. Errors: TAIZHANG_NOT_FOUND,
/// TAIZHANG_REJECTED (several hold the identifier), those of reading. STABLE.
TAIZHANG_C_API taizhang_code taizhang_subject(taizhang_system* system, const char* kind,
                                              const char* reference, taizhang_buffer* tag,
                                              taizhang_error** error);

/// The checkpoint at a position, or at the end (0): for "at_least" of taizhang_view after
/// taizhang_execute, and for "after". Errors: TAIZHANG_NOT_FOUND (past the end), those of reading.
/// STABLE.
TAIZHANG_C_API taizhang_code taizhang_checkpoint(taizhang_system* system, uint64_t position,
                                                 taizhang_buffer* checkpoint,
                                                 taizhang_error** error);

/// Where the consumer of that name stands, as a checkpoint; empty if there is none: begin at the
/// beginning. Named cursors lie beside the views ("views" of one who reads must then be a place
/// that is kept); with them they are lost, and the consumer begins again. Errors: those of the
/// store. STABLE.
TAIZHANG_C_API taizhang_code taizhang_cursor(taizhang_system* system, const char* name,
                                             taizhang_buffer* checkpoint, taizhang_error** error);

/// Keeps a cursor: `checkpoint_json` is what taizhang_poll or taizhang_read answered as `seen`;
/// NULL or "" forgets it. Durable on return. Keep it after what was read is done with, so that
/// nothing is missed; after a crash the last events may then come again. Errors:
/// TAIZHANG_OTHER_HISTORY, TAIZHANG_INVALID_ARGUMENT (also: a name that is empty or over 200
/// bytes), those of the store. STABLE.
TAIZHANG_C_API taizhang_code taizhang_set_cursor(taizhang_system* system, const char* name,
                                                 const char* checkpoint_json,
                                                 taizhang_error** error);

/* ---- Following ------------------------------------------------------------------------------- */

/// Begins to follow: every match after a position, then each new one, once and in order. Nothing is
/// buffered: a slow follower costs the writer nothing. `query_json` as in taizhang_read. Members of
/// `options_json`: "after" (a checkpoint; default: the beginning), "record". Keep `seen` of the
/// last poll to go on from there. Errors: TAIZHANG_INVALID_ARGUMENT, TAIZHANG_OTHER_HISTORY (see
/// taizhang_read), TAIZHANG_CLOSED. STABLE.
TAIZHANG_C_API taizhang_code taizhang_follow(taizhang_system* system, const char* query_json,
                                             const char* options_json, taizhang_follower** follower,
                                             taizhang_error** error);

/// Waits up to `wait_milliseconds` (0: not at all) for the next event, then takes what is there, up
/// to `max_events` (0 is TAIZHANG_INVALID_ARGUMENT). Lines as in taizhang_read, personal fields
/// masked; empty, and TAIZHANG_OK, if none came or the follower was stopped.
/// `*seen` (or NULL): up to there every match has been answered, as a checkpoint.
/// TAIZHANG_CLOSED: the system was closed; no more will come. Other errors: those of reading. No
/// event is lost by one: what was taken before it is answered first, and the next poll goes on at
/// the event that it met. One thread at a time. STABLE.
TAIZHANG_C_API taizhang_code taizhang_poll(taizhang_follower* follower, uint32_t wait_milliseconds,
                                           size_t max_events, taizhang_buffer* json_lines,
                                           taizhang_buffer* seen, taizhang_error** error);

/// Wakes a waiting poll, from any thread. The follower delivers nothing more. STABLE.
TAIZHANG_C_API void taizhang_follower_stop(taizhang_follower* follower);

/// Frees the follower. No poll may be running. Before or after its system's close. STABLE.
TAIZHANG_C_API void taizhang_follower_close(taizhang_follower* follower);

#ifdef __cplusplus
}
#endif

#endif
