#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "import/csv_reader.hpp"

namespace taizhang::importing {

using Codes = std::map<std::string, std::string, std::less<>>;

/// What templates of one mapping share.
struct Lexicon {
  std::vector<std::string> date_formats{"%Y-%m-%d"};
  Codes constants;
  std::map<std::string, Codes, std::less<>> code_tables;
};

/// Where a name of a mapping finds its value in the file at hand.
struct Source {
  std::string name;
  std::optional<std::size_t> column;  ///< none: the constant
};

/// Literal text with {column|filter|filter:argument}, as docs/mapping.md describes it.
class Template {
 public:
  /// Errors: `invalid_argument` for a brace left open, an unknown filter (with the nearest), an
  /// unknown code table. Columns are known only to `bind`.
  static Result<Template> parse(std::string_view text, const Lexicon& lexicon);

  /// Every column that it names, for `bind`.
  void each_source(const std::function<void(Source&)>& visit);

  /// The text for a row, into `out`. A template whose columns are all empty gives an empty text.
  /// Errors: a row's problem, with column and value.
  Result<> evaluate(const CsvRow& row, const Lexicon& lexicon, std::string& out) const;

  /// The first column it takes; empty if it takes none.
  [[nodiscard]] std::string_view first_column() const;
  /// The literal text before the first column ("student-number:").
  [[nodiscard]] std::string_view prefix() const;

 private:
  enum class Operation : std::uint8_t { date, code, plus_days, fallback, upper, lower, yuan, year };
  struct Filter {
    Operation operation;
    std::string argument;
    Source days;  ///< of plus-days
  };
  struct Reference {
    Source source;
    std::vector<Filter> filters;
  };
  static Result<Reference> parse_reference(std::string_view text, const Lexicon& lexicon);
  static Result<> apply(const Filter& filter, const CsvRow& row, const Lexicon& lexicon,
                        std::string& value);

  std::vector<std::variant<std::string, Reference>> parts_;
};

/// The value of a source in a row.
std::string_view value_of(const Source& source, const CsvRow& row, const Lexicon& lexicon);

}  // namespace taizhang::importing
