#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "storage/scratch.hpp"
#include "taizhang/c.h"

namespace taizhang::test {

using Json = nlohmann::ordered_json;

inline constexpr const char* child = "431224201103150022";
inline const std::string create = R"({"mode":"create"})";
inline const std::string create_in_english = R"({"mode":"create","language":"en"})";
inline constexpr const char* schools = R"({"items":[{"types":["school-registered"]}]})";
inline constexpr const char* everything = R"({"all":true})";
inline constexpr const char* enrolments = R"({"items":[{"types":["student-enrolled"]}]})";

/// What a call said: its code, and what came with it. Frees what C handed out.
struct Said {
  taizhang_code code = TAIZHANG_OK;
  std::string text;
  std::string seen;  ///< a checkpoint, or nothing
  std::string message;
  Json details;
  std::int32_t retry = TAIZHANG_RETRY_NO;

  [[nodiscard]] Json json() const { return Json::parse(text); }
  [[nodiscard]] std::uint64_t seen_position() const {
    return std::stoull(Json::parse(seen)["position"].get<std::string>());
  }
  [[nodiscard]] std::vector<Json> lines() const {
    std::vector<Json> all;
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t end = text.find('\n', from);
      all.push_back(Json::parse(text.substr(from, end - from)));
      from = end + 1;
    }
    return all;
  }
};

/// What a buffer holds, which goes back.
inline std::string taken(taizhang_buffer& buffer) {
  std::string text;
  if (buffer.data != nullptr) {
    EXPECT_EQ(buffer.data[buffer.size], '\0');
    text.assign(buffer.data, buffer.size);
  }
  taizhang_free(&buffer);
  EXPECT_EQ(buffer.data, nullptr);
  return text;
}

/// Makes a call that hands out a buffer, or two.
template <class Call>
Said said(const Call& call) {
  taizhang_buffer buffer = {nullptr, 0};
  taizhang_buffer seen = {nullptr, 0};
  taizhang_error* error = nullptr;
  Said result;
  result.code = call(&buffer, &seen, &error);
  EXPECT_EQ(result.code == TAIZHANG_OK, error == nullptr);
  EXPECT_EQ(taizhang_error_code(error), result.code);
  if (error != nullptr) {
    EXPECT_EQ(buffer.data, nullptr) << "nothing is answered with an error";
    EXPECT_EQ(seen.data, nullptr) << "nothing is answered with an error";
    result.message = taizhang_error_message(error, TAIZHANG_EN);
    EXPECT_NE(std::string(taizhang_error_message(error, TAIZHANG_ZH)), "");
    result.details = Json::parse(taizhang_error_details(error));
    result.retry = taizhang_error_retry(error);
  }
  result.text = taken(buffer);
  result.seen = taken(seen);
  taizhang_error_free(error);
  return result;
}

/// A system as a C program holds it.
class Opened {
 public:
  explicit Opened(const std::string& location, const std::string& options = "",
                  const taizhang_model* model = nullptr) {
    result = said([&](taizhang_buffer*, taizhang_buffer*, taizhang_error** error) {
      return model == nullptr
                 ? taizhang_open(location.c_str(), options.c_str(), &system, error)
                 : taizhang_open_model(location.c_str(), options.c_str(), model, &system, error);
    });
    EXPECT_EQ(result.code == TAIZHANG_OK, system != nullptr);
  }
  ~Opened() { close(); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  void close() {
    taizhang_error* error = nullptr;
    EXPECT_EQ(taizhang_close(system, &error), TAIZHANG_OK) << taizhang_error_message(error, 1);
    taizhang_error_free(error);
    system = nullptr;
  }

  Said execute(const std::string& text) const {
    return said([&](taizhang_buffer* out, taizhang_buffer*, taizhang_error** error) {
      return taizhang_execute(system, text.data(), text.size(), out, error);
    });
  }
  Said append(const std::string& text, const std::string& options = "") const {
    return said([&](taizhang_buffer* out, taizhang_buffer*, taizhang_error** error) {
      return taizhang_append(system, text.data(), text.size(), options.c_str(), out, error);
    });
  }
  Said amend(std::uint64_t position, const std::string& amendment, bool corrects) const {
    return said([&](taizhang_buffer* out, taizhang_buffer*, taizhang_error** error) {
      return (corrects ? taizhang_correct : taizhang_void)(system, position, amendment.c_str(), out,
                                                           error);
    });
  }
  Said read(const std::string& query = everything, const std::string& options = "") const {
    return said([&](taizhang_buffer* out, taizhang_buffer* seen, taizhang_error** error) {
      return taizhang_read(system, query.c_str(), options.c_str(), out, seen, error);
    });
  }
  Said trail(const std::string& subject, const std::string& options = "") const {
    return said([&](taizhang_buffer* out, taizhang_buffer* seen, taizhang_error** error) {
      return taizhang_trail(system, subject.c_str(), options.c_str(), out, seen, error);
    });
  }
  Said view(const std::string& name, const std::string& ask = "") const {
    return said([&](taizhang_buffer* out, taizhang_buffer*, taizhang_error** error) {
      return taizhang_view(system, name.c_str(), ask.c_str(), out, error);
    });
  }
  Said subject(const char* kind, const std::string& reference) const {
    return said([&](taizhang_buffer* out, taizhang_buffer*, taizhang_error** error) {
      return taizhang_subject(system, kind, reference.c_str(), out, error);
    });
  }
  Said checkpoint(std::uint64_t position = 0) const {
    return said([&](taizhang_buffer* out, taizhang_buffer*, taizhang_error** error) {
      return taizhang_checkpoint(system, position, out, error);
    });
  }
  Said cursor(const std::string& name) const {
    return said([&](taizhang_buffer* out, taizhang_buffer*, taizhang_error** error) {
      return taizhang_cursor(system, name.c_str(), out, error);
    });
  }
  Said set_cursor(const std::string& name, const char* checkpoint) const {
    return said([&](taizhang_buffer*, taizhang_buffer*, taizhang_error** error) {
      return taizhang_set_cursor(system, name.c_str(), checkpoint, error);
    });
  }
  /// A follower, from the first event or after a checkpoint; by poll's rules its own to close.
  Said follow(const std::string& query, const std::string& options,
              taizhang_follower** follower) const {
    return said([&](taizhang_buffer*, taizhang_buffer*, taizhang_error** error) {
      return taizhang_follow(system, query.c_str(), options.c_str(), follower, error);
    });
  }
  Said status() const {
    return said([&](taizhang_buffer* out, taizhang_buffer*, taizhang_error** error) {
      return taizhang_status(system, out, error);
    });
  }

  Said result;
  taizhang_system* system = nullptr;
};

inline Said poll(taizhang_follower* follower, std::uint32_t wait, std::size_t most) {
  return said([&](taizhang_buffer* out, taizhang_buffer* seen, taizhang_error** error) {
    return taizhang_poll(follower, wait, most, out, seen, error);
  });
}

/// Options: {"after":checkpoint, …}; the beginning if it is empty.
inline std::string after(const std::string& checkpoint, const std::string& more = "") {
  return R"({"after":)" + (checkpoint.empty() ? "null" : checkpoint) + more + "}";
}

/// A command; `more` are further members (", …").
inline std::string command(const std::string& type, const std::string& on, const std::string& body,
                           const std::string& more = "") {
  return R"({"type":")" + type + R"(","on":")" + on +
         R"(","context":{"actor":"teacher:1","role":"班主任","office":"教务处"},"body":)" + body +
         more + "}\n";
}
inline std::string numbered(int number) {
  std::string digits = std::to_string(number);
  return std::string(26 - digits.size(), '0') + digits;
}
inline std::string id(int number) { return R"(,"id":")" + numbered(number) + '"'; }

inline std::string school(const std::string& code, const std::string& more = "") {
  return command("RegisterSchool", "2023-08-20",
                 R"({"code":")" + code +
                     R"(","name":"思蒙镇中学","category":"31","jurisdiction":"CN-431224"})",
                 more);
}
/// A school, a class and a child in it, with ids 1, 2, 3.
inline std::string founding(const std::string& more = "") {
  return school("3143001234", id(1) + more) +
         command(
             "OpenClass", "2023-08-20",
             R"({"school":"school-code:3143001234","code":"C1","stage":"junior","entry_year":2023})",
             id(2) + more) +
         command(
             "EnrolStudent", "2023-09-01",
             R"({"class":"class-code:C1","name":"舒·阿依𠮷","sex":"2","birth_date":"2011-03-15",)"
             R"("citizen_id":"431224201103150022"})",
             id(3) + more);
}
inline std::string expulsion(const std::string& more = "") {
  return command("ExpelStudent", "2024-03-01",
                 R"({"student":"citizen-id:431224201103150022","cause":"旷课"})", more);
}

}  // namespace taizhang::test
