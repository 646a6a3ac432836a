#include "system/creation.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "taizhang/event.hpp"

namespace taizhang::system {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view mark_name = "CREATING";
constexpr std::string_view aside_prefix = "unfinished-";

std::string mark_of(const std::string& place) { return place + "/" + std::string(mark_name); }

Error io(const std::string& place, const std::error_code& reason) {
  const auto code =
      reason == std::errc::no_space_on_device ? ErrorCode::storage_full : ErrorCode::io_error;
  return Error(code, {"Cannot make a ledger at " + place + ": " + reason.message() + ".",
                      "无法在 " + place + " 新建台账：" + reason.message() + "。"})
      .with("file", place);
}
Error io(const std::string& place) { return io(place, {errno, std::generic_category()}); }

Error occupied(const std::string& place) {
  return Error(ErrorCode::already_exists,
               {place + " is not empty. Choose a new directory, or open what is there.",
                place + " 不是空目录。请另选目录,或直接打开其中的台账。"})
      .with("file", place);
}

Error being_made(const std::string& place) {
  return Error(ErrorCode::held,
               {"Another process is making a ledger at " + place +
                    ". Choose a new directory, or open what it makes.",
                "另一进程正在 " + place + " 新建台账。请另选目录，或打开其新建的台账。"})
      .with("file", place);
}

}  // namespace

bool Creation::unfinished(const std::string& place) {
  std::error_code ignored;
  return fs::exists(mark_of(place), ignored);
}

/// False if the directory was taken away meanwhile, by a creator that failed.
Result<bool> Creation::lock() {
  directory_ = ::open(place_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory_ < 0) return errno == ENOENT ? Result<bool>(false) : io(place_);
  if (::flock(directory_, LOCK_EX | LOCK_NB) != 0)
    return errno == EWOULDBLOCK ? being_made(place_) : io(place_);
  struct stat held {
  }, named{};
  if (::fstat(directory_, &held) != 0) return io(place_);
  return ::stat(place_.c_str(), &named) == 0 && named.st_dev == held.st_dev &&
         named.st_ino == held.st_ino;
}

/// Under the lock: the directory holds nothing but the mark and what was put aside.
Result<> Creation::clear() {
  std::error_code failure;
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(place_, failure)) {
    const std::string name = entry.path().filename();
    if (name != mark_name && !name.starts_with(aside_prefix)) entries.push_back(entry.path());
  }
  if (failure) return io(place_, failure);
  marked_ = unfinished(place_);
  if (!marked_) {
    if (!fs::is_empty(place_, failure)) return occupied(place_);
    const int mark = ::open(mark_of(place_).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (mark < 0) return io(place_);
    (void)::close(mark);
    marked_ = true;
  } else if (!entries.empty()) {
    const fs::path aside =
        fs::path(place_) / (std::string(aside_prefix) + Id::random().to_string());
    fs::create_directory(aside, failure);
    for (const fs::path& entry : entries)
      if (!failure) fs::rename(entry, aside / entry.filename(), failure);
    if (failure) return io(place_, failure);
  }
  return ::fsync(directory_) == 0 ? Result<>{} : io(place_);
}

Result<std::unique_ptr<Creation>> Creation::begin(const std::string& place,
                                                  std::vector<std::string> parts) {
  std::error_code failure;
  std::string whole = fs::absolute(place, failure).lexically_normal();
  while (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
  constexpr int attempts = 16;  // each lost to a creator that failed
  for (int attempt = 0; attempt < attempts; ++attempt) {
    fs::create_directories(fs::path(whole).parent_path(), failure);
    if (failure) return io(place, failure);
    const bool made = ::mkdir(whole.c_str(), 0777) == 0;
    if (!made && errno != EEXIST) return io(place);
    std::unique_ptr<Creation> creation(new Creation(whole, parts, made));
    TAIZHANG_TRY(const bool locked, creation->lock());
    if (!locked) continue;
    TAIZHANG_CHECK(creation->clear());
    return creation;
  }
  return being_made(place);
}

Result<> Creation::finish() {
  if (::unlink(mark_of(place_).c_str()) != 0) return io(place_);
  finished_ = true;  // others may open it from here on
  if (::fsync(directory_) != 0) return io(place_);
  const int parent =
      ::open(fs::path(place_).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0) return errno == EACCES ? Result<>{} : io(place_);
  const bool synced = ::fsync(parent) == 0;
  (void)::close(parent);
  return synced ? Result<>{} : io(place_);
}

Creation::~Creation() {
  std::error_code ignored;
  if (marked_ && !finished_) {
    for (const std::string& part : parts_) fs::remove_all(place_ + "/" + part, ignored);
    // What was put aside, or came from elsewhere, stays, and with it the mark.
    const auto left = std::distance(fs::directory_iterator(place_, ignored), {});
    if (left == 1) (void)::unlink(mark_of(place_).c_str());
    if (left == 1 && made_) (void)::rmdir(place_.c_str());
  }
  if (directory_ >= 0) (void)::close(directory_);
}

}  // namespace taizhang::system
