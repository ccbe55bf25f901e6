"""test_page_hostile.py - texts of strangers in a page and in pictures: none becomes markup, none
hides or turns others round, and the page stays small and valid."""

import collections
import csv
import io
import unicodedata
import xml.etree.ElementTree

import pytest

import harness
from harness import DONE
from test_page import Page

HOSTILE = [
    b"</svg><script>alert(1)</script>",
    b"</title></style></text></desc><script>x</script>",
    b"<img src=x onerror=alert(1)>",
    b'" onmouseover="alert(1)" x="',
    b"' style='background:url(//evil.example)'",
    b"&lt;b&gt;&#60;script&#62;&amp",
    b"]]><!--<![CDATA[<?xml-stylesheet?>",
    b"=HYPERLINK(\"http://evil.example\")",
    b"a\x00\x01\x08\x0b\x1b[2J\x7f",
    b"\xff\xfe\xc0\xbc\xed\xa0\x80\xf4\x90\x80\x80",
    "\u202egnp.exe\u202c \u2066\u2067\u2068\u2069\u200e\u200f\u061c".encode(),
    "\u05d0\u05d1.example \u0627\u0644".encode(),
    "\u200b\ufeff\u00ad\u2028\u2029\u3164\ufffe\uffff\U000e0041\ue000".encode(),
    ("a" + "\u0301" * 200).encode(),
    b"<" * 65536,
    ("\u4f8b" * 20000).encode(),
    b"\xff" * 65536,
    b"javascript:alert(1)",
    b"%s%n%p%{d}",
]
COLUMNS = {
    "scan": (
        "row,time,client,ip,helo,sender,event,spf_then,status,spf_domain,spf,spf_matched,"
        "spf_problem,spf_record,spf_lookups,helo_spf,iprev,ptr,mx,mx_state,problems,dns_cause,"
        "evaluated_at"
    ).split(","),
    "audit": (
        "row,domain,status,spf_domain,record_state,spf_record,lookups,all,pass_v4,mx,mx_state,"
        "problems,dns_cause,evaluated_at"
    ).split(","),
}


def quoted(text):
    return b'"' + text.replace(b'"', b'""') + b'"'


def file_of(path, kind, texts):
    """Rows with each text in every column that a page shows."""
    lines = [",".join(COLUMNS[kind]).encode()]
    for number, text in enumerate(texts, 1):
        fields = []
        for name in COLUMNS[kind]:
            value = {
                "row": str(number).encode(),
                "event": b"message",
                "spf_lookups": b"3",
                "lookups": b"3",
                "pass_v4": b"7",
                "evaluated_at": b"2026-11-30T00:00:00Z",
                "spf_record": b"v=spf1 include:" + text.replace(b" ", b"") + b".example -all",
                "mx": b"10 " + text.replace(b" ", b"").replace(b";", b"") + b".example",
                "dns_cause": b"TXT a.example: " + text.replace(b" ", b"").replace(b";", b""),
                "problems": text.replace(b";", b""),
                "spf": text if number % 2 else b"fail",
            }.get(name, text)
            fields.append(quoted(value))
        lines.append(b",".join(fields))
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def page_of(path, *args):
    done = harness.run("report", path, "--html", "-", *args)
    assert done.returncode == DONE, done.stderr
    assert len(done.stdout) < 1_000_000
    return done.stdout


def check_characters(data):
    """Valid UTF-8; nothing that is not seen or changes what is; no marks on top of each other."""
    text = data.decode("utf-8")
    for character in set(text):
        kind = unicodedata.category(character)
        # ours: the narrow space in numbers, and the isolates around names in sentences
        assert character in "\n\u202f\u2068\u2069" or kind not in (
            "Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me"
        ), (hex(ord(character)), kind)


def counts_of(data):
    page = Page(data)
    return page.elements, collections.Counter(name for name, _ in page.attributes)


@pytest.mark.parametrize("kind", COLUMNS)
def test_no_text_becomes_markup(tmp_path, kind):
    """The page has the elements and attributes that it has with harmless texts, and no others."""
    harmless = [f"name{i}".encode() for i in range(len(HOSTILE))]
    plain = page_of(file_of(tmp_path / "plain.csv", kind, harmless))
    hostile = page_of(file_of(tmp_path / "hostile.csv", kind, HOSTILE))
    # Two names may become one, and so one row; their number is compared with one text a file.
    assert set(counts_of(hostile)[0]) == set(counts_of(plain)[0])
    assert set(counts_of(hostile)[1]) == set(counts_of(plain)[1])
    check_characters(hostile)
    for i, text in enumerate(HOSTILE):
        one = page_of(file_of(tmp_path / "one.csv", kind, [text]))
        same = page_of(file_of(tmp_path / "same.csv", kind, [b"name"]))
        ours, theirs = counts_of(one), counts_of(same)
        # names over 255 octets have no provider
        if not set(b"; :") & set(text) and len(text) < 200:
            assert ours == theirs, (i, text[:40])
        assert "script" not in ours[0] and "img" not in ours[0]
        check_characters(one)


@pytest.mark.parametrize("kind", COLUMNS)
def test_pictures(tmp_path, kind):
    path = file_of(tmp_path / "hostile.csv", kind, HOSTILE)
    done = harness.run("report", path, "--figures", tmp_path / "figures")
    assert done.returncode == DONE, done.stderr
    pictures = sorted((tmp_path / "figures").glob("*.svg"))
    assert len(pictures) >= 7
    for picture in pictures:
        data = picture.read_bytes()
        assert len(data) < 200_000
        check_characters(data)
        tags = {e.tag.split("}")[1] for e in xml.etree.ElementTree.fromstring(data).iter()}
        assert tags <= {
            "svg", "title", "desc", "style", "defs", "pattern", "path", "circle", "rect", "line",
            "text",
        }
        table = picture.with_suffix(".csv").read_bytes().decode("utf-8", "surrogateescape")
        head, *rows = csv.reader(io.StringIO(table, newline=""))
        assert all(len(row) == len(head) for row in rows)


def test_the_largest_page(tmp_path):
    """Every list is as long as it may be, and every text as long as a page shows."""
    texts = [b"<" * 400 + b"%d" % i + b'"' * 400 for i in range(300)]
    for kind in COLUMNS:
        assert len(page_of(file_of(tmp_path / f"{kind}.csv", kind, texts))) < 1_000_000


def test_file_names_and_conditions(tmp_path):
    folder = tmp_path / "<script>"
    folder.mkdir()
    path = file_of(folder / "\u202e'\"&.csv", "scan", [b"fail"])
    data = page_of(path, "--where", "spf=<b>,status!=\u202e")
    assert "script" not in Page(data).elements and "b" not in Page(data).elements
    check_characters(data)
    assert b"&lt;b&gt;" in data
