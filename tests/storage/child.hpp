#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace taizhang::test {

/// This test program once more, as a process of its own that runs one disabled test. What it
/// needs to know comes in the environment; what it has to say, over a pipe.
class Child {
 public:
  using Environment = std::vector<std::pair<std::string, std::string>>;

  /// `wrapper` stands before the program: a tracer, for instance.
  Child(const std::string& test, const Environment& environment,
        const std::vector<std::string>& wrapper = {}) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    from_child_ = ends[0];
    // Everything is prepared before the fork: this process may have other threads.
    std::vector<std::string> arguments = wrapper;
    arguments.push_back(std::filesystem::read_symlink("/proc/self/exe").string());
    arguments.push_back("--gtest_also_run_disabled_tests");
    arguments.push_back("--gtest_brief=1");
    arguments.push_back("--gtest_filter=" + test);
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::setenv("TAIZHANG_TEST_PIPE", std::to_string(ends[1]).c_str(), 1);
    ::fcntl(from_child_, F_SETFD, FD_CLOEXEC);
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(STDERR_FILENO, STDOUT_FILENO);
      ::execvp(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    for (const auto& [name, value] : environment) ::unsetenv(name.c_str());
    ::unsetenv("TAIZHANG_TEST_PIPE");
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (process_ > 0) {
      kill();
      wait();
    }
    ::close(from_child_);
  }

  /// The next line that the child said; empty once it has ended.
  std::string line() {
    std::string text;
    char letter = 0;
    while (::read(from_child_, &letter, 1) == 1 && letter != '\n') text += letter;
    return text;
  }
  void kill() const { ::kill(process_, SIGKILL); }
  [[nodiscard]] pid_t process() const { return process_; }
  /// The exit status, or -1 if it was killed.
  int wait() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  /// In the child: says a line.
  static void say(const std::string& text) {
    const char* pipe = std::getenv("TAIZHANG_TEST_PIPE");
    if (pipe == nullptr) return;
    const std::string line = text + "\n";
    if (::write(std::atoi(pipe), line.data(), line.size()) < 0) std::abort();
  }
  /// In the child: what it was told.
  static std::string told(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  }

 private:
  int from_child_ = -1;
  pid_t process_ = -1;
};

}  // namespace taizhang::test
