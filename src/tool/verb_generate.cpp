#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "taizhang/generate/generate.hpp"
#include "taizhang/generate/ledger.hpp"
#include "tool/json_line.hpp"
#include "tool/progress.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/text.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

int make_generate(const Console& console, const GenerateOptions& options) {
  const auto made = generate(options);
  if (!made) return console.fail(made.error());
  std::int64_t rows = 0;
  for (const Manifest::File& file : made->files) rows += file.rows;
  if (console.json) {
    show_json(json_line(
        {{"directory", options.directory}, {"files", made->files.size()}, {"rows", rows}}));
    return 0;
  }
  show(fmt::runtime(console.say(
           {"{} files, {} rows in {}; planted:\n", "{} 个文件、{} 行,目录 {};预设真值:\n"})),
       made->files.size(), rows, options.directory);
  for (const auto& [name, value] : made->truth) show("  {} {:>12}\n", pad(name, 24), value);
  for (const auto& [kind, count] : made->bad_rows) {
    show("  {} {:>12}\n", pad("bad: " + kind, 24), count);
  }
  return 0;
}

int record(const Console& console, const GenerateOptions& options, const std::string& ledger) {
  if (options.kind != GenerateOptions::Kind::county)
    return console.fail(
        Error(ErrorCode::invalid_argument,
              {"--ledger records a county; a school is written as files (--out) and imported.",
               "--ledger 只生成 county;学校数据请用 --out 生成文件后导入。"}));
  SchoolSystemOptions where = options_for(ledger);
  where.simulated_clock = true;
  auto system = SchoolSystem::create(storage(), where);
  if (!system) return console.fail(system.error());
  Result<GeneratedLedger> made = GeneratedLedger();
  {
    Progress progress(console.say({"school years", "学年"}));
    made = generate_into(**system, options, [&](int done, int all, Position) {
      progress.update(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(all));
    });
  }
  if (!made) return console.fail(made.error());
  // As any verb that writes: readers go on from what is kept.
  if (const auto kept = catch_up(console, **system); !kept) return console.fail(kept.error());
  if (auto closed = (*system)->close(); !closed) return console.fail(closed.error());
  if (console.json) {
    nlohmann::ordered_json line{{"ledger", ledger}, {"events", std::to_string(made->events)}};
    for (const auto& [name, value] : made->truth) line["truth"][name] = value;
    show_json(json_line(line));
    return 0;
  }
  show(fmt::runtime(console.say({"{} events in {}; recorded:\n", "{} 条记录,台账 {};其中:\n"})),
       made->events, ledger);
  for (const auto& [name, value] : made->truth) show("  {} {:>14}\n", pad(name, 24), value);
  return 0;
}

}  // namespace

Verb generate_verb() {
  return {"generate",
          {"write sample data: school or county; or record a county straight into a new ledger",
           "生成示例数据:school(学校)或 county(县);或将一个县的记录直接写入新台账"},
          "taizhang generate county --pupils 20000 --years 3 --seed 7 --out /tmp/xupu",
          [](CLI::App& app, const Console& console) -> std::function<int()> {
            const auto options = std::make_shared<GenerateOptions>();
            const auto kind = std::make_shared<std::string>();
            app.add_option("KIND", *kind, console.say({"school or county", "school 或 county"}))
                ->required()
                ->check(CLI::IsMember({"school", "county"}));
            app.add_option("--pupils", options->pupils,
                           console.say({"on the roll on the first day (default 600)",
                                        "首日在校学生数(默认 600)"}));
            app.add_option("--years", options->years,
                           console.say({"school years (default 3)", "学年数(默认 3)"}));
            app.add_option(
                "--seed", options->seed,
                console.say({"the same seed gives the same bytes", "相同种子生成相同数据"}));
            app.add_option(
                "--first-year", options->first_year,
                console.say({"calendar year of the first September", "第一个学年的起始年份"}));
            app.add_option(
                "--townships", options->townships,
                console.say({"CSV with columns code and name", "含 code、name 列的乡镇 CSV"}));
            const auto ledger = std::make_shared<std::string>();
            auto* target = app.add_option_group("target");
            target->add_option("--out", options->directory,
                               console.say({"write files to this directory", "文件的输出目录"}));
            target->add_option("--ledger", *ledger,
                               console.say({"record a county's events, some fifteen a pupil and "
                                            "year, in this new ledger with a simulated clock",
                                            "将一个县的记录(每生每年约十五条)直接写入该新台账"
                                            "(模拟时钟)"}));
            target->require_option(1);
            return [options, kind, ledger, &console] {
              options->kind =
                  *kind == "county" ? GenerateOptions::Kind::county : GenerateOptions::Kind::school;
              return ledger->empty() ? make_generate(console, *options)
                                     : record(console, *options, *ledger);
            };
          }};
}

}  // namespace taizhang::tool
