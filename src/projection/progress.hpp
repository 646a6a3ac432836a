#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projection/bulk_fold.hpp"
#include "projection/table.hpp"
#include "projection/totals.hpp"

namespace taizhang::projection {

/// How far a projection has come, written in one batch with its rows.
struct Progress {
  struct TableState {
    std::string view;
    Slot slot = 0;
    Totals totals;
    std::string sums;              ///< which sums were saved; empty: none
    std::uint64_t sum_slices = 0;  ///< a bit for each slice of them that was
  };
  std::uint32_t version = 0;
  Id layout;                     ///< of its tables; rows of another one are not answered
  Id shape;                      ///< of its tables; another shape means rebuild, as a version does
  std::uint32_t generation = 0;  ///< how often it was built
  Id ledger;
  Position position = 0;
  Hash root{};  ///< the ledger's tree root there
  bool paused = false;
  Seen seen;
  BulkState bulk;  ///< of a build that goes on before it has a position
  std::vector<TableState> tables;

  [[nodiscard]] const TableState* table(std::string_view view) const;
  [[nodiscard]] Totals totals() const;
  /// All that it needs.
  [[nodiscard]] std::vector<Slot> slots() const;
};

/// Of what is served, of a build beside, of how far changed rows were announced, of a cursor.
std::string progress_key(std::string_view projection);
std::string build_key(std::string_view projection);
std::string announced_key(std::string_view projection);
std::string cursor_key(std::string_view name);

std::string encode_place(const Checkpoint& place);
std::optional<Checkpoint> decode_place(std::string_view bytes);

std::string encode_progress(const Progress& progress);
std::optional<Progress> decode_progress(std::string_view bytes);

}  // namespace taizhang::projection
