#pragma once

#include <cstdint>
#include <string_view>

#include "taizhang/proof/note.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Cosignatures, version 1 (c2sp.org/tlog-cosignature): at that time this was the largest tree of
/// this log that the witness had seen, and all it saw before is the beginning of it. What is
/// signed is
///
///     cosignature/v1
///     time <seconds since 1970>
///     <the text of the checkpoint>
///
/// and the bytes of the line are the time (8, big-endian) and the signature (64). `verify`
/// (note.hpp) takes these lines for keys of type `cosignature`.

/// Cosigns a checkpoint's text. The time is in seconds since 1970, at least 1, below 2^63.
/// `invalid_argument`: the text is no checkpoint, the time, or a key that signs something else.
Result<NoteSignature> cosign(const SigningKey& witness, std::string_view checkpoint,
                             std::uint64_t time);

}  // namespace taizhang
