#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "import/fixture.hpp"

namespace taizhang {
namespace {

using test::School;
using test::Scratch;
using test::World;

std::vector<std::string> pupils(int count) {
  std::vector<std::string> rows;
  for (int i = 0; i < count; ++i) rows.push_back(School::pupil(i));
  return rows;
}

class Import : public ::testing::Test {
 protected:
  Import() : school(scratch) {
    EXPECT_EQ(world.take(school.classes, school.classes_map).taken, 2U);
  }
  Scratch scratch;
  School school;
  World world;
};

TEST_F(Import, TakesRowsAndCitesBatchFileAndLine) {
  const auto report = world.take(school.roster(pupils(3)), school.map);
  EXPECT_EQ(report.rows, 3U);
  EXPECT_EQ(report.taken, 3U);
  EXPECT_EQ(report.refused, 0U);
  ASSERT_TRUE(report.batch);
  const auto events = world.events(true);
  std::vector<std::uint64_t> lines;
  for (const auto& event : events) {
    if (event.type != "education.student-enrolled") continue;
    EXPECT_EQ(event.context.batch, report.batch);
    EXPECT_EQ(event.context.file, "roster.csv");
    EXPECT_EQ(event.context.actor, "staff-7");
    EXPECT_EQ(event.on, "2020-09-01");
    lines.push_back(event.context.line);
  }
  EXPECT_EQ(lines, (std::vector<std::uint64_t>{2, 3, 4}));
  EXPECT_EQ(world.count("ledger.import-started"), 2U);
  EXPECT_EQ(events.back().type, "ledger.import-completed");
}

TEST_F(Import, TheSameRowsInAnotherFormAppendNothing) {
  auto rows = pupils(50);
  world.take(school.roster(rows), school.map);
  const Position head = world.ledger().head().position;
  const std::string text = test::of_rows(School::header, rows);
  std::reverse(rows.begin(), rows.end());
  std::string semicolons = test::of_rows(School::header, rows);
  std::replace(semicolons.begin(), semicolons.end(), ',', ';');
  std::string crlf;
  for (const char c : text) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  for (const std::string& bytes : {text, "\xEF\xBB\xBF" + text, test::to_gb18030(text), semicolons,
                                   crlf, test::of_rows(School::header, rows)}) {
    const auto report = world.take(scratch.write("again.csv", bytes), school.map);
    EXPECT_EQ(report.unchanged, 50U);
    EXPECT_EQ(report.taken, 0U);
    EXPECT_FALSE(report.batch);
    EXPECT_EQ(world.ledger().head().position, head);
  }
}

TEST_F(Import, TheLedgerIsBelievedWhereNothingIsRemembered) {
  const auto file = school.roster(pupils(20));
  world.take(file, school.map);
  const Position head = world.ledger().head().position;
  std::vector<std::string> keys;
  ASSERT_TRUE(world.vault().recall_all("import", "", [&](std::string_view key, std::string_view) {
    keys.emplace_back(key);
    return true;
  }));
  EXPECT_GE(keys.size(), 20U);
  for (const auto& key : keys) ASSERT_TRUE(world.vault().forget("import", key));
  auto report = world.take(file, school.map);
  EXPECT_EQ(report.unchanged, 20U);
  EXPECT_EQ(world.ledger().head().position, head);
  EXPECT_EQ(world.take(file, school.map).unchanged, 20U);  // and is remembered again

  for (const auto& key : keys) ASSERT_TRUE(world.vault().forget("import", key));
  auto rows = pupils(20);
  rows[4] = School::pupil(4, "李四");
  report = world.take(school.roster(rows), school.map);
  EXPECT_EQ(report.unchanged, 19U);
  EXPECT_EQ(report.changed_not_taken, 1U);
  EXPECT_EQ(world.ledger().head().position, head);
}

TEST_F(Import, BadRowsAreReportedAndComeBackMended) {
  auto rows = pupils(6);
  rows[1] =
      "L43122420140305"
      "9991,王,男,2020-13-01,C1";
  rows[3] =
      "L43122420140305"
      "9993,赵,不详,2020-09-01,C1";
  rows[4] =
      "L43122420140305"
      "9994,钱,男,2020-09-01,C9";
  auto options = world.options(school.roster(rows), school.map);
  options.reject_file = scratch.path("rejects.csv");
  const auto report = world.take(options);
  EXPECT_EQ(report.taken, 3U);
  ASSERT_EQ(report.refused, 3U);
  EXPECT_EQ(report.bad_rows[0].line, 3U);
  EXPECT_EQ(report.bad_rows[0].column, "入学日期");
  EXPECT_EQ(report.bad_rows[0].value, "2020-13-01");
  EXPECT_EQ(report.bad_rows[0].rule, "DATE");
  EXPECT_EQ(report.bad_rows[1].rule, "CODE-MAP");
  EXPECT_EQ(report.bad_rows[2].command, "EnrolStudent");
  for (const auto& bad : report.bad_rows) {
    EXPECT_FALSE(bad.message.zh.empty());
    EXPECT_FALSE(bad.way_out.zh.empty());
    EXPECT_FALSE(bad.way_out.en.empty());
  }
  std::string mended = test::read_file(options.reject_file);
  EXPECT_TRUE(mended.starts_with("\xEF\xBB\xBF"));
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"2020-13-01", "2020-09-01"}, {"不详", "女"}, {"C9", "C2"}})
    mended.replace(mended.find(from), from.size(), to);
  const auto again = world.take(scratch.write("mended.csv", mended), school.map);
  EXPECT_EQ(again.taken, 3U);
  EXPECT_EQ(again.refused, 0U);
  EXPECT_EQ(world.count("education.student-enrolled"), 6U);
  const Position head = world.ledger().head().position;
  world.take(options);  // the bad rows are as bad as before
  EXPECT_EQ(world.ledger().head().position, head);
}

TEST_F(Import, FileNamedByBytesThatAreNoTextIsRecordedAsText) {
  const std::string roster = test::read_file(school.roster(pupils(2)));
  EXPECT_EQ(world.take(scratch.write("\xC3\xFB\xB5\xA5.csv", roster), school.map).taken, 2U);
  Reader reader = *world.ledger().read(Query::all(), {.backward = true});
  const auto last = reader.next();
  ASSERT_TRUE(last && *last != nullptr);
  EXPECT_EQ(decode_context((*last)->context)->file, "\uFFFD\uFFFD\uFFFD\uFFFD.csv");
}

TEST_F(Import, PersonalValuesAreMaskedInReports) {
  world.take(school.roster({School::pupil(1)}), school.map);
  auto options = world.options(school.roster({School::pupil(1, "李小四")}), school.map);
  auto report = world.take(options);
  ASSERT_EQ(report.changed_rows.size(), 1U);
  ASSERT_EQ(report.changed_rows[0].values.size(), 1U);
  EXPECT_EQ(report.changed_rows[0].values[0].column, "姓名");
  EXPECT_EQ(report.changed_rows[0].values[0].after, "李**");
  EXPECT_EQ(report.changed_rows[0].key.find("20140305"), std::string::npos);
  options.reveal = true;
  report = world.take(options);
  EXPECT_EQ(report.changed_rows[0].values[0].before, "张三");
  EXPECT_EQ(report.changed_rows[0].values[0].after, "李小四");
}

TEST_F(Import, AChangedRowIsTakenOnlyIfAccepted) {
  world.take(school.roster(pupils(3)), school.map);
  const Position head = world.ledger().head().position;
  auto rows = pupils(3);
  rows[1] = School::pupil(1, "张三", "C2");
  auto options = world.options(school.roster(rows), school.map);
  auto report = world.take(options);
  EXPECT_EQ(report.changed_not_taken, 1U);
  EXPECT_EQ(report.changed_rows.at(0).values.at(0).column, "班级");
  EXPECT_EQ(report.changed_rows.at(0).values.at(0).before, "C1");
  EXPECT_EQ(report.changed_rows.at(0).values.at(0).after, "C2");
  EXPECT_EQ(world.ledger().head().position, head);

  options.accept_changes = true;
  report = world.take(options);
  EXPECT_EQ(report.changed_taken, 1U);
  EXPECT_EQ(report.unchanged, 2U);
  EXPECT_EQ(world.count("education.student-class-changed"), 1U);
  EXPECT_EQ(world.count("education.student-enrolled"), 3U);
  const Position after = world.ledger().head().position;
  EXPECT_EQ(world.take(options).unchanged, 3U);
  EXPECT_EQ(world.ledger().head().position, after);
}

TEST_F(Import, ASnapshotTakesDifferencesAndListsGapsOnce) {
  const auto map = school.roster_map("snapshot");
  world.take(school.roster(pupils(4)), map);
  auto rows = pupils(4);
  rows[1] = School::pupil(1, "张三", "C2");
  rows.erase(rows.begin() + 2);
  rows.push_back(School::pupil(9));
  const auto october = school.roster(rows, "october.csv");
  auto report = world.take(october, map);
  EXPECT_EQ(report.taken, 1U);
  EXPECT_EQ(report.changed_taken, 1U);
  EXPECT_EQ(report.unchanged, 2U);
  EXPECT_EQ(report.missing, 1U);
  EXPECT_EQ(world.count("education.student-class-changed"), 1U);
  EXPECT_EQ(world.count("education.student-enrolled"), 5U);
  EXPECT_EQ(world.count("education.dropout-confirmed"), 0U);
  const Position head = world.ledger().head().position;
  report = world.take(october, map);  // the same list again
  EXPECT_EQ(report.missing, 1U);
  EXPECT_EQ(world.ledger().head().position, head);
  rows.pop_back();
  EXPECT_EQ(world.take(school.roster(rows, "november.csv"), map).missing, 1U);  // only the new one
}

TEST_F(Import, AContradictoryFileIsNeverTakenBothWays) {
  const auto map = school.roster_map("snapshot");
  const std::vector<std::string> rows{School::pupil(1), School::pupil(2),
                                      School::pupil(1, "张三", "C2"), School::pupil(2)};
  auto report = world.take(school.roster(rows), map);
  EXPECT_EQ(report.taken, 2U);
  EXPECT_EQ(report.unchanged, 1U);
  EXPECT_EQ(report.changed_not_taken, 1U);
  EXPECT_TRUE(report.changed_rows.at(0).twice_in_file);
  const Position head = world.ledger().head().position;
  report = world.take(school.roster({rows[2], rows[3], rows[0]}), map);
  EXPECT_EQ(world.ledger().head().position, head);
  EXPECT_EQ(report.changed_not_taken, 1U);
}

TEST_F(Import, ADryRunTellsAndAppendsNothing) {
  auto rows = pupils(1'200);
  rows[7] = rows[3];
  rows[9] = School::pupil(9, "李四", "C9");
  auto options = world.options(school.roster(rows), school.map);
  options.dry_run = true;
  options.reject_file = scratch.path("rejects.csv");
  const auto before = world.ledger().head();
  const auto dry = world.take(options);
  EXPECT_EQ(world.ledger().head().position, before.position);
  EXPECT_EQ(world.ledger().head().root, before.root);
  EXPECT_FALSE(std::filesystem::exists(options.reject_file));
  options.dry_run = false;
  const auto wet = world.take(options);
  EXPECT_EQ(dry.taken, wet.taken);
  EXPECT_EQ(dry.unchanged, wet.unchanged);
  EXPECT_EQ(dry.refused, wet.refused);
  EXPECT_EQ(dry.commands, wet.commands);
  EXPECT_EQ(wet.taken, 1'198U);
}

TEST_F(Import, UndoWithdrawsTheBatchAndLetsItComeAgain) {
  const auto file = school.roster(pupils(30));
  const auto report = world.take(file, school.map);
  Importer importer(world.ledger(), world.vault(), world.education());
  Context by;
  by.actor = "staff-1";
  auto undone = importer.undo(*report.batch, "wrong file", "principal-1", by);
  ASSERT_TRUE(undone) << undone.error().message().en;
  EXPECT_TRUE(undone->obstacles.empty());
  EXPECT_EQ(undone->events_voided, report.events);
  EXPECT_EQ(world.count("ledger.import-undone"), 1U);
  EXPECT_EQ(importer.undo(*report.batch, "again", "principal-1", by).error().code(),
            ErrorCode::already_exists);
  EXPECT_EQ(importer.undo(Id::random(), "what", "principal-1", by).error().code(),
            ErrorCode::not_found);

  const auto again = world.take(file, school.map);
  EXPECT_EQ(again.taken, 30U);
  EXPECT_NE(again.batch, report.batch);
  const Position head = world.ledger().head().position;
  EXPECT_EQ(world.take(file, school.map).unchanged, 30U);
  EXPECT_EQ(world.ledger().head().position, head);
}

TEST_F(Import, UndoIsBlockedByWhatWasBuiltOnIt) {
  const auto report = world.take(school.roster(pupils(3)), school.map);
  auto changed = pupils(3);
  changed[0] = School::pupil(0, "张三", "C2");
  auto options = world.options(school.roster(changed), school.map);
  options.accept_changes = true;
  const auto later = world.take(options);
  ASSERT_EQ(later.changed_taken, 1U);
  const Position head = world.ledger().head().position;
  Importer importer(world.ledger(), world.vault(), world.education());
  const auto undone = importer.undo(*report.batch, "wrong file", "principal-1", {});
  ASSERT_TRUE(undone);
  ASSERT_FALSE(undone->obstacles.empty());
  EXPECT_EQ(undone->events_voided, 0U);
  EXPECT_EQ(world.ledger().head().position, head);

  ASSERT_TRUE(importer.undo(*later.batch, "wrong too", "principal-1", {})->obstacles.empty());
  EXPECT_TRUE(importer.undo(*report.batch, "wrong file", "principal-1", {})->obstacles.empty());
  // The batch before the undone one counts again: its content is not new once both are gone.
  EXPECT_EQ(world.take(school.roster(pupils(3)), school.map).taken, 3U);
}

TEST_F(Import, ADirectoryIsTakenInTheOrderOfItsManifest) {
  World fresh;
  EXPECT_EQ(school.roster(pupils(5)), scratch.path("roster.csv"));
  scratch.write("manifest.toml",
                "seed = 7\n"
                "[[file]]\npath = \"classes.csv\"\nmap = \"classes.toml\"\n"
                "[[file]]\npath = \"roster.csv\"\nmap = \"append.toml\"\n"
                "[truth]\npupils = 5\n");
  Importer importer(fresh.ledger(), fresh.vault(), fresh.education());
  std::vector<std::string> done;
  const auto reports = importer.import_directory(
      scratch.path(""), {}, [&](const std::string& file, const ImportReport&) {
        done.push_back(std::filesystem::path(file).filename().string());
      });
  ASSERT_TRUE(reports) << reports.error().message().en;
  EXPECT_EQ(done, (std::vector<std::string>{"classes.csv", "roster.csv"}));
  EXPECT_EQ(reports->at(1).taken, 5U);
  scratch.write("manifest.toml", "[[file]]\npath = \"none.csv\"\nmap = \"append.toml\"\n");
  const auto missing = importer.import_directory(scratch.path(""), {}, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().detail("line"), "1");
}

TEST(ImportCrash, KilledAndResumedGivesTheSameLedger) {
  Scratch scratch;
  const School school(scratch);
  auto rows = pupils(2'600);
  for (std::size_t i = 50; i < rows.size(); i += 211) rows[i] += "9";  // a class that is not there
  const auto file = school.roster(rows);

  World whole;
  whole.take(school.classes, school.classes_map);
  const auto report = whole.take(file, school.map);
  const auto want = whole.events();

  for (const std::uint64_t after : {std::uint64_t{900}, std::uint64_t{1'900}}) {
    const std::string place = scratch.path("ledger-" + std::to_string(after));
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      World world(place);
      world.take(school.classes, school.classes_map);
      auto options = world.options(file, school.map);
      options.progress = [&](const ImportProgress& at) {
        if (at.rows >= after) (void)raise(SIGKILL);
      };
      (void)world.import_file(options);
      _exit(3);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << status;

    World world(place);
    const auto cut = world.events();
    ASSERT_LT(cut.size(), want.size());
    ASSERT_GT(cut.size(), 100U);
    const auto rest = world.take(file, school.map);
    EXPECT_EQ(rest.refused, report.refused);
    const auto got = world.events();
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < got.size(); ++i)
      ASSERT_TRUE(got[i] == want[i])
          << i << ": " << got[i].type << ", line " << got[i].context.line;
    EXPECT_EQ(world.count("ledger.import-started"), whole.count("ledger.import-started"));
    EXPECT_EQ(world.count("ledger.import-completed"), whole.count("ledger.import-completed"));
  }
}

TEST(ImportTime, RecordedTimesAreTheSimulationsOrClaims) {
  Scratch scratch;
  const School school(scratch);
  const std::string map =
      scratch.write("timed.toml", "recorded_at = \"{录入时间}\"\n" + test::read_file(school.map));
  const auto file = scratch.write("timed.csv", "学籍号,姓名,性别,入学日期,班级,录入时间\n" +
                                                   School::pupil(1) + ",2020-09-02 08:00\n" +
                                                   School::pupil(2) + ",2020-09-03 09:30\n");
  for (const bool simulated : {true, false}) {
    World world({}, simulated);
    world.take(school.classes, school.classes_map);
    ASSERT_EQ(world.take(file, map).taken, 2U);
    auto reader = world.ledger().read(Query::type("education.student-enrolled"));
    std::vector<std::string> recorded, claimed;
    for (;;) {
      const auto event = reader->next();
      if (!event || *event == nullptr) break;
      recorded.push_back((*event)->recorded_at.to_string());
      const auto context = decode_context((*event)->context);
      if (context->claimed_at) claimed.push_back(context->claimed_at->to_string());
    }
    const std::vector<std::string> times{"2020-09-02T00:00:00.000000Z",
                                         "2020-09-03T01:30:00.000000Z"};
    if (simulated) {
      EXPECT_TRUE(claimed.empty());
      EXPECT_EQ(recorded, times);
    } else {
      EXPECT_EQ(claimed, times);
      EXPECT_NE(recorded, times);
    }
  }
}

}  // namespace
}  // namespace taizhang
