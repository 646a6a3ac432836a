#include "ledger/verify/findings.hpp"

#include <algorithm>
#include <tuple>

namespace taizhang {
namespace core {
namespace {

Text located(Position first, Position last, const std::string& en, const std::string& zh) {
  if (first == 0) return {en + ".", zh + "。"};
  const auto a = std::to_string(first), b = std::to_string(last);
  if (first == last) return {"Position " + a + ": " + en + ".", "第 " + a + " 位:" + zh + "。"};
  return {"Positions " + a + " to " + b + ": " + en + ".",
          "第 " + a + " 至 " + b + " 位:" + zh + "。"};
}

bool lower(const LedgerFinding& a, const LedgerFinding& b) {
  return std::tie(a.first, a.last, a.kind, a.tag, a.what.en) <
         std::tie(b.first, b.last, b.kind, b.tag, b.what.en);
}

}  // namespace

void Findings::add(LedgerDamage kind, Position first, Position last, const std::string& en,
                   const std::string& zh, std::string tag) {
  LedgerFinding finding{kind, first, last, located(first, last, en, zh), std::move(tag)};
  const std::lock_guard lock(mutex_);
  ++total_;
  if (first != 0) lowest_ = std::min(lowest_, first);
  kept_.push_back(std::move(finding));
  if (kept_.size() >= 2 * kept_max_ + 64) cut();
}

void Findings::add_failed_read(const Error& error, Position first, Position last) {
  if (error.code() == ErrorCode::damaged) {
    auto en = error.message().en, zh = error.message().zh;
    if (en.ends_with('.')) en.pop_back();
    if (zh.ends_with("。")) zh.resize(zh.size() - std::string("。").size());
    add(LedgerDamage::storage, first, last, en, zh);
    return;
  }
  const std::lock_guard lock(mutex_);
  failures_.push_back(error);
}

bool Findings::could_not() const {
  const std::lock_guard lock(mutex_);
  return !failures_.empty();
}

std::uint64_t Findings::total() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

Position Findings::sound_before(Position end) const {
  const std::lock_guard lock(mutex_);
  return std::min(end, lowest_ - 1);
}

void Findings::cut() {
  std::sort(kept_.begin(), kept_.end(), lower);
  if (kept_.size() > kept_max_) kept_.resize(kept_max_);
}

Result<std::vector<LedgerFinding>> Findings::take() {
  const std::lock_guard lock(mutex_);
  if (!failures_.empty()) return failures_.front();
  cut();
  return std::move(kept_);
}

}  // namespace core

std::string_view name(LedgerDamage kind) {
  switch (kind) {
    case LedgerDamage::storage:
      return "storage";
    case LedgerDamage::identity:
      return "identity";
    case LedgerDamage::types:
      return "types";
    case LedgerDamage::missing_page:
      return "missing_page";
    case LedgerDamage::page_head:
      return "page_head";
    case LedgerDamage::frame:
      return "frame";
    case LedgerDamage::record:
      return "record";
    case LedgerDamage::altered:
      return "altered";
    case LedgerDamage::commit:
      return "commit";
    case LedgerDamage::time:
      return "time";
    case LedgerDamage::tail_group:
      return "tail_group";
    case LedgerDamage::frontier:
      return "frontier";
    case LedgerDamage::stray:
      return "stray";
    case LedgerDamage::posting_missing:
      return "posting_missing";
    case LedgerDamage::posting_extra:
      return "posting_extra";
    case LedgerDamage::posting_damaged:
      return "posting_damaged";
    case LedgerDamage::id_missing:
      return "id_missing";
    case LedgerDamage::id_extra:
      return "id_extra";
    case LedgerDamage::fork:
      return "fork";
    case LedgerDamage::shorter:
      return "shorter";
  }
  return "unknown";
}

std::string_view name(AnchorVerdict verdict) {
  switch (verdict) {
    case AnchorVerdict::held:
      return "held";
    case AnchorVerdict::differs:
      return "differs";
    case AnchorVerdict::beyond_head:
      return "beyond_head";
    case AnchorVerdict::not_reached:
      return "not_reached";
  }
  return "unknown";
}

}  // namespace taizhang
