#pragma once

#include <cstddef>
#include <cstdint>

/// Every limit of the library. Each is checked before anything is written, and the error
/// (`too_large` or `busy`) names the limit, its value and what was asked.
namespace taizhang::limits {

inline constexpr std::size_t event_bytes_max = 1U << 20;    ///< one record, header and payload
inline constexpr std::size_t type_bytes_max = 100;          ///< an event type's name
inline constexpr std::size_t tag_bytes_max = 200;           ///< one tag
inline constexpr std::size_t tags_per_event_max = 64;       ///< distinct tags of one event
inline constexpr std::size_t extra_entries_max = 16;        ///< of an event's context
inline constexpr std::size_t extra_name_bytes_max = 64;     ///< of one of them
inline constexpr std::size_t extra_value_bytes_max = 200;   ///< of one of them
inline constexpr std::size_t event_types_max = 4'096;       ///< names of types in one ledger
inline constexpr std::size_t commit_events_max = 16'384;    ///< events of one append
inline constexpr std::size_t commit_bytes_max = 64U << 20;  ///< records of one append
inline constexpr std::size_t json_bytes_max = 8U << 20;     ///< one JSON text: a command, options
inline constexpr std::size_t json_list_bytes_max = 64U << 20;  ///< one JSON array of commands
inline constexpr std::size_t json_levels_max = 100;      ///< objects and arrays in one another
inline constexpr std::size_t query_items_max = 65'536;   ///< items of one query
inline constexpr std::size_t conditions_max = 64;        ///< of one append
inline constexpr std::size_t violations_named_max = 64;  ///< of them that an error names

inline constexpr std::size_t queue_commits_max = 16'384;    ///< waiting commits; then `busy`
inline constexpr std::size_t queue_bytes_max = 256U << 20;  ///< of their records; then `busy`

inline constexpr std::uint64_t tail_events_max = 65'536;     ///< unsealed; appends wait beyond
inline constexpr std::uint64_t tail_bytes_max = 256U << 20;  ///< likewise, of unsealed events
inline constexpr std::uint64_t page_events = 256;            ///< events a sealed page
inline constexpr std::uint64_t frame_events = 32;            ///< events a compressed frame

inline constexpr std::size_t async_calls_max = 1'024;     ///< waiting for a worker; then `busy`
inline constexpr std::uint64_t async_batch_max = 16'384;  ///< events or rows one call answers
inline constexpr std::size_t async_batch_bytes_max = 16U << 20;  ///< it ends after the one over it

inline constexpr std::size_t subject_events_max =
    100'000;  ///< events that `past` and `history` answer
inline constexpr std::size_t sums_bytes_max = 64U << 10;      ///< of one slice of a view's sums
inline constexpr std::size_t commands_per_batch_max = 1'000;  ///< commands of one commit

static_assert(page_events % frame_events == 0);
static_assert(tail_events_max % page_events == 0);
static_assert(commit_events_max < tail_events_max, "a commit fits into an empty tail");

}  // namespace taizhang::limits
