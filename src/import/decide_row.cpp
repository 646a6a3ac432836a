#include "import/decide_row.hpp"

#include <algorithm>

namespace taizhang::importing {
namespace {

bool has_state(const CommandRule& rule) {
  return std::any_of(rule.when.begin(), rule.when.end(),
                     [](const When& when) { return !when.state.empty(); });
}

/// Whether an error says something of the row rather than of the store.
bool of_the_row(const Error& error) {
  return error.code() == ErrorCode::invalid_argument || error.code() == ErrorCode::not_found ||
         error.code() == ErrorCode::rejected || error.code() == ErrorCode::id_content_differs;
}

}  // namespace

Id RowDecider::id_of(const WaitingRow& row, const PreparedCommand& command,
                     std::uint64_t occurrence) const {
  return command_id(mapping_.source, row.prepared.key, command.rule->identity, occurrence);
}

Result<> RowDecider::decide(WaitingRow& row) {
  row.result = {};
  row.result.occurrence = row.occurrence;
  row.result.changed = row.changed;
  std::set<std::size_t> settled;
  if (row.ask_ledger) {
    TAIZHANG_TRY(settled, ask_ledger(row));
    if (row.result.differs) return {};
  }
  for (std::size_t i = 0; i < row.prepared.commands.size(); ++i) {
    PreparedCommand& command = row.prepared.commands[i];
    if (settled.contains(i)) continue;
    if (row.changed) {  // only differences are taken
      const auto same = row.before->applied.find(command.rule->identity);
      if (same != row.before->applied.end() && same->second == command.hash) continue;
    }
    // A row that the ledger knows was judged when its state was another: what was passed over
    // then is passed over now.
    if (row.result.known && has_state(*command.rule)) continue;
    auto allowed = state_allows(*command.rule, row.prepared.row, mapping_.lexicon, batch_);
    if (!allowed) {
      if (!of_the_row(allowed.error())) return std::move(allowed).error();
      row.result.refusal = std::move(allowed).error();
    } else if (!*allowed) {
      continue;
    } else if (command.problem) {
      row.result.refusal = command.problem;
    } else {
      TAIZHANG_CHECK(decide_command(row, command));
    }
    if (row.result.refusal) {
      row.result.refused_command = command.rule->info->name;
      return {};
    }
  }
  return {};
}

Result<> RowDecider::decide_command(WaitingRow& row, PreparedCommand& command) {
  command.command.id = id_of(row, command, row.result.occurrence);
  TAIZHANG_TRY(Verdict verdict, batch_.decide(command.command));
  ++decided_;
  // A refused row, mended in what it had already brought in: that part is a change.
  if (verdict.error && verdict.error->code() == ErrorCode::id_content_differs && accept_changes_) {
    command.command.id = id_of(row, command, row.result.occurrence + 1);
    TAIZHANG_TRY(verdict, batch_.decide(command.command));
    ++decided_;
  }
  if (verdict.kind == Verdict::Kind::rejected) {
    row.result.refusal = std::move(verdict.error);
    row.result.refused_verdict = decided_ - 1;
  } else if (verdict.kind == Verdict::Kind::accepted) {
    ++row.result.accepted;
    if (!witness_) witness_ = event_id(command.command.id, 0);
  }
  return {};
}

Result<bool> RowDecider::batch_undone(const Id& command) {
  const Id first = event_id(command, 0);
  TAIZHANG_TRY(const auto positions, ledger_.positions_of(std::span(&first, 1)));
  if (!positions.front()) return false;  // of this batch
  TAIZHANG_TRY(Reader reader, ledger_.read(Query::all(), ReadOptions::one(*positions.front())));
  TAIZHANG_TRY(const RecordedEvent* const event, reader.next());
  if (event == nullptr) return false;
  const auto context = decode_context(event->context);
  if (!context || !context->batch) return false;
  return memory_.undone(*context->batch);
}

Result<std::set<std::size_t>> RowDecider::ask_ledger(WaitingRow& row) {
  auto& commands = row.prepared.commands;
  std::vector<std::optional<std::string>> latest;
  std::uint64_t occurrence = 0;
  bool withdrawn = false;
  for (;; ++occurrence) {
    std::vector<std::optional<std::string>> known;
    std::optional<Id> one;
    for (const PreparedCommand& command : commands) {
      const Id id = id_of(row, command, occurrence);
      TAIZHANG_TRY(auto digest, batch_.known_digest(id));
      if (digest) one = id;
      known.push_back(std::move(digest));
    }
    if (!one) break;
    latest = std::move(known);
    TAIZHANG_TRY(withdrawn, batch_undone(*one));
  }
  std::set<std::size_t> settled;
  row.result.occurrence = occurrence;
  if (occurrence == 0 || withdrawn) return settled;

  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (!latest[i]) continue;
    bool same = false;
    if (!commands[i].problem) {
      TAIZHANG_TRY(const std::string digest, batch_.digest(commands[i].command));
      same = digest == *latest[i];
    }
    if (same) {
      settled.insert(i);
    } else {
      row.result.differs = true;
    }
  }
  if (row.result.differs && accept_changes_) {
    row.result.differs = false;
    row.result.changed = true;
    return settled;
  }
  row.result.known = !row.result.differs;
  row.result.occurrence = occurrence - 1;
  return settled;
}

}  // namespace taizhang::importing
