"""test_rows.py - one row in, one row out, in order, whatever the rows are; and the same rows
whatever the threads do."""

import gzip
import subprocess

import pytest

import bulk
import harness

HEADER = b"id,domain,ip,note\n"
ROWS = 100_000

# Rows as people's files have them. Each is one row in, so it must be one row out; True: it must be
# bad_input, None: whether the name is wrong is the DNS's affair (a quote or a NUL is a legal octet
# of a name).
ODD_ROWS = [
    (b"x,a..b.bulk.test,192.0.2.1,empty label", True),
    (b"x,.bulk.test,192.0.2.1,begins with a dot", True),
    (b"x," + b"a" * 64 + b".bulk.test,192.0.2.1,label of 64", True),
    (b"x," + b"a" * 70000 + b".bulk.test,192.0.2.1,label of 70000", True),
    (b"x," + b".".join([b"a" * 60] * 5) + b",192.0.2.1,name over 255", True),
    (b"x,192.0.2.1,192.0.2.1,address for a domain", True),
    (b"x,\xff\xfe.bulk.test,192.0.2.1,no UTF-8", True),
    (b"x,d1.bulk.test,192.0.2,three octets", True),
    (b"x,d1.bulk.test,192.0.2.256,octet of 256", True),
    (b"x,d1.bulk.test,192.0.2.1.5,five octets", True),
    (b"x,d1.bulk.test,2001:db8::g,no hex", True),
    (b"x,d1.bulk.test,1:2:3:4:5:6:7:8:9,nine groups", True),
    (b"x,d1.bulk.test,192.0.2.1/33,a prefix", True),
    (b"x,d1.bulk.test,localhost,a name for an address", True),
    (b"x,,,neither", True),
    (b"", True),
    (b"x", True),
    (b"x,d1.bulk.test,192.0.2.1", True),
    (b"x,d1.bulk.test,192.0.2.1,more,fields", True),
    (b"," * 5000, True),
    (b" ", True),
    (b'x,d"1.bulk.test,192.0.2.1,stray quote', None),
    (b'x,"d1.bulk.test"z,192.0.2.1,text behind a quote', True),
    (b'"x,d1.bulk.test,192.0.2.1,never closed', True),
    (b'x,d1.bulk.test,192.0.2.1,"never closed', True),
    (b"x,d\0001.bulk.test,192.0.2.1,NUL in the name", None),
    (b"x,d1.bulk.test,192.0.2.1\0,NUL in the address", True),
    (b"x,d1.bulk.test,192.0.2.1,CR\rin a note", False),
    (b"x,d1.bulk.test,192.0.2.1\r5,CR in the address", True),
    (b"x,d1.bulk.test,192.0.2.1,note \xff\xfe no UTF-8", False),
    (b"\x1f\x8b\x08,,,\x00", True),
    (b"x,d1.bulk.test,192.0.2.1," + b"long" * 50_000, False),
]
LONG_ROW = (b"x,d1.bulk.test,192.0.2.1," + b"z" * 2_000_000, True)


def good_row(n):
    """Row n, with its fields; some need quotes."""
    note = [f"note {n}", f'a "quoted" word, {n}', f"two\nlines {n}", "", "na\u00efve"][n % 5]
    fields = [str(n), f"d{n * 7 % 499}.bulk.test", f"192.0.2.{n % 251}", note]
    quoted = '"' + note.replace('"', '""') + '"' if n % 5 in (1, 2) else note
    return ",".join(fields[:3] + [quoted]).encode(), fields


def mixed_input(n_rows):
    """n_rows rows, each hundredth an odd one, and what is expected of each: (fields or None, must
    be bad)."""
    lines, expected = [HEADER], []
    for n in range(1, n_rows + 1):
        if n % 100 == 50:
            text, bad = LONG_ROW if n % 20000 == 50 else ODD_ROWS[n // 100 % len(ODD_ROWS)]
            lines.append(text + b"\n")
            expected.append((None, bad))
        else:
            text, fields = good_row(n)
            lines.append(text + b"\n")
            expected.append((fields, False))
    return b"".join(lines), expected


def check_rows(scan, expected):
    """Every input row has its row, in order, with its own columns and verdicts."""
    assert scan.header == ["row", "id", "domain", "ip", "note"] + harness.OUTPUT_COLUMNS
    for n, (row, (fields, bad)) in enumerate(
        zip(harness.read_rows(scan.data), expected, strict=True), 1
    ):
        assert row["row"] == str(n)
        if bad is not None:
            assert row["status"] == ("bad_input" if bad else "ok"), row
        assert bool(row["error"]) == (row["status"] == "bad_input"), row
        if fields:
            assert [row[c] for c in ("id", "domain", "ip", "note")] == fields
            for column, value in bulk.facts(n % 251).items():
                assert row[column] == value, (column, row)


def check_readers(path):
    """Everybody's tools read it."""
    for tool in (["gzip", "-t"], ["bgzip", "-t"]):
        subprocess.run([*tool, path], check=True)
    assert subprocess.run(
        ["zcat", path], check=True, capture_output=True
    ).stdout == gzip.decompress(path.read_bytes())


def check_members(data, n_rows):
    """The checkpoints in the members count the rows without a gap, and the file ends as a whole one
    does."""
    assert data.endswith(harness.BGZF_EOF)
    *members, closing, end = harness.bgzf_members(data)
    assert (closing.text, closing.first_row, closing.n_rows) == (b"", n_rows + 1, 0)
    assert end.text == b"" and end.first_row is None
    assert all(0 < len(m.text) <= 65280 for m in members)
    next_row = 1
    for m in members:
        assert m.first_row == next_row
        next_row += m.n_rows
    assert next_row == n_rows + 1


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    text, expected = mixed_input(ROWS)
    return harness.write_input(tmp_path_factory.mktemp("mixed") / "in.csv.gz", text), expected


@pytest.fixture(scope="module")
def reference(mixed, bulk_nsd, tmp_path_factory):
    """The mixed input, scanned with the defaults."""
    folder = tmp_path_factory.mktemp("reference")
    return harness.scan(folder, mixed[0], bulk_nsd.upstream), folder


def test_one_row_in_one_row_out(mixed, reference):
    scan, folder = reference
    assert scan.status == harness.BAD_ROWS, scan.stderr
    check_rows(scan, mixed[1])
    check_readers(folder / "out.csv.gz")
    check_members(scan.data, ROWS)
    bad = sum(row["status"] == "bad_input" for row in scan.rows)
    assert (scan.summary["rows"], scan.summary["rows_read"], scan.summary["bad_rows"]) == (
        ROWS,
        ROWS,
        bad,
    )


def test_plain_output_is_the_same_text(mixed, reference, bulk_nsd, tmp_path):
    scan = harness.scan(tmp_path, mixed[0], bulk_nsd.upstream, output="out.csv")
    assert not scan.data.startswith(b"\x1f\x8b")
    assert scan.timeless() == reference[0].timeless()


@pytest.mark.parametrize(
    "options",
    [
        ["--workers=1"],
        ["--workers=5", "--window=64"],
        ["--workers=2", "--in-flight=7", "--window=1000", "--level=9"],
    ],
    ids=lambda options: " ".join(options),
)
def test_rows_do_not_depend_on_threads_and_limits(mixed, reference, bulk_nsd, tmp_path, options):
    scan = harness.scan(tmp_path, mixed[0], bulk_nsd.upstream, *options)
    assert scan.timeless() == reference[0].timeless()
    check_members(scan.data, ROWS)


@pytest.mark.parametrize("n_rows", [1, 2, 1000])
def test_nothing_but_empty_rows(tmp_path, n_rows):
    scan = harness.scan(tmp_path, HEADER + b"\n" * n_rows, "--upstream=127.0.0.1:9", "--window=64")
    assert scan.status == harness.BAD_ROWS
    check_rows(scan, [(None, True)] * n_rows)


def test_no_wake_up_is_lost(bulk_nsd, tmp_path):
    """A tiny window makes every thread sleep and wake thousands of times; a wake-up that got lost
    stops the scan for ever."""
    rows = harness.write_input(
        tmp_path / "in.csv",
        "domain,ip\n"
        + "".join(f"d{n % 2000}.bulk.test,192.0.2.{n % 251}\n" for n in range(40_000)),
    )
    for _ in range(8):
        scan = harness.scan(
            tmp_path,
            rows,
            bulk_nsd.upstream,
            "--window=64",
            "--workers=16",
            "--overwrite",
            timeout=60,
        )
        assert scan.status == harness.DONE and scan.summary["rows"] == 40_000


@pytest.mark.parametrize("index", range(len(ODD_ROWS)))
def test_an_odd_row_hurts_no_neighbour(bulk_nsd, tmp_path, index):
    odd, bad = ODD_ROWS[index]
    scan = harness.scan(
        tmp_path,
        HEADER + b"\n".join([good_row(1)[0], odd, good_row(2)[0]]) + b"\n",
        bulk_nsd.upstream,
    )
    check_rows(scan, [(good_row(1)[1], False), (None, bad), (None, False)])
    assert [scan.rows[2][c] for c in ("id", "note")] == good_row(2)[1][::3]


@pytest.mark.parametrize("index", [i for i, (text, _) in enumerate(ODD_ROWS) if text])
def test_an_odd_row_may_be_the_last_without_a_line_end(bulk_nsd, tmp_path, index):
    odd, bad = ODD_ROWS[index]
    scan = harness.scan(tmp_path, HEADER + good_row(1)[0] + b"\n" + odd, bulk_nsd.upstream)
    check_rows(scan, [(good_row(1)[1], False), (None, bad)])


@pytest.mark.slow
def test_one_row_in_one_row_out_for_a_million(bulk_nsd, tmp_path):
    text, expected = mixed_input(1_000_000)
    scan = harness.scan(
        tmp_path, harness.write_input(tmp_path / "in.csv.gz", text), bulk_nsd.upstream
    )
    check_rows(scan, expected)
    check_readers(tmp_path / "out.csv.gz")
    check_members(scan.data, 1_000_000)
