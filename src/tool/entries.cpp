#include "tool/entries.hpp"

#include <fmt/format.h>

#include "taizhang/ledger/v1/trail.pb.h"
#include "taizhang/schema/display.hpp"
#include "tool/show.hpp"
#include "tool/text.hpp"

namespace taizhang::tool {
std::string content_of(const ledger::v1::TrailEntry& entry, Labels& labels) {
  std::string out = joined({entry.unreadable(), entry.reason(), entry.approver()}, " / ");
  for (const ledger::v1::TrailField& field : entry.fields()) {
    std::string value = field.value();
    for (const std::string& tag : entry.tags()) {
      const auto colon = tag.find(':');
      if (value == tag || value == tag.substr(colon + 1)) value = labels.of(tag);
    }
    out += fmt::format("{}{} {}", out.empty() ? "" : "; ", field.label(), value);
  }
  return out;
}

EntryPrinter::EntryPrinter(const Console& console, System& system, bool reveal)
    : console_(&console), labels_(system, reveal) {
  if (console.json) return;
  table_ = std::make_unique<Table>(
      std::vector<std::string>{console.say({"position", "位置"}),
                               console.say({"effective", "生效日期"}),
                               console.say({"recorded", "登记日期"}), console.say({"", ""}),
                               console.say({"what", "事项"}), console.say({"by", "经办"}),
                               console.say({"document", "文号"}), console.say({"from", "来源"}),
                               console.say({"content", "内容"})},
      std::vector<bool>{true});
}

void EntryPrinter::flush() {
  if (table_) table_->settle();
}

Result<> EntryPrinter::print(const ledger::v1::TrailEntry& entry) {
  ++count_;
  if (!table_) {
    TAIZHANG_TRY(const std::string json, to_json(entry));
    show_json(json);
    return {};
  }
  std::string mark;
  if (entry.late()) {
    mark = fmt::format(fmt::runtime(console_->say({"late {}d", "补录{}天"})), entry.days_late());
  }
  if (entry.has_unreadable()) mark += console_->say({" unreadable", " 无法读取"});
  for (const ledger::v1::TrailChange& change : entry.changes()) {
    mark += fmt::format("{}{}@{}", mark.empty() ? "" : " ",
                        change.kind() == "voided" ? console_->say({"voided", "已作废"})
                                                  : console_->say({"corrected", "已更正"}),
                        change.position());
  }
  const std::string source =
      entry.file().empty() ? std::string() : fmt::format("{}:{}", entry.file(), entry.line());
  table_->row({std::to_string(entry.position()), entry.effective_on(), entry.recorded_on(), mark,
               entry.label(), joined({entry.actor(), entry.role(), entry.office()}, "/"),
               entry.document(), source, content_of(entry, labels_)});
  return {};
}

}  // namespace taizhang::tool
