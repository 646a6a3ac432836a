#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c/fixture.hpp"

namespace taizhang::test {
namespace {

#if defined(__has_feature)  // as clang says what g++ says by macros
#define TAIZHANG_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TAIZHANG_SANITIZED 1
#else
#define TAIZHANG_SANITIZED 0
#endif
#if TAIZHANG_SANITIZED
constexpr bool memory_can_be_limited = false;
#else
constexpr bool memory_can_be_limited = true;
#endif

/// In a process of its own: what is answered when a call needs memory that is not there, and what
/// once there is memory again.
int without_memory() {
  const std::string text(512U << 20, 'x');  // copied by the call, as one line
  taizhang_system* system = nullptr;
  if (taizhang_open("memory:x", R"({"mode":"create"})", &system, nullptr) != TAIZHANG_OK) return 1;
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0) return 2;
  const rlimit tight{1U << 30, limit.rlim_max};
  if (setrlimit(RLIMIT_AS, &tight) != 0) return 3;
  taizhang_buffer verdicts = {nullptr, 0};
  taizhang_error* error = nullptr;
  const taizhang_code code = taizhang_execute(system, text.data(), text.size(), &verdicts, &error);
  if (code != TAIZHANG_INTERNAL || verdicts.data != nullptr) return 4;
  if (taizhang_error_code(error) != code) return 5;
  if (std::string(taizhang_error_message(error, TAIZHANG_EN)).find("memory") == std::string::npos)
    return 6;
  taizhang_error_free(error);
  if (setrlimit(RLIMIT_AS, &limit) != 0) return 7;
  const std::string command = school("3143001234");
  if (taizhang_execute(system, command.data(), command.size(), &verdicts, nullptr) != TAIZHANG_OK)
    return 8;
  taizhang_free(&verdicts);
  return taizhang_close(system, nullptr) == TAIZHANG_OK ? 0 : 9;
}

TEST(CMemory, WhenThereIsNoneLeftACallAnswersAndTheSystemGoesOn) {
  if (!memory_can_be_limited)
    GTEST_SKIP() << "NOT RUN: a sanitizer keeps its own account of memory, which cannot be limited";
  const pid_t other = fork();
  ASSERT_GE(other, 0);
  if (other == 0) _exit(without_memory());
  int status = 0;
  ASSERT_EQ(waitpid(other, &status, 0), other);
  EXPECT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace taizhang::test
