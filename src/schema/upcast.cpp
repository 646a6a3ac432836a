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

bool Schema::has_upcaster(std::string_view type, std::uint32_t version) const {
  const auto known = events_.find(type);
  return known != events_.end() && known->second.steps.contains(version);
}

Result<> Schema::upcast(std::string_view type, std::uint32_t version, pb::Message& written,
                        pb::Message& now) const {
  const auto known = events_.find(type);
  if (known == events_.end() || event(type, version) == nullptr) return no_step(type, version);
  const std::uint32_t current = known->second.versions.rbegin()->first;
  pb::Message* at = &written;
  std::unique_ptr<pb::Message> held;
  for (; version < current; ++version) {
    const auto step = known->second.steps.find(version);
    if (step == known->second.steps.end()) {
      if (event(type, version) != event(type, version + 1)) return no_step(type, version);
      continue;
    }
    try {
      if (step->second.mend) {
        step->second.mend(*at);
      } else {
        std::unique_ptr<pb::Message> next(event(type, version + 1)->prototype->New());
        step->second.convert(*at, *next);
        held = std::move(next);
        at = held.get();
      }
    } catch (const std::exception& thrown) {
      return step_threw(type, version, thrown.what());
    } catch (...) {
      return step_threw(type, version, "?");
    }
  }
  if (at != &now) now.GetReflection()->Swap(&now, at);
  return {};
}

}  // namespace taizhang
