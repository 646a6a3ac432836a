#include "taizhang/schema/event_type.hpp"

#include <vector>

namespace taizhang {

Result<std::string> event_type(const Schema& schema, std::string_view word) {
  const std::string wanted(word);
  std::vector<std::string> known;
  for (const MessageInfo* info : schema.all(MessageInfo::Role::event)) {
    if (info->name == wanted || info->name.ends_with("." + wanted)) return info->name;
    known.push_back(info->name);
    known.push_back(info->name.substr(info->name.find('.') + 1));
  }
  const auto nearest = nearest_name(wanted, known);
  return Error(
      ErrorCode::invalid_argument,
      {"There is no event type \"" + wanted + "\"." +
           (nearest ? " Did you mean \"" + *nearest + "\"?" : ""),
       "没有名为“" + wanted + "”的事件类型。" + (nearest ? "是否想用“" + *nearest + "”?" : "")});
}

}  // namespace taizhang
