#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "taizhang/proof/key.hpp"

namespace taizhang::proof {

/// Everything in these folders is small; a larger file is refused as `damaged`.
inline constexpr std::size_t file_bytes_max = 1'048'576;

/// A file's bytes; nothing if there is none. `io_error`, `damaged`.
Result<std::optional<std::string>> read_file(const std::string& path);
/// As above, of a key: refused (`invalid_argument`, naming file and remedy) where anybody but its
/// owner may use the file, or list the folder.
Result<std::optional<SecretText>> read_secret(const std::string& path);

/// The file holds these bytes or what it held before, whatever dies when: written beside, synced,
/// renamed, and the folder synced. Durable when it returns. `io_error`, `storage_full`.
Result<> replace_file(const std::string& path, std::string_view bytes, mode_t mode);
/// As above for files that many may read, in folders that are made where they are not; but durable
/// only after sync_files: of thousands of files one sync each would take minutes.
Result<> put_file(const std::string& path, std::string_view bytes);
/// All that was put below the folder is durable when it returns. `io_error`, `storage_full`.
Result<> sync_files(const std::string& folder);
/// Durable where both lie in one folder.
Result<> rename_file(const std::string& from, const std::string& to);
/// Makes the folder, durably, with these permissions; says nothing if it is there. Its parent must
/// be.
Result<> make_folder(const std::string& path, mode_t mode);

/// Excludes other holders of the same file, in this process and in others, as long as it lives.
class FileLock {
 public:
  /// Waits for it. `io_error`.
  static Result<FileLock> take(const std::string& path);
  /// The same, of a folder.
  static Result<FileLock> of_folder(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace taizhang::proof
