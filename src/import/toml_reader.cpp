#include "import/toml_reader.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "import/toml_levels.hpp"
#include "ledger/errors.hpp"
#include "taizhang/schema/schema.hpp"

namespace taizhang::importing {
namespace {

constexpr std::size_t toml_bytes_max = 4U << 20;
constexpr std::size_t toml_levels_max = 100;

Error in_file(const std::string& path, toml::source_index line, Text message) {
  const auto at = std::to_string(line);
  return invalid(path + ", line " + at + ": " + message.en,
                 path + " 第 " + at + " 行:" + message.zh)
      .with("file", path)
      .with("line", at);
}

Result<std::string> whole_file(const std::string& path) {
  struct Close {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  std::string text;
  if (file) {
    std::array<char, 16384> buffer;
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
      text.append(buffer.data(), got);
      if (text.size() > toml_bytes_max)
        return core::over_limit("The size in bytes of " + path, path + " 的字节数", text.size(),
                                toml_bytes_max)
            .with("file", path);
    }
    if (std::ferror(file.get()) == 0) return text;
  }
  const int reason = errno;
  const std::string why = std::strerror(reason);
  return Error(reason == ENOENT ? ErrorCode::not_found : ErrorCode::io_error,
               Text{"Cannot read " + path + ": " + why + ". Check the path and the rights.",
                    "无法读取 " + path + ":" + why + "。请检查路径和权限。"})
      .with("file", path);
}

}  // namespace

Result<TomlReader> TomlReader::open(const std::string& path) {
  TomlReader reader;
  reader.path_ = path;
  TAIZHANG_TRY(reader.text_, whole_file(path));
  if (const auto line = line_nested_too_deep(reader.text_, toml_levels_max))
    return in_file(path, static_cast<toml::source_index>(*line),
                   {"Tables lie deeper in one another than " + std::to_string(toml_levels_max) +
                        ". Shorten the key.",
                    "表的嵌套超过 " + std::to_string(toml_levels_max) + " 层。请缩短键名。"});
  try {
    reader.root_ = toml::parse(reader.text_, path);
  } catch (const toml::parse_error& error) {
    const std::string what(error.description());
    return in_file(path, error.source().begin.line,
                   {"This is not TOML: " + what + ".", "不符合 TOML 格式:" + what + "。"});
  }
  return reader;
}

Error TomlReader::at(const toml::node& node, Text message) const {
  return in_file(path_, node.source().begin.line, std::move(message));
}

Result<> TomlReader::only(const toml::table& table, std::string_view name,
                          std::span<const std::string_view> known) const {
  for (const auto& [key, node] : table) {
    const std::string_view given = key.str();
    if (std::find(known.begin(), known.end(), given) != known.end()) continue;
    const std::vector<std::string> names(known.begin(), known.end());
    const auto nearest = nearest_name(given, names);
    std::string list;
    for (const std::string& each : names) list += (list.empty() ? "" : ", ") + each;
    const std::string shown(given), where(name);
    return at(node,
              {"\"" + shown + "\" is unknown in " + where + "; " +
                   (nearest ? "did you mean \"" + *nearest + "\"?" : "known are: " + list + "."),
               where + " 中没有“" + shown + "”这一项;" +
                   (nearest ? "是否应为“" + *nearest + "”?" : "可用:" + list + "。")});
  }
  return {};
}

Result<std::string> TomlReader::text_at(const toml::table& table, std::string_view key,
                                        bool required) const {
  const toml::node* const node = table.get(key);
  const std::string name(key);
  if (node == nullptr) {
    if (!required) return std::string{};
    return at(table, {"\"" + name + "\" is missing.", "缺少“" + name + "”。"});
  }
  const auto text = node->value_exact<std::string>();
  if (!text || (required && text->empty()))
    return at(*node,
              {"\"" + name + "\" must be a text in quotes.", "“" + name + "”须为带引号的文本。"});
  return *text;
}

Result<std::vector<std::string>> TomlReader::texts_at(const toml::table& table,
                                                      std::string_view key) const {
  std::vector<std::string> texts;
  const toml::node* const node = table.get(key);
  if (node == nullptr) return texts;
  if (const auto one = node->value_exact<std::string>()) return std::vector<std::string>{*one};
  const Error wrong = at(*node, {"\"" + std::string(key) + "\" must be a text or a list of texts.",
                                 "“" + std::string(key) + "”须为文本或文本列表。"});
  const toml::array* const list = node->as_array();
  if (list == nullptr) return wrong;
  for (const toml::node& each : *list) {
    const auto text = each.value_exact<std::string>();
    if (!text) return wrong;
    texts.push_back(*text);
  }
  return texts;
}

Result<const toml::table*> TomlReader::table_at(const toml::table& table,
                                                std::string_view key) const {
  const toml::node* const node = table.get(key);
  if (node == nullptr) return nullptr;
  if (!node->is_table())
    return at(*node, {"\"" + std::string(key) + "\" must be a table.",
                      "“" + std::string(key) + "”须为表。"});
  return node->as_table();
}

Result<std::vector<const toml::table*>> TomlReader::tables_at(const toml::table& table,
                                                              std::string_view key) const {
  std::vector<const toml::table*> tables;
  const toml::node* const node = table.get(key);
  if (node == nullptr) return tables;
  const toml::array* const list = node->as_array();
  const Error wrong = at(*node, {"\"" + std::string(key) + "\" must be a list of tables.",
                                 "“" + std::string(key) + "”须为表的列表。"});
  if (list == nullptr) return wrong;
  for (const toml::node& each : *list) {
    if (!each.is_table()) return wrong;
    tables.push_back(each.as_table());
  }
  return tables;
}

}  // namespace taizhang::importing
