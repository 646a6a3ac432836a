#include "ledger/validate.hpp"

#include "ledger/errors.hpp"
#include "ledger/utf8.hpp"
#include "taizhang/limits.hpp"

namespace taizhang::core {
namespace {

/// UTF-8 without control characters.
bool is_plain_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    std::uint32_t code = 0;
    const std::size_t size = character_at(text, i, code);
    if (size == 0 || code < 0x20 || (code >= 0x7F && code < 0xA0)) return false;
    i += size;
  }
  return true;
}

/// A name that stands in keys: a type or a tag.
Result<> validate_name(std::string_view name, std::size_t bytes_max, const std::string& what_en,
                       const std::string& what_zh) {
  if (name.empty()) return invalid("A " + what_en + " is empty.", what_zh + "为空。");
  if (name.size() > bytes_max)
    return over_limit("The length in bytes of a " + what_en, what_zh + "的字节数", name.size(),
                      bytes_max);
  if (!is_plain_text(name))
    return invalid("A " + what_en + " is not UTF-8 text without control characters.",
                   what_zh + "不是不含控制字符的 UTF-8 文本。");
  return {};
}

Result<> validate_type(std::string_view type) {
  return validate_name(type, limits::type_bytes_max, "type", "事件类型");
}

Result<> validate_tag(std::string_view tag) {
  return validate_name(tag, limits::tag_bytes_max, "tag", "标签");
}

}  // namespace

Result<> validate(const NewEvent& event) {
  if (event.id.is_zero()) return invalid("An event has no id.", "事件缺少编号。");
  TAIZHANG_CHECK(validate_type(event.type));
  if (event.version == 0)
    return invalid("An event's version is 0; versions begin at 1.", "事件版本为 0;版本从 1 开始。");
  if (event.tags.size() > limits::tags_per_event_max)
    return over_limit("The number of tags of an event", "一条事件的标签数", event.tags.size(),
                      limits::tags_per_event_max);
  for (const auto& tag : event.tags) TAIZHANG_CHECK(validate_tag(tag));
  if (event.target) {
    TAIZHANG_CHECK(validate_type(event.target->type));
    if (event.target->position == 0)
      return invalid("A void or correction has no target.", "作废或更正缺少所指的事件。");
  }
  return {};
}

Result<> validate(const Query& query) {
  if (query.items.size() > limits::query_items_max)
    return over_limit("The number of items of a query", "查询的条目数", query.items.size(),
                      limits::query_items_max);
  for (const auto& item : query.items) {
    for (const auto& type : item.types) TAIZHANG_CHECK(validate_type(type));
    if (item.tags.size() > limits::tags_per_event_max)
      return over_limit("The number of tags of a query item", "一个查询条目的标签数",
                        item.tags.size(), limits::tags_per_event_max);
    for (const auto& tag : item.tags) TAIZHANG_CHECK(validate_tag(tag));
  }
  return {};
}

}  // namespace taizhang::core
