#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "taizhang/decision/desk.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// One event that a process manager reacts to: what it may read, and what it wants done. It reads
/// the log as it stood when it ended at that event, voids and corrections known by then applied,
/// and no clock: a reaction is a pure function of what it reads here, so that it gives the same
/// commands whenever it runs. One thread.
class Reaction {
 public:
  struct Wish {
    std::shared_ptr<const google::protobuf::Message> body;
    Date on;
  };

  /// `desk` stands at the trigger and must outlive the reaction.
  Reaction(Desk& desk, std::string actor, EventInfo trigger, Context context)
      : desk_(&desk),
        actor_(std::move(actor)),
        trigger_(std::move(trigger)),
        context_(std::move(context)) {}

  /// The event's place, date and tags, and who recorded it.
  [[nodiscard]] const EventInfo& trigger() const { return trigger_; }
  [[nodiscard]] const Context& context() const { return context_; }
  /// In whose name the commands are issued: "process:NAME".
  [[nodiscard]] const std::string& actor() const { return actor_; }
  /// For what `past` cannot read: a history of several types. What is added to it is dropped.
  [[nodiscard]] Desk& desk() const { return *desk_; }

  /// As Decision::past: the events of that message's type that carry all the tags, as they counted
  /// then. Errors: those of reading.
  template <class Event>
  Result<std::vector<Past<Event>>> past(std::vector<std::string> tags) {
    return desk_->past<Event>(std::move(tags));
  }

  /// Wants that done, as of the trigger's date or of `on`. It goes through the rules like any
  /// command; see ProcessManagers for its id and context, and for what a refusal leads to.
  template <class Body>
  void command(const Body& body, std::optional<Date> on = {}) {
    wishes_.push_back({std::make_shared<Body>(body), on.value_or(trigger_.effective_on)});
  }
  [[nodiscard]] const std::vector<Wish>& wishes() const { return wishes_; }

 private:
  Desk* desk_;
  std::string actor_;
  EventInfo trigger_;
  Context context_;
  std::vector<Wish> wishes_;
};

/// Reactions to events, by a name. A plain value.
///
///   ProcessManager("loans-end-with-membership")
///       .on<MemberLeft>([](Reaction& reaction, const MemberLeft& left) -> Result<> {…});
///
/// A reaction gets the event as it was recorded, personal fields empty. It is called from the
/// thread that runs the managers. An error of it stops its manager at that event.
///
/// The name is part of every command's id: under another name everything is done anew. So a change
/// of what a manager does holds for events it has not answered yet; to have it answer old ones
/// again, give it another name.
class ProcessManager {
 public:
  using React = std::function<Result<>(Reaction&, const google::protobuf::Message& event)>;
  struct Handler {
    const google::protobuf::Message* event = nullptr;  ///< prototype
    React react;
  };

  explicit ProcessManager(std::string name) : name_(std::move(name)) {}

  template <class Event>
  ProcessManager& on(std::function<Result<>(Reaction&, const Event&)> react) {
    return on(Event::default_instance(),
              [react = std::move(react)](Reaction& reaction, const google::protobuf::Message& e) {
                return react(reaction, static_cast<const Event&>(e));
              });
  }
  ProcessManager& on(const google::protobuf::Message& event, React react);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// By event type.
  [[nodiscard]] const std::map<std::string, Handler, std::less<>>& handlers() const {
    return handlers_;
  }

 private:
  std::string name_;
  std::map<std::string, Handler, std::less<>> handlers_;
};

}  // namespace taizhang
