#include "audit/row_fold.hpp"

#include <google/protobuf/descriptor.h>

#include <exception>

#include "taizhang/projection/fold_row.hpp"

namespace taizhang::audit {
namespace {

using google::protobuf::Message;

Text handler_threw(const TableSpec& table, const EventInfo& info, const char* what) {
  const std::string at = std::to_string(info.set_by);
  return {"view \"" + table.view + "\": the handler of " + info.type + " failed at position " + at +
              ": " + what,
          "视图“" + table.view + "”：" + info.type + " 的处理函数在位置 " + at + " 出错：" + what};
}

std::unique_ptr<Message> copy_of(const Message& message) {
  std::unique_ptr<Message> copy(message.New());
  copy->CopyFrom(message);
  return copy;
}

// Leaves what a reveal may copy.
void keep_personal(const MessageInfo& info, Message& opened) {
  for (const FieldInfo& field : info.fields)
    if (field.data_class.empty()) opened.GetReflection()->ClearField(&opened, field.descriptor);
}

}  // namespace

Result<std::shared_ptr<const Message>> RowFold::open(const EffectiveEvent& event) const {
  std::unique_ptr<Message> opened(event.message->New());
  TAIZHANG_TRY(const std::vector<std::string> gone, open_event(*schema_, *sealer_, event, *opened));
  if (const MessageInfo* info = schema_->event(event.info.type)) {
    keep_personal(*info, *opened);
    mark_erased(*info, gone, *opened);
  }
  return std::shared_ptr<const Message>(std::move(opened));
}

void RowFold::keep(const EffectiveEvent& event, const TableSpec::Reveal& reveal, Applied& applied) {
  const std::string slot = reveal.slot ? reveal.slot(*event.message) : std::string();
  kept_.erase({event.info.type, slot});
  if (event.sealed.empty()) return;
  auto opened = open(event);
  if (!opened) {
    applied.problem = opened.error().message();
    return;
  }
  applied.given.reset(table_->row->New());
  reveal.copy(slot, **opened, *applied.given);
  kept_[{event.info.type, slot}] = *std::move(opened);
}

RowFold::Applied RowFold::apply(const HistoryStep& step) {
  const EffectiveEvent& event = step.event;
  Applied applied;
  if (!step.left_out && waiting_ > 0) {
    ++waiting_;
    return applied;
  }
  if (step.problem) {
    applied.problem = step.problem;
    if (!step.left_out) waiting_ = 1;
    return applied;
  }
  const auto handler = table_->handlers.find(event.info.type);
  const auto reveal = table_->reveals.find(event.info.type);
  const bool handled = handler != table_->handlers.end();
  if (!speaks_of(*schema_, event, *key_)) return applied;
  if (!row_ && (!handled || !handler->second.creates)) return applied;
  std::unique_ptr<Message> next = row_ ? copy_of(*row_) : new_row(*schema_, *table_, *key_);
  const auto kept = kept_;
  const auto failed = [&](const char* what) {
    kept_ = kept;
    applied.given.reset();
    waiting_ = 1;
    applied.problem = handler_threw(*table_, event.info, what);
  };
  try {
    if (handled) handler->second.fold(*event.message, event.info, *next);
    if (reveal != table_->reveals.end()) keep(event, reveal->second, applied);
  } catch (const std::exception& thrown) {
    failed(thrown.what());
    return applied;
  } catch (...) {
    failed("it threw what is no std::exception");
    return applied;
  }
  row_ = std::move(next);
  applied.touched = true;
  return applied;
}

std::unique_ptr<Message> RowFold::opened() const {
  if (!row_) return nullptr;
  std::unique_ptr<Message> copy = copy_of(*row_);
  for (const auto& [from, opened] : kept_)
    table_->reveals.at(from.first).copy(from.second, *opened, *copy);
  return copy;
}

}  // namespace taizhang::audit
