#include <fmt/format.h>

#include <memory>

#include "taizhang/generate/generate.hpp"
#include "tool/text.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

int make(const Console& console, const GenerateOptions& options) {
  const auto made = generate(options);
  if (!made) return console.fail(made.error());
  std::int64_t rows = 0;
  for (const Manifest::File& file : made->files) rows += file.rows;
  if (console.json) {
    fmt::print("{{\"directory\":\"{}\",\"files\":{},\"rows\":{}}}\n", options.directory,
               made->files.size(), rows);
    return 0;
  }
  fmt::print(fmt::runtime(console.say(
                 {"{} files, {} rows in {}; planted:\n", "{} 个文件、{} 行,目录 {};预设真值:\n"})),
             made->files.size(), rows, options.directory);
  for (const auto& [name, value] : made->truth) fmt::print("  {} {:>12}\n", pad(name, 24), value);
  for (const auto& [kind, count] : made->bad_rows) {
    fmt::print("  {} {:>12}\n", pad("bad: " + kind, 24), count);
  }
  return 0;
}

}  // namespace

Verb generate_verb() {
  return {"generate",
          {"write sample data: school or county", "生成示例数据:school(学校)或 county(县)"},
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
            app.add_option("--out", options->directory, console.say({"the directory", "输出目录"}))
                ->required();
            return [options, kind, &console] {
              options->kind =
                  *kind == "county" ? GenerateOptions::Kind::county : GenerateOptions::Kind::school;
              return make(console, *options);
            };
          }};
}

}  // namespace taizhang::tool
