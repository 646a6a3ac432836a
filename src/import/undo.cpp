#include <algorithm>
#include <set>

#include "import/bookkeeping.hpp"
#include "import/problem.hpp"
#include "import/row_memory.hpp"
#include "taizhang/import/importer.hpp"
#include "taizhang/ledger/v1/commands.pb.h"
#include "taizhang/ledger/v1/events.pb.h"

namespace taizhang {
namespace {

using namespace importing;

/// Where the batch's own two events are; the import never ended if there is no second.
struct Extent {
  Position started = 0;
  Position completed = position_max;
};

Result<Extent> extent_of(const Ledger& ledger, const Id& batch) {
  const std::array<Id, 3> ids{started_event_of(batch), completed_event_of(batch),
                              undone_event_of(batch)};
  TAIZHANG_TRY(const auto known, ledger.positions_of(ids));
  const std::string name = batch.to_string();
  if (!known[0])
    return Error(ErrorCode::not_found,
                 Text{"There is no import batch " + name +
                          ". The report of an import and its events name the batch.",
                      "没有导入批次 " + name + "。导入报告及其事件中载有批次号。"})
        .with("batch", name);
  if (known[2])
    return Error(ErrorCode::already_exists,
                 Text{"Batch " + name + " was undone before (position " +
                          std::to_string(*known[2]) + ").",
                      "批次 " + name + " 此前已撤销(位置 " + std::to_string(*known[2]) + ")。"})
        .with("position", std::to_string(*known[2]));
  return Extent{*known[0], known[1] ? *known[1] : position_max};
}

/// The batch's events that still count, latest first, and how many there were in all.
struct OfBatch {
  std::vector<Position> standing;
  std::uint64_t all = 0;
};

Result<OfBatch> appended_by(const Ledger& ledger, const Id& batch, const Extent& extent) {
  std::set<Position> voided;
  TAIZHANG_TRY(Reader voids,
               ledger.read(Query::type(std::string(void_type)), {.first = extent.started + 1}));
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* const event, voids.next());
    if (event == nullptr) break;
    if (event->target) voided.insert(event->target->position);
  }
  OfBatch appended;
  TAIZHANG_TRY(Reader reader, ledger.read(Query::all(), {.first = extent.started + 1,
                                                         .last = extent.completed - 1}));
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* const event, reader.next());
    if (event == nullptr) break;
    if (event->type.starts_with("ledger.")) continue;
    const auto context = decode_context(event->context);
    if (!context || context->batch != batch) continue;
    ++appended.all;
    if (!voided.contains(event->position)) appended.standing.push_back(event->position);
  }
  std::reverse(appended.standing.begin(), appended.standing.end());
  return appended;
}

ImportUndone::Obstacle obstacle(Position position, const Error& reason) {
  Position later = 0;
  for (const char c : reason.detail("position")) {
    if (c < '0' || c > '9') break;
    later = later * 10 + static_cast<Position>(c - '0');
  }
  return {position, later, reason};
}

}  // namespace

Result<ImportUndone> Importer::undo(const Id& batch, const std::string& reason,
                                    const std::string& approver, const Context& context) {
  if (reason.empty() || approver.empty())
    return importing::invalid("Undoing an import needs a reason and an approver.",
                              "撤销导入须写明原因和批准人。");
  TAIZHANG_TRY(const Extent extent, extent_of(ledger_, batch));
  TAIZHANG_TRY(const OfBatch appended, appended_by(ledger_, batch, extent));

  std::vector<Command> commands;
  commands.reserve(appended.standing.size());
  for (const Position position : appended.standing) {
    auto body = std::make_shared<ledger::v1::VoidEvent>();
    body->set_position(position);
    body->set_reason(reason);
    body->set_approver(approver);
    Command& each = commands.emplace_back();
    each.id = Id::derive("import-undo", {batch.to_string(), std::to_string(position)});
    each.context = context;
    each.context.correlation = "import:" + batch.to_string();
    each.simulated_now = at_standing_clock(ledger_).simulated_now;
    each.body = std::move(body);
  }

  ImportUndone undone;
  TAIZHANG_CHECK(education_.preview([&](Education::Batch& trial) -> Result<> {
    for (std::size_t i = 0; i < commands.size(); ++i) {
      TAIZHANG_TRY(const Verdict verdict, trial.decide(commands[i]));
      if (verdict.error) undone.obstacles.push_back(obstacle(appended.standing[i], *verdict.error));
    }
    return {};
  }));
  if (!undone.obstacles.empty()) return undone;

  TAIZHANG_TRY(const auto verdicts, education_.execute(commands));
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    if (verdicts[i].error)  // somebody built on it while it was being undone
      undone.obstacles.push_back(obstacle(appended.standing[i], *verdicts[i].error));
  if (!undone.obstacles.empty()) return undone;

  ledger::v1::ImportUndone message;
  message.set_batch(batch.to_string());
  message.set_reason(reason);
  message.set_approver(approver);
  message.set_events_voided(appended.all);
  TAIZHANG_CHECK(append_own(ledger_, vault_, message, undone_event_of(batch), context));
  undone.events_voided = appended.standing.size();
  return undone;
}

}  // namespace taizhang
