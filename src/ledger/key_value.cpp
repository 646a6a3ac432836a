#include "taizhang/key_value.hpp"

#include <algorithm>

namespace taizhang {

Result<> KeyValue::drop_ranges(Keyspace keyspace, const std::vector<KeyRange>& ranges) {
  Batch batch;
  for (const KeyRange& range : ranges) batch.erase_range(keyspace, range.first, range.end);
  return write(batch, Durability::synced);
}

Result<std::string> StorageBackend::set_aside(const std::string& place) {
  return Error(ErrorCode::unsupported,
               {"The store " + place + " cannot be moved aside by its backend.",
                "存储 " + place + " 的后端不支持移开。"})
      .with("place", place);
}

std::string end_of_prefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

void StorageRegistry::add(std::string scheme, std::shared_ptr<StorageBackend> backend) {
  const auto known = std::find_if(backends_.begin(), backends_.end(),
                                  [&](const auto& entry) { return entry.first == scheme; });
  if (known != backends_.end())
    known->second = std::move(backend);
  else
    backends_.emplace_back(std::move(scheme), std::move(backend));
}

Result<std::pair<StorageBackend*, std::string>> StorageRegistry::find(
    std::string_view location) const {
  const auto colon = location.find(':');
  if (colon != std::string_view::npos) {
    const auto scheme = location.substr(0, colon);
    for (const auto& [name, backend] : backends_)
      if (name == scheme) return std::pair{backend.get(), std::string(location.substr(colon + 1))};
  }
  std::string known;
  for (const auto& [name, backend] : backends_) known += (known.empty() ? "" : ", ") + name + ":";
  const std::string asked(location);
  return Error(
             ErrorCode::invalid_argument,
             {"No storage backend answers to the location \"" + asked +
                  "\". Write it as backend:place, with one of these backends: " + known,
              "没有与位置“" + asked + "”对应的存储后端。请写成“后端:位置”，可用的后端有：" + known})
      .with("location", asked)
      .with("known", known);
}

Result<std::unique_ptr<KeyValue>> StorageRegistry::open(std::string_view location,
                                                        const StoreOptions& options) const {
  TAIZHANG_TRY(const auto found, find(location));
  return found.first->open(found.second, options);
}

Result<bool> StorageRegistry::exists(std::string_view location) const {
  TAIZHANG_TRY(const auto found, find(location));
  return found.first->exists(found.second);
}

Result<std::string> StorageRegistry::set_aside(std::string_view location) const {
  TAIZHANG_TRY(const auto found, find(location));
  return found.first->set_aside(found.second);
}

}  // namespace taizhang
