#include <cstdint>
#include <type_traits>

#include "taizhang/generate/generate.hpp"

namespace taizhang {
namespace {

template <class Map>
void section(std::string& text, const char* title, const Map& values) {
  text += std::string("\n[") + title + "]\n";
  for (const auto& [name, value] : values) {
    if constexpr (std::is_same_v<typename Map::mapped_type, std::string>)
      text += name + " = \"" + value + "\"\n";
    else
      text += name + " = " + std::to_string(value) + "\n";
  }
}

}  // namespace

std::string Manifest::to_toml() const {
  std::string text = "# Files in the order of import, and the truth that was planted in them.\n";
  // A TOML integer has 63 bits.
  const std::string seed = std::to_string(options.seed);
  const bool small = options.seed <= static_cast<std::uint64_t>(INT64_MAX);
  text += "simulated = true\nkind = \"";
  text += options.kind == GenerateOptions::Kind::school ? "school" : "county";
  text += small ? "\"\nseed = " + seed : "\"\nseed = \"" + seed + "\"";
  text += "\npupils_at_start = " + std::to_string(options.pupils);
  text += "\nyears = " + std::to_string(options.years);
  text += "\nfirst_year = " + std::to_string(options.first_year) + "\n";
  for (const File& file : files)
    text += "\n[[file]]\npath = \"" + file.path + "\"\nmap = \"" + file.map +
            "\"\nrows = " + std::to_string(file.rows) + "\n";
  section(text, "truth", truth);
  section(text, "truth.bad_rows", bad_rows);
  section(text, "truth.id_errors", id_errors);
  section(text, "live", live);
  return text;
}

}  // namespace taizhang
