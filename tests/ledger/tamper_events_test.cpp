#include "ledger/group.hpp"
#include "ledger/meta.hpp"
#include "ledger/page.hpp"
#include "ledger/postings.hpp"
#include "tamper.hpp"

namespace taizhang::testing {
namespace {

using namespace core;

/// Whole events changed by somebody who knows the format: every checksum holds.
class TamperEvents : public TamperTest {
 protected:
  core::Run frame(Position first) {
    core::Run run;
    EXPECT_TRUE(decode_frame(content[keyspace::pages].at(frame_key(first)), first, run));
    return run;
  }
  static std::vector<std::string> records_of(const core::Run& run) {
    std::vector<std::string> records;
    for (auto at = run.first; at <= run.last(); ++at) records.emplace_back(run.record(at));
    return records;
  }
  void put_frame(Position first, const std::vector<std::string>& records,
                 const std::vector<CommitSpan>& spans) {
    const std::vector<std::string_view> views(records.begin(), records.end());
    put(keyspace::pages, frame_key(first), encode_frame(views, spans));
  }
  /// A group of the tail, taken apart.
  std::vector<std::shared_ptr<core::Run>> last_group() {
    return decode_group(content[keyspace::tail].rbegin()->second);
  }
  void put_group(const std::vector<std::shared_ptr<core::Run>>& commits_of_it) {
    put(keyspace::tail, be64(commits_of_it.front()->first), encode_group(commits_of_it));
  }
  static std::shared_ptr<core::Run> with_records(const core::Run& run,
                                                 const std::vector<std::string>& records) {
    auto other = std::make_shared<core::Run>();
    other->first = run.first;
    for (const auto& record : records) {
      other->bytes += record;
      other->ends.push_back(other->bytes.size());
    }
    other->commits = run.commits;
    other->commits.front().size = static_cast<std::uint32_t>(records.size());
    return other;
  }
};

TEST_P(TamperEvents, AnAlteredOneInAPage) {
  for (const Position first : {Position{1}, Position{545}, Position{1'249}}) {
    const auto whole = frame(first);
    auto records = records_of(whole);
    auto& record = records[7];
    const auto at = record.find("message ");
    ASSERT_NE(at, std::string::npos);
    record[at] = 'M';
    put_frame(first, records, whole.commits);
    const auto result = verified();
    EXPECT_TRUE(has_finding(result, LedgerDamage::altered, first + 7)) << sentences(result);
    // What lies in the tail as well is compared there, too.
    EXPECT_EQ(result.findings_total, first == 1'249 ? 2U : 1U) << sentences(result);
    EXPECT_EQ(result.proven, page_first(first) - 1);
    replace_all(content);
  }
}

TEST_P(TamperEvents, TwoThatChangedPlacesInAPage) {
  const auto whole = frame(289);
  auto records = records_of(whole);
  std::swap(records[3], records[20]);
  put_frame(289, records, whole.commits);
  const auto result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::altered, 292)) << sentences(result);
  EXPECT_TRUE(has_finding(result, LedgerDamage::id_missing, 292)) << sentences(result);
  EXPECT_TRUE(has_finding(result, LedgerDamage::id_extra, 309)) << sentences(result);
  EXPECT_EQ(result.proven, 256U);
}

TEST_P(TamperEvents, OneDroppedFromAPageAndAnotherInsertedForIt) {
  const auto whole = frame(321);
  auto records = records_of(whole);
  records.erase(records.begin() + 4);
  records.insert(records.begin() + 20, records[10]);  // 32 again
  put_frame(321, records, whole.commits);
  const auto result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::altered, 325)) << sentences(result);
  EXPECT_TRUE(has_finding(result, LedgerDamage::id_missing, 325)) << sentences(result);
  EXPECT_EQ(result.proven, 256U);
  // One less: 31 records are no frame.
  records.pop_back();
  put_frame(321, records, whole.commits);
  EXPECT_TRUE(has_finding(verified(), LedgerDamage::frame, 325));
}

TEST_P(TamperEvents, TheTimeOrTheExtentOfACommitInAPage) {
  const auto whole = frame(1'025);
  auto spans = whole.commits;
  spans.back().recorded_at.microseconds += 1;
  put_frame(1'025, records_of(whole), spans);
  auto result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::altered, spans.back().first)) << sentences(result);
  spans = whole.commits;
  ASSERT_GT(spans.size(), 1U);
  spans.back().recorded_at = {spans.front().recorded_at.microseconds - 5};
  put_frame(1'025, records_of(whole), spans);
  result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::time)) << sentences(result);
  spans = whole.commits;
  spans.back().size += 1;
  put_frame(1'025, records_of(whole), spans);
  result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::commit)) << sentences(result);
  EXPECT_LT(result.proven, 1'057U);
}

TEST_P(TamperEvents, APageThatIsGoneAndPagesThatChangedPlaces) {
  Batch gone;
  gone.erase_range(keyspace::pages, be64(513), be64(769));
  change(gone);
  auto result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::missing_page, 513)) << sentences(result);
  EXPECT_EQ(result.findings_total, 1U) << sentences(result);
  EXPECT_EQ(result.proven, 512U);
  EXPECT_FALSE(result.has_root);
  replace_all(content);
  Batch swapped;
  for (Position at = 0; at < 256; at += 32) {
    swapped.put(keyspace::pages, frame_key(257 + at),
                content[keyspace::pages].at(frame_key(513 + at)));
    swapped.put(keyspace::pages, frame_key(513 + at),
                content[keyspace::pages].at(frame_key(257 + at)));
  }
  change(swapped);
  result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::frame, 257)) << sentences(result);
  EXPECT_TRUE(has_finding(result, LedgerDamage::frame, 513)) << sentences(result);
  EXPECT_EQ(result.proven, 256U);
}

TEST_P(TamperEvents, TheLastPageCutOffWithItsIndexes) {
  Batch cut;
  cut.erase_range(keyspace::pages, be64(1'025), be64(1'281));
  change(cut);
  const auto result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::missing_page, 1'025)) << sentences(result);
  EXPECT_EQ(result.proven, 1'024U);
}

TEST_P(TamperEvents, AHeadWhoseRootOrTreeWasMadeUp) {
  const auto key = head_key(513);
  auto made_up = *decode_head(content[keyspace::pages].at(key), 513);
  made_up.tile_root[5] ^= 1;
  put(keyspace::pages, key, encode_head(made_up));
  auto result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::page_head, 513)) << sentences(result);
  EXPECT_EQ(result.findings_total, 1U) << sentences(result);
  made_up = *decode_head(content[keyspace::pages].at(key), 513);
  Frontier other;
  for (int i = 0; i < 512; ++i) other.append(Hash{});
  made_up.before = other;
  put(keyspace::pages, key, encode_head(made_up));
  result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::page_head, 513)) << sentences(result);
  EXPECT_EQ(result.findings_total, 1U) << sentences(result);
  EXPECT_EQ(result.proven, 512U);
}

TEST_P(TamperEvents, TheTailRewrittenWithGoodSums) {
  auto group = last_group();
  auto records = records_of(*group.back());
  const auto at = records.back().find("message ");
  ASSERT_NE(at, std::string::npos);
  records.back()[at] = 'M';
  group.back() = with_records(*group.back(), records);
  put_group(group);
  const auto result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::frontier, events)) << sentences(result);
  EXPECT_EQ(result.proven, sealed);
}

TEST_P(TamperEvents, OneDroppedFromTheTailOneInsertedAndTheTailCutOff) {
  auto group = last_group();
  const auto records = records_of(*group.back());
  auto more = records;
  more.push_back(more.front());
  group.back() = with_records(*group.back(), more);
  put_group(group);
  auto result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::tail_group, events + 1)) << sentences(result);
  Batch cut;
  cut.erase(keyspace::tail, content[keyspace::tail].rbegin()->first);
  change(cut);
  result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::tail_group, events)) << sentences(result);
  EXPECT_EQ(result.proven, get<Position>(content[keyspace::tail].rbegin()->first.data()) - 1);
  // A group from the middle.
  replace_all(content);
  const auto middle = std::next(content[keyspace::tail].begin(), 2);
  Batch hole;
  hole.erase(keyspace::tail, middle->first);
  change(hole);
  result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::tail_group, get<Position>(middle->first.data())))
      << sentences(result);
  EXPECT_EQ(result.proven, get<Position>(middle->first.data()) - 1);
}

TEST_P(TamperEvents, APartOfTheTailThatLiesInAPageToo) {
  const auto first = content[keyspace::tail].begin();
  auto group = decode_group(first->second);
  const auto straddling = group.front()->first;
  ASSERT_LE(straddling, sealed);  // or this history is of no use here
  auto records = records_of(*group.front());
  records.front().back() = static_cast<char>(records.front().back() ^ 1);
  group.front() = with_records(*group.front(), records);
  put_group(group);
  const auto result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::tail_group, straddling)) << sentences(result);
}

TEST_P(TamperEvents, APostingAndAnIdThatWereTakenOutOrPutIn) {
  std::string tag = "student:7";
  std::string key;
  for (const auto& [at, value] : content[keyspace::postings])
    if (at.starts_with(posting_prefix(tag)) && !value.empty()) key = at;
  ASSERT_FALSE(key.empty());
  PostingKey list{};
  ASSERT_TRUE(parse_posting_key(key, tag.size() + 1, list));
  std::vector<Position> positions;
  ASSERT_TRUE(decode_chunk(list.first, content[keyspace::postings].at(key), positions));
  const auto hidden = positions.back();
  auto fewer = positions;
  fewer.pop_back();
  put(keyspace::postings, key, encode_chunk(fewer));
  auto result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::posting_missing, hidden)) << sentences(result);
  EXPECT_EQ(result.findings.front().tag, tag);
  EXPECT_EQ(result.findings_total, 1U) << sentences(result);
  EXPECT_EQ(result.proven, hidden - 1);
  auto more = positions;
  more.push_back(hidden + 1);
  put(keyspace::postings, key, encode_chunk(more));
  result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::posting_extra, hidden + 1)) << sentences(result);
  EXPECT_EQ(result.findings_total, 1U) << sentences(result);
  // All of them are there, but one in a chunk of its own that overlaps: walks would go astray.
  put(keyspace::postings, key, encode_chunk({positions.front(), positions.back()}));
  std::vector<Position> inner(positions.begin() + 1, positions.end() - 1);
  ASSERT_FALSE(inner.empty());
  put(keyspace::postings, posting_key(tag, list.type, inner.front()), encode_chunk(inner));
  result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::posting_damaged, inner.front()))
      << sentences(result);
  replace_all(content);
  const auto id = *std::next(content[keyspace::ids].begin(), 500);
  Batch gone;
  gone.erase(keyspace::ids, id.first);
  change(gone);
  result = verified();
  const auto position = get<Position>(id.second.data());
  EXPECT_TRUE(has_finding(result, LedgerDamage::id_missing, position)) << sentences(result);
  EXPECT_EQ(result.proven, position - 1);
  put(keyspace::ids, id.first, id.second);
  put(keyspace::ids, std::string(16, 'z'), be64(77));
  result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::id_extra, 77)) << sentences(result);
}

TEST_P(TamperEvents, TypesThatWereRenamedOrTakenAway) {
  TypeTable table;
  const std::string key(meta_key::types);
  ASSERT_TRUE(table.decode(checked(content[keyspace::meta].at(key))));
  std::string names = table.encode();
  const auto at = names.find("type3");
  ASSERT_NE(at, std::string::npos);
  names[at] = 'T';
  put(keyspace::meta, key, with_checksum(names));
  auto result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::types)) << sentences(result);
  put(keyspace::meta, key, with_checksum("\7too short"));
  result = verified();
  EXPECT_TRUE(has_finding(result, LedgerDamage::types)) << sentences(result);
  EXPECT_EQ(result.root, head.root);  // the log itself is whole
}

TAIZHANG_BOTH_STORES(TamperEvents);

}  // namespace
}  // namespace taizhang::testing
