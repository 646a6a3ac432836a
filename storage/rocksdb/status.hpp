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
/// A directory's name, so that names can be made from it.
inline std::string without_end_slash(std::string place) {
  while (place.size() > 1 && place.back() == '/') place.pop_back();
  return place;
}
/// Brings a file, or the names in a directory, to stable storage.
Result<> sync_path(const std::string& path, Text doing);

/// Whether the store may still be written. Once it has failed it stays so until reopened.
class Health {
 public:
  explicit Health(std::string place) : place_(std::move(place)) {}
  /// A failure in the background: the next write reports it as what it is.
  void fail(const rocksdb::Status& cause);
  /// A failure of a write, which reports it.
  Error failed_write(const rocksdb::Status& cause, Text doing);
  [[nodiscard]] Result<> check();
  /// The error of a read, noted if it is damage.
  Error failed_read(const rocksdb::Status& cause, Text doing);
  /// Whether nothing failed and no damage was met.
  [[nodiscard]] bool well() const { return !failed_ && !damaged_; }

 private:
  std::string place_;
  std::atomic<bool> failed_{false}, damaged_{false};
  std::mutex mutex_;
  rocksdb::Status cause_;
  bool reported_ = false;
};

}  // namespace taizhang::rocks
