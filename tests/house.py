#!/usr/bin/python3
"""house.py ROOT - refuses what the house rules refuse, in the tracked files of ROOT.
house.py --format ROOT - refuses C that clang-format would lay out in another way.
house.py --selftest - proves that each rule can fail.

Text in, complaints out: each rule is a function of all files (path -> source) that yields (path,
line, complaint). All but the width are about C. Rules look at the code without comments and
strings, but for those that are about comments. Functions are told by the layout: the opening brace
of a body, and the closing one, stand in the first column."""

import collections
import os
import re
import shutil
import subprocess
import sys

CODE_SUFFIXES = (".c", ".h", ".py", ".sh", ".cmake", "CMakeLists.txt")
# The floors: a folder may include itself and what stands here beside it. An engine's folder may
# include the resolver above it, and no other engine.
MAY_INCLUDE = {
    "base": (),
    "dns": ("base",),
    "spf": ("dns", "base"),
    "checks": ("spf", "dns", "base"),
    "io": ("base",),
    "resolver": ("dns", "base"),
    "input": ("io", "dns", "base"),
    "maillog": ("dns", "base"),
    "logs": ("maillog", "input", "io", "dns", "base"),
    "report": ("maillog", "io", "dns", "base"),
    "results": ("input", "io", "checks", "spf", "dns", "base"),
    "export": ("results", "input", "io", "checks", "spf", "dns", "base"),
    "page": ("report", "results", "maillog", "io", "dns", "base"),
    "scanner": (
        "results", "logs", "maillog", "input", "checks", "resolver", "io", "spf", "dns", "base"
    ),
    "cli": (
        "scanner", "page", "export", "results", "report", "logs", "maillog", "input", "checks",
        "resolver", "io", "spf", "dns", "base",
    ),
}
# A table of what stands in the folders of its own floor: it may include them, and they do not
# include it.
TABLES = ("resolver/engines",)
LIBRARIES = {
    "Concurrency Kit": r"ck_\w+\.h",
    "zlib": r"zlib\.h",
    "libdeflate": r"libdeflate\.h",
    "ISA-L": r"isa-l.*",
    "libevent": r"event\.h|event2/.*",
    "libunbound": r"unbound.*\.h",
    "libidn2": r"idn2\.h",
    "jansson": r"jansson\.h",
    "libpsl": r"libpsl\.h",
    "libsodium": r"sodium.*",
    "nettle": r"nettle/.*",
}
# The place of a library is one file; of these it is a folder, whose files it shapes.
LIBRARY_FOLDERS = {"libunbound": "resolver/recursive"}
BANNED_CALL = re.compile(r"\b(sprintf|vsprintf|strcpy|strcat|atoi|strtok|alloca|gets)\s*\(")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
COMMENT_OR_STRING = re.compile(
    r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL
)
# In the program, and in tests and benchmarks, whose tables and scenarios are long.
FILE_LINES_MAX, FILE_LINES_MAX_ELSEWHERE = 500, 560
FUNCTION_LINES_MAX, FUNCTION_LINES_MAX_ELSEWHERE = 60, 100
PURPOSE_WORDS_MIN = 5
COLUMNS_MAX = 100
TABLE_COLUMNS_MAX = 132  # between `clang-format off` and `clang-format on`
TAB_COLUMNS = 8
# Versions differ in what they do; this is Debian 12's.
CLANG_FORMAT_VERSION = 14


def folder_of(path):
    return os.path.dirname(path)


def floor_of(path):
    return path.split("/")[0] if "/" in path else ""


def is_c(path):
    return path.endswith((".c", ".h"))


def is_product(path):
    return floor_of(path) in MAY_INCLUDE


def module_of(path):
    """A header and its source are one module."""
    return os.path.splitext(path)[0]


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def bare(source):
    """The code with comments and strings blanked, lines kept."""
    return COMMENT_OR_STRING.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), source)


def includes_of(source):
    """(line, is_ours, path) of each include. In comments they do not count, but their quotes are
    strings."""
    visible = bare(source)
    for match in INCLUDE.finditer(source):
        hash_at = source.index("#", match.start())
        if visible[hash_at] == "#":
            yield line_of(source, hash_at), match.group(1) == '"', match.group(2)


def rule_banned_calls(files):
    for path, source in files.items():
        for match in BANNED_CALL.finditer(bare(source)):
            yield path, line_of(source, match.start()), f"calls {match.group(1)}()"


def may_include(path, included):
    if floor_of(included) in MAY_INCLUDE[floor_of(path)]:
        # what stands in a folder of a floor is for that folder: an engine, its parts
        return folder_of(included) == floor_of(included)
    if floor_of(included) != floor_of(path):
        return False
    is_near = folder_of(included) in (folder_of(path), floor_of(path))
    return is_near or module_of(path) in TABLES


def rule_floors(files):
    for path, source in files.items():
        if not is_product(path):
            continue
        for line, is_ours, included in includes_of(source):
            if is_ours and not may_include(path, included):
                yield path, line, f'includes "{included}", which is no file of this floor or below'


def module_graph(files):
    graph = collections.defaultdict(set)
    for path, source in files.items():
        if is_product(path):
            for _, is_ours, included in includes_of(source):
                if is_ours and module_of(included) != module_of(path):
                    graph[module_of(path)].add(module_of(included))
    return graph


def reachable(graph, start):
    seen, todo = set(), [start]
    while todo:
        for module in graph.get(todo.pop(), ()):
            if module not in seen:
                seen.add(module)
                todo.append(module)
    return seen


def rule_circles(files):
    """No module needs itself by way of another. A circle is told once, at its first module."""
    graph = module_graph(files)
    needs = {module: reachable(graph, module) for module in graph}
    told = set()
    for module in sorted(needs):
        if module not in needs[module] or module in told:
            continue
        circle = sorted(m for m in needs if m in needs[module] and module in needs[m])
        told.update(circle)
        path = module + (".c" if module + ".c" in files else ".h")
        yield path, 1, "is part of a circle of includes: " + ", ".join(circle)


def rule_one_place_per_library(files):
    for library, pattern in LIBRARIES.items():
        header = re.compile(pattern)
        users = {}
        for path, source in files.items():
            if is_product(path):
                users.update(
                    (path, line)
                    for line, is_ours, included in includes_of(source)
                    if not is_ours and header.fullmatch(included)
                )
        for path, line in list(users.items())[1:]:
            if folder_of(path) == folder_of(next(iter(users))) == LIBRARY_FOLDERS.get(library):
                continue
            yield path, line, f"is one more user of {library}, besides {next(iter(users))}"
        for path, line in users.items():
            if not path.endswith(".h"):
                continue
            for other, source in files.items():
                if folder_of(other) != folder_of(path) and any(
                    included == path for _, _, included in includes_of(source)
                ):
                    yield path, line, f"shows {library} to {other}, in another folder"


def rule_unique_stems(files):
    folders = collections.defaultdict(dict)
    for path in files:
        if is_product(path):
            folders[os.path.splitext(os.path.basename(path))[0]].setdefault(folder_of(path), path)
    for stem, paths in folders.items():
        for path in sorted(paths.values())[1:]:
            yield path, 1, f'has the stem "{stem}" of {sorted(paths.values())[0]}'


def rule_purpose(files):
    for path, source in files.items():
        match = re.match(r"/\*(.*?)\*/", source, re.DOTALL)
        if not match or len(match.group(1).split()) < PURPOSE_WORDS_MIN:
            yield path, 1, "does not begin with a comment of its purpose"
        if path.endswith(".h"):
            guard = re.sub(r"\W", "_", os.path.splitext(path)[0]).upper() + "_H"
            if not re.search(rf"^#ifndef {guard}\n#define {guard}\n", source, re.MULTILINE):
                yield path, 1, f"has no include guard {guard}"


def rule_file_size(files):
    for path, source in files.items():
        n = source.count("\n")
        most = FILE_LINES_MAX if is_product(path) else FILE_LINES_MAX_ELSEWHERE
        if n > most:
            yield path, n, f"has {n} lines, over {most}: which noun is hiding in it?"


def rule_function_size(files):
    for path, source in files.items():
        most = FUNCTION_LINES_MAX if is_product(path) else FUNCTION_LINES_MAX_ELSEWHERE
        begin = None
        for number, line in enumerate(bare(source).split("\n"), 1):
            if line.startswith("{"):
                begin = number
            elif line.startswith("}") and begin:
                n = number - begin - 1
                if n > most:
                    yield path, begin, f"has a function of {n} lines, over {most}"
                begin = None


def rule_width(files):
    for path, source in files.items():
        limit = COLUMNS_MAX
        for number, line in enumerate(source.split("\n"), 1):
            if is_c(path) and "clang-format off" in line:
                limit = TABLE_COLUMNS_MAX
            elif is_c(path) and "clang-format on" in line:
                limit = COLUMNS_MAX
            columns = len(line.expandtabs(TAB_COLUMNS))
            if columns > limit:
                yield path, number, f"has {columns} columns, over {limit}"


C_RULES = [
    rule_banned_calls,
    rule_floors,
    rule_circles,
    rule_one_place_per_library,
    rule_unique_stems,
    rule_purpose,
    rule_file_size,
    rule_function_size,
]
RULES = [*C_RULES, rule_width]


def complaints_of(rule, files):
    if rule in C_RULES:
        files = {path: source for path, source in files.items() if is_c(path)}
    return list(rule(files))


def complaints_about(files):
    return [complaint for rule in RULES for complaint in complaints_of(rule, files)]


def list_files(root):
    """What git tracks, and what it would if it were added; without git (an unpacked archive) what
    stands in the folders that are not for builds."""
    command = ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, stdout=subprocess.PIPE)
    if listed.returncode == 0:
        return sorted(set(filter(None, listed.stdout.decode().split("\0"))))
    found = []
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [
            name for name in subfolders if name != "build" and not name.startswith(".")
        ]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(found)


def is_code(path, octets):
    """C, Python, shell or CMake; programs of the first kinds may have no suffix, but say what reads
    them."""
    return path.endswith(CODE_SUFFIXES) or octets.startswith((b"#!/bin/bash", b"#!/usr/bin/python"))


def read_files(root):
    files = {}
    for path in list_files(root):
        full = os.path.join(root, path)
        if os.path.isfile(full):  # else removed, and not yet committed
            with open(full, "rb") as file:
                octets = file.read()
            if is_code(path, octets):
                files[path] = octets.decode()
    return files


def check(root):
    files = read_files(root)
    if not any(map(is_c, files)):
        sys.exit(f"{root}: no C files: nothing was checked")
    found = complaints_about(files)
    for path, line, complaint in found:
        print(f"{path}:{line}: {complaint}")
    print(f"{len(files)} files, {len(found)} complaints")
    return 1 if found else 0


# ---- the layout ----


def find_clang_format():
    for program in (f"clang-format-{CLANG_FORMAT_VERSION}", "clang-format"):
        if shutil.which(program):
            told = subprocess.run([program, "--version"], stdout=subprocess.PIPE, text=True).stdout
            if re.search(rf"version {CLANG_FORMAT_VERSION}\.", told):
                return program
    sys.exit(f"clang-format {CLANG_FORMAT_VERSION} is missing: install Debian's clang-format")


def check_format(root):
    """By .clang-format of the tree."""
    paths = [os.path.join(root, path) for path in read_files(root) if is_c(path)]
    if not paths:
        sys.exit(f"{root}: no C files: nothing was checked")
    command = [find_clang_format(), "--style=file", "--dry-run", "-Werror", *paths]
    status = subprocess.run(command).returncode
    print(f"{len(paths)} files, {'as they should be' if status == 0 else 'run clang-format -i'}")
    return 1 if status else 0


# ---- the self-test ----

PURPOSE = "/* a.c - some purpose or other, told in words. */\n"


def header(path, rest=""):
    guard = re.sub(r"\W", "_", path[:-2]).upper() + "_H"
    return (
        f"/* {path} - some purpose or other, told in words. */\n#ifndef {guard}\n#define {guard}\n"
        f"{rest}\n#endif\n"
    )


def code(text):
    return PURPOSE + text


# rule that must complain (None: nobody), about which path, files
SELFTESTS = [
    (
        None,
        None,
        {
            "base/a.c": code('#include "base/a.h"\n#include <ck_ring.h>\n'),
            "base/a.h": header("base/a.h"),
        },
    ),
    (
        rule_banned_calls,
        "io/a.c",
        {"io/a.c": code("int f(char *b)\n{\n\treturn sprintf(b, x);\n}\n")},
    ),
    (rule_banned_calls, "tests/io/a.c", {"tests/io/a.c": code("int x = atoi (y);\n")}),
    (
        None,
        None,
        {
            "io/a.c": code(
                '/* sprintf() */ // strcpy(\nconst char *s = "gets(\\"atoi(";\nint n = snprintf(b, '
                "1, s), c = '\"';\nint my_strcpy(int);\nfgets(b);\n"
            )
        },
    ),
    (
        rule_banned_calls,
        "io/a.c",
        {"io/a.c": code("char c = '\"'; int n = atoi(s); char d = '\"';\n")},
    ),
    (rule_floors, "base/a.c", {"base/a.c": code('#include "io/csv.h"\n')}),
    (rule_floors, "spf/a.c", {"spf/a.c": code('#include "resolver/cache.h"\n')}),
    (
        rule_floors,
        "resolver/a.h",
        {"resolver/a.h": header("resolver/a.h", '#include "scanner/row.h"\n')},
    ),
    (rule_floors, "scanner/a.c", {"scanner/a.c": code('#include "tests/fake.h"\n')}),
    (rule_floors, "io/a.c", {"io/a.c": code('#include "csv.h"\n')}),
    (rule_floors, "resolver/a.c", {"resolver/a.c": code('#include "resolver/x/b.h"\n')}),
    (rule_floors, "resolver/x/a.c", {"resolver/x/a.c": code('#include "resolver/y/b.h"\n')}),
    (rule_floors, "cli/a.c", {"cli/a.c": code('#include "resolver/x/b.h"\n')}),
    (None, None, {"resolver/engines.c": code('#include "resolver/x/b.h"\n')}),
    (rule_floors, "resolver/engines.c", {"resolver/engines.c": code('#include "cli/x.h"\n')}),
    (None, None, {"resolver/x/a.c": code('#include "resolver/b.h"\n#include "resolver/x/c.h"\n')}),
    (
        rule_circles,
        "io/a.c",
        {
            "io/a.c": code('#include "io/b.h"\n'),
            "io/b.h": header("io/b.h"),
            "io/b.c": code('#include "io/a.h"\n'),
        },
    ),
    (None, None, {"io/a.c": code('#include "io/b.h"\n'), "io/b.c": code('#include "io/c.h"\n')}),
    (rule_floors, "io/a.c", {"io/a.c": code('# include "spf/check.h"\n')}),
    (
        None,
        None,
        {
            "scanner/a.c": code('#include "io/csv.h"\n#include "scanner/row.h"\n'),
            "tests/io/b.c": code('#include "scanner/row.h"\n#include "b.h"\n'),
        },
    ),
    (None, None, {"io/a.c": code('/* #include "scanner/row.h"\n#include "spf/check.h" */\n')}),
    (
        rule_one_place_per_library,
        "base/b.c",
        {"base/a.c": code("#include <ck_ring.h>\n"), "base/b.c": code("#include <ck_pr.h>\n")},
    ),
    (
        rule_one_place_per_library,
        "resolver/b.c",
        {
            "base/a.c": code("#include <event2/event.h>\n"),
            "resolver/b.c": code("#include <event2/util.h>\n"),
        },
    ),
    (
        rule_one_place_per_library,
        "resolver/b.h",
        {
            "resolver/b.h": header("resolver/b.h", "#include <unbound-event.h>\n"),
            "scanner/a.c": code('#include "resolver/b.h"\n'),
        },
    ),
    (
        None,
        None,
        {
            "resolver/b.h": header("resolver/b.h", "#include <unbound.h>\n"),
            "resolver/a.c": code('#include "resolver/b.h"\n'),
            "tests/io/a.c": code("#include <zlib.h>\n"),
            "io/c.c": code("#include <zlib.h>\n"),
        },
    ),
    (rule_unique_stems, "spf/a.c", {"base/a.c": code(""), "spf/a.c": code("")}),
    (
        rule_unique_stems,
        "scanner/a.h",
        {"base/a.c": code(""), "scanner/a.h": header("scanner/a.h")},
    ),
    (
        None,
        None,
        {"base/a.c": code(""), "base/a.h": header("base/a.h"), "tests/base/a.c": code("")},
    ),
    (rule_purpose, "io/a.c", {"io/a.c": "int x;\n" + PURPOSE}),
    (rule_purpose, "io/a.c", {"io/a.c": "/* a.c */\nint x;\n"}),
    (rule_purpose, "io/a.h", {"io/a.h": PURPOSE + "int x;\n"}),
    (rule_purpose, "io/a.h", {"io/a.h": header("io/b.h")}),
    (rule_file_size, "io/a.c", {"io/a.c": code("int x;\n" * 500)}),
    (None, None, {"io/a.c": code("int x;\n" * 499)}),
    (rule_file_size, "tests/io/a.c", {"tests/io/a.c": code("int x;\n" * 560)}),
    (None, None, {"tests/io/a.c": code("int x;\n" * 559)}),
    (rule_function_size, "io/a.c", {"io/a.c": code("int f(void)\n{\n" + "\tx();\n" * 61 + "}\n")}),
    (
        rule_function_size,
        "bench/a.c",
        {"bench/a.c": code("int f(void)\n{\n" + "\tx();\n" * 101 + "}\n")},
    ),
    (
        None,
        None,
        {
            "io/a.c": code(
                "int f(void)\n{\n"
                + "\tx();\n" * 60
                + "}\nint g(void)\n{\n"
                + "\tx();\n" * 60
                + "}\n"
            ),
            "tests/io/b.c": code("int f(void)\n{\n" + "\tx();\n" * 100 + "}\n"),
        },
    ),
    (rule_width, "io/a.c", {"io/a.c": code("\t" * 12 + "x" * 5 + "\n")}),
    (rule_width, "io/a.c", {"io/a.c": code(f"/* clang-format off */\n{'x' * 133}\n")}),
    (
        rule_width,
        "io/a.c",
        {"io/a.c": code(f"/* clang-format off */\n/* clang-format on */\n{'x' * 101}\n")},
    ),
    (rule_width, "a.py", {"a.py": f"# clang-format off\n{'x' * 101}\n"}),
    (rule_width, "CMakeLists.txt", {"CMakeLists.txt": "\t" * 13}),
    (
        None,
        None,
        {
            "io/a.c": code(
                "\t" * 12 + f"xxxx\n/* clang-format off */\n{'x' * 132}\n/* clang-format on */\n"
            ),
            "scripts/test": "x" * 100 + "\n",
        },
    ),
]


def selftest():
    failed = 0
    for number, (rule, path, files) in enumerate(SELFTESTS):
        complained = {(r, complaint[0]) for r in RULES for complaint in complaints_of(r, files)}
        expected = {(rule, path)} if rule else set()
        if complained != expected:
            failed += 1
            print(f"case {number}: expected {expected}, got {complained}, for {files}")
    untested = [rule.__name__ for rule in RULES if rule not in {case[0] for case in SELFTESTS}]
    print(f"{len(SELFTESTS)} cases, {failed} failed, rules without a case: {untested}")
    return 1 if failed or untested else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--selftest"]:
        sys.exit(selftest())
    if len(sys.argv) == 3 and sys.argv[1] == "--format":
        sys.exit(check_format(sys.argv[2]))
    sys.exit(check(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
