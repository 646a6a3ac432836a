#include "taizhang/ledger.hpp"
#include "vault/vault_impl.hpp"

namespace taizhang {
namespace {

constexpr std::size_t findings_named = 100;

void add(VaultVerification& found, Error error) {
  ++found.findings_total;
  if (found.findings.size() < findings_named) found.findings.push_back(std::move(error));
}

Error unreadable_row(const std::string& what_en, const std::string& what_zh) {
  return Error(ErrorCode::damaged, {"the vault is damaged: " + what_en + "; restore the vault",
                                    "密钥库已损坏：" + what_zh + "；请恢复密钥库"});
}

}  // namespace

// Every row as it stands when it is walked over.
Result<> Vault::Impl::verify_rows(VaultVerification& found) {
  TAIZHANG_CHECK(
      buffered.scan(keys, "", [&](std::string_view key, std::string_view stored) -> Result<bool> {
        const std::string row(key);
        const auto versions = static_cast<std::uint32_t>(stored.size() / vault::wrapped_bytes);
        if (stored.size() % vault::wrapped_bytes != 0 || row.find('\0') == std::string::npos) {
          add(found, unreadable_row("a row of keys", "一行密钥"));
          return true;
        }
        for (std::uint32_t version = 1; version <= versions; ++version) {
          const auto secret = unwrap_slot(row, std::string(stored), version);
          if (!secret)
            add(found, secret.error());
          else
            ++(*secret ? found.keys : found.erased);
        }
        return true;
      }));
  TAIZHANG_CHECK(
      buffered.scan(tokens, "", [&](std::string_view, std::string_view value) -> Result<bool> {
        if (value.size() == std::tuple_size_v<decltype(Id::bytes)>)
          ++found.tokens;
        else
          add(found, unreadable_row("a token of a natural key", "一个查找标签"));
        return true;
      }));
  return buffered.scan(memory, "",
                       [&](std::string_view row, std::string_view wrapped) -> Result<bool> {
                         if (vault::unwrap(memory_key, wrapped, vault::joined({"memory", row})))
                           ++found.memory;
                         else
                           add(found, unreadable_row("a row of its memory", "一条导入记忆"));
                         return true;
                       });
}

Result<VaultVerification> Vault::verify(const Ledger& ledger) const {
  VaultVerification found;
  for (const auto& step : {impl_->buffered.verify(), impl_->verify_rows(found)})
    if (!step) add(found, step.error());
  const Position end = ledger.head().position;
  TAIZHANG_TRY(Reader reader, ledger.read(Query::all(), {.last = end}));
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) return found;
    for (const auto& part : event->sealed) {
      const auto opened = open(part, event->id);
      if (opened)
        ++found.sealed;
      else
        add(found, Error(opened.error()).with("position", std::to_string(event->position)));
    }
  }
}

}  // namespace taizhang
