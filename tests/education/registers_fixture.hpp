#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "education/registers/registers.hpp"
#include "schema/amendment.hpp"
#include "taizhang/education/education.hpp"
#include "taizhang/education/v1/events.pb.h"
#include "taizhang/education/v1/views.pb.h"
#include "taizhang/projection/fold_row.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace taizhang::registers_test {

namespace v1 = education::v1;

/// Leaves personal fields readable: these tests are about rows, not about secrecy.
class OpenSealer final : public Sealer {
 public:
  Result<Sealed> seal(std::string_view subject, std::string_view data_class, const Id&,
                      std::string_view plaintext) override {
    return Sealed{std::string(subject), std::string(data_class), 1, std::string(24, 'n'),
                  std::string(plaintext), "digest of " + std::string(plaintext)};
  }
  Result<std::optional<std::string>> open(const RecordedEvent::SealedView& sealed,
                                          const Id&) const override {
    return std::optional<std::string>(std::string(sealed.ciphertext));
  }
  Result<> make_durable() override { return {}; }
};

inline Date day(const std::string& text) {
  const auto date = Date::parse(text);
  EXPECT_TRUE(date.has_value()) << text;
  return date ? *date : Date{};
}

/// A log in memory: events in the order of their recording, and the rows they make.
class Log {
 public:
  Position add(const std::string& on, const google::protobuf::Message& message) {
    auto encoded = encode_event(*schema_, message, id(), {}, day(on), sealer_);
    EXPECT_TRUE(encoded.has_value()) << (encoded ? "" : encoded.error().message().en);
    return keep(*std::move(encoded));
  }
  Position correct(Position target, const google::protobuf::Message& replacement) {
    auto encoded = schema::encode_correction(*schema_, recorded(target), replacement, id(), {},
                                             approval_, sealer_);
    EXPECT_TRUE(encoded.has_value()) << (encoded ? "" : encoded.error().message().en);
    return keep(*std::move(encoded));
  }
  Position void_event(Position target) {
    auto encoded = schema::encode_void(recorded(target), id(), {}, approval_);
    EXPECT_TRUE(encoded.has_value()) << (encoded ? "" : encoded.error().message().en);
    return keep(*std::move(encoded));
  }
  /// The row of that key as the view has it now, personal fields opened; nothing if the view
  /// does not show it.
  template <class Row>
  std::optional<Row> row(std::string_view view, std::vector<std::string> key) {
    const TableSpec* spec = registers::table(view);
    if (spec == nullptr) return std::nullopt;
    History history(*schema_);
    for (Position at = 1; at <= events_.size(); ++at) {
      const RecordedEvent one = recorded(at);
      const std::string type(one.target ? one.target->type : one.type);
      const bool takes = spec->handlers.contains(type) || spec->reveals.contains(type);
      const bool about = std::all_of(key.begin(), key.end(),
                                     [&](const std::string& tag) { return one.has_tag(tag); });
      if (takes && about) {
        const auto added = history.add(one);
        EXPECT_TRUE(added.has_value()) << (added ? "" : added.error().message().en);
      }
    }
    const auto effective = history.effective();
    const auto folded = fold_row(*schema_, *spec, key, effective);
    if (!folded || !spec->shows(*folded)) return std::nullopt;
    reveal(*spec, key, effective, *folded);
    return static_cast<const Row&>(*folded);
  }
  v1::StudentRow student(const std::string& id) {
    return row<v1::StudentRow>("student-register", {"student:" + id}).value_or(v1::StudentRow());
  }
  [[nodiscard]] std::size_t size() const { return events_.size(); }

 private:
  struct Kept {
    NewEvent event;
    std::string context;
  };
  static Approval approval() { return {"typing error", "head", "doc 1"}; }
  Id id() { return Id::derive("registers-test", {std::to_string(++ids_)}); }
  Position keep(NewEvent event) {
    events_.push_back({std::move(event), {}});
    return events_.size();
  }
  RecordedEvent recorded(Position at) {
    Kept& kept = events_[at - 1];
    return as_recorded(kept.event, at, {static_cast<std::int64_t>(at)}, kept.context);
  }
  void reveal(const TableSpec& spec, const std::vector<std::string>& key,
              const std::vector<EffectiveEvent>& effective, google::protobuf::Message& folded) {
    std::map<std::pair<std::string, std::string>, const EffectiveEvent*> last;
    for (const EffectiveEvent& one : effective) {
      const auto entry = spec.reveals.find(one.info.type);
      if (entry == spec.reveals.end() || !speaks_of(*schema_, one, key)) continue;
      last[{one.info.type, entry->second.slot ? entry->second.slot(*one.message) : ""}] = &one;
    }
    for (const auto& [slot, one] : last) {
      const std::unique_ptr<google::protobuf::Message> opened(one->message->New());
      for (const Sealed& part : one->sealed) EXPECT_TRUE(opened->MergeFromString(part.ciphertext));
      spec.reveals.at(slot.first).copy(slot.second, *opened, folded);
    }
  }

  std::shared_ptr<const Schema> schema_ = education_schema();
  OpenSealer sealer_;
  Approval approval_ = approval();
  std::deque<Kept> events_;
  int ids_ = 0;
};

// ---- Events in short --------------------------------------------------------------------------

inline v1::StudentRegistered registered(const std::string& student,
                                        const std::string& name = "张三") {
  v1::StudentRegistered e;
  e.set_student(student);
  e.set_name(name);
  e.set_sex("1");
  e.set_birth_date("2011-03-15");
  return e;
}
inline v1::StudentEnrolled enrolled(const std::string& student, const std::string& in_class = "c1",
                                    const std::string& school = "s1") {
  v1::StudentEnrolled e;
  e.set_student(student);
  e.set_school(school);
  e.set_class_(in_class);
  e.set_entry_mode("11");
  return e;
}
inline v1::DropoutConfirmed dropped(const std::string& student, const std::string& case_id = "k1",
                                    const std::string& in_class = "",
                                    const std::string& school = "s1") {
  v1::DropoutConfirmed e;
  e.set_student(student);
  e.set_school(school);
  e.set_case_(case_id);
  e.set_class_(in_class);
  e.set_cause("work");
  return e;
}
inline v1::StudentReturnedToSchool returned(const std::string& student,
                                            const std::string& case_id = "k1",
                                            const std::string& in_class = "c1") {
  v1::StudentReturnedToSchool e;
  e.set_student(student);
  e.set_school("s1");
  e.set_class_(in_class);
  e.set_case_(case_id);
  return e;
}
inline v1::StudentLeaveStarted leave(const std::string& student, const std::string& school = "s1") {
  v1::StudentLeaveStarted e;
  e.set_student(student);
  e.set_school(school);
  e.set_cause("1");
  return e;
}
inline v1::StudentTransferredOut transferred_out(const std::string& student) {
  v1::StudentTransferredOut e;
  e.set_student(student);
  e.set_school("s1");
  e.set_to_school_name("怀化三中");
  return e;
}
inline v1::StudentTransferConfirmed transfer_confirmed(const std::string& student) {
  v1::StudentTransferConfirmed e;
  e.set_student(student);
  e.set_school("s1");
  e.set_confirmation_document("怀三函1号");
  return e;
}
inline v1::StudentTransferredIn transferred_in(const std::string& student,
                                               const std::string& in_class = "c1",
                                               const std::string& school = "s1") {
  v1::StudentTransferredIn e;
  e.set_student(student);
  e.set_school(school);
  e.set_class_(in_class);
  return e;
}
inline v1::IdentifierAssigned assigned(const std::string& subject, const std::string& scheme,
                                       const std::string& value, const std::string& lookup,
                                       const std::string& problem = "") {
  v1::IdentifierAssigned e;
  e.set_subject(subject);
  e.set_scheme(scheme);
  e.set_value(value);
  e.set_lookup(lookup);
  e.set_verification(problem.empty() ? "verified" : "unverified");
  e.set_reason(problem);
  return e;
}

}  // namespace taizhang::registers_test
