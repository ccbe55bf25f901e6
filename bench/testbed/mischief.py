"""mischief.py - scans of names that misbehave beside good ones, with bench/mischief as the server.

What a row must say is known by construction, from the domain and the client's address alone:
bench/goodzone.h has what the server says, and here it stands once more."""

import collections
import contextlib
import dataclasses
import os
import random
import re
import subprocess

from .judge import rows_of
from .servers import Server, ServerError

READY = re.compile(r"mischief is ready at (\S+):(\d+)")
READY_S = 30
DNSDIST = "/usr/bin/dnsdist"
GOOD = "ok"

# Every word of the server, with the numbers that are scanned by default. None of these names can
# fail for who asks patiently: they are answered in the end, within what the defaults allow.
CERTAIN = (
    "nx", "formerr", "delay1900", "slow3000", "jit3000", "servfail30", "servfail300",
    "servfail1000", "tcpfull",
)  # fmt: skip
UNCERTAIN = (
    "silent", "loss30", "loss50", "loss70", "delay2100", "delay9000", "servfail60000",
    "refused50", "refused100", "notimp", "wrongid", "junk", "tcpsilent", "tcpslow", "tcpmid",
    "tcpclose", "tcpjunk", "tcpid", "tcpzero", "tcpother",
)  # fmt: skip
SINGLES = CERTAIN + UNCERTAIN

# What can hide behind what: losses that look like a bad way, lateness that looks like loss, silence
# that looks like a dead upstream, and all of them beside connections that do not come to an end.
PAIRS = (
    "silent+loss70", "silent+slow3000", "loss50+delay1900", "loss70+jit3000", "loss70+tcpsilent",
    "slow3000+delay9000", "servfail1000+loss50", "refused50+delay2100", "tcpslow+tcpfull",
    "tcpmid+tcpfull", "tcpsilent+jit3000", "tcpclose+servfail1000",
)  # fmt: skip

SINGLE_MAX_S, GOOD_P99_MAX_MS, LATE_MAX_MS = 25, 2000, 1000
PAIR_FACTOR, PAIR_MORE_S = 1.5, 5

PASSING, FAILING = "192.0.2.{}", "198.51.100.{}"
WORD = re.compile(r"\.m-([a-z]+[0-9]*)\.test$")


# ---- the server ----


@contextlib.contextmanager
def running(name, command, log):
    server = Server(name, command, log)
    try:
        yield server
        server.check()
    finally:
        server.tell_to_end()
        server.end()


def wait_for(server, pattern, what):
    """The match of a line of the server's log."""
    for _ in range(READY_S * 100):
        with open(server.log) as log:
            if match := pattern.search(log.read()):
                return match
        server.check()
        server.ends_within(0.01)
    raise ServerError(f"{server.name} did not {what} within {READY_S} s; its log is {server.log}")


@contextlib.contextmanager
def serving(program, log, address="127.0.0.1"):
    """Gives (address, port). ServerError at the end when it did not live until then."""
    with running("mischief", [os.fspath(program), address], os.fspath(log)) as server:
        match = wait_for(server, READY, "listen")
        yield match[1], int(match[2])


@contextlib.contextmanager
def balanced(upstream, folder, port):
    """dnsdist before the server, at the same address; gives (address, port)."""
    path = os.path.join(folder, "dnsdist.lua")
    with open(path, "w") as out:
        out.write(
            f'setSecurityPollSuffix("")\nsetLocal("{upstream[0]}:{port}")\n'
            'setACL("127.0.0.0/8")\nsetMaxUDPOutstanding(65535)\nsetTCPRecvTimeout(30)\n'
            f'newServer({{address="{upstream[0]}:{upstream[1]}", sockets=8, tcpRecvTimeout=30}})'
            ":setUp()\n"
        )
    command = [DNSDIST, "--supervised", "--disable-syslog", "-C", path]
    with running("dnsdist", command, os.path.join(folder, "dnsdist.log")) as server:
        server.wait_until_ready(upstream[0], port, limit_s=READY_S)
        yield upstream[0], port


def words(program):
    """Those of the server, with NN or MS where a number stands."""
    return subprocess.run(
        [program, "--words"], capture_output=True, text=True, check=True
    ).stdout.split()


def without_number(word):
    """"loss" of "loss50" and of "lossNN"."""
    return word.removesuffix("NN").removesuffix("MS").rstrip("0123456789")


# ---- what a row must say ----


def address_of(name):
    hash = 2166136261
    for octet in name.encode():
        hash = (hash ^ octet) * 16777619 & 0xFFFFFFFF
    return f"10.{hash >> 16 & 255}.{hash >> 8 & 255}.{hash & 255}"


def record_of(name):
    return f"v=spf1 ip4:192.0.2.0/24 -all of={name}"


def word_of(domain):
    return WORD.search(domain)[1]


def expected_client(ip):
    client = f"host-{ip.replace('.', '-')}.clients.test"
    return {"iprev": "pass", "ptr": client, "iprev_name": client}


def expected_good(domain, ip):
    passes = ip.startswith("192.0.2.")
    return {
        "spf": "pass" if passes else "fail",
        "spf_matched": "ip4:192.0.2.0/24" if passes else "-all",
        "spf_problem": "",
        "spf_record": record_of(domain),
        "a": address_of(domain),
        "a_state": "ok",
        "a_match": "no",
        "mx": f"10 mx.{domain}",
        "mx_state": "ok",
        "mx_match": "no",
    }


NOBODY = {
    "spf": "none", "spf_matched": "", "spf_problem": "", "spf_record": "", "a": "",
    "a_state": "nxdomain", "a_match": "no", "mx": "", "mx_state": "none", "mx_match": "no",
}  # fmt: skip
# Where a look-up failed, by the column that says so: what may be empty or say that it is not known.
FAILED = {
    "spf": ("spf_matched", "spf_problem", "spf_record"),
    "a_state": ("a", "a_match"),
    "mx_state": ("mx", "mx_match"),
    "mx_match": (),
}
PROBLEMS = ("dns_error", "deadline")
UNKNOWN = ("", "temperror", *PROBLEMS)


def wrong_columns(row, domain, ip, may_fail):
    """(column, what it says) of each that says neither what it must nor, where that is permitted,
    that a look-up failed."""
    must = NOBODY if word_of(domain) == "nx" else expected_good(domain, ip)
    differ = {column for column, value in must.items() if row[column] != value}
    if may_fail and row["dns_cause"]:
        for state, others in FAILED.items():
            if row[state] == "temperror":
                differ -= {c for c in (state, *others) if row[c] in UNKNOWN}
        if (row["spf"] == "temperror") != (row["spf_problem"] in PROBLEMS):
            differ.add("spf_problem")
    elif row["dns_cause"]:
        differ.add("dns_cause")
    differ |= {c for c, value in expected_client(ip).items() if row[c] != value}
    return [(column, row[column]) for column in sorted(differ)]


# ---- the rows ----


def make_rows(mix, n_good, n_bad, seed=1):
    """(domain, ip) of a mix like "loss50+silent": n_bad of each word, and n_good good ones."""
    dice = random.Random(seed)
    names = [f"n{i}.m-{word}.test" for word in mix.split("+") for i in range(n_bad)]
    names += [f"n{n_bad + i}.m-{GOOD}.test" for i in range(n_good)]
    dice.shuffle(names)
    return [
        (name, dice.choice((PASSING, FAILING)).format(dice.randrange(1, 255))) for name in names
    ]


def write_rows(path, rows):
    with open(path, "w") as out:
        out.write("domain,ip\n")
        out.writelines(f"{domain},{ip}\n" for domain, ip in rows)


# ---- the judge ----


@dataclasses.dataclass
class Told:
    """Milliseconds are of elapsed_ms."""

    good_p99: int = 0
    good_max: int = 0
    longest: int = 0
    temperrors: int = 0  # rows in which a look-up failed
    causes: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    wrong: int = 0  # rows that say what they must not, and rows that are missing or out of place
    examples: list = dataclasses.field(default_factory=list)

    def add_wrong(self, text, examples_max=5):
        self.wrong += 1
        if len(self.examples) < examples_max:
            self.examples.append(text)


def judge(path, rows, certain=CERTAIN):
    """`certain`: words whose rows must be right, like good ones; of others a look-up may fail."""
    told, good = Told(), [0]
    found = list(rows_of(path))
    if len(found) != len(rows):
        told.add_wrong(f"{len(found)} rows in place of {len(rows)}")
    for number, (row, (domain, ip)) in enumerate(zip(found, rows), 1):
        if (row["row"], row["domain"], row["ip"]) != (str(number), domain, ip):
            told.add_wrong(f"row {number} is out of place: {row['row']} {row['domain']}")
            break
        word, ms = word_of(domain), int(row["elapsed_ms"])
        told.longest = max(told.longest, ms)
        if word == GOOD:
            good.append(ms)
        if row["dns_cause"]:
            told.temperrors += 1
            told.causes.update(re.findall(r": ([a-z_]+)", row["dns_cause"]))
        differ = wrong_columns(row, domain, ip, may_fail=word != GOOD and word not in certain)
        if differ:
            told.add_wrong(f"{domain} {ip}: " + ", ".join(f"{c} is {v!r}" for c, v in differ))
    good.sort()
    told.good_p99, told.good_max = good[(len(good) - 1) * 99 // 100], good[-1]
    return told


def faults_of_rows(told, deadline_ms):
    late = told.longest > deadline_ms + LATE_MAX_MS
    faults = [f"wrong: {example}" for example in told.examples]
    return faults + [f"a row took {told.longest} ms"] * late


# ---- the time that mixes may take ----


def in_order(mixes):
    """The words of pairs by themselves, too, and before them."""
    singles = dict.fromkeys(word for mix in mixes for word in mix.split("+"))
    return [*singles, *(mix for mix in dict.fromkeys(mixes) if "+" in mix)]


def limit_s(mix, walls):
    """Of the whole scan; `walls` has the seconds of each single word."""
    if "+" not in mix:
        return SINGLE_MAX_S
    return PAIR_FACTOR * max(walls[word] for word in mix.split("+")) + PAIR_MORE_S


def faults_of_time(mix, told, walls):
    """`walls` has this mix, too."""
    most, faults = limit_s(mix, walls), []
    if walls[mix] > most:
        faults.append(f"took {walls[mix]:.1f} s and not {most:.1f} s")
    if told.good_p99 > GOOD_P99_MAX_MS:
        faults.append(f"99 % of the good rows took {told.good_p99} ms")
    return faults
