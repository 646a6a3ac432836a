#pragma once

#include <string>
#include <vector>

#include "taizhang/ledger/v1/why.pb.h"
#include "tool/labels.hpp"
#include "tool/session.hpp"

namespace taizhang::tool {

/// LEDGER and VIEW; and KEY.
void declare_view(CLI::App& app, const Console& console, std::string& ledger, std::string& view);
void declare_key(CLI::App& app, const Console& console, std::string& key);

/// How the rows of a view are folded. Errors: `invalid_argument`, naming the nearest view.
Result<const TableSpec*> table_of(SchoolSystem& system, const std::string& view);
/// KEY as people give it: any identifier of its subject; several subjects with commas.
Result<std::vector<std::string>> key_of(SchoolSystem& system, const TableSpec& table,
                                        const std::string& text);

/// The text with every subject's tag in it replaced by what the subject is called.
std::string with_names(Labels& labels, const std::string& text);
/// "actor/role/office".
std::string who(const ledger::v1::Cause& cause);
/// Reason, approver and document of a void or a correction.
std::string grounds(const ledger::v1::Cause& cause);
/// The date of recording in China.
std::string recorded_on(const ledger::v1::Cause& cause);

/// What --where says: field=value, field=a|b, field>=value, field>value, field<=value, field<value.
/// Errors: `invalid_argument`.
Result<Where> parse_where(const std::string& condition);

}  // namespace taizhang::tool
