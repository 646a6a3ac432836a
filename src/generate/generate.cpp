#include "taizhang/generate/generate.hpp"

#include <filesystem>
#include <numeric>
#include <system_error>

#include "generate/options.hpp"
#include "generate/world.hpp"

namespace taizhang {
namespace {

namespace fs = std::filesystem;
using namespace sample;

Result<> prepare(const std::string& directory) {
  std::error_code failure;
  // Nothing is cleared away: lists of a real school with their manifest look like an earlier run's.
  if (fs::exists(directory, failure) && !fs::is_empty(directory, failure))
    return Error(ErrorCode::already_exists,
                 {directory + " is not empty. Choose an empty or a new directory.",
                  directory + " 不是空目录。请选用空目录或新目录。"})
        .with("file", directory);
  fs::create_directories(directory + "/maps", failure);
  if (!failure) return {};
  return Error(failure == std::errc::no_space_on_device ? ErrorCode::storage_full
                                                        : ErrorCode::io_error,
               {"Cannot make " + directory + ": " + failure.message() + ".",
                "无法创建 " + directory + "：" + failure.message() + "。"})
      .with("file", directory);
}

Result<> one_year(World& world, const SchoolYear& year) {
  if (world.first(year)) TAIZHANG_CHECK(write_setup(world, year));
  TAIZHANG_CHECK(write_classes(world, year));
  TAIZHANG_CHECK(write_teachers(world, year));
  TAIZHANG_CHECK(write_training_plans(world, year));
  const std::size_t intake = plan_intake(world, year);
  TAIZHANG_CHECK(write_cohort(world, year, intake));
  TAIZHANG_CHECK(write_enrolments(world, year, intake));
  const std::vector<Step> steps = plan_year(world, year);
  TAIZHANG_CHECK(write_changes(world, year, steps, 0));
  TAIZHANG_CHECK(write_late_enrolments(world, year, intake));
  TAIZHANG_CHECK(write_households(world, year, intake));
  TAIZHANG_CHECK(write_members(world, year, intake));
  TAIZHANG_CHECK(write_aid(world, year, 0));
  TAIZHANG_CHECK(write_changes(world, year, steps, 1));
  TAIZHANG_CHECK(write_training(world, year));
  TAIZHANG_CHECK(write_standards(world, year));
  TAIZHANG_CHECK(write_changes(world, year, steps, 2));
  TAIZHANG_CHECK(write_aid(world, year, 1));
  TAIZHANG_CHECK(write_changes(world, year, steps, 3));
  end_year(world, year);
  return {};
}

}  // namespace

Result<Manifest> generate(const GenerateOptions& asked) {
  Manifest manifest;
  TAIZHANG_TRY(manifest.options, checked(asked));
  const GenerateOptions& options = manifest.options;
  TAIZHANG_TRY(County county, plan_county(options));
  TAIZHANG_CHECK(prepare(options.directory));

  Output output(manifest);
  World world(output, std::move(county));
  for (int year = 0; year < options.years; ++year)
    TAIZHANG_CHECK(one_year(world, SchoolYear(options.first_year + year)));

  auto& truth = manifest.truth;
  truth["students_distinct"] = truth["pupils"] + truth["excused"];
  const auto total = [](const std::map<std::string, std::int64_t>& by_kind) {
    return std::accumulate(by_kind.begin(), by_kind.end(), std::int64_t{0},
                           [](std::int64_t sum, const auto& kind) { return sum + kind.second; });
  };
  truth["bad_rows_total"] = total(manifest.bad_rows);
  truth["id_errors_total"] = total(manifest.id_errors);
  TAIZHANG_CHECK(write_mappings(output));
  TAIZHANG_CHECK(write_file(output.path("planted-bad.csv"), output.bad_list()));
  TAIZHANG_CHECK(write_file(output.path("manifest.toml"), manifest.to_toml()));
  return manifest;
}

}  // namespace taizhang
