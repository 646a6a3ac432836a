#include "taizhang/audit/why.hpp"

#include <algorithm>
#include <vector>

#include "audit/causes.hpp"
#include "audit/compare_rows.hpp"
#include "audit/row_fold.hpp"

namespace taizhang {
namespace {

using audit::Causes;
using audit::HistoryStep;
using audit::RowFold;
using audit::RowHistory;
using audit::RowKey;
using audit::RowWords;
using google::protobuf::Message;

Error unknown_field(const TableSpec& table, const MessageInfo& info, const std::string& name) {
  std::vector<std::string> known;
  for (const FieldInfo& field : info.fields) known.push_back(field.descriptor->name());
  const auto near = nearest_name(name, known);
  return Error(ErrorCode::invalid_argument,
               {"view \"" + table.view + "\" has no field \"" + name + "\"" +
                    (near ? "; did you mean \"" + *near + "\"?" : ""),
                "视图“" + table.view + "”没有字段“" + name + "”" +
                    (near ? "；是否指“" + *near + "”？" : "")})
      .with("view", table.view)
      .with("field", name);
}

Error unknown_key(const TableSpec& table, const RowKey& key) {
  std::string tags;
  for (const std::string& tag : key) tags += (tags.empty() ? "" : ", ") + tag;
  return Error(ErrorCode::not_found,
               {"view \"" + table.view + "\" has no row of " + tags + ", and no event makes one",
                "视图“" + table.view + "”没有 " + tags + " 的行，也没有产生该行的事件"})
      .with("view", table.view)
      .with("key", tags);
}

/// One call of `why`.
class Asking {
 public:
  Asking(const Schema& schema, const Sealer& sealer, const TableSpec& table, const RowKey& key,
         const WhyOptions& options, Causes& causes)
      : info_(*schema.of(table.row->GetDescriptor())),
        options_(options),
        causes_(causes),
        words_(schema, options.language, options.reveal),
        fold_(schema, sealer, table, key) {
    for (const FieldInfo& field : info_.fields) {
      if (!options.field.empty() && field.descriptor->name() != options.field) continue;
      ledger::v1::WhyField& one = *answer.add_fields();
      one.set_name(field.descriptor->name());
      one.set_label(in(field.label, options.language));
      one.set_hidden(field.hidden);
    }
  }

  Result<> take(const HistoryStep& step) {
    const RowFold::Applied applied = fold_.apply(step);
    if (applied.problem) {
      ledger::v1::WhyChange& problem = *answer.add_problems();
      problem.set_problem(in(*applied.problem, options_.language));
      TAIZHANG_CHECK(causes_.cite(step.event.info.position, step.event.info.set_by, problem));
    }
    if (!applied.touched) return {};
    std::unique_ptr<Message> after = fold_.opened();
    RowWords::Changes changes;
    words_.changes(before_.get(), after.get(), changes);
    if (applied.given) words_.again(*applied.given, *after, changes);
    before_ = std::move(after);
    for (ledger::v1::FieldChange& change : changes) TAIZHANG_CHECK(keep(step, change));
    return {};
  }

  /// The row as it ended, and everything newest first.
  void finish() {
    answer.set_waiting(fold_.waiting());
    answer.set_state(!fold_.row() ? "absent" : fold_.shown() ? "shown" : "hidden");
    for (ledger::v1::WhyField& field : *answer.mutable_fields()) {
      std::reverse(field.mutable_changes()->begin(), field.mutable_changes()->end());
      if (before_) field.set_value(words_.text(*before_, *info_.field(field.name())));
    }
    std::reverse(answer.mutable_problems()->begin(), answer.mutable_problems()->end());
  }

  ledger::v1::Why answer;

 private:
  Result<> keep(const HistoryStep& step, ledger::v1::FieldChange& change) {
    const auto field =
        std::find_if(answer.mutable_fields()->begin(), answer.mutable_fields()->end(),
                     [&](const auto& one) { return one.name() == change.field(); });
    if (field == answer.mutable_fields()->end()) return {};
    ledger::v1::WhyChange& kept = *field->add_changes();
    *kept.mutable_change() = std::move(change);
    return causes_.cite(step.event.info.position, step.event.info.set_by, kept);
  }

  const MessageInfo& info_;
  const WhyOptions& options_;
  Causes& causes_;
  RowWords words_;
  RowFold fold_;
  std::unique_ptr<Message> before_;
};

}  // namespace

Result<ledger::v1::Why> why(const Ledger& ledger, const Schema& schema, const Sealer& sealer,
                            const TableSpec& table, std::span<const std::string> tags,
                            const Moment& moment, const WhyOptions& options) {
  const MessageInfo& info = *schema.of(table.row->GetDescriptor());
  if (!options.field.empty() && info.field(options.field) == nullptr)
    return unknown_field(table, info, options.field);
  TAIZHANG_TRY(const std::string joined, RowKeys(table).of(tags));
  const RowKey key = RowKeys::tags_of(joined);
  TAIZHANG_TRY(const Moment when, audit::settled(moment, ledger.head().position));

  RowHistory history(schema, table, key);
  Causes causes(ledger, schema, options.language);
  ReadOptions range;
  range.last = when.known_at;
  TAIZHANG_TRY(Reader reader, ledger.read(history.query(), range));
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) break;
    (void)history.add(*event);
    causes.add(*event);
  }

  Asking asking(schema, sealer, table, key, options, causes);
  for (const HistoryStep& step : history.steps(when.effective_on))
    TAIZHANG_CHECK(asking.take(step));
  asking.finish();
  ledger::v1::Why answer = std::move(asking.answer);
  if (answer.state() == "absent" && answer.problems().empty()) return unknown_key(table, key);
  answer.set_view(table.view);
  for (const std::string& tag : key) answer.add_key(tag);
  answer.set_position(when.known_at);
  if (when.effective_on) answer.set_effective_on(when.effective_on->to_string());
  return answer;
}

}  // namespace taizhang
