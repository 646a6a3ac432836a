#include "log_check.hpp"
#include "store.hpp"

namespace taizhang::rocks {

Result<> verify_files(Database& database) {
  const Text verifying{"verifying", "校验"};
  const std::string& place = database.place;
  TAIZHANG_CHECK(to_result(database.db->VerifyChecksum(), place, verifying));
  TAIZHANG_CHECK(to_result(database.db->VerifyFileChecksums({}), place, verifying));
  std::vector<std::string> names;  // to list them reads the manifest from end to end
  TAIZHANG_CHECK(to_result(rocksdb::DB::ListColumnFamilies({}, place, &names), place, verifying));
  // The records of the log are in memory as well, so that no other read would notice damage to
  // the file before the next opening.
  return check_logs(place, LogCheck::all_checksums);
}

}  // namespace taizhang::rocks
