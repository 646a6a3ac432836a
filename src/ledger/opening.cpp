#include "ledger/opening.hpp"

#include "ledger/bytes.hpp"
#include "ledger/errors.hpp"
#include "ledger/group.hpp"
#include "ledger/record.hpp"
#include "taizhang/hash.hpp"

namespace taizhang::core {
namespace {

Error damaged_meta(std::string_view key) {
  return error(ErrorCode::damaged,
               "The ledger's entry \"" + std::string(key) +
                   "\" is missing or does not hold. Restore it from a backup.",
               "台账的“" + std::string(key) + "”项缺失或校验不符。请从备份恢复。")
      .with("key", std::string(key));
}

Result<Mark> read_mark(const KeyValue& store, std::string_view key) {
  TAIZHANG_TRY(const auto value, store.get(keyspace::meta, key));
  auto mark = value ? decode_mark(value->view()) : std::nullopt;
  if (!mark) return damaged_meta(key);
  return *std::move(mark);
}

/// Leaves and index of one commit; `frontier` grows by what is not sealed.
Result<> add_commit(Log& log, const std::shared_ptr<Run>& run, Frontier& frontier) {
  const auto sealed = log.tail().sealed_position();
  std::vector<RecordedEvent> events(run->size());
  std::vector<IndexedEvent> indexed;
  for (std::size_t i = 0; i < run->size(); ++i) {
    const auto position = run->first + i;
    const auto record = run->record(position);
    auto& event = events[i];
    if (!decode_record(record, event))
      return damaged_at(position, "its record cannot be read", "记录无法解析");
    const auto entry = tree_entry(position, run->commits.front(), event.id, sha256({record}));
    run->leaves.push_back(leaf_hash({entry.data(), entry.size()}));
    if (position > sealed) frontier.append(run->leaves.back());
    const auto type = log.types().intern(event.type);
    const auto target =
        event.target ? log.types().intern(event.target->type) : std::optional<TypeNumber>();
    if (!type || (event.target && !target))
      return damaged_at(position, "there are too many event types", "事件类型过多");
    indexed.push_back({event.id, *type, target, event.tags});
  }
  log.tail().add(run, indexed);
  return {};
}

}  // namespace

Result<> make_ledger(KeyValue& store, bool simulated_clock) {
  TAIZHANG_TRY(const auto existing, store.get(keyspace::meta, meta_key::ledger));
  if (existing)
    return error(ErrorCode::already_exists,
                 "The store holds a ledger already. Open it, or choose another place.",
                 "该存储中已有台账。请直接打开,或另选位置。");
  Batch batch;
  batch.put(keyspace::meta, std::string(meta_key::ledger),
            encode_identity({Id::random(), simulated_clock}));
  batch.put(keyspace::meta, std::string(meta_key::frontier), encode_mark({}));
  batch.put(keyspace::meta, std::string(meta_key::sealed), encode_mark({}));
  batch.put(keyspace::meta, std::string(meta_key::types), with_checksum({}));
  return store.write(batch, Durability::synced);
}

Result<std::unique_ptr<Log>> open_log(std::unique_ptr<KeyValue> store) {
  TAIZHANG_TRY(const auto value, store->get(keyspace::meta, meta_key::ledger));
  if (!value)
    return error(ErrorCode::not_found, "The store holds no ledger. Check the place, or create one.",
                 "该存储中没有台账。请核对位置,或先创建台账。");
  TAIZHANG_TRY(const auto identity, decode_identity(value->view()));
  TAIZHANG_TRY(auto sealed, read_mark(*store, meta_key::sealed));
  TAIZHANG_TRY(const auto types, store->get(keyspace::meta, meta_key::types));
  auto log = std::make_unique<Log>(std::move(store), identity);
  const auto names = types ? checked(types->view()) : std::string_view();
  if (names.data() == nullptr || !log->types().decode(names)) return damaged_meta(meta_key::types);
  const auto position = sealed.frontier.size();
  log->tail().start({position, std::move(sealed.frontier), sealed.recorded_at});
  return log;
}

Result<> load_tail(Log& log, Sealer& sealer) {
  TAIZHANG_TRY(const auto stored, read_mark(log.store(), meta_key::frontier));
  const auto sealed = log.tail().sealed();
  auto frontier = sealed.frontier;
  auto recorded_at = sealed.recorded_at;
  Position expected = 0;
  TAIZHANG_TRY(const auto cursor, log.store().scan(keyspace::tail, {}, Direction::forward));
  for (; cursor->valid(); cursor->next()) {
    const auto first = cursor->key().size() == 8 ? get<Position>(cursor->key().data()) : 0;
    // The first group may begin below what is sealed, every other one follows on the one before.
    if (first == 0 || (expected == 0 ? first > sealed.position + 1 : first != expected))
      return damaged_at(expected == 0 ? sealed.position + 1 : expected,
                        "the tail does not go on here", "尾部在此中断");
    const auto commits = decode_group(cursor->value());
    if (commits.empty() || commits.front()->first != first)
      return damaged_at(first, "its commit group does not hold", "所在提交组校验不符");
    for (const auto& run : commits) {
      if (run->commits.front().recorded_at < recorded_at && run->last() > sealed.position)
        return damaged_at(run->first, "time runs backwards", "记录时间倒退");
      TAIZHANG_CHECK(add_commit(log, run, frontier));
      recorded_at = std::max(recorded_at, run->commits.front().recorded_at);
    }
    expected = commits.back()->last() + 1;
    sealer.add_group(first, expected - 1);
  }
  TAIZHANG_CHECK(cursor->status());
  if (frontier.size() != stored.frontier.size())
    return damaged_at(std::min(frontier.size(), stored.frontier.size()) + 1,
                      "the log holds " + std::to_string(frontier.size()) +
                          " events, the frontier stands at " +
                          std::to_string(stored.frontier.size()),
                      "日志有 " + std::to_string(frontier.size()) + " 条事件,而树前沿位于第 " +
                          std::to_string(stored.frontier.size()) + " 位");
  if (!(frontier == stored.frontier) || recorded_at != stored.recorded_at)
    return damaged_at(frontier.size(), "the tree up to here is not the one that was stored",
                      "至此的哈希树与存储的不一致");
  log.publish({std::move(frontier), recorded_at});
  return {};
}

}  // namespace taizhang::core
