#!/usr/bin/python3
"""docs.py SPFSWEEP - compares what the documents say with what the program does: options, columns,
words, messages (messages.py), the examples' verdicts and the README's sessions; links with files,
and rooms with house.py.

SPFSWEEP is the binary. Options and columns are taken from the binary, words from the tables in the
sources that print them, since no run shows all of them. Every comparison is of two whole lists, so
that what is missing on either side is seen, and a list that came out empty is a mistake of its
own."""

import csv
import gzip
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import house
import messages

ROOT = Path(__file__).resolve().parents[1]
VERDICTS = ("none", "neutral", "pass", "fail", "softfail", "temperror", "permerror")

complaints = []


def complain(text):
    complaints.append(text)


def compare(what, ours, theirs):
    """Two lists that must be the same, in the same order."""
    if not ours or not theirs:
        complain(
            f"{what}: nothing found ({len(ours)} in the program, {len(theirs)} in the document)"
        )
    elif ours != theirs:
        missing, surplus = (
            [x for x in ours if x not in theirs],
            [x for x in theirs if x not in ours],
        )
        complain(
            f"{what}: undocumented {missing}, documented but unknown {surplus}, or their order "
            "differs"
        )


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def run(binary, *args, stdin=""):
    return subprocess.run(
        [binary, *args],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


# ---- the man page ----


def options_of_help(binary, command):
    """[("-o", "--output", "FILE"), ...] as --help prints them."""
    row = re.compile(r"^  (?:(-\w), |    )(--[\w-]+)(?: (\S+))?  +\S", re.MULTILINE)
    return [tuple(found) for found in row.findall(run(binary, command, "--help").stdout)]


def options_of_man(page, section):
    text = page.split(f".Ss Options of {section}\n", 1)[1]
    text = re.split(r"^\.S[sh] ", text, maxsplit=1, flags=re.MULTILINE)[0]
    row = re.compile(r"^\.It Fl (?:(\w) , Fl )?-([\w-]+)(?: Ar (\S+))?$", re.MULTILINE)
    return [
        ("-" + letter if letter else "", "--" + name, argument)
        for letter, name, argument in row.findall(text)
    ]


def check_defaults(binary, command, page):
    """What --help says as "(default 1000)" must stand as "default is 1000." or "default, 1000," in
    the option's paragraph."""
    for name, number in re.findall(
        r"^.{6}--([\w-]+) .*\(default (\d+)\b", run(binary, command, "--help").stdout, re.MULTILINE
    ):
        paragraph = re.search(
            rf"^\.It Fl (?:\w , Fl )?-{name} .*?(?=^\.It |^\.El)", page, re.MULTILINE | re.DOTALL
        )
        if paragraph and not re.search(
            rf"default(?: is|,) {number}[.,]", paragraph.group(0).replace("\n", " ")
        ):
            complain(f"docs/spfsweep.1: the default of --{name} is {number}")


def commands_of(binary):
    """As the program's --help names them."""
    return re.findall(r"spfsweep (\w+) \[OPTIONS\]", run(binary, "--help").stdout)


def sections_of_man(page, command):
    """The sections of options that are of this command: those that name it, and that of all."""
    titles = re.findall(r"^\.Ss Options of (.*)$", page, re.MULTILINE)
    return [t for t in titles if t == "all" or command in re.split(r",? and |, ", t)]


def check_man_page(binary):
    page = read("docs/spfsweep.1")
    commands = commands_of(binary)
    synopsis = page.split(".Sh SYNOPSIS\n", 1)[1].split(".Sh ", 1)[0]
    compare(
        "commands in docs/spfsweep.1", commands, re.findall(r"^\.Cm (\w+)$", synopsis, re.MULTILINE)
    )
    for command in commands:
        documented = [
            option
            for section in sections_of_man(page, command)
            for option in options_of_man(page, section)
        ]
        compare(
            f"options of {command} in docs/spfsweep.1",
            sorted(options_of_help(binary, command)),
            sorted(documented),
        )
        check_defaults(binary, command, page)
    columns = re.findall(r"^\.It Li (\w+) Ta ", page, re.MULTILINE)
    compare("columns in docs/spfsweep.1", columns_of(binary), columns)
    for command in re.findall(r"^\.Dl .*?(spfsweep .*)$", page, re.MULTILINE):
        check_command_line(binary, "docs/spfsweep.1", command.replace("\\-", "-"))


def deciding_options(binary, directory):
    """The options that decide rows, as the note of an output names them, in its order."""
    output = directory / "note.csv.gz"
    run(binary, "scan", "--unbound-config", "examples/offline.conf", "-o", str(output), "-")
    octets = output.read_bytes()
    note = octets[octets.index(b"kind=") :].split(b"\ninfo.")[0].decode()
    names = [line.split("=")[0] for line in note.splitlines()]
    others = {"kind", "command", "input_columns", "domain", "ip", "sender", "helo", "delimiter"}
    others |= {"replay"}  # the file's SHA-256; `retry` may have another
    others |= {"log", "year", "since", "until", "trusted", "connects"}  # of the input
    return [name for name in names if name not in others]


def check_deciding_options(binary, directory):
    """The places that list them."""
    page = read("docs/spfsweep.1").split(".Ss Options that decide rows\n", 1)[1].splitlines()[0]
    told = re.search(
        r"must be those of the scan:\n(.*)\.$", run(binary, "retry", "--help").stdout, re.MULTILINE
    )
    row = re.search(r"^\| (.*) \| one line for each option", read("docs/output.md"), re.MULTILINE)
    deciding = deciding_options(binary, directory)
    # `retry` keeps what the note says of the others
    of_retry = [name[2:] for _, name, _ in options_of_help(binary, "retry")]
    for where, wanted, names in (
        ("docs/spfsweep.1", deciding, re.findall(r" -([\w-]+)", page)),
        (
            "the help of retry",
            [name for name in deciding if name in of_retry],
            re.findall(r"--([\w-]+)", told.group(1)) if told else [],
        ),
        ("docs/output.md", deciding, re.findall(r"`([\w-]+)`", row.group(1)) if row else []),
    ):
        compare(f"options that decide rows in {where}", wanted, names)


# ---- docs/output.md ----


def columns_of(binary):
    header = (
        run(binary, "scan", "--unbound-config", "examples/offline.conf", "-")
        .stdout.splitlines()[0]
        .split(",")
    )
    if header[:3] != ["row", "domain", "ip"]:
        complain(f"the header of the output of an empty input begins with {header[:3]}")
    return header[3:]


def columns_of_audit(binary):
    header = run(
        binary,
        "audit",
        "--unbound-config",
        "examples/offline.conf",
        "--columns",
        "domain",
        "-",
        stdin="example.com\n",
    ).stdout
    return header.splitlines()[0].split(",")[2:] if header else []


def check_audit(binary):
    """docs/audit.md: its columns, and all the words of `problems` that only an audit has."""
    text = read("docs/audit.md")
    columns = section_of(text.split("### record_state")[0], "## Columns")
    compare("columns in docs/audit.md", columns_of_audit(binary), rows_of(columns))
    compare(
        "words of record_state",
        table_of("checks/policy_report.c", "texts[POLICY_STATE_COUNT] = {"),
        rows_of(section_of(text, "### record_state")),
    )
    words = re.findall(r'{ "(\w+)",', read("results/audit_problems.c"))
    documented = rows_of(section_of(text, "## Problems"))
    compare("problems in docs/audit.md", words, documented[-len(words) :])
    for side, header in zip(
        ("includes", "networks"), re.findall(r'"(row,domain,[\w,]+)', read("scanner/edges.c"))
    ):
        documented = rows_of(section_of(text, f"### --{side} FILE"))
        compare(f"columns of --{side}", header.split(","), documented)
    compare(
        "words of bounds",
        table_of("results/audit_columns.c", "words[] = {"),
        rows_of(section_of(text, "## Bounds")),
    )


def section_of(text, heading):
    """What stands under a heading, up to the next one of its kind or above."""
    level = len(heading) - len(heading.lstrip("#"))
    found = re.search(
        rf"^{re.escape(heading)}$(.*?)(?=^#{{1,{level}}} |\Z)", text, re.MULTILINE | re.DOTALL
    )
    if not found:
        complain(f"docs/output.md has no heading '{heading}'")
    return found.group(1) if found else ""


def rows_of(section):
    """The words in the first cells of the tables of a section."""
    cells = re.findall(r"^\| (`[^|]*`) \|", section, re.MULTILINE)
    return [word for cell in cells for word in re.findall(r"`([^`]*)`", cell)]


def words_in(section):
    return re.findall(r"`([a-z_]+)`", section)


def table_of(path, start):
    """The string literals of a C table, from `start` to the brace that ends it."""
    source = read(path)
    at = source.find(start)
    if at < 0:
        complain(f"{path} has no '{start}' any more")
        return []
    table = source[at + len(start) : source.index("};", at)]
    return [word for word in re.findall(r'"([a-z_]*)"', table) if word]


def check_output_words(binary):
    text = read("docs/output.md")
    compare(
        "columns in docs/output.md", columns_of(binary), rows_of(section_of(text, "## Columns"))
    )
    results = table_of("spf/verdict.c", "texts[SPF_VERDICT_COUNT] = {")
    results.append("needs_local_part")  # no result of RFC 7208
    compare("SPF results in docs/output.md", results, words_in(section_of(text, "### SPF results")))
    compare(
        "words of spf_problem",
        table_of("spf/verdict.c", "texts[SPF_PROBLEM_COUNT] = {"),
        rows_of(section_of(text, "### spf_problem")),
    )
    compare(
        "words of iprev",
        sorted(table_of("checks/iprev.c", "texts[IPREV_VERDICT_COUNT] = {")),
        sorted(words_in(section_of(text, "### iprev"))),
    )
    compare(
        "words of mx_state",
        table_of("checks/mailhosts.c", "texts[] = {"),
        rows_of(section_of(text, "### mx_state")),
    )
    compare(
        "words of a_state",
        table_of("checks/hostaddr.c", "texts[] = {"),
        rows_of(section_of(text, "### a_state")),
    )
    compare(
        "words of --ask",
        table_of("checks/asking.c", "texts[] = {"),
        rows_of(section_of(text, "### Answers")),
    )
    compare(
        "placeholders of --ask",
        re.findall(r'"({[a-z.]+})"', read("checks/ask.c")),
        [word for word in rows_of(section_of(text, "## Columns of --ask")) if word[0] == "{"],
    )
    compare(
        "words of spf_identity",
        table_of("input/identity.c", "texts[] = {"),
        rows_of(section_of(text, "### spf_identity")),
    )
    compare(
        "words of matches",
        table_of("checks/match.h", "texts[] = {"),
        words_in(section_of(text, "### a_match and mx_match")),
    )
    compare(
        "words of problems",
        table_of("results/problems.c", "problems[] = {"),
        rows_of(section_of(text, "### problems")),
    )
    causes = section_of(text, "### dns_cause")
    answers = re.findall(r"The other statuses, `(\w+)`, `(\w+)` and `(\w+)`", causes)
    compare(
        "statuses of dns_cause",
        table_of("dns/answer.c", "texts[ANSWER_STATUS_COUNT] = {"),
        [*(answers[0] if answers else ()), *rows_of(causes)],
    )


def types_of(binary, kind):
    """["spf_lookups integer", ...], as `schema --of` has them, without `row`, which stands in no
    table of a scan's or an audit's columns."""
    columns = json.loads(run(binary, "schema", "--of", kind).stdout)["columns"]
    return [
        f"{column['name']} {column['type']}"
        for column in columns
        if column["name"] != "row" or kind not in ("scan", "audit")
    ]


def typed_rows_of(section):
    """The first two cells of each row whose first is one word."""
    return [" ".join(row) for row in re.findall(r"^\| `(\w+)` \| (\w+) \|", section, re.MULTILINE)]


def check_types(binary):
    """The types of columns in the tables of docs/output.md and docs/audit.md; the types themselves,
    and the tools that schema knows."""
    output, audit = read("docs/output.md"), read("docs/audit.md")
    columns_of_an_audit = section_of(audit.split("### record_state")[0], "## Columns")
    for kind, section in (
        ("scan", section_of(output, "## Columns")),
        ("audit", columns_of_an_audit),
        ("includes", section_of(audit, "### --includes FILE")),
        ("networks", section_of(audit, "### --networks FILE")),
    ):
        compare(f"types of the columns of {kind}", types_of(binary, kind), typed_rows_of(section))
    words = re.findall(r'\[TYPE_\w+\] = { "(\w+)"', read("export/types.c"))
    compare("types in docs/output.md", words, rows_of(section_of(output, "## Types")))
    tools = ["json", *re.findall(r"&dialect_(\w+)", read("export/dialects.c"))]
    documented = rows_of(section_of(output, "## Schema").split("| type |")[0])
    compare("tools of schema", tools, [word for word in documented if word != "--format"])
    forms = table_of("export/exporter.c", "words[EXPORT_FORMS] = {")
    documented = rows_of(section_of(output, "## Export"))
    compare("forms of export", forms, [word for word in documented if word != "--format"])
    for command, known in (("schema", tools), ("export", forms)):
        told = re.search(r"--format \w+ +(.*)", run(binary, command, "--help").stdout)
        told = re.sub(r"\(.*?\)", "", told.group(1)) if told else ""
        compare(f"the help of {command}", known, re.findall(r"\w+", told))


def check_summary(binary, directory):
    path = directory / "summary.json"
    run(
        binary,
        "scan",
        "--unbound-config",
        "examples/offline.conf",
        "--summary",
        str(path),
        "-",
        stdin="example.com\n",
    )
    summary = json.loads(path.read_text(encoding="utf-8"))
    section = section_of(read("docs/output.md"), "## Summary")
    compare("members of the summary", list(summary), rows_of(section))
    documented = rows_of(section_of(read("docs/output.md"), "## Options in the summary"))
    compare("options in the summary", list(summary["options"]), documented)
    counts = re.findall(r'\[LOG_\w+\] = { "(\w+)"', read("logs/logcounts.c"))
    documented = rows_of(section_of(read("docs/logs.md"), "## What is left out"))
    compare("counts of a mail log", counts, documented)


# ---- examples/ ----


def check_examples(binary):
    plain = (ROOT / "examples/pairs.csv").read_bytes()
    if gzip.decompress((ROOT / "examples/pairs.csv.gz").read_bytes()) != plain:
        complain("examples/pairs.csv.gz is not examples/pairs.csv: gzip -9nkf examples/pairs.csv")
    scanned = run(
        binary, "scan", "--unbound-config", "examples/offline.conf", "examples/pairs.csv.gz"
    )
    rows = list(csv.DictReader(io.StringIO(scanned.stdout)))
    if scanned.returncode != 1 or len(rows) < 30:
        complain(
            f"the examples' scan ended with {scanned.returncode} and {len(rows)} rows: "
            f"{scanned.stderr}"
        )
    for row in rows:
        promised = re.match(r"(?:a bounce: )?(\w+)", row["note"]).group(1) if row["note"] else ""
        if promised in VERDICTS and row["spf"] != promised:
            complain(f"examples/pairs.csv: '{row['note']}' got {row['spf']} ({row['spf_problem']})")
    compare(
        "verdicts that the examples show",
        sorted(VERDICTS),
        sorted({row["spf"] for row in rows} - {""}),
    )
    if "timeout" in scanned.stdout:
        complain(
            "an example waits for a server: a question left the zones of examples/offline.conf"
        )


# ---- links, and the rooms of the house ----


def read_documents():
    """path -> text of what git tracks; without git (an unpacked archive) of what is there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", "*.md"], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    paths = listed.stdout.split("\0")[:-1] if listed.returncode == 0 else []
    if not paths:
        found = [path.relative_to(ROOT) for path in ROOT.rglob("*.md")]
        paths = [str(path) for path in found if not re.match(r"build$|\.", path.parts[0])]
    return {path: read(path) for path in paths if (ROOT / path).exists()}


def anchors_of(text):
    """What can stand behind the # of a link to this document."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(documents, exists):
    """(path, link) of each relative link that leads to no file, or to no heading of a document."""
    for path, text in documents.items():
        prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)
        for link in re.findall(r"\]\(([^)\s]+)\)", prose):
            if re.match(r"[a-z]+:", link):
                continue
            target, _, anchor = link.partition("#")
            folder = os.path.dirname(path)
            target = os.path.normpath(os.path.join(folder, target)) if target else path
            if not exists(target):
                yield path, link
            elif anchor and target in documents and anchor not in anchors_of(documents[target]):
                yield path, link


def missing_files(architecture, exists):
    """Files of the rooms that it names and that are not there; NAME stands for any."""
    named = re.findall(r"`((?:\w+/)+\w+\.[a-z]+)`", architecture)
    return [path for path in named if "NAME" not in path and not exists(path)]


def rooms_of(architecture):
    """folder -> what it may include, as the table of rooms says."""
    rows = re.findall(r"^\| `(\w+)/` \| .* \| (.*) \|$", architecture, re.MULTILINE)
    return {folder: tuple(re.findall(r"`(\w+)`", knows)) for folder, knows in rows}


def check_links_and_rooms():
    documents = read_documents()
    for path, link in broken_links(documents, lambda target: (ROOT / target).exists()):
        complain(f"{path}: the link {link} leads nowhere")
    architecture = documents["docs/architecture.md"]
    for path in missing_files(architecture, lambda path: (ROOT / path).exists()):
        complain(f"docs/architecture.md names {path}, which is not there")
    rooms = list(rooms_of(architecture).items())
    compare("rooms in docs/architecture.md", list(house.MAY_INCLUDE.items()), rooms)


def unnamed_modules(sources, readmes):
    """Modules of the program that the README of their folder does not name; `readmes` gives the
    text of each folder's, where there is one."""
    modules = sorted({os.path.splitext(path)[0] for path in sources if house.is_product(path)})
    for module in modules:
        folder, stem = os.path.split(module)
        name = r"cmd_NAME\." if stem.startswith("cmd_") else rf"{stem}\."
        if not re.search(rf"\b{name}", readmes.get(folder, "")):
            yield module


def check_folders():
    sources = [path for path in house.list_files(ROOT) if path.endswith((".c", ".h"))]
    folders = {os.path.dirname(path) for path in sources}
    readmes = {
        folder: read(f"{folder}/README.md")
        for folder in folders
        if (ROOT / folder / "README.md").exists()
    }
    for module in unnamed_modules(sources, readmes):
        complain(f"{os.path.dirname(module)}/README.md does not name {os.path.basename(module)}")


def check_that_they_can_fail():
    unnamed = list(unnamed_modules(["io/a.c", "io/a.h", "io/b.c"], {"io": "`a.[ch]`"}))
    if unnamed != ["io/b"]:
        complain(f"the rule of modules finds {unnamed}")
    documents = {"a/b.md": "# One\n[x](c.md) [x](../d.md) [x](#one) [x](#two) `[x](e.md)`"}
    broken = list(broken_links(documents, lambda target: target in ("a/b.md", "d.md")))
    if broken != [("a/b.md", "c.md"), ("a/b.md", "#two")]:
        complain(f"the rule of links finds {broken}")
    missing = missing_files("`io/csv.h` `io/gone.h` `cli/cmd_NAME.c`", "io/csv.h".__eq__)
    if missing != ["io/gone.h"]:
        complain(f"the rule of files finds {missing}")
    rooms = rooms_of("| `io/` | streams | `dns` `base` |\n| `base/` | ground | nothing |\n")
    if rooms != {"io": ("dns", "base"), "base": ()} or rooms == house.MAY_INCLUDE:
        complain(f"the rule of rooms finds {rooms}")


# ---- commands in documents ----


def check_command_line(binary, where, command):
    """A command line of a document: its options must be known to the program."""
    words = command.split("|")[0].split()
    if len(words) < 2 or words[1] not in commands_of(binary):
        return
    known = {name for row in options_of_help(binary, words[1]) for name in row[:2] if name}
    for word in words[2:]:
        if re.match(r"--?[a-z]", word) and word.split("=")[0] not in known:
            complain(f"{where}: {word} is no option of {words[1]}: {command}")


def sessions_of(text):
    """[(command, what it prints)] of the `$ ...` lines in the code blocks. Our own messages are on
    standard error, and tell times: left out."""
    sessions = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            lines = (
                line
                for line in output.splitlines(keepends=True)
                if not line.startswith("spfsweep: ")
            )
            sessions.append((command, "".join(lines)))
    return sessions


def check_readme(binary, directory):
    """The table of columns. The sessions are run in their order, with this binary and with the
    results out of the way."""
    text = read("README.md")
    table = text.split("\n## Output\n", 1)[1].split("\n## ", 1)[0]
    cells = re.findall(r"^\| ((?:`\w+` ?)+)\|", table, re.MULTILINE)
    compare("columns in README.md", columns_of(binary), re.findall(r"`(\w+)`", " ".join(cells)))
    sessions = sessions_of(text)
    if not any("spfsweep scan" in command for command, _ in sessions) or not any(
        "spfsweep check" in command for command, _ in sessions
    ):
        complain("README.md shows no scan, or no check")
    for command, output in sessions:
        here = command.replace("build/release/spfsweep", binary).replace(
            "results.csv.gz", str(directory / "results.csv.gz")
        )
        real = subprocess.run(
            here,
            shell=True,
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        if real.stdout != output:
            complain(f"README.md: '{command}' prints something else:\n{real.stdout}{real.stderr}")
    commands = re.findall(r"(?:build/release/)?(spfsweep (?:scan|check|export|schema) .*)", text)
    for command in commands:
        check_command_line(binary, "README.md", command.split("`")[0])
    for path in re.findall(r"`((?:scripts|docs|examples|bench)/[\w./-]+)`|\]\(([\w./-]+)\)", text):
        path = path[0] or path[1]
        if not (ROOT / path).exists():
            complain(f"README.md names {path}, which is not there")


def main(binary, directory):
    check_that_they_can_fail()
    check_links_and_rooms()
    check_folders()
    check_man_page(binary)
    check_deciding_options(binary, directory)
    check_output_words(binary)
    check_audit(binary)
    check_types(binary)
    check_summary(binary, directory)
    check_examples(binary)
    check_readme(binary, directory)
    complaints.extend(messages.check(ROOT))
    complaints.extend(messages.selftest(ROOT))
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(main(os.path.abspath(sys.argv[1]), Path(folder)))
