#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "import/scratch.hpp"
#include "taizhang/import/importer.hpp"
#include "taizhang/storage/memory.hpp"
#include "taizhang/storage/rocksdb.hpp"

namespace taizhang::test {

/// One recorded event, with each random id replaced by its kind and where it first appeared.
struct Seen {
  Position position = 0;
  std::string type;
  std::string on;
  std::vector<std::string> tags;
  Context context;
  bool operator==(const Seen& other) const {
    return type == other.type && on == other.on && tags == other.tags &&
           context.line == other.context.line && context.command == other.context.command &&
           context.batch == other.context.batch;
  }
};

/// A ledger, its vault and its rules in one place.
class World {
 public:
  /// In memory, or in a directory (opened if something is there).
  explicit World(const std::string& directory = {}, bool simulated = false) {
    registry_.add("memory", memory_backend());
    registry_.add("rocksdb", rocksdb_backend());
    const std::string place = directory.empty() ? "memory:" : "rocksdb:" + directory;
    const bool there = !directory.empty() && std::filesystem::exists(directory + "/log");
    if (!directory.empty()) std::filesystem::create_directories(directory);
    StoreOptions options;
    options.mode = there ? OpenMode::writer : OpenMode::create;
    options.keyspaces = Ledger::keyspaces();
    auto log = registry_.open(place + (directory.empty() ? "log" : "/log"), options);
    EXPECT_TRUE(log) << log.error().message().en;
    auto ledger = there ? Ledger::open(*std::move(log), system_clock())
                        : Ledger::create(*std::move(log), {simulated}, system_clock());
    EXPECT_TRUE(ledger) << ledger.error().message().en;
    ledger_ = *std::move(ledger);
    options.keyspaces = Vault::keyspaces();
    auto keys = registry_.open(place + (directory.empty() ? "vault" : "/vault"), options);
    EXPECT_TRUE(keys) << keys.error().message().en;
    MasterKey master{};
    master.fill(7);
    auto vault = Vault::open(*std::move(keys), master, ledger_->id());
    EXPECT_TRUE(vault) << vault.error().message().en;
    vault_ = *std::move(vault);
    education_ = std::make_unique<Education>(*ledger_, *vault_);
  }

  Ledger& ledger() { return *ledger_; }
  Vault& vault() { return *vault_; }
  Education& education() { return *education_; }

  ImportOptions options(const std::string& file, const std::string& mapping) const {
    ImportOptions made;
    made.file = file;
    made.mapping = mapping;
    made.context.actor = "staff-7";
    made.context.role = "academic-affairs";
    return made;
  }
  Result<ImportReport> import_file(const ImportOptions& made) {
    return Importer(*ledger_, *vault_, *education_).import_file(made);
  }
  /// Imports, expecting no error of the stores.
  ImportReport take(const ImportOptions& made) {
    auto report = import_file(made);
    EXPECT_TRUE(report) << report.error().message().en;
    return report ? *std::move(report) : ImportReport{};
  }
  ImportReport take(const std::string& file, const std::string& mapping) {
    return take(options(file, mapping));
  }

  std::vector<Seen> events(bool with_own = false) {
    std::vector<Seen> all;
    std::map<std::string, std::string> names;
    auto reader = ledger_->read(Query::all());
    EXPECT_TRUE(reader);
    for (;;) {
      const auto event = reader->next();
      EXPECT_TRUE(event);
      if (!event || *event == nullptr) return all;
      if (!with_own && (*event)->type.starts_with("ledger.import")) continue;
      Seen seen;
      seen.position = (*event)->position;
      seen.type = (*event)->type;
      if ((*event)->effective_on) seen.on = (*event)->effective_on->to_string();
      for (const std::string_view tag : (*event)->tags) {
        const auto [name, added] =
            names.try_emplace(std::string(tag), std::string(tag.substr(0, tag.find(':') + 1)) +
                                                    std::to_string(all.size()));
        seen.tags.push_back(name->second);
      }
      std::sort(seen.tags.begin(), seen.tags.end());
      seen.context = *decode_context((*event)->context);
      all.push_back(std::move(seen));
    }
  }
  std::size_t count(std::string_view type) {
    const auto all = events(true);
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const Seen& each) { return each.type == type; }));
  }

 private:
  StorageRegistry registry_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Vault> vault_;
  std::unique_ptr<Education> education_;
};

inline std::string of_rows(const std::string& header, const std::vector<std::string>& rows) {
  std::string text = header + "\n";
  for (const std::string& row : rows) text += row + "\n";
  return text;
}

/// A school with two classes, and a roster of pupils.
struct School {
  explicit School(const Scratch& scratch_in) : scratch(scratch_in) {
    classes_map = scratch.write("classes.toml",
                                "source = \"t/classes\"\n"
                                "key = [\"班级代码\"]\n"
                                "[[command]]\n"
                                "type = \"RegisterSchool\"\n"
                                "on = \"2020-01-01\"\n"
                                "when = [{state = \"school\", of = \"school-code:{学校}\", field = "
                                "\"exists\", is = \"false\"}]\n"
                                "[command.fields]\n"
                                "code = \"{学校}\"\n"
                                "name = \"某某小学\"\n"
                                "jurisdiction = \"CN-431224\"\n"
                                "[[command]]\n"
                                "type = \"OpenClass\"\n"
                                "on = \"2020-08-01\"\n"
                                "[command.fields]\n"
                                "school = \"school-code:{学校}\"\n"
                                "code = \"{班级代码}\"\n"
                                "stage = \"primary\"\n"
                                "entry_year = \"2020\"\n");
    classes = scratch.write("classes.csv", "学校,班级代码\n3143000001,C1\n3143000001,C2\n");
    map = roster_map("append");
  }
  [[nodiscard]] std::string roster_map(const std::string& mode) const {
    return scratch.write(mode + ".toml",
                         "source = \"t/roster\"\n"
                         "mode = \"" +
                             mode +
                             "\"\n"
                             "key = [\"学籍号\"]\n"
                             "[dates]\n"
                             "formats = [\"%Y-%m-%d\", \"%Y/%m/%d\"]\n"
                             "[codes.sex]\n"
                             "\"男\" = \"1\"\n"
                             "\"女\" = \"2\"\n"
                             "[[command]]\n"
                             "type = \"EnrolStudent\"\n"
                             "on = \"{入学日期|date}\"\n"
                             "when = [{state = \"student\", of = \"student-number:{学籍号}\", "
                             "field = \"status\", is = \"none\"}]\n"
                             "[command.fields]\n"
                             "class = \"class-code:{班级}\"\n"
                             "name = \"{姓名}\"\n"
                             "sex = \"{性别|code:sex}\"\n"
                             "student_number = \"{学籍号}\"\n"
                             "[[command]]\n"
                             "type = \"ChangeClass\"\n"
                             "on = \"2020-10-08\"\n"
                             "when = [\n"
                             "{state = \"student\", of = \"student-number:{学籍号}\", field = "
                             "\"status\", is = \"01\"},\n"
                             "{state = \"student\", of = \"student-number:{学籍号}\", field = "
                             "\"class\", is_not = \"class-code:{班级}\"}]\n"
                             "[command.fields]\n"
                             "student = \"student-number:{学籍号}\"\n"
                             "class = \"class-code:{班级}\"\n");
  }
  static constexpr auto header = "学籍号,姓名,性别,入学日期,班级";
  [[nodiscard]] std::string roster(const std::vector<std::string>& rows,
                                   const std::string& name = "roster.csv") const {
    return scratch.write(name, of_rows(header, rows));
  }
  static std::string pupil(int number, const std::string& name = "张三",
                           const std::string& class_code = "C1",
                           const std::string& date = "2020-09-01") {
    const std::string digits = std::to_string(100'000 + number);
    return "L43122420140305" + digits.substr(2) + "," + name + ",男," + date + "," + class_code;
  }

  const Scratch& scratch;
  std::string classes_map, classes, map;
};

}  // namespace taizhang::test
