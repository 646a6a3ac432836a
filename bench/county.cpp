// A generated county at real size: what recording, reading, rebuilding and looking back cost.
// Usage: taizhang_county [DIR] [PUPILS = 100000] [YEARS = 10] [FLAT = 10000000] [ROWS = 10000000]
//
// The raw floor is measured in the same run, over the same log: reading every event and nothing
// else (scan), and reading and parsing every payload with the generated parser into a reused
// message, and nothing else (parse). Each phase is a process of its own, so that its peak memory is
// its own.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "must.hpp"
#include "taizhang/education/v1/events.pb.h"
#include "taizhang/education/v1/views.pb.h"
#include "taizhang/generate/ledger.hpp"
#include "taizhang/storage/rocksdb.hpp"

void verification(const std::string& place);  // verify.cpp

namespace {

using namespace taizhang;
namespace v1 = education::v1;
namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

double seconds_of(const std::function<void()>& work) {
  const auto began = Steady::now();
  work();
  return std::chrono::duration<double>(Steady::now() - began).count();
}

double megabytes(const std::string& place) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(place))
    if (entry.is_regular_file()) bytes += entry.file_size();
  return static_cast<double>(bytes) / 1e6;
}

/// Runs the phase in a process of its own and says what memory it took at most.
void phase(const char* title, const std::function<void()>& work) {
  std::printf("\n== %s\n", title);
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    work();
    std::fflush(stdout);
    _exit(0);
  }
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child || status != 0) die(std::string(title) + " failed");
  std::printf("  %-44s %10.0f MB\n", "peak memory of this phase",
              static_cast<double>(usage.ru_maxrss) / 1e3);
  std::fflush(stdout);
}

void row(const char* what, double value, const char* unit, double of = 0) {
  if (of == 0)
    std::printf("  %-44s %10.0f %s\n", what, value, unit);
  else
    std::printf("  %-44s %10.0f %s   %.2f\n", what, value, unit, value / of);
  std::fflush(stdout);
}

StorageRegistry storage() {
  StorageRegistry made;
  made.add("rocksdb", rocksdb_backend());
  return made;
}

std::unique_ptr<SchoolSystem> open(const std::string& place, bool create,
                                   const ViewsOptions& views = {}) {
  SchoolSystemOptions options;
  options.view_options = views;
  options.location = "rocksdb:" + place;
  options.simulated_clock = true;
  return must(create ? SchoolSystem::create(storage(), options)
                     : SchoolSystem::open(storage(), options));
}

void record(const std::string& place, std::int64_t pupils, int years) {
  const auto system = open(place, true);
  GenerateOptions what;
  what.kind = GenerateOptions::Kind::county;
  what.pupils = pupils;
  what.years = years;
  GeneratedLedger made;
  const double seconds = seconds_of([&] {
    made = must(generate_into(*system, what));
    must(system->ledger().seal());
  });
  must(system->close());
  row("events", static_cast<double>(made.events), "");
  row("recorded, durable and sealed", static_cast<double>(made.events) / seconds, "events/s");
  row("ledger on disk", megabytes(place + "/log"), "MB");
  row("bytes an event on disk", megabytes(place + "/log") * 1e6 / static_cast<double>(made.events),
      "bytes");
  row("keys of personal data on disk", megabytes(place + "/vault"), "MB");
}

/// Reading alone, and reading with parsing; events a second.
struct Floor {
  double scan = 0;
  double parse = 0;
};

Floor raw_floor(SchoolSystem& system) {
  Floor floor;
  const auto events = static_cast<double>(system.ledger().head().position);
  std::uint64_t bytes = 0;
  floor.scan = events / seconds_of([&] {
                 Reader reader = must(system.ledger().read(Query::all()));
                 while (const RecordedEvent* event = must(reader.next()))
                   bytes += event->record.size();
               });
  std::unordered_map<std::string, std::unique_ptr<google::protobuf::Message>> messages;
  floor.parse = events / seconds_of([&] {
                  Reader reader = must(system.ledger().read(Query::all()));
                  std::string type;
                  while (const RecordedEvent* event = must(reader.next())) {
                    type.assign(event->type);
                    auto& message = messages[type];
                    if (!message) message = new_message_for(*system.schema(), *event);
                    if (message && !message->ParseFromArray(event->clear.data(),
                                                            static_cast<int>(event->clear.size())))
                      die("a payload does not parse");
                  }
                });
  if (bytes == 0) die("nothing was read");
  return floor;
}

void rebuild(const std::string& place, unsigned workers, std::size_t cache_bytes) {
  ViewsOptions views;
  views.workers = workers;
  views.cache_bytes = cache_bytes;
  const auto system = open(place, false, views);
  const auto events = static_cast<double>(system->ledger().head().position);
  const Floor floor = raw_floor(*system);
  row("raw floor: scan, one thread", floor.scan, "events/s");
  row("raw floor: scan and parse, one thread", floor.parse, "events/s", floor.scan);
  std::printf("  %-44s %10s            against scan\n", "", "");
  row("memory for rows and events at most", static_cast<double>(cache_bytes) / 1e6, "MB");
  const double seconds = seconds_of([&] { must(system->views().rebuild()); });
  const std::string title = "rebuild of all views, " + std::to_string(workers) + " workers";
  row(title.c_str(), events / seconds, "events/s", floor.scan);
  row("  it took", seconds, "s");
  std::uint64_t rows = 0;
  for (const ProjectionStatus& one : system->views().status()) rows += one.rows;
  row("  rows that people see", static_cast<double>(rows), "");
  row("  views on disk", megabytes(place + "/views"), "MB");
}

std::vector<std::string> some_students(const Ledger& ledger, std::size_t wanted,
                                       std::mt19937_64& random) {
  std::vector<std::string> found;
  while (found.size() < wanted) {
    const Position at = random() % ledger.head().position + 1;
    Reader reader = must(ledger.read(Query::all(), ReadOptions::one(at)));
    const RecordedEvent* event = must(reader.next());
    for (const std::string_view tag : event->tags)
      if (tag.starts_with("student:")) {
        found.emplace_back(tag);
        break;
      }
  }
  return found;
}

double percentile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

void as_of(const std::string& place) {
  const auto system = open(place, false);
  must(system->views().catch_up());
  std::mt19937_64 random(1);
  const Position head = system->ledger().head().position;
  const auto every = [](const google::protobuf::Message&) { return true; };
  for (const bool on_date : {false, true}) {
    std::vector<double> milliseconds;
    for (const std::string& student : some_students(system->ledger(), 1'000, random)) {
      Ask ask;
      ask.key = {student};
      ask.known_at = head / 4 + random() % (head / 2);
      if (on_date) ask.effective_on = Date{17'000 + static_cast<std::int32_t>(random() % 2'000)};
      milliseconds.push_back(1e3 * seconds_of([&] {
                               (void)must(system->views().ask("student-register", ask, every));
                             }));
    }
    std::printf("  one pupil as known then%-21s p50 %.2f ms   p99 %.2f ms\n",
                on_date ? ", effective by a date" : "", percentile(milliseconds, 0.5),
                percentile(milliseconds, 0.99));
  }
  for (const char* view : {"student-register", "aid-payments"}) {
    Ask ask;
    ask.known_at = head / 2;
    std::uint64_t rows = 0;
    const double seconds =
        seconds_of([&] { rows = must(system->views().ask(view, ask, every)).rows; });
    std::printf("  %-16s as known halfway: %llu rows in %.1f s\n", view,
                static_cast<unsigned long long>(rows), seconds);
  }
}

/// The same county at a tenth and a hundredth: the cost of an event must not grow.
void flat(const std::string& dir, double events) {
  const double pupils_for_a_hundredth = events / 100 / 175;  // some 17.5 events a pupil and year
  double first_scan = 0;
  double first_rebuild = 0;
  for (const double times : {1.0, 10.0, 100.0}) {
    const std::string place = dir + "/flat";
    fs::remove_all(place);
    GenerateOptions what;
    what.kind = GenerateOptions::Kind::county;
    what.pupils = static_cast<std::int64_t>(pupils_for_a_hundredth * times);
    what.years = 10;
    const auto system = open(place, true);
    GeneratedLedger made;
    const double recording = seconds_of([&] {
      made = must(generate_into(*system, what));
      must(system->ledger().seal());
    });
    const Floor floor = raw_floor(*system);
    const double seconds = seconds_of([&] { must(system->views().rebuild()); });
    const auto count = static_cast<double>(made.events);
    const double scan = 1e6 / floor.scan;
    const double fold = 1e6 * seconds / count;
    if (first_scan == 0) {
      first_scan = scan;
      first_rebuild = fold;
    }
    std::printf("  %10.0f events: record %5.1f us, scan %5.2f us (%.2f), rebuild %5.2f us (%.2f)\n",
                count, 1e6 * recording / count, scan, scan / first_scan, fold,
                fold / first_rebuild);
    std::fflush(stdout);
    must(system->close());
  }
  fs::remove_all(dir + "/flat");
}

/// Events that each make a row.
void record_many(const std::string& place, std::uint64_t count) {
  fs::remove_all(place);
  const auto system = open(place, true);
  const std::string type = "education.aid-granted";
  v1::AidGranted message;
  message.set_school_year("2023-2024");
  message.set_term("1");
  message.set_tier("初中寄宿生");
  message.set_amount_fen(62'500);
  message.set_due_on("2023-10-31");
  std::vector<NewEvent> commit;
  AppendOptions at;
  at.simulated_now = Timestamp{1'600'000'000'000'000};
  const double recording = seconds_of([&] {
    for (std::uint64_t number = 0; number < count; ++number) {
      const std::string text = std::to_string(number);
      NewEvent event;
      event.id = Id::derive("row", {text});
      event.type = type;
      message.set_grant(Id::derive("grant", {text}).to_string());
      message.set_student(Id::derive("student", {std::to_string(number / 10)}).to_string());
      event.tags = {"grant:" + message.grant(), "student:" + message.student()};
      event.effective_on = Date{19'600};
      event.clear = message.SerializeAsString();
      commit.push_back(std::move(event));
      if (commit.size() < 1'000 && number + 1 < count) continue;
      (void)must(system->ledger().append(commit, {}, at));
      commit.clear();
    }
  });
  must(system->close());
  row("recorded", static_cast<double>(count) / recording, "events/s");
}

/// One row an event, far more than fits in memory.
void many_rows(const std::string& place, std::size_t cache_bytes) {
  const auto system = open(place, false);
  const auto count = static_cast<double>(system->ledger().head().position);
  Projection grants("grants", 1);
  grants.table<v1::AidPaymentRow>("aid-payments", {"grant"})
      .creates<v1::AidGranted>(
          [](const v1::AidGranted& e, const EventInfo& info, v1::AidPaymentRow& one) {
            one.set_student(e.student());
            one.set_school_year(e.school_year());
            one.set_term(e.term());
            one.set_tier(e.tier());
            one.set_granted_on(info.effective_on.to_string());
            one.set_granted_fen(e.amount_fen());
            one.set_due_on(e.due_on());
          });
  std::vector<Projection> projections;
  projections.push_back(std::move(grants));
  StoreOptions options;
  options.mode = OpenMode::create;
  options.keyspaces = Views::keyspaces();
  ViewsOptions bounds;
  bounds.cache_bytes = cache_bytes;
  const auto views = must(Views::open(system->ledger(), system->schema(), system->vault(),
                                      must(rocksdb_backend()->open(place + "/own-views", options)),
                                      std::move(projections), bounds));
  const double seconds = seconds_of([&] { must(views->catch_up()); });
  row("events", count, "");
  row("rows built", static_cast<double>(views->status().front().rows), "");
  row("built", count / seconds, "events/s");
  row("rows on disk", megabytes(place + "/own-views"), "MB");
  row("memory was bounded to", static_cast<double>(cache_bytes) / 1e6, "MB");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string dir = argc > 1 ? argv[1] : "/tmp/taizhang-county-" + std::to_string(getpid());
  const std::int64_t pupils = argc > 2 ? std::atoll(argv[2]) : 100'000;
  const int years = argc > 3 ? std::atoi(argv[3]) : 10;
  const double flat_events = argc > 4 ? std::atof(argv[4]) : 1e7;
  const std::uint64_t rows = argc > 5 ? std::strtoull(argv[5], nullptr, 10) : 10'000'000;
  fs::create_directories(dir);
  const std::string place = dir + "/county";
  std::printf("A county of %lld pupils over %d years, on %ld processors.\n",
              static_cast<long long>(pupils), years, sysconf(_SC_NPROCESSORS_ONLN));
  if (!fs::exists(place)) phase("recording", [&] { record(place, pupils, years); });
  const std::size_t memory = ViewsOptions().cache_bytes;
  phase("rebuild, one worker", [&] { rebuild(place, 1, memory); });
  phase("rebuild, two workers", [&] { rebuild(place, 2, memory); });
  phase("rebuild, two workers, four times the memory", [&] { rebuild(place, 2, 4 * memory); });
  phase("as of the past", [&] { as_of(place); });
  phase("verification", [&] { verification(place + "/log"); });
  if (flat_events > 0) phase("cost of an event as the log grows", [&] { flat(dir, flat_events); });
  if (rows > 0) {
    const std::string many = dir + "/rows";
    phase("recording many rows", [&] { record_many(many, rows); });
    phase("many rows, little memory", [&] { many_rows(many, 64U << 20); });
    fs::remove_all(many);
  }
  if (argc <= 1) fs::remove_all(dir);
  return 0;
}
