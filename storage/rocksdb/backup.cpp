#include <rocksdb/utilities/checkpoint.h>

#include <filesystem>

#include "../store_errors.hpp"
#include "store.hpp"
#include "taizhang/event.hpp"

namespace taizhang::rocks {
namespace {

namespace fs = std::filesystem;
const Text backing_up{"making a backup", "备份"};

/// RocksDB's checkpoint hard-links the table files where it can. One bad sector would then hit
/// store and backup alike, so each link becomes a file of its own.
Result<> part_from_store(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> links;
  for (const auto& file : fs::directory_iterator(folder, error))
    if (file.is_regular_file(error) && file.hard_link_count(error) > 1)
      links.push_back(file.path());
  for (const auto& link : links) {
    const fs::path copy = link.string() + ".copy";
    fs::copy_file(link, copy, error);
    if (error) return os_error(error.value(), copy.string(), backing_up);
    TAIZHANG_CHECK(sync_path(copy.string(), backing_up));
    fs::rename(copy, link, error);
    if (error) return os_error(error.value(), link.string(), backing_up);
  }
  if (error) return os_error(error.value(), folder.string(), backing_up);
  return sync_path(folder.string(), backing_up);
}

}  // namespace

Result<> copy_store(Database& database, const std::string& given_place) {
  const std::string place = without_end_slash(given_place);
  std::error_code error;
  if (fs::exists(place, error)) return storage::store_there(place);
  // The copy gets its name only once it is whole and on stable storage, and another's copy that is
  // under way stays.
  const std::string partial = place + ".partial." + Id::random().to_string();
  const fs::path parent = fs::absolute(place, error).parent_path();
  fs::create_directories(parent, error);
  if (error) return os_error(error.value(), parent.string(), backing_up);

  rocksdb::Checkpoint* made = nullptr;
  auto status = rocksdb::Checkpoint::Create(database.db.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (status.ok()) status = checkpoint->CreateCheckpoint(partial);
  Result<> done = to_result(status, database.place, backing_up);
  if (done) done = part_from_store(partial);
  if (done && fs::exists(database.place + "/content", error)) {
    fs::copy_file(database.place + "/content", partial + "/content", error);
    if (error) done = os_error(error.value(), partial + "/content", backing_up);
  }
  if (!done) {
    fs::remove_all(partial, error);
    return done;
  }
  fs::rename(partial, place, error);
  if (error) {
    const auto failed = os_error(error.value(), place, backing_up);
    fs::remove_all(partial, error);
    return failed;
  }
  return sync_path(parent.string(), backing_up);
}

}  // namespace taizhang::rocks
