#include "tool/session.hpp"

#include <filesystem>

#include "taizhang/audit/access.hpp"
#include "taizhang/proof/checkpointer.hpp"
#include "taizhang/storage/memory.hpp"
#include "taizhang/storage/rocksdb.hpp"
#include "tool/progress.hpp"

namespace taizhang::tool {

const StorageRegistry& storage() {
  static const StorageRegistry registry = [] {
    StorageRegistry made;
    made.add("rocksdb", rocksdb_backend());
    made.add("memory", memory_backend());
    made.add("over", overlay_backend(rocksdb_backend()));
    return made;
  }();
  return registry;
}

namespace {

/// A place as people give it: a directory, or "scheme:place".
std::string location(const std::string& place) {
  const auto colon = place.find(':');
  const bool has_scheme = colon != std::string::npos && place.find('/') > colon;
  return has_scheme ? place : "rocksdb:" + place;
}

}  // namespace

SchoolSystemOptions options_for(const std::string& ledger) {
  SchoolSystemOptions options;
  options.location = location(ledger);
  return options;
}

Result<std::string> proof_folder(const std::string& ledger) {
  const std::string location = options_for(ledger).location;
  if (!location.starts_with("rocksdb:"))
    return Error(
        ErrorCode::unsupported,
        {"Keys and checkpoints are kept beside a ledger in a directory; this one has none.",
         "密钥与检查点保存在台账目录中;该台账没有目录。"});
  return (std::filesystem::path(location.substr(location.find(':') + 1)) / "proof").string();
}

namespace {

/// What the writer keeps of views is read and gone on from in memory: nothing is locked or changed.
SchoolSystemOptions reading(const Console& console, const std::string& ledger) {
  SchoolSystemOptions options = options_for(ledger);
  options.mode = OpenMode::follower;
  const std::string_view rocks = "rocksdb:";
  if (!console.views_at.empty())
    options.views = location(console.views_at);
  else if (options.location.starts_with(rocks))
    options.views = "over:" + options.location.substr(rocks.size()) + "/views";
  else
    options.views = "memory:views";
  return options;
}

Result<std::unique_ptr<SchoolSystem>> open(const Console& console, const std::string& ledger,
                                           OpenFor what) {
  if (what != OpenFor::writing) return SchoolSystem::open(storage(), reading(console, ledger));
  if (!console.views_at.empty())
    return Error(ErrorCode::invalid_argument,
                 {"This command changes the record; --views-at is for those that read it.",
                  "该命令会改动台账;--views-at 只用于读取类命令。"})
        .with("option", "--views-at");
  return SchoolSystem::open(storage(), options_for(ledger));
}

/// What was signed before must be the beginning of this ledger, or nothing is added to it.
Result<> hold_against_signed(const Ledger& ledger, const std::string& folder) {
  TAIZHANG_TRY(const StoredCheckpoints stored, StoredCheckpoints::read(folder));
  return stored.check(ledger);
}

Result<> sign_head(const Ledger& ledger, const std::string& folder) {
  std::error_code ignored;  // what cannot be looked at is told by opening it
  if (!std::filesystem::exists(folder + "/key", ignored) && !ignored) return {};
  TAIZHANG_TRY(const auto checkpointer, Checkpointer::open(ledger, folder));
  TAIZHANG_CHECK(checkpointer->sign());
  return {};
}

int run(const Console& console, const std::string& place, OpenFor what, System& system,
        const std::function<int()>& work) {
  if (system.ledger().simulated_clock()) {
    console.note({"note: this ledger is a simulation; its recorded times were given, not measured.",
                  "注意:这是模拟台账,登记时间由数据给定,并非实际时间。"});
  }
  const auto folder = proof_folder(place);
  const bool signs = what == OpenFor::writing && folder;
  if (folder && what != OpenFor::looking) {
    // Nothing is added to what was rolled back, and nothing of it is shown as if it were all.
    // Whoever only reads may have no right to look at what was signed.
    const auto held = hold_against_signed(system.ledger(), *folder);
    if (!held && (signs || held.error().code() == ErrorCode::damaged))
      return console.fail(held.error());
  }
  if (what != OpenFor::writing && system.ledger().status().writer_lives) {
    console.note({"note: another process writes this ledger; what it has made durable is shown.",
                  "注意:另一进程正在写入该台账,以下为其已落盘的内容。"});
  }
  for (const Text& found : system.found()) console.note({"note: " + found.en, "注意:" + found.zh});
  int code = work();
  if (signs) {
    const auto head_signed = sign_head(system.ledger(), *folder);
    if (!head_signed) code = std::max(code, console.fail(head_signed.error()));
  }
  const auto closed = system.close();
  if (!closed && code == 0) return console.fail(closed.error());
  return code;
}

}  // namespace

int with_system(const Console& console, const std::string& ledger, OpenFor what,
                const std::function<int(SchoolSystem&)>& work) {
  auto school = open(console, ledger, what);
  if (!school) return console.fail(school.error());
  return run(console, ledger, what, (*school)->system(), [&] {
    const int code = work(**school);
    // Readers go on from what is kept here. What is recorded stands without it.
    if (what == OpenFor::writing && (*school)->system().ledger().status().writable) {
      const auto kept = catch_up(console, **school);
      if (!kept) (void)console.fail(kept.error());
    }
    return code;
  });
}

int with_record(const Console& console, const std::string& ledger, OpenFor what,
                const std::function<int(Record&)>& work) {
  auto school = SchoolSystem::open(
      storage(), what != OpenFor::writing ? reading(console, ledger) : options_for(ledger));
  if (school) {
    Record record(**school);
    return run(console, ledger, what, *record.system, [&] { return work(record); });
  }
  const std::string application(school.error().detail("application"));
  if (application.empty()) return console.fail(school.error());
  auto other = System::inspect(storage(), reading(console, ledger));
  if (!other) return console.fail(other.error());
  console.note({"note: a record of \"" + application + "\", shown by the schema that lies in it.",
                "注意:这是“" + application + "”的台账,按其中保存的模式定义显示。"});
  Record record(**other);
  return run(console, ledger, OpenFor::reading, **other, [&] { return work(record); });
}

Result<Position> catch_up(const Console& console, SchoolSystem& system) {
  Progress progress(console.say({"views", "视图更新"}));
  return system.views().catch_up(
      [&](std::uint64_t done, std::uint64_t all) { progress.update(done, all); });
}

Result<std::string> subject_tag(Record& record, std::string_view kind, std::string_view reference) {
  if (record.education != nullptr)
    return taizhang::subject_tag(record.system->decider(), kind, reference);
  std::string tag(reference);
  TAIZHANG_TRY(Reader reader, record.system->ledger().read(Query::tag(tag), {.limit = 1}));
  TAIZHANG_TRY(const RecordedEvent* first, reader.next());
  if (first != nullptr) return tag;
  return Error(ErrorCode::not_found,
               {"No event has the tag \"" + tag +
                    "\". Subjects of another application are named by their tags, kind:id.",
                "没有标签为“" + tag + "”的记录。其他应用的对象请用标签(类别:编号)指定。"})
      .with("subject", tag);
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

Result<> Reveal::record(System& system, const std::string& what,
                        const std::vector<std::string>& subjects) const {
  if (!on) return {};
  return record_access(system.ledger(), *system.schema(), system.vault(),
                       {purpose, actor, what, subjects});
}

}  // namespace taizhang::tool
