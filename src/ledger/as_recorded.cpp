#include <algorithm>

#include "ledger/record.hpp"
#include "taizhang/event.hpp"

namespace taizhang {

RecordedEvent as_recorded(const NewEvent& event, Position position, Timestamp recorded_at,
                          std::string& context_bytes) {
  // By way of the ledger's own encoding, so that there is one.
  context_bytes.clear();
  core::encode_record(event, context_bytes);
  RecordedEvent result;
  core::decode_record(context_bytes, result);
  result.record = context_bytes;
  std::sort(result.tags.begin(), result.tags.end());
  result.tags.erase(std::unique(result.tags.begin(), result.tags.end()), result.tags.end());
  result.position = position;
  result.recorded_at = recorded_at;
  result.commit_first = position;
  result.commit_size = 1;
  return result;
}

}  // namespace taizhang
