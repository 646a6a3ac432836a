#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <exception>

#include "taizhang/schema/schema.hpp"

namespace taizhang {
namespace {

namespace pb = google::protobuf;

Error with_step(Error error, std::string_view type, std::uint32_t version) {
  return std::move(error).with("type", std::string(type)).with("version", std::to_string(version));
}

Error no_step(std::string_view type, std::uint32_t version) {
  const std::string shown = std::to_string(version);
  const std::string next = std::to_string(version + 1);
  return with_step(
      Error(ErrorCode::unsupported,
            {"events of type \"" + std::string(type) + "\" version " + shown +
                 " cannot be taken to version " + next +
                 ": the upcaster is in the program that wrote them; use that, or show them as "
                 "they were written",
             "类型“" + std::string(type) + "”第 " + shown + " 版的事件无法升级到第 " + next +
                 " 版:升级函数在写入它们的程序中;请使用该程序,或按原样展示"}),
      type, version);
}

Error step_threw(std::string_view type, std::uint32_t version, const char* what) {
  return with_step(
      Error(ErrorCode::internal,
            {"the upcaster of \"" + std::string(type) + "\" from version " +
                 std::to_string(version) + " failed: " + what + "; an upcaster must not throw",
             "“" + std::string(type) + "”从第 " + std::to_string(version) +
                 " 版起的升级函数出错:" + what + ";升级函数不得抛出异常"}),
      type, version);
}

}  // namespace

std::vector<std::uint32_t> Schema::upcaster_versions(std::string_view type) const {
  std::vector<std::uint32_t> result;
  if (const auto known = events_.find(type); known != events_.end())
    for (const auto& [version, step] : known->second.steps) result.push_back(version);
  return result;
}

Result<> Schema::upcast(std::string_view type, std::uint32_t version, pb::Message& written,
                        pb::Message& now) const {
  const auto known = events_.find(type);
  if (known == events_.end() || event(type, version) == nullptr) return no_step(type, version);
  const auto& [versions, steps] = known->second;
  const MessageInfo* current = versions.rbegin()->second;
  pb::Message* at = &written;
  std::unique_ptr<pb::Message> held;
  while (version < current->version) {
    // Without a step, versions that are read with the same class are read alike.
    const auto step = steps.lower_bound(version);
    const MessageInfo* with = event(type, version);
    if ((step == steps.end() ? current : event(type, step->first)) != with)
      return no_step(type, with->version);
    if (step == steps.end()) break;
    const auto& [from, how] = *step;
    if (!how.mend && !how.convert) return no_step(type, from);
    try {
      if (how.mend) {
        how.mend(*at);
      } else {
        std::unique_ptr<pb::Message> next(event(type, from + 1)->prototype->New());
        how.convert(*at, *next);
        held = std::move(next);
        at = held.get();
      }
    } catch (const std::exception& thrown) {
      return step_threw(type, from, thrown.what());
    } catch (...) {
      return step_threw(type, from, "?");
    }
    version = from + 1;
  }
  if (at != &now) now.GetReflection()->Swap(&now, at);
  return {};
}

}  // namespace taizhang
