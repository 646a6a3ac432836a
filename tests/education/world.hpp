#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "taizhang/education/education.hpp"
#include "taizhang/education/v1/commands.pb.h"
#include "taizhang/education/v1/events.pb.h"
#include "taizhang/storage/memory.hpp"

namespace taizhang::education_test {

namespace v1 = education::v1;

inline Date day(std::string_view text) {
  const auto date = Date::parse(text);
  EXPECT_TRUE(date.has_value()) << text;
  return date ? *date : Date{};
}

template <class Value>
Value need(Result<Value> result) {
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message().en);
  if (!result) throw std::runtime_error(result.error().message().en);
  return *std::move(result);
}

inline std::string rule(const Verdict& verdict) {
  if (!verdict.error) return "";
  return std::string(verdict.error->detail("rule"));
}
inline Position in_the_way(const Verdict& verdict) {
  const std::string text(verdict.error ? verdict.error->detail("position") : "");
  return text.empty() ? 0 : std::stoull(text);
}
inline std::string shown(const Verdict& verdict) {
  return verdict.error ? verdict.error->message().en : "no error";
}

/// A ledger in memory with its vault and rules.
class World {
 public:
  World() {
    registry_.add("memory", memory_backend());
    ledger_ = need(Ledger::create(open("log", Ledger::keyspaces()), {}, system_clock()));
    MasterKey master{};
    master.fill(7);
    vault_ = need(Vault::open(open("vault", Vault::keyspaces()), master, ledger_->id()));
    education_ = std::make_unique<Education>(*ledger_, *vault_);
  }

  template <class Body>
  static Command command(Body body, std::string_view on, std::string actor = "teacher-1") {
    Command made;
    made.id = Id::random();
    made.effective_on = day(on);
    made.context.actor = std::move(actor);
    made.body = std::make_shared<Body>(std::move(body));
    return made;
  }
  Verdict run(const Command& one) {
    return need(education_->execute(std::span<const Command>(&one, 1))).front();
  }
  template <class Body>
  Verdict run(Body body, std::string_view on) {
    return run(command(std::move(body), on));
  }
  /// Must be accepted; the position of its last event.
  template <class Body>
  Position must(Body body, std::string_view on) {
    const Verdict verdict = run(std::move(body), on);
    EXPECT_EQ(verdict.kind, Verdict::Kind::accepted) << shown(verdict);
    return verdict.positions.empty() ? 0 : verdict.positions.back();
  }

  Ledger& ledger() { return *ledger_; }
  Vault& vault() { return *vault_; }
  Education& education() { return *education_; }

  std::string status(const std::string& student) {
    return need(education_->state("student", student)).at("status");
  }
  std::vector<std::string> types() {
    std::vector<std::string> all;
    auto reader = need(ledger_->read(Query::all()));
    for (const RecordedEvent* event = need(reader.next()); event != nullptr;
         event = need(reader.next()))
      all.emplace_back(event->type);
    return all;
  }
  /// The messages of one type in the log, opened.
  template <class Event>
  std::vector<Event> events(const std::string& type) {
    std::vector<Event> all;
    auto reader = need(ledger_->read(Query::type(type)));
    for (const RecordedEvent* event = need(reader.next()); event != nullptr;
         event = need(reader.next())) {
      if (event->target) continue;
      Event message;
      need(decode_event(*education_schema(), *event, message, vault_.get()));
      all.push_back(std::move(message));
    }
    return all;
  }

  // ---- A county with a school -----------------------------------------------------------------

  Position school(const std::string& code = "S1", const std::string& place = "CN-431224") {
    v1::RegisterSchool body;
    body.set_code(code);
    body.set_name("溆浦县第" + code + "中学");
    body.set_jurisdiction(place);
    return must(body, "2020-09-01");
  }
  Position klass(const std::string& code, int entry_year = 2022,
                 const std::string& stage = "junior", const std::string& school_code = "S1") {
    v1::OpenClass body;
    body.set_school("school-code:" + school_code);
    body.set_code(code);
    body.set_stage(stage);
    body.set_entry_year(entry_year);
    return must(body, "2020-09-01");
  }
  static v1::EnrolStudent enrolment(const std::string& number, const std::string& class_code,
                                    const std::string& name = "向小明") {
    v1::EnrolStudent body;
    body.set_class_("class-code:" + class_code);
    body.set_name(name);
    body.set_other_scheme("roster");
    body.set_other_id(number);
    return body;
  }
  /// Enrols somebody new, known as "roster:NUMBER".
  std::string pupil(const std::string& number, const std::string& class_code = "C1",
                    std::string_view on = "2022-09-01") {
    must(enrolment(number, class_code, "学生" + number), on);
    return "roster:" + number;
  }
  template <class Body>
  static Body of(const std::string& student) {
    Body body;
    body.set_student(student);
    return body;
  }
  Position parameter(const std::string& name, const std::string& value,
                     const std::string& place = "CN-431224", std::string_view on = "2000-01-01") {
    v1::SetRuleParameter body;
    body.set_parameter(name);
    body.set_jurisdiction(place);
    body.set_value(value);
    return must(body, on);
  }
  Position suspect(const std::string& student, std::string_view on) {
    return must(of<v1::SuspectDropout>(student), on);
  }
  Position confirm(const std::string& student, std::string_view on) {
    auto body = of<v1::ConfirmDropout>(student);
    body.set_cause("work");
    return must(body, on);
  }
  Position drop_out(const std::string& student, std::string_view on) {
    suspect(student, on);
    return confirm(student, on);
  }
  static v1::StartLeave leave(const std::string& student) {
    auto body = of<v1::StartLeave>(student);
    body.set_cause("1");
    return body;
  }
  static v1::ConfirmTransfer arrival(const std::string& student) {
    auto body = of<v1::ConfirmTransfer>(student);
    body.set_confirmation_document("回执1号");
    return body;
  }

 private:
  std::unique_ptr<KeyValue> open(const std::string& name, const std::vector<std::string>& spaces) {
    StoreOptions options;
    options.mode = OpenMode::create;
    options.keyspaces = spaces;
    return need(registry_.open("memory:" + name, options));
  }
  StorageRegistry registry_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Vault> vault_;
  std::unique_ptr<Education> education_;
};

}  // namespace taizhang::education_test
