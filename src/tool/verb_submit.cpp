#include <charconv>
#include <memory>

#include "taizhang/proof/witness.hpp"
#include "tool/checkpoint_verbs.hpp"
#include "tool/http.hpp"
#include "tool/subverbs.hpp"

namespace taizhang::tool {
namespace {

constexpr int attempts_max = 3;

/// The witness's own words are passed on.
Error not_cosigned(const HttpAnswer& answer) {
  const std::string said = answer.body.substr(0, 2000);
  return Error(ErrorCode::rejected,
               {"The witness did not cosign (" + std::to_string(answer.status) + "): " + said,
                "见证方未签名(" + std::to_string(answer.status) + "):" + said})
      .with("status", std::to_string(answer.status));
}

std::optional<std::uint64_t> size_of(const HttpAnswer& answer) {
  std::uint64_t size = 0;
  const char* end = answer.body.data() + answer.body.size();
  const auto [stop, bad] = std::from_chars(answer.body.data(), end, size);
  if (answer.content_type != "text/x.tlog.size" || bad != std::errc() || stop == answer.body.data())
    return std::nullopt;
  return size;
}

/// Asks until the witness and this side agree on where it stands: a former answer may have been
/// lost, or another of its askers was quicker.
Result<SignedCheckpoint> submit(const Ledger& ledger, Checkpointer& checkpointer,
                                const std::string& url) {
  TAIZHANG_TRY(SignedCheckpoint made, checkpointer.sign());
  std::uint64_t old_size = std::min(anchored_size(checkpointer), made.head.size);
  for (int attempt = 1;; ++attempt) {
    TAIZHANG_TRY(const WitnessRequest request, WitnessRequest::of(ledger, made, old_size));
    TAIZHANG_TRY(const HttpAnswer answer, post_http(url + "/add-checkpoint", request.format()));
    if (answer.status == 200) {
      TAIZHANG_TRY(auto lines, NoteSignature::parse_lines(answer.body));
      for (NoteSignature& line : lines) made.note.signatures.push_back(std::move(line));
      return checkpointer.import(made.note.format());
    }
    const auto stands_at = answer.status == 409 ? size_of(answer) : std::nullopt;
    if (!stands_at || attempt == attempts_max) return not_cosigned(answer);
    old_size = *stands_at;
  }
}

}  // namespace

Verb submit_verb() {
  return {
      "submit",
      {"sign, have a witness cosign over HTTP, keep the answer",
       "签署并经网络提交见证方,保存见证签名"},
      "taizhang checkpoint submit LEDGER --url http://10.1.2.3:8080",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        struct Options {
          std::string ledger;
          std::string url;
        };
        const auto options = std::make_shared<Options>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("--url", options->url,
                       console.say({"the witness: http://HOST:PORT, with its prefix if it has one",
                                    "见证方地址:http://主机:端口,如有前缀一并给出"}))
            ->required();
        return [options, &console] {
          std::string url = options->url;
          while (url.ends_with('/')) url.pop_back();
          return with_checkpointer(console, options->ledger,
                                   [&](const Ledger& ledger, Checkpointer& checkpointer) {
                                     const auto anchored = submit(ledger, checkpointer, url);
                                     if (!anchored) return console.fail(anchored.error());
                                     return tell_anchored(console, checkpointer, *anchored);
                                   });
        };
      }};
}

}  // namespace taizhang::tool
