#include "projection/filter.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "projection/asked_values.hpp"
#include "projection/sortable.hpp"

namespace taizhang::projection {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Error cannot_be_asked(const Table& table, const std::string& name, const Text& why) {
  return Error(ErrorCode::invalid_argument,
               {"field " + name + " " + why.en, "字段 " + name + why.zh})
      .with("view", table.spec().view)
      .with("field", name);
}

bool is_text(const FieldInfo& field) {
  return field.descriptor->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

Result<> check(const Table& table, const FieldInfo& field, const Where& where) {
  if (!field.data_class.empty())
    return cannot_be_asked(
        table, where.field,
        {"is personal: a view cannot be asked by it; find the subject by its identifier and ask by "
         "key",
         "是个人信息，不能作为查询条件；请先按标识查到对象，再按键查询"});
  if (!has_values(field))
    return cannot_be_asked(table, where.field,
                           {"is made of parts: a view cannot be asked by it; ask for the rows and "
                            "look into them",
                            "由多个部分组成，不能作为查询条件；请取出各行后查看"});
  const bool range = where.is != Where::Is::any_of;
  if (where.values.empty() || (range && where.values.size() != 1) ||
      (range && where.values.front().empty()))
    return cannot_be_asked(table, where.field,
                           {"needs a value: one for a range, one or more for a list",
                            "缺少取值：范围须给一个，列表须给一个以上"});
  return {};
}

}  // namespace

Result<Filter> Filter::make(const Schema& schema, const Table& table,
                            std::span<const Where> where) {
  Filter filter;
  for (const Where& condition : where) {
    One one;
    TAIZHANG_TRY(one.field, field_of(table, condition.field));
    TAIZHANG_CHECK(check(table, *one.field, condition));
    for (const std::string& text : condition.values) {
      TAIZHANG_TRY(const std::vector<std::string> values,
                   values_asked_by(schema, table, *one.field, text));
      if (values.empty()) one.none = true;
      one.points.insert(one.points.end(), values.begin(), values.end());
    }
    std::sort(one.points.begin(), one.points.end());
    const bool open = condition.is == Where::Is::above || condition.is == Where::Is::below;
    // Several codes may have one label: a range goes by the nearest end of them.
    switch (condition.is) {
      case Where::Is::any_of:
        break;
      case Where::Is::from:
        one.low = Bound{one.points.front(), open};
        break;
      case Where::Is::above:
        one.low = Bound{one.points.back(), open};
        break;
      case Where::Is::to:
        one.high = Bound{one.points.back(), open};
        break;
      case Where::Is::below:
        one.high = Bound{one.points.front(), open};
        break;
    }
    filter.all_.push_back(std::move(one));
  }
  return filter;
}

bool Filter::One::holds(std::string_view value) const {
  if (!is_range()) return std::binary_search(points.begin(), points.end(), value, std::less<>());
  if (is_text(*field) && value.empty()) return false;
  if (low && (low->open ? value <= low->value : value < low->value)) return false;
  return !high || (high->open ? value < high->value : value <= high->value);
}

bool Filter::One::holds(const Message& row) const {
  const std::vector<std::string> values = sortable_values(row, *field);
  if (values.empty()) return none;
  return std::any_of(values.begin(), values.end(),
                     [&](const std::string& value) { return holds(value); });
}

bool Filter::holds(const Message& row) const {
  return std::all_of(all_.begin(), all_.end(), [&](const One& one) { return one.holds(row); });
}

KeyRange Filter::index_range(const FieldInfo& field) const {
  const std::string whole = Table::index_prefix(field);
  KeyRange range{whole, end_of_prefix(whole)};
  for (const One& one : all_) {
    if (one.field != &field || field.descriptor->is_repeated()) continue;
    // Long texts are cut in the index, so what equals a bound there is looked at by its row.
    const auto narrow = [&](const std::string* low, const std::string* high) {
      if (low != nullptr) range.first = std::max(range.first, Table::index_prefix(field, *low));
      if (high != nullptr)
        range.end = std::min(range.end, end_of_prefix(Table::index_prefix(field, *high)));
    };
    if (one.is_range())
      narrow(one.low ? &one.low->value : nullptr, one.high ? &one.high->value : nullptr);
    else if (!one.points.empty())
      narrow(&one.points.front(), &one.points.back());
  }
  if (range.end < range.first) range.end = range.first;  // nothing can hold
  return range;
}

std::vector<std::vector<KeyRange>> Filter::index_parts(std::string_view start) const {
  std::vector<std::vector<KeyRange>> parts;
  for (const One& one : all_) {
    if (!one.field->indexed || one.is_range() || one.none) continue;
    auto& ranges = parts.emplace_back();
    for (const std::string& point : one.points) {
      const std::string prefix = Table::index_prefix(*one.field, point);
      ranges.push_back({std::string(prefix).append(start), end_of_prefix(prefix)});
    }
  }
  for (const One& one : all_) {
    if (!one.field->indexed || !one.is_range()) continue;
    if (!one.field->descriptor->is_repeated()) {
      parts.push_back({index_range(*one.field)});
      continue;
    }
    const std::string whole = Table::index_prefix(*one.field);
    KeyRange range{whole, end_of_prefix(whole)};
    if (one.low) range.first = Table::index_prefix(*one.field, one.low->value);
    if (one.high) range.end = end_of_prefix(Table::index_prefix(*one.field, one.high->value));
    parts.push_back({std::move(range)});
  }
  return parts;
}

Result<const FieldInfo*> order_field(const Table& table, const Order& order) {
  if (order.field.empty()) return static_cast<const FieldInfo*>(nullptr);
  TAIZHANG_TRY(const FieldInfo* field, field_of(table, order.field));
  if (field->indexed && !field->descriptor->is_repeated()) return field;
  std::string able;
  for (const FieldInfo& one : table.info().fields)
    if (one.indexed && !one.descriptor->is_repeated())
      able += (able.empty() ? "" : ", ") + one.descriptor->name();
  return Error(ErrorCode::invalid_argument,
               {"view \"" + table.spec().view + "\" cannot be ordered by field " + order.field +
                    ": it has no index, or several values" +
                    (able.empty() ? "" : "; it can be by: " + able),
                "视图“" + table.spec().view + "”不能按字段 " + order.field +
                    " 排序：该字段没有索引或有多个值" + (able.empty() ? "" : "；可用：" + able)})
      .with("view", table.spec().view)
      .with("field", order.field);
}

}  // namespace taizhang::projection
