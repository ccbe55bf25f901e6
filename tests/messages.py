#!/usr/bin/python3
"""messages.py ROOT - compares docs/messages.md with the messages in the sources, both ways.
messages.py --selftest ROOT - proves that it can fail, with changed copies of both.

In the sources (texts.py reads them) a message is

    a call       of message(), with its level and format. Where conditions choose between literals,
                 in the format or as an argument, each of them is read.
    a text       any other literal with a blank and a word: a reason, a part of a line. Texts that
                 stand neither on standard error nor in the column `error` are in NOT_MESSAGES.

In the page an entry is a code span in the first cell of a table's row. There a word in capitals
stands for what a conversion (%s, %u) prints. It may be left out behind a word or beside another
one: "" is printed there, too. So

    message(MESSAGE_WARNING, "%s: %llu rows%s", ...)       `warning: FILE: N rows`

An entry is one message(), whose %s may be texts of the same source file, or it is texts of one
source file in a row. Each message() and each text must be in an entry, and each entry in a
source."""

import re
import sys
from pathlib import Path

import house
import texts

PAGE = "docs/messages.md"
# What is printed elsewhere: (where a path begins, function or table or None, what it is).
NOT_MESSAGES = (
    ("base/message.c", None, "the lines themselves"),
    ("base/hash.c", "hash_stable", "a key"),
    ("dns/ede.c", "names", "an upstream's words, of RFC 8914"),
    ("cli/cmd_check.c", None, "standard output of check"),
    ("cli/treeview.c", None, "standard output of check"),
    ("cli/commands.c", "commands", "--help, but for SHOWN_FIELDS"),
    ("cli/completion.c", None, "scripts for shells"),
    ("cli/help.c", None, "--help"),
    ("cli/option_table.c", "rows", "--help"),
    ("export/dialects", None, "standard output of schema"),
    ("export/types.c", None, "standard output of schema"),
    ("maillog/", None, "what stands in logs"),
    ("page/", None, "what stands in pages and pictures"),
    ("report/reason.c", None, "standard output of report"),
    ("report/reportprint.c", None, "standard output of report"),
    ("resolver/recursive/ubconfig.c", None, "settings for libunbound"),
    ("resolver/scripted/", None, "only in tests"),
    ("scanner/logwish.c", "logwish_init", "a part of a command that is proposed"),
    ("scanner/summary.c", "peak_memory_bytes", "a line that is read"),
)
SHOWN_FIELDS = ("wanted",)
# In such calls no text is seen; in those a single word is one.
SILENT_CALLS = ("_Static_assert", "static_assert", "assert", "MAGIC")
REASON_CALLS = ("refuse_another", "fail", "fail_lost_as", "status_set")
CONNECTIVES = ("and", "or")
# What may stand before a reason: the file, or the field of a row.
BEFORE_REASON = re.compile(r"(?:FILE|domain|ip|sender|row): ")
PLACEHOLDER = re.compile(
    r"(?<![A-Za-z0-9])(?<![A-Z0-9]-)[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*(?![A-Za-z0-9])"
)
STATUS = re.compile(r"(?:[0-3](?:, [0-3])*)?$")
MEANING_WORDS_MIN = 4


# ---- the page ----


def entries_of(page):
    """(line, entry, the other cells) of each code span in a first cell."""
    for number, line in enumerate(page.splitlines(), 1):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]
        if len(cells) < 4 or cells[0] or cells[-1]:
            continue
        for span in re.finditer(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", cells[1]):
            yield number, span.group(2).strip().replace("\\|", "|"), cells[2:-1]


def complaints_about_rows(entries):
    seen = {}
    for line, entry, cells in entries:
        if entry in seen:
            yield f"{PAGE}:{line}: `{entry}` stands in line {seen[entry]} already"
        seen[entry] = line
        if len(cells[-1].split()) < MEANING_WORDS_MIN:
            yield f"{PAGE}:{line}: `{entry}` is not explained"
        if len(cells) > 1 and not STATUS.match(cells[0]):
            yield f"{PAGE}:{line}: '{cells[0]}' is no exit status"


# ---- what a format looks like in the page ----


class Slot:
    """A conversion. `readings`: what may be printed (texts.py)."""

    def __init__(self, readings, may_lack):
        self.readings, self.may_lack = readings, may_lack


def squeezed(text):
    return re.sub(" +", " ", text)


def shape_of(text, arguments=()):
    """Texts and slots, in their order."""
    shape, at, arguments = [], 0, list(arguments)
    conversions = list(texts.CONVERSION.finditer(text))
    edges = {match.start() for match in conversions} | {match.end() for match in conversions}
    for match in conversions:
        shape.append(squeezed(text[at : match.start()]))
        touches = at == match.start() > 0 or text[match.end() :].startswith("%")
        may_lack = touches or text[: match.start()][-1:].isalnum()
        at = match.end()
        if match.group() == "%%":
            shape.append("%")
            continue
        del arguments[: match.group().count("*")]
        shape.append(Slot(arguments.pop(0) if arguments else [None], may_lack))
    return [part for part in [*shape, squeezed(text[at:])] if part != ""]


def longest_text_of(shape):
    return max((part.strip() for part in shape if isinstance(part, str)), key=len, default="")


class Parse:
    """An entry against the texts of one file. Gives where a match that begins at an octet may end:
    a set. `depth`: how deep texts may stand in slots of texts."""

    def __init__(self, entry, loose):
        self.entry, self.loose, self.known = squeezed(entry), loose, {}

    def of_text(self, text, at):
        """Blanks at the ends of an entry are not written."""
        text = text.lstrip() if at == 0 else text
        if self.entry.startswith(text, at):
            return {at + len(text)}
        return {len(self.entry)} if text.rstrip() == self.entry[at:] and text.strip() else set()

    def of_slot(self, slot, at, depth):
        ends = {at} if slot.may_lack else set()
        for reading in slot.readings:
            ends |= self.of_many(at, depth) if reading is None else self.of_text(reading, at)
        return ends

    def of_shape(self, shape, at, depth):
        ends = {at}
        for part in shape:
            by = (
                self.of_text(part, i) if isinstance(part, str) else self.of_slot(part, i, depth)
                for i in ends
            )
            ends = set().union(*by)
        return ends

    def of_one(self, at, depth):
        if (at, depth) not in self.known:
            match = PLACEHOLDER.match(self.entry, at)
            ends = {match.end()} if match else set()
            for shape in self.loose if depth else ():
                ends |= self.of_shape(shape, at, depth - 1)
            self.known[at, depth] = ends
        return self.known[at, depth]

    def of_many(self, at, depth):
        """Placeholders and texts, one or more, in a row."""
        ends, todo = set(), [at]
        while todo:
            new = self.of_one(todo.pop(), depth) - ends
            ends |= new
            todo += new
        return ends

    def is_shape(self, shape, at=0):
        return len(self.entry) in self.of_shape(shape, at, 1)

    def is_row(self):
        before = BEFORE_REASON.match(self.entry)
        starts = {0, before.end() if before else 0}
        return any(len(self.entry) in self.of_many(at, 2) for at in starts)

    def has(self, shape):
        """Somewhere in it, and no part of a word."""
        return any(
            not self.is_in_word(at) and not self.is_in_word(end)
            for at in range(len(self.entry))
            for end in self.of_shape(shape, at, 1)
        )

    def is_in_word(self, at):
        return self.entry[at - 1 : at].isalnum() and self.entry[at : at + 1].isalnum()


class File:
    """The messages of one source file."""

    def __init__(self, path, calls, literals):
        self.path = path
        self.texts = [(x.line, x.text, shape_of(x.text)) for x in literals if is_text(x)]
        self.words = {x.text for x in literals}
        loose = {x.text for x in literals if is_text(x) or not words_of(x.text)}
        self.loose = [shape_of(text) for text in sorted(loose) if text.strip()]
        self.calls = []
        for call in calls:
            for level in call.levels:
                before = ["warning: "] if level == "MESSAGE_WARNING" else []
                self.calls += [
                    (call.line, text, [*before, *shape_of(text, call.arguments)])
                    for text in call.formats
                    if words_of(text)
                ]
        self.hints = [longest_text_of(shape) for _, _, shape in [*self.texts, *self.calls]]

    def parse(self, entry):
        """None when the entry is none of this file's."""
        if entry not in self.words and not any(hint in entry for hint in self.hints):
            return None
        parse = Parse(entry, self.loose)
        if entry in self.words or any(parse.is_shape(shape) for _, _, shape in self.calls):
            return parse
        has_text = any(parse.has(shape) for _, _, shape in self.texts)
        return parse if has_text and parse.is_row() else None


# ---- both ways ----


def words_of(text):
    """Of a format, without its conversions: what can be searched for."""
    words = re.findall("[A-Za-z]{2,}", texts.CONVERSION.sub("", text))
    return [word for word in words if word not in CONNECTIVES]


def is_text(literal):
    """A blank and a word; a word alone where reasons are made."""
    if literal.call in SILENT_CALLS or not words_of(literal.text):
        return False
    return " " in texts.CONVERSION.sub("", literal.text) or literal.call in REASON_CALLS


def exclusion_of(path, literal):
    if literal.field in SHOWN_FIELDS:
        return None
    for exclusion in NOT_MESSAGES:
        start, place, _ = exclusion
        if path.startswith(start) and place in (None, literal.place):
            return exclusion
    return None


def files_of(sources, found):
    """The files, after what is wrong with them by themselves."""
    macros, unused = texts.macros_of(sources.values()), set(NOT_MESSAGES)
    for path, source in sources.items():
        calls, literals, unreadable = texts.read(source, macros, path == "base/message.c")
        found += [f"{path}:{line}: {why}" for line, why in unreadable]
        unused -= {exclusion_of(path, x) for x in literals if is_text(x)}
        yield File(path, calls, [x for x in literals if not exclusion_of(path, x)])
    found += [f"NOT_MESSAGES has {where}, where no text is" for where in sorted(unused, key=str)]


def complaints_of(sources, page):
    """`sources`: path -> text of the program's files. Gives one line for each disagreement."""
    entries = list(entries_of(page))
    found = list(complaints_about_rows(entries))
    files = list(files_of(sources, found))
    told = {file: [] for file in files}
    for line, entry, _ in entries:
        parses = {file: file.parse(entry) for file in files}
        for file, parse in parses.items():
            told[file] += [parse] if parse else []
        if not any(parses.values()):
            found.append(f"{PAGE}:{line}: no source has `{entry}`")
    for file in files:
        found += [
            f"{file.path}:{line}: {PAGE} has no message {text!r}"
            for line, text, shape in file.calls
            if not any(parse.is_shape(shape) for parse in told[file])
        ]
        found += [
            f"{file.path}:{line}: {PAGE} has no text {text!r}"
            for line, text, shape in file.texts
            if not any(parse.has(shape) for parse in told[file])
        ]
    return found


def read_files(root):
    paths = [path for path in house.list_files(root) if house.is_product(path) and house.is_c(path)]
    sources = {path: (Path(root) / path).read_text(encoding="utf-8") for path in paths}
    return sources, (Path(root) / PAGE).read_text(encoding="utf-8")


def check(root):
    return complaints_of(*read_files(root))


# ---- proof that it can fail ----


def row(*entries):
    """A table's row in which nothing is wrong."""
    return "".join(f"| `{entry}` | 2 | what it means and what to do |\n" for entry in entries)


def error(arguments):
    return f"void f(void)\n{{\n\tmessage(MESSAGE_ERROR, {arguments});\n}}\n"


def gives(text):
    return f'const char *f(void)\n{{\n\treturn "{text}";\n}}\n'


# (what must be complained about, "" for nothing; a source file; the page)
SELFTESTS = (
    ("", "", ""),
    # a call, from both sides
    ("no message 'it is %s'", error('"it is %s", why'), ""),
    ("", error('"it is %s", why'), row("it is REASON")),
    ("no source has `it is REASON`", "", row("it is REASON")),
    ("no source has `it is`", '/* message(MESSAGE_ERROR, "it is"); */', row("it is")),
    ("no source has `it is b`", error('"it is %s", why'), row("it is REASON", "it is b")),
    # what a literal may look like
    ("", error('"it "\n\t\t"is %s", why'), row("it is REASON")),
    ("no message 'it is %s'", error('"it "\n\t\t"is %s", why'), row("it is")),
    ("", '#define WHY "it is"\n' + error('"%s: " WHY, path'), row("FILE: it is")),
    ("no message", '#define WHY "it was"\n' + error('"%s: " WHY, path'), row("FILE: it is")),
    # conditions, levels
    ("no message 'it was'", error('on ? "it is" : "it was"'), row("it is")),
    ("no text ' and more'", error('"it%s", on ? " and more" : ""'), row("it")),
    ("", error('"it%s", on ? " and more" : ""'), row("it and more")),
    ("no source has `it is`", 'message(MESSAGE_WARNING, "it is");', row("it is")),
    ("", 'message(MESSAGE_WARNING, "it is");', row("warning: it is")),
    # what cannot be read
    ("cannot be read", error("format, why"), ""),
    ("cannot be read", error('on ? "it is" : format'), row("it is")),
    ("cannot be read", 'message(level, "it is");', ""),
    ("the one way", 'fprintf(stderr, "it");', ""),
    ("the one way", "perror(path);", ""),
    # texts
    ("no text 'it is so'", gives("it is so"), ""),
    ("", gives("it is so"), row("FILE: it is so")),
    ("no source has", gives("it is so"), row("it is so", "it is so and so")),
    ("", 'put("it is \'"); put("\'; type "); put(all);', row("FILE: it is 'X'; type Y")),
    ("no text \"'; type \"", 'put("it is \'"); put("\'; type "); put("\'");', row("it is 'X'")),
    # rows
    ("already", gives("it is"), row("it is", "it is")),
    ("not explained", gives("it is"), "| `it is` | 2 | |"),
    ("no exit status", gives("it is"), "| `it is` | 4 | what it means and what to do |"),
)


def selftest_of_cases():
    for wanted, source, page in SELFTESTS:
        found = [x for x in complaints_of({"io/a.c": source}, page) if "NOT_MESSAGES" not in x]
        if bool(found) != bool(wanted) or not any(wanted in x for x in found or [""]):
            yield f"{source!r} with {page!r}: wanted '{wanted}', got {found}"


def selftest_of_copy(sources, page):
    """The real files, with something planted on both sides, and something taken away."""
    sources = {**sources, "io/planted.c": error('"%s: planted", path')}
    del sources["base/hash.c"]
    found = complaints_of(sources, page + row("FILE: planted, too"))
    wanted = ("no message '%s: planted'", "no source has `FILE: planted, too`", "hash_stable")
    if len(found) != len(wanted) or not all(any(w in x for x in found) for w in wanted):
        yield f"planted in a copy: {found}"


def selftest_of_entries(sources, page):
    """No entry may have another word."""
    files = list(files_of(sources, []))
    for line, entry, _ in entries_of(page):
        changed = re.sub(r"[a-z]{3,}", "planted", entry, count=1)
        if changed != entry and any(file.parse(changed) for file in files):
            yield f"{PAGE}:{line}: nobody misses `{entry}` in `{changed}`"


def selftest(root):
    sources, page = read_files(root)
    yield from selftest_of_cases()
    yield from selftest_of_copy(sources, page)
    yield from selftest_of_entries(sources, page)


if __name__ == "__main__":
    if len(sys.argv) != 2 and sys.argv[1:-1] != ["--selftest"]:
        sys.exit(__doc__)
    complaints = list((check if len(sys.argv) == 2 else selftest)(sys.argv[-1]))
    print("\n".join(complaints) if complaints else "no complaints")
    sys.exit(1 if complaints else 0)
