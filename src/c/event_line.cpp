#include "c/session.hpp"
#include "taizhang/audit/event_json.hpp"

namespace taizhang::c {

Result<std::string> event_line(Session& session, const RecordedEvent& event, const EventLine& how) {
  EventJson json;
  json.trail.language = session.language();
  json.trail.reveal = how.reveal;
  json.record = how.record;
  TAIZHANG_TRY(std::string line,
               event_to_json(session.schema(), session.system().vault(), event, json));
  return line + '\n';
}

}  // namespace taizhang::c
