#include "import/toml_levels.hpp"

#include <vector>

namespace taizhang::importing {
namespace {

/// What a quotation mark begins, with its closing one; up to the line's end if it is not closed.
std::size_t quoted_size(std::string_view text) {
  const char mark = text.front();
  const bool several_lines = text.size() > 2 && text[1] == mark && text[2] == mark;
  const std::size_t marks = several_lines ? 3 : 1;
  for (std::size_t i = marks; i < text.size(); ++i) {
    if (text[i] == '\\' && mark == '"')
      ++i;
    else if (text[i] == '\n' && !several_lines)
      return i;
    else if (text[i] == mark && text.substr(i, marks) == text.substr(0, marks))
      return i + marks;
  }
  return text.size();
}

}  // namespace

std::optional<std::size_t> line_nested_too_deep(std::string_view toml, std::size_t levels_max) {
  std::size_t line = 1;
  std::size_t header = 0;         // parts of the [table] that the line lies in
  std::size_t parts = 0;          // of the key, beyond its first
  std::size_t level = 0;          // of what is open in the line
  std::vector<std::size_t> open;  // what each bracket added to it
  bool begins = true, in_header = false;
  for (std::size_t at = 0; at < toml.size(); ++at) {
    const char one = toml[at];
    if (one == '"' || one == '\'') {
      const std::string_view quoted = toml.substr(at, quoted_size(toml.substr(at)));
      for (const char each : quoted) line += each == '\n' ? 1 : 0;
      at += quoted.size() - 1;
    } else if (one == '#') {
      while (at + 1 < toml.size() && toml[at + 1] != '\n') ++at;
    } else if (one == '\n') {
      ++line;
      if (in_header) header = parts + 1;
      if (open.empty() || in_header) {
        open.clear();
        level = 0;
        begins = true;
      }
      in_header = false;
      parts = 0;
      continue;
    } else if (one == '.') {
      ++parts;
    } else if (one == '[' || one == '{') {
      if (begins && one == '[') {
        in_header = true;
        header = 0;
      }
      open.push_back(parts + 1);
      level += open.back();
      parts = 0;
    } else if (one == ']' || one == '}') {
      if (!open.empty() && !in_header) {
        level -= open.back();
        open.pop_back();
      }
      if (!in_header) parts = 0;
    } else if (one == ',') {
      parts = 0;
    }
    if (one != ' ' && one != '\t' && one != '\r') begins = false;
    if (header + level + parts > levels_max) return line;
  }
  return std::nullopt;
}

}  // namespace taizhang::importing
