#pragma once

#include "c/fixture.hpp"

// The school bus of bus.proto by callback, as a program in C says it: a bus takes two children, a
// child rides one bus.
namespace taizhang::test {

/// A model, freed when it goes.
class CModel {
 public:
  CModel() { EXPECT_EQ(taizhang_model_new(&model, nullptr), TAIZHANG_OK); }
  ~CModel() { taizhang_model_free(model); }
  CModel(const CModel&) = delete;
  CModel& operator=(const CModel&) = delete;
  CModel& rule(const char* command, taizhang_rule decides, void* user = nullptr) {
    last = said([&](taizhang_buffer*, taizhang_buffer*, taizhang_error** error) {
      return taizhang_model_rule(model, command, decides, user, error);
    });
    return *this;
  }
  CModel& table(const char* view, const char* json, taizhang_fold folds, void* user = nullptr) {
    last = said([&](taizhang_buffer*, taizhang_buffer*, taizhang_error** error) {
      return taizhang_model_table(model, view, json, folds, user, error);
    });
    return *this;
  }
  taizhang_model* model = nullptr;
  Said last;
};

// Calls that a rule makes.
inline Said past(taizhang_decision* decision, const std::string& tag) {
  const std::string item = R"({"types":["child-boarded"],"tags":[")" + tag + R"("]})";
  return said([&](taizhang_buffer* out, taizhang_buffer*, taizhang_error** error) {
    return taizhang_decision_past(decision, item.c_str(), out, error);
  });
}
inline Said row(taizhang_decision* decision, const std::string& view, const std::string& tag) {
  const std::string ask = R"({"key":[")" + tag + R"("]})";
  return said([&](taizhang_buffer* out, taizhang_buffer*, taizhang_error** error) {
    return taizhang_decision_row(decision, view.c_str(), ask.c_str(), out, error);
  });
}
inline Said emit(taizhang_decision* decision, const std::string& event) {
  return said([&](taizhang_buffer*, taizhang_buffer*, taizhang_error** error) {
    return taizhang_decision_emit(decision, event.c_str(), error);
  });
}
inline std::uint64_t position_of(const Json& event) {
  return std::stoull(event["position"].get<std::string>());
}

inline taizhang_code board(void*, taizhang_decision* decision, const char* command_json) {
  const Json body = Json::parse(command_json)["body"];
  const std::string child_id = body["child"];
  const std::string bus_id = body["bus"];
  const Said rides = past(decision, "child:" + child_id);
  if (rides.code != TAIZHANG_OK) return rides.code;
  if (!rides.text.empty())
    return taizhang_decision_refuse(decision, "ONE-BUS", "rides a bus (position {position})",
                                    "已乘校车（位置 {position}）", position_of(rides.lines()[0]));
  const Said bus = row(decision, "buses", "bus:" + bus_id);
  if (bus.code != TAIZHANG_OK) return bus.code;
  if (!bus.text.empty() && std::stoi(bus.json()["children"].get<std::string>()) >= 2)
    return taizhang_decision_refuse(decision, "BUS-FULL", "the bus is full", "校车已满", 0);
  return emit(decision, Json{{"type", "child-boarded"}, {"body", body}}.dump()).code;
}

/// One more child; for a child by the name of "garbage" it answers what is no row.
inline taizhang_code count(void*, const char* row_json, const char* event_json, taizhang_row* row) {
  const Json event = Json::parse(event_json);
  if (event["body"]["child"] == "garbage")
    return taizhang_row_set(row, R"({"children":"many"})", nullptr);
  if (event["body"]["child"] == "stowaway") return taizhang_row_park(row, "has no ticket");
  Json now = Json::parse(row_json);
  now["children"] = std::stoi(now["children"].get<std::string>()) + 1;
  now["bus"] = "its key is not the fold's to say";
  return taizhang_row_set(row, now.dump().c_str(), nullptr);
}

inline constexpr const char* boardings = R"({"creates":["child-boarded"]})";
inline std::string buses(const std::string& mode = "create") {
  return R"({"mode":")" + mode + R"(","language":"en","schema":")" TAIZHANG_BUS_SCHEMA R"("})";
}

/// A command; `more` are further members (", …").
inline std::string wish(const std::string& child_id, const std::string& bus_id,
                        const std::string& more = "") {
  return R"({"type":"BoardBus","on":"2024-09-02","context":{"actor":"driver:1"},"body":{"child":")" +
         child_id + R"(","bus":")" + bus_id + R"("})" + more + "}\n";
}

}  // namespace taizhang::test
