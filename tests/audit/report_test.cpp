// Reports that were published, derived again from the log as it was.
#include "taizhang/audit/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projection/club.hpp"
#include "taizhang/hash.hpp"
#include "taizhang/ledger/v1/audit.pb.h"
#include "taizhang/ledger/v1/events.pb.h"

namespace taizhang::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class ReportTest : public ::testing::Test {
 protected:
  std::unique_ptr<Views> open(const std::string& place, std::uint32_t version = 1) {
    auto views = open_views(club, view_store(*backend, place), {}, version);
    MUST(views->catch_up());
    return views;
  }
  FrozenReport freeze(Views& views, const std::string& name = "会员名册") {
    Context context;
    context.document = "社〔2024〕1号";
    return take(
        freeze_report(*club.log, *club_schema(), club.sealer, views, name, "members", context));
  }
  ledger::v1::AuditFindings check(const Views& views, const AuditQuestion& question = {}) {
    ledger::v1::AuditFindings found;
    MUST(check_reports(views, *club_schema(), question, found));
    return found;
  }
  ClubLedger club;
  std::shared_ptr<StorageBackend> backend = memory_backend();
};

TEST_F(ReportTest, IsDerivedAgainWhateverCameLater) {
  club.add(founded("c1", "棋社"), 1);
  club.add(joined("m1", "c1", "张三", "01"), 2);
  const Position wrong = club.add(fee_paid("m1", "c1", 50), 3);
  auto views = open("views");
  const FrozenReport report = freeze(*views);
  EXPECT_EQ(report.digest.position, wrong);
  // Late, voided and new: the view changes, what was published does not.
  club.add(joined("m2", "c1", "李四", "02"), 1);
  club.void_of(wrong);
  MUST(views->catch_up());
  EXPECT_NE(take(views->view_digest("members")).digest, report.digest.digest);
  const auto found = check(*views);
  ASSERT_THAT(found.reports(), SizeIs(1));
  EXPECT_TRUE(found.reports(0).reproduced()) << found.reports(0).finding();
  EXPECT_EQ(found.reports(0).as_of(), wrong);
  EXPECT_EQ(found.reports(0).position(), report.position);
  EXPECT_EQ(found.reports(0).document(), "社〔2024〕1号");
  EXPECT_EQ(take(views->view_digest("members", wrong)).digest, report.digest.digest);
}

TEST_F(ReportTest, TheSameReportOfTheSameMomentIsRecordedOnce) {
  club.add(founded("c1", "棋社"), 1);
  auto views = open("views");
  const FrozenReport first = freeze(*views);
  const FrozenReport later = freeze(*views);
  EXPECT_NE(first.position, later.position) << "the log went on by the first";
  EXPECT_THAT(check(*views).reports(), SizeIs(2));
  AuditQuestion elsewhere;
  elsewhere.document = "社〔2024〕2号";
  EXPECT_THAT(check(*views, elsewhere).reports(), SizeIs(0));
}

TEST_F(ReportTest, WhatIsNotWhatTheLogGivesIsSaid) {
  club.add(founded("c1", "棋社"), 1);
  club.add(joined("m1", "c1", "张三", "01"), 2);
  auto views = open("views");
  ledger::v1::ReportFrozen forged;
  const ViewDigest honest = take(views->view_digest("members"));
  forged.set_name("名册");
  forged.set_view("members");
  forged.set_version(honest.version);
  forged.set_position(honest.position);
  forged.set_root(std::string(taizhang::view(honest.root)));
  forged.set_digest(std::string(32, 'x'));
  const auto record = [&] {
    club.append(
        take(encode_event(*club_schema(), forged, club.next_id(), {}, std::nullopt, club.sealer)));
  };
  record();
  forged.set_root(std::string(32, 'y'));
  record();
  forged.set_view("nothing");
  record();
  AuditQuestion question;
  question.language = Language::en;
  const auto found = check(*views, question);
  ASSERT_THAT(found.reports(), SizeIs(3));
  for (const auto& one : found.reports()) EXPECT_FALSE(one.reproduced());
  EXPECT_THAT(found.reports(0).finding(), HasSubstr("another digest"));
  EXPECT_THAT(found.reports(1).finding(), HasSubstr("another root"));
  EXPECT_THAT(found.reports(2).finding(), HasSubstr("no view"));
}

TEST_F(ReportTest, AnotherVersionOfTheProjectionIsSaidToBeOne) {
  club.add(founded("c1", "棋社"), 1);
  auto views = open("views");
  freeze(*views);
  auto later = open("of version 2", 2);
  AuditQuestion question;
  question.language = Language::en;
  const auto found = check(*later, question);
  ASSERT_THAT(found.reports(), SizeIs(1));
  EXPECT_THAT(found.reports(0).finding(), HasSubstr("program of then"));
}

}  // namespace
}  // namespace taizhang::testing
