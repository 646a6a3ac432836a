#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

namespace taizhang::test {

/// A directory of this process that is gone when the process ends in the ordinary way.
inline std::string fresh_directory() {
  struct Root {
    std::filesystem::path path;
    Root() {
      std::string name = (std::filesystem::temp_directory_path() / "taizhang-storage-XXXXXX");
      if (::mkdtemp(name.data()) != nullptr) path = name;
    }
    ~Root() {
      std::error_code ignored;
      if (!path.empty()) std::filesystem::remove_all(path, ignored);
    }
  };
  static const Root root;
  static std::atomic<int> counter{0};
  return (root.path / std::to_string(++counter)).string();
}

}  // namespace taizhang::test
