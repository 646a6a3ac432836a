#include "taizhang/audit/sample.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "taizhang/hash.hpp"
#include "taizhang/ledger/v1/events.pb.h"

namespace taizhang {
namespace {

std::string big_endian(Position position) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(position >> shift & 0xFF));
  return bytes;
}

/// The n positions with the lowest keys.
class Lowest {
 public:
  void add(const Hash& key, Position position, std::uint64_t n) {
    kept_.emplace(key, position);
    if (kept_.size() > n) kept_.erase(std::prev(kept_.end()));
  }
  [[nodiscard]] bool empty() const { return kept_.empty(); }
  Position take() { return kept_.extract(kept_.begin()).mapped(); }

 private:
  std::map<Hash, Position> kept_;
};

std::string stratum_of(const RecordedEvent& event, const std::string& by) {
  if (by.empty()) return {};
  for (const std::string_view tag : event.tags)  // sorted
    if (tag.size() > by.size() && tag.starts_with(by) && tag[by.size()] == ':')
      return std::string(tag);
  return {};
}

Result<> check(const Ledger& ledger, const Sample& sample) {
  if (sample.n == 0 || sample.size == 0)
    return Error(ErrorCode::invalid_argument, {"A sample of nothing: draw 1 or more of 1 or more.",
                                               "样本为空:抽取条数与记录数须不小于 1。"});
  TAIZHANG_TRY(const Hash root, ledger.root_at(sample.size));
  if (root == sample.root) return {};
  return Error(ErrorCode::invalid_argument,
               {"The root is not that of this ledger's first " + std::to_string(sample.size) +
                    " events; take it from a checkpoint of this ledger.",
                "该根不是本台账前 " + std::to_string(sample.size) +
                    " 条记录的根;请使用本台账检查点的根。"})
      .with("root", to_hex(sample.root))
      .with("expected", to_hex(root));
}

/// Whose key seals what was found: who the event was about.
std::string subject_of(const RecordedEvent& event) {
  if (!event.sealed.empty()) return std::string(event.sealed.front().subject);
  if (!event.tags.empty()) return std::string(event.tags.front());
  return "event:" + event.id.to_string();
}

Error not_drawn(Position position) {
  return Error(ErrorCode::invalid_argument,
               {"Position " + std::to_string(position) + " is not in this sample.",
                "位置 " + std::to_string(position) + " 不在该样本中。"})
      .with("position", std::to_string(position));
}

Result<ledger::v1::SpotCheckRecorded> result_of(const Ledger& ledger, const Sample& sample,
                                                const SpotCheck& check) {
  if (!check.agrees && check.found.empty())
    return Error(ErrorCode::invalid_argument,
                 {"Position " + std::to_string(check.position) +
                      " does not agree: say what was found instead.",
                  "位置 " + std::to_string(check.position) + " 不相符:请写明核查所得。"})
        .with("position", std::to_string(check.position));
  TAIZHANG_TRY(Reader reader, ledger.read(Query::all(), ReadOptions::one(check.position)));
  TAIZHANG_TRY(const RecordedEvent* event, reader.next());
  if (event == nullptr) return not_drawn(check.position);
  ledger::v1::SpotCheckRecorded result;
  result.set_sample_root(std::string(view(sample.root)));
  result.set_sample_size(sample.size);
  result.set_drawn(sample.n);
  result.set_by(sample.by);
  result.set_position(check.position);
  result.set_agrees(check.agrees);
  result.set_subject(subject_of(*event));
  result.set_found(check.found);
  result.set_inspector(check.inspector);
  for (const std::string_view tag : event->tags) result.add_subjects(std::string(tag));
  return result;
}

/// The same result has the same id, whenever it is handed in.
Id id_of(const Sample& sample, const SpotCheck& check, const Context& context) {
  return Id::derive("taizhang spot check",
                    {view(sample.root), std::to_string(check.position), check.agrees ? "1" : "0",
                     check.found, check.inspector, context.document});
}

}  // namespace

Result<std::vector<Drawn>> draw(const Ledger& ledger, const Sample& sample) {
  TAIZHANG_CHECK(check(ledger, sample));
  std::map<std::string, Lowest> strata;
  TAIZHANG_TRY(Reader reader, ledger.read(Query::all(), {.last = sample.size}));
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) break;
    if (event->type.starts_with("ledger.")) continue;
    const Hash key = sha256({view(sample.root), big_endian(event->position)});
    strata[stratum_of(*event, sample.by)].add(key, event->position, sample.n);
  }
  std::map<Hash, std::string> turns;
  for (const auto& [tag, events] : strata) turns.emplace(sha256({view(sample.root), tag}), tag);
  std::vector<Drawn> drawn;
  while (!turns.empty()) {
    for (auto turn = turns.begin(); turn != turns.end();) {
      Lowest& left = strata[turn->second];
      if (left.empty()) {
        turn = turns.erase(turn);
        continue;
      }
      drawn.push_back({left.take(), turn->second});
      if (drawn.size() == sample.n) return drawn;
      ++turn;
    }
  }
  return drawn;
}

Result<Appended> record_spot_checks(Ledger& ledger, const Schema& schema, Sealer& sealer,
                                    const Sample& sample, std::span<const SpotCheck> checks,
                                    const Context& context) {
  TAIZHANG_TRY(const std::vector<Drawn> drawn, draw(ledger, sample));
  std::set<Position> positions;
  for (const Drawn& one : drawn) positions.insert(one.position);
  std::vector<NewEvent> events;
  for (const SpotCheck& one : checks) {
    if (!positions.contains(one.position)) return not_drawn(one.position);
    TAIZHANG_TRY(const ledger::v1::SpotCheckRecorded result, result_of(ledger, sample, one));
    // Without a date of its own, so that the same result has the same content tomorrow.
    TAIZHANG_TRY(NewEvent event, encode_event(schema, result, id_of(sample, one, context), context,
                                              std::nullopt, sealer));
    events.push_back(std::move(event));
  }
  TAIZHANG_CHECK(sealer.make_durable());
  return ledger.append_own(events, {}, at_standing_clock(ledger));
}

}  // namespace taizhang
