#pragma once

#include "tool/console.hpp"

namespace taizhang::tool {

/// What a process that holds the master key sees to before it opens anything: descriptors 0 to 2
/// are there, so that no file gets them, and its memory is not written out when it crashes, nor
/// read by others of the same user.
[[nodiscard]] bool prepare_process();

/// `code`, or exit_output_lost with a sentence on standard error if not all of standard output
/// arrived: a full disk, a device that fails, a pipe whose reader is gone though SIGPIPE is
/// ignored.
[[nodiscard]] int settle_output(const Console& console, int code);

}  // namespace taizhang::tool
