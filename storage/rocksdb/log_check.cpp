#include "log_check.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace taizhang::rocks {
namespace {

// A log is a row of blocks; a block is a row of records, none of which crosses into the next:
//   checksum u32 | length u16 | type u8 | payload        (little-endian)
// The checksum, CRC-32C rotated and shifted, covers type and payload but not the length.
constexpr std::size_t block_bytes = 32'768;
constexpr std::size_t header_bytes = 7;

constexpr std::array<std::uint32_t, 256> crc32c_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
    table[byte] = crc;
  }
  return table;
}();

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::uint32_t step(std::uint32_t crc, std::uint8_t byte) {
  return (crc >> 8) ^ crc32c_table[(crc ^ byte) & 0xFFU];
}
std::uint32_t masked(std::uint32_t crc) {
  const std::uint32_t plain = ~crc;
  return ((plain >> 15) | (plain << 17)) + 0xA282EAD8U;
}
std::uint32_t checksum_of(std::string_view record) {
  std::uint32_t stored = 0;
  for (std::size_t i = 4; i-- > 0;) stored = stored << 8 | byte_at(record, i);
  return stored;
}

/// Whether some first part of the payload fits the record's checksum, so that the record is
/// whole and its length is wrong. What a crash cut short fits nowhere.
bool holds_whole_record(std::string_view record) {
  const std::uint32_t stored = checksum_of(record);
  std::uint32_t crc = ~0U;
  for (std::size_t at = header_bytes - 1; at < record.size(); ++at) {
    crc = step(crc, byte_at(record, at));
    if (masked(crc) == stored) return true;
  }
  return false;
}

bool checksum_holds(std::string_view record) {
  std::uint32_t crc = ~0U;
  for (const char byte : record.substr(header_bytes - 1))
    crc = step(crc, static_cast<std::uint8_t>(byte));
  return masked(crc) == checksum_of(record);
}

enum class Found { nothing, damage, end_of_log };

Found look_through(std::string_view block, LogCheck depth) {
  while (block.size() >= header_bytes) {
    const std::size_t size =
        header_bytes + (byte_at(block, 4) | static_cast<std::size_t>(byte_at(block, 5)) << 8);
    const bool zeros = size == header_bytes && byte_at(block, 6) == 0;
    if (zeros) return Found::damage;
    if (size > block.size()) return holds_whole_record(block) ? Found::damage : Found::end_of_log;
    if (depth == LogCheck::all_checksums && !checksum_holds(block.substr(0, size)))
      return Found::damage;
    block.remove_prefix(size);
  }
  return Found::nothing;
}

bool damaged_log(const std::filesystem::path& file, LogCheck depth) {
  std::ifstream log(file, std::ios::binary);
  std::string block(block_bytes, '\0');
  while (log) {
    log.read(block.data(), static_cast<std::streamsize>(block.size()));
    const auto found = look_through(
        std::string_view(block).substr(0, static_cast<std::size_t>(log.gcount())), depth);
    if (found != Found::nothing) return found == Found::damage;
  }
  return false;
}

}  // namespace

Result<> check_logs(const std::string& place, LogCheck depth) {
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(place, error)) {
    if (file.path().extension() != ".log" || !damaged_log(file.path(), depth)) continue;
    const std::string name = file.path().string();
    return Error(ErrorCode::damaged,
                 {"The write-ahead log " + name +
                      " is damaged: a record in it cannot be read. Restore the "
                      "store from a backup.",
                  "预写日志 " + name + " 已损坏：其中有无法读取的记录。请用备份恢复该存储。"})
        .with("place", place)
        .with("file", name);
  }
  return {};
}

}  // namespace taizhang::rocks
