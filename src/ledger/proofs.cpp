#include "ledger/proofs.hpp"

#include <algorithm>
#include <bit>

#include "ledger/errors.hpp"

namespace taizhang::core {
namespace {

constexpr std::uint64_t page = limits::page_events;
constexpr std::size_t page_level = 8;
static_assert(page == 1U << page_level);

Error other_history(const Checkpoint& place, std::string why, Text text) {
  return Error(ErrorCode::other_history, std::move(text))
      .with("why", std::move(why))
      .with("ledger", place.ledger.to_string())
      .with("position", std::to_string(place.position));
}

Error other_ledger(const Checkpoint& place, const Id& here) {
  const auto there = place.ledger.to_string(), id = here.to_string();
  return other_history(place, "other-ledger",
                       {"The checkpoint is of the ledger " + there + ", but this one is " + id +
                            ". Bring a checkpoint of this ledger, or begin at its beginning.",
                        "该检查点属于台账 " + there + "，而本台账是 " + id +
                            "。请使用本台账的检查点，或从头开始。"});
}

Error ahead(const Checkpoint& place, Position head) {
  const auto at = std::to_string(place.position), end = std::to_string(head);
  return other_history(
             place, "ahead",
             {"The checkpoint is at position " + at + ", but the ledger ends at " + end +
                  ": it was restored from an older copy, or this reader has not come so far. "
                  "Wait for the writer, restore the newer copy, or begin again before " +
                  end + ".",
              "该检查点位于第 " + at + " 位，而台账止于第 " + end +
                  " 位：台账可能由较旧的副本恢复，或读取方尚未跟上。请等待写入方、恢复较新的副本，"
                  "或从第 " +
                  end + " 位之前重新开始。"})
      .with("head", end);
}

Error forked(const Checkpoint& place) {
  const auto at = std::to_string(place.position);
  return other_history(
      place, "forked",
      {"Up to position " + at +
           " this ledger holds other events than where the checkpoint was taken: it was restored "
           "and went on differently. What was read there no longer holds; begin again from the "
           "beginning.",
       "截至第 " + at +
           " 位，本台账的内容与取得检查点时不同：台账曾被恢复，此后记录有别。先前读到的内容已不成立"
           "，请从头"
           "重新开始。"});
}

/// RFC 6962: the largest power of two smaller than the number of leaves.
std::uint64_t split(std::uint64_t leaves) { return std::bit_floor(leaves - 1); }

}  // namespace

Result<> Proofs::check_size(Position size) const {
  const auto head = log_.head();
  if (size <= head) return {};
  return error(
             ErrorCode::not_found,
             "There is no position " + std::to_string(size) + "; the ledger ends at " +
                 std::to_string(head) + ".",
             "没有第 " + std::to_string(size) + " 位;台账止于第 " + std::to_string(head) + " 位。")
      .with("head", std::to_string(head));
}

std::optional<Hash> Proofs::remembered(Position size) const {
  const std::lock_guard lock(roots_mutex_);
  const Root& root = roots_[size % roots_.size()];
  if (root.size != size) return std::nullopt;
  return root.hash;
}

void Proofs::remember(Position size, const Hash& root) const {
  const std::lock_guard lock(roots_mutex_);
  roots_[size % roots_.size()] = {size, root};
}

Head Proofs::head() const {
  const auto mark = log_.mark();
  const auto size = mark.frontier.size();
  if (size == 0) return {0, Frontier().root(), mark.recorded_at};
  if (const auto known = remembered(size)) return {size, *known, mark.recorded_at};
  const auto root = mark.frontier.root();
  remember(size, root);
  return {size, root, mark.recorded_at};
}

Result<Hash> Proofs::root_at(Position size) const {
  TAIZHANG_CHECK(check_size(size));
  if (size == 0) return Frontier().root();
  if (const auto known = remembered(size)) return *known;
  if (const auto at = head(); at.position == size) return at.root;
  TAIZHANG_TRY(const auto root, range(0, size));
  remember(size, root);
  return root;
}

Result<Checkpoint> Proofs::checkpoint_at(Position position) const {
  TAIZHANG_TRY(const auto root, root_at(position));
  return Checkpoint{log_.identity().id, position, root};
}

Result<> Proofs::check(const Checkpoint& place) const {
  if (place.is_beginning()) return {};
  const auto& id = log_.identity().id;
  if (place.ledger != id) return other_ledger(place, id);
  if (place.position == 0) return {};
  if (const auto head = log_.head(); place.position > head) return ahead(place, head);
  TAIZHANG_TRY(const auto root, root_at(place.position));
  if (root != place.root) return forked(place);
  return {};
}

Result<std::vector<Hash>> Proofs::inclusion(Position position, Position size) const {
  TAIZHANG_CHECK(check_size(size));
  if (position == 0 || position > size)
    return invalid("There is no position " + std::to_string(position) + " in the tree of " +
                       std::to_string(size) + ".",
                   std::to_string(size) + " 条的树中没有第 " + std::to_string(position) + " 位。");
  std::vector<Hash> proof;
  std::uint64_t first = 0, end = size;
  while (end - first > 1) {
    const auto middle = first + split(end - first);
    const bool left = position <= middle;
    TAIZHANG_TRY(const auto sibling, left ? range(middle, end) : range(first, middle));
    proof.push_back(sibling);
    (left ? end : first) = middle;
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Result<std::vector<Hash>> Proofs::consistency(Position old_size, Position size) const {
  TAIZHANG_CHECK(check_size(size));
  if (old_size == 0 || old_size > size)
    return invalid(
        "The tree of " + std::to_string(size) + " does not show anything of one of " +
            std::to_string(old_size) + ".",
        std::to_string(size) + " 条的树不能证明 " + std::to_string(old_size) + " 条的树。");
  std::vector<Hash> proof;
  TAIZHANG_CHECK(subproof(old_size, 0, size, true, proof));
  return proof;
}

/// RFC 6962, 2.1.2. `known`: the old tree's root is this range's, and whoever asks has it.
Result<> Proofs::subproof(std::uint64_t old_size, std::uint64_t first, std::uint64_t end,
                          bool known, std::vector<Hash>& proof) const {
  if (old_size == end - first) {
    if (known) return {};
    TAIZHANG_TRY(const auto whole, range(first, end));
    proof.push_back(whole);
    return {};
  }
  const auto half = split(end - first);
  const auto middle = first + half;
  if (old_size <= half)
    TAIZHANG_CHECK(subproof(old_size, first, middle, known, proof));
  else
    TAIZHANG_CHECK(subproof(old_size - half, middle, end, false, proof));
  TAIZHANG_TRY(const auto sibling, old_size <= half ? range(middle, end) : range(first, middle));
  proof.push_back(sibling);
  return {};
}

Result<Hash> Proofs::range(std::uint64_t first, std::uint64_t end) const {
  const auto last_page = (end - 1) / page * page;
  if (last_page <= first) return in_page(first, end);
  Hash hash;
  Frontier before;
  if (end - last_page == page && end <= log_.tail().sealed_position()) {
    TAIZHANG_TRY(auto head, log_.page_head(last_page + 1));
    hash = head.tile_root;
    before = std::move(head.before);
  } else {
    TAIZHANG_TRY(hash, in_page(last_page, end));
    TAIZHANG_TRY(before, pages_before(last_page));
  }
  // `first` has no bits below the range's, so that what the range holds before its last page are
  // the lower subtrees of all that there is before that page.
  for (auto level = page_level; (last_page - first) >> level != 0; ++level)
    if ((last_page - first) >> level & 1) hash = node_hash(before.subtree(level), hash);
  return hash;
}

Result<Hash> Proofs::in_page(std::uint64_t first, std::uint64_t end) const {
  if (end - first == page) {
    if (end > log_.tail().sealed_position()) return tail_page(first);
    TAIZHANG_TRY(const auto head, log_.page_head(first + 1));
    return head.tile_root;
  }
  Frontier leaves;
  std::shared_ptr<const Run> run;
  RecordedEvent event;
  for (auto index = first; index < end; ++index) {
    const Position position = index + 1;
    if (run == nullptr || !run->has(position)) {
      TAIZHANG_TRY(run, log_.run_at(position, true));
    }
    if (run->leaves.empty()) {
      TAIZHANG_CHECK(log_.event_at(position, run, event));
      leaves.append(leaf_of(event));
    } else {
      leaves.append(run->leaves[static_cast<std::size_t>(position - run->first)]);
    }
  }
  return leaves.root();
}

Result<Hash> Proofs::tail_page(std::uint64_t first) const {
  {
    const std::lock_guard lock(mutex_);
    const auto known = tail_pages_.find(first);
    if (known != tail_pages_.end()) return known->second;
  }
  // In two halves, since a whole one would be asked for here again.
  TAIZHANG_TRY(const auto left, in_page(first, first + page / 2));
  TAIZHANG_TRY(const auto right, in_page(first + page / 2, first + page));
  const auto root = node_hash(left, right);
  const std::lock_guard lock(mutex_);
  tail_pages_.erase(tail_pages_.begin(), tail_pages_.lower_bound(log_.tail().sealed_position()));
  tail_pages_.emplace(first, root);
  return root;
}

Result<Frontier> Proofs::pages_before(std::uint64_t size) const {
  auto sealed = log_.tail().sealed();
  if (size < sealed.position) {
    TAIZHANG_TRY(auto head, log_.page_head(size + 1));
    return std::move(head.before);
  }
  auto frontier = std::move(sealed.frontier);
  while (frontier.size() < size) {
    TAIZHANG_TRY(const auto root, in_page(frontier.size(), frontier.size() + page));
    frontier.append_subtree(root, page_level);
  }
  return frontier;
}

}  // namespace taizhang::core
