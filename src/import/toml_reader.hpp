#pragma once

#include <toml++/toml.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "import/problem.hpp"

namespace taizhang::importing {

/// A TOML file read strictly: what is not known is an error with file, line and nearest name, so
/// that a mistyped setting is never silently without effect.
class TomlReader {
 public:
  /// Errors: `not_found`, `io_error`, `invalid_argument` (no TOML, with the line).
  static Result<TomlReader> open(const std::string& path);

  [[nodiscard]] const toml::table& root() const { return root_; }
  [[nodiscard]] const std::string& text() const { return text_; }

  /// An error at a node's line.
  [[nodiscard]] Error at(const toml::node& node, Text message) const;
  /// The same for an error that another part found.
  [[nodiscard]] Error at(const toml::node& node, const Error& error) const {
    return at(node, error.message());
  }
  /// Refuses every key of `table` that is not in `known`.
  Result<> only(const toml::table& table, std::string_view name,
                std::span<const std::string_view> known) const;

  /// The text at a key; empty if there is none. An error if it is no text, or missing though
  /// `required`.
  Result<std::string> text_at(const toml::table& table, std::string_view key,
                              bool required = false) const;
  /// A text or a list of texts; empty if there is none.
  Result<std::vector<std::string>> texts_at(const toml::table& table, std::string_view key) const;
  /// The table at a key; nullptr if there is none.
  Result<const toml::table*> table_at(const toml::table& table, std::string_view key) const;
  /// The tables of an array at a key ([[key]]); empty if there is none.
  Result<std::vector<const toml::table*>> tables_at(const toml::table& table,
                                                    std::string_view key) const;

 private:
  std::string path_;
  std::string text_;
  toml::table root_;
};

}  // namespace taizhang::importing
