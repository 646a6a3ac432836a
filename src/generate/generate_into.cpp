#include "generate/options.hpp"
#include "generate/registrar.hpp"
#include "taizhang/generate/ledger.hpp"

namespace taizhang {
namespace {

using namespace sample;

Result<> one_year(World& world, Registrar& office, const SchoolYear& year) {
  if (world.first(year)) TAIZHANG_CHECK(office.setup(year));
  TAIZHANG_CHECK(office.classes(year, plan_classes(world, year)));
  TAIZHANG_CHECK(office.teachers(year));
  TAIZHANG_CHECK(office.training_plans(year));
  const std::size_t intake = plan_intake(world, year);
  TAIZHANG_CHECK(office.cohort(year, intake));
  TAIZHANG_CHECK(office.enrolments(year, intake, false));
  const std::vector<Step> steps = plan_year(world, year);
  TAIZHANG_CHECK(office.changes(year, steps, 0));
  TAIZHANG_CHECK(office.enrolments(year, intake, true));
  TAIZHANG_CHECK(office.households(year, intake));
  TAIZHANG_CHECK(office.members(year, intake));
  TAIZHANG_CHECK(office.aid(year, 0));
  TAIZHANG_CHECK(office.changes(year, steps, 1));
  TAIZHANG_CHECK(office.training(year));
  TAIZHANG_CHECK(office.standards(year));
  TAIZHANG_CHECK(office.changes(year, steps, 2));
  TAIZHANG_CHECK(office.aid(year, 1));
  TAIZHANG_CHECK(office.changes(year, steps, 3));
  end_year(world, year);
  return {};
}

Result<> takes_a_county(SchoolSystem& system) {
  if (!system.ledger().simulated_clock())
    return Error(ErrorCode::invalid_argument,
                 {"Generated events bring times of their own; this ledger has a real clock. Make a "
                  "new one with a simulated clock.",
                  "生成的记录自带时间，而该台账使用真实时钟。请新建使用模拟时钟的台账。"});
  TAIZHANG_TRY(Reader reader, system.ledger().read(Query::all(), {.limit = 2}));
  TAIZHANG_TRY(const RecordedEvent* first, reader.next());
  if (first != nullptr) {
    TAIZHANG_TRY(first, reader.next());
  }
  if (first == nullptr) return {};
  return Error(ErrorCode::invalid_argument,
               {"This ledger has events already. Generate into a new one.",
                "该台账已有记录。请生成到新建的台账中。"});
}

}  // namespace

Result<GeneratedLedger> generate_into(SchoolSystem& system, const GenerateOptions& asked,
                                      const GenerateProgress& progress) {
  Manifest manifest;
  TAIZHANG_TRY(manifest.options, checked(asked));
  TAIZHANG_CHECK(takes_a_county(system));
  TAIZHANG_TRY(County county, plan_county(manifest.options));
  Output output(manifest);
  World world(output, std::move(county));
  world.whole_attendance = true;
  Recorder recorder(system, manifest.options.seed);
  Registrar office(world, recorder, *system.schema());
  const Position before = recorder.last();
  for (int year = 0; year < manifest.options.years; ++year) {
    TAIZHANG_CHECK(one_year(world, office, SchoolYear(manifest.options.first_year + year)));
    if (progress) progress(year + 1, manifest.options.years, recorder.last() - before);
  }
  TAIZHANG_CHECK(recorder.finish());
  return GeneratedLedger{recorder.last() - before, recorder.now(), std::move(manifest.truth)};
}

}  // namespace taizhang
