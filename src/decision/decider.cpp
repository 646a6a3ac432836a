#include "taizhang/decision/decider.hpp"

#include <google/protobuf/message.h>

#include <algorithm>

#include "decision/refusal.hpp"
#include "decision/sane.hpp"
#include "taizhang/limits.hpp"

namespace taizhang {
namespace {

/// Everybody whom a conflict sends back has seen another's success, so this many are never needed
/// by honest traffic.
constexpr int attempts_max = 256;

/// What a command asks for, without who and where: the same request again has the same bytes.
Result<std::string> content_of(const Command& command) {
  std::string bytes = command.body->GetTypeName();
  bytes.push_back('\0');
  bytes += command.effective_on ? command.effective_on->to_string() : "";
  bytes.push_back('\0');
  TAIZHANG_TRY(const std::string body, content_bytes(*command.body));
  return bytes + body;
}

Date today(const Command& command) {
  if (command.effective_on) return *command.effective_on;
  return Date::in_china(command.simulated_now ? *command.simulated_now : system_clock()->now());
}

struct Recorded {
  std::string digest;
  std::vector<Position> positions;
};

/// The events that a command led to, in the log.
Result<std::optional<Recorded>> recorded(const Ledger& ledger, const Id& command) {
  const std::vector<Id> first{event_id(command, 0)};
  TAIZHANG_TRY(const auto known, ledger.positions_of(first));
  if (!known.front()) return std::optional<Recorded>();
  Recorded found;
  TAIZHANG_TRY(Reader reader, ledger.read(Query::all(), ReadOptions::one(*known.front())));
  TAIZHANG_TRY(const RecordedEvent* event, reader.next());
  std::uint32_t in_commit = 1;
  if (event != nullptr) {
    TAIZHANG_TRY(const Context context, decode_context(event->context));
    found.digest = context.command_digest;
    in_commit = event->commit_size;
  }
  found.positions.push_back(*known.front());
  // A command's events lie in one commit, one after another.
  for (std::uint32_t next = 1; next < in_commit;) {
    std::vector<Id> ids;
    for (std::uint32_t i = next; i < std::min(in_commit, next + 16); ++i)
      ids.push_back(event_id(command, i));
    TAIZHANG_TRY(const auto places, ledger.positions_of(ids));
    for (const auto& place : places) {
      if (!place) return std::optional<Recorded>(std::move(found));
      found.positions.push_back(*place);
    }
    next += static_cast<std::uint32_t>(ids.size());
  }
  return std::optional<Recorded>(std::move(found));
}

Error content_differs(const std::string& id, Position position) {
  return Error(ErrorCode::id_content_differs,
               {"The command " + id + " was taken before with other content (position " +
                    std::to_string(position) +
                    "). Send what was sent before, or use a new id for a new request.",
                "命令 " + id + " 此前已以不同内容受理（位置 " + std::to_string(position) +
                    "）。请发送原内容；如为新请求，请换新的编号。"})
      .with("rule", "COMMAND-ONCE")
      .with("position", std::to_string(position));
}

/// What no rule need be asked about.
std::optional<Error> malformed(const Command& command) {
  if (command.id.is_zero())
    return Error(ErrorCode::invalid_argument,
                 {"The command has no id, so that a retry could not be told from a new request. "
                  "Make it with Command::of, or give it an id.",
                  "命令没有编号，无法区分重试与新请求。请用 Command::of 生成，或自行给定编号。"});
  return decision::implausible(command);
}

/// Whether somebody else was first and the decision must be taken anew.
bool decide_again(ErrorCode code) {
  return code == ErrorCode::condition_failed || code == ErrorCode::id_content_differs ||
         code == ErrorCode::ids_partly_known;
}

}  // namespace

class Decider::Impl {
 public:
  Ledger& ledger;
  Vault& vault;
  std::shared_ptr<const Schema> schema;
  MakeJudge make_judge;
  std::unique_ptr<const Rows> rows;
};

class Decider::Batch::Impl {
 public:
  Impl(const Decider::Impl& decider, bool one_commit)
      : desk_(decider.ledger, *decider.schema, decider.vault,
              // What is not appended need not be decided over what is the newest.
              one_commit ? position_max : decider.ledger.head().position, decider.rows.get()),
        judge_(decider.make_judge(desk_)),
        limited_(one_commit) {}

  Result<Verdict> decide(const Command& command);
  Result<Verdict> record_refusal(const Command& command, const Error& error,
                                 const google::protobuf::Message& record);
  Result<std::optional<std::string>> known_digest(const Id& command);
  [[nodiscard]] Result<std::string> digest(const Command& command) const {
    TAIZHANG_TRY(const std::string content, content_of(command));
    return desk_.vault().digest("command", content);
  }
  Desk& desk() { return desk_; }
  Judge& judge() { return *judge_; }
  [[nodiscard]] std::optional<Timestamp> simulated_now() const { return simulated_now_; }
  /// The verdicts, with the places that the batch's events were given; `known` if somebody else
  /// had appended them by then.
  [[nodiscard]] std::vector<Verdict> verdicts(const Appended& appended) const;

 private:
  struct Decided {
    Id command;
    Verdict verdict;
    std::size_t first = 0;  ///< of its events in the batch
    std::size_t count = 0;
    std::optional<std::size_t> repeats;  ///< the answered decision that has the same id
    std::string digest;
  };
  /// Takes the command in hand; true if nothing is left to decide: it cannot be read, or it was
  /// answered before.
  Result<bool> settled(const Command& command, Decided& made);
  Result<Verdict> take_in(const Command& command, Decided made, Decision& decision);
  Verdict keep(Decided decided);
  [[nodiscard]] Error shown(const Error& error, const std::vector<Position>& places) const;

  Desk desk_;
  std::unique_ptr<Judge> judge_;
  bool limited_;  ///< it is to be one commit
  std::vector<Decided> decided_;
  std::map<Id, std::size_t> answered_;  ///< those that have events in the batch
  std::optional<Timestamp> simulated_now_;
};

Error Decider::Batch::Impl::shown(const Error& error, const std::vector<Position>& places) const {
  return decision::with_positions(error, [&](Position position) {
    const std::size_t index = position > desk_.head() ? position - desk_.head() - 1 : SIZE_MAX;
    return index < places.size() ? places[index] : position;
  });
}

Verdict Decider::Batch::Impl::keep(Decided decided) {
  decided_.push_back(std::move(decided));
  Verdict verdict = decided_.back().verdict;
  if (verdict.error) verdict.error = shown(*verdict.error, {});
  return verdict;
}

Result<bool> Decider::Batch::Impl::settled(const Command& command, Decided& made) {
  if (limited_ && decided_.size() >= limits::commands_per_batch_max)
    return Error(ErrorCode::too_large,
                 {"A batch takes " + std::to_string(limits::commands_per_batch_max) +
                      " commands (commands_per_batch_max). Split it.",
                  "一批最多 " + std::to_string(limits::commands_per_batch_max) +
                      " 条命令（commands_per_batch_max）。请分批。"})
        .with("limit", std::to_string(limits::commands_per_batch_max));
  made.command = command.id;
  if (auto problem = malformed(command)) {
    made.verdict.error = std::move(problem);
    return true;
  }
  if (!command.body) {
    made.verdict.error =
        Error(ErrorCode::invalid_argument, {"The command has no body.", "命令没有内容。"});
    return true;
  }
  if (auto content = digest(command))
    made.digest = *std::move(content);
  else {
    made.verdict.error = std::move(content).error();
    return true;
  }
  if (const auto before = answered_.find(command.id); before != answered_.end()) {
    const Decided& original = decided_[before->second];
    if (original.digest != made.digest) {
      made.verdict.error =
          content_differs(command.id.to_string(), desk_.head() + original.first + 1);
    } else {
      made.verdict.kind = Verdict::Kind::known;
      made.repeats = before->second;
    }
    return true;
  }
  TAIZHANG_TRY(auto earlier, recorded(desk_.ledger(), command.id));
  if (!earlier) return false;
  if (earlier->digest != made.digest) {
    made.verdict.error = content_differs(command.id.to_string(), earlier->positions.front());
  } else {
    made.verdict.kind = Verdict::Kind::known;
    made.verdict.positions = std::move(earlier->positions);
  }
  return true;
}

/// The decision's events go into the batch.
Result<Verdict> Decider::Batch::Impl::take_in(const Command& command, Decided made,
                                              Decision& decision) {
  if (limited_ && desk_.pending() + decision.events_.size() > limits::commit_events_max)
    return Error(ErrorCode::too_large,
                 {"The batch has more than " + std::to_string(limits::commit_events_max) +
                      " events (commit_events_max). Split it.",
                  "一批的事件超过 " + std::to_string(limits::commit_events_max) +
                      " 条（commit_events_max）。请分批。"})
        .with("limit", std::to_string(limits::commit_events_max));
  made.first = desk_.pending();
  made.count = decision.events_.size();
  if (made.verdict.kind == Verdict::Kind::accepted) judge_->decided(decision);
  for (NewEvent& event : decision.events_) desk_.add(std::move(event));
  if (command.simulated_now && (!simulated_now_ || *simulated_now_ < *command.simulated_now))
    simulated_now_ = command.simulated_now;
  answered_.emplace(command.id, decided_.size());
  return keep(std::move(made));
}

Result<Verdict> Decider::Batch::Impl::decide(const Command& command) {
  Decided made;
  TAIZHANG_TRY(const bool over, settled(command, made));
  if (over) return keep(std::move(made));
  Decision decision(desk_, command, made.digest, today(command));
  if (auto done = judge_->decide(decision); !done) {
    if (!is_answer(done.error())) return std::move(done).error();
    made.verdict.error = std::move(done).error();
    return keep(std::move(made));
  }
  made.verdict.kind = Verdict::Kind::accepted;
  return take_in(command, std::move(made), decision);
}

Result<Verdict> Decider::Batch::Impl::record_refusal(const Command& command, const Error& error,
                                                     const google::protobuf::Message& record) {
  if (!decided_.empty() && decided_.back().command == command.id &&
      decided_.back().verdict.kind == Verdict::Kind::rejected)
    decided_.pop_back();
  Decided made;
  TAIZHANG_TRY(const bool over, settled(command, made));
  if (over) return keep(std::move(made));
  Decision decision(desk_, command, made.digest, today(command));
  TAIZHANG_CHECK(decision.take(encode_event(desk_.schema(), record, decision.next_id(),
                                            decision.context(), decision.on(), desk_.vault())));
  // A position that the record names must be the one that the commit gives.
  made.verdict.error = decision::with_positions(error, [&](Position position) {
    if (position > desk_.head()) desk_.fix_positions();
    return position;
  });
  return take_in(command, std::move(made), decision);
}

std::vector<Verdict> Decider::Batch::Impl::verdicts(const Appended& appended) const {
  const std::vector<Position>& places = appended.positions;
  std::vector<Verdict> all;
  all.reserve(decided_.size());
  for (const Decided& one : decided_) {
    Verdict verdict = one.verdict;
    const Decided& source = one.repeats ? decided_[*one.repeats] : one;
    for (std::size_t i = 0; i < source.count && source.first + i < places.size(); ++i)
      verdict.positions.push_back(places[source.first + i]);
    if (verdict.error) verdict.error = shown(*verdict.error, places);
    if (appended.known && verdict.kind == Verdict::Kind::accepted && source.count > 0)
      verdict.kind = Verdict::Kind::known;
    all.push_back(std::move(verdict));
  }
  return all;
}

Result<std::optional<std::string>> Decider::Batch::Impl::known_digest(const Id& command) {
  if (const auto before = answered_.find(command); before != answered_.end())
    return std::optional<std::string>(decided_[before->second].digest);
  TAIZHANG_TRY(auto earlier, recorded(desk_.ledger(), command));
  if (!earlier) return std::optional<std::string>();
  return std::optional<std::string>(std::move(earlier->digest));
}

Decider::Batch::Batch(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Decider::Batch::~Batch() = default;
Result<Verdict> Decider::Batch::decide(const Command& command) { return impl_->decide(command); }
Result<std::optional<std::string>> Decider::Batch::known_digest(const Id& command) {
  return impl_->known_digest(command);
}
Result<Verdict> Decider::Batch::record_refusal(const Command& command, const Error& error,
                                               const google::protobuf::Message& record) {
  return impl_->record_refusal(command, error, record);
}
Result<std::string> Decider::Batch::digest(const Command& command) const {
  return impl_->digest(command);
}
Desk& Decider::Batch::desk() { return impl_->desk(); }
Judge& Decider::Batch::judge() { return impl_->judge(); }

Decider::Decider(Ledger& ledger, Vault& vault, std::shared_ptr<const Schema> schema,
                 MakeJudge judge, std::unique_ptr<const Rows> rows)
    : impl_(new Impl{ledger, vault, std::move(schema), std::move(judge), std::move(rows)}) {}
Decider::~Decider() = default;
Ledger& Decider::ledger() const { return impl_->ledger; }
Vault& Decider::vault() const { return impl_->vault; }
const std::shared_ptr<const Schema>& Decider::schema() const { return impl_->schema; }

const Rows* Decider::rows() const { return impl_->rows.get(); }

Result<std::vector<Verdict>> Decider::transact(const Body& body) {
  for (int attempt = 1;; ++attempt) {
    Batch batch(std::make_unique<Batch::Impl>(*impl_, true));
    if (auto decided = body(batch); !decided) {
      if (decided.error().code() == ErrorCode::condition_failed && attempt < attempts_max) continue;
      return std::move(decided).error();
    }
    if (batch.desk().pending() == 0) return batch.impl_->verdicts({});
    TAIZHANG_CHECK(impl_->vault.make_durable());
    const std::vector<Condition> conditions = batch.desk().conditions();
    AppendOptions options;
    options.simulated_now = batch.impl_->simulated_now();
    const std::vector<NewEvent> events = batch.desk().take();
    auto appended = impl_->ledger.append_own(events, conditions, options);
    if (appended) return batch.impl_->verdicts(*appended);
    if (!decide_again(appended.error().code()) || attempt == attempts_max)
      return std::move(appended).error();
  }
}

Result<> Decider::preview(const Body& body) {
  Batch batch(std::make_unique<Batch::Impl>(*impl_, false));
  return body(batch);
}

Result<std::vector<Verdict>> Decider::execute(std::span<const Command> commands) {
  std::vector<Verdict> all;
  all.reserve(commands.size());
  while (!commands.empty()) {
    const auto part = commands.first(std::min(commands.size(), limits::commands_per_batch_max));
    TAIZHANG_TRY(std::vector<Verdict> verdicts, transact([&](Batch& batch) -> Result<> {
                   for (const Command& one : part) TAIZHANG_CHECK(batch.decide(one));
                   return {};
                 }));
    std::move(verdicts.begin(), verdicts.end(), std::back_inserter(all));
    commands = commands.subspan(part.size());
  }
  return all;
}

}  // namespace taizhang
