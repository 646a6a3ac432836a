#include "taizhang/audit/sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "projection/club.hpp"
#include "taizhang/audit/trail.hpp"
#include "taizhang/hash.hpp"
#include "taizhang/ledger/v1/trail.pb.h"
#include "taizhang/proof/checkpoint.hpp"

namespace taizhang::testing {
namespace {

using ::testing::SizeIs;

class SampleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 60; ++i)
      club.add(joined("m" + std::to_string(i), i < 50 ? "big" : "small", "张三"), 60);
  }
  Sample now(std::uint64_t n, const std::string& kind = {}) const {
    const Head head = club.log->head();
    return {head.root, head.position, n, kind};
  }
  static std::vector<Position> positions(const std::vector<Drawn>& drawn) {
    std::vector<Position> found;
    for (const Drawn& one : drawn) found.push_back(one.position);
    return found;
  }
  Result<Appended> record(const Sample& sample, const std::vector<SpotCheck>& checks) {
    Context context;
    context.actor = "inspector:3";
    return record_spot_checks(*club.log, *club_schema(), club.sealer, sample, checks, context);
  }
  ClubLedger club;
};

TEST_F(SampleTest, TheLowestKeysAreDrawnInTheirOrder) {
  const Sample sample = now(7);
  std::map<Hash, Position> keys;
  for (Position at = 1; at <= 60; ++at) {
    std::string bytes(8, '\0');
    bytes[7] = static_cast<char>(at);
    keys.emplace(sha256({view(sample.root), bytes}), at);
  }
  std::vector<Position> expected;
  for (const auto& [key, at] : keys) expected.push_back(at);
  expected.resize(7);
  EXPECT_EQ(positions(take(draw(*club.log, sample))), expected);
}

TEST_F(SampleTest, AnEarlierRootDrawsTheSameWhateverCameAfterIt) {
  const Sample sample = now(10);
  const auto before = positions(take(draw(*club.log, sample)));
  for (int i = 0; i < 30; ++i) club.add(level_set("m1", "02"), 60);
  EXPECT_EQ(positions(take(draw(*club.log, sample))), before);
  EXPECT_NE(positions(take(draw(*club.log, now(10)))), before);
}

TEST_F(SampleTest, StrataTakeTurnsUntilTheyAreEmpty) {
  std::map<std::string, int> each;
  for (const Drawn& one : take(draw(*club.log, now(30, "club")))) ++each[one.stratum];
  EXPECT_EQ(each["club:small"], 10) << "all it has";
  EXPECT_EQ(each["club:big"], 20);
  EXPECT_THAT(take(draw(*club.log, now(1000, "club"))), SizeIs(60));
}

TEST_F(SampleTest, ARootOfAnotherLogIsRefused) {
  Sample sample = now(5);
  sample.root[0] ^= 1;
  EXPECT_EQ(draw(*club.log, sample).error().code(), ErrorCode::invalid_argument);
  sample = now(5);
  sample.size += 1;
  EXPECT_EQ(draw(*club.log, sample).error().code(), ErrorCode::not_found);
}

TEST_F(SampleTest, ASeedIsReadFromACheckpointAndFromPaper) {
  const std::string text = "example.com/log\n8\nbC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY=\n";
  const Sample seed = take(sample_of_checkpoint(text + "\n— x AAAAAAAA\n"));
  EXPECT_EQ(seed.size, 8U);
  EXPECT_EQ(to_hex(seed.root), "6c2f95c2fac96da94d5637e4748f24520b3b989a17aea897084edb8270f6f296");
  EXPECT_EQ(take(parse_root("6c2f 95c2 fac9 6da9 4d56 37e4 748f 2452 0b3b 989a 17ae a897 084e db82 "
                            "70f6 f296")),
            seed.root);
  EXPECT_FALSE(sample_of_checkpoint(text).has_value()) << "not signed by anybody";
  EXPECT_FALSE(sample_of_checkpoint("example.com/log\n8\n\n— x AAAAAAAA\n").has_value());
  EXPECT_FALSE(parse_root("6c2f").has_value());
}

TEST_F(SampleTest, WithKeysTheSeedMustBeSignedByOneOfThem) {
  const SigningKey log = take(SigningKey::generate("example.com/log"));
  const SigningKey other = take(SigningKey::generate("example.com/log"));
  SignedNote note{TreeHead{"example.com/log", 8, {}, {}}.format(), {}};
  note.signatures.push_back(take(sign(log, note.text)));
  EXPECT_EQ(take(sample_of_checkpoint(note.format(), {&log.verifier(), 1})).size, 8U);
  EXPECT_EQ(sample_of_checkpoint(note.format(), {&other.verifier(), 1}).error().code(),
            ErrorCode::not_found);
  note.text = TreeHead{"example.com/log", 9, {}, {}}.format();
  EXPECT_EQ(sample_of_checkpoint(note.format(), {&log.verifier(), 1}).error().code(),
            ErrorCode::damaged);
}

TEST_F(SampleTest, AResultIsAnEventThatTheSubjectsTrailTells) {
  const Sample sample = now(5);
  const Position checked = take(draw(*club.log, sample)).front().position;
  const std::string member = "member:m" + std::to_string(checked - 1);
  const Appended done = take(record(sample, {{checked, false, "李四", "inspector:3"}}));
  bool told = false;
  const std::vector<std::string> tags{member};
  TrailOptions reveal;
  reveal.reveal = true;
  take(trail(*club.log, *club_schema(), club.sealer, tags, reveal,
             [&](const ledger::v1::TrailEntry& entry) {
               if (entry.position() != done.positions.front()) return true;
               for (const auto& field : entry.fields())
                 told = told || (field.name() == "found" && field.value() == "李四");
               return true;
             }));
  EXPECT_TRUE(told);
  club.at(done.positions.front(), [&](const RecordedEvent& event) {
    EXPECT_EQ(event.record.find("李四"), std::string_view::npos) << "what was found is sealed";
    EXPECT_EQ(event.sealed.front().subject, member);
  });
}

TEST_F(SampleTest, TheSameResultIsRecordedOnce) {
  const Sample sample = now(5);
  const Position checked = take(draw(*club.log, sample)).front().position;
  const SpotCheck result{checked, true, "", "inspector:3"};
  const Appended first = take(record(sample, {result}));
  const Appended again = take(record(sample, {result}));
  EXPECT_TRUE(again.known);
  EXPECT_EQ(again.positions, first.positions);
}

TEST_F(SampleTest, ResultsThatWereNotDrawnOrSayNothingAreRefused) {
  const Sample sample = now(5);
  const auto drawn = positions(take(draw(*club.log, sample)));
  Position other = 1;
  while (std::find(drawn.begin(), drawn.end(), other) != drawn.end()) ++other;
  const Position head = club.log->head().position;
  EXPECT_EQ(record(sample, {{other, true, "", "inspector:3"}}).error().code(),
            ErrorCode::invalid_argument);
  EXPECT_EQ(record(sample, {{drawn[0], false, "", "inspector:3"}}).error().code(),
            ErrorCode::invalid_argument);
  EXPECT_EQ(record(sample, {{drawn[0], true, "", ""}}).error().code(), ErrorCode::invalid_argument)
      << "nobody says so";
  EXPECT_EQ(club.log->head().position, head);
}

}  // namespace
}  // namespace taizhang::testing
