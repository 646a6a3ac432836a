#pragma once

#include <array>
#include <atomic>
#include <map>
#include <mutex>

#include "projection/past.hpp"
#include "projection/row_cache.hpp"
#include "taizhang/projection/rows.hpp"

namespace taizhang {

class Rows::Impl {
 public:
  struct Used {
    const Projection* projection = nullptr;
    std::unique_ptr<projection::Table> table;
  };
  /// One row, as it is asked for.
  struct Asked {
    projection::RowName name;
    std::vector<QueryItem> items;
    std::string kept_as;
  };
  Impl(const Ledger& of, std::size_t cache_bytes) : ledger(&of), cache(cache_bytes) {}
  Result<> open();
  Result<const Used*> find(std::string_view view) const;
  /// The row with everything up to `from.end`, and maybe with what did not change it. Kept.
  Result<projection::Standing> standing(const Asked& asked, const Reading::From& from);
  /// The row folded from the log up to there and further events. Not kept.
  Result<projection::Standing> fold(const projection::RowName& name, Position end,
                                    projection::LoggedPast::Further further = {});

  const Ledger* ledger;
  std::shared_ptr<const Schema> schema;
  std::vector<Projection> projections;
  const Views* views = nullptr;
  std::map<std::string, Used, std::less<>> used;  ///< by view
  projection::RowCache cache;
  std::atomic<std::uint64_t> events_read = 0;
  std::atomic<std::uint64_t> folded_anew = 0;
  std::atomic<std::uint64_t> taken_from_views = 0;

 private:
  /// The standing brought up to `from.end`; nothing if it cannot be, or there is none.
  Result<std::optional<projection::Standing>> bring_up(const Asked& asked,
                                                       const Reading::From& from,
                                                       std::optional<projection::Standing> known);
  Result<std::optional<projection::Standing>> from_views(const Asked& asked, Position end) const;

  /// Whoever folds a row anew holds one, by the row: the others then find it.
  std::array<std::mutex, 64> folding_;
};

}  // namespace taizhang
