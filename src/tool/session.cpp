#include "tool/session.hpp"

#include <array>

#include "taizhang/ledger/v1/events.pb.h"
#include "taizhang/storage/memory.hpp"
#include "taizhang/storage/rocksdb.hpp"
#include "tool/progress.hpp"

namespace taizhang::tool {

const StorageRegistry& storage() {
  static const StorageRegistry registry = [] {
    StorageRegistry made;
    made.add("rocksdb", rocksdb_backend());
    made.add("memory", memory_backend());
    return made;
  }();
  return registry;
}

SchoolSystemOptions options_for(const std::string& ledger) {
  SchoolSystemOptions options;
  const auto colon = ledger.find(':');
  const bool has_scheme = colon != std::string::npos && ledger.find('/') > colon;
  options.location = has_scheme ? ledger : "rocksdb:" + ledger;
  return options;
}

int with_system(const Console& console, const std::string& ledger,
                const std::function<int(SchoolSystem&)>& work) {
  auto system = SchoolSystem::open(storage(), options_for(ledger));
  if (!system) return console.fail(system.error());
  if ((*system)->ledger().simulated_clock()) {
    console.note({"note: this ledger is a simulation; its recorded times were given, not measured.",
                  "注意:这是模拟台账,登记时间由数据给定,并非实际时间。"});
  }
  const int code = work(**system);
  const auto closed = (*system)->close();
  if (!closed && code == 0) return console.fail(closed.error());
  return code;
}

Result<Position> catch_up(const Console& console, SchoolSystem& system) {
  Progress progress(console.say({"views", "视图更新"}));
  return system.views().catch_up(
      [&](std::uint64_t done, std::uint64_t all) { progress.update(done, all); });
}

Result<std::string> subject_tag(SchoolSystem& system, std::string_view kind,
                                std::string_view reference) {
  static constexpr std::array<std::string_view, 11> kinds = {
      "student", "school",   "class", "household", "teacher", "programme",
      "grant",   "training", "case",  "person",    "import"};
  // "student:ID" is a tag already.
  const auto colon = reference.find(':');
  if (colon != std::string_view::npos && Id::parse(reference.substr(colon + 1))) {
    return std::string(reference);
  }
  for (const std::string_view candidate : kinds) {
    if (!kind.empty() && kind != candidate) continue;
    TAIZHANG_TRY(const auto found, system.education().resolve(candidate, reference));
    if (!found) continue;
    // A bare id fits every kind; it is the subject's only where there are events.
    TAIZHANG_TRY(Reader reader, system.ledger().read(Query::tag(*found), {.limit = 1}));
    TAIZHANG_TRY(const RecordedEvent* first, reader.next());
    if (first != nullptr) return *found;
  }
  const std::string word(reference);
  return Error(ErrorCode::not_found,
               {"No subject is known as \"" + word +
                    "\". Name it as scheme:value (student-number:…, school-code:…, class-code:…) "
                    "or by its id.",
                "没有标识为“" + word +
                    "”的对象。请用“类别:号码”(如 student-number:…、school-code:…、class-code:…)"
                    "或对象编号。"})
      .with("subject", word);
}

void Reveal::declare(CLI::App& app, const Console& console) {
  auto* flag = app.add_flag("--reveal", on,
                            console.say({"show personal data in the clear; the access is recorded",
                                         "显示个人信息明文;查阅将被记录"}));
  auto* why =
      app.add_option("--purpose", purpose, console.say({"why it is looked at", "查阅目的"}));
  app.add_option("--actor", actor, console.say({"who looks at it", "查阅人"}));
  flag->needs(why);
}

Result<> Reveal::record(SchoolSystem& system, const std::string& what,
                        const std::vector<std::string>& subjects) const {
  if (!on) return {};
  ledger::v1::PersonalDataAccessed access;
  access.set_purpose(purpose);
  access.set_what(what);
  for (const std::string& subject : subjects) access.add_subjects(subject);
  Context context;
  context.actor = actor;
  TAIZHANG_TRY(const NewEvent event,
               encode_event(*system.schema(), access, Id::random(), context,
                            Date::in_china(system_clock()->now()), system.vault()));
  TAIZHANG_CHECK(system.ledger().append(std::span(&event, 1)));
  return {};
}

}  // namespace taizhang::tool
