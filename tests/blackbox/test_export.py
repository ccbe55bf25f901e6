"""test_export.py - spfsweep export and schema, compared with what Python's csv makes of the same
file."""

import gzip
import json
import subprocess

import pytest

import harness
import typed
from harness import DONE, STOPPED, USAGE

RECORDS = {
    ("many.example", "TXT"): ["v=spf1 ip4:192.0.2.0/24 include:inc.example -all"],
    ("many.example", "MX"): ["10 a.mx.example.", "20 b.mx.example.", "20 c.mx.example."],
    ("many.example", "A"): ["192.0.2.1", "198.51.100.1"],
    ("inc.example", "TXT"): ["v=spf1 ip6:2001:db8::/32 ~all"],
    ("null.example", "MX"): ["0 ."],
    ("null.example", "TXT"): ["v=spf1 -all"],
    ("all.example", "TXT"): ["v=spf1 +all"],
    ("hostile.example", "TXT"): ["v=spf1 exists:</svg><script>.x.example ?all"],
    ("a.mx.example", "A"): ["192.0.2.25"],
    ("a.mx.example", "AAAA"): ["2001:db8::25"],
    ("b.mx.example", "A"): ["192.0.2.26"],
    ("25.2.0.192.in-addr.arpa", "PTR"): ["a.mx.example.", "x\\;y.example."],
    ("5.2.0.192.in-addr.arpa", "PTR"): ["192-0-2-5.dyn.example."],
    ("192-0-2-5.dyn.example", "A"): ["192.0.2.5"],
}
DOMAINS = ["many.example", "null.example", "all.example", "hostile.example", "none.example", "b..d"]


def script(name, type):
    if name == "fails.example":
        return "SERVFAIL"
    return RECORDS.get((name, type), [] if name.endswith("example") else "NXDOMAIN")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Results of each command: name -> path."""
    import nameservers

    folder = tmp_path_factory.mktemp("export")
    dns = nameservers.Server(script)
    ask = "--ask=TXT:_dmarc.{domain}"
    hostile = typed.hostile_input(DOMAINS, b"192.0.2.5")
    try:
        scan = harness.scan(folder, hostile, dns.upstream, ask, output="hostile.csv.gz")
        assert scan.status == harness.BAD_ROWS, scan.stderr
        sides = [f"--{side}={folder / side}.csv.gz" for side in ("includes", "networks")]
        audit = harness.scan(
            folder, "domain\n" + "\n".join(DOMAINS), dns.upstream, "--mx-ptr", *sides,
            command="audit", output="audit.csv.gz",
        )
        assert audit.status == harness.BAD_ROWS, audit.stderr
        harness.scan(folder, "domain,ip\nmany.example,192.0.2.25\n", dns.upstream, output="one.csv")
        for flag, name in (("", "plain.csv.gz"), ("--csv-safe", "safe.csv.gz")):
            text = "domain,ip,=formula\nmany.example,192.0.2.25,-1\nall.example,192.0.2.9,'+\n"
            harness.scan(folder, text, dns.upstream, *flag.split(), output=name)
    finally:
        dns.stop()
    return {path.name.split(".")[0]: path for path in folder.iterdir() if ".csv" in path.name}


def export(*args, status=DONE, **more):
    done = harness.run("export", *args, **more)
    assert done.returncode == status, done.stderr
    return done


def schema_of(*args):
    done = harness.run("schema", *args)
    assert done.returncode == DONE, done.stderr
    return json.loads(done.stdout)


def objects(octets):
    return [json.loads(line) for line in octets.decode("utf-8").split("\n")[:-1]]


@pytest.mark.parametrize("name", ["hostile", "audit", "one", "includes", "networks"])
def test_json_lines(files, name):
    """Every value of every row, and the names, equal the truth."""
    schema = schema_of(files[name])
    rows = objects(export(files[name]).stdout)
    assert rows == typed.table(files[name], schema) and rows
    assert list(rows[0]) == [column["name"] for column in schema["columns"]]
    # a pipe gives the same
    assert export("-", stdin=files[name].read_bytes()).stdout == export(files[name]).stdout


def test_what_is_seen(files):
    """The truth has something of everything that is to be told apart."""
    rows = objects(export(files["hostile"]).stdout)
    assert {row["mx_state"] for row in rows} >= {"null", "none", "ok", None}
    assert {type(row["ptr_generic"]) for row in rows} == {bool, type(None)}
    audit = {row["domain"]: row for row in objects(export(files["audit"]).stdout)}
    assert audit["all.example"]["pass_v6"] == 2**64 and audit["all.example"]["pass_v4"] == 2**32
    assert {"host": "c.mx.example", "addresses": None} in audit["many.example"]["mx_hosts"]
    assert {r["name"] for r in audit["many.example"]["mx_ptr"]} == {"a.mx.example", None}


def test_json_lines_are_harmless(files):
    octets = export(files["hostile"]).stdout
    text = octets.decode("utf-8")
    assert b"<" not in octets and b"\x1b" not in octets and b"\x7f" not in octets
    assert not set(text) & set("\u202e\u200f\u2066\u2028\u2029\ufeff\u0085\0")
    assert min(text.replace("\n", " ")) == " "
    assert "\ufffd" in text and "\\u202e" in text and "\\u003c/svg>" in text


def test_names_are_unlike(files):
    names = [column["name"] for column in schema_of(files["hostile"])["columns"]]
    assert len({name.lower() for name in names}) == len(names)
    assert names[3:14] == [
        "note", "x", "x_2", "column_7", "X_3", "input_mx", typed.NAMES[6], "x_2_2",
        typed.NAMES[8][:63], "a__line__</script>_", "status",
    ]  # fmt: skip


def test_csv(files):
    """As it stood; what is no UTF-8 is replaced, and that is told."""
    for name in ("audit", "networks"):
        done = export(files[name], "--format=csv")
        assert done.stdout == gzip.decompress(files[name].read_bytes())
        assert "U+FFFD" not in done.stderr
    done = export(files["hostile"], "--format=csv")
    path = files["hostile"].parent / "again.csv"
    path.write_bytes(done.stdout)
    assert typed.records(path)[1:] == typed.records(files["hostile"])[1:]
    n = sum(record.count("\ufffd") for row in typed.records(path)[1:] for record in row)
    assert f"U+FFFD stands in {n} places" in done.stderr and n > 20
    done.stdout.decode("utf-8")
    # one column with empty fields: no line of it is empty
    one = export(files["audit"], "--format=csv", "--fields=redirect").stdout
    assert one == b"redirect\n" + b'""\n' * len(DOMAINS)


def test_tsv(files):
    lines = export(files["hostile"], "--format=tsv").stdout.decode("utf-8").split("\n")[:-1]
    unescape = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}

    def field(text):
        out, at = "", 0
        while at < len(text):
            size = 2 if text[at] == "\\" else 1
            out += unescape[text[at : at + 2]] if size == 2 else text[at]
            at += size
        return out

    rows = [[field(text) for text in line.split("\t")] for line in lines]
    assert rows[1:] == typed.records(files["hostile"])[1:]


def test_fields_and_where(files):
    path = files["hostile"]
    whole = objects(export(path).stdout)
    fields, where = "--fields=mx,row,x_2", "--where=problems=null_mx,spf!=pass"
    done = export(path, fields, where, "--format=jsonl")
    wanted = [r for r in whole if "null_mx" in (r["problems"] or []) and r["spf"] != "pass"]
    assert objects(done.stdout) == [{k: r[k] for k in ("mx", "row", "x_2")} for r in wanted]
    assert wanted and len(wanted) < len(whole)
    assert list(objects(done.stdout)[0]) == ["mx", "row", "x_2"]
    assert f"{len(wanted)} of {len(whole)} rows" in done.stderr
    names = [c["name"] for c in schema_of(path, "--fields=mx,row,x_2")["columns"]]
    assert names == ["mx", "row", "x_2"]
    for args, words in (
        (["--fields=rwo"], "did you mean row?"),
        (["--fields=row,row"], "names the column 'row' twice"),
        (["--fields="], "takes LIST"),
        (["--where=nothing=1"], "there is no column 'nothing'"),
        (["--where=spf"], "--where takes conditions"),
        (["--format=xml"], "--format takes jsonl, csv or tsv"),
    ):
        done = export(path, *args, status=USAGE)
        assert words in done.stderr and not done.stdout


def test_names_of_outputs(files, tmp_path):
    """The name says the form; and what it must not say."""
    path = files["audit"]
    for name, form in (("a.jsonl", "jsonl"), ("a.ndjson.gz", "jsonl"), ("a.CSV", "csv"),
                       ("a.tsv.gz", "tsv"), ("anything", "jsonl")):  # fmt: skip
        export(path, "-o", tmp_path / name)
        data = (tmp_path / name).read_bytes()
        assert (data[:2] == b"\x1f\x8b") == name.endswith("gz")
        data = gzip.decompress(data) if name.endswith("gz") else data
        assert data == export(path, f"--format={form}").stdout
    export(path, "-o", tmp_path / "a.jsonl", status=USAGE)  # not overwritten
    export(path, "-o", tmp_path / "a.jsonl", "--overwrite")
    for name in ("x.json", "x.csv.xz", "x.zst", "x.xlsx"):
        done = export(path, "-o", tmp_path / name, status=USAGE)
        assert "JSON lines, CSV or TSV" in done.stderr
    done = export(path, "-o", tmp_path / "x.csv", "--format=tsv", status=USAGE)
    assert "does not go with" in done.stderr
    done = export(path, "-o", tmp_path / "x.parquet", status=USAGE)
    assert len(done.stderr.splitlines()) == 1 and f"spfsweep_csv('{path}')" in done.stderr
    export(path, "-o", path, "--overwrite", status=USAGE)
    assert not [p for p in tmp_path.iterdir() if p.name[0] == "x"]


def test_cut(files, tmp_path):
    """What was cut, anywhere, is told; the rows before stand on standard output, and nothing in a
    file."""
    whole = files["hostile"].read_bytes()
    rows = objects(export(files["hostile"]).stdout)
    cuts = {len(whole) - 28, len(whole) - 1, len(whole) // 2, len(whole) - 200}
    cuts |= {sum(m.size for m in harness.bgzf_members(whole)[:n]) for n in (2, 3)}
    for cut in cuts:
        path = tmp_path / "cut.csv.gz"
        path.write_bytes(whole[:cut])
        done = export(path, status=STOPPED)
        found = objects(done.stdout)
        assert found == rows[: len(found)]
        assert "did not end" in done.stderr or "ends too early" in done.stderr
        assert "the rows before are exported" in done.stderr
        done = export(path, "-o", tmp_path / "out.jsonl", status=STOPPED)
        assert not (tmp_path / "out.jsonl").exists() and "is not kept" in done.stderr
    plain = gzip.decompress(whole)
    for cut in (len(plain) - 1, len(plain) - 30, len(plain) // 2):
        done = export("-", stdin=plain[:cut], status=STOPPED)
        found = objects(done.stdout)
        assert found == rows[: len(found)] and len(found) < len(rows)
        assert "no line end" in done.stderr
    # an older file of that name is as it was
    (tmp_path / "old.jsonl").write_text("old\n")
    export(path, "-o", tmp_path / "old.jsonl", "--overwrite", status=STOPPED)
    assert not (tmp_path / "old.jsonl").exists() or (tmp_path / "old.jsonl").read_text() == "old\n"


def test_damaged_and_others(files, tmp_path):
    path = tmp_path / "file"
    whole = files["hostile"].read_bytes()
    members = harness.bgzf_members(whole)
    for at in range(members[0].size + 70, members[0].size + members[1].size, 97):
        damaged = bytearray(whole)
        damaged[at] ^= 0xFF
        path.write_bytes(damaged)
        done = export(path, status=STOPPED)
        assert "the gzip data is corrupt; the rows before are exported" in done.stderr
    for text, words in (
        (b"", "it is empty"),
        (b"domain,ip\nexample.com,192.0.2.1\n", "no columns row and status"),
        (b'{"row":1,"status":"ok"}\n', "no columns row and status"),
        (b"row,status,spf_lookups\n1,ok,x\n", "line 2: the column spf_lookups holds 'x'"),
        (b"row,status,mx\n1,ok,\n2,ok,ten mx.example\n", "line 3: the column mx"),
        (b"row,status\n1,ok\n2,ok,3\n", "no row of as many fields"),
        (b'row,status\n1,ok\n2,"ok\n', "no row of as many fields"),
        (b"row," + b"x," * 5000 + b"status\n", "more than 4096 columns"),
    ):
        path.write_bytes(text)
        for command in ("export", "schema"):
            done = harness.run(command, path)
            if command == "schema" and b"row,status" == text[:10]:
                continue  # it reads the header row alone
            assert done.returncode == USAGE and words in done.stderr, (text, done.stderr)
    for command in ("export", "schema"):
        assert harness.run(command, tmp_path / "gone").returncode == USAGE
        assert harness.run(command, tmp_path).returncode == USAGE


def test_of_other_versions_and_commands(files, tmp_path, server):
    """Outputs of released versions, of retry and of merge."""
    for version in sorted((harness.ROOT / "tests/fixtures").glob("0.*")):
        for path in sorted(version.iterdir()):
            torn = "torn" in path.name
            rows = objects(export(path, status=STOPPED if torn else DONE).stdout)
            if path.name == "options.csv.gz":  # with --csv-safe
                assert rows and {"-all"} <= {row["spf_matched"] for row in rows}
            elif not torn:
                assert rows == typed.table(path, schema_of(path)) and rows[0]["status"] == "ok"
    dns = server(script)
    text = "domain,ip\n" + "many.example,192.0.2.25\nfails.example,192.0.2.1\n" * 20
    for k in range(2):
        harness.scan(tmp_path, text, dns.upstream, f"--shard={k}/2", output=f"{k}.csv.gz")
    shards, whole = [tmp_path / f"{k}.csv.gz" for k in range(2)], tmp_path / "whole.csv.gz"
    assert harness.run("merge", *shards, "-o", whole).returncode == DONE
    harness.scan(tmp_path, whole, dns.upstream, command="retry", output="again.csv.gz")
    for path in (whole, tmp_path / "again.csv.gz", *shards):
        rows = objects(export(path).stdout)
        assert rows == typed.table(path, schema_of(path)) and rows
    assert [row["row"] for row in objects(export(whole).stdout)] == list(range(1, 41))


def test_csv_safe(files):
    """The ' of --csv-safe is for spreadsheets."""
    plain, safe = (objects(export(files[name]).stdout) for name in ("plain", "safe"))
    for row in plain + safe:
        del row["evaluated_at"], row["elapsed_ms"]
    assert plain == safe and plain[0]["=formula"] == "-1" and plain[1]["=formula"] == "'+"
    assert "=formula" in [c["name"] for c in schema_of(files["safe"])["columns"]]


def test_it_streams(files):
    """A row comes out while the input is still open."""
    header, first = gzip.decompress(files["audit"].read_bytes()).splitlines(keepends=True)[:2]
    with subprocess.Popen(
        [harness.SPFSWEEP, "export", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdin.write(header + first)
        process.stdin.flush()
        line = process.stdout.readline()
        assert json.loads(line)["row"] == 1
        process.stdin.close()
        assert process.stdout.read() == b""
    assert process.returncode == DONE


def test_a_scan_into_it(server, tmp_path):
    """scan | export, as a shell runs them."""
    dns = server(script)
    text = "domain,ip\n" + "many.example,192.0.2.25\n" * 500
    path = harness.write_input(tmp_path / "in.csv", text)
    done = subprocess.run(
        f"set -o pipefail; '{harness.SPFSWEEP}' scan {path} {dns.upstream} -q -o - | "
        f"'{harness.SPFSWEEP}' export - --format jsonl --fields row,mx_match,evaluated_at",
        shell=True, executable="/bin/bash", capture_output=True, timeout=harness.HANGS_S,
    )  # fmt: skip
    assert done.returncode == DONE, done.stderr
    assert [row["row"] for row in objects(done.stdout)] == list(range(1, 501))


def test_a_full_disk(files):
    with open("/dev/full", "wb") as full:
        done = harness.run("export", files["audit"], stdout=full)
    assert done.returncode == STOPPED and "No space left" in done.stderr


def test_schema(files):
    """Of files and without one; what it refuses."""
    of = {kind: schema_of("--of", kind) for kind in ("scan", "audit", "includes", "networks")}
    assert schema_of() == of["scan"] and not of["scan"]["complete"]
    for kind, name in (("scan", "hostile"), ("audit", "audit")):
        ours = [c for c in schema_of(files[name])["columns"] if c["from"] == "spfsweep"]
        assert [c for c in ours if c["name"] != "ask_txt__dmarc"] == of[kind]["columns"]
    for kind in ("includes", "networks"):
        assert schema_of(files[kind]) == of[kind] and of[kind]["complete"]
    ask = next(
        c for c in schema_of(files["hostile"])["columns"] if c["name"] == "ask_txt__dmarc"
    )
    assert ask["type"] == "list_of_text" and ask["from"] == "spfsweep"
    for args, words in (
        (["--of=scan", files["audit"]], "give one of them"),
        (["--of=scans"], "--of takes"),
        (["--format=sql"], "--format takes json, duckdb"),
        (["--fields=mxx"], "did you mean mx?"),
        ([files["audit"], files["audit"]], "one file of results, or none"),
    ):
        done = harness.run("schema", *args)
        assert done.returncode == USAGE and words in done.stderr and not done.stdout
    # a header row is enough, also of a pipe
    header = b"".join(gzip.decompress(files["hostile"].read_bytes()).splitlines(keepends=True)[:2])
    done = harness.run("schema", "-", stdin=header)
    assert json.loads(done.stdout) == schema_of(files["hostile"])


def test_json_schema(files):
    """Each value of JSON lines is of its own JSON Schema; told by a reader of the few words of it
    that are used."""
    names = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}

    def fits(value, schema):
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if value is None:
            return "null" in types
        if not any(type(value) is names.get(t) for t in types):
            return False
        if isinstance(value, list):
            return all(fits(item, schema["items"]) for item in value)
        if isinstance(value, dict):
            wanted = schema["properties"]
            return set(value) == set(wanted) and all(fits(value[k], wanted[k]) for k in wanted)
        return True

    n = 0
    for name in ("hostile", "audit", "networks"):
        schemas = {c["name"]: c["json_schema"] for c in schema_of(files[name])["columns"]}
        for row in objects(export(files[name]).stdout):
            for key, value in row.items():
                assert fits(value, schemas[key]), (key, value)
                n += value is not None
    assert n > 500 and not fits("x", {"type": ["integer", "null"]})
