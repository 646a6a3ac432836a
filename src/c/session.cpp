#include "c/session.hpp"

#include "c/follower.hpp"
#include "taizhang/education/references.hpp"
#include "taizhang/schema/event_type.hpp"

namespace taizhang::c {

Session::Session(StorageRegistry storage, std::unique_ptr<System> system, bool school,
                 Language language)
    : storage_(std::move(storage)),
      system_(std::move(system)),
      school_(school),
      language_(language) {}

Error Session::already_closed() {
  return Error(ErrorCode::closed,
               {"The system was closed. Open it again.", "系统已关闭。请重新打开。"});
}

Result<> Session::close() {
  closing_.store(true);
  const Result<> closed = system_->close();  // polls that wait end
  const std::unique_lock nobody_in(running_);
  {
    const std::lock_guard lock(followers_mutex);
    for (taizhang_follower* follower : followers) follower->place.reset();
    followers.clear();
  }
  system_.reset();
  return closed;
}

Result<> Session::refresh() {
  TAIZHANG_CHECK(system_->refresh());
  return {};
}

Result<std::string> Session::subject(std::string_view kind, std::string_view reference) {
  if (school_) return subject_tag(system_->decider(), kind, reference);
  if (reference.find(':') != std::string_view::npos) return std::string(reference);
  const std::string word(reference);
  return Error(ErrorCode::not_found, {"\"" + word + "\" names no subject: give its tag, kind:id.",
                                      "“" + word + "”不是对象：请给出其标签（类别:编号）。"})
      .with("subject", word);
}

Result<Query> take_query(Session& session, Members& members) {
  Query query;
  TAIZHANG_CHECK(members.take("all", query.everything));
  const Json* items = members.take("items");
  if (items == nullptr) return query;  // nothing said is refused by whoever asks
  if (!items->is_array()) return members.wrong("items", {"an array of objects", "对象数组"});
  for (const Json& one : *items) {
    TAIZHANG_TRY(Members member, Members::of("an item of the query", one));
    QueryItem item;
    std::vector<std::string> subjects;
    TAIZHANG_CHECK(member.take("types", item.types));
    TAIZHANG_CHECK(member.take("tags", item.tags));
    TAIZHANG_CHECK(member.take("subjects", subjects));
    TAIZHANG_CHECK(member.all_taken());
    for (std::string& type : item.types) {
      TAIZHANG_TRY(type, event_type(session.schema(), type));
    }
    for (const std::string& reference : subjects) {
      TAIZHANG_TRY(std::string tag, session.subject("", reference));
      item.tags.push_back(std::move(tag));
    }
    query.items.push_back(std::move(item));
  }
  return query;
}

Result<Revealed> take_reveal(Members& members) {
  Revealed revealed;
  const Json* given = members.take("reveal");
  if (given == nullptr) return revealed;
  TAIZHANG_TRY(Members member, Members::of("reveal", *given));
  revealed.on = true;
  TAIZHANG_CHECK(member.take("purpose", revealed.purpose));
  TAIZHANG_CHECK(member.take("actor", revealed.actor));
  TAIZHANG_CHECK(member.all_taken());
  return revealed;
}

Result<> Revealed::record(Session& session, std::string what,
                          std::span<const std::string> tags) const {
  if (!on) return {};
  System& system = session.system();
  return record_access(system.ledger(), session.schema(), system.vault(),
                       {purpose, actor, std::move(what), tags});
}

}  // namespace taizhang::c
