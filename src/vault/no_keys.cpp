#include "taizhang/vault/vault.hpp"

namespace taizhang {

Result<Sealed> NoKeys::seal(std::string_view, std::string_view, const Id&, std::string_view) {
  return Error(ErrorCode::unsupported,
               {"This process has no keys and cannot encrypt personal data. Record events in a "
                "process that opens the vault for writing.",
                "本进程没有密钥，无法加密个人信息。请在以写入方式打开密钥库的进程中记录事件。"});
}

Result<std::optional<std::string>> NoKeys::open(const RecordedEvent::SealedView&, const Id&) const {
  return std::optional<std::string>(std::string());
}

Result<> NoKeys::make_durable() { return {}; }

}  // namespace taizhang
