#include "taizhang/import/importer.hpp"

#include <filesystem>

#include "import/run.hpp"
#include "import/toml_reader.hpp"

namespace taizhang {
namespace {

namespace fs = std::filesystem;

struct ManifestFile {
  std::string path, map;
};

Result<std::vector<ManifestFile>> manifest_of(const std::string& directory) {
  TAIZHANG_TRY(const auto toml,
               importing::TomlReader::open((fs::path(directory) / "manifest.toml").string()));
  TAIZHANG_TRY(const auto tables, toml.tables_at(toml.root(), "file"));
  std::vector<ManifestFile> files;
  for (const toml::table* const table : tables) {
    static constexpr std::array<std::string_view, 3> known{"path", "map", "rows"};
    TAIZHANG_CHECK(toml.only(*table, "[[file]]", known));
    ManifestFile file;
    TAIZHANG_TRY(file.path, toml.text_at(*table, "path", true));
    TAIZHANG_TRY(file.map, toml.text_at(*table, "map", true));
    for (std::string* const name : {&file.path, &file.map}) {
      *name = (fs::path(directory) / *name).string();
      std::error_code ignored;
      if (!fs::is_regular_file(*name, ignored))
        return toml.at(*table, {"There is no file " + *name + ".", "没有文件 " + *name + "。"});
    }
    files.push_back(std::move(file));
  }
  if (files.empty())
    return toml.at(toml.root(), {"The manifest lists no [[file]].", "清单中没有 [[file]]。"});
  return files;
}

}  // namespace

Result<ImportReport> Importer::import_file(const ImportOptions& options) {
  return importing::Run::of(ledger_, vault_, education_, options);
}

Result<std::vector<ImportReport>> Importer::import_directory(
    const std::string& directory, const ImportOptions& options,
    const std::function<void(const std::string& file, const ImportReport&)>& done) {
  TAIZHANG_TRY(const auto files, manifest_of(directory));
  std::vector<ImportReport> reports;
  for (const ManifestFile& file : files) {
    ImportOptions each = options;
    each.file = file.path;
    each.mapping = file.map;
    if (!options.reject_file.empty()) {
      std::error_code ignored;  // a directory that cannot be made shows when it is written to
      fs::create_directories(options.reject_file, ignored);
      each.reject_file =
          (fs::path(options.reject_file) / (fs::path(file.path).stem().string() + "-rejects.csv"))
              .string();
    }
    TAIZHANG_TRY(ImportReport report, import_file(each));
    if (done) done(file.path, report);
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace taizhang
