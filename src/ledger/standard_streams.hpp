#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace taizhang::core {

/// A process may be started with descriptors 0 to 2 closed. The next file that is opened would get
/// such a number, and whatever is printed would be written into it. So they are held by /dev/null,
/// opened the other way round: who reads or writes there is told, as from a closed descriptor.
/// Costs three system calls; any thread. What is closed later is the caller's affair.
inline bool hold_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest free number is given: this one, as those below are open by now.
    if (::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return false;
  }
  return true;
}

}  // namespace taizhang::core
