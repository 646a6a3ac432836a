#include "tool/process.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "ledger/standard_streams.hpp"

namespace taizhang::tool {

bool prepare_process() {
  const bool streams = core::hold_standard_streams();
  const rlimit none{0, 0};
  return streams && ::setrlimit(RLIMIT_CORE, &none) == 0 && ::prctl(PR_SET_DUMPABLE, 0) == 0;
}

int settle_output(const Console& console, int code) {
  errno = 0;
  const bool flushed = std::fflush(stdout) == 0;
  if (flushed && std::ferror(stdout) == 0) return code;
  const std::string why = errno == 0 ? "" : std::string(": ") + std::strerror(errno);
  (void)console.fail(
      Error(ErrorCode::io_error,
            {"Not everything that was to be shown could be written to standard output" + why +
                 ". What was recorded stands. Make room, or let the output go elsewhere, and ask "
                 "again.",
             "标准输出未能全部写出" + why + "。已登记的内容有效。请腾出空间或更换输出位置后重试。"})
          .with("file", "stdout"));
  return exit_output_lost;
}

}  // namespace taizhang::tool
