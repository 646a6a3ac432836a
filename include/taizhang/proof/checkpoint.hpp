#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "taizhang/event.hpp"
#include "taizhang/proof/note.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// A head of a log's tree: what a signed checkpoint says (c2sp.org/tlog-checkpoint). Value type.
/// A head that is trusted for another reason (stamped paper) is one too, of any origin.
struct TreeHead {
  std::string origin;      ///< which log; not empty, by custom the name of the key that signs
  std::uint64_t size = 0;  ///< entries: the position of the last event
  Hash root{};             ///< RFC 6962 root over them
  std::string extension;  ///< further lines, each with its newline, kept as they are; none is usual

  /// Reads the text of a note: origin, size without leading zeros, root in base 64, and further
  /// lines, none of them empty, the last with its newline too. `invalid_argument`.
  static Result<TreeHead> parse(std::string_view text);
  /// What `parse` takes.
  [[nodiscard]] std::string format() const;
  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

/// A checkpoint with its signatures. Verify `note` before believing `head`.
struct SignedCheckpoint {
  SignedNote note;
  TreeHead head;  ///< what note.text says
  /// A note whose text is a checkpoint. `invalid_argument`, `too_large`.
  static Result<SignedCheckpoint> parse(std::string_view note);
};

}  // namespace taizhang
