#include <algorithm>

#include "schema/compare.hpp"

namespace taizhang {
namespace {

SchemaChange of_type(const MessageInfo& then, std::string rule, const Text& what) {
  const std::string version = std::to_string(then.version);
  return {then.name,
          then.version,
          {},
          std::move(rule),
          {"events \"" + then.name + "\" version " + version + ": " + what.en,
           "事件“" + then.name + "”第 " + version + " 版:" + what.zh}};
}

/// Whether an upcaster stands between a version and the one whose class reads it.
bool mended(const Schema& schema, const std::string& type, std::uint32_t from, std::uint32_t to) {
  const std::vector<std::uint32_t> steps = schema.upcaster_versions(type);
  return std::any_of(steps.begin(), steps.end(),
                     [&](std::uint32_t version) { return version >= from && version < to; });
}

void check_version(const Schema& stored, const MessageInfo& then, const Schema& present,
                   std::vector<SchemaChange>& changes) {
  const MessageInfo* now = present.event(then.name, then.version);
  if (now == nullptr) {
    if (&then != stored.event(then.name)) return;  // told once, of the highest
    changes.push_back(of_type(
        then, "version-lowered",
        {"the version is now " + std::to_string(present.event(then.name)->version) +
             "; a version never falls: give the message at least " + std::to_string(then.version),
         "现版本为 " + std::to_string(present.event(then.name)->version) +
             ";版本不得降低:请至少设为 " + std::to_string(then.version)}));
    return;
  }
  const bool raised = now->version > then.version;
  const bool upcaster = raised && mended(present, then.name, then.version, now->version);
  const auto found =
      schema::compare_events(stored, then, present, *now,
                             upcaster ? schema::Meaning::by_upcaster : schema::Meaning::as_stored);
  if (raised && !upcaster && !found.empty())
    changes.push_back(of_type(
        then, "upcaster-missing",
        {"the version was raised to " + std::to_string(now->version) +
             " and the message reads otherwise; keep the old message as version " +
             std::to_string(then.version) + " and add an upcaster",
         "版本已升至 " + std::to_string(now->version) + " 且消息读法不同;请将旧消息保留为第 " +
             std::to_string(then.version) + " 版并添加升级函数"}));
  changes.insert(changes.end(), found.begin(), found.end());
}

}  // namespace

std::vector<SchemaChange> breaking_changes(const Schema& stored, const Schema& present) {
  std::vector<SchemaChange> changes;
  for (const MessageInfo* event : stored.all(MessageInfo::Role::event)) {
    if (present.event(event->name) == nullptr) {
      changes.push_back(of_type(*event, "type-gone",
                                {"the type is gone; put its message back, it may stay unused",
                                 "该类型已删除;请恢复其消息,可不再使用"}));
      continue;
    }
    for (const MessageInfo* then : stored.versions(event->name))
      check_version(stored, *then, present, changes);
  }
  return changes;
}

}  // namespace taizhang
