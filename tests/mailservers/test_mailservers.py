"""test_mailservers.py - logs that Postfix (with policyd-spf) and Exim write in this moment, of mail
of known truth: every message once, one row a reject line, nothing invented.

MAILSERVERS names the folder that scripts/mailservers made. As root, in namespaces of its own."""

import collections
import csv
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SPFSWEEP = os.environ.get("SPFSWEEP", ROOT / "build/release/spfsweep")
SERVERS = Path(os.environ.get("MAILSERVERS", ROOT / "build/mailservers"))
SESSIONS = {"postfix": 1000, "policyd": 60, "exim": 300}


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
    said it; Exim has no name of the client."""
    client, ip, helo, sender, event = row
    if server == "postfix" and event == "message":
        helo = ""
    if server == "exim":
        client = ""
    return client, ip, helo, sender, event


def test_every_message_once(log):
    server, folder = log
    truth = json.loads((folder / "truth.json").read_text())
    rows = extract(folder / "mail.log")
    got = collections.Counter(
        tuple(row[name] for name in ("client", "ip", "helo", "sender", "event")) for row in rows
    )
    wanted = collections.Counter(as_logged(server, row) for row in truth)
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


def test_rotated_in_the_middle(log):
    _, folder = log
    whole = extract(folder / "mail.log")
    lines = (folder / "mail.log").read_bytes().splitlines(keepends=True)
    third = len(lines) // 3
    parts = [folder / "part.2.gz", folder / "part.1", folder / "part"]
    parts[0].write_bytes(gzip.compress(b"".join(lines[:third])))
    parts[1].write_bytes(b"".join(lines[third : 2 * third]))
    parts[2].write_bytes(b"".join(lines[2 * third :]))
    assert extract(*parts[::-1]) == whole
