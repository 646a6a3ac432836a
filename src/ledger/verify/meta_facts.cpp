#include "ledger/verify/meta_facts.hpp"

#include "ledger/errors.hpp"
#include "ledger/opening.hpp"
#include "ledger/verify/index_differences.hpp"
#include "taizhang/ledger.hpp"

namespace taizhang::core {
namespace {

Result<> read_identity(const KeyValue& store, Findings& findings, MetaFacts& meta) {
  auto value = store.get(keyspace::meta, meta_key::ledger);
  if (!value) {
    findings.add_failed_read(value.error(), 0, 0);
    return {};
  }
  if (*value) {
    auto identity = decode_identity((**value).view());
    if (identity) {
      meta.identity = *identity;
      return {};
    }
    if (identity.error().code() == ErrorCode::unsupported) return std::move(identity).error();
  }
  const auto keyspaces = Ledger::keyspaces().size();
  for (std::size_t keyspace = 0; !*value && keyspace < keyspaces; ++keyspace) {
    const auto cursor = store.scan(static_cast<Keyspace>(keyspace), {}, Direction::forward);
    if (!cursor || (*cursor)->valid() || !(*cursor)->status()) break;
    if (keyspace + 1 == keyspaces)
      return error(ErrorCode::not_found,
                   "The store holds no ledger. Check the place, or create one.",
                   "该存储中没有台账。请核对位置,或先创建台账。");
  }
  findings.add(LedgerDamage::identity, 0, 0,
               "The entry that says which ledger this is is missing or does not hold",
               "标识台账的条目缺失或校验不符");
  return {};
}

std::optional<Mark> read_mark_of(const KeyValue& store, std::string_view key, Findings& findings) {
  auto mark = read_mark(store, key);
  if (mark) return *std::move(mark);
  if (mark.error().code() != ErrorCode::damaged) findings.add_failed_read(mark.error(), 0, 0);
  findings.add(LedgerDamage::frontier, 0, 0,
               "The entry \"" + std::string(key) + "\" is missing or does not hold",
               "“" + std::string(key) + "”项缺失或校验不符");
  return std::nullopt;
}

}  // namespace

Result<MetaFacts> judge_meta(const KeyValue& store, Findings& findings) {
  MetaFacts meta;
  TAIZHANG_CHECK(read_identity(store, findings, meta));
  meta.sealed = read_mark_of(store, meta_key::sealed, findings);
  meta.frontier = read_mark_of(store, meta_key::frontier, findings);
  const auto names = read_types(store);
  meta.types = std::make_unique<TypeTable>();
  if (!names || !meta.types->decode(*names)) {
    meta.types.reset();
    if (!names && names.error().code() != ErrorCode::damaged)
      findings.add_failed_read(names.error(), 0, 0);
    findings.add(LedgerDamage::types, 0, 0,
                 "The table of event types is missing or does not hold, so that the index of tags "
                 "cannot be read",
                 "事件类型表缺失或校验不符,标签索引因此无法读取");
  }
  const auto cursor = store.scan(keyspace::meta, {}, Direction::forward);
  if (!cursor) {
    findings.add_failed_read(cursor.error(), 0, 0);
    return meta;
  }
  for (; (*cursor)->valid(); (*cursor)->next()) {
    const auto key = (*cursor)->key();
    if (key != meta_key::ledger && key != meta_key::frontier && key != meta_key::sealed &&
        key != meta_key::types && key != meta_key::companion)
      findings.add(LedgerDamage::stray, 0, 0, "An entry beside those of the ledger",
                   "台账条目之外另有条目", hex_of(key));
  }
  if (auto status = (*cursor)->status(); !status) findings.add_failed_read(status.error(), 0, 0);
  return meta;
}

}  // namespace taizhang::core
