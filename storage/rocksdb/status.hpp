#pragma once

#include <rocksdb/status.h>

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

#include "taizhang/result.hpp"

namespace taizhang::rocks {

/// What RocksDB says, in this library's terms. `doing_*` end the sentence "… failed while".
Error to_error(const rocksdb::Status& status, const std::string& place, Text doing);

inline Result<> to_result(const rocksdb::Status& status, const std::string& place, Text doing) {
  if (status.ok()) return {};
  return to_error(status, place, std::move(doing));
}

/// What the operating system says (errno), in the same terms.
Error os_error(int error_number, const std::string& file, Text doing);

/// Whether the store may still be written. Once it has failed it stays so until reopened.
class Health {
 public:
  explicit Health(std::string place) : place_(std::move(place)) {}
  void fail(const rocksdb::Status& cause);
  /// An error that repeats the first cause, or nothing.
  [[nodiscard]] Result<> check() const;

 private:
  std::string place_;
  std::atomic<bool> failed_{false};
  mutable std::mutex mutex_;
  std::string cause_;
};

}  // namespace taizhang::rocks
