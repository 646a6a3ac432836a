#!/usr/bin/env python3
"""What the tool shows goes through show.hpp, a Table, the Console or Progress, which make it safe for
a terminal: nothing else in src/tool writes to a standard stream.

    shown_as_text.py ROOT | --self-test
"""
import pathlib
import re
import sys

WRITES = re.compile(r"\bfmt::print\b|\b(?:std::)?(?:v?f?printf|f?puts|f?putc|putchar|fwrite)\s*\(|"
                    r"\bstd::(?:cout|cerr|clog)\b|\bSTD(?:OUT|ERR)_FILENO\s*,|\bperror\s*\(")
THE_DOORS = {"src/tool/show.cpp", "src/tool/text.cpp", "src/tool/console.cpp", "src/tool/progress.cpp"}


def faults(path, text):
    if path in THE_DOORS:
        return
    for number, line in enumerate(text.splitlines(), 1):
        if WRITES.search(line.split("//")[0]):
            yield f"{path}:{number}: {line.strip()}: use show, show_json or show_exact (src/tool/show.hpp)"


def self_test():
    bad = ['fmt::print("{}\\n", name);', 'std::fputs(name.c_str(), stdout);', "std::cout << name;", 'printf("%s", x);',
           'std::fprintf(stderr, "%s", x);', "write(STDOUT_FILENO, p, n);", "std::cerr << error.what();"]
    good = ['show("{}\\n", name);', "show_json(json_line(line));", "std::fflush(stdout);",
            "print_html(paper, language);", "isatty(STDERR_FILENO) == 1", "std::cin",
            "// std::cout is not for verbs", "snprintf(out, size, format);"]
    wrong = [line for line in bad if not list(faults("src/tool/verb_a.cpp", line))]
    wrong += [line for line in good if list(faults("src/tool/verb_a.cpp", line))]
    print("\n".join(wrong))
    return 1 if wrong else 0


def main():
    if sys.argv[1] == "--self-test":
        return self_test()
    root = pathlib.Path(sys.argv[1])
    found = []
    for file in sorted((root / "src" / "tool").rglob("*.[ch]pp")):
        found += faults(str(file.relative_to(root)), file.read_text(encoding="utf-8"))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
