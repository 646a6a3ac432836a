#include "import/run.hpp"

#include <algorithm>
#include <filesystem>

#include "ledger/utf8.hpp"
#include "taizhang/hash.hpp"
#include "taizhang/limits.hpp"

namespace taizhang::importing {
namespace {

/// A file may be named by any bytes; what is recorded is text.
std::string text_of(const std::string& name) {
  std::string text;
  for (std::size_t at = 0; at < name.size();) {
    std::uint32_t code = 0;
    const std::size_t size = core::character_at(name, at, code);
    text += size == 0 ? "\uFFFD" : name.substr(at, size);
    at += std::max<std::size_t>(size, 1);
  }
  return text;
}

Context context_of(const ImportOptions& options, const Bookkeeping& books) {
  Context context = options.context;
  context.batch = books.batch();
  context.file = text_of(std::filesystem::path(options.file).filename().string());
  return context;
}

std::uint64_t checksum_of(const Contents& contents) {
  std::string bytes;
  for (const auto& [name, value] : contents) {
    bytes += value;
    bytes += '\0';
  }
  return checksum(bytes);
}

/// Whether columns that both know differ. Columns that the mapping did not use before say nothing.
bool differ(const Contents& before, const Contents& now) {
  for (const auto& [name, value] : now)
    for (const auto& [old_name, old_value] : before)
      if (name == old_name && value != old_value) return true;
  return false;
}

Text default_way_out() {
  return {
      "Mend the row in the reject file and import that file with the same mapping, or first "
      "settle what the rule names.",
      "请在拒收文件中修正该行后用同一映射重新导入,或先处理规则指出的问题。"};
}

}  // namespace

Run::Run(Ledger& ledger, Vault& vault, Education& education, const ImportOptions& options,
         const Mapping& mapping, CsvReader& reader, Bookkeeping& books)
    : ledger_(ledger),
      vault_(vault),
      education_(education),
      options_(options),
      mapping_(mapping),
      reader_(reader),
      books_(books),
      context_(context_of(options, books)),
      memory_(ledger, vault, mapping.source),
      maker_(*education_schema(), mapping, context_, ledger.simulated_clock()),
      rejects_(options.reject_file, reader.header(), reader.delimiter()),
      accept_changes_(options.accept_changes || mapping.snapshot) {
  report_.dry_run = options.dry_run;
}

Result<ImportReport> Run::of(Ledger& ledger, Vault& vault, Education& education,
                             const ImportOptions& options) {
  TAIZHANG_TRY(Mapping mapping, Mapping::load(*education_schema(), options.mapping));
  TAIZHANG_TRY(const auto reader,
               CsvReader::open({options.file, mapping.encoding, mapping.delimiter}));
  TAIZHANG_CHECK(mapping.bind(reader->header()));
  TAIZHANG_TRY(Bookkeeping books, Bookkeeping::find(ledger, vault, mapping, reader->facts()));

  Run run(ledger, vault, education, options, mapping, *reader, books);
  if (run.accept_changes_) TAIZHANG_CHECK(run.look_ahead());
  if (options.dry_run) {
    TAIZHANG_CHECK(education.preview([&](Education::Batch& batch) {
      run.preview_ = &batch;
      return run.all_rows();
    }));
  } else {
    TAIZHANG_CHECK(run.all_rows());
  }
  if (mapping.snapshot) TAIZHANG_CHECK(run.list_missing());
  TAIZHANG_CHECK(run.rejects_.finish());
  if (!options.dry_run && books.started()) {
    run.report_.batch = books.batch();
    TAIZHANG_CHECK(books.complete(run.report_, run.context_));
  }
  TAIZHANG_CHECK(vault.make_durable());
  return std::move(run.report_);
}

Result<> Run::all_rows() {
  CsvRow row;
  for (;;) {
    TAIZHANG_TRY(const bool any, reader_.next(row));
    if (!any) break;
    TAIZHANG_CHECK(take(std::move(row)));
    row = {};
    if (report_.rows % 4'096 == 0) show_progress();
  }
  TAIZHANG_CHECK(flush());
  show_progress();
  return {};
}

void Run::show_progress() {
  if (options_.progress)
    options_.progress({report_.rows, reader_.bytes_read(), reader_.facts().size});
}

bool Run::fits(const PreparedRow& row) const {
  if (waiting_.empty()) return true;
  if (waiting_.size() >= limits::commands_per_batch_max ||
      waiting_commands_ + row.commands.size() > limits::commands_per_batch_max)
    return false;
  // A commit has one recorded time, so a simulation commits day by day.
  if (!ledger_.simulated_clock()) return true;
  const auto day = [](const PreparedRow& each) {
    return each.recorded_at ? Date::in_china(*each.recorded_at) : Date{};
  };
  return day(waiting_.back().prepared) == day(row);
}

Result<> Run::take(CsvRow csv_row) {
  ++report_.rows;
  WaitingRow row;
  row.prepared = maker_.read(std::move(csv_row));
  PreparedRow& prepared = row.prepared;
  if (prepared.problem) return refuse(prepared, *prepared.problem, {});
  if (waiting_keys_.contains(prepared.key)) TAIZHANG_CHECK(flush());

  if (const auto previewed = previewed_.find(prepared.key); previewed != previewed_.end()) {
    row.record = previewed->second;
  } else {
    TAIZHANG_TRY(row.record, memory_.recall(prepared.key));
  }
  if (row.record) {
    TAIZHANG_TRY(const auto standing, memory_.standing(*row.record));
    row.before = standing.judgement;
    row.occurrence = standing.next_occurrence;
  }
  if (row.before == nullptr) {
    row.ask_ledger = row.occurrence == 0;
  } else {
    using Outcome = Judgement::Outcome;
    const Judgement& before = *row.before;
    const bool differs = differ(before.contents, prepared.contents);
    if (before.outcome == Outcome::refused) {
      if (!differs && books_.resumed() && before.batch == books_.batch() &&
          !before.witness.is_zero() && before.refusal)
        return refuse(prepared, *before.refusal, std::string(before.refusal->detail("command")));
      row.occurrence = before.occurrence;  // what it brought in stands; the rest is tried again
    } else if (!differs) {
      ++report_.unchanged;
      if (row.record->gone_since == 0 || options_.dry_run) return {};
      row.record->gone_since = 0;
      return memory_.remember(*row.record);
    } else {
      const auto seen = seen_.find(checksum(prepared.key));
      const bool contradictory = seen != seen_.end() && seen->second.contradictory;
      if (!accept_changes_ || contradictory) {
        ++report_.changed_not_taken;
        list_changed(prepared, &before, false);
        return {};
      }
      row.changed = true;
    }
  }
  maker_.prepare(prepared);
  if (prepared.problem) return refuse(prepared, *prepared.problem, {});
  if (!fits(prepared)) TAIZHANG_CHECK(flush());
  waiting_commands_ += prepared.commands.size();
  waiting_keys_.insert(prepared.key);
  waiting_.push_back(std::move(row));
  return {};
}

Result<> Run::flush() {
  if (waiting_.empty()) return {};
  std::vector<Verdict> verdicts;
  if (preview_ != nullptr) {
    TAIZHANG_CHECK(decide_waiting(*preview_));
  } else {
    for (;;) {
      must_start_ = false;
      auto done =
          education_.transact([&](Education::Batch& batch) { return decide_waiting(batch); });
      if (done) {
        verdicts = *std::move(done);
        break;
      }
      if (!must_start_) return std::move(done).error();
      TAIZHANG_CHECK(
          books_.start(mapping_, reader_.facts(), context_, waiting_.front().prepared.recorded_at));
    }
  }
  for (const Verdict& verdict : verdicts)
    if (verdict.kind == Verdict::Kind::accepted) report_.events += verdict.positions.size();
  for (WaitingRow& row : waiting_) TAIZHANG_CHECK(settle(row, verdicts));
  waiting_.clear();
  waiting_keys_.clear();
  waiting_commands_ = 0;
  show_progress();
  return {};
}

/// May run more than once: it keeps nothing of an earlier run but what it overwrites.
Result<> Run::decide_waiting(Education::Batch& batch) {
  RowDecider decider(ledger_, memory_, mapping_, accept_changes_, batch);
  for (WaitingRow& row : waiting_) {
    TAIZHANG_CHECK(decider.decide(row));
    if (decider.witness() && preview_ == nullptr && !books_.started()) {
      must_start_ = true;
      return Error(ErrorCode::internal,
                   {"The import must be started first.", "须先登记导入开始。"});
    }
  }
  return remember(decider);
}

/// Before the commit: what is remembered holds only once the commit's witness is in the ledger, so
/// that nothing is lost or believed wrongly, whenever the process dies.
Result<> Run::remember(const RowDecider& decider) {
  using Outcome = Judgement::Outcome;
  const bool dry = preview_ != nullptr;
  for (WaitingRow& row : waiting_) {
    const WaitingRow::Result& result = row.result;
    if (result.differs || (result.changed && result.accepted == 0)) continue;
    Judgement judgement;
    judgement.outcome = result.refusal                        ? Outcome::refused
                        : result.accepted > 0 || result.known ? Outcome::taken
                                                              : Outcome::nothing_to_do;
    judgement.occurrence = result.occurrence;
    judgement.batch = books_.batch();
    if (decider.witness() && !dry) judgement.witness = *decider.witness();
    judgement.contents = row.prepared.contents;
    for (const PreparedCommand& command : row.prepared.commands)
      judgement.applied.emplace(command.rule->identity, command.hash);
    if (result.refusal) {
      judgement.refusal = result.refusal;
      judgement.refusal->with("command", result.refused_command);
    }
    RowRecord record;
    record.key = row.prepared.key;
    if (row.before != nullptr) record.judgements.push_back(*row.before);
    record.judgements.push_back(std::move(judgement));
    if (dry) {
      previewed_.insert_or_assign(record.key, std::move(record));
    } else {
      TAIZHANG_CHECK(memory_.remember(record));
    }
  }
  return dry ? Result<>{} : vault_.make_durable();
}

Result<> Run::settle(WaitingRow& row, const std::vector<Verdict>& verdicts) {
  const WaitingRow::Result& result = row.result;
  report_.commands += result.accepted;
  if (result.refusal) {
    // The commit's verdict knows the positions of what stood in the way in the same batch.
    const Error* error = &*result.refusal;
    if (result.refused_verdict && *result.refused_verdict < verdicts.size() &&
        verdicts[*result.refused_verdict].error)
      error = &*verdicts[*result.refused_verdict].error;
    return refuse(row.prepared, *error, result.refused_command);
  }
  if (result.differs || (result.changed && result.accepted == 0)) {
    ++report_.changed_not_taken;
    list_changed(row.prepared, row.before, false);
  } else if (result.changed) {
    ++report_.changed_taken;
    list_changed(row.prepared, row.before, true);
  } else if (result.accepted > 0) {
    ++report_.taken;
  } else {
    ++report_.unchanged;
  }
  return {};
}

Result<> Run::refuse(const PreparedRow& row, const Error& error, const std::string& command) {
  ++report_.refused;
  BadRow bad;
  bad.file = context_.file;
  bad.line = row.row.line;
  bad.column = error.detail("column");
  for (const auto& [name, value] : row.contents)
    if (name == bad.column) bad.value = maker_.shown(name, value, options_.reveal);
  bad.rule = error.detail("rule");
  bad.command = command;
  bad.message = error.message();
  bad.way_out = {std::string(error.detail("way_out_en")), std::string(error.detail("way_out_zh"))};
  if (bad.way_out.en.empty()) bad.way_out = default_way_out();
  if (!options_.dry_run) TAIZHANG_CHECK(rejects_.add(row.row, bad));
  if (report_.bad_rows.size() < options_.listed_max) report_.bad_rows.push_back(std::move(bad));
  return {};
}

void Run::list_changed(const PreparedRow& row, const Judgement* before, bool taken) {
  if (report_.changed_rows.size() >= options_.listed_max) return;
  ChangedRow changed;
  changed.file = context_.file;
  changed.line = row.row.line;
  changed.key = maker_.shown_key(row.contents, options_.reveal);
  changed.taken = taken;
  if (before != nullptr) {
    const auto seen = seen_.find(checksum(row.key));
    changed.twice_in_file =
        before->batch == books_.batch() || (seen != seen_.end() && seen->second.contradictory);
    for (const auto& [name, value] : row.contents)
      for (const auto& [old_name, old_value] : before->contents)
        if (name == old_name && value != old_value)
          changed.values.push_back({name, maker_.shown(name, old_value, options_.reveal),
                                    maker_.shown(name, value, options_.reveal)});
  }
  report_.changed_rows.push_back(std::move(changed));
}

Result<> Run::look_ahead() {
  TAIZHANG_TRY(const auto ahead,
               CsvReader::open({options_.file, mapping_.encoding, mapping_.delimiter}));
  CsvRow row;
  for (;;) {
    TAIZHANG_TRY(const bool any, ahead->next(row));
    if (!any) return {};
    const PreparedRow prepared = maker_.read(std::move(row));
    row = {};
    if (prepared.key.empty()) continue;
    const std::uint64_t contents = checksum_of(prepared.contents);
    const auto [place, first] = seen_.try_emplace(checksum(prepared.key), Seen{contents, false});
    if (!first && place->second.contents != contents) place->second.contradictory = true;
  }
}

/// A snapshot's gap list: rows that were there and are not in this file. Each is listed by the
/// first snapshot that lacks it, and by that one again when it is imported again.
Result<> Run::list_missing() {
  const std::uint64_t snapshot =
      checksum({reinterpret_cast<const char*>(reader_.facts().sha256.data()),
                reader_.facts().sha256.size()});
  std::vector<RowRecord> gone;
  TAIZHANG_CHECK(memory_.each([&](const RowRecord& record) {
    if (seen_.contains(checksum(record.key))) return;
    if (record.gone_since != 0 && record.gone_since != snapshot) return;
    gone.push_back(record);
  }));
  for (RowRecord& record : gone) {
    TAIZHANG_TRY(const auto standing, memory_.standing(record));
    if (standing.judgement == nullptr || standing.judgement->outcome == Judgement::Outcome::refused)
      continue;
    ++report_.missing;
    if (report_.missing_rows.size() < options_.listed_max)
      report_.missing_rows.push_back(
          {maker_.shown_key(standing.judgement->contents, options_.reveal)});
    if (options_.dry_run || record.gone_since == snapshot) continue;
    record.gone_since = snapshot;
    TAIZHANG_CHECK(memory_.remember(record));
  }
  return {};
}

}  // namespace taizhang::importing
