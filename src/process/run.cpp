#include "process/run.hpp"

#include <google/protobuf/message.h>

#include <algorithm>
#include <set>
#include <span>

#include "taizhang/limits.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace taizhang::process {
namespace {

Id command_id(const std::string& manager, const Id& trigger, std::uint32_t ordinal) {
  return Id::derive("taizhang.process", {manager, trigger.to_string(), std::to_string(ordinal)});
}

EventInfo info_of(const RecordedEvent& event) {
  return {event.position,
          event.position,
          event.recorded_at,
          event.id,
          std::string(event.type),
          {event.tags.begin(), event.tags.end()},
          event.effective_on.value_or(Date::in_china(event.recorded_at))};
}

}  // namespace

Run::Run(Decider& decider, const std::vector<ProcessManager>& managers, const ReactOptions& options)
    : decider_(&decider), options_(&options), head_(decider.ledger().head().position) {
  for (const ProcessManager& one : managers) {
    managers_.push_back({&one, "process:" + one.name(), 0, position_max, {}});
    managers_.back().progress.name = one.name();
  }
}

Result<std::vector<ManagerProgress>> Run::run() {
  TAIZHANG_CHECK(take_hints());
  Position from = head_;
  for (const Manager& one : managers_) from = std::min(from, one.hinted);
  if (const Query types = query(); !types.items.empty() && from < head_) {
    TAIZHANG_TRY(Reader reader, decider_->ledger().read(types, {.first = from + 1, .last = head_}));
    for (;;) {
      TAIZHANG_TRY(const RecordedEvent* event, reader.next());
      if (event == nullptr) break;
      TAIZHANG_CHECK(take(*event));
      if (waiting_.size() >= options_->commands_per_commit) TAIZHANG_CHECK(settle(event->position));
    }
  }
  TAIZHANG_CHECK(settle(head_));
  std::vector<ManagerProgress> all;
  for (Manager& one : managers_) all.push_back(std::move(one.progress));
  return all;
}

Result<> Run::take_hints() {
  if (!options_->hints.read) return {};
  for (Manager& one : managers_) {
    TAIZHANG_TRY(const auto hint, options_->hints.read(one.manager->name()));
    // A hint of another history is none.
    if (hint && decider_->ledger().check(*hint)) one.hinted = std::min(hint->position, head_);
    one.progress.position = one.hinted;
  }
  return {};
}

Result<> Run::keep_hints(Position position) {
  for (Manager& one : managers_) {
    const Position before = one.progress.position;
    one.progress.position = std::max(before, std::min(position, one.end));
    if (!options_->hints.write || one.progress.position == before) continue;
    TAIZHANG_TRY(const Checkpoint place, decider_->ledger().checkpoint_at(one.progress.position));
    TAIZHANG_CHECK(options_->hints.write(one.manager->name(), place));
  }
  return {};
}

Query Run::query() const {
  std::set<std::string> types;
  for (const Manager& one : managers_)
    for (const auto& [type, handler] : one.manager->handlers()) types.insert(type);
  if (types.empty()) return {};
  return {{{{types.begin(), types.end()}, {}}}};
}

Result<> Run::take(const RecordedEvent& event) {
  std::optional<Context> context;
  for (std::size_t i = 0; i < managers_.size(); ++i) {
    const Manager& one = managers_[i];
    if (one.progress.stopped || event.position <= one.hinted) continue;
    // Voids and corrections of what it takes come too, under types of their own.
    const auto handler = one.manager->handlers().find(event.type);
    if (handler == one.manager->handlers().end()) continue;
    if (!context) {
      auto read = decode_context(event.context);
      if (!read) {
        stop(i, event.position, std::move(read).error());
        continue;
      }
      context = *std::move(read);
    }
    if (context->actor == one.actor) continue;
    if (auto done = react(i, handler->second, event, *context); !done)
      stop(i, event.position, std::move(done).error());
  }
  return {};
}

Result<> Run::react(std::size_t manager, const ProcessManager::Handler& handler,
                    const RecordedEvent& event, const Context& context) {
  Manager& own = managers_[manager];
  const std::unique_ptr<google::protobuf::Message> message(handler.event->New());
  const Schema& schema = *decider_->schema();
  TAIZHANG_CHECK(decode_event(schema, event, *message, nullptr));
  Desk desk(decider_->ledger(), schema, decider_->vault(), event.position, decider_->rows());
  Reaction reaction(desk, own.actor, info_of(event), context);
  TAIZHANG_CHECK(handler.react(reaction, *message));
  ++own.progress.reactions;
  for (const Reaction::Wish& wish : reaction.wishes()) {
    const std::string& name = own.manager->name();
    Issued issued{manager, reaction.trigger(), {name, event.position, 0, {}, {}}};
    issued.reacted.ordinal = static_cast<std::uint32_t>(&wish - reaction.wishes().data());
    Command& command = issued.reacted.command;
    command.id = command_id(name, event.id, issued.reacted.ordinal);
    command.body = wish.body;
    command.effective_on = wish.on;
    command.context.actor = own.actor;
    command.context.causation = event.id.to_string();
    command.context.correlation = context.correlation;
    command.simulated_now = at_standing_clock(decider_->ledger()).simulated_now;
    waiting_.push_back(std::move(issued));
  }
  return {};
}

void Run::stop(std::size_t manager, Position trigger, Error error) {
  ManagerProgress& progress = managers_[manager].progress;
  error.with("manager", progress.name).with("trigger", std::to_string(trigger));
  progress.stopped = std::move(error);
  managers_[manager].end = trigger - 1;
}

Result<> Run::settle(Position position) {
  if (!waiting_.empty()) {
    TAIZHANG_CHECK(find_answered());
    TAIZHANG_CHECK(decide_others());
    for (const Issued& one : waiting_)
      if (!stopped_before(one)) tell(one);
    waiting_.clear();
  }
  return keep_hints(position);
}

/// All of them at once: after a lost hint there is nothing else to do.
Result<> Run::find_answered() {
  std::vector<Id> ids;
  ids.reserve(waiting_.size());
  for (const Issued& one : waiting_) ids.push_back(event_id(one.reacted.command.id, 0));
  TAIZHANG_TRY(const auto places, decider_->ledger().positions_of(ids));
  for (std::size_t i = 0; i < waiting_.size(); ++i)
    if (places[i]) waiting_[i].reacted.verdict = {Verdict::Kind::known, {*places[i]}, {}};
  return {};
}

Result<> Run::decide_others() {
  std::vector<Issued*> open;
  for (Issued& one : waiting_)
    if (one.reacted.verdict.kind != Verdict::Kind::known) open.push_back(&one);
  while (!open.empty()) {
    const auto part = std::span(open).first(std::min(open.size(), limits::commands_per_batch_max));
    const Issued* deciding = nullptr;
    auto verdicts = decider_->transact([&](Decider::Batch& batch) -> Result<> {
      for (const Issued* one : part) {
        deciding = one;
        TAIZHANG_CHECK(answer(batch, *one));
      }
      deciding = nullptr;
      return {};
    });
    if (verdicts) {
      for (std::size_t i = 0; i < part.size(); ++i) {
        Verdict& verdict = part[i]->reacted.verdict;
        verdict = std::move((*verdicts)[i]);
        if (verdict.error && verdict.error->code() == ErrorCode::id_content_differs)
          verdict.kind = Verdict::Kind::known;
      }
      open.erase(open.begin(), open.begin() + static_cast<std::ptrdiff_t>(part.size()));
    } else if (deciding != nullptr && is_answer(verdicts.error())) {
      // Its manager stays before that event; the others go on.
      stop(deciding->manager, deciding->trigger.position, std::move(verdicts).error());
      std::erase_if(open, [&](const Issued* one) { return stopped_before(*one); });
    } else {
      return std::move(verdicts).error();
    }
  }
  return {};
}

void Run::tell(const Issued& issued) {
  ManagerProgress& progress = managers_[issued.manager].progress;
  switch (issued.reacted.verdict.kind) {
    case Verdict::Kind::accepted:
      ++progress.accepted;
      break;
    case Verdict::Kind::known:
      ++progress.known;
      break;
    case Verdict::Kind::rejected:
      ++progress.refused;
      break;
  }
  if (options_->told) options_->told(issued.reacted);
}

}  // namespace taizhang::process
