"""texts.py - the texts in C sources: calls of message(), and all other literals with where they
stand. Comments and directives are left out. Literals beside each other, also on several lines, and
macros that stand for literals are one text.

A *reading* of an expression is a list of what it may be: the text of each literal that its
conditions can choose, and None for what is no literal."""

import collections
import re

Token = collections.namedtuple("Token", "kind text line")
# `place`: the function, table or macro it stands in; `call`: the innermost call; `field`: of a
# designated initialiser, before it.
Literal = collections.namedtuple("Literal", "text line place call field")
# Names of levels, texts of formats, a reading for each argument behind.
Call = collections.namedtuple("Call", "line levels formats arguments")

TOKEN = re.compile(
    r"""(?P<gap>\s+|\\\n|/\*.*?\*/|//[^\n]*)|(?P<string>"(?:\\.|[^"\\\n])*")"""
    r"""|(?P<char>'(?:\\.|[^'\\\n])+')|(?P<word>[A-Za-z_]\w*)|(?P<number>\d[\w.]*)"""
    r"""|(?P<mark>->|.)""",
    re.DOTALL,
)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.)*", re.MULTILINE | re.DOTALL)
DEFINE = re.compile(r"\s*#\s*define\s+(\w+)(?:\([^)]*\))?(.*)", re.DOTALL)
CONVERSION = re.compile(
    r"%(?:%|[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|j|t)?[diouxXeEfgGcsp])"
)
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]+|[0-7]{1,3}|.)", re.DOTALL)
CONTROLS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
# Words before a parenthesis that call nothing, and before a name that declare it.
NO_CALLS = ("if", "while", "for", "switch", "return", "sizeof")
DECLARING = ("->", ".", "*", "void", "int", "bool", "enum", "struct")
# What writes to standard error and is not message(), and what only asks about it.
OTHER_WAYS = ("perror", "psignal", "psiginfo", "warn", "warnx", "err", "errx", "error")
STDERR = ("stderr", "STDERR_FILENO")
ASKING = ("", "isatty", "ioctl", "fstat")


# ---- tokens ----


def unescape(body):
    def character(match):
        code = match.group(1)
        if code[0] == "x" and len(code) > 1:
            return chr(int(code[1:], 16))
        return chr(int(code, 8)) if code.isdigit() else CONTROLS.get(code, code)

    return ESCAPE.sub(character, body)


def tokens_of(text, line=1):
    tokens = []
    for match in TOKEN.finditer(text):
        if match.lastgroup != "gap":
            tokens.append(Token(match.lastgroup, match.group(), line))
        line += match.group().count("\n")
    return tokens


def blanked(match):
    return re.sub(r"[^\n]", " ", match.group())


def chunks_of(source):
    """(name, tokens) of each macro, and (None, tokens) of all the rest."""
    # a '#' in a comment is no directive
    source = TOKEN.sub(lambda m: blanked(m) if m.group()[:2] in ("/*", "//") else m.group(), source)
    for directive in DIRECTIVE.finditer(source):
        define = DEFINE.match(directive.group())
        if define:
            line = source.count("\n", 0, directive.start() + define.start(2)) + 1
            yield define.group(1), tokens_of(define.group(2), line)
    yield None, tokens_of(DIRECTIVE.sub(blanked, source))


def macros_of(sources):
    """name -> text of the macros that are nothing but literals."""
    return {
        name: "".join(unescape(token.text[1:-1]) for token in tokens)
        for source in sources
        for name, tokens in chunks_of(source)
        if name and tokens and all(token.kind == "string" for token in tokens)
    }


DEPTHS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


def closing(tokens, at):
    """Where the parenthesis that opens here is closed."""
    depth = 0
    for i in range(at, len(tokens)):
        depth += DEPTHS.get(tokens[i].text, 0)
        if not depth:
            return i
    return len(tokens)


def split(tokens, mark):
    """The parts between marks that stand outside of all parentheses."""
    parts, depth = [[]], 0
    for token in tokens:
        depth += DEPTHS.get(token.text, 0)
        if not depth and token.text == mark:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def name_of(begun):
    """What is declared: the word before the first parenthesis, bracket or '='."""
    for before, text in zip(begun, begun[1:]):
        if text in ("(", "[", "="):
            return before
    return ""


# ---- readings ----


class Reader:
    """One source file. `has_the_way`: it is the one that writes to standard error."""

    def __init__(self, macros, has_the_way):
        self.macros, self.has_the_way = macros, has_the_way
        self.calls, self.literals, self.unreadable = [], [], []

    def literal_at(self, tokens, at):
        """The text that begins here, and where it ends; (None, at): none does."""
        text, end = "", at
        for end in range(at, len(tokens) + 1):
            token = tokens[end] if end < len(tokens) else Token("", "", 0)
            if token.kind == "string":
                text += unescape(token.text[1:-1])
            elif token.kind == "word" and token.text in self.macros:
                text += self.macros[token.text]
            else:
                break
        return (text, end) if end > at else (None, at)

    def reading_of(self, tokens):
        while tokens and tokens[0].text == "(" and closing(tokens, 0) == len(tokens) - 1:
            tokens = tokens[1:-1]
        condition, *rest = split(tokens, "?")
        if rest:
            # a ? b : c, with more of them in b or c
            tokens, depth = tokens[len(condition) + 1 :], 0
            for at, token in enumerate(tokens):
                depth += {"?": 1, ":": -1, **DEPTHS}.get(token.text, 0)
                if depth < 0:
                    return self.reading_of(tokens[:at]) + self.reading_of(tokens[at + 1 :])
        text, end = self.literal_at(tokens, 0)
        return [text if end == len(tokens) else None]

    def take_call(self, tokens, at):
        """Gives where its format stands, which is no text by itself."""
        end = closing(tokens, at + 1)
        arguments = split(tokens[at + 2 : end], ",")
        levels = [t.text for t in arguments[0] if t.text.startswith("MESSAGE_")]
        formats = self.reading_of(arguments[1]) if len(arguments) > 1 else [None]
        if not levels or None in formats:
            code = " ".join(token.text for token in tokens[at : end + 1])
            self.unreadable.append((tokens[at].line, f"a message that cannot be read: {code}"))
            return range(0)
        readings = [self.reading_of(argument) for argument in arguments[2:]]
        self.calls.append(Call(tokens[at].line, levels, formats, readings))
        start = at + 2 + len(arguments[0]) + 1
        return range(start, start + len(arguments[1]))

    def look_for_other_ways(self, token, is_call, call):
        if (token.text in OTHER_WAYS and is_call) or (token.text in STDERR and call not in ASKING):
            why = f"{token.text} is written to, or read: message() is the one way"
            self.unreadable.append((token.line, why))

    def take_chunk(self, tokens, macro):
        place, depth, begun, calls, formats, at = macro, 0, [], [], set(), 0
        while at < len(tokens):
            token, before = tokens[at], tokens[at - 1] if at else Token("", "", 0)
            opens = tokens[at + 1 : at + 2] and tokens[at + 1].text == "("
            is_call = token.kind == "word" and opens and before.text not in DECLARING
            call = next((name for name in reversed(calls) if name), "")
            if not self.has_the_way:
                self.look_for_other_ways(token, is_call, call)
                if is_call and token.text == "message":
                    formats.update(self.take_call(tokens, at))
            if token.text == "(":
                is_name = before.kind == "word" and before.text not in NO_CALLS
                calls.append(before.text if is_name else "")
            elif token.text == ")" and calls:
                calls.pop()
            if not depth and not macro:
                begun.append(token.text)
                place = name_of(begun)
            depth += {"{": 1, "}": -1}.get(token.text, 0)
            if not depth and token.text in ";}":
                begun = []
            text, end = self.literal_at(tokens, at)
            if token.kind == "char":
                text = unescape(token.text[1:-1])
            if text is not None and at not in formats and macro not in self.macros:
                has_field = before.text == "=" and at > 2 and tokens[at - 3].text == "."
                field = tokens[at - 2].text if has_field else ""
                self.literals.append(Literal(text, token.line, place, call, field))
            at = max(end, at + 1)


def read(source, macros, has_the_way=False):
    """(calls, literals, [(line, what cannot be read)])"""
    reader = Reader(macros, has_the_way)
    for macro, tokens in chunks_of(source):
        reader.take_chunk(tokens, macro)
    return reader.calls, reader.literals, reader.unreadable
