#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "taizhang/projection/history.hpp"

namespace taizhang {

/// One table of a projection, types erased. A row is the fold of the effective history of its
/// key: the events that carry all tags of the key. A handler sees the event and that row, and
/// nothing else: no other row, no clock, no key material.
struct TableSpec {
  using Fold = std::function<void(const google::protobuf::Message& event, const EventInfo& info,
                                  google::protobuf::Message& row)>;
  using Reveal =
      std::function<void(const google::protobuf::Message& event, google::protobuf::Message& row)>;
  struct Handler {
    const google::protobuf::Message* event = nullptr;  ///< prototype
    bool creates = false;  ///< makes the row if it is not there; else the event passes it by
    Fold fold;
  };
  std::string view;                    ///< name, as in the row message's view option
  std::vector<std::string> key_kinds;  ///< {"student"}: one row a student tag of the event;
                                       ///< {"teacher","training"}: one row a pair
  const google::protobuf::Message* row = nullptr;  ///< prototype
  std::map<std::string, Handler> handlers;         ///< by event type
  std::map<std::string, Reveal> reveals;           ///< by event type: keeps its sealed parts
};

/// Writes the handlers of one table:
///
///   table<StudentRow>("student-register", {"student"})
///       .creates<StudentEnrolled>([](const StudentEnrolled& e, const EventInfo& i, StudentRow& row) {…})
///       .updates<StudentGraduated>([](…) {…})
///       .reveals<StudentRegistered>([](const StudentRegistered& opened, StudentRow& row) {…});
template <class Row>
class TableBuilder {
 public:
  explicit TableBuilder(TableSpec& spec) : spec_(&spec) {}

  template <class Event, class Handler>
  TableBuilder& creates(Handler handler) {
    return on<Event>(true, std::move(handler));
  }
  template <class Event, class Handler>
  TableBuilder& updates(Handler handler) {
    return on<Event>(false, std::move(handler));
  }
  /// Keeps the sealed parts of the last such event with the row; when the view is asked by
  /// someone who may see them, `reveal` copies personal fields from the opened event.
  template <class Event>
  TableBuilder& reveals(std::function<void(const Event&, Row&)> reveal) {
    spec_->reveals[type_of(Event::descriptor())] = [reveal = std::move(reveal)](
        const google::protobuf::Message& event, google::protobuf::Message& row) {
      reveal(static_cast<const Event&>(event), static_cast<Row&>(row));
    };
    return *this;
  }

 private:
  template <class Event, class Handler>
  TableBuilder& on(bool creates, Handler handler) {
    spec_->handlers[type_of(Event::descriptor())] = {
        &Event::default_instance(), creates,
        [handler = std::move(handler)](const google::protobuf::Message& event,
                                       const EventInfo& info, google::protobuf::Message& row) {
          handler(static_cast<const Event&>(event), info, static_cast<Row&>(row));
        }};
    return *this;
  }
  static std::string type_of(const google::protobuf::Descriptor* descriptor);
  TableSpec* spec_;
};

/// The event type that a message's option names.
std::string event_type_of(const google::protobuf::Descriptor* descriptor);
template <class Row>
std::string TableBuilder<Row>::type_of(const google::protobuf::Descriptor* descriptor) {
  return event_type_of(descriptor);
}

/// A named, versioned fold of events into tables. Raise the version when a handler changes: the
/// tables are then rebuilt at the next opening.
class Projection {
 public:
  Projection(std::string name, std::uint32_t version) : name_(std::move(name)), version_(version) {}
  template <class Row>
  TableBuilder<Row> table(std::string view, std::vector<std::string> key_kinds) {
    tables_.push_back(std::make_unique<TableSpec>());
    TableSpec& spec = *tables_.back();
    spec.view = std::move(view);
    spec.key_kinds = std::move(key_kinds);
    spec.row = &Row::default_instance();
    return TableBuilder<Row>(spec);
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint32_t version() const { return version_; }
  [[nodiscard]] const std::vector<std::unique_ptr<TableSpec>>& tables() const { return tables_; }

 private:
  std::string name_;
  std::uint32_t version_;
  std::vector<std::unique_ptr<TableSpec>> tables_;
};

}  // namespace taizhang
