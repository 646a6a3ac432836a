#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "import/template.hpp"
#include "taizhang/event.hpp"
#include "taizhang/schema/schema.hpp"

namespace taizhang::importing {

/// One condition of a command's `when`: on a column, or on a subject's present state.
struct When {
  Source column;                     ///< if `state` is empty
  std::string state;                 ///< kind of subject
  Template of;                       ///< which one
  std::string field;                 ///< of Education::Batch::state
  std::vector<Template> is, is_not;  ///< any of; none of
  std::optional<bool> empty;
};

/// One [[command]].
struct CommandRule {
  const MessageInfo* info = nullptr;
  const google::protobuf::Message* prototype = nullptr;
  std::string identity;  ///< "EnrolStudent" or "EnrolStudent#2": part of the command's id
  std::optional<Template> on;
  std::vector<When> when;
  std::vector<std::pair<const FieldInfo*, Template>> fields;
};

/// A column that the mapping uses. `mask` if what it holds is personal.
struct UsedColumn {
  std::string name;
  std::size_t index = 0;
  std::optional<Mask> mask;
};

/// A mapping file, parsed and, after `bind`, tied to the columns of a file. docs/mapping.md
/// describes the format. Immutable after bind; safe to read from any thread then.
class Mapping {
 public:
  /// Errors: `not_found`, `io_error`, `invalid_argument` naming file, line and the nearest name.
  static Result<Mapping> load(const Schema& schema, const std::string& path);
  /// Finds every column. Errors: `invalid_argument` for a column that the file lacks or has twice.
  Result<> bind(const std::vector<std::string>& header);

  /// A field of the events' context and its template.
  struct ContextField {
    std::string Context::*field;
    Template text;
  };
  /// Every template and column name, for what holds of all of them.
  void each_source(const std::function<void(Source&)>& visit);

  std::string path;
  std::string source;
  bool snapshot = false;
  std::vector<Source> key;
  std::optional<Template> recorded_at;
  std::string encoding = "auto";
  std::string delimiter = "auto";
  Lexicon lexicon;
  std::vector<ContextField> context;
  std::vector<CommandRule> commands;
  Hash sha256{};
  std::vector<UsedColumn> used;  ///< by name; set by bind
};

}  // namespace taizhang::importing
