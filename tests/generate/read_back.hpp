#pragma once

#include <iconv.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace taizhang::test {

/// The generated files as a reader who knows nothing of the generator sees them.
using Record = std::map<std::string, std::string>;

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The text in UTF-8; nothing if the bytes are not of that encoding.
inline bool convert(const std::string& bytes, const char* encoding, std::string& text) {
  iconv_t converter = iconv_open("UTF-8", encoding);
  text.assign(bytes.size() * 2 + 16, '\0');
  std::string copy = bytes;
  char* from = copy.data();
  std::size_t from_left = copy.size();
  char* to = text.data();
  std::size_t to_left = text.size();
  const bool good =
      iconv(converter, &from, &from_left, &to, &to_left) != static_cast<std::size_t>(-1);
  iconv_close(converter);
  text.resize(text.size() - to_left);
  return good;
}

inline std::string text_of(const std::filesystem::path& path) {
  const std::string bytes = bytes_of(path);
  std::string text;
  if (!convert(bytes, "UTF-8", text) && !convert(bytes, "GB18030", text))
    throw std::runtime_error("unknown encoding: " + path.string());
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  return text;
}

inline std::vector<std::vector<std::string>> cells_of(const std::string& text) {
  const std::string header = text.substr(0, text.find('\n'));
  const char delimiter = header.find('\t') != std::string::npos  ? '\t'
                         : header.find(';') != std::string::npos ? ';'
                                                                 : ',';
  std::vector<std::vector<std::string>> rows(1);
  std::string cell;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"')
        cell += c;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        cell += text[++i];
      else
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == delimiter || c == '\n') {
      rows.back().push_back(cell);
      cell.clear();
      if (c == '\n') rows.emplace_back();
    } else if (c != '\r') {
      cell += c;
    }
  }
  rows.pop_back();
  return rows;
}

inline std::vector<Record> records_of(const std::filesystem::path& path) {
  const auto rows = cells_of(text_of(path));
  std::vector<Record> records;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].size() != rows[0].size())
      throw std::runtime_error("row of another width in " + path.string());
    Record record;
    for (std::size_t n = 0; n < rows[i].size(); ++n) record[rows[0][n]] = rows[i][n];
    records.push_back(std::move(record));
  }
  return records;
}

/// "2021-09-enrol.csv" → "enrol"
inline std::string kind_of(const std::string& path) { return path.substr(8, path.size() - 12); }

/// (file, value of the named column) of the rows planted to be refused.
inline std::set<std::pair<std::string, std::string>> planted_bad(const std::string& directory) {
  std::set<std::pair<std::string, std::string>> bad;
  for (const Record& record : records_of(directory + "/planted-bad.csv"))
    bad.emplace(record.at("file"), record.at("value"));
  return bad;
}

}  // namespace taizhang::test
