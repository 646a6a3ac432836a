#include "c/fixture.hpp"
#include "taizhang/education/school_system.hpp"
#include "taizhang/storage/rocksdb.hpp"

namespace taizhang::test {
namespace {

const std::string the_child = std::string("citizen-id:") + child;

TEST(CRead, APageEndsWhereTheNextBegins) {
  const Opened opened("memory:x", create_in_english);
  ASSERT_EQ(opened.execute(founding()).code, TAIZHANG_OK);
  const std::uint64_t head = opened.read().seen_position();
  EXPECT_EQ(opened.read().lines().size(), head);
  std::string seen;
  std::uint64_t position = 0;
  std::uint64_t pages = 0;
  while (position < head) {
    const Said page = opened.read(everything, after(seen, R"(,"limit":2)"));
    ASSERT_FALSE(page.lines().empty());
    EXPECT_EQ(page.lines().front()["position"], std::to_string(position + 1));
    seen = page.seen;
    position = page.seen_position();
    ++pages;
  }
  EXPECT_EQ(pages, (head + 1) / 2);
  const Said latest = opened.read(everything, R"({"backward":true,"limit":1})");
  EXPECT_EQ(latest.lines().at(0)["position"], std::to_string(head));
  EXPECT_EQ(latest.seen, "") << "backward nothing is complete";
  const auto middle = opened.read(everything, R"({"first":2,"last":"2"})").lines();
  ASSERT_EQ(middle.size(), 1U);
  EXPECT_EQ(middle[0]["position"], "2");
}

TEST(CRead, QueriesAreTypesTagsAndSubjects) {
  const Opened opened("memory:x", create_in_english);
  ASSERT_EQ(opened.execute(founding()).code, TAIZHANG_OK);
  const std::string tag = opened.subject("student", the_child).text;
  EXPECT_EQ(tag.substr(0, 8), "student:");
  EXPECT_EQ(opened.subject(nullptr, the_child).text, tag);
  EXPECT_EQ(opened.subject(nullptr, tag).text, tag);
  EXPECT_EQ(opened.subject("school", the_child).code, TAIZHANG_NOT_FOUND);
  const auto by_tag = opened.read(R"({"items":[{"tags":[")" + tag + R"("]}]})").text;
  EXPECT_NE(by_tag, "");
  EXPECT_EQ(opened.read(R"({"items":[{"subjects":[")" + the_child + R"("]}]})").text, by_tag);
  EXPECT_EQ(opened.read(R"({"items":[{"types":["student-enroled"]}]})").code,
            TAIZHANG_INVALID_ARGUMENT);
  EXPECT_EQ(opened.read(R"({"items":[{"subjects":["citizen-id:x"]}]})").code, TAIZHANG_NOT_FOUND);
  EXPECT_EQ(opened.read(R"({"items":[{"tag":["x"]}]})").details["nearest"], "tags");
  EXPECT_EQ(opened.read(R"({"items":7})").code, TAIZHANG_INVALID_ARGUMENT);
  EXPECT_EQ(opened.read(everything, R"({"limit":-1})").code, TAIZHANG_INVALID_ARGUMENT);
  for (const char* wrong : {R"({"after":"x"})", R"({"after":7})", R"({"after":{"position":7}})"})
    EXPECT_EQ(opened.read(everything, wrong).code, TAIZHANG_INVALID_ARGUMENT) << wrong;
  EXPECT_EQ(opened.read(everything, R"({"after":{"ledgr":"x"}})").details["nearest"], "ledger");
  EXPECT_EQ(opened.read(everything, R"({"late_days":1})").code, TAIZHANG_INVALID_ARGUMENT);
}

TEST(CRead, PersonalDataIsMaskedUnlessItIsRevealedForAPurposeThatIsRecorded) {
  const Opened opened("memory:x", create_in_english);
  ASSERT_EQ(opened.execute(founding()).code, TAIZHANG_OK);
  const std::string reveal = R"({"reveal":{"purpose":"home visit","actor":"teacher:9"}})";
  const auto hides = [](const std::string& text) {
    return text.find("阿依") == std::string::npos && text.find(child) == std::string::npos;
  };
  for (const std::string& masked :
       {opened.read().text, opened.trail(the_child).text, opened.view("student-register").text}) {
    EXPECT_NE(masked.find("舒"), std::string::npos);
    EXPECT_TRUE(hides(masked)) << masked;
  }
  const auto accesses = [&] {
    return opened.read(R"({"items":[{"types":["personal-data-accessed"]}]})").lines();
  };
  EXPECT_EQ(opened.read(everything, R"({"reveal":{}})").code, TAIZHANG_INVALID_ARGUMENT);
  EXPECT_TRUE(accesses().empty()) << "without a purpose nothing is shown";
  EXPECT_FALSE(hides(opened.read(everything, reveal).text));
  EXPECT_FALSE(hides(opened.trail(the_child, reveal).text));
  EXPECT_FALSE(hides(opened.view("student-register", reveal).text));
  const auto recorded = accesses();
  ASSERT_EQ(recorded.size(), 3U);
  EXPECT_EQ(recorded[1]["actor"], "teacher:9");
  EXPECT_EQ(recorded[1]["body"]["purpose"], "home visit");
  EXPECT_EQ(recorded[1]["tags"], Json({opened.subject("student", the_child).text}));
  EXPECT_EQ(recorded[2]["body"]["what"], "view student-register");
}

TEST(CRead, ARecordIsByteForByteWhatTheTreeHashes) {
  const std::string place = "rocksdb:" + fresh_directory();
  std::vector<Json> events;
  {
    const Opened opened(place, create_in_english);
    ASSERT_EQ(opened.execute(founding()).code, TAIZHANG_OK);
    events = opened.read(everything, R"({"record":true})").lines();
  }
  StorageRegistry storage;
  storage.add("rocksdb", rocksdb_backend());
  const auto system = SchoolSystem::open(storage, {.location = place});
  ASSERT_TRUE(system) << system.error().message().en;
  auto reader = (*system)->ledger().read(taizhang::Query::all());
  ASSERT_TRUE(reader);
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (const Json& event : events) {
    const auto next = reader->next();
    ASSERT_TRUE(next && *next != nullptr);
    const std::string_view record = (*next)->record;
    const auto text = event["record"].get<std::string>();
    ASSERT_EQ(text.size(), (record.size() + 2) / 3 * 4);
    std::string bits;
    for (const char letter : text)
      for (int bit = 5; bit >= 0; --bit)
        bits += (letters.find(letter) >> static_cast<unsigned>(bit) & 1U) == 1U ? '1' : '0';
    for (std::size_t i = 0; i < record.size(); ++i)
      ASSERT_EQ(std::stoi(bits.substr(i * 8, 8), nullptr, 2),
                static_cast<int>(static_cast<unsigned char>(record[i])));
  }
  EXPECT_FALSE(events.empty());
}

TEST(CTrail, TellsWhatBecameOfEachEvent) {
  const Opened opened("memory:x", create_in_english);
  ASSERT_EQ(opened.execute(founding()).code, TAIZHANG_OK);
  const Said all = opened.trail(the_child);
  ASSERT_GE(all.lines().size(), 2U);
  EXPECT_EQ(all.lines().front()["state"], "valid");
  EXPECT_FALSE(all.lines().front().contains("body"));
  EXPECT_EQ(all.seen, opened.read().seen);
  const Said first = opened.trail(the_child, R"({"limit":1})");
  EXPECT_EQ(first.lines().size(), 1U);
  const Said rest = opened.trail(the_child, after(first.seen));
  EXPECT_EQ(first.text + rest.text, all.text);
  const std::string then = R"({"known_at":)" + std::to_string(first.seen_position()) + "}";
  EXPECT_EQ(opened.trail(the_child, then).lines().size(), 1U);
  EXPECT_EQ(opened.trail("citizen-id:nobody").code, TAIZHANG_NOT_FOUND);
  EXPECT_EQ(opened.trail(the_child, R"({"known_at":99999})").code, TAIZHANG_NOT_FOUND);
  EXPECT_EQ(opened.trail(the_child, R"({"late_days":99999999999})").code,
            TAIZHANG_INVALID_ARGUMENT);
}

TEST(CView, AnswersByKeyConditionPageAndTime) {
  const Opened opened("memory:x", create_in_english);
  ASSERT_EQ(opened.execute(founding()).code, TAIZHANG_OK);
  const std::uint64_t then = opened.read().seen_position();
  ASSERT_EQ(opened.execute(school("3143009999")).code, TAIZHANG_OK);

  const Json one = opened.view("student-register", R"({"key":[")" + the_child + R"("]})").json();
  ASSERT_EQ(one["rows"].size(), 1U);
  EXPECT_EQ(one["rows"][0]["status"], "01");
  EXPECT_EQ(one["checkpoint"], Json::parse(opened.read().seen));
  const std::string in_school = R"({"where":{"school":"school-code:3143001234","status":"01"}})";
  EXPECT_EQ(opened.view("student-register", in_school).json(), one);
  EXPECT_TRUE(
      opened.view("student-register", R"({"where":{"status":"02"}})").json()["rows"].empty());

  const Json first = opened.view("school-register", R"({"limit":1})").json();
  ASSERT_EQ(first["rows"].size(), 1U);
  ASSERT_NE(first["next_page"], "");
  const std::string next = R"({"limit":1,"page_token":)" + first["next_page"].dump() + "}";
  const Json second = opened.view("school-register", next).json();
  ASSERT_EQ(second["rows"].size(), 1U);
  EXPECT_NE(second["rows"][0], first["rows"][0]);

  const auto rows = [&](const std::string& ask) {
    return opened.view("school-register", ask).json()["rows"].size();
  };
  EXPECT_EQ(rows(R"({"known_at":")" + std::to_string(then) + R"("})"), 1U);
  EXPECT_EQ(rows(R"({"effective_on":"2023-08-19"})"), 0U);
  EXPECT_EQ(rows(R"({"at_least":)" + opened.checkpoint(1).text + "}"), 2U);
  EXPECT_EQ(rows(R"({"at_least":)" + opened.checkpoint().text + "}"), 2U);

  const auto codes = [&](const std::string& ask) {
    std::string all;
    const Json answer = opened.view("school-register", ask).json();
    for (const Json& row : answer["rows"]) all += row["code"].get<std::string>().substr(6) + " ";
    return all;
  };
  EXPECT_EQ(codes(R"({"order":"code"})"), "1234 9999 ");
  EXPECT_EQ(codes(R"({"order":"-code"})"), "9999 1234 ");
  EXPECT_EQ(codes(R"({"where":{"code":["3143001234","3143009999","x"]}})").size(), 10U);
  EXPECT_EQ(codes(R"({"where":{"code":{"above":"3143001234"}}})"), "9999 ");
  EXPECT_EQ(codes(R"({"where":{"registered_on":{"from":"2023-08-20","below":"2023-08-21"}},)"
                  R"("order":"code"})"),
            "1234 9999 ");
  EXPECT_EQ(opened.view("school-register", R"({"count":true,"limit":1})").json()["count"], "2");
  const Said no_date =
      opened.view("school-register", R"({"where":{"registered_on":"2023-02-30"}})");
  EXPECT_EQ(no_date.code, TAIZHANG_INVALID_ARGUMENT);
  EXPECT_EQ(no_date.details["field"], "registered_on");
  for (const char* wrong : {R"({"where":{"code":{"since":"1"}}})", R"({"where":{"code":{}}})",
                            R"({"where":{"code":[]}})", R"({"order":"name"})"})
    EXPECT_EQ(opened.view("school-register", wrong).code, TAIZHANG_INVALID_ARGUMENT) << wrong;

  EXPECT_EQ(opened.view("student-registre").code, TAIZHANG_NOT_FOUND);
  EXPECT_EQ(opened.view("school-register", R"({"where":{"cod":"x"}})").code, TAIZHANG_NOT_FOUND);
  EXPECT_EQ(opened.checkpoint(99999).code, TAIZHANG_NOT_FOUND);
  EXPECT_EQ(opened.view("school-register", R"({"at_least":1})").code, TAIZHANG_INVALID_ARGUMENT);
  EXPECT_EQ(opened.view("school-register", R"({"where":[]})").code, TAIZHANG_INVALID_ARGUMENT);
  EXPECT_EQ(opened.view("school-register", R"({"where":{"code":7}})").code,
            TAIZHANG_INVALID_ARGUMENT);
  EXPECT_EQ(opened.view("school-register", R"({"page_token":"x"})").code,
            TAIZHANG_INVALID_ARGUMENT);
  EXPECT_EQ(opened.view("school-register", R"({"effective_on":"yesterday"})").code,
            TAIZHANG_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace taizhang::test
