"""bench/internet: real servers for a population made by hand, and spfsweep on them. SPFSWEEP names
the program; else it is the release build's."""

import csv
import io
import json
import os
import pathlib
import select
import signal
import subprocess

import pytest

import smallworld

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPFSWEEP = pathlib.Path(os.environ.get("SPFSWEEP", ROOT / "build/release/spfsweep")).resolve()
INTERNET = ROOT / "bench/internet"

# A program for `exec`: asks ADDRESS NAME TYPE, and says the rcode, how many records there are, and
# by which protocol.
ASK = """
import sys, dns.message, dns.query, dns.rcode, dns.exception
address, name, type = sys.argv[1:]
try:
    query = dns.message.make_query(name, type, use_edns=True, payload=1232)
    reply, by_tcp = dns.query.udp_with_fallback(query, address, timeout=1)
    n_records = sum(len(rrset) for rrset in reply.answer)
    print(dns.rcode.to_text(reply.rcode()), n_records, "TCP" if by_tcp else "UDP")
except dns.exception.Timeout:
    print("TIMEOUT")
"""

# Asks ADDRESS for NAME, N times at once by UDP, and N times by TCP. Says how long each answer took,
# for those that came: [by UDP, by TCP].
ASK_MANY = """
import concurrent.futures, functools, json, sys, time, dns.message, dns.query, dns.exception
address, name, n = sys.argv[1:]

def ask(by, _):
    began = time.monotonic()
    try:
        by(dns.message.make_query(name, "A"), address, timeout=2)
        return time.monotonic() - began
    except dns.exception.Timeout:
        return None

with concurrent.futures.ThreadPoolExecutor(int(n)) as pool:
    ways = [functools.partial(ask, by) for by in (dns.query.udp, dns.query.tcp)]
    took = [list(pool.map(way, range(int(n)))) for way in ways]
print(json.dumps([[seconds for seconds in one if seconds is not None] for one in took]))
"""


class Bed:
    def __init__(self, folder, *options):
        self.folder = folder
        started = internet("start", folder, *options)
        assert started.returncode == 0, started.stderr
        self.state = json.loads((folder / "bed/bed.json").read_text())

    def run(self, *command):
        return internet("exec", self.folder, *command)

    def ask(self, address, name, type):
        return self.run("/usr/bin/python3", "-c", ASK, address, name, type).stdout.split()

    def scan(self, way, pairs, *options):
        """Output rows, by domain and address."""
        where = (
            ["--upstream", self.state["upstream"]]
            if way == "forward"
            else ["--unbound-config", self.state["unbound_config"]]
        )
        done = self.run(
            SPFSWEEP,
            "scan",
            *where,
            "--progress",
            "never",
            *options,
            self.folder / pairs,
            "-o",
            "-",
        )
        assert done.returncode == 0, done.stderr
        return {(row["domain"], row["ip"]): row for row in csv.DictReader(io.StringIO(done.stdout))}

    def stop(self):
        """Gives what is left over of the processes."""
        assert internet("stop", self.folder).returncode == 0
        return leftovers(self.folder)


def internet(*args):
    return subprocess.run([INTERNET, *args], capture_output=True, text=True, timeout=300)


def leftovers(folder):
    """The command lines of processes that name this folder."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            pass  # it has ended meanwhile
    return [line for line in found if str(folder) in line]


def verdicts(rows):
    return {pair: (row["spf"], row["iprev"], row["mx_state"]) for pair, row in rows.items()}


@pytest.fixture(scope="module")
def bed(tmp_path_factory):
    """Without impairments, both ways."""
    bed = Bed(smallworld.write(tmp_path_factory.mktemp("plain")))
    yield bed
    assert bed.stop() == []


@pytest.fixture(scope="module")
def bad_bed(tmp_path_factory):
    """A network that loses and delays, and a forwarder with zones that are silent."""
    bed = Bed(
        smallworld.write(tmp_path_factory.mktemp("bad")),
        "--loss",
        "5",
        "--delay",
        "20",
        "--silence",
    )
    yield bed
    assert bed.stop() == []


@pytest.fixture(scope="module")
def worse_bed(tmp_path_factory):
    """A network that loses half of all questions and answers the others late."""
    bed = Bed(smallworld.write(tmp_path_factory.mktemp("worse")), "--loss", "50", "--delay", "300")
    yield bed
    assert bed.stop() == []


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.2.1", "127.10.0.0"])
def test_loss_and_delay_happen(worse_bed, address):
    """To a question by UDP, wherever it goes. That chance answers less than 6 or more than 34 of 40
    happens once in 500 000 times."""
    asked = worse_bed.run("/usr/bin/python3", "-c", ASK_MANY, address, "glue.com", "40")
    by_udp, by_tcp = json.loads(asked.stdout)
    assert 6 <= len(by_udp) <= 34
    assert all(0.3 <= seconds < 1 for seconds in by_udp), by_udp
    assert len(by_tcp) == 40


def test_a_limit_holds(tmp_path_factory):
    """Of 40 questions asked one after the other by UDP, in far less than two seconds if all were
    answered, no more than 5 in a second are; by TCP all are. What is lost costs the asker its
    patience."""
    bed = Bed(smallworld.write(tmp_path_factory.mktemp("limited")), "--limit", "5")
    try:
        asked = bed.run("/usr/bin/python3", "-c", ASK_MANY, "127.0.0.1", "glue.com", "40")
        by_udp, by_tcp = json.loads(asked.stdout)
        assert 5 <= len(by_udp) < 40 and len(by_tcp) == 40
    finally:
        assert bed.stop() == []


@pytest.mark.parametrize("way", ["forward", "recursive"])
def test_everything_is_found(bed, way):
    assert verdicts(bed.scan(way, "pairs.csv.gz")) == smallworld.LIVING


@pytest.mark.parametrize("way", ["forward", "recursive"])
def test_everything_is_found_on_a_bad_network(bad_bed, way):
    assert verdicts(bad_bed.scan(way, "pairs.csv.gz")) == smallworld.LIVING


@pytest.mark.parametrize("way", ["forward", "recursive"])
def test_dead_zones_are_temporary_errors(bed, way):
    rows = bed.scan(way, "dead.csv", "--timeout", "300", "--retries", "0", "--deadline", "2000")
    assert {pair: row["spf"] for pair, row in rows.items()} == {
        (domain, "192.0.2.1"): "temperror" for domain in smallworld.DEAD
    }


@pytest.mark.parametrize(
    "address, name, expected",
    [
        ("127.0.1.1", "glue.com", ["NOERROR", "0", "UDP"]),  # a delegation
        ("127.0.2.2", "glue.com", ["NOERROR", "0", "UDP"]),
        ("127.0.2.1", "nowhere.net", ["NXDOMAIN", "0", "UDP"]),
        ("127.10.0.1", "glue.com", ["NOERROR", "1", "UDP"]),
        ("127.10.0.1", "bare.com", ["NOERROR", "0", "UDP"]),
        ("127.10.0.0", "broken.com", ["SERVFAIL", "0", "UDP"]),
        ("127.10.0.0", "silent.com", ["REFUSED", "0", "UDP"]),  # not one of its zones
        ("127.10.1.1", "silent.com", ["TIMEOUT"]),
        ("127.10.2.1", "lame.com", ["REFUSED", "0", "UDP"]),
        ("127.0.0.1", "glue.com", ["NOERROR", "1", "UDP"]),
        ("127.0.0.1", "bare.com", ["NOERROR", "0", "UDP"]),
        ("127.0.0.1", "nowhere.net", ["NXDOMAIN", "0", "UDP"]),
        ("127.0.0.1", "broken.com", ["SERVFAIL", "0", "UDP"]),
        ("127.0.0.1", "www.silent.com", ["SERVFAIL", "0", "UDP"]),
        ("127.0.0.1", "refusing.com", ["SERVFAIL", "0", "UDP"]),
        ("127.0.0.1", "closed.com", ["SERVFAIL", "0", "UDP"]),
    ],
)
def test_each_server_says_its_part(bed, address, name, expected):
    assert bed.ask(address, name, "A") == expected


@pytest.mark.parametrize("address", ["127.0.0.1", "127.10.0.2"])
def test_long_data_comes_by_tcp(bed, address):
    assert bed.ask(address, "long.net", "TXT") == ["NOERROR", "2", "TCP"]


def test_a_closed_port_is_unreachable(bed):
    send = (
        "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.settimeout(5); "
        "s.connect(('127.10.3.0', 53)); s.send(b'x'); s.recv(1)"
    )
    assert "ConnectionRefusedError" in bed.run("/usr/bin/python3", "-c", send).stderr


def test_delegations_have_glue_only_inside_their_top_zone(bed):
    ask = (
        "import dns.message, dns.query; query = dns.message.make_query('{}', 'A'); "
        "print(len(dns.query.udp(query, '127.0.2.1', 5).additional))"
    )
    told = [
        bed.run("/usr/bin/python3", "-c", ask.format(name)).stdout.strip()
        for name in ("glue.com", "glueless.com")
    ]
    assert told == ["2", "0"]


def test_a_silent_forwarder(bad_bed):
    """Some questions are lost; what is refused is so in the end."""
    assert bad_bed.ask("127.0.0.1", "www.silent.com", "A") == ["TIMEOUT"]
    told = [bad_bed.ask("127.0.0.1", "refusing.com", "A") for _ in range(4)]
    assert ["REFUSED", "0", "UDP"] in told
    assert all(t in (["REFUSED", "0", "UDP"], ["TIMEOUT"]) for t in told)


def test_servfail_and_truncation(tmp_path):
    bed = Bed(smallworld.write(tmp_path), "--mode", "forward", "--truncate", "100")
    assert bed.ask("127.0.0.1", "glue.com", "A") == ["NOERROR", "1", "TCP"]
    assert bed.stop() == []
    bed = Bed(tmp_path, "--mode", "recursive", "--servfail", "100")
    assert bed.ask("127.0.1.1", "glue.com", "A") == ["SERVFAIL", "0", "UDP"]
    assert bed.ask("127.10.2.1", "glue.com", "A") == ["REFUSED", "0", "UDP"]
    assert bed.stop() == []


def test_a_silent_forwarder_is_no_matter_of_recursion(tmp_path):
    """There the servers are silent themselves, and nothing stands in front of them."""
    bed = Bed(smallworld.write(tmp_path), "--mode", "recursive", "--silence")
    assert "dnsdist" not in bed.state["servers"]
    assert bed.ask("127.10.1.1", "silent.com", "A") == ["TIMEOUT"]
    assert bed.stop() == []


def test_a_folder_that_was_moved_is_laid_out_anew(tmp_path):
    """Some of what lies there names the folder."""
    bed = Bed(smallworld.write(tmp_path / "here"), "--mode", "recursive")
    assert bed.stop() == []
    (tmp_path / "here").rename(tmp_path / "there")
    bed = Bed(tmp_path / "there", "--mode", "recursive")
    assert verdicts(bed.scan("recursive", "pairs.csv.gz")) == smallworld.LIVING
    assert bed.stop() == []


def test_exec_passes_on_directory_and_status(bed):
    done = bed.run("sh", "-c", "pwd; exit 7")
    assert (done.returncode, done.stdout) == (7, os.getcwd() + "\n")


def test_nothing_but_loopback(bed):
    done = bed.run("cat", "/proc/net/dev")
    if bed.state["network"] != "present":
        assert [line.split(":")[0].strip() for line in done.stdout.splitlines()[2:]] == ["lo"]


def test_the_resolver_of_the_system_is_ours(bed):
    if bed.state["network"] != "present":
        assert bed.run("cat", "/etc/resolv.conf").stdout.startswith("nameserver 127.0.0.1\n")


def test_a_second_start_is_refused(bed):
    second = internet("start", bed.folder)
    assert second.returncode == 1
    assert len(second.stderr.splitlines()) == 1 and "served already" in second.stderr
    assert bed.ask("127.0.0.1", "glue.com", "A") == ["NOERROR", "1", "UDP"]


def test_nothing_survives_a_killed_keeper(tmp_path):
    """Nor does its bed.json stand in the way of the next one."""
    bed = Bed(smallworld.write(tmp_path), "--mode", "forward", "--silence")
    handles = [os.pidfd_open(pid) for pid in bed.state["servers"].values()]
    os.kill(bed.state["pid"], signal.SIGKILL)
    for handle in handles:
        assert wait_for(handle)
        os.close(handle)
    assert internet("exec", tmp_path, "true").returncode == 1
    assert internet("stop", tmp_path).returncode == 1
    bed = Bed(tmp_path, "--mode", "forward")
    assert bed.stop() == []


def wait_for(handle):
    return select.select([handle], [], [], 10)[0]


def test_a_server_that_dies_is_reported(tmp_path):
    bed = Bed(smallworld.write(tmp_path), "--mode", "forward")
    keeper = os.pidfd_open(bed.state["pid"])
    os.kill(bed.state["servers"]["flat"], signal.SIGKILL)
    assert wait_for(keeper)
    os.close(keeper)
    assert "flat ended with status -9" in (tmp_path / "bed/keeper.log").read_text()
    assert internet("stop", tmp_path).returncode == 1


def test_broken_zones_txt(tmp_path):
    smallworld.write(tmp_path)
    with open(tmp_path / "zones.txt", "a") as out:
        out.write("zone strange.com. live ns.nobody.com.\n")
    started = internet("start", tmp_path)
    assert started.returncode == 1 and "not understood: zone strange.com." in started.stderr
    assert leftovers(tmp_path) == []


def test_records_that_nsd_rejects(tmp_path):
    """NSD's own words reach the user."""
    smallworld.write(tmp_path)
    with open(tmp_path / "zones.txt", "a") as out:
        out.write("zone odd.com. live ns1.hoster.com.\nodd.com. A not-an-address\n")
    started = internet("start", tmp_path, "--mode", "recursive")
    assert started.returncode == 1 and "not-an-address" in started.stderr
    assert leftovers(tmp_path) == []


def test_a_folder_without_population(tmp_path):
    started = internet("start", tmp_path)
    assert started.returncode == 1
    assert started.stderr == f"internet: {tmp_path} is not a population: it has no zones.txt\n"
