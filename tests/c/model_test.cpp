// Rules of an application without C++, by callback.
#include <atomic>
#include <thread>

#include "c/buses.hpp"

namespace taizhang::test {
namespace {

const std::string model_grounds = R"("reason":"写错","approver":"校长")";

class CRules : public ::testing::Test {
 protected:
  static CModel& bus_model(CModel& model) {
    return model.rule("BoardBus", board).table("buses", boardings, count);
  }
  CRules() {
    CModel model;  // gone before the first command: what is open has its own
    bus_model(model);
    opened = std::make_unique<Opened>("memory:x", buses(), model.model);
    EXPECT_EQ(opened->result.code, TAIZHANG_OK) << opened->result.message;
  }
  Json boards(const std::string& child_id, const std::string& bus_id) const {
    const Said said = opened->execute(wish(child_id, bus_id));
    EXPECT_EQ(said.code, TAIZHANG_OK) << said.message;
    return said.lines().at(0);
  }
  Json amends(std::uint64_t position, const std::string& more, bool corrects) const {
    const Said said = opened->amend(position, "{" + model_grounds + more + "}", corrects);
    EXPECT_EQ(said.code, TAIZHANG_OK) << said.message;
    return said.json();
  }
  std::unique_ptr<Opened> opened;
};

std::uint64_t first_position(const Json& verdict) {
  return std::stoull(verdict["positions"][0].get<std::string>());
}

TEST_F(CRules, TwoSubjectsAreReadAndTheRefusalNamesThePosition) {
  const auto verdicts =
      opened->execute(wish("ann", "1") + wish("ben", "1") + wish("ann", "2") + wish("cai", "1"))
          .lines();
  ASSERT_EQ(verdicts.size(), 4U);
  EXPECT_EQ(verdicts[0]["verdict"], "accepted") << verdicts[0];
  EXPECT_EQ(verdicts[1]["verdict"], "accepted") << verdicts[1];
  EXPECT_EQ(verdicts[2]["verdict"], "rejected");
  EXPECT_EQ(verdicts[2]["rule"], "ONE-BUS");
  const std::string at = verdicts[0]["positions"][0];
  EXPECT_EQ(verdicts[2]["position"], at) << "of the same call, and certain once it is written";
  EXPECT_EQ(verdicts[2]["message"]["en"], "rides a bus (position " + at + ")");
  EXPECT_EQ(verdicts[2]["message"]["zh"], "已乘校车（位置 " + at + "）");
  EXPECT_EQ(verdicts[3]["rule"], "BUS-FULL") << "the row holds what the batch decided";
  EXPECT_FALSE(verdicts[3].contains("position"));
  EXPECT_EQ(boards("ann", "2")["position"], at) << "and in the next call";
  const auto events = opened->trail("child:ann").lines();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["actor"], "driver:1");
  EXPECT_EQ(events[0]["effective_on"], "2024-09-02");
}

TEST_F(CRules, EightThreadsNeverOversell) {
  std::atomic<int> aboard = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 4; ++i) {
        const std::string child_id = std::to_string(thread) + "-" + std::to_string(i);
        if (boards(child_id, std::to_string(i % 2))["verdict"] == "accepted") ++aboard;
        opened->view("buses");
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(aboard, 4) << "two to each of two buses";
  const Json answer = opened->view("buses").json();
  for (const Json& bus : answer["rows"]) EXPECT_EQ(bus["children"], "2");
}

TEST_F(CRules, WhatWasMovedOrVoidedCountsForWhomItNowSpeaksOf) {
  const std::uint64_t first = first_position(boards("ann", "1"));
  boards("ben", "1");
  EXPECT_EQ(amends(first, R"(,"fields":{"child":"cai"})", true)["verdict"], "accepted");
  EXPECT_EQ(boards("cai", "2")["rule"], "ONE-BUS");
  EXPECT_EQ(boards("ann", "1")["rule"], "BUS-FULL");
  EXPECT_EQ(boards("ann", "2")["verdict"], "accepted") << "ann rides no bus any more";
  EXPECT_EQ(amends(first, R"(,"fields":{"bus":"3"})", true)["verdict"], "accepted");
  EXPECT_EQ(boards("dai", "1")["verdict"], "accepted") << "a seat is free";
  EXPECT_EQ(amends(first, "", false)["verdict"], "accepted");
  EXPECT_EQ(boards("cai", "2")["verdict"], "accepted");
  EXPECT_EQ(amends(first, "", false)["rule"], "AMENDMENT") << "the ledger's own rule stays";
}

/// Nobody is taken off bus 1.
taizhang_code keeps(void* user, taizhang_decision* decision, const char* command_json) {
  ++*static_cast<int*>(user);
  const Json body = Json::parse(command_json)["body"];
  const Said event = said([&](taizhang_buffer* out, taizhang_buffer*, taizhang_error** error) {
    return taizhang_decision_event(decision, position_of(body), out, error);
  });
  if (event.code != TAIZHANG_OK) return event.code;
  if (event.json()["body"]["bus"] != "1") return TAIZHANG_OK;
  return taizhang_decision_refuse(decision, "STAYS", "stays aboard", "不得下车", position_of(body));
}

TEST_F(CRules, TheApplicationHasASayInVoids) {
  int asked = 0;
  CModel model;
  bus_model(model).rule("VoidEvent", keeps, &asked);
  opened = std::make_unique<Opened>("memory:y", buses(), model.model);
  const std::uint64_t kept = first_position(boards("ann", "1"));
  const std::uint64_t other = first_position(boards("ben", "2"));
  EXPECT_EQ(amends(kept, "", false)["rule"], "STAYS");
  EXPECT_EQ(amends(other, "", false)["verdict"], "accepted");
  EXPECT_EQ(amends(other, "", false)["rule"], "AMENDMENT") << "it was voided";
  EXPECT_EQ(amends(999, "", false)["code"], "not_found");
  EXPECT_EQ(amends(kept, R"(,"fields":{"bus":"2"})", true)["verdict"], "accepted");
  EXPECT_EQ(asked, 4) << "of corrections it was not asked";
}

/// Does what the command's child is called.
taizhang_code clumsy(void*, taizhang_decision* decision, const char* command_json) {
  const std::string does = Json::parse(command_json)["body"]["child"];
  if (does == "garbage") emit(decision, "{");
  if (does == "misspells") emit(decision, R"({"type":"child-borded","body":{}})");
  if (does == "half") emit(decision, R"({"type":"child-boarded","body":{"child":"x"}})");
  if (does == "ledger") emit(decision, R"({"type":"ledger.event-voided","body":{}})");
  if (does == "no-view") row(decision, "busses", "bus:1");
  if (does == "no-key") row(decision, "buses", "child:1");
  if (does == "no-item")
    said([&](taizhang_buffer* out, taizhang_buffer*, taizhang_error** error) {
      return taizhang_decision_past(decision, "{}", out, error);
    });
  if (does == "long-tag") past(decision, "child:" + std::string(10'000, 'x'));
  if (does == "null") taizhang_decision_past(decision, "{}", nullptr, nullptr);
  if (does == "nobody") taizhang_decision_refuse(decision, nullptr, "x", "x", 0);
  if (does == "mute") return TAIZHANG_REJECTED;
  if (does == "fails") return TAIZHANG_INTERNAL;
  if (does == "babbles") return 999;
  return emit(decision, R"({"type":"child-boarded","body":{"child":"x","bus":"1"}})").code;
}

TEST_F(CRules, AnErrorThatTheRuleOverlooksIsItsVerdictAndOthersGoOn) {
  CModel model;
  model.rule("BoardBus", clumsy).table("buses", boardings, count);
  const Opened other("memory:y", buses(), model.model);
  for (const auto& [does, code, names] : {std::tuple{"garbage", "invalid_argument", "event_json"},
                                          {"misspells", "invalid_argument", "child-boarded"},
                                          {"half", "invalid_argument", "bus"},
                                          {"ledger", "invalid_argument", "ledger.event-voided"},
                                          {"no-view", "not_found", "buses"},
                                          {"no-key", "invalid_argument", "bus"},
                                          {"no-item", "invalid_argument", "item"},
                                          {"long-tag", "too_large", "tag"},
                                          {"null", "invalid_argument", "NULL"},
                                          {"nobody", "invalid_argument", "NULL"},
                                          {"mute", "rejected", "BoardBus"}}) {
    const auto verdicts = other.execute(wish(does, "1") + wish("well", "1")).lines();
    ASSERT_EQ(verdicts.size(), 2U) << does;
    EXPECT_EQ(verdicts[0]["verdict"], "rejected") << verdicts[0];
    EXPECT_EQ(verdicts[0]["code"], code) << verdicts[0];
    EXPECT_NE(verdicts[0]["message"]["en"].get<std::string>().find(names), std::string::npos)
        << verdicts[0];
    EXPECT_EQ(verdicts[1]["verdict"], "accepted") << does << ": " << verdicts[1];
  }
  const Json before = other.status().json()["position"];
  for (const char* does : {"fails", "babbles"}) {
    const Said failed = other.execute(wish("well", "1") + wish(does, "1"));
    EXPECT_EQ(failed.code, TAIZHANG_INTERNAL);
    EXPECT_EQ(failed.details["command"], "BoardBus");
    EXPECT_NE(failed.message.find("BoardBus"), std::string::npos) << failed.message;
  }
  EXPECT_EQ(other.status().json()["position"], before) << "nothing was written";
}

TEST_F(CRules, NamesAreLookedUpAtOpeningAndTheNearestIsNamed) {
  const auto refuses = [](const CModel& model, const std::string& nearest,
                          const std::string& options = buses()) {
    const Opened none("memory:y", options, model.model);
    EXPECT_EQ(none.result.code, TAIZHANG_INVALID_ARGUMENT) << nearest;
    EXPECT_NE(none.result.message.find(nearest), std::string::npos) << none.result.message;
  };
  refuses(CModel().rule("BoardBuss", board), "\"BoardBus\"");
  refuses(CModel().table("busses", boardings, count), "\"buses\"");
  refuses(CModel().table("buses", R"({"creates":["child-bored"]})", count), "child-boarded");
  refuses(CModel().table("buses", R"({"creates":["child-boarded"],"updates":["child-boarded"]})",
                         count),
          "twice");
  refuses(
      CModel().table("buses",
                     R"({"creates":["child-boarded"],"reveals":{"child-boarded":["bus"]}})", count),
      "no personal text");
  refuses(CModel().rule("BoardBus", board), "schema", R"({"mode":"create"})");
  refuses(CModel().rule("BoardBus", board), "\"application\"",
          R"({"mode":"create","application":"education"})");
  refuses(CModel(), "schema", R"({"mode":"frozen"})");
  for (const char* wrong :
       {"[]", "{}", R"({"creates":[]})", R"({"creates":["x"],"version":0})",
        R"({"creates":["x"],"version":4294967296})", R"({"create":["x"]})",
        R"({"creates":["x"],"reveals":[]})", R"({"creates":["x"],"key":"bus"})"})
    EXPECT_EQ(CModel().table("buses", wrong, count).last.code, TAIZHANG_INVALID_ARGUMENT) << wrong;
  CModel twice;
  bus_model(twice);
  EXPECT_EQ(twice.rule("BoardBus", board).last.code, TAIZHANG_INVALID_ARGUMENT);
  EXPECT_EQ(twice.table("buses", boardings, count).last.code, TAIZHANG_INVALID_ARGUMENT);
}

TEST_F(CRules, NullIsAnErrorAndNeverACrash) {
  CModel model;
  taizhang_system* system = nullptr;
  taizhang_error* error = nullptr;
  taizhang_buffer buffer = {nullptr, 0};
  const auto refuses = [&](taizhang_code code) {
    EXPECT_EQ(code, TAIZHANG_INVALID_ARGUMENT);
    EXPECT_NE(std::string(taizhang_error_details(error)).find("argument"), std::string::npos);
    taizhang_error_free(error);
  };
  refuses(taizhang_model_new(nullptr, &error));
  refuses(taizhang_model_rule(nullptr, "BoardBus", board, nullptr, &error));
  refuses(taizhang_model_rule(model.model, nullptr, board, nullptr, &error));
  refuses(taizhang_model_rule(model.model, "BoardBus", nullptr, nullptr, &error));
  refuses(taizhang_model_table(nullptr, "buses", boardings, count, nullptr, &error));
  refuses(taizhang_model_table(model.model, nullptr, boardings, count, nullptr, &error));
  refuses(taizhang_model_table(model.model, "buses", boardings, nullptr, nullptr, &error));
  refuses(taizhang_model_table(model.model, "buses", nullptr, count, nullptr, &error));
  refuses(taizhang_open_model("memory:y", "", nullptr, &system, &error));
  refuses(taizhang_open_model(nullptr, "", model.model, &system, &error));
  refuses(taizhang_open_model("memory:y", "", model.model, nullptr, &error));
  refuses(taizhang_decision_past(nullptr, "{}", &buffer, &error));
  refuses(taizhang_decision_row(nullptr, "buses", "{}", &buffer, &error));
  refuses(taizhang_decision_event(nullptr, 1, &buffer, &error));
  refuses(taizhang_decision_emit(nullptr, "{}", &error));
  refuses(taizhang_row_set(nullptr, "{}", &error));
  EXPECT_EQ(taizhang_decision_refuse(nullptr, "x", "x", "x", 0), TAIZHANG_INVALID_ARGUMENT);
  EXPECT_EQ(taizhang_row_park(nullptr, "x"), TAIZHANG_INVALID_ARGUMENT);
  taizhang_model_free(nullptr);
}

}  // namespace
}  // namespace taizhang::test
