#include "import/row_memory.hpp"

#include <algorithm>

#include "ledger/bytes.hpp"
#include "taizhang/hash.hpp"

namespace taizhang::importing {
namespace {

constexpr std::string_view area = "import";
constexpr std::string_view columns_area = "import-columns";
constexpr std::uint64_t form = 1;

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

void put(std::string& out, std::string_view text) {
  core::put_varint(out, text.size());
  out += text;
}
void put(std::string& out, const Id& id) {
  out.append(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
}
std::string text(core::Parser& in) { return std::string(in.take(in.varint())); }
Id id(core::Parser& in) {
  Id value;
  const std::string_view bytes = in.take(value.bytes.size());
  std::copy(bytes.begin(), bytes.end(), value.bytes.begin());
  return value;
}

void put(std::string& out, const Error& error) {
  core::put_varint(out, static_cast<std::uint64_t>(error.code()));
  put(out, error.message().en);
  put(out, error.message().zh);
  core::put_varint(out, error.details().size());
  for (const Error::Detail& detail : error.details()) {
    put(out, detail.name);
    put(out, detail.value);
  }
}
Error error(core::Parser& in) {
  const auto code = static_cast<ErrorCode>(in.varint());
  Text message;
  message.en = text(in);
  message.zh = text(in);
  Error read(code, std::move(message));
  for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
    std::string name = text(in);
    read.with(std::move(name), text(in));
  }
  return read;
}

}  // namespace

Id undone_event_of(const Id& batch) {
  return event_id(Id::derive("import-undone", {batch.to_string()}), 0);
}

RowMemory::RowMemory(const Ledger& ledger, Vault& vault, const std::string& source)
    : ledger_(ledger), vault_(vault), prefix_(hex(vault.digest("import-source", source)) + "/") {}

std::string RowMemory::place(const std::string& key) const {
  return prefix_ + hex(vault_.digest("import-row", key));
}

Result<std::optional<RowRecord>> RowMemory::recall(const std::string& key) const {
  TAIZHANG_TRY(const auto bytes, vault_.recall(area, place(key)));
  if (!bytes) return std::optional<RowRecord>();
  return decoded(*bytes);
}

Result<> RowMemory::remember(const RowRecord& record) {
  TAIZHANG_TRY(const std::string bytes, encoded(record));
  return vault_.remember(area, place(record.key), bytes);
}

Result<> RowMemory::each(const std::function<void(const RowRecord&)>& visit) const {
  std::optional<Error> problem;
  TAIZHANG_CHECK(vault_.recall_all(area, prefix_, [&](std::string_view, std::string_view bytes) {
    auto record = decoded(bytes);
    if (!record) {
      problem = record.error();
      return false;
    }
    if (*record) visit(**record);
    return true;
  }));
  if (problem) return *std::move(problem);
  return {};
}

Result<bool> RowMemory::in_ledger(const Id& event) {
  if (const auto known = in_ledger_.find(event); known != in_ledger_.end()) return known->second;
  TAIZHANG_TRY(const auto positions, ledger_.positions_of(std::span(&event, 1)));
  const bool there = positions.front().has_value();
  in_ledger_.emplace(event, there);
  return there;
}

Result<bool> RowMemory::undone(const Id& batch) { return in_ledger(undone_event_of(batch)); }

Result<RowMemory::Standing> RowMemory::standing(const RowRecord& record) {
  Standing standing;
  for (const Judgement& judgement : record.judgements) {
    if (!judgement.witness.is_zero()) {
      TAIZHANG_TRY(const bool committed, in_ledger(judgement.witness));
      if (!committed) {
        in_ledger_.erase(judgement.witness);  // it may still come about
        continue;
      }
    }
    TAIZHANG_TRY(const bool withdrawn, undone(judgement.batch));
    standing.next_occurrence = judgement.occurrence + 1;
    if (!withdrawn) standing.judgement = &judgement;
  }
  return standing;
}

Result<std::uint64_t> RowMemory::columns_id(const Contents& contents) {
  std::string names;
  for (const auto& [name, value] : contents) put(names, name);
  const std::uint64_t number = checksum(names);
  if (columns_.contains(number)) return number;
  TAIZHANG_CHECK(vault_.remember(columns_area, std::to_string(number), names));
  auto& list = columns_[number];
  for (const auto& [name, value] : contents) list.push_back(name);
  return number;
}

Result<std::string> RowMemory::encoded(const RowRecord& record) {
  std::string out;
  core::put_varint(out, form);
  put(out, record.key);
  core::put(out, record.gone_since);
  core::put_varint(out, record.judgements.size());
  for (const Judgement& each : record.judgements) {
    core::put_varint(out, static_cast<std::uint64_t>(each.outcome));
    core::put_varint(out, each.occurrence);
    put(out, each.batch);
    put(out, each.witness);
    TAIZHANG_TRY(const std::uint64_t columns, columns_id(each.contents));
    core::put(out, columns);
    for (const auto& [name, value] : each.contents) put(out, value);
    core::put_varint(out, each.applied.size());
    for (const auto& [identity, hash] : each.applied) {
      put(out, identity);
      core::put(out, hash);
    }
    core::put_varint(out, each.refusal ? 1 : 0);
    if (each.refusal) put(out, *each.refusal);
  }
  return out;
}

/// Nothing for what cannot be read: the ledger is asked then, as for a row never seen.
Result<std::optional<RowRecord>> RowMemory::decoded(std::string_view bytes) const {
  core::Parser in(bytes);
  RowRecord record;
  if (in.varint() != form) return std::optional<RowRecord>();
  record.key = text(in);
  record.gone_since = in.number<std::uint64_t>();
  for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
    Judgement& each = record.judgements.emplace_back();
    each.outcome = static_cast<Judgement::Outcome>(in.varint());
    each.occurrence = in.varint();
    each.batch = id(in);
    each.witness = id(in);
    const auto columns = in.number<std::uint64_t>();
    auto& names = columns_[columns];
    if (names.empty()) {
      TAIZHANG_TRY(const auto stored, vault_.recall(columns_area, std::to_string(columns)));
      core::Parser list(stored ? std::string_view(*stored) : std::string_view{});
      while (list.ok() && !list.rest().empty()) names.push_back(text(list));
      if (names.empty()) return std::optional<RowRecord>();
    }
    for (const std::string& name : names) each.contents.emplace_back(name, text(in));
    for (std::uint64_t commands = in.varint(); commands > 0 && in.ok(); --commands) {
      std::string identity = text(in);
      each.applied.emplace(std::move(identity), in.number<std::uint64_t>());
    }
    if (in.varint() != 0) each.refusal = error(in);
  }
  if (!in.done()) return std::optional<RowRecord>();
  return std::optional<RowRecord>(std::move(record));
}

}  // namespace taizhang::importing
