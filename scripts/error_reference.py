#!/usr/bin/env python3
"""Writes docs/errors.md from the code: codes and what to do (result.hpp), what may be retried
(result.cpp), limits (limits.hpp) and every rule with its sentences (src/decision, src/education,
src/import).
`--check` only says whether the page is what the code would give.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "errors.md"
RULE = r"AMENDMENT|[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+"
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def codes():
    body = re.search(r"enum class ErrorCode[^{]*\{(.*?)\};", text("include/taizhang/result.hpp"), re.S)
    retried = text("src/ledger/result.cpp").split("Retry Error::retry")[1]
    decision, call = retried.split("return Retry::decision")[0], retried
    call = call.split("return Retry::decision")[1].split("return Retry::call")[0]
    for number, (name, meaning) in enumerate(re.findall(r"(\w+),?\s*///< (.*)", body.group(1)), 1):
        again = ("the decision" if f"::{name}:" in decision else
                 "the call" if f"::{name}:" in call else "no")
        yield number, name, again, meaning


def limits():
    pattern = r"inline constexpr [\w:]+ (\w+) = ([^;]+);(?:\s*///< (.*))?"
    for name, value, meaning in re.findall(pattern, text("include/taizhang/limits.hpp")):
        number = " ".join(value.replace("'", "").split())
        number = re.sub(r"(\d)U\b", r"\1", number)
        yield name, f"{eval(number):,}", meaning  # a constant expression of this project's header


def sentence(source):
    """The literals of an expression, joined; what is put in between them as …"""
    out, rest, last = "", source, 0
    for literal in LITERAL.finditer(source):
        between = rest[last:literal.start()].replace("+", "").strip()
        if between and last:
            out += "…"
        elif between:
            out += "…"
        out += literal.group(1)
        last = literal.end()
    if rest[last:].replace("+", "").strip():
        out += "…"
    return out.replace('\\"', '"')


def pair(source, at):
    """The two expressions of the braces (or arguments) that begin at `at`."""
    depth, parts, start, quoted, i = 0, [], at + 1, False, at
    while i < len(source):
        c = source[i]
        if quoted:
            if c == "\\":
                i += 1
            elif c == '"':
                quoted = False
        elif c == '"':
            quoted = True
        elif c in "{(":
            depth += 1
        elif c in "})":
            depth -= 1
            if depth == 0:
                parts.append(source[start:i])
                return parts
        elif c == "," and depth == 1:
            parts.append(source[start:i])
            start = i + 1
        i += 1
    return parts


def rules():
    found = {}
    for path in [path for folder in ("decision", "education", "import")
                 for path in sorted((ROOT / "src" / folder).rglob("*.cpp"))]:
        source = path.read_text(encoding="utf-8")
        if named := re.search(rf'constexpr const char\* rule = ("(?:{RULE})");', source):
            source = re.sub(r"\brefuse\(\s*rule\b", "refuse(" + named.group(1), source)
        for match in re.finditer(rf'"({RULE})"\s*,\s*(\{{|")', source):
            if match.group(2) == "{":
                parts = pair(source, match.end() - 1)
            else:
                parts = [m.group(0) for m in LITERAL.finditer(source, match.end() - 1)][:2]
            if len(parts) < 2:
                continue
            english, chinese = sentence(parts[0]), sentence(parts[1])
            if re.search(r"[一-鿿]", chinese) and not re.search(r"[一-鿿]", english):
                found.setdefault(match.group(1), []).append((english, chinese))
    return found


def commands_of():
    found = {}
    files = "".join(text(f"proto/taizhang/{where}/v1/commands.proto") for where in ("ledger", "education"))
    for name, body in re.findall(r"message (\w+) \{(.*?)\n\}", files, re.S):
        for listed in re.findall(r"rules: \[([^\]]*)\]", body):
            for rule in re.findall(r'"([^"]+)"', listed):
                found.setdefault(rule, []).append(name)
    return found


def page():
    out = ["# Errors: what they say and what to do", "",
           "Made from the code by `scripts/error_reference.py`; a test holds it to the code.", "",
           "An error has a code, a sentence in English and Chinese that names place, rule and way out, "
           "and named details. In JSON: `code`, `message`, `details`; in C the number, "
           "`taizhang_error_message`, `taizhang_error_details`.", "",
           "## Codes", "", "| number | code | retry | meaning, and what to do |", "| --- | --- | --- | --- |"]
    for number, name, again, meaning in codes():
        out.append(f"| {number} | `{name}` | {again} | {meaning} |")
    out += ["", "*the call*: the same call with the same ids, once its cause is gone; what was taken "
            "answers its old positions. *the decision*: read again, decide again, append again "
            "(`Decider` does so by itself).", "",
            "The tool exits with 0 done, 1 refused or found wanting, 2 usage, 3 input/output or damaged,",
            "4 not all of standard output could be written (what was recorded stands). A reader that",
            "closes its end of a pipe ends it by SIGPIPE, as usual.",
            "", "## Limits", "", "Over one of these the answer is `too_large` or `busy`, and nothing was "
            "written.", "", "| limit | value | what it holds |", "| --- | ---: | --- |"]
    for name, value, meaning in limits():
        out.append(f"| `{name}` | {value} | {meaning} |")
    named = commands_of()
    out += ["", "## Rules of the school system", "", "A refusal by a rule is `rejected`, with details "
            "`rule` and, where something recorded stands in the way, `position`. `…` stands for what "
            "differs from case to case.", ""]
    for rule, said in sorted(rules().items()):
        out.append(f"### {rule}")
        if rule in named:
            out.append("")
            out.append("Of " + ", ".join(f"`{name}`" for name in sorted(set(named[rule]))) + ".")
        out.append("")
        for english, chinese in dict.fromkeys(said):
            out.append(f"- {english}<br>{chinese}")
        out.append("")
    return "\n".join(out).rstrip() + "\n"


def main():
    wanted = page()
    if "--check" in sys.argv:
        if PAGE.read_text(encoding="utf-8") != wanted:
            print("docs/errors.md is not what the code says; run scripts/error_reference.py")
            return 1
        print("docs/errors.md is what the code says")
        return 0
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
