"""test_upstreams_file.py - upstreams that a file names, and the options that are for upstreams
only."""

import pytest

import addresses
import harness
from harness import DONE, USAGE

DOMAINS = 300
ROWS = "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(DOMAINS))


def passing(name, type):
    return ["v=spf1 ip4:192.0.2.1 -all"] if type == "TXT" else []


def write(folder, text):
    path = folder / "upstreams.txt"
    path.write_bytes(harness.as_bytes(text))
    return path


def assert_all_pass(scan, n_upstreams):
    assert scan.status == DONE, scan.stderr
    assert (
        scan.summary["spf"]["pass"] == DOMAINS
        and scan.summary["options"]["upstreams"] == n_upstreams
    )


def test_all_that_the_file_names_are_asked(server, tmp_path):
    """Comments, blank lines, blanks at both ends and lines that end in CR LF do no harm, nor does a
    last line without an end."""
    v4, v6, last = server(passing), server(passing, address="::1"), server(passing)
    path = write(
        tmp_path,
        f"# ours\n\n{v4.address}:{v4.port}\r\n  [::1]:{v6.port}\t# the other\n   \n"
        f"{last.address}:{last.port}",
    )
    assert_all_pass(harness.scan(tmp_path, ROWS, f"--upstreams={path}", "--checks=spf"), 3)
    assert all(s.count() > 0 for s in (v4, v6, last))


def test_the_form_of_dnsmasq_and_a_byte_order_mark(server, tmp_path):
    """A comment needs a blank before its #."""
    one, v6, option = server(passing), server(passing, address="::1"), server(passing)
    path = write(
        tmp_path,
        f"\ufeff{one.address}#{one.port} # the first\n#nobody\n::1#{v6.port}\t#the other\n",
    )
    more = f"--upstream={option.address}#{option.port}"
    assert_all_pass(harness.scan(tmp_path, ROWS, f"--upstreams={path}", more, "--checks=spf"), 3)
    assert all(s.count() > 0 for s in (one, v6, option))


def test_both_options_and_several_files(server, tmp_path):
    """One that is named twice is one upstream."""
    servers = [server(passing) for _ in range(3)]
    (tmp_path / "more.txt").write_text(
        f"{servers[2].address}:{servers[2].port}\n{servers[0].address}:{servers[0].port}\n"
    )
    path = write(tmp_path, f"{servers[1].address}:{servers[1].port}\n")
    scan = harness.scan(
        tmp_path,
        ROWS,
        servers[0].upstream,
        "--upstreams",
        path,
        f"--upstreams={tmp_path}/more.txt",
        servers[1].upstream,
        "--checks=spf",
    )
    assert_all_pass(scan, 3)
    assert all(s.count() > 0 for s in servers)


def test_check_reads_it(server, tmp_path):
    done = harness.run(
        "check",
        f"--upstreams={write(tmp_path, f'{server(passing).address}:{addresses.port()}')}",
        "--checks=spf",
        "192.0.2.1",
        "example.test",
    )
    assert done.returncode == DONE and b"spf: pass" in done.stdout


def assert_refused(tmp_path, path, *words):
    done = harness.run(
        "scan", f"--upstreams={path}", harness.write_input(tmp_path / "in.csv", ROWS)
    )
    lines = done.stderr.splitlines()
    assert done.returncode == USAGE and done.stdout == b""
    assert len(lines) == 1 and all(
        word in lines[0] for word in ("--upstreams", str(path), *words)
    ), done.stderr


@pytest.mark.parametrize("text", ["", "\n", "# nobody\n\n   # here\n"])
def test_a_file_that_names_nobody(tmp_path, text):
    assert_refused(tmp_path, write(tmp_path, text), "names no upstream")


@pytest.mark.parametrize(
    "line",
    [
        "localhost",
        "192.0.2.256",
        "192.0.2.1:0",
        "192.0.2.1:65536",
        "192.0.2.1:",
        "192.0.2.1#",
        "192.0.2.1#65536",
        "192.0.2.1:53#53",
        "[2001:db8::1",
        "192.0.2.1 192.0.2.2",
        "192.0.2.1,",
        "--upstream=192.0.2.1",
    ],
)
def test_a_bad_line_is_named(tmp_path, line):
    assert_refused(
        tmp_path,
        write(tmp_path, f"# ours\n192.0.2.1\n\n{line}\n192.0.2.2\n"),
        "line 4:",
        f"'{line}'",
    )


def test_what_is_no_text(tmp_path):
    assert_refused(
        tmp_path, write(tmp_path, b"192.0.2.1\n192.0.2.2\0 and more\n"), "line 2:", "no text"
    )
    assert_refused(tmp_path, write(tmp_path, bytes(range(256)) * 10), "line 1:")


def test_no_more_than_64(tmp_path):
    assert_refused(
        tmp_path, write(tmp_path, "".join(f"192.0.2.{n}\n" for n in range(65))), "line 65:", "64"
    )


def test_limits_of_upstreams_change_no_verdict(server, tmp_path):
    """Random letter case and a rate that is hardly felt; the test's server repeats names as they
    were asked."""
    dns = server(passing)
    scan = harness.scan(
        tmp_path,
        ROWS,
        dns.upstream,
        "--checks=spf",
        "--0x20",
        "--qps-per-upstream=1000",
        "--workers=2",
    )
    assert_all_pass(scan, 1)
    options = scan.summary["options"]
    assert (options["qps_per_upstream"], options["mix_case"], options["workers"]) == (1000, True, 2)
    assert len(dns.asked()) == DOMAINS and scan.summary["bad_packets"] == 0


def test_a_rate_per_upstream_below_the_number_of_workers(server, tmp_path):
    """Each worker needs a share of the rate, so there are fewer workers."""
    scan = harness.scan(
        tmp_path,
        "domain,ip\na.test,192.0.2.1\n",
        server(passing).upstream,
        "--checks=spf",
        "--qps-per-upstream=2",
        "--workers=4",
    )
    assert (
        scan.status == DONE
        and scan.row["spf"] == "pass"
        and scan.summary["options"]["workers"] == 2
    )
