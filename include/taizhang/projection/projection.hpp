#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include "taizhang/projection/history.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// One table of a projection, types erased. A row is the fold of the effective history of its
/// key: the events that carry all tags of the key. A handler sees the event and that row, and
/// nothing else: no other row, no clock, no key material. It is called from several threads at
/// once, for different rows. If it throws, its row parks (see Views); `std::bad_alloc` is no fault
/// of the event and stops the work instead.
struct TableSpec {
  using Fold = std::function<void(const google::protobuf::Message& recorded, const EventInfo& info,
                                  google::protobuf::Message& row)>;
  /// Keeps the sealed parts of the last event of its type and slot with the row.
  struct Reveal {
    /// From the event's clear fields: events of one type but another slot are kept side by side
    /// (an identifier by its scheme). Empty: one slot for the type, "".
    std::function<std::string(const google::protobuf::Message& recorded)> slot;
    /// Copies personal fields from the opened event, of which only those are filled.
    std::function<void(std::string_view slot, const google::protobuf::Message& opened,
                       google::protobuf::Message& row)>
        copy;
  };
  struct Handler {
    const google::protobuf::Message* event = nullptr;  ///< prototype
    bool creates = false;  ///< makes the row if it is not there; else the event passes it by
    Fold fold;
  };
  /// Totals over all rows that are shown, kept up as rows change: each row adds its part (sign 1),
  /// and takes it back (sign -1) when it changes. Kept by slices of the keys; made by `sums_of`.
  struct Sums {
    std::string name;  ///< of the struct and its version: sums saved under another are made anew
    const std::type_info* type = nullptr;
    std::function<std::shared_ptr<void>(const void* other)> copy;  ///< of nullptr: none yet
    std::function<void(void* sums, const google::protobuf::Message& row, int sign)> count;
    std::function<void(void* into, const void* from)> merge;
    std::function<std::string(const void* sums)> encode;
    std::function<std::shared_ptr<void>(std::string_view bytes)> decode;  ///< nullptr: not one
  };
  /// Told that a row changed: its key's tags, and the row as it is now (nullptr: not shown).
  using Announce =
      std::function<void(std::span<const std::string> key, const google::protobuf::Message* row)>;
  std::string view;                    ///< name, as in the row message's view option
  std::vector<std::string> key_kinds;  ///< {"student"}: one row a student tag of the event;
                                       ///< {"teacher","training"}: one row a pair;
                                       ///< {"student|teacher"}: one row a tag of either kind
  const google::protobuf::Message* row = nullptr;  ///< prototype
  std::map<std::string, Handler> handlers;         ///< by event type
  std::map<std::string, Reveal> reveals;           ///< by event type: keeps its sealed parts
  /// Rows for which this is false are kept and folded on, but never answered, indexed or counted.
  /// Empty: every row is shown.
  std::function<bool(const google::protobuf::Message& row)> shown;
  std::shared_ptr<const Sums> sums;  ///< nullptr: none
  Announce announce;                 ///< empty: nobody is told
  /// The event types that it takes, sorted: those it folds and those whose sealed parts it keeps.
  [[nodiscard]] std::vector<std::string> types() const;
  [[nodiscard]] bool shows(const google::protobuf::Message& one) const {
    return !shown || shown(one);
  }
};

/// Writes the handlers of one table:
///
///   table<Row>("student-register", {"student"})
///       .creates<Enrolled>([](const Enrolled& e, const EventInfo& info, Row& row) {…})
///       .updates<Graduated>([](const Graduated& e, const EventInfo& info, Row& row) {…})
///       .reveals<Registered>([](const Registered& opened, Row& row) {…});
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
    return reveals<Event>({}, [reveal = std::move(reveal)](std::string_view, const Event& opened,
                                                           Row& row) { reveal(opened, row); });
  }
  /// The same for each slot, which clear fields of the event decide.
  template <class Event>
  TableBuilder& reveals(std::function<std::string(const Event&)> slot,
                        std::function<void(std::string_view, const Event&, Row&)> reveal) {
    TableSpec::Reveal& entry = spec_->reveals[type_of(Event::descriptor())];
    if (slot)
      entry.slot = [slot = std::move(slot)](const google::protobuf::Message& recorded) {
        return slot(static_cast<const Event&>(recorded));
      };
    entry.copy = [reveal = std::move(reveal)](std::string_view in,
                                              const google::protobuf::Message& opened,
                                              google::protobuf::Message& row) {
      reveal(in, static_cast<const Event&>(opened), static_cast<Row&>(row));
    };
    return *this;
  }
  /// Which rows people get to see; the others are only kept, so that a later event finds them.
  TableBuilder& shown_if(std::function<bool(const Row&)> shown) {
    spec_->shown = [shown = std::move(shown)](const google::protobuf::Message& row) {
      return shown(static_cast<const Row&>(row));
    };
    return *this;
  }
  /// Totals over the rows: sums_of<S>("name", [](const Row& row, int sign, S& sums) {…}) of
  /// taizhang/projection/sums.hpp. Asked by Views::sums.
  TableBuilder& sums(TableSpec::Sums sums) {
    spec_->sums = std::make_shared<const TableSpec::Sums>(std::move(sums));
    return *this;
  }
  /// What leaves the process when a row changes (a message, a push): see Views::catch_up for when
  /// it is called. `row` is as stored, its personal fields empty; nullptr if none is shown.
  TableBuilder& announces(std::function<void(std::span<const std::string> key, const Row*)> tell) {
    spec_->announce = [tell = std::move(tell)](std::span<const std::string> key,
                                               const google::protobuf::Message* row) {
      tell(key, static_cast<const Row*>(row));
    };
    return *this;
  }

 private:
  template <class Event, class Handler>
  TableBuilder& on(bool creates, Handler handler) {
    spec_->handlers[type_of(Event::descriptor())] = {
        &Event::default_instance(), creates,
        [handler = std::move(handler)](const google::protobuf::Message& recorded,
                                       const EventInfo& info, google::protobuf::Message& row) {
          handler(static_cast<const Event&>(recorded), info, static_cast<Row&>(row));
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
/// tables are then built anew beside the old ones. Derive from it and describe the tables in the
/// constructor, or fill one in place; it is a plain value that Views copies.
class Projection {
 public:
  Projection(std::string name, std::uint32_t version) : name_(std::move(name)), version_(version) {}
  ~Projection() = default;
  Projection(Projection&&) = default;
  Projection& operator=(Projection&&) = default;
  Projection(const Projection& other) : name_(other.name_), version_(other.version_) {
    for (const auto& spec : other.tables_) tables_.push_back(std::make_unique<TableSpec>(*spec));
  }
  Projection& operator=(const Projection& other) { return *this = Projection(other); }
  template <class Row>
  TableBuilder<Row> table(std::string name_of_view, std::vector<std::string> key_kinds) {
    tables_.push_back(std::make_unique<TableSpec>());
    TableSpec& spec = *tables_.back();
    spec.view = std::move(name_of_view);
    spec.key_kinds = std::move(key_kinds);
    spec.row = &Row::default_instance();
    return TableBuilder<Row>(spec);
  }
  /// A table that was filled in by hand, of messages that are known at run time only.
  void table(TableSpec spec) { tables_.push_back(std::make_unique<TableSpec>(std::move(spec))); }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint32_t version() const { return version_; }
  [[nodiscard]] const std::vector<std::unique_ptr<TableSpec>>& tables() const { return tables_; }

 private:
  std::string name_;
  std::uint32_t version_;
  std::vector<std::unique_ptr<TableSpec>> tables_;
};

}  // namespace taizhang
