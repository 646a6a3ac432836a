#include "taizhang/process/process_managers.hpp"

#include <google/protobuf/message.h>

#include <algorithm>
#include <set>

#include "process/run.hpp"
#include "taizhang/limits.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace taizhang {
namespace {

Error of_manager(const std::string& name, Text what) {
  return Error(ErrorCode::invalid_argument,
               {"The process manager \"" + name + "\" " + what.en, "流程“" + name + "”" + what.zh})
      .with("manager", name);
}

}  // namespace

ProcessManagers::ProcessManagers(Decider& decider, std::vector<ProcessManager> managers)
    : decider_(&decider), managers_(std::move(managers)) {}
ProcessManagers::~ProcessManagers() = default;

Result<std::unique_ptr<ProcessManagers>> ProcessManagers::make(
    Decider& decider, std::vector<ProcessManager> managers) {
  std::set<std::string_view> names;
  for (const ProcessManager& one : managers) {
    if (one.name().empty() || !names.insert(one.name()).second)
      return of_manager(one.name(), {"needs a name that no other has; what it did is found by it.",
                                     "须有唯一的名称；其已办事项按名称查找。"});
    for (const auto& [type, handler] : one.handlers()) {
      if (type == void_type || type == correction_type)
        return of_manager(one.name(),
                          {"reacts to voids or corrections. Name the events that happen; what a "
                           "voided one set off is undone by a person.",
                           "以作废或更正为触发。请以业务事件触发；记录作废后，其引发的事项须由人撤"
                           "销。"});
      const MessageInfo* info = decider.schema()->event(type);
      if (info == nullptr || info->descriptor != handler.event->GetDescriptor())
        return of_manager(one.name(), {"reacts to \"" + type +
                                           "\", which is not an event of the schema in that form. "
                                           "Give the schema its file.",
                                       "以“" + type +
                                           "”为触发，但模式中没有该事件的这一形式。请将其文件加入"
                                           "模式。"});
    }
  }
  return std::unique_ptr<ProcessManagers>(new ProcessManagers(decider, std::move(managers)));
}

Result<std::vector<ManagerProgress>> ProcessManagers::run(const ReactOptions& options) {
  return process::Run(*decider_, managers_, options).run();
}

}  // namespace taizhang
