// Registers of an application without C++, whose rows a callback folds.
#include <algorithm>

#include "c/buses.hpp"
#include "c/passes.hpp"

namespace taizhang::test {
namespace {

const std::string register_grounds = R"("reason":"写错","approver":"校长")";

Json boarded(const Opened& opened, const std::string& child_id, const std::string& bus_id) {
  const Said said = opened.append(R"({"type":"child-boarded","on":"2024-09-02","body":{"child":")" +
                                  child_id + R"(","bus":")" + bus_id + R"("}})");
  EXPECT_EQ(said.code, TAIZHANG_OK) << said.message;
  return said.json()["positions"][0];
}
std::string amended(const Opened& opened, const Json& position, const std::string& more,
                    bool corrects) {
  const Said said = opened.amend(std::stoull(position.get<std::string>()),
                                 "{" + register_grounds + more + "}", corrects);
  EXPECT_EQ(said.code, TAIZHANG_OK) << said.message;
  return said.json()["verdict"];
}
/// "1:2 3:1 ": how many children in which bus.
std::string children(const Opened& opened, const std::string& ask = "") {
  const Said said = opened.view("buses", ask);
  EXPECT_EQ(said.code, TAIZHANG_OK) << said.message;
  std::string told;
  const Json answer = said.json();
  for (const Json& row : answer["rows"])
    told += row["bus"].get<std::string>() + ":" + row["children"].get<std::string>() + " ";
  return told;
}

TEST(CRegister, IsTheFoldOfWhatCountsNowAndThenAndRebuilt) {
  const std::string place = "rocksdb:" + fresh_directory();
  std::string before;
  std::string late;
  {
    CModel model;
    model.table("buses", boardings, count);
    const Opened opened(place, buses(), model.model);
    ASSERT_EQ(opened.result.code, TAIZHANG_OK) << opened.result.message;
    const Json ann = boarded(opened, "ann", "1");
    const Json ben = boarded(opened, "ben", "1");
    boarded(opened, "cai", "2");
    EXPECT_EQ(children(opened), "1:2 2:1 ");
    before = opened.checkpoint().json()["position"];
    EXPECT_EQ(amended(opened, ann, R"(,"fields":{"bus":"3"})", true), "accepted");
    EXPECT_EQ(children(opened), "1:1 2:1 3:1 ") << "told where it left, and where it went";
    EXPECT_EQ(amended(opened, ben, "", false), "accepted");
    late = children(opened);
    EXPECT_EQ(late, "2:1 3:1 ");
    EXPECT_EQ(children(opened, R"({"known_at":)" + before + "}"), "1:2 2:1 ") << "as it was known";
    EXPECT_EQ(children(opened, R"({"key":["bus:3"]})"), "3:1 ");
    EXPECT_EQ(opened.view("buses", R"({"where":{"children":"1"},"count":true})").json()["count"],
              "2");
    EXPECT_EQ(children(opened, R"({"at_least":)" + opened.checkpoint().text + "}"), late);
    const Json kept = opened.status().json()["projections"];
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0]["name"], "buses");
    EXPECT_EQ(kept[0]["version"], 1);
    EXPECT_EQ(opened.view("busses").code, TAIZHANG_NOT_FOUND);
  }
  CModel raised;
  raised.table("buses", R"({"creates":["child-boarded"],"version":2,"key":["bus"]})", count);
  const Opened again(place, buses("open"), raised.model);
  EXPECT_EQ(children(again), late) << "built anew";
  EXPECT_EQ(children(again, R"({"known_at":)" + before + "}"), "1:2 2:1 ");
  EXPECT_EQ(again.status().json()["projections"][0]["version"], 2);
  const Opened reader(place, buses("read"), raised.model);
  EXPECT_EQ(children(reader), late) << "views of its own";
}

TEST(CRegister, ARowWhoseFoldFailsParksAloneUntilTheEventIsAmended) {
  CModel model;
  model.rule("BoardBus", board).table("buses", boardings, count);
  const Opened opened("memory:x", buses(), model.model);
  const auto parked = [&] {
    children(opened);
    return opened.status().json()["projections"][0]["parked"];
  };
  boarded(opened, "ann", "1");
  const Json garbage = boarded(opened, "garbage", "1");
  const Json stowaway = boarded(opened, "stowaway", "2");
  boarded(opened, "ben", "1");
  boarded(opened, "cai", "3");
  EXPECT_EQ(parked(), "2");
  EXPECT_NE(children(opened).find("1:1 "), std::string::npos) << "as before the event";
  EXPECT_NE(children(opened).find("3:1 "), std::string::npos) << "others go on";
  const auto refused = [&](const std::string& bus_id) {
    return opened.execute(wish("dai", bus_id)).lines().at(0);
  };
  EXPECT_EQ(refused("1")["rule"], "ROW-PARKED");
  EXPECT_EQ(refused("1")["position"], garbage);
  EXPECT_NE(refused("1")["message"]["en"].get<std::string>().find("children"), std::string::npos)
      << "the field that was not understood: " << refused("1");
  EXPECT_NE(refused("2")["message"]["en"].get<std::string>().find("has no ticket"),
            std::string::npos)
      << refused("2");
  EXPECT_EQ(amended(opened, garbage, R"(,"fields":{"child":"eva"})", true), "accepted");
  EXPECT_EQ(amended(opened, stowaway, "", false), "accepted");
  EXPECT_EQ(parked(), "0");
  EXPECT_NE(children(opened).find("1:3 "), std::string::npos) << "nothing was lost meanwhile";
}

taizhang_code line_of(void* user, const char* row_json, const char* event_json, taizhang_row* row) {
  const Json event = Json::parse(event_json);
  EXPECT_EQ(event["body"]["name"], "") << "a fold sees no personal data";
  if (user != nullptr) return taizhang_row_set(row, R"({"name":"张三丰"})", nullptr);
  Json now = Json::parse(row_json);
  now["line"] = event["body"]["line"];
  return taizhang_row_set(row, now.dump().c_str(), nullptr);
}

TEST(CRegister, PersonalFieldsAreMaskedUnlessRevealed) {
  CModel model;
  model.table("passes", R"({"creates":["pass-issued"],"reveals":{"pass-issued":["name"]}})",
              line_of);
  const Opened opened("memory:x", passes, model.model);
  ASSERT_EQ(opened.result.code, TAIZHANG_OK) << opened.result.message;
  opened.append(issued(R"("child":"c1","name":"张三丰","line":"7")") +
                issued(R"("child":"c2","name":"李四光","line":"3")"));
  const Json rows = opened.view("passes", R"({"order":"line"})").json()["rows"];
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["name"], "李**");
  EXPECT_EQ(rows[1]["name"], "张**");
  EXPECT_EQ(rows[1]["child"], "c1");
  const auto revealed = opened.view(
      "passes", R"({"key":["child:c1"],"reveal":{"purpose":"test","actor":"clerk:1"}})");
  EXPECT_EQ(revealed.json()["rows"][0]["name"], "张三丰");
  EXPECT_EQ(opened.read().lines().back()["actor"], "clerk:1") << "and who looked is recorded";
}

TEST(CRegister, APersonalFieldIsNotSetInTheClear) {
  int personal = 0;
  CModel model;
  model.table("passes", R"({"creates":["pass-issued"]})", line_of, &personal);
  const Opened opened("memory:x", passes, model.model);
  opened.append(issued(R"("child":"c1","name":"张三丰","line":"7")"));
  EXPECT_TRUE(opened.view("passes").json()["rows"].empty());
  EXPECT_EQ(opened.status().json()["projections"][0]["parked"], "1");
}

}  // namespace
}  // namespace taizhang::test
