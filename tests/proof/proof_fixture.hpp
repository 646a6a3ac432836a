#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "fixture.hpp"
#include "ledger/fixture.hpp"
#include "taizhang/proof/checkpointer.hpp"

namespace taizhang::proof_tests {

namespace fs = std::filesystem;

inline std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

inline void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "taizhang-proof-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const {
    return (path_ / name).string();
  }

 private:
  fs::path path_;
};

/// A ledger in memory whose tree follows from what is appended alone: another one that takes the
/// same is the same log, copied; one that takes something else is a fork of it.
class TestLog {
 public:
  TestLog() : place_("memory"), ledger_(take(place_.create())) {}
  Ledger& operator*() { return *ledger_; }
  Ledger* operator->() { return ledger_.get(); }
  /// Appends up to that many events; `content` is what tells forks apart.
  TestLog& grow(std::uint64_t size, const std::string& content = "same") {
    while (ledger_->head().position < size) {
      const auto number = static_cast<std::uint32_t>(ledger_->head().position + 1);
      const std::vector<NewEvent> one{testing::event(number, "t", {"a"}, content)};
      take(ledger_->append(one));
    }
    return *this;
  }

 private:
  testing::Place place_;
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace taizhang::proof_tests
