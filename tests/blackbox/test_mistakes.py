"""test_mistakes.py - command lines that cannot be meant so: each ends at once, with status 2 and
one line that says what is wrong, and changes no file."""

import os
import subprocess

import pytest

import harness
from harness import DONE, USAGE

ROWS = "domain,ip\nd1.bulk.test,192.0.2.1\nd2.bulk.test,192.0.2.2\n"


def assert_told(done, *words):
    """One line, which holds the words."""
    lines = done.stderr.splitlines()
    assert done.returncode == USAGE and len(lines) == 1, done.stderr
    assert all(str(word) in lines[0] for word in words), done.stderr


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with an input."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text(ROWS)
    return tmp_path


# ---- files that options name ----


@pytest.mark.parametrize("command", [["scan", "in.csv"], ["check", "192.0.2.1"]])
@pytest.mark.parametrize("kind", ["folder", "device", "pipe", "nowhere"])
@pytest.mark.parametrize(
    "option", ["--upstreams", "--unbound-config", "--trust-anchor", "--exclude"]
)
def test_what_is_no_file(folder, command, kind, option):
    os.mkfifo(folder / "pipe")
    path = {"folder": folder, "device": "/dev/zero", "pipe": "pipe", "nowhere": "no"}[kind]
    if option in ("--upstreams", "--exclude") and kind == "pipe":
        return  # a shell's <(...): it is read once, see below
    dnssec = ["--dnssec"] if option == "--trust-anchor" else []
    words = {"folder": "directory", "device": "device", "pipe": "pipe", "nowhere": "No such file"}
    assert_told(harness.run(*command, *dnssec, option, path), path, words[kind])


def test_upstreams_from_a_pipe(bulk_nsd, folder):
    done = subprocess.run(
        ["bash", "-c", f'"$0" scan in.csv --checks a --upstreams <(echo {bulk_nsd.address}:'
         f"{bulk_nsd.port})", harness.SPFSWEEP],
        capture_output=True,
        timeout=harness.HANGS_S,
    )
    assert done.returncode == DONE and done.stdout.count(b"\n") == 3, done.stderr


def test_exclusions_from_a_pipe(bulk_nsd, folder):
    done = subprocess.run(
        ["bash", "-c", f'"$0" scan in.csv --checks a --upstream {bulk_nsd.address}:'
         f"{bulk_nsd.port} --exclude <(printf 'D1.bulk.test\\n# no more')", harness.SPFSWEEP],
        capture_output=True,
        text=True,
        timeout=harness.HANGS_S,
    )
    rows = done.stdout.splitlines()
    assert done.returncode == DONE and len(rows) == 3, done.stderr
    assert ["domain: excluded" in row for row in rows] == [False, True, False]


@pytest.mark.parametrize("text", ["", "\n; . IN DS 20326 8 2 ab\n", "a.test. IN NS ns.test.\n"])
def test_a_file_without_a_trust_anchor(folder, text):
    (folder / "anchor").write_text(text)
    done = harness.run("scan", "--dnssec", "--trust-anchor=anchor", "in.csv", "-o", "out.csv")
    assert_told(done, "anchor", "it holds no trust anchor")
    assert not (folder / "out.csv").exists()


# ---- names ----


@pytest.mark.parametrize(
    "writer, other",
    [
        ("--summary", ["--upstreams"]),
        ("--summary", ["--unbound-config"]),
        ("--summary", ["--dnssec", "--trust-anchor"]),
        ("--output", ["--upstreams"]),
        ("--output", ["--unbound-config"]),
    ],
)
@pytest.mark.parametrize("link", [False, True])
def test_a_file_of_another_option_is_not_written(folder, writer, other, link):
    texts = {"--upstreams": "192.0.2.1\n", "--unbound-config": "server:\n"}
    text = texts.get(other[-1], ". IN DS 20326 8 2 " + "ab" * 32 + "\n")
    (folder / "named").write_text(text)
    target = "named"
    if link:
        target = "link"
        os.link("named", "link")
    done = harness.run("scan", "in.csv", *other, "named", writer, target, "--overwrite")
    assert_told(done, other[-1], writer, "named")
    assert (folder / "named").read_text() == text


@pytest.mark.parametrize("there", [False, True])
def test_output_and_summary_are_two_files(folder, there):
    if there:
        (folder / "out.csv").write_text("")
    done = harness.run("scan", "in.csv", "-o", "out.csv", "--summary", f"{folder}/./out.csv")
    assert_told(done, "summary", "output", "out.csv")
    assert (folder / "out.csv").exists() == there


@pytest.mark.parametrize(
    "text",
    [b"row,domain,ip,status\n1,a.test,192.0.2.1,ok\n", b"\x1f\x8b\x08\x04", b"[1]\n", b"{}\n{}\n"],
)
def test_a_summary_replaces_no_other_file(folder, text):
    (folder / "old").write_bytes(text)
    done = harness.run("scan", "in.csv", "-o", "out.csv", "--summary", "old")
    assert_told(done, "old: not replaced", "--summary")
    assert (folder / "old").read_bytes() == text and not (folder / "out.csv").exists()


@pytest.mark.parametrize("text", ["", "{}", '{\n  "program": "spfsweep",\n', '{"a": {"b": 1}}\n\n'])
def test_a_summary_replaces_a_summary(bulk_nsd, folder, text):
    """One that a full disk tore, too."""
    (folder / "summary.json").write_text(text)
    done = harness.run(
        "scan", bulk_nsd.upstream, "in.csv", "-o", "out.csv", "--summary=summary.json", "--checks=a"
    )
    assert done.returncode == DONE and '"complete": true' in (folder / "summary.json").read_text()


@pytest.mark.parametrize(
    "args, words",
    [
        (["scan", ""], ["an empty name"]),
        (["scan", "in.csv", ""], ["an empty name"]),
        (["scan", "in.csv", "-o", ""], ["--output", "empty"]),
        (["scan", "in.csv", "--summary="], ["--summary", "empty"]),
        (["scan", "in.csv", "--upstreams="], ["--upstreams", "No such file"]),
        (["scan", "in.csv", "--receiver="], ["--receiver", "empty"]),
        (["scan", "in.csv", "--receiver", "http://x/ y"], ["--receiver", "http://x/ y"]),
        (["scan", "in.csv", "--receiver", "ü.test"], ["--receiver"]),
        (["retry", ""], ["an empty name"]),
    ],
)
def test_names_that_are_none(folder, args, words):
    assert_told(harness.run(*args), *words)


@pytest.mark.parametrize(
    "name", ["r.csv.xz", "r.csv.zst", "r.csv.bz2", "r.tgz", "r.ZIP", "r.parquet", "r.json", "r.tsv"]
)
def test_an_output_that_is_named_like_what_it_is_not(folder, name):
    assert_told(harness.run("scan", "in.csv", "-o", name), name, "CSV", "*.gz")
    assert os.listdir() == ["in.csv"]


def test_upper_case_gz_is_block_gzip(bulk_nsd, tmp_path):
    scan = harness.scan(tmp_path, ROWS, bulk_nsd.upstream, "--checks=a", output="out.CSV.GZ")
    assert scan.status == DONE and scan.data.endswith(harness.BGZF_EOF) and len(scan.rows) == 2


# ---- options ----


@pytest.mark.parametrize(
    "twice",
    [
        ["-o", "a.csv", "-o", "b.csv"],
        ["--output=a.csv", "-oa.csv"],
        ["--checks", "spf", "--checks=mx"],
        ["--summary", "a", "--summary", "b"],
        ["--qps=5", "--qps=6"],
    ],
)
def test_options_given_twice(folder, twice):
    name = "--output" if twice[0] == "-o" else twice[0].split("=")[0]
    assert_told(harness.run("scan", "in.csv", *twice), name, "twice")
    assert os.listdir() == ["in.csv"]


# ---- standard streams ----


def closed(redirections, *args, **more):
    return subprocess.run(
        ["bash", "-c", f'exec "$0" "$@" {redirections}', harness.SPFSWEEP, *map(str, args)],
        stderr=subprocess.PIPE,
        timeout=harness.HANGS_S,
        text=True,
        **more,
    )


@pytest.mark.parametrize("output", [[], ["-o", "out.csv"]])
def test_standard_input_is_closed(folder, output):
    assert_told(closed("<&-", "scan", "-", *output), "standard input", "closed")
    assert os.listdir() == ["in.csv"]


def test_standard_output_is_closed(folder):
    assert_told(closed(">&-", "scan", "in.csv"), "standard output", "closed")


def test_all_streams_are_closed(bulk_nsd, folder):
    """None of their numbers is given to the output, into which messages would go then."""
    done = closed(
        "<&- >&- 2>&-", "scan", bulk_nsd.upstream, "--checks=a", "in.csv", "-o", "out.csv"
    )
    assert done.returncode == DONE
    assert len(list(harness.read_rows((folder / "out.csv").read_bytes()))) == 2


# ---- check ----


@pytest.mark.parametrize(
    "args, words",
    [
        (["--checks=mx", "192.0.2.1"], ["--checks mx", "domain"]),
        (["--checks=spf", "192.0.2.1"], ["--checks spf", "domain"]),
        (["--checks=a,iprev", "192.0.2.1"], ["--checks a", "domain"]),
        (["--checks=iprev", "d1.bulk.test"], ["--checks iprev", "address"]),
        (["--checks=spf", "192.0.2.1", "<>"], ["--checks spf", "--helo"]),
        (["in.csv"], ["in.csv", "spfsweep scan"]),
        (["192.0.2.1", "in.csv"], ["in.csv", "spfsweep scan"]),
        (["d1.bulk.test,192.0.2.1"], ["','", "two words"]),
        (["a@d1.bulk.test;b@d1.bulk.test"], ["';'", "two words"]),
    ],
)
def test_check_of_nothing(folder, args, words):
    assert_told(harness.run("check", *args), *words)


def test_check_of_what_can_be_checked(bulk_nsd, folder):
    """A record without an address, a domain that is named like a file, and a quoted local-part."""
    done = harness.run("check", bulk_nsd.upstream, "--checks=spf", "d1.bulk.test")
    assert done.returncode == DONE and b"record of d1.bulk.test" in done.stdout
    (folder / "d1.bulk.test").write_text("a zone")
    done = harness.run("check", bulk_nsd.upstream, "--checks=a", "d1.bulk.test.")
    assert done.returncode == DONE and b"A d1.bulk.test: ok" in done.stdout
    done = harness.run("check", bulk_nsd.upstream, "192.0.2.65", '"a,b"@d1.bulk.test')
    assert done.returncode == DONE and b"spf: pass" in done.stdout


# ---- what no row can run ----


def test_a_check_that_ran_on_no_row(bulk_nsd, tmp_path):
    rows = "domain,ip\nd1.bulk.test,\nd2.bulk.test,\n"
    scan = harness.scan(tmp_path, rows, bulk_nsd.upstream, "--checks=iprev,mx,a")
    assert scan.status == DONE
    assert scan.says("warning", "iprev ran on 0 of 2 rows")
    assert "ran on" not in scan.stderr.replace("iprev ran on", "")
    again = harness.scan(
        tmp_path, rows + "d3.bulk.test,192.0.2.3\n", bulk_nsd.upstream, "--checks=iprev,mx,a",
        "--resume",
    )
    assert again.status == DONE and "ran on" not in again.stderr
    all_checks = harness.scan(tmp_path, rows, bulk_nsd.upstream, "--overwrite")
    assert all_checks.status == DONE and "ran on" not in all_checks.stderr


def test_the_first_name_that_no_mail_host_can_have(server, tmp_path):
    """By its row, although the first rows end last, in whatever worker."""
    rows = "domain,ip\n" + "".join(f"n{i},192.0.2.1\n" for i in range(3, 300))
    slow = server(lambda name, type: [], delay_s=lambda name: 0.3 if name in ("n3", "n4") else 0)
    scan = harness.scan(tmp_path, rows, slow.upstream, "--checks=mx", "--workers=4")
    assert scan.status == DONE and scan.says("297 rows", "as row 1: 'n3'"), scan.stderr


# ---- an option where a value belongs ----


@pytest.mark.parametrize("option", [["-o"], ["--output"], ["--summary"], ["--exclude"]])
@pytest.mark.parametrize("word", ["--overwrite", "--overwrit", "-q", "-o", "-qx", "--"])
def test_an_option_as_a_value(folder, option, word):
    done = harness.run("scan", *option, word, "in.csv")
    name = option[0] if option[0] != "-o" else "--output"
    assert_told(done, f"{name} takes FILE", f"'{word}'", f"./{word}")
    assert sorted(path.name for path in folder.iterdir()) == ["in.csv"]


@pytest.mark.parametrize("option", ["--checks", "--workers", "--delimiter"])
def test_an_option_as_a_word(folder, option):
    assert_told(harness.run("scan", option, "--overwrite", "in.csv"), option, "'--overwrite'")


@pytest.mark.parametrize("words", [["-o", "./--overwrite"], ["--output=--overwrite"], ["-o-qx"]])
def test_a_file_that_is_named_like_an_option(bulk_nsd, folder, words):
    harness.run("scan", "in.csv", "--checks=a", bulk_nsd.upstream, *words)
    assert sorted(path.name for path in folder.iterdir())[0] in ("--overwrite", "-qx")
