#pragma once

#include <optional>
#include <string>
#include <vector>

#include "process/answer.hpp"

namespace taizhang::process {

/// One run of managers up to the head that stands when it begins.
class Run {
 public:
  Run(Decider& decider, const std::vector<ProcessManager>& managers, const ReactOptions& options);
  Result<std::vector<ManagerProgress>> run();

 private:
  struct Manager {
    const ProcessManager* manager;
    std::string actor;
    Position hinted = 0;
    Position end = position_max;  ///< it goes no further
    ManagerProgress progress;
  };

  Result<> take_hints();
  Result<> keep_hints(Position position);
  [[nodiscard]] Query query() const;
  Result<> take(const RecordedEvent& event);
  Result<> react(std::size_t manager, const ProcessManager::Handler& handler,
                 const RecordedEvent& event, const Context& context);
  /// The manager goes no further than before that event.
  void stop(std::size_t manager, Position trigger, Error error);
  [[nodiscard]] bool stopped_before(const Issued& issued) const {
    return issued.trigger.position > managers_[issued.manager].end;
  }

  /// Answers and tells the commands that wait; every event up to `position` has been taken.
  Result<> settle(Position position);
  Result<> find_answered();
  Result<> decide_others();
  void tell(const Issued& issued);

  Decider* decider_;
  const ReactOptions* options_;
  Position head_;
  std::vector<Manager> managers_;
  std::vector<Issued> waiting_;
};

}  // namespace taizhang::process
