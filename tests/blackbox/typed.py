"""typed.py - results with types, read by nothing but Python's gzip and csv: the truth that exported
rows and loaded tables must be equal to; and rows that try to be anything but text."""

import csv
import gzip
import io

# Texts that somebody takes for something else: markup, formulas, numbers, NULLs, ends of lines.
TEXTS = [
    "plain",
    "",
    "</svg><script>alert(1)</script>",
    '=HYPERLINK("http://example.com")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\u202eright to left\u200f \u2066isolated",
    'a,b;"q"\r\nline two\nline three',
    "a\rb",
    "\ttab\\back \\N \\. \\t",
    "x" * 65536,
    "null",
    "NULL",
    "NA",
    "None",
    "nan",
    "true",
    "yes",
    "2024-01-01",
    "2026-11-23T07:30:34Z",
    "007",
    "1e5",
    "18446744073709551616",
    "é ü 漢字 😀",
    "\x1b[31m red \x07\x7f",
    "'quoted' \"quoted\" `quoted`",
    '"',
    "\u2028\u2029\ufeff\u0085",
    " blank around ",
    "[1]",
    '{"a":1}',
    "$x ${x} @n %s {} \x01\x02",
]
# Octets that are no UTF-8, and NUL.
OCTETS = [
    b"\xff\xfe",
    b"caf\xe9",
    b"\xc3",
    b"\xed\xa0\x80 surrogate",
    b"\xf4\x90\x80\x80",
    b"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82",
    b"nul\x00here",
    b"\xe2\x82",
    b"ok \xf0\x9f\x98",
    b"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf",
]
# Names of the input's columns: twice, in another case, empty, of ours, with all quotes, over 63
# octets, of several lines.
NAMES = [
    *("note", "x", "x", "", "X", "mx", "evil \"name\" 'q' `b` @n, \\ é", "x_2"),
    *("long " * 14, "a\r\nline\t\x01</script>\u202e"),
]


def quoted(octets):
    return b'"' + octets.replace(b'"', b'""') + b'"'


def hostile_input(domains, address, octets=True):
    """CSV with the columns domain and ip, and those of NAMES; each text twice."""
    lines = [b",".join(quoted(name.encode()) for name in ["domain", "ip", *NAMES])]
    texts = [text.encode() for text in TEXTS] + (OCTETS if octets else [])
    for n, text in enumerate(text for text in texts for _ in range(2)):
        fields = [domains[n % len(domains)].encode(), address if n % 2 else b"", text, text]
        fields += [b"same", text if n % 2 else b"", b"y", b"pass", b"z", b"", text, b"=1"]
        lines.append(b",".join(quoted(field) for field in fields))
    return b"\n".join(lines) + b"\n"


def clean(text):
    """What export makes of octets: UTF-8 without NUL."""
    octets = text.encode("latin-1")
    return octets.decode("utf-8", "replace").replace("\0", "\ufffd")


def records(path):
    """The records of a file, cleaned, the header row first."""
    csv.field_size_limit(1 << 28)
    data = path.read_bytes()
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    # Latin-1 keeps octets
    reader = csv.reader(io.StringIO(data.decode("latin-1"), newline=""), strict=True)
    return [[clean(field) for field in record] for record in reader]


def list_item(type, item):
    parts = item.split(" ")
    if type == "list_of_mx":
        return {"preference": int(parts[0]), "host": parts[1]}
    if type == "list_of_hosts":
        return {"host": parts[0], "addresses": parts[1].split(",") if len(parts) > 1 else None}
    if type == "list_of_reverse":
        return {
            "address": parts[0],
            "result": parts[1],
            "name": parts[2] if len(parts) > 2 else None,
        }
    return item


def value(type, text):
    if not text:
        return None
    if type.startswith("list_"):
        return [list_item(type, item) for item in text.split(";")]
    if type in ("integer", "wide_integer"):
        return int(text)
    return {"yes": True, "no": False}[text] if type == "boolean" else text


def table(path, schema):
    """The rows of a file as dictionaries, by the columns of `spfsweep schema FILE`."""
    columns = schema["columns"]
    return [
        {c["name"]: value(c["type"], field) for c, field in zip(columns, record, strict=True)}
        for record in records(path)[1:]
    ]
