#include "ledger/opening.hpp"

#include "ledger/bytes.hpp"
#include "ledger/errors.hpp"
#include "ledger/log.hpp"

namespace taizhang::core {
namespace {

Result<Identity> read_identity(const KeyValue& store) {
  TAIZHANG_TRY(const auto value, store.get(keyspace::meta, meta_key::ledger));
  if (!value)
    return error(ErrorCode::not_found, "The store holds no ledger. Check the place, or create one.",
                 "该存储中没有台账。请核对位置,或先创建台账。");
  return decode_identity(value->view());
}

}  // namespace

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

Result<std::string> read_types(const KeyValue& store) {
  TAIZHANG_TRY(const auto value, store.get(keyspace::meta, meta_key::types));
  const auto names = value ? checked(value->view()) : std::string_view();
  if (names.data() == nullptr) return damaged_meta(meta_key::types);
  return std::string(names);
}

Result<> check_identity(const KeyValue& store, const Identity& identity) {
  TAIZHANG_TRY(const auto there, read_identity(store));
  if (there.id == identity.id) return {};
  return error(ErrorCode::damaged,
               "Ledger " + there.id.to_string() + " now lies where ledger " +
                   identity.id.to_string() + " was opened. Open it again.",
               "打开台账 " + identity.id.to_string() + " 的位置现在是台账 " + there.id.to_string() +
                   "。请重新打开。")
      .with("ledger", identity.id.to_string())
      .with("found", there.id.to_string());
}

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
  TAIZHANG_TRY(const auto identity, read_identity(*store));
  TAIZHANG_TRY(auto sealed, read_mark(*store, meta_key::sealed));
  TAIZHANG_TRY(const auto types, read_types(*store));
  auto log = std::make_unique<Log>(std::move(store), identity);
  if (!log->types().decode(types)) return damaged_meta(meta_key::types);
  TAIZHANG_TRY(const auto companion, read_companion(log->store()));
  log->rely_on_companion(companion);
  log->tail().start({sealed.frontier.size(), sealed.frontier, sealed.recorded_at});
  log->publish(std::move(sealed));
  return log;
}

}  // namespace taizhang::core
