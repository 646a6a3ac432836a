#include "closed_mark.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "descriptor.hpp"
#include "durable_mark.hpp"
#include "status.hpp"
#include "taizhang/hash.hpp"
#include "writer_lock.hpp"

namespace taizhang::rocks {
namespace {

namespace fs = std::filesystem;

const Text noting{"noting how it was closed", "登记关闭状态"};

std::string closed_file(const std::string& place) { return place + "/" + ClosedMark::file_name; }

bool read_all(const fs::path& file, std::string& bytes) {
  std::ifstream in(file, std::ios::binary);
  bytes.assign(std::istreambuf_iterator<char>(in), {});
  return !in.bad() && in.is_open();
}

/// Nothing if the folder cannot be looked at.
std::string state_of(const std::string& place) {
  std::vector<std::string> lines;
  std::error_code error;
  for (fs::directory_iterator file(place, error), end; !error && file != end;
       file.increment(error)) {
    const std::string name = file->path().filename().string();
    // What readers and writers use beside the data; OPTIONS tells how a store was opened last.
    if (name == ClosedMark::file_name || name == WriterLock::file_name ||
        name == DurableMark::file_name || name == std::string(ClosedMark::file_name) + ".new" ||
        name == "LOCK" || name.starts_with("OPTIONS-"))
      continue;
    std::error_code gone;
    const auto size = file->is_regular_file(gone) ? file->file_size(gone) : 0;
    std::string line = name + " " + std::to_string(size);
    if (name == "CURRENT" || name.starts_with("MANIFEST-")) {
      std::string bytes;
      if (gone || !read_all(file->path(), bytes)) return {};
      line += " " + std::to_string(checksum(bytes));
    }
    lines.push_back(std::move(line));
  }
  if (error) return {};
  std::sort(lines.begin(), lines.end());
  std::string state = "taizhang store closed 1\n";
  for (const std::string& line : lines) state += line + "\n";
  return state;
}

}  // namespace

bool ClosedMark::holds(const std::string& place) {
  std::string noted;
  return read_all(closed_file(place), noted) && noted == state_of(place);
}

Result<> ClosedMark::remove(const std::string& place) {
  if (::unlink(closed_file(place).c_str()) == 0) return sync_path(place, noting);
  if (errno == ENOENT) return {};
  return os_error(errno, closed_file(place), noting);
}

void ClosedMark::make(const std::string& place) {
  const std::string state = state_of(place);
  if (state.empty()) return;
  const std::string fresh = closed_file(place) + ".new";
  {
    const Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (*file < 0) return;
    if (::write(*file, state.data(), state.size()) != static_cast<ssize_t>(state.size()) ||
        ::fsync(*file) != 0) {
      ::unlink(fresh.c_str());
      return;
    }
  }
  std::error_code failed;
  fs::rename(fresh, closed_file(place), failed);
}

}  // namespace taizhang::rocks
