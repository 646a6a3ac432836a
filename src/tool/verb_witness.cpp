#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "taizhang/proof/witness.hpp"
#include "tool/http.hpp"
#include "tool/input_file.hpp"
#include "tool/json_line.hpp"
#include "tool/show.hpp"
#include "tool/subverbs.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

int tell_key(const Console& console, const VerifierKey& key) {
  if (console.json)
    show_json(json_line({{"key", key.text()}, {"name", key.name()}}));
  else
    show("{}\n", key.text());
  return 0;
}

int make_witness(const Console& console, const std::string& folder, const std::string& name) {
  const auto witness = Witness::create(folder, name);
  if (!witness) return console.fail(witness.error());
  console.note(
      {"note: this folder is the witness's memory; a copy of it that comes back has "
       "forgotten what was cosigned since.",
       "注意:该目录即见证方的记忆;若用旧副本恢复,此后所作见证将被遗忘。"});
  return tell_key(console, (*witness)->key());
}

int trust_witness(const Console& console, const std::string& folder, const std::string& vkey) {
  const auto key = VerifierKey::parse(vkey);
  if (!key) return console.fail(key.error());
  const auto witness = Witness::open(folder);
  if (!witness) return console.fail(witness.error());
  const auto trusted = (*witness)->trust(*key);
  return trusted ? 0 : console.fail(trusted.error());
}

/// The exit code that an answer is worth: 409 and 422 are findings, not failures of the machine.
int code_of_witness(int status) {
  if (status == 200) return 0;
  return status == 400 ? 2 : status == 500 ? 3 : 1;
}

int cosign_file(const Console& console, const std::string& folder, const std::string& place) {
  const auto body = read_file(place, WitnessRequest::bytes_max);
  if (!body) return console.fail(body.error());
  const auto witness = Witness::open(folder);
  if (!witness) return console.fail(witness.error());
  const Witness::Answer answer = (*witness)->add_checkpoint(*body);
  if (answer.status == 200) {
    const auto request = WitnessRequest::parse(*body);
    show_exact(request->checkpoint.note.format() + answer.body);
    return 0;
  }
  std::string_view body_line = answer.body;
  if (body_line.ends_with('\n')) body_line.remove_suffix(1);
  console.line(fmt::format(
      "{} {}{}{}", console.say({"not cosigned,", "未签名,"}), answer.status,
      answer.status == 409 ? console.say({": ask again with --old ", ":请改用 --old "}) : ": ",
      body_line));
  return code_of_witness(answer.status);
}

struct ServeOptions {
  std::string folder;
  std::string listen = "127.0.0.1:0";
  std::string prefix;
};

HttpAnswer answer(const Console& console, Witness& witness, const std::string& prefix,
                  const HttpRequest& request) {
  const auto text = [](int status, const char* body) {
    return HttpAnswer{status, "text/plain; charset=utf-8", body};
  };
  if (!request.target.starts_with(prefix + "/")) return text(404, "Not found.\n");
  const std::string path = request.target.substr(prefix.size() + 1);
  constexpr std::string_view latest = "/checkpoint";
  Witness::Answer judged;
  if (path == "add-checkpoint") {
    if (request.method != "POST") return text(405, "POST it.\n");
    judged = witness.add_checkpoint(request.body);
    // Who keeps the witness sees what was asked; 422 is what it is there for.
    console.line(
        fmt::format("{} add-checkpoint {}", system_clock()->now().to_string(), judged.status));
  } else if (path.ends_with(latest)) {
    if (request.method != "GET") return text(405, "GET it.\n");
    judged = witness.latest(std::string_view(path).substr(0, path.size() - latest.size()));
  } else {
    return text(404, "Not found.\n");
  }
  return {judged.status, judged.content_type, judged.body};
}

int serve(const Console& console, const ServeOptions& options) {
  const auto witness = Witness::open(options.folder);
  if (!witness) return console.fail(witness.error());
  std::string prefix = options.prefix;
  while (prefix.ends_with('/')) prefix.pop_back();
  if (!prefix.empty() && !prefix.starts_with('/')) prefix.insert(0, 1, '/');
  const auto served = serve_http(
      options.listen, WitnessRequest::bytes_max,
      [&](const HttpRequest& request) { return answer(console, **witness, prefix, request); },
      [&](const std::string& address) {
        show("http://{}{}\n", address, prefix);
        std::fflush(stdout);
      });
  return served ? 0 : console.fail(served.error());
}

Verb two(const char* name, const Text& purpose, const std::string& example, const char* second,
         const Text& what, int (*work)(const Console&, const std::string&, const std::string&)) {
  return {
      name, purpose, example, [=](CLI::App& app, const Console& console) -> std::function<int()> {
        struct Options {
          std::string folder;
          std::string second;
        };
        const auto options = std::make_shared<Options>();
        app.add_option("DIR", options->folder, console.say({"the witness's folder", "见证方目录"}))
            ->required();
        app.add_option(second, options->second, console.say(what))->required();
        return
            [options, work, &console] { return work(console, options->folder, options->second); };
      }};
}

Verb serve_verb() {
  return {
      "serve",
      {"cosign over HTTP until stopped; prints its address", "经网络提供见证,直至停止;输出地址"},
      "taizhang witness serve DIR --listen 127.0.0.1:8080",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto options = std::make_shared<ServeOptions>();
        app.add_option("DIR", options->folder, console.say({"the witness's folder", "见证方目录"}))
            ->required();
        app.add_option("--listen", options->listen,
                       console.say({"address and port; port 0: a free one (default 127.0.0.1:0)",
                                    "地址与端口;端口 0 为任一空闲端口(默认 127.0.0.1:0)"}));
        app.add_option("--prefix", options->prefix,
                       console.say({"path before /add-checkpoint", "/add-checkpoint 之前的路径"}));
        return [options, &console] { return serve(console, *options); };
      }};
}

}  // namespace

Verb witness_verb() {
  return {
      "witness",
      {"vouch for ledgers of others: new, trust, serve, cosign",
       "为他人台账作见证:新建、信任、网络服务、文件见证"},
      "taizhang witness new DIR --name supervision.example/witness",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        return with_subverbs(
            app, console,
            {two("new", {"make a witness and print its public key", "新建见证方并输出公钥"},
                 "taizhang witness new DIR --name supervision.example/witness", "--name",
                 {"its name: no spaces, no '+'", "名称:不含空格与“+”"}, make_witness),
             two("trust", {"cosign the log of this key from now on", "今后为该公钥的日志作见证"},
                 "taizhang witness trust DIR VKEY", "VKEY", {"the log's public key", "日志公钥"},
                 trust_witness),
             serve_verb(),
             two("cosign",
                 {"judge a request handed in by file; prints the cosigned checkpoint",
                  "审查以文件提交的请求,输出带见证签名的检查点"},
                 "taizhang witness cosign DIR request.txt > cosigned.txt", "REQUEST",
                 {"file of `checkpoint request`; - for standard input",
                  "checkpoint request 的输出;- 为标准输入"},
                 cosign_file)},
            [&console] { return console.fail(missing_argument("new, trust, serve, cosign")); });
      }};
}

}  // namespace taizhang::tool
