#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "taizhang/result.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// What to invent. The same options give the same bytes in every file, on any machine.
struct GenerateOptions {
  enum class Kind : std::uint8_t {
    school,  ///< a junior secondary school with a village teaching point
    county   ///< schools and teaching points of a whole county, primary and junior secondary
  };
  Kind kind = Kind::school;
  std::int64_t pupils = 600;  ///< on the roll on the first day, 10 to 10,000,000
  int years = 3;              ///< school years, 1 to 50
  std::uint64_t seed = 1;
  int first_year = 0;     ///< calendar year in which the first school year starts, 1975 to 2090;
                          ///< 0: such that the last one is 2023-2024
  std::string directory;  ///< made if missing; must be empty
  std::string townships;  ///< optional CSV with columns code and name; empty: invented ones
};

/// What was made, and what is true of it. Counts are kept while planting, never read back.
struct Manifest {
  struct File {
    std::string path;  ///< inside the directory
    std::string map;   ///< its mapping file, inside the directory
    std::int64_t rows = 0;
  };
  GenerateOptions options;
  std::vector<File> files;  ///< in the order of import; recorded times never go back
  /// Planted truth by name; docs/sample-data.md says what each name counts.
  std::map<std::string, std::int64_t> truth;
  std::map<std::string, std::int64_t> bad_rows;   ///< rows to be refused, by kind
  std::map<std::string, std::int64_t> id_errors;  ///< children with a bad citizen ID, by kind
  /// Names for a live demonstration: a date, a pupil to drop out, a trail worth reading, an
  /// instructed payment. A name is absent where the data is too small to have one.
  std::map<std::string, std::string> live;

  [[nodiscard]] std::string to_toml() const;
};

/// Writes CSV files, maps/*.toml, planted-bad.csv and manifest.toml into the directory. Memory
/// grows with the roll of one year, not with the number of years. Blocks; touches nothing but
/// the directory; safe to run in several threads for different directories.
/// Errors: `invalid_argument` (an option out of range, a bad townships file), `already_exists`
/// (the directory holds something else), `io_error`, `storage_full`.
Result<Manifest> generate(const GenerateOptions& options);

}  // namespace taizhang
