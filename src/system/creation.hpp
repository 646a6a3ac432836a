#pragma once

#include <memory>
#include <string>
#include <vector>

#include "taizhang/result.hpp"

namespace taizhang::system {

/// The making of a record in a directory, which is this process's alone while it lasts: a lock on
/// the directory keeps others out, and a mark in it says that what lies there is not whole. What a
/// killed creator left is put aside in a folder "unfinished-…", never deleted; only what this
/// creation made, and still holds, goes again if it fails.
class Creation {
 public:
  /// `place` is not there or an empty directory, or was left unfinished. `parts` are the names that
  /// will be made in it. Errors: `already_exists`, `held` (another process makes one here),
  /// `io_error`, `storage_full`.
  static Result<std::unique_ptr<Creation>> begin(const std::string& place,
                                                 std::vector<std::string> parts);
  /// Takes the parts away again if the record was not finished.
  ~Creation();
  Creation(const Creation&) = delete;
  Creation& operator=(const Creation&) = delete;
  /// The record is whole, and its place durable.
  Result<> finish();

  /// Whether a record was begun here and not finished.
  static bool unfinished(const std::string& place);

 private:
  Creation(std::string place, std::vector<std::string> parts, bool made)
      : place_(std::move(place)), parts_(std::move(parts)), made_(made) {}
  Result<bool> lock();
  Result<> clear();

  std::string place_;
  std::vector<std::string> parts_;
  bool made_;  ///< the directory itself, by this creation
  int directory_ = -1;
  bool marked_ = false;
  bool finished_ = false;
};

}  // namespace taizhang::system
