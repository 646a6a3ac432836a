#pragma once

#include <cstdint>
#include <string>

#include "taizhang/ledger.hpp"
#include "taizhang/proof/checkpoint.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// What an export did.
struct TlogExport {
  std::uint64_t size = 0;     ///< entries that lie in the folder now
  std::uint64_t written = 0;  ///< of them, those that were read from the ledger this time
};

/// Writes the tree of a signed checkpoint as static files, c2sp.org/tlog-tiles: `checkpoint` as it
/// was signed, byte by byte; `tile/<level>/<number>` of 256 hashes each, `tile/entries/<number>` of
/// 256 entries of 80 bytes, the last of each shorter and named `.p/<width>`. Format:
/// docs/format/tlog-export.md. The signatures are not checked here.
///
/// An export of the same log that lies there already is extended: full tiles never change, and the
/// kept ones are read and held against the new root. A folder without a checkpoint is written anew.
/// The checkpoint comes last and by renaming, after all else is on stable storage: whatever dies
/// when, the folder has the former checkpoint with all of its files, or the new one with all of
/// its. One pass over what is new, in memory that does not grow with the log. Durable on return.
///
/// One at a time for a folder; the ledger may be opened in any way, and appended to meanwhile.
/// Errors: `damaged`: the ledger does not have this root at this size (both are named), or the
/// folder's files are not those of the log: export into an empty folder. `already_exists`: the
/// folder holds another log, or a longer part of this one. `io_error`, `storage_full`: repeat it.
Result<TlogExport> export_tlog(const Ledger& ledger, const std::string& folder,
                               const SignedCheckpoint& checkpoint);

}  // namespace taizhang
