#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "c/boundary.hpp"
#include "c/members.hpp"
#include "taizhang/audit/access.hpp"
#include "taizhang/system/system.hpp"

namespace taizhang::c {

/// What is open. Calls hold `running` shared, so that closing can wait for them; the handles of C
/// share it, so that it outlives whichever of them goes first.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(StorageRegistry storage, std::unique_ptr<System> system, bool school, Language language);

  /// Runs a call's body on the open system; `closed` once it is not.
  template <class Body>
  Result<> run(const Body& body) {
    if (closing_.load()) return already_closed();
    const std::shared_lock in_use(running_);
    if (!system_) return already_closed();
    return body();
  }
  /// Waits for running calls, ends followers, lets the stores go.
  Result<> close();

  // In `run` only.
  System& system() { return *system_; }
  [[nodiscard]] const Schema& schema() const { return *system_->schema(); }
  [[nodiscard]] bool school() const { return school_; }
  [[nodiscard]] Language language() const { return language_; }
  /// Readers look again at what the writer has made durable since.
  Result<> refresh();
  /// The tag that a reference names; in a record that is no school's a reference is a tag.
  Result<std::string> subject(std::string_view kind, std::string_view reference);

  std::mutex followers_mutex;
  std::set<taizhang_follower*> followers;

 private:
  static Error already_closed();
  StorageRegistry storage_;  // what lies in memory lives as long as its backend
  std::shared_mutex running_;
  std::atomic<bool> closing_ = false;
  std::unique_ptr<System> system_;
  bool school_;
  Language language_;
};

/// {"items":[…]} or {"all":true} as taizhang_read takes it; others are left in `members`.
Result<Query> take_query(Session& session, Members& members);

/// "reveal": who looks at personal data and why, if anybody does.
struct Revealed {
  bool on = false;
  std::string purpose;
  std::string actor;
  /// Records it durably, before anything is answered.
  Result<> record(Session& session, std::string what, std::span<const std::string> tags) const;
};
Result<Revealed> take_reveal(Members& members);

/// One event of taizhang_read as a line, ending included.
struct EventLine {
  bool reveal = false;
  bool record = false;  ///< the exact stored bytes, too
};
Result<std::string> event_line(Session& session, const RecordedEvent& event, const EventLine& how);

/// "body", the message as JSON, or "body_bytes", its bytes in base64.
Result<std::unique_ptr<google::protobuf::Message>> take_body(const Schema& schema,
                                                             const MessageInfo& info,
                                                             Members& members);
/// An event that counts, as callbacks get it: one line, without its end. Without a message (it
/// cannot be read) it has no "body".
Result<std::string> event_json(const EventInfo& info, const google::protobuf::Message* message);

Result<std::string> from_base64(std::string_view text);

inline constexpr std::uint64_t live_handle = 0x7461697a68616e67;  // "taizhang"
inline constexpr std::uint64_t limit_default = 1000;

}  // namespace taizhang::c

struct taizhang_system {
  std::atomic<std::uint64_t> alive = taizhang::c::live_handle;
  std::shared_ptr<taizhang::c::Session> session;
};

namespace taizhang::c {

/// A call on a system: `body(session)` answers Result<>.
template <class Body>
taizhang_code call(taizhang_system* system, taizhang_error** error, const Body& body) noexcept {
  return guarded(error, [&]() -> Result<> {
    if (system == nullptr || system->alive.load() != live_handle) return null_argument("system");
    const std::shared_ptr<Session> session = system->session;
    return session->run([&] { return body(*session); });
  });
}

}  // namespace taizhang::c
