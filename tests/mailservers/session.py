#!/usr/bin/python3
"""session.py SERVER ROOT FOLDER N - starts Postfix or Exim, has clients of 192.0.2.0/24 and
2001:db8::/64 send it N sessions of mail, and stops it. FOLDER gets mail.log and truth.json: a row
of `extract` for each message and reject, without time and queue id.

In a network and mount namespace of its own (unshare -nm), as root: any address is local there, and
/etc/passwd has the users that the servers want."""

import json
import os
import random
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PORT = 2525
SERVER = {4: "192.0.2.250", 6: "2001:db8::fa"}
CLIENTS_6 = [f"2001:db8::{i:x}" for i in range(1, 30)]
LOCAL_PARTS = ["alice", "o'brien", '"a b,c"', '"x; from=<y@z.example>"', "a" * 64, "n-2024+tag"]
HELOS = ["h.example", "xn--mller-kva.example", "mail-7.example", "a" * 60 + ".example"]


def run(*command, **more):
    return subprocess.run([str(part) for part in command], check=True, **more)


def make_network():
    run("ip", "link", "set", "lo", "up")
    run("ip", "route", "add", "local", "192.0.2.0/24", "dev", "lo")
    for address in (SERVER[6], *CLIENTS_6):
        run("ip", "-6", "addr", "add", f"{address}/128", "dev", "lo", "nodad")


def make_users(folder):
    """A passwd and a group file with what the servers want, in the place of the machine's."""
    for name, lines in (
        ("passwd", "postfix:x:771:771::/:/bin/false\nDebian-exim:x:773:773::/:/bin/false\n"),
        ("group", "postfix:x:771:\npostdrop:x:772:\nDebian-exim:x:773:\n"),
    ):
        path = folder / name
        path.write_text(Path("/etc", name).read_text() + lines)
        run("mount", "--bind", path, f"/etc/{name}")


def wait_for(condition, what):
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def listens():
    try:
        socket.create_connection((SERVER[4], PORT), source_address=("192.0.2.251", 0)).close()
    except OSError:
        return False
    return True


# ---- Postfix ----

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
daemon_directory = {root}/usr/lib/postfix/sbin
command_directory = {root}/usr/sbin
shlib_directory = {root}/usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
import_environment = MAIL_CONFIG TZ LD_LIBRARY_PATH
inet_interfaces = all
inet_protocols = all
myhostname = mx1.recv.example
mydestination =
virtual_mailbox_domains = recv.example
virtual_mailbox_maps = static:x
virtual_transport = discard:
transport_maps = inline:{{ {{ later@recv.example = retry:4.3.0 later }} }}
minimal_backoff_time = 1s
smtpd_peername_lookup = no
smtputf8_enable = no
smtpd_client_connection_count_limit = 0
smtpd_client_message_rate_limit = 0
smtpd_helo_required = no
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions =
    check_recipient_access inline:{{ {{ nobody@recv.example = 554 no such user here }} }}
    check_policy_service unix:private/policyd
enable_long_queue_ids = {long_ids}
"""
MASTER = """\
{port} inet n - n - - smtpd
[2001:db8::fa]:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
showq unix n - n - - showq
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
policyd unix - n n - 0 spawn user=nobody argv=/usr/bin/python3 {policyd}
"""
# policyd-spf logs by syslog(3), which goes to a socket of the machine: here it goes where Postfix
# logs.
POLICYD = """\
import subprocess, sys, syslog
def log(*args):
    tag = "policyd-spf"
    subprocess.run(
        ["{root}/usr/sbin/postlog", "-c", "{folder}/etc", "-t", tag, args[-1]],
        env={{"LD_LIBRARY_PATH": "{root}/usr/lib/postfix"}},
    )
syslog.syslog = log
sys.argv = ["policyd-spf", "{folder}/policyd.conf"]
sys.path.insert(0, "{policyd_root}/usr/lib/python3/dist-packages")
from spf_engine import policyd_spf
policyd_spf.main()
"""


class Postfix:
    def __init__(self, root, folder, has_policy):
        self.root, self.folder = root / "postfix", folder
        self.env = {**os.environ, "LD_LIBRARY_PATH": f"{self.root}/usr/lib/postfix"}
        etc = folder / "etc"
        etc.mkdir()
        names = {"root": self.root, "folder": folder, "port": PORT}
        main = MAIN.format(long_ids="yes" if has_policy else "no", **names)
        if not has_policy:
            main = main.replace("    check_policy_service unix:private/policyd\n", "")
        (etc / "main.cf").write_text(main)
        shutil.copy(self.root / "usr/share/postfix/dynamicmaps.cf", etc)
        script = folder / "policyd.py"
        script.write_text(POLICYD.format(policyd_root=root / "policyd", **names))
        (folder / "policyd.conf").write_text(
            "debugLevel = 1\nTestOnly = 1\nskip_addresses = 127.0.0.0/8\n"
        )
        (etc / "master.cf").write_text(MASTER.format(policyd=script, **names))
        folder.chmod(0o755)
        run("chown", "root:root", folder)
        data = folder / "data"
        data.mkdir()
        shutil.chown(data, "postfix", "postfix")
        spool = folder / "spool"
        spool.mkdir()
        owned = "active bounce corrupt defer deferred flush hold incoming private saved trace"
        for name in [*owned.split(), "public", "maildrop", "pid"]:
            (spool / name).mkdir()
            if name != "pid":
                shutil.chown(spool / name, "postfix", "postdrop")
            (spool / name).chmod(0o700)
        (spool / "public").chmod(0o755)  # policyd-spf logs as nobody
        (spool / "maildrop").chmod(0o730)
        command = [f"{self.root}/usr/lib/postfix/sbin/master", "-d", "-c", str(etc)]
        self.master = subprocess.Popen(command, env=self.env)

    def log(self):
        path = self.folder / "mail.log"
        return path.read_text(errors="surrogateescape") if path.exists() else ""

    def flush(self):
        """Deferred mail is tried again."""
        run(f"{self.root}/usr/sbin/postqueue", "-c", self.folder / "etc", "-f", env=self.env)

    def stop(self):
        self.master.terminate()
        self.master.wait(60)
        time.sleep(0.5)


# ---- Exim ----

EXIM = """\
primary_hostname = mx1.recv.example
daemon_smtp_ports = {port}
local_interfaces = <; 0.0.0.0 ; ::0
spool_directory = {folder}/spool
log_file_path = {folder}/mail.%slog
pid_file_path = {folder}/exim.pid
acl_smtp_rcpt = rcpt
helo_accept_junk_hosts = *
allow_utf8_domains = true
smtp_accept_max = 200
queue_only = true
rfc1413_query_timeout = 0s
host_lookup =
keep_environment =
begin acl
rcpt:
  deny local_parts = nobody
       message = no such user here
  deny !domains = recv.example
       message = relay not permitted
  accept
begin routers
begin transports
"""


class Exim:
    def __init__(self, root, folder, has_policy):
        self.folder = folder
        config = folder / "exim.conf"
        config.write_text(EXIM.format(folder=folder, port=PORT))
        folder.chmod(0o755)
        shutil.chown(folder, "Debian-exim", "Debian-exim")
        run("chown", "root:root", config)
        self.daemon = subprocess.Popen(
            [root / "exim/usr/sbin/exim4", "-C", config, "-bdf"],
            env={**os.environ, "LD_LIBRARY_PATH": f"{root}/exim/usr/lib/x86_64-linux-gnu"},
        )

    def log(self):
        path = self.folder / "mail.mainlog"
        return path.read_text(errors="surrogateescape") if path.exists() else ""

    def flush(self):
        pass

    def stop(self):
        self.daemon.terminate()
        self.daemon.wait(60)
        shutil.copy(self.folder / "mail.mainlog", self.folder / "mail.log")


# ---- clients ----


def send(r, is_exim):
    """One session: some messages, some rejects. Gives what is true of it."""
    family = r.choice([4, 4, 6])
    ip = f"192.0.2.{r.randrange(1, 240)}" if family == 4 else r.choice(CLIENTS_6)
    helo = r.choice(HELOS)
    smtp = smtplib.SMTP(SERVER[family], PORT, source_address=(ip, 0), timeout=120)
    (smtp.ehlo if r.random() < 0.7 else smtp.helo)(helo)
    rows = []
    for _ in range(r.choice([1, 1, 2])):
        domain = f"d{r.randrange(40)}.example"
        sender = "" if r.random() < 0.15 else f"{r.choice(LOCAL_PARTS)}@{domain}"
        assert smtp.docmd("MAIL", f"FROM:<{sender}>")[0] == 250
        names = r.choice([["bob"], ["bob", "later"], ["bob", "nobody"], ["nobody", "nobody"]])
        taken = 0
        for name in names:
            code, _ = smtp.docmd("RCPT", f"TO:<{name}@recv.example>")
            taken += code == 250
            if code != 250:
                rows.append(["unknown", ip, helo, sender or "<>", "reject"])
        if taken:
            code, text = smtp.data("Subject: x\r\n\r\nx\r\n")
            assert code == 250, text
            rows.append(["unknown", ip, helo, sender or "<>", "message"])
        else:
            smtp.rset()
    smtp.quit()
    return rows


def main(server, root, result, n):
    """What the servers write stands in a folder that their users may enter."""
    root, result = Path(root).resolve(), Path(result).resolve()
    with tempfile.TemporaryDirectory(prefix="mail", dir="/var/tmp") as folder:
        session(server, root, Path(folder), n)
        for name in ("mail.log", "truth.json"):
            shutil.copy(Path(folder, name), result)


def session(server, root, folder, n):
    has_policy = server == "policyd"
    make_network()
    make_users(folder)
    mta = (Exim if server == "exim" else Postfix)(root, folder, has_policy)
    truth, r = [], random.Random(n)
    try:
        wait_for(listens, "the server does not listen")
        for i in range(int(n)):
            truth += send(r, server == "exim")
            if i % 100 == 50:
                mta.flush()
        messages = sum(row[-1] == "message" for row in truth)
        mark = " <= " if server == "exim" else "client="
        wait_for(lambda: mta.log().count(mark) >= messages, "a message is missing")
        mta.flush()
        time.sleep(2)
    finally:
        mta.stop()
    (folder / "truth.json").write_text(json.dumps(truth))


if __name__ == "__main__":
    main(*sys.argv[1:])
