#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "taizhang/audit/trail.hpp"
#include "taizhang/ledger/v1/trail.pb.h"
#include "taizhang/schema/event_type.hpp"
#include "tool/entries.hpp"
#include "tool/session.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

struct EventsOptions {
  std::string ledger;
  std::vector<std::string> tags;
  std::vector<std::string> types;
  ReadOptions range;
  Position after = 0;              ///< exclusive, as people say it
  Position before = position_max;  ///< likewise
  bool follow = false;
  Reveal reveal;
};

int show_events(const Console& console, Record& record, const EventsOptions& options) {
  System& system = *record.system;
  Query query = Query::all();
  std::vector<std::string> subjects;
  if (!options.tags.empty() || !options.types.empty()) {
    QueryItem item;
    for (const std::string& word : options.types) {
      auto type = event_type(*system.schema(), word);
      if (!type) return console.fail(type.error());
      item.types.push_back(*std::move(type));
    }
    for (const std::string& word : options.tags) {
      auto tag = subject_tag(record, "", word);
      if (!tag) return console.fail(tag.error());
      item.tags.push_back(*std::move(tag));
    }
    subjects = item.tags;
    query = {{std::move(item)}};
  }
  const auto recorded = options.reveal.record(system, "events", subjects);
  if (!recorded) return console.fail(recorded.error());

  TrailOptions how;
  how.language = console.language;
  how.reveal = options.reveal.on;
  EntryPrinter printer(console, system, options.reveal.on);
  const auto print = [&](const RecordedEvent& event) -> Result<> {
    ledger::v1::TrailEntry entry;
    TAIZHANG_CHECK(describe(*system.schema(), system.vault(), event, how, entry));
    return printer.print(entry);
  };
  const auto walk = [&]() -> Result<> {
    ReadOptions range = options.range;
    range.first = options.after + 1;
    range.last = options.before == 0 ? 0 : options.before - 1;
    TAIZHANG_TRY(Reader reader, system.ledger().read(query, range));
    while (true) {
      TAIZHANG_TRY(const RecordedEvent* event, reader.next());
      if (event == nullptr) break;
      TAIZHANG_CHECK(print(*event));
    }
    if (!options.follow) return {};
    TAIZHANG_TRY(const Checkpoint seen, reader.seen());
    TAIZHANG_TRY(Follower follower, system.ledger().follow(query, seen));
    while (true) {
      printer.flush();
      std::fflush(stdout);
      TAIZHANG_TRY(const RecordedEvent* event, follower.next(std::chrono::seconds(1)));
      if (event != nullptr) TAIZHANG_CHECK(print(*event));
    }
  };
  const auto walked = walk();
  printer.flush();
  return walked ? 0 : console.fail(walked.error());
}

}  // namespace

Verb events_verb() {
  return {
      "events",
      {"list events", "列出记录"},
      "taizhang events LEDGER --type dropout-confirmed --backward --limit 10",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto options = std::make_shared<EventsOptions>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("--tag", options->tags,
                       console.say({"only about this subject; repeated: about all of them",
                                    "仅限该对象;重复则须同时涉及"}))
            ->allow_extra_args(false);
        app.add_option("--type", options->types,
                       console.say({"only of this type; may be repeated", "仅限该类型;可重复"}))
            ->allow_extra_args(false);
        app.add_option("--after", options->after,
                       console.say({"after this position", "在此位置之后"}));
        app.add_option("--before", options->before,
                       console.say({"before this position", "在此位置之前"}));
        app.add_option("--limit", options->range.limit,
                       console.say({"events at most", "最多条数"}));
        auto* backward = app.add_flag("--backward", options->range.backward,
                                      console.say({"latest first", "倒序"}));
        app.add_flag("--follow", options->follow,
                     console.say({"go on with what is recorded from now on, by any process",
                                  "继续显示此后登记的记录(不限进程)"}))
            ->excludes(backward);
        options->reveal.declare(app, console);
        return [options, &console] {
          return with_record(
              console, options->ledger, options->reveal.opening(),
              [&](Record& record) { return show_events(console, record, *options); });
        };
      }};
}

}  // namespace taizhang::tool
