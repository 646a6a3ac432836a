#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "generate/aid_plan.hpp"
#include "generate/recorder.hpp"
#include "generate/world.hpp"
#include "taizhang/education/v1/events.pb.h"

namespace taizhang::sample {

namespace v1 = education::v1;

/// Enters a county's life as events: what the files of the same world say, as the decisions about
/// their rows would record it. One method a desk of the office, in the order of a school year.
class Registrar {
 public:
  Registrar(World& world, Recorder& recorder, const Schema& schema)
      : world_(world), recorder_(recorder), schema_(schema) {}

  Result<> setup(const SchoolYear& year);
  Result<> classes(const SchoolYear& year, std::size_t first);
  Result<> teachers(const SchoolYear& year);
  Result<> training_plans(const SchoolYear& year);
  /// The official list names every child of school age, each year anew.
  Result<> cohort(const SchoolYear& year, std::size_t intake);
  Result<> enrolments(const SchoolYear& year, std::size_t intake, bool late);
  Result<> changes(const SchoolYear& year, const std::vector<Step>& steps, int stretch);
  Result<> households(const SchoolYear& year, std::size_t intake);
  Result<> members(const SchoolYear& year, std::size_t intake);
  Result<> aid(const SchoolYear& year, int term);
  Result<> training(const SchoolYear& year);
  Result<> standards(const SchoolYear& year);

 private:
  struct Programme {
    const char* code;
    const char* name;
    bool in_kind;
    std::string id{};
    std::map<std::string, Position> standards{};  ///< by tier: where it was set last
  };

  [[nodiscard]] std::string id(std::string_view kind, std::uint64_t number) const;
  [[nodiscard]] std::string student(const Pupil& pupil) const {
    return id("student", pupil.serial);
  }
  [[nodiscard]] std::string household(std::uint32_t number) const {
    return id("household", number);
  }
  [[nodiscard]] const std::string& school(std::uint32_t index) const { return school_ids_[index]; }
  /// The code whose Chinese label in the table is that word; the files are written in words.
  const std::string& code(const char* table, std::string_view word);
  [[nodiscard]] std::uint32_t class_of(const Pupil& pupil) const {
    return class_now_[pupil.serial];
  }
  [[nodiscard]] std::uint32_t school_of(const Pupil& pupil) const {
    return world_.county.classes[class_of(pupil)].school;
  }
  void place(const Pupil& pupil, std::uint32_t class_index);
  /// That somebody of the school enters something.
  [[nodiscard]] Entry by_school(std::uint32_t school, Moment at, std::string document = {}) const;
  /// That the county's office does.
  [[nodiscard]] Entry by_office(Moment at, std::string document = {}) const;

  Result<> add(const google::protobuf::Message& event, int on);
  Result<> assign_code(const std::string& subject, const char* scheme, const std::string& value,
                       int on);
  Result<> assign_sealed(const std::string& subject, const char* scheme, const std::string& value,
                         int on);
  Result<> register_child(const Pupil& pupil, int on, const Pupil* claimed_from);
  Result<> identifier(const Pupil& pupil, const char* scheme, const std::string& value, int on,
                      const Pupil* claimed_from);
  /// Of the first `programmes` of them.
  Result<> set_standards(int on, Pace& pace, const char* document, std::size_t programmes);
  Result<> absence(const Step& step, const Pupil& pupil, Random& chance);
  Result<> dropout(const Step& step, const Pupil& pupil, Random& chance);
  Result<> change(const SchoolYear& year, const Step& step);
  /// Absences that turned out wrong, as far as they are due on that day.
  Result<> amend_until(int day);
  Result<> grants(const SchoolYear& year, int term, std::size_t programme,
                  const std::vector<Grant>& grants, Pace& pace);
  Result<> payments(const SchoolYear& year, int term, const std::array<const AidPlan*, 2>& plans);
  Result<> pay(const SchoolYear& year, int term, std::size_t programme, const AidPlan& plan,
               const PaymentStep& step);
  [[nodiscard]] std::string grant_id(const SchoolYear& year, int term, std::size_t programme,
                                     const Pupil& pupil) const;
  /// What a programme gives a child on that day: its tier and the amount a term.
  [[nodiscard]] std::pair<std::string, std::int64_t> standard_of(std::size_t programme, Stage stage,
                                                                 bool boarder, int on) const;
  /// Whether the school takes part in the meals' programme.
  [[nodiscard]] bool fed(std::uint32_t school) const;

  World& world_;
  Recorder& recorder_;
  const Schema& schema_;
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> codes_;
  std::vector<std::string> school_ids_;
  std::vector<std::string> class_ids_;
  std::vector<std::uint32_t> class_now_;  ///< by serial: the class that the record says
  std::unordered_map<std::uint32_t, std::string> open_cases_;  ///< by serial
  std::array<Programme, 4> programmes_{{{programme_code, "家庭经济困难学生生活补助", false},
                                        {"YYSS-431224", "农村学生营养膳食补助", false},
                                        {"JKS-431224", "免费教科书", true},
                                        {"ZYB-431224", "免费作业本", true}}};
  struct Mistake {
    int due = 0;
    bool voided = false;
    Recorded target;
    v1::AbsenceRecorded right;
    std::uint32_t school = 0;
  };
  std::deque<Mistake> mistakes_;
  std::uint32_t households_ = 0;  ///< registered so far; their numbers are 1 … this
};

}  // namespace taizhang::sample
