#pragma once

#include <optional>
#include <string>
#include <vector>

#include "import/row_memory.hpp"
#include "taizhang/education/education.hpp"

namespace taizhang::importing {

/// A command that a row's columns ask for; its conditions on state are still to be looked at.
struct PreparedCommand {
  const CommandRule* rule = nullptr;
  Command command;               ///< its id is set once the occurrence is known
  std::uint64_t hash = 0;        ///< of its content
  std::optional<Error> problem;  ///< it cannot be made of this row
};

/// A row made ready to be decided.
struct PreparedRow {
  CsvRow row;
  std::string key;
  Contents contents;
  std::optional<Timestamp> recorded_at;
  std::vector<PreparedCommand> commands;
  std::optional<Error> problem;  ///< with details column, value, rule, way_out_*
};

/// Makes rows ready after a bound mapping.
class RowMaker {
 public:
  /// `context` is what every event's context begins with: who, batch, file.
  RowMaker(const Schema& schema, const Mapping& mapping, Context context, bool simulated)
      : schema_(schema), mapping_(mapping), context_(std::move(context)), simulated_(simulated) {}

  /// Key and contents; enough to see whether the row is known.
  [[nodiscard]] PreparedRow read(CsvRow row) const;
  /// The commands.
  void prepare(PreparedRow& prepared) const;
  /// The value of a column for a report, masked if personal unless `reveal`.
  [[nodiscard]] std::string shown(std::string_view column, std::string_view value,
                                  bool reveal) const;
  /// The key for a report.
  [[nodiscard]] std::string shown_key(const Contents& contents, bool reveal) const;

 private:
  Result<bool> applies(const CommandRule& rule, const CsvRow& row) const;
  Result<> fill(const CommandRule& rule, const CsvRow& row, PreparedCommand& prepared) const;
  Result<> set_context(const CsvRow& row, PreparedRow& prepared, Context& context) const;

  const Schema& schema_;
  const Mapping& mapping_;
  Context context_;
  bool simulated_;
};

/// The id of a row's command.
Id command_id(const std::string& source, const std::string& key, const std::string& identity,
              std::uint64_t occurrence);

/// Whether a command's conditions on present state hold.
Result<bool> state_allows(const CommandRule& rule, const CsvRow& row, const Lexicon& lexicon,
                          Education::Batch& batch);

}  // namespace taizhang::importing
