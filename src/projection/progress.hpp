#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projection/table.hpp"

namespace taizhang::projection {

/// How far a projection has come, written in one batch with its rows.
struct Progress {
  struct TableState {
    std::string view;
    Slot slot = 0;
    std::uint64_t rows = 0;
  };
  std::uint32_t version = 0;
  Id shape;                      ///< of its tables; another shape means rebuild, as a version does
  std::uint32_t generation = 0;  ///< how often it was built
  Id ledger;
  Position position = 0;
  Hash root{};  ///< the ledger's tree root there
  std::vector<TableState> tables;
};

std::string progress_key(std::string_view projection);
std::string encode_progress(const Progress& progress);
std::optional<Progress> decode_progress(std::string_view bytes);

}  // namespace taizhang::projection
