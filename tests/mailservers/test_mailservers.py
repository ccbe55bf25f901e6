"""test_mailservers.py - logs that Postfix, policyd-spf, rspamd and Exim write in this moment, of
mail of known truth: every message once, one row a reject line, nothing invented. They are rotated
in the middle, and mail is deferred and delivered later.

MAILSERVERS names the folder that scripts/mailservers made. As root, in namespaces of its own."""

import collections
import csv
import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import session

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SPFSWEEP = os.environ.get("SPFSWEEP", ROOT / "build/release/spfsweep")
SERVERS = Path(os.environ.get("MAILSERVERS", ROOT / "build/mailservers"))
SESSIONS = {"postfix": 1000, "policyd": 60, "rspamd": 300, "exim": 300}
# As a rotated log is named; in no order.
PARTS = ["mail.log", "mail.log.1", "mail.log.2.gz"]


@pytest.fixture(scope="module", params=SESSIONS)
def log(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    subprocess.run(
        ["unshare", "-nm", sys.executable, HERE / "session.py", request.param, SERVERS, folder]
        + [str(SESSIONS[request.param])],
        check=True,
        env={**os.environ, "TZ": "UTC"},
        timeout=900,
    )
    return request.param, folder


def extract(*args):
    done = subprocess.run(
        [SPFSWEEP, "extract", *args],
        capture_output=True,
        check=True,
        timeout=120,
        env={**os.environ, "TZ": "UTC"},
    )
    return list(csv.DictReader(done.stdout.decode("utf-8", "surrogateescape").splitlines()))


def as_logged(server, row):
    """What a log can say of a row of the truth: Postfix has no HELO in messages, unless policyd-spf
    said it; Exim has no name of the client. rspamd has neither, sees no rejects of Postfix, leaves
    out +tags, and has no sender where there is none or it is not ASCII."""
    client, ip, helo, sender, event = row
    if server == "rspamd":
        if event == "reject":
            return None
        sender = sender.replace("+tag@", "@")
        return "", ip, "", sender if sender.isascii() and sender != "<>" else "", event
    if server == "postfix" and event == "message":
        helo = ""
    if server == "exim":
        client = ""
    return client, ip, helo, sender, event


def logged(folder):
    return [folder / name for name in PARTS]


def lines_of(folder):
    for path in logged(folder)[::-1]:
        data = path.read_bytes()
        yield from (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()


def policy_of(row):
    found = re.search(r"@d(\d+)\.example$", row["sender"])
    return session.POLICIES[int(found[1]) % len(session.POLICIES)][0] if found else "none"


def test_every_message_once(log):
    server, folder = log
    truth = json.loads((folder / "truth.json").read_text())
    rows = extract(*logged(folder))
    got = collections.Counter(
        tuple(row[name] for name in ("client", "ip", "helo", "sender", "event")) for row in rows
    )
    wanted = collections.Counter(as_logged(server, row) for row in truth)
    del wanted[None]
    assert len(truth) > SESSIONS[server]
    assert got - wanted == collections.Counter(), "invented"
    assert wanted - got == collections.Counter(), "missing"
    assert all(row["time"] for row in rows)
    ids = [row["queue_id"] for row in rows if row["event"] == "message"]
    assert all(ids)
    if server == "policyd":
        assert {row["spf_then"] for row in rows if row["event"] == "message"} <= {
            "none", "temperror", "permerror", "neutral",
        }
        assert sum(bool(row["spf_then"]) for row in rows) > len(ids) // 2
    if server == "rspamd":
        assert [row["spf_then"] for row in rows] == [policy_of(row) for row in rows]


def test_the_log_had_what_it_is_about(log):
    """Mail that was deferred and delivered later, and senders that need SMTPUTF8."""
    server, folder = log
    if server != "postfix":
        pytest.skip("of Postfix")
    lines = list(lines_of(folder))
    assert sum(b"status=deferred" in line for line in lines) > 20
    assert sum(b"relay=127.0.0.1" in line and b"status=sent" in line for line in lines) > 20
    assert sum("ü".encode() in line and b": from=<" in line for line in lines) > 20


def test_in_one_file(log):
    """As if the log had not been rotated."""
    _, folder = log
    whole = folder / "whole"
    whole.write_bytes(b"".join(line + b"\n" for line in lines_of(folder)))
    assert extract(*logged(folder)) == extract(whole)
