// Places in the log: checkpoints, and the named cursors of those who consume it.
#include "c/session.hpp"

using taizhang::Checkpoint;
using taizhang::Result;
using taizhang::c::dumped;
using taizhang::c::json_of;
using taizhang::c::Members;
using taizhang::c::Session;

extern "C" {

taizhang_code taizhang_checkpoint(taizhang_system* system, uint64_t position,
                                  taizhang_buffer* checkpoint, taizhang_error** error) {
  taizhang::c::set_empty(checkpoint);
  return taizhang::c::call(system, error, [&](Session& session) -> Result<> {
    TAIZHANG_NOT_NULL(checkpoint);
    TAIZHANG_CHECK(session.refresh());
    const taizhang::Ledger& ledger = session.system().ledger();
    Checkpoint place = ledger.checkpoint();
    if (position != 0) {
      TAIZHANG_TRY(place, ledger.checkpoint_at(position));
    }
    taizhang::c::give(dumped(json_of(place)), checkpoint);
    return {};
  });
}

taizhang_code taizhang_cursor(taizhang_system* system, const char* name,
                              taizhang_buffer* checkpoint, taizhang_error** error) {
  taizhang::c::set_empty(checkpoint);
  return taizhang::c::call(system, error, [&](Session& session) -> Result<> {
    TAIZHANG_NOT_NULL(name);
    TAIZHANG_NOT_NULL(checkpoint);
    TAIZHANG_TRY(const auto place, session.system().views().cursor(name));
    taizhang::c::give(place ? dumped(json_of(*place)) : std::string(), checkpoint);
    return {};
  });
}

taizhang_code taizhang_set_cursor(taizhang_system* system, const char* name,
                                  const char* checkpoint_json, taizhang_error** error) {
  return taizhang::c::call(system, error, [&](Session& session) -> Result<> {
    TAIZHANG_NOT_NULL(name);
    taizhang::Views& views = session.system().views();
    if (checkpoint_json == nullptr || *checkpoint_json == '\0') {
      TAIZHANG_CHECK(views.forget_cursor(name));
      return {};
    }
    TAIZHANG_TRY(const Checkpoint place,
                 taizhang::c::checkpoint_of("checkpoint_json", checkpoint_json));
    TAIZHANG_CHECK(session.refresh());
    return views.set_cursor(name, place);
  });
}

}  // extern "C"
