#!/usr/bin/env python3
"""Nothing throws on data from outside: numbers are read with std::from_chars, JSON and TOML are
parsed in one place each, which bounds and checks them first, and their values are taken by kind.

    foreign_data.py ROOT | --self-test
"""
import pathlib
import re
import sys

# What throws, overflows a stack or takes the last of two -> the files in which it stands guarded.
BANNED = [
    (re.compile(r"\bstd::sto(i|l|ll|ul|ull|f|d|ld)\b"), set(), "use std::from_chars"),
    (re.compile(r"\b[Jj]son::(parse|sax_parse|accept)\s*\("),
     {"src/schema/parse_json.hpp", "src/schema/strict_json.cpp"}, "use schema::parse_json"),
    (re.compile(r"\btoml::parse(_file)?\s*\("), {"src/import/toml_reader.cpp"}, "use TomlReader"),
    (re.compile(r"\.get<|\.get_to\(|\.at\(\"|\.value\(\""),
     {"src/generate/roster_files.cpp"},  # a std::map of its own
     "ask for the kind, then get_ref or get_ptr"),
    (re.compile(r"\bJsonStringToMessage\s*\("), {"src/schema/json.cpp"}, "use from_json"),
    (re.compile(r"\.dump\((\d+)?\)"), {"src/decision/command.cpp"},  # of what was parsed
     "bytes that are not UTF-8 make it throw: json_line, or give the handler"),
    (re.compile(r"\b(?:std::filesystem|fs)::(?:exists|is_\w+|create_director(?:y|ies)|remove|remove_all|rename|"
                r"file_size|directory_iterator|canonical|absolute|symlink_status|copy|copy_file|space)"
                r"\((?:[^(),]|\([^(),]*\))*\)"), set(), "give it a std::error_code"),
]


def faults(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        code = line.split("//")[0]
        for pattern, allowed, way_out in BANNED:
            if pattern.search(code) and path not in allowed:
                yield f"{path}:{number}: {line.strip()}: {way_out}"


def self_test():
    bad = ["const int n = std::stoi(text);", "auto v = nlohmann::json::parse(text);",
           "const Json v = Json::parse(text, nullptr, false);", "reader = toml::parse(text, path);",
           "const auto text = value.dump(1);", 'if (std::filesystem::exists(folder + "/key")) return;',
           "name = value.get<std::string>();", 'line.at("root")', 'line.value("found", "")']
    good = ["fs::exists(folder_of(path), error)", "fs::exists(fs::symlink_status(place, error))", "json_line(value)",
            "std::stop_token cancel;", "TAIZHANG_TRY(v, schema::parse_json(text));", "parts.at(0);",
            "value.get_ref<const std::string&>()", "std::get<0>(pair)", "pointer.get()"]
    wrong = [line for line in bad if not list(faults("src/a.cpp", line))]
    wrong += [line for line in good if list(faults("src/a.cpp", line))]
    print("\n".join(wrong))
    return 1 if wrong else 0


def main():
    if sys.argv[1] == "--self-test":
        return self_test()
    root = pathlib.Path(sys.argv[1])
    found = []
    for folder in ("src", "include", "storage"):
        for file in sorted((root / folder).rglob("*.[ch]pp")):
            found += faults(str(file.relative_to(root)), file.read_text(encoding="utf-8"))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
