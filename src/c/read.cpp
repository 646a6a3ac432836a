#include "c/session.hpp"
#include "taizhang/audit/trail.hpp"
#include "taizhang/ledger/v1/trail.pb.h"
#include "taizhang/schema/display.hpp"

namespace taizhang::c {
namespace {

struct Lines {
  std::string text;
  std::optional<Checkpoint> seen;  ///< none when backward
};

Result<Lines> read(Session& session, const char* query_json, const char* options_json) {
  TAIZHANG_TRY(Members query_members, Members::parse("query_json", query_json));
  TAIZHANG_TRY(const Query query, take_query(session, query_members));
  TAIZHANG_CHECK(query_members.all_taken());
  TAIZHANG_TRY(Members members, Members::parse("options_json", options_json));
  ReadOptions range;
  range.limit = limit_default;
  TAIZHANG_CHECK(members.take("after", range.after));
  TAIZHANG_CHECK(members.take("first", range.first));
  TAIZHANG_CHECK(members.take("last", range.last));
  TAIZHANG_CHECK(members.take("limit", range.limit));
  TAIZHANG_CHECK(members.take("backward", range.backward));
  EventLine how;
  TAIZHANG_CHECK(members.take("record", how.record));
  TAIZHANG_TRY(const Revealed revealed, take_reveal(members));
  TAIZHANG_CHECK(members.all_taken());
  how.reveal = revealed.on;

  std::vector<std::string> tags;
  for (const QueryItem& item : query.items)
    tags.insert(tags.end(), item.tags.begin(), item.tags.end());
  TAIZHANG_CHECK(revealed.record(session, "events", tags));
  Lines lines;
  TAIZHANG_TRY(Reader reader, session.system().ledger().read(query, range));
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) break;
    TAIZHANG_TRY(const std::string line, event_line(session, *event, how));
    lines.text += line;
  }
  if (!range.backward) {
    TAIZHANG_TRY(lines.seen, reader.seen());
  }
  return lines;
}

Result<Lines> read_trail(Session& session, const char* subject, const char* options_json) {
  TAIZHANG_TRY(Members members, Members::parse("options_json", options_json));
  TrailOptions how;
  how.language = session.language();
  how.limit = limit_default;
  std::uint64_t late_days = 1;
  TAIZHANG_CHECK(members.take("after", how.after));
  TAIZHANG_CHECK(members.take("limit", how.limit));
  TAIZHANG_CHECK(members.take("known_at", how.known_at));
  TAIZHANG_CHECK(members.take("late_days", late_days));
  if (late_days > 1'000'000)
    return members.wrong("late_days", {"at most 1,000,000", "不超过 1,000,000"});
  how.late_days = static_cast<int>(late_days);
  TAIZHANG_TRY(const Revealed revealed, take_reveal(members));
  TAIZHANG_CHECK(members.all_taken());
  how.reveal = revealed.on;

  TAIZHANG_TRY(const std::string tag, session.subject("", subject));
  const std::span<const std::string> tags(&tag, 1);
  TAIZHANG_CHECK(revealed.record(session, "trail", tags));
  Lines lines;
  Result<> shown;
  TAIZHANG_TRY(lines.seen,
               trail(session.system().ledger(), session.schema(), session.system().vault(), tags,
                     how, [&](const ledger::v1::TrailEntry& entry) {
                       const auto line = to_json(entry);
                       if (line) {
                         lines.text += *line + '\n';
                       } else {
                         shown = line.error();
                       }
                       return line.has_value();
                     }));
  TAIZHANG_CHECK(shown);
  return lines;
}

void hand_out(const Lines& lines, taizhang_buffer* buffer, taizhang_buffer* seen) {
  const std::string place = lines.seen ? dumped(json_of(*lines.seen)) : "";
  if (seen != nullptr) give(place, seen);
  give(lines.text, buffer);
}

}  // namespace
}  // namespace taizhang::c

using taizhang::Result;
using taizhang::c::Session;

extern "C" {

taizhang_code taizhang_read(taizhang_system* system, const char* query_json,
                            const char* options_json, taizhang_buffer* json_lines,
                            taizhang_buffer* seen, taizhang_error** error) {
  taizhang::c::set_empty(json_lines);
  taizhang::c::set_empty(seen);
  return taizhang::c::call(system, error, [&](Session& session) -> Result<> {
    TAIZHANG_NOT_NULL(json_lines);
    TAIZHANG_CHECK(session.refresh());
    TAIZHANG_TRY(const auto lines, taizhang::c::read(session, query_json, options_json));
    taizhang::c::hand_out(lines, json_lines, seen);
    return {};
  });
}

taizhang_code taizhang_trail(taizhang_system* system, const char* subject, const char* options_json,
                             taizhang_buffer* json_lines, taizhang_buffer* seen,
                             taizhang_error** error) {
  taizhang::c::set_empty(json_lines);
  taizhang::c::set_empty(seen);
  return taizhang::c::call(system, error, [&](Session& session) -> Result<> {
    TAIZHANG_NOT_NULL(subject);
    TAIZHANG_NOT_NULL(json_lines);
    TAIZHANG_CHECK(session.refresh());
    TAIZHANG_TRY(const auto lines, taizhang::c::read_trail(session, subject, options_json));
    taizhang::c::hand_out(lines, json_lines, seen);
    return {};
  });
}

taizhang_code taizhang_subject(taizhang_system* system, const char* kind, const char* reference,
                               taizhang_buffer* tag, taizhang_error** error) {
  taizhang::c::set_empty(tag);
  return taizhang::c::call(system, error, [&](Session& session) -> Result<> {
    TAIZHANG_NOT_NULL(reference);
    TAIZHANG_NOT_NULL(tag);
    TAIZHANG_CHECK(session.refresh());
    TAIZHANG_TRY(const std::string found, session.subject(kind == nullptr ? "" : kind, reference));
    taizhang::c::give(found, tag);
    return {};
  });
}

}  // extern "C"
