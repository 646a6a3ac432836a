#include "ledger/verify/index_differences.hpp"

#include <algorithm>
#include <map>

#include "ledger/bytes.hpp"
#include "ledger/log.hpp"
#include "ledger/postings.hpp"

namespace taizhang::core {
namespace {

constexpr std::size_t pages_max = 64;

/// What an index says, and how often: the bytes that were summed up.
using Entries = std::map<std::string, std::int64_t>;

class Differences {
 public:
  Differences(const VerifyRun& run, std::vector<std::size_t> pages)
      : run_(run), pages_(std::move(pages)) {}

  Result<> name_all() {
    for (const auto page : pages_) TAIZHANG_CHECK(expect(page));
    TAIZHANG_CHECK(find_postings());
    TAIZHANG_CHECK(find_ids());
    for (const auto& [bytes, missing] : postings_)
      if (missing != 0) name_posting(bytes, missing > 0);
    for (const auto& [bytes, missing] : ids_)
      if (missing != 0) name_id(bytes, missing > 0);
    return {};
  }

 private:
  [[nodiscard]] bool looked_at(Position position) const {
    if (position <= run_.after || position > run_.sealed) return false;
    const auto page = (position - 1 - run_.after) / limits::page_events;
    return std::binary_search(pages_.begin(), pages_.end(), page);
  }

  Result<> expect(std::size_t page) {
    const auto first = run_.after + page * limits::page_events + 1;
    std::string bytes;
    RecordedEvent event;
    for (auto from = first; from < first + limits::page_events; from += limits::frame_events) {
      TAIZHANG_TRY(const auto frame, read_frame(run_.store, from));
      for (auto at = from; at <= frame->last(); ++at) {
        TAIZHANG_CHECK(decode_event(*frame, at, event));
        id_bytes({reinterpret_cast<const char*>(event.id.bytes.data()), event.id.bytes.size()}, at,
                 bytes);
        ++ids_[bytes];
        if (run_.types == nullptr) continue;
        each_posting(event, *run_.types, [&](std::string_view tag, TypeNumber type) {
          posting_bytes(tag, type, at, bytes);
          ++postings_[bytes];
        });
      }
    }
    return {};
  }

  Result<> find_postings() {
    if (run_.types == nullptr) return {};
    TAIZHANG_TRY(const auto cursor, run_.store.scan(keyspace::postings, {}, Direction::forward));
    std::vector<Position> positions;
    for (; cursor->valid(); cursor->next()) {
      const auto key = cursor->key();
      if (key.size() < 11) continue;
      const auto first = get<Position>(key.data() + key.size() - 8);
      if (first > run_.sealed || first + chunk_span <= run_.after + 1) continue;
      positions.clear();
      decode_chunk(first, cursor->value(), positions);
      for (const auto position : positions)
        if (looked_at(position))
          --postings_[std::string(key.substr(0, key.size() - 8)) + be64(position)];
    }
    return cursor->status();
  }

  Result<> find_ids() {
    TAIZHANG_TRY(const auto cursor, run_.store.scan(keyspace::ids, {}, Direction::forward));
    for (; cursor->valid(); cursor->next()) {
      if (cursor->value().size() != 8) continue;
      const auto position = get<Position>(cursor->value().data());
      if (looked_at(position)) --ids_[std::string(cursor->key()) + std::string(cursor->value())];
    }
    return cursor->status();
  }

  void name_posting(const std::string& bytes, bool missing) {
    const auto position = get<Position>(bytes.data() + bytes.size() - 8);
    const auto number = get<TypeNumber>(bytes.data() + bytes.size() - 10);
    std::string tag = bytes.substr(0, bytes.size() - 11);
    const auto under_en = (tag.empty() ? "among all events" : "under the tag " + tag) +
                          ", type number " + std::to_string(number);
    const auto under_zh =
        (tag.empty() ? "全部事件" : "标签 " + tag) + "、类型号 " + std::to_string(number);
    if (missing)
      run_.findings.add(LedgerDamage::posting_missing, position, position,
                        "the event is not found " + under_en, "按" + under_zh + "查不到该事件",
                        std::move(tag));
    else
      run_.findings.add(LedgerDamage::posting_extra, position, position,
                        "the event is found " + under_en + ", which it does not have",
                        "按" + under_zh + "会查到该事件,而它并无此标签或类型", std::move(tag));
  }

  void name_id(const std::string& bytes, bool missing) {
    const auto position = get<Position>(bytes.data() + bytes.size() - 8);
    const auto id = hex_of(std::string_view(bytes).substr(0, bytes.size() - 8));
    if (missing)
      run_.findings.add(LedgerDamage::id_missing, position, position,
                        "the event is not found by its id " + id, "按编号 " + id + " 查不到该事件",
                        id);
    else
      run_.findings.add(LedgerDamage::id_extra, position, position,
                        "the id " + id + " stands for this event, which has another",
                        "编号 " + id + " 指向该事件,而该事件的编号不同", id);
  }

  const VerifyRun& run_;
  std::vector<std::size_t> pages_;
  Entries postings_, ids_;
};

}  // namespace

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text.push_back(digits[static_cast<std::uint8_t>(byte) >> 4]);
    text.push_back(digits[static_cast<std::uint8_t>(byte) & 15]);
  }
  return text;
}

void name_index_differences(const VerifyRun& run, const std::vector<std::size_t>& pages) {
  auto first = pages;
  if (first.size() > pages_max) first.resize(pages_max);
  if (auto done = Differences(run, std::move(first)).name_all(); !done)
    run.findings.add_failed_read(done.error(), 0, 0);
  for (std::size_t i = pages_max; i < pages.size(); ++i) {
    const auto at = run.after + pages[i] * limits::page_events + 1;
    run.findings.add(LedgerDamage::posting_missing, at, at + limits::page_events - 1,
                     "the indexes differ from the events here too", "此处索引也与事件不符");
  }
}

}  // namespace taizhang::core
