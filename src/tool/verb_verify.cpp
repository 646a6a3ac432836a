#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <memory>

#include "tool/progress.hpp"
#include "tool/session.hpp"
#include "tool/verbs.hpp"
#include "tool/verify_report.hpp"

namespace taizhang::tool {
namespace {

constexpr int could_not_be_done = 3;

struct VerifyOptions {
  std::string ledger;
  AnchorOptions anchors;
  Position from = 1;
  unsigned threads = 0;
  bool views = false;
  bool html = false;
};

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // or a signal could not set it

/// The first Ctrl-C asks for an end that says how far it came, the second ends at once.
extern "C" void interrupt(int signal) {
  interrupted.store(true);
  std::signal(signal, SIG_DFL);
}

Result<LedgerVerification> verify_log(const Console& console, const VerifyOptions& options,
                                      const Anchors& anchors) {
  VerifyLedgerOptions how;
  how.after = options.from == 0 ? 0 : options.from - 1;
  how.anchors = anchors.heads;
  how.threads = options.threads;
  how.stop = &interrupted;
  Progress progress(console.say({"events", "记录核验"}));
  how.progress = [&](std::uint64_t done, std::uint64_t all) { progress.update(done, all); };
  std::signal(SIGINT, interrupt);
  auto result = verify_ledger(storage(), options_for(options.ledger).location + "/log", how);
  std::signal(SIGINT, SIG_DFL);
  return result;
}

/// What cannot be derived again: keys, and that they open what was sealed. Whoever has no key can
/// verify all but this, and is told so.
void verify_vault(const Console& console, const std::string& ledger, VerifyReport& report) {
  SystemOptions options = options_for(ledger);
  options.mode = OpenMode::follower;
  options.views = "memory:views";
  const auto system = System::inspect(storage(), options);
  if (!system) {
    report.vault_closed = system.error();
    return;
  }
  const Progress progress(console.say({"vault", "密钥库核验"}));
  auto found = (*system)->vault().verify((*system)->ledger());
  if (found)
    report.vault = *std::move(found);
  else
    report.vault_closed = found.error();
}

/// Folds every view anew; personal data stays sealed.
int verify_views(const Console& console, const std::string& ledger, VerifyReport& report) {
  return with_system(console, ledger, OpenFor::reading, [&](SchoolSystem& system) {
    const auto reached = catch_up(console, system);
    if (!reached) return console.fail(reached.error());
    Progress progress(console.say({"views", "视图核对"}));
    auto checks = system.views().verify(
        {}, [&](std::uint64_t done, std::uint64_t all) { progress.update(done, all); });
    if (!checks) return console.fail(checks.error());
    report.views = *std::move(checks);
    return 0;
  });
}

int verify(const Console& console, const VerifyOptions& options) {
  const auto proof = proof_folder(options.ledger);  // none for a ledger in no directory
  auto anchors = read_anchors(options.anchors, proof ? *proof : "");
  if (!anchors) {  // a signature that does not hold is found wanting, not a device that failed
    const int code = console.fail(anchors.error());
    return anchors.error().code() == ErrorCode::damaged ? 1 : code;
  }
  VerifyReport report;
  report.anchors = *std::move(anchors);
  auto ledger = verify_log(console, options, report.anchors);
  if (!ledger) {
    const int usage = console.fail(ledger.error());
    return ledger.error().code() == ErrorCode::invalid_argument ? usage : could_not_be_done;
  }
  report.ledger = *std::move(ledger);
  if (!report.ledger.interrupted) verify_vault(console, options.ledger, report);
  const bool with_views = options.views && !report.ledger.interrupted;
  const int views = with_views ? verify_views(console, options.ledger, report) : 0;
  if (console.json)
    print_lines(report);
  else if (options.html)
    print_html(paper_of(console, report), console.language);
  else
    print_text(paper_of(console, report));
  if (!report.holds()) return 1;
  return views != 0 || report.ledger.interrupted ? could_not_be_done : 0;
}

}  // namespace

Verb verify_verb() {
  return {
      "verify",
      {"recompute the whole ledger, hold it against checkpoints from outside, compare the views; "
       "exit code 1 if anything differs",
       "重新计算整个台账,与外部检查点核对,并核对视图;有不符时退出码为 1"},
      "taizhang verify LEDGER --against checkpoint.txt --views",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto options = std::make_shared<VerifyOptions>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("--against", options->anchors.checkpoints,
                       console.say({"a checkpoint kept elsewhere; may be repeated",
                                    "另处保存的检查点文件;可重复"}))
            ->allow_extra_args(false);
        app.add_option("--against-witness", options->anchors.witnessed,
                       console.say({"a checkpoint that a witness cosigned; may be repeated",
                                    "见证方联署的检查点文件;可重复"}))
            ->allow_extra_args(false);
        app.add_option("--against-paper", options->anchors.papers,
                       console.say({"\"SIZE ROOT CHECK\" as on a printed checkpoint",
                                    "打印检查点上的“记录数 树根 校验组”"}))
            ->allow_extra_args(false);
        app.add_option("--key", options->anchors.keys,
                       console.say({"public key that must have signed them; may be repeated",
                                    "应有其签名的公钥;可重复"}))
            ->allow_extra_args(false);
        app.add_option("--from", options->from,
                       console.say({"begin at this position; the tree before it is believed unless "
                                    "an anchor proves it",
                                    "自此位置起核验;此前的哈希树除非有锚点证实,否则采信"}));
        app.add_option(
            "--threads", options->threads,
            console.say({"how many (default: all of the machine)", "线程数(默认:本机全部)"}));
        app.add_flag("--views", options->views,
                     console.say({"fold every view anew and compare it byte by byte",
                                  "重新计算所有视图并逐字节核对"}));
        app.add_flag("--html", options->html,
                     console.say({"as a page for the printer", "输出可打印网页"}));
        return [options, &console] { return verify(console, *options); };
      }};
}

}  // namespace taizhang::tool
