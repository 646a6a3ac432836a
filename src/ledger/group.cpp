#include "ledger/group.hpp"

#include "ledger/bytes.hpp"
#include "taizhang/hash.hpp"

namespace taizhang::core {

std::string encode_group(std::span<const std::shared_ptr<Run>> commits) {
  std::size_t size = 8 + 8 + 4;
  for (const auto& commit : commits) size += 12 + 4 * commit->size() + commit->bytes.size();
  std::string out;
  out.reserve(size);
  put(out, std::uint64_t{0});
  put(out, commits.front()->first);
  put(out, static_cast<std::uint32_t>(commits.size()));
  for (const auto& commit : commits) {
    put(out, commit->commits.front().recorded_at.microseconds);
    put(out, static_cast<std::uint32_t>(commit->size()));
    for (Position at = commit->first; at <= commit->last(); ++at)
      put(out, static_cast<std::uint32_t>(commit->record(at).size()));
    out.append(commit->bytes, commit->start);
  }
  std::string sum;
  put(sum, checksum(std::string_view(out).substr(8)));
  out.replace(0, 8, sum);
  return out;
}

std::vector<std::shared_ptr<Run>> decode_group(std::string_view value) {
  const auto bytes = checked(value);
  if (bytes.data() == nullptr) return {};
  Parser parser(bytes);
  auto position = parser.number<Position>();
  const auto count = parser.number<std::uint32_t>();
  std::vector<std::shared_ptr<Run>> commits;
  for (std::uint32_t i = 0; i < count && parser.ok(); ++i) {
    auto run = std::make_shared<Run>();
    run->first = position;
    const Timestamp recorded_at{parser.number<std::int64_t>()};
    const auto events = parser.number<std::uint32_t>();
    if (events == 0 || events > parser.rest().size() / 4) return {};
    run->commits.push_back({position, events, recorded_at});
    std::size_t end = 0;
    for (std::uint32_t event = 0; event < events; ++event)
      run->ends.push_back(end += parser.number<std::uint32_t>());
    run->bytes = parser.take(end);
    position += events;
    commits.push_back(std::move(run));
  }
  if (!parser.done()) return {};
  return commits;
}

}  // namespace taizhang::core
