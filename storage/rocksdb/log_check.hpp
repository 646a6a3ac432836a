#pragma once

#include <string>

#include "taizhang/result.hpp"

namespace taizhang::rocks {

enum class LogCheck { unreachable_records, all_checksums };

/// Looks for damage in the write-ahead logs: `damaged`, naming the file. A last record that was
/// cut short, by a crash or because it is being written, is none.
///
/// `unreachable_records` is to be asked before a database is opened. It finds what RocksDB's
/// recovery takes for the end of a log and passes over without a word: a length that points
/// beyond the end of the file, and zeros where a record should begin. All else the recovery
/// finds by itself. `all_checksums` is for a log that was opened long ago.
Result<> check_logs(const std::string& place, LogCheck depth);

}  // namespace taizhang::rocks
