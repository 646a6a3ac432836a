#include "ledger/validate.hpp"

#include <algorithm>
#include <array>
#include <utility>

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

bool amends(std::string_view type) { return type == void_type || type == correction_type; }

Result<> validate_target(const NewEvent& event) {
  if (event.target.has_value() != amends(event.type))
    return event.target
               ? invalid("An event of the type \"" + event.type +
                             "\" has a target; only voids and corrections have one.",
                         "类型“" + event.type + "”的事件指向了另一事件；只有作废和更正可以如此。")
               : invalid("A void or correction has no target.", "作废或更正缺少所指的事件。");
  if (!event.target) return {};
  TAIZHANG_CHECK(validate_type(event.target->type));
  if (event.target->position == 0)
    return invalid("A void or correction has no target.", "作废或更正缺少所指的事件。");
  return {};
}

/// Ids: they lie in the clear for ever, so nothing that could be a person's name passes.
bool is_id_text(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

Result<> validate_extra(const std::map<std::string, std::string>& extra) {
  if (extra.size() > limits::extra_entries_max)
    return over_limit("The number of entries in a context's extra", "来源信息附加项的个数",
                      extra.size(), limits::extra_entries_max);
  for (const auto& [name, value] : extra) {
    if (name.size() > limits::extra_name_bytes_max || value.size() > limits::extra_value_bytes_max)
      return over_limit("The length in bytes of an entry of a context's extra",
                        "来源信息附加项的字节数", std::max(name.size(), value.size()),
                        name.size() > limits::extra_name_bytes_max ? limits::extra_name_bytes_max
                                                                   : limits::extra_value_bytes_max);
    if (!is_id_text(name) || !is_id_text(value))
      return invalid(
                 "An entry of a context's extra (\"" + name +
                     "\") is not visible ASCII without blanks. It lies in the clear for ever: "
                     "give ids, not names.",
                 "来源信息附加项（“" + name +
                     "”）须为不含空格的可见 ASCII 字符。附加项永远明文保存：请填编号，不要填姓名。")
          .with("field", name);
  }
  return {};
}

Result<> validate_text(std::string_view text, const char* name) {
  const std::string what(name);
  if (!is_utf8(text))
    return invalid("The " + what + " of an event is not UTF-8.",
                   "事件的 " + what + " 不是 UTF-8 文本。")
        .with("name", name);
  if (text.find('\0') != std::string_view::npos)
    return invalid("The " + what + " of an event holds the character U+0000. Leave it out.",
                   "事件的 " + what + " 含有字符 U+0000。请去掉。")
        .with("name", name);
  return {};
}

Result<> validate_context(const Context& context) {
  constexpr std::array<std::pair<const char*, std::string Context::*>, 8> texts{
      {{"actor", &Context::actor},
       {"role", &Context::role},
       {"office", &Context::office},
       {"document", &Context::document},
       {"on_behalf_of", &Context::on_behalf_of},
       {"correlation", &Context::correlation},
       {"causation", &Context::causation},
       {"file", &Context::file}}};
  for (const auto& [name, text] : texts) TAIZHANG_CHECK(validate_text(context.*text, name));
  if ((context.command && context.command->is_zero()) ||
      (context.batch && context.batch->is_zero()))
    return invalid("An event's context names a command or a batch by the id of zeros.",
                   "事件上下文所指的命令或批次编号全为零。");
  if (context.claimed_at && !context.claimed_at->in_calendar())
    return invalid("An event's claimed_at is not from 0001-01-01 to 9999-12-31.",
                   "事件的 claimed_at 不在 0001-01-01 至 9999-12-31 之间。")
        .with("name", "claimed_at");
  TAIZHANG_CHECK(validate_extra(context.extra));
  return {};
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
  if (event.effective_on && !event.effective_on->in_calendar())
    return invalid("An event's effective_on is not from 0001-01-01 to 9999-12-31.",
                   "事件的 effective_on 不在 0001-01-01 至 9999-12-31 之间。")
        .with("name", "effective_on");
  TAIZHANG_CHECK(validate_context(event.context));
  TAIZHANG_CHECK(validate_target(event));
  for (const Sealed& part : event.sealed) {
    TAIZHANG_CHECK(validate_text(part.subject, "sealed subject"));
    TAIZHANG_CHECK(validate_text(part.data_class, "sealed data_class"));
    if (part.digest.empty())
      return invalid("A sealed part (" + part.subject + ", " + part.data_class +
                         ") has no digest of its plain text. Let a Sealer make it.",
                     "加密部分（" + part.subject + "，" + part.data_class +
                         "）缺少明文摘要。请由 Sealer 生成。");
  }
  return {};
}

Result<> of_application(const NewEvent& event) {
  if (!event.type.starts_with("ledger.") || amends(event.type)) return {};
  return invalid("The type \"" + event.type +
                     "\" is the ledger's own; only the ledger appends it. Begin the type with the "
                     "application's name.",
                 "类型“" + event.type + "”属于台账自身，只能由台账写入。请以应用名称作为类型开头。")
      .with("type", event.type);
}

Result<> validate(const Query& query) {
  if (query.everything != query.items.empty())
    return query.everything
               ? invalid("A query says both \"every event\" and items. Give one of them.",
                         "查询同时要求全部事件和若干条目。请只给其一。")
               : invalid(
                     "A query has no items, which matches nothing. Name types or tags, or say "
                     "every event (Query::all(), {\"all\":true}).",
                     "查询没有条目，不匹配任何事件。请指定类型或标签；如需全部事件，请明确写出（Que"
                     "ry::"
                     "all()，{\"all\":true}）。");
  if (query.items.size() > limits::query_items_max)
    return over_limit("The number of items of a query", "查询的条目数", query.items.size(),
                      limits::query_items_max);
  for (const auto& item : query.items) {
    if (item.types.empty() && item.tags.empty())
      return invalid(
          "An item of a query names neither a type nor a tag. Name one, or say every "
          "event (Query::all(), {\"all\":true}).",
          "查询条目既未指定类型也未指定标签。请指定其一；如需全部事件，请明确写出（Query::all()，{"
          "\"all\":true}）。");
    for (const auto& type : item.types) TAIZHANG_CHECK(validate_type(type));
    if (item.tags.size() > limits::tags_per_event_max)
      return over_limit("The number of tags of a query item", "一个查询条目的标签数",
                        item.tags.size(), limits::tags_per_event_max);
    for (const auto& tag : item.tags) TAIZHANG_CHECK(validate_tag(tag));
  }
  return {};
}

}  // namespace taizhang::core
