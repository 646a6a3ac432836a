#pragma once

#include <array>
#include <map>
#include <mutex>
#include <vector>

#include "ledger/log.hpp"
#include "taizhang/ledger.hpp"

namespace taizhang::core {

/// Roots and proofs over what a log holds. Everything comes from one question: the hash over a
/// range of leaves. It costs the head of one page, which knows the tree before the page, and where
/// the range does not end with a page, that page's events; in the tail no more than a hash a page.
/// Any thread; what is sealed meanwhile is found in the pages.
class Proofs {
 public:
  explicit Proofs(const Log& log) : log_(log) {}
  /// Of the first `size` leaves. `not_found` beyond the head, as the two below.
  Result<Hash> root_at(Position size) const;
  Result<Checkpoint> checkpoint_at(Position position) const;
  /// The head with its root.
  [[nodiscard]] Head head() const;
  /// Whether the place is in this log: `other_history`.
  Result<> check(const Checkpoint& place) const;
  Result<std::vector<Hash>> inclusion(Position position, Position size) const;
  Result<std::vector<Hash>> consistency(Position old_size, Position size) const;

 private:
  Result<> check_size(Position size) const;
  /// RFC 6962's MTH over the leaves [first, end), counted from 0. `first` is a multiple of a power
  /// of two that is no less than the range: so are all ranges of proofs.
  Result<Hash> range(std::uint64_t first, std::uint64_t end) const;
  /// Of leaves that lie in one page.
  Result<Hash> in_page(std::uint64_t first, std::uint64_t end) const;
  Result<Hash> tail_page(std::uint64_t first) const;
  /// The tree of the first `size` leaves, full pages, as far as its levels above the pages.
  Result<Frontier> pages_before(std::uint64_t size) const;
  Result<> subproof(std::uint64_t old_size, std::uint64_t first, std::uint64_t end, bool known,
                    std::vector<Hash>& proof) const;

  struct Root {
    Position size = 0;
    Hash hash{};
  };
  [[nodiscard]] std::optional<Hash> remembered(Position size) const;
  void remember(Position size, const Hash& root) const;

  const Log& log_;
  /// Roots asked for lately, each at its size modulo the number of them: a log never changes, so
  /// they stay true. Whoever decides asks for the head's root, and the append for the same again.
  mutable std::mutex roots_mutex_;
  mutable std::array<Root, 256> roots_{};
  mutable std::mutex mutex_;
  /// Roots of full pages of the tail by their first leaf: they never change, and go when sealed.
  mutable std::map<std::uint64_t, Hash> tail_pages_;
};

}  // namespace taizhang::core
