#include <gtest/gtest.h>

#include <set>

#include "import/fixture.hpp"

namespace taizhang {
namespace {

using test::Scratch;
using test::World;

/// A foreign format, by mapping files alone. The counts were taken from the file itself.
TEST(Oulad, RegistrationsBecomeEnrolmentsDropoutsAndReturns) {
  const std::filesystem::path data =
      std::filesystem::path(TAIZHANG_SOURCE_DIR) / "../shared/data/oulad-sample";
  if (!std::filesystem::exists(data / "studentRegistration.csv"))
    GTEST_SKIP() << "NOT TESTED: the OULAD sample is not at " << data
                 << "; put courses.csv and studentRegistration.csv there to run this";
  const std::filesystem::path maps =
      std::filesystem::path(TAIZHANG_SOURCE_DIR) / "examples/mappings";
  World world;
  EXPECT_EQ(world.take(maps / "oulad-parameters.csv", maps / "oulad-parameters.toml").refused, 0U);
  EXPECT_EQ(world.take(data / "courses.csv", maps / "oulad-courses.toml").taken, 22U);
  const auto report =
      world.take(data / "studentRegistration.csv", maps / "oulad-registrations.toml");
  for (const BadRow& bad : report.bad_rows)
    ADD_FAILURE() << bad.line << " " << bad.rule << " " << bad.command << ": " << bad.message.en;
  EXPECT_EQ(report.rows, 500U);
  EXPECT_EQ(report.taken, 500U);
  EXPECT_EQ(world.count("education.school-registered"), 1U);
  EXPECT_EQ(world.count("education.class-opened"), 22U);
  EXPECT_EQ(world.count("education.student-enrolled"), 486U);  // two are still open for 147756
  EXPECT_EQ(world.count("education.student-returned-to-school"), 14U);
  EXPECT_EQ(world.count("education.dropout-confirmed"), 75U);

  const std::string text = test::read_file(data / "studentRegistration.csv");
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    lines.push_back(text.substr(at, text.find('\n', at) - at));
  std::size_t before_start = 0;
  for (const auto& event : world.events()) {
    if (event.type != "education.dropout-confirmed") continue;
    const bool in_2013 = lines.at(event.context.line - 1).find("2013J") != std::string::npos;
    before_start += event.on < (in_2013 ? "2013-10-01" : "2014-10-01") ? 1U : 0U;
  }
  EXPECT_EQ(before_start, 8U);

  std::set<std::string> students;
  auto reader = world.ledger().read(Query::all());
  for (;;) {
    const auto event = reader->next();
    if (!event || *event == nullptr) break;
    for (const std::string_view tag : (*event)->tags)
      if (tag.starts_with("student:")) students.emplace(tag);
  }
  EXPECT_EQ(students.size(), 485U);

  const Position head = world.ledger().head().position;
  EXPECT_EQ(
      world.take(data / "studentRegistration.csv", maps / "oulad-registrations.toml").unchanged,
      500U);
  EXPECT_EQ(world.ledger().head().position, head);
}

}  // namespace
}  // namespace taizhang
