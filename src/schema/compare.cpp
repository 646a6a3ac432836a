#include "schema/compare.hpp"

#include <google/protobuf/descriptor.h>

#include <set>
#include <string_view>

#include "schema/compare_form.hpp"

namespace taizhang::schema {
namespace {

namespace pb = google::protobuf;

/// The label of the options in a sentence: "personal (identity)" or "not personal".
Text named(const std::string& value, const Text& none) {
  if (value.empty()) return none;
  return {"\"" + value + "\"", "“" + value + "”"};
}

struct Comparison {
  const Schema& stored;
  const MessageInfo& event;
  const Schema& present;
  Meaning meaning;
  std::vector<SchemaChange> changes{};
  std::set<std::pair<const pb::Descriptor*, const pb::Descriptor*>> seen{};
  std::set<std::string> tables{};

  void add(const std::string& path, std::string rule, const Text& what, const Text& way_out) {
    const std::string version = std::to_string(event.version);
    Text text{"events \"" + event.name + "\" version " + version,
              "事件“" + event.name + "”第 " + version + " 版"};
    if (!path.empty()) {
      text.en += ", field \"" + path + "\"";
      text.zh += ",字段“" + path + "”";
    }
    text.en += ": " + what.en + "; " + way_out.en;
    text.zh += ":" + what.zh + ";" + way_out.zh;
    changes.push_back({event.name, event.version, path, std::move(rule), std::move(text)});
  }

  [[nodiscard]] Text keep_or_upcast() const {
    const std::string version = std::to_string(event.version);
    return {"keep it as it was, or keep the old message as version " + version +
                ", raise the version and add an upcaster",
            "请保持原样,或将旧消息保留为第 " + version + " 版,提高版本并添加升级函数"};
  }

  void changed(const std::string& path, std::string rule, const Text& option, const Text& then,
               const Text& now) {
    add(path, std::move(rule),
        {option.en + " was " + then.en + " and is " + now.en,
         option.zh + "原为" + then.zh + ",现为" + now.zh},
        keep_or_upcast());
  }

  void messages(const pb::Descriptor* then, const pb::Descriptor* now, const std::string& outer) {
    if (then == now || !seen.emplace(then, now).second) return;
    const MessageInfo* was = stored.of(then);
    const MessageInfo* is = present.of(now);
    if (was == nullptr || is == nullptr) return;
    for (const FieldInfo& field : was->fields) {
      const std::string path = outer + field.descriptor->name();
      const int number = field.descriptor->number();
      const pb::FieldDescriptor* same = now->FindFieldByNumber(number);
      if (same != nullptr)
        fields(field, *is->field(same->name()), path);
      else if (!now->IsReservedNumber(number))
        add(path, "field-gone",
            {"it is gone and its number " + std::to_string(number) + " is free to be used again",
             "字段已删除,而其编号 " + std::to_string(number) + " 仍可被再次使用"},
            {"write \"reserved " + std::to_string(number) + ";\" in the message, or keep the field",
             "请在消息中写明 reserved " + std::to_string(number) + ";,或保留该字段"});
    }
    for (const FieldInfo& field : is->fields) {
      const pb::FieldDescriptor* before = then->FindFieldByNumber(field.descriptor->number());
      if (field.descriptor->is_required() && (before == nullptr || !before->is_required()))
        add(outer + field.descriptor->name(), "field-required",
            {"stored events may lack it, and without it protobuf reads nothing",
             "已存事件可能没有该字段,缺少时 protobuf 无法读取"},
            {"make it optional", "请改为 optional"});
    }
  }

  void fields(const FieldInfo& then, const FieldInfo& now, const std::string& path) {
    if (const auto fault = form_fault(*then.descriptor, *now.descriptor)) {
      add(path, fault->rule, fault->what, keep_or_upcast());
      return;
    }
    personal(then, now, path);
    if (meaning == Meaning::as_stored) options(then, now, path);
    if (const pb::Descriptor* part = then.descriptor->message_type())
      if (now.descriptor->message_type() != nullptr)
        messages(part, now.descriptor->message_type(), path + ".");
    if (then.descriptor->enum_type() != nullptr && now.descriptor->enum_type() != nullptr &&
        meaning == Meaning::as_stored)
      enums(*then.descriptor->enum_type(), *now.descriptor->enum_type(), path);
  }

  /// Personal data must not turn clear, whatever an upcaster does: its plaintext is merged in.
  void personal(const FieldInfo& then, const FieldInfo& now, const std::string& path) {
    const bool was = !then.data_class.empty();
    const bool is = !now.data_class.empty();
    const bool strict = meaning == Meaning::as_stored;
    const Text none{"not personal", "非个人信息"};
    if (was != is && (was || strict)) {
      changed(path, "field-personal", {"its personal data class", "个人信息类别"},
              named(then.data_class, none), named(now.data_class, none));
    } else if (strict && then.data_class != now.data_class) {
      changed(path, "field-data-class", {"its personal data class", "个人信息类别"},
              named(then.data_class, none), named(now.data_class, none));
    } else if (strict && owner(then) != owner(now)) {
      changed(path, "field-personal-subject", {"the field of its subject", "所属主体字段"},
              {"number " + std::to_string(owner(then)), std::to_string(owner(then)) + " 号"},
              {"number " + std::to_string(owner(now)), std::to_string(owner(now)) + " 号"});
    }
  }
  static int owner(const FieldInfo& field) {
    return field.personal_subject == nullptr ? 0 : field.personal_subject->number();
  }

  void options(const FieldInfo& then, const FieldInfo& now, const std::string& path) {
    const auto text = [&](const char* rule, const Text& option, const std::string& was,
                          const std::string& is, const Text& none) {
      if (was != is) changed(path, rule, option, named(was, none), named(is, none));
    };
    const auto flag = [&](const char* rule, const Text& option, bool was, bool is) {
      const Text yes{"set", "是"};
      const Text no{"not set", "否"};
      if (was != is) changed(path, rule, option, was ? yes : no, is ? yes : no);
    };
    const Text none{"none", "无"};
    text("field-renamed", {"its name", "字段名"}, then.descriptor->name(), now.descriptor->name(),
         none);
    text("field-subject", {"its subject kind", "主体种类"}, then.subject_kind, now.subject_kind,
         none);
    flag("field-money", {"money in fen", "以分为单位的金额"}, then.money_fen, now.money_fen);
    flag("field-date", {"date", "日期"}, then.date, now.date);
    text("field-code-table", {"its code table", "代码表"}, then.code_table, now.code_table, none);
    if (then.codes == nullptr || now.codes == nullptr || then.code_table != now.code_table ||
        !tables.insert(then.code_table).second)
      return;
    for (const auto& [code, label] : *then.codes)
      if (!now.codes->contains(code))
        add(path, "code-gone",
            {"code \"" + code + "\" (" + label.en + ") is gone from table \"" + then.code_table +
                 "\"",
             "代码“" + code + "”(" + label.zh + ")已从代码表“" + then.code_table + "”中删除"},
            {"put it back; a code once used is never taken away", "请恢复;用过的代码不得删除"});
  }

  void enums(const pb::EnumDescriptor& then, const pb::EnumDescriptor& now,
             const std::string& path) {
    for (int i = 0; i < then.value_count(); ++i) {
      const pb::EnumValueDescriptor& value = *then.value(i);
      const std::string number = std::to_string(value.number());
      const Text keep{"put it back", "请恢复"};
      if (now.FindValueByNumber(value.number()) == nullptr) {
        add(path, "enum-value-gone",
            {"enum value " + value.name() + " (" + number + ") is gone",
             "枚举值 " + value.name() + "(" + number + ")已删除"},
            keep);
        continue;
      }
      const pb::EnumValueDescriptor* same = now.FindValueByName(value.name());
      if (same == nullptr || same->number() != value.number())
        add(path, "enum-value-renamed",
            {"enum value " + number + " was " + value.name() + " and is " +
                 now.FindValueByNumber(value.number())->name(),
             "枚举值 " + number + " 原为 " + value.name() + ",现为 " +
                 now.FindValueByNumber(value.number())->name()},
            {keep.en + " (both names may stand, with allow_alias)",
             keep.zh + "(可用 allow_alias 并存两个名称)"});
    }
  }
};

}  // namespace

std::vector<SchemaChange> compare_events(const Schema& stored, const MessageInfo& then,
                                         const Schema& present, const MessageInfo& now,
                                         Meaning meaning) {
  Comparison comparison{stored, then, present, meaning};
  comparison.messages(then.descriptor, now.descriptor, "");
  return std::move(comparison.changes);
}

}  // namespace taizhang::schema
