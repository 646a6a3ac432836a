#include "c/follower.hpp"
#include "c/take_lines.hpp"

using taizhang::Checkpoint;
using taizhang::Query;
using taizhang::RecordedEvent;
using taizhang::Result;
using taizhang::c::guarded;
using taizhang::c::live_handle;
using taizhang::c::Members;
using taizhang::c::null_argument;
using taizhang::c::Session;

extern "C" {

taizhang_code taizhang_follow(taizhang_system* system, const char* query_json,
                              const char* options_json, taizhang_follower** follower,
                              taizhang_error** error) {
  if (follower != nullptr) *follower = nullptr;
  return taizhang::c::call(system, error, [&](Session& session) -> Result<> {
    TAIZHANG_NOT_NULL(follower);
    TAIZHANG_TRY(Members query_members, Members::parse("query_json", query_json));
    TAIZHANG_TRY(const Query query, taizhang::c::take_query(session, query_members));
    TAIZHANG_CHECK(query_members.all_taken());
    TAIZHANG_TRY(Members members, Members::parse("options_json", options_json));
    Checkpoint after;
    auto made = std::make_unique<taizhang_follower>();
    TAIZHANG_CHECK(members.take("after", after));
    TAIZHANG_CHECK(members.take("record", made->how.record));
    TAIZHANG_CHECK(members.all_taken());
    TAIZHANG_CHECK(session.refresh());
    TAIZHANG_TRY(auto place, session.system().ledger().follow(query, after));
    made->place.emplace(std::move(place));
    made->session = session.shared_from_this();
    const std::lock_guard lock(session.followers_mutex);
    session.followers.insert(made.get());
    *follower = made.release();
    return {};
  });
}

taizhang_code taizhang_poll(taizhang_follower* follower, uint32_t wait_milliseconds,
                            size_t max_events, taizhang_buffer* json_lines, taizhang_buffer* seen,
                            taizhang_error** error) {
  taizhang::c::set_empty(json_lines);
  taizhang::c::set_empty(seen);
  return guarded(error, [&]() -> Result<> {
    if (follower == nullptr || follower->alive.load() != live_handle)
      return null_argument("follower");
    TAIZHANG_NOT_NULL(json_lines);
    if (max_events == 0)
      return taizhang::Error(taizhang::ErrorCode::invalid_argument,
                             {"max_events must be 1 or more.", "max_events 至少为 1。"})
          .with("argument", "max_events");
    Session& session = *follower->session;
    return session.run([&]() -> Result<> {
      const std::lock_guard one_at_a_time(follower->polling);
      taizhang::Follower& place = *follower->place;
      TAIZHANG_TRY(const std::string lines,
                   taizhang::c::take_lines(
                       follower->untold, max_events, std::chrono::milliseconds(wait_milliseconds),
                       [&](std::chrono::milliseconds wait) { return place.next(wait); },
                       [&](const RecordedEvent& event) {
                         return taizhang::c::event_line(session, event, follower->how);
                       }));
      TAIZHANG_TRY(const Checkpoint reached,
                   follower->untold == nullptr
                       ? place.seen()
                       : session.system().ledger().checkpoint_at(follower->untold->position - 1));
      if (seen != nullptr)
        taizhang::c::give(taizhang::c::dumped(taizhang::c::json_of(reached)), seen);
      taizhang::c::give(lines, json_lines);
      return {};
    });
  });
}

void taizhang_follower_stop(taizhang_follower* follower) {
  if (follower == nullptr || follower->alive.load() != live_handle) return;
  const std::lock_guard lock(follower->session->followers_mutex);
  if (follower->place) follower->place->stop();
}

void taizhang_follower_close(taizhang_follower* follower) {
  if (follower == nullptr) return;
  auto alive = live_handle;
  if (!follower->alive.compare_exchange_strong(alive, 0)) return;
  {
    const std::lock_guard lock(follower->session->followers_mutex);
    follower->session->followers.erase(follower);
    follower->place.reset();
  }
  delete follower;
}

}  // extern "C"
