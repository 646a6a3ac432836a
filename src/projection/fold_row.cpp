#include "taizhang/projection/fold_row.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>

namespace taizhang {

std::unique_ptr<google::protobuf::Message> new_row(const Schema& schema, const TableSpec& table,
                                                   std::span<const std::string> key) {
  std::unique_ptr<google::protobuf::Message> row(table.row->New());
  const MessageInfo* info = schema.of(row->GetDescriptor());
  if (info == nullptr) return row;
  std::vector<bool> used(key.size(), false);
  for (const FieldInfo& field : info->fields) {
    if (!field.key || field.subject_kind.empty()) continue;
    for (std::size_t i = 0; i < key.size(); ++i) {
      const std::string prefix = field.subject_kind == "*" ? "" : field.subject_kind + ":";
      if (used[i] || !key[i].starts_with(prefix)) continue;
      used[i] = true;
      row->GetReflection()->SetString(row.get(), field.descriptor, key[i].substr(prefix.size()));
      break;
    }
  }
  return row;
}

bool speaks_of(const Schema& schema, const EffectiveEvent& event,
               std::span<const std::string> key) {
  if (event.info.set_by == event.info.position) return true;
  const std::vector<std::string> tags = schema.tags(*event.message);
  return std::all_of(key.begin(), key.end(), [&](const std::string& tag) {
    return std::binary_search(tags.begin(), tags.end(), tag);
  });
}

std::unique_ptr<google::protobuf::Message> fold_row(const Schema& schema, const TableSpec& table,
                                                    std::span<const std::string> key,
                                                    std::span<const EffectiveEvent> history) {
  std::unique_ptr<google::protobuf::Message> row;
  for (const EffectiveEvent& event : history) {
    const auto handler = table.handlers.find(event.info.type);
    if (handler == table.handlers.end() || !speaks_of(schema, event, key)) continue;
    if (!row) {
      if (!handler->second.creates) continue;
      row = new_row(schema, table, key);
    }
    handler->second.fold(*event.message, event.info, *row);
  }
  return row;
}

}  // namespace taizhang
