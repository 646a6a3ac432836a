// Events that cannot be read, as a program in another language meets them: lines like all others.
#include "c/fixture.hpp"
#include "taizhang/ledger.hpp"
#include "taizhang/schema/event_codec.hpp"
#include "taizhang/storage/rocksdb.hpp"

namespace taizhang::test {
namespace {

/// Writes past all rules, as a build of tomorrow or a foreign program may have done.
std::vector<Position> poison(const std::string& folder, const std::string& tag) {
  auto store = rocksdb_backend()->open(
      folder + "/log",
      {.mode = OpenMode::writer, .keyspaces = Ledger::keyspaces(), .precompressed = true});
  EXPECT_TRUE(store.has_value());
  auto ledger = Ledger::open(*std::move(store), system_clock());
  EXPECT_TRUE(ledger.has_value());
  std::vector<NewEvent> events;
  const auto add = [&](const std::string& type) -> NewEvent& {
    NewEvent& event = events.emplace_back();
    event.id = Id::random();
    event.type = type;
    event.tags = {tag};
    event.clear = "\xFF\xFF";
    return event;
  };
  add("education.absence-recorded");
  // About no school: a row that takes it would stop its projection until a newer build.
  add("education.school-registered").version = 99;
  add("elsewhere.unheard-of");
  add("education.absence-recorded").clear = "\x0A\x02\xC3\x28";
  for (const char* own :
       {"ledger.schema-recorded", "ledger.projection-event-skipped",
        "ledger.projection-row-retried", "ledger.report-frozen", "ledger.import-started"}) {
    add(own);
    add(own).tags.push_back("projection:students");
  }
  auto reader = (*ledger)->read(Query::all(), ReadOptions::one(2));
  const RecordedEvent* amended = *reader->next();
  for (const auto type : {void_type, correction_type}) {
    NewEvent& amends = add(std::string(type));
    amends.target = Target{2, std::string(amended->type), amended->version};
    amends.tags.assign(amended->tags.begin(), amended->tags.end());
  }
  std::vector<Position> positions;
  for (const NewEvent& event : events) {
    const auto appended = (*ledger)->append_own({&event, 1});
    EXPECT_TRUE(appended.has_value()) << appended.error().message().en;
    if (appended) positions.push_back(appended->positions.front());
  }
  EXPECT_TRUE((*ledger)->close().has_value());
  return positions;
}

class CUnreadable : public ::testing::Test {
 protected:
  CUnreadable() {
    std::string tag;
    {
      const Opened opened(place, R"({"mode":"create"})");
      EXPECT_EQ(opened.execute(founding()).code, TAIZHANG_OK);
      tag = opened.subject("student", std::string("citizen-id:") + child).text;
    }
    bad = poison(folder, tag);
  }
  /// Each position once, in order; the bad ones say so.
  void expect_all(const std::vector<Json>& lines, std::uint64_t head) const {
    ASSERT_EQ(lines.size(), head);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const Json& line = lines[i];
      EXPECT_EQ(line["position"], std::to_string(i + 1));
      const bool unreadable = std::find(bad.begin(), bad.end(), i + 1) != bad.end();
      EXPECT_EQ(line.contains("unreadable"), unreadable) << line;
      EXPECT_EQ(line.contains("record"), unreadable) << line;
      if (!unreadable) {
        EXPECT_TRUE(line.contains("body")) << line;
      }
    }
  }
  std::string folder = fresh_directory();
  std::string place = "rocksdb:" + folder;
  std::vector<Position> bad;
};

TEST_F(CUnreadable, ReadPollAndTrailAnswerEveryPosition) {
  for (const char* mode : {R"({"mode":"frozen"})", R"({"mode":"open"})", R"({"mode":"open"})"}) {
    const Opened opened(place, mode);
    ASSERT_EQ(opened.result.code, TAIZHANG_OK) << opened.result.message;
    const Said all = opened.read();
    ASSERT_EQ(all.code, TAIZHANG_OK) << all.message;
    expect_all(all.lines(), all.seen_position());

    taizhang_follower* follower = nullptr;
    ASSERT_EQ(taizhang_follow(opened.system, everything, nullptr, &follower, nullptr), TAIZHANG_OK);
    std::vector<Json> polled;
    for (;;) {
      const Said some = poll(follower, 0, 3);
      ASSERT_EQ(some.code, TAIZHANG_OK) << some.message;
      if (some.text.empty()) break;
      for (Json& line : some.lines()) polled.push_back(std::move(line));
      EXPECT_EQ(polled.back()["position"], std::to_string(some.seen_position()));
    }
    taizhang_follower_close(follower);
    expect_all(polled, all.seen_position());

    const Said trail = opened.trail(std::string("citizen-id:") + child);
    ASSERT_EQ(trail.code, TAIZHANG_OK) << trail.message;
    std::size_t told = 0;
    for (const Json& line : trail.lines()) told += line.contains("unreadable") ? 1U : 0U;
    EXPECT_EQ(told, bad.size() - 2) << "all but void and correction, which are about the school";
  }
}

TEST_F(CUnreadable, ViewsAndCommandsGoOn) {
  const Opened opened(place, R"({"mode":"open"})");
  const Said answer = opened.view("school-register");
  ASSERT_EQ(answer.code, TAIZHANG_OK) << answer.message;
  EXPECT_EQ(answer.json()["checkpoint"], Json::parse(opened.read().seen));
  EXPECT_EQ(opened.execute(school("3143008881")).json()["verdict"], "accepted");
}

}  // namespace
}  // namespace taizhang::test
