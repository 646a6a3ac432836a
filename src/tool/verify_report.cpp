#include "tool/verify_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tool/json_line.hpp"
#include "tool/show.hpp"

namespace taizhang::tool {
namespace {

using Json = nlohmann::ordered_json;

std::string integrity(const Console& console, const LedgerVerification& ledger) {
  const auto proven = console.say({"proven to position ", "完整性已证实至第 "}) +
                      std::to_string(ledger.proven) + console.say({"", " 位"});
  if (ledger.interrupted) return proven + console.say({"; interrupted", ";已中断"});
  if (ledger.holds()) return proven;
  return console.say({"DAMAGED; ", "已损坏;"}) + proven;
}

std::string anchoring(const Console& console, const VerifyReport& report) {
  const auto anchored = report.anchored();
  const auto rest = report.ledger.read > anchored ? report.ledger.read - anchored : 0;
  if (anchored == 0)
    return console.say(
        {"nothing from outside was held against it: all of it rests on this store's "
         "own word",
         "未与外部凭据核对:全部仅凭本存储自证"});
  return fmt::format(
      fmt::runtime(console.say({"anchored to position {}; unanchored after it: {} events",
                                "已锚定至第 {} 位;其后 {} 条未锚定"})),
      anchored, rest);
}

std::string views(const Console& console, const VerifyReport& report) {
  if (!report.views) return console.say({"not asked (--views)", "未核对(--views)"});
  const auto differing = std::count_if(report.views->begin(), report.views->end(),
                                       [](const ViewCheck& check) { return !check.equal; });
  if (differing == 0) return console.say({"match", "一致"});
  return console.say({"DIFFER: ", "不一致:"}) + std::to_string(differing);
}

std::string vault(const Console& console, const VerifyReport& report) {
  if (!report.vault)
    return console.say({"NOT LOOKED AT: ", "未核验："}) +
           (report.vault_closed ? console.say(report.vault_closed->message()) : "");
  const VaultVerification& found = *report.vault;
  if (found.findings_total > 0)
    return console.say({"DAMAGED: ", "已损坏："}) + std::to_string(found.findings_total);
  return fmt::format(
      fmt::runtime(console.say({"every one of {} keys and {} sealed parts opens; {} erased",
                                "{} 个密钥、{} 个加密部分全部可以打开；已删除 {} 个"})),
      found.keys, found.sealed, found.erased);
}

std::string verdict(const Console& console, AnchorVerdict verdict) {
  switch (verdict) {
    case AnchorVerdict::held:
      return console.say({"held", "相符"});
    case AnchorVerdict::differs:
      return console.say({"DIFFERS", "不符"});
    case AnchorVerdict::beyond_head:
      return console.say({"BEYOND THE END", "超出台账末尾"});
    case AnchorVerdict::not_reached:
      break;
  }
  return console.say({"not reached", "未核对到"});
}

Json vault_json(const VerifyReport& report) {
  if (!report.vault)
    return {{"lookedAt", false},
            {"why", report.vault_closed ? report.vault_closed->message().en : std::string()}};
  const VaultVerification& found = *report.vault;
  Json findings = Json::array();
  for (const Error& finding : found.findings)
    findings.push_back({{"position", std::string(finding.detail("position"))},
                        {"en", finding.message().en},
                        {"zh", finding.message().zh}});
  return {{"lookedAt", true},
          {"keys", std::to_string(found.keys)},
          {"erased", std::to_string(found.erased)},
          {"tokens", std::to_string(found.tokens)},
          {"sealed", std::to_string(found.sealed)},
          {"findingsTotal", found.findings_total},
          {"findings", findings}};
}

}  // namespace

Position VerifyReport::anchored() const {
  Position largest = 0;
  for (std::size_t i = 0; i < anchors.heads.size(); ++i)
    if (anchors.from_outside[i] && ledger.anchors[i] == AnchorVerdict::held)
      largest = std::max(largest, anchors.heads[i].size);
  return largest;
}

bool VerifyReport::holds() const {
  return ledger.holds() && (!vault || vault->findings_total == 0) &&
         (!vault_closed || vault_closed->code() != ErrorCode::damaged) &&
         (!views || std::all_of(views->begin(), views->end(),
                                [](const ViewCheck& check) { return check.equal; }));
}

Paper paper_of(const Console& console, const VerifyReport& report) {
  const auto& ledger = report.ledger;
  Paper paper;
  paper.title = console.say({"Verification of the ledger ", "台账核验 "}) +
                (ledger.ledger.is_zero() ? "?" : ledger.ledger.to_string());
  auto& facts = paper.facts;
  facts = {{console.say({"integrity", "完整性"}), integrity(console, ledger)},
           {console.say({"anchored", "锚定"}), anchoring(console, report)},
           {console.say({"vault", "密钥库"}), vault(console, report)},
           {console.say({"views", "视图"}), views(console, report)},
           {console.say({"last position", "末位"}), std::to_string(ledger.head)}};
  if (ledger.has_root)
    facts.emplace_back(console.say({"root of the tree", "树根"}), to_hex(ledger.root));
  if (ledger.read > 0)
    facts.emplace_back(console.say({"last event recorded at", "最后一条登记时间"}),
                       ledger.recorded_at.to_string());
  if (ledger.after > 0)
    facts.emplace_back(
        console.say({"not read", "未读部分"}),
        fmt::format(fmt::runtime(ledger.after_anchored
                                     ? console.say({"1 to {}; an anchor proves the tree there",
                                                    "第 1 至 {} 位;该处哈希树由锚点证实"})
                                     : console.say({"1 to {}; the stored tree there was believed",
                                                    "第 1 至 {} 位;采信该处所存的哈希树"})),
                    ledger.after));
  if (ledger.interrupted)
    facts.emplace_back(console.say({"to go on", "继续"}),
                       "--from " + std::to_string(ledger.proven + 1));
  facts.emplace_back(
      console.say({"read", "已读取"}),
      fmt::format(fmt::runtime(console.say({"{} events, {} index entries, {} ids, {:.1f} s, {:.0f} "
                                            "events/s",
                                            "{} 条记录、{} 个索引项、{} 个编号,{:.1f} 秒,每秒 "
                                            "{:.0f} 条"})),
                  ledger.events, ledger.postings, ledger.ids, ledger.seconds,
                  static_cast<double>(ledger.events) / std::max(ledger.seconds, 1e-9)));
  if (ledger.findings_total > 0) {
    Paper::Table table{console.say({"what does not hold", "不符之处"}),
                       {},
                       {console.say({"from", "自"}), console.say({"to", "至"}),
                        console.say({"kind", "类别"}), console.say({"what", "说明"})},
                       {},
                       {true, true, false, false},
                       true};
    for (const auto& finding : ledger.findings)
      table.rows.push_back({std::to_string(finding.first), std::to_string(finding.last),
                            std::string(name(finding.kind)), console.say(finding.what)});
    if (ledger.findings_total > ledger.findings.size())
      table.note =
          fmt::format(fmt::runtime(console.say({"the first {} of {}", "共 {1} 处,列出前 {0} 处"})),
                      ledger.findings.size(), ledger.findings_total);
    paper.tables.push_back(std::move(table));
  }
  if (report.vault && report.vault->findings_total > 0) {
    Paper::Table table{console.say({"what does not hold in the vault", "密钥库不符之处"}),
                       {},
                       {console.say({"position", "位置"}), console.say({"what", "说明"})},
                       {},
                       {true, false},
                       true};
    for (const Error& finding : report.vault->findings)
      table.rows.push_back(
          {std::string(finding.detail("position")), console.say(finding.message())});
    paper.tables.push_back(std::move(table));
  }
  if (!report.anchors.heads.empty()) {
    Paper::Table table{console.say({"held against", "核对凭据"}),
                       {},
                       {console.say({"position", "位置"}), console.say({"verdict", "结论"}),
                        console.say({"from", "来源"}), console.say({"root", "树根"})},
                       {},
                       {true, false, false, false},
                       true};
    for (std::size_t i = 0; i < report.anchors.heads.size(); ++i) {
      const auto& head = report.anchors.heads[i];
      table.rows.push_back(
          {std::to_string(head.size), verdict(console, ledger.anchors[i]),
           head.label + (report.anchors.from_outside[i]
                             ? ""
                             : console.say({" (signed by the ledger itself)", "(台账自签)"})),
           to_hex(head.root)});
    }
    paper.tables.push_back(std::move(table));
  }
  if (report.views) {
    Paper::Table table{console.say({"views against their events", "视图与记录核对"}),
                       {},
                       {console.say({"view", "视图"}), console.say({"position", "位置"}),
                        console.say({"rows", "行数"}), console.say({"verdict", "结论"}),
                        console.say({"digest", "摘要"})},
                       {},
                       {false, true, true, false, false},
                       true};
    for (const ViewCheck& check : *report.views)
      table.rows.push_back({check.view, std::to_string(check.position), std::to_string(check.rows),
                            check.equal
                                ? console.say({"byte-equal", "逐字节一致"})
                                : console.say({"DIFFERS", "不一致"}) + ": " + check.difference,
                            to_hex(check.digest)});
    paper.tables.push_back(std::move(table));
  }
  return paper;
}

void print_lines(const VerifyReport& report) {
  const auto& ledger = report.ledger;
  Json findings = Json::array(), anchors = Json::array();
  for (const auto& finding : ledger.findings)
    findings.push_back({{"kind", name(finding.kind)},
                        {"first", std::to_string(finding.first)},
                        {"last", std::to_string(finding.last)},
                        {"en", finding.what.en},
                        {"zh", finding.what.zh},
                        {"tag", finding.tag}});
  for (std::size_t i = 0; i < report.anchors.heads.size(); ++i)
    anchors.push_back({{"from", report.anchors.heads[i].label},
                       {"size", std::to_string(report.anchors.heads[i].size)},
                       {"root", to_hex(report.anchors.heads[i].root)},
                       {"fromOutside", static_cast<bool>(report.anchors.from_outside[i])},
                       {"verdict", name(ledger.anchors[i])}});
  show_json(json_line({{"ledger", ledger.ledger.is_zero() ? "" : ledger.ledger.to_string()},
                       {"holds", ledger.holds()},
                       {"interrupted", ledger.interrupted},
                       {"proven", std::to_string(ledger.proven)},
                       {"anchored", std::to_string(report.anchored())},
                       {"after", std::to_string(ledger.after)},
                       {"afterAnchored", ledger.after_anchored},
                       {"read", std::to_string(ledger.read)},
                       {"head", std::to_string(ledger.head)},
                       {"sealed", std::to_string(ledger.sealed)},
                       {"root", ledger.has_root ? to_hex(ledger.root) : ""},
                       {"recordedAt", ledger.read > 0 ? ledger.recorded_at.to_string() : ""},
                       {"findingsTotal", ledger.findings_total},
                       {"findings", findings},
                       {"vault", vault_json(report)},
                       {"anchors", anchors},
                       {"events", ledger.events},
                       {"postings", ledger.postings},
                       {"ids", ledger.ids},
                       {"recordBytes", ledger.record_bytes},
                       {"seconds", ledger.seconds}}));
  if (!report.views) return;
  for (const ViewCheck& check : *report.views)
    show_json(json_line({{"view", check.view},
                         {"position", std::to_string(check.position)},
                         {"root", to_hex(check.root)},
                         {"rows", std::to_string(check.rows)},
                         {"equal", check.equal},
                         {"difference", check.difference},
                         {"digest", to_hex(check.digest)}}));
}

}  // namespace taizhang::tool
