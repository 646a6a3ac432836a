#include "projection/table.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <xxhash.h>

#include <algorithm>

#include "projection/sortable.hpp"

namespace taizhang::projection {
namespace {

void put_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

Error misfit(const TableSpec& spec, const std::string& en, const std::string& zh) {
  return Error(ErrorCode::invalid_argument,
               {"table \"" + spec.view + "\": " + en, "视图表“" + spec.view + "”：" + zh})
      .with("view", spec.view);
}

}  // namespace

std::string slot_key(Slot slot, std::string_view rest) {
  std::string key;
  key.reserve(4 + rest.size());
  put_u32(key, slot);
  key += rest;
  return key;
}

std::uint64_t hash_of(std::string_view key) { return XXH3_64bits(key.data(), key.size()); }

Error damaged_row(const Table& table, std::string_view key) {
  return Error(ErrorCode::damaged,
               {"view \"" + table.spec().view + "\" has a damaged row; rebuild it",
                "视图“" + table.spec().view + "”有损坏的行；请重建"})
      .with("view", table.spec().view)
      .with("key", std::string(key));
}

Result<std::unique_ptr<Table>> Table::make(const Schema& schema, const TableSpec& spec) {
  std::unique_ptr<Table> table(new Table(spec));
  table->info_ = schema.view(spec.view);
  if (table->info_ == nullptr || table->info_->descriptor != spec.row->GetDescriptor())
    return misfit(spec, "its row message is not the schema's message of that view name",
                  "其行消息不是架构中该视图名的消息");
  if (spec.key_kinds.empty()) return misfit(spec, "it has no key kinds", "未声明键的对象类别");
  table->types_ = spec.types();
  for (const std::string& type : table->types_)
    if (schema.event(type) == nullptr)
      return misfit(spec, "the schema has no event type \"" + type + "\"",
                    "架构中没有事件类型“" + type + "”");
  for (const std::string& type : table->types_)
    table->versions_.push_back(schema.event(type)->version);
  for (const FieldInfo& field : table->info_->fields) {
    if (!field.indexed) continue;
    if (!has_values(field) || !field.data_class.empty())
      return misfit(spec,
                    "field " + field.descriptor->name() +
                        " cannot be indexed: it is personal or a sub-message",
                    "字段 " + field.descriptor->name() + " 不能建索引：它是个人信息或子消息");
    table->indexed_.push_back(&field);
  }
  return table;
}

std::string Table::layout() const {
  std::string text = spec_->view + "\n" + spec_->row->GetTypeName();
  for (const std::string& kind : spec_->key_kinds) text += "\nkey " + kind;
  for (const FieldInfo* field : indexed_)
    text += "\nsorted index " + std::to_string(field->descriptor->number());
  return text;
}

std::string Table::shape() const {
  std::string text = layout();
  for (std::size_t i = 0; i < types_.size(); ++i) {
    const std::string& type = types_[i];
    text += "\ntype " + type + " version " + std::to_string(versions_[i]);
    const auto handler = spec_->handlers.find(type);
    if (handler != spec_->handlers.end() && handler->second.creates) text += " creates";
    if (spec_->reveals.contains(type)) text += " reveals";
  }
  return text;
}

std::string Table::index_prefix(const FieldInfo& field) {
  std::string prefix;
  put_u32(prefix, static_cast<std::uint32_t>(field.descriptor->number()));
  return prefix;
}

std::string Table::index_prefix(const FieldInfo& field, std::string_view sortable) {
  return index_prefix(field) + index_value(field, sortable);
}

std::string Table::parked_prefix() {
  std::string prefix;
  put_u32(prefix, parked_index);
  return prefix;
}

std::vector<std::string> Table::index_parts() const {
  std::vector<std::string> parts{parked_prefix()};
  for (const FieldInfo* field : indexed_) parts.push_back(index_prefix(*field));
  return parts;
}

std::vector<std::string> Table::index_keys(std::string_view key, const Row& row) const {
  std::vector<std::string> keys;
  if (row.park) keys.push_back(parked_prefix().append(key));
  if (!row.message || !spec_->shows(*row.message)) return keys;
  for (const FieldInfo* field : indexed_)
    for (const std::string& value : sortable_values(*row.message, *field))
      keys.push_back(index_prefix(*field, value).append(key));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

}  // namespace taizhang::projection
