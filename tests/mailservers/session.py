#!/usr/bin/python3
"""session.py SERVER ROOT FOLDER N - starts Postfix (with policyd-spf or rspamd) or Exim, has
clients of 192.0.2.0/24 and 2001:db8::/64 send it N sessions of mail, and stops it. The log is
rotated while they send. FOLDER gets mail.log.2.gz, mail.log.1, mail.log (of rspamd: its own) and
truth.json: a row of `extract` for each message and reject, without time and queue id.

In a network and mount namespace of its own (unshare -nm), as root: any address is local there, and
/etc/passwd has the users that the servers want."""

import gzip
import json
import os
import random
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PORT = 2525
NEXT_PORT = 2526  # where mail to later@ goes
SERVER = {4: "192.0.2.250", 6: "2001:db8::fa"}
CLIENTS_6 = [f"2001:db8::{i:x}" for i in range(1, 30)]
LOCAL_PARTS = ["alice", "o'brien", '"a b,c"', '"x; from=<y@z.example>"', "a" * 64, "n-2024+tag"]
UTF8_SENDERS = ["müller", "用户"]
UTF8_DOMAINS = ["bücher.example", "d1.example"]
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
        replace_etc(folder, name, Path("/etc", name).read_text() + lines)


def replace_etc(folder, name, text):
    path = folder / name
    path.write_text(text)
    run("mount", "--bind", path, f"/etc/{name}")


def wait_for(condition, what):
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def listens(address=(SERVER[4], PORT), source="192.0.2.251"):
    try:
        socket.create_connection(address, source_address=(source, 0)).close()
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
transport_maps = inline:{{ {{ later@recv.example = smtp:[127.0.0.1]:{next_port} }} }}
minimal_backoff_time = 1s
smtpd_peername_lookup = no
smtputf8_enable = yes
smtpd_client_connection_count_limit = 0
smtpd_client_message_rate_limit = 0
smtpd_helo_required = no
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions =
    check_recipient_access inline:{{ {{ nobody@recv.example = 554 no such user here }} }}
    check_policy_service unix:private/policyd
enable_long_queue_ids = {long_ids}
smtpd_milters = {milter}
milter_default_action = tempfail
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
smtp unix - - n - - smtp
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
    name = "mail.log"

    def __init__(self, root, folder, has_policy=False, milter=""):
        self.root, self.folder, self.sink = root / "postfix", folder, None
        self.env = {**os.environ, "LD_LIBRARY_PATH": f"{self.root}/usr/lib/postfix"}
        etc = folder / "etc"
        etc.mkdir()
        names = {"root": self.root, "folder": folder}
        names |= {"port": PORT, "next_port": NEXT_PORT}
        main = MAIN.format(long_ids="yes" if has_policy else "no", milter=milter, **names)
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

    def flush(self):
        """Deferred mail is tried again."""
        run(f"{self.root}/usr/sbin/postqueue", "-c", self.folder / "etc", "-f", env=self.env)

    def accept_later(self):
        """From now on what was deferred can be delivered."""
        options = ["-u", "nobody", f"127.0.0.1:{NEXT_PORT}", "100"]
        self.sink = subprocess.Popen(
            [f"{self.root}/usr/sbin/smtp-sink", *options], env=self.env
        )

    def rotated(self):
        """postlogd has the old file open until it is started anew."""
        self.master.send_signal(signal.SIGHUP)

    def stop(self):
        for process in (self.master, self.sink):
            if process:
                process.terminate()
                process.wait(60)
        time.sleep(0.5)


# ---- rspamd, as Postfix's milter ----

RSPAMD = """\
.include "$CONFDIR/common.conf"
options {{
    .include "$CONFDIR/options.inc"
    local_addrs = [];
    tempdir = "{folder}";
}}
logging {{
    type = "file";
    filename = "{folder}/rspamd.log";
    .include "$CONFDIR/logging.inc"
}}
actions {{ reject = null; greylist = null; add_header = 6; }}
worker "normal" {{
    bind_socket = "127.0.0.1:11333";
    .include "$CONFDIR/worker-normal.inc"
}}
worker "rspamd_proxy" {{
    bind_socket = "127.0.0.1:11332";
    .include "$CONFDIR/worker-proxy.inc"
    upstream "local" {{ default = yes; hosts = "127.0.0.1"; }}
}}
"""
NSD = """\
server:
    ip-address: 127.0.0.1
    zonesdir: "{folder}"
    database: ""
    username: ""
    pidfile: "{folder}/nsd.pid"
    xfrdfile: "{folder}/xfrd.state"
    zonelistfile: "{folder}/zone.list"
remote-control:
    control-enable: no
zone:
    name: "."
    zonefile: "zone"
"""
# What each domain d0.example ... says of all clients: the one at its number modulo their number.
POLICIES = [
    ("pass", "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/64 -all"),
    ("fail", "v=spf1 -all"),
    ("softfail", "v=spf1 ~all"),
    ("neutral", "v=spf1 ?all"),
    ("none", None),
]


class Rspamd(Postfix):
    """The log is that of rspamd; it is asked by Postfix, and asks a name server."""

    name = "rspamd.log"

    def __init__(self, root, folder):
        self.start_names(folder)
        base, data = root / "rspamd", folder / "rspamd"
        data.mkdir()
        share = base / "usr/share/rspamd"
        config = folder / "rspamd.conf"
        config.write_text(RSPAMD.format(folder=folder))
        places = {
            "CONFDIR": base / "etc/rspamd", "LOCAL_CONFDIR": data, "RUNDIR": data, "DBDIR": data,
            "LOGDIR": folder, "SHAREDIR": share, "PLUGINSDIR": share / "plugins",
            "RULESDIR": share / "rules", "LUALIBDIR": share / "lualib", "WWWDIR": share / "www",
        }
        libraries = f"{base}/usr/lib/rspamd:{base}/usr/lib/x86_64-linux-gnu"
        self.rspamd = subprocess.Popen(
            [base / "usr/bin/rspamd", "-f", "-i", "-c", config]
            + [part for name, path in places.items() for part in ("--var", f"{name}={path}")],
            env={**os.environ, "LD_LIBRARY_PATH": libraries},
        )
        milter = ("127.0.0.1", 11332)
        wait_for(lambda: listens(milter, "127.0.0.1"), "rspamd does not listen")
        super().__init__(root, folder, milter="inet:127.0.0.1:11332")

    def start_names(self, folder):
        lines = ["$TTL 300", ". SOA ns. x. 1 2 3 4 5", ". NS ns.", "ns. A 127.0.0.1"]
        for i in range(40):
            text = POLICIES[i % len(POLICIES)][1]
            lines += [f'd{i}.example. TXT "{text}"'] if text else [f"d{i}.example. A 192.0.2.1"]
        (folder / "zone").write_text("\n".join(lines) + "\n")
        (folder / "nsd.conf").write_text(NSD.format(folder=folder))
        replace_etc(folder, "resolv.conf", "nameserver 127.0.0.1\n")
        self.names = subprocess.Popen(["/usr/sbin/nsd", "-d", "-c", folder / "nsd.conf"])

    def rotated(self):
        self.rspamd.send_signal(signal.SIGUSR1)

    def stop(self):
        super().stop()
        for process in (self.rspamd, self.names):
            process.terminate()
            process.wait(60)


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
smtputf8_advertise_hosts = *
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
    name = "mail.mainlog"

    def __init__(self, root, folder):
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

    def flush(self):
        pass

    def accept_later(self):
        """Exim only queues."""

    def rotated(self):
        """Exim sees by itself that its file has another name."""

    def stop(self):
        self.daemon.terminate()
        self.daemon.wait(60)


# ---- clients ----


def mail(r, smtp):
    """A sender, and the command that names it."""
    if r.random() < 0.15:
        return "", "MAIL FROM:<>"
    if smtp.has_extn("smtputf8") and r.random() < 0.15:
        sender = f"{r.choice(UTF8_SENDERS)}@{r.choice(UTF8_DOMAINS)}"
        return sender, f"MAIL FROM:<{sender}> SMTPUTF8"
    sender = f"{r.choice(LOCAL_PARTS)}@d{r.randrange(40)}.example"
    return sender, f"MAIL FROM:<{sender}>"


def replies(smtp, commands, is_pipelined):
    """Each command waits for the reply of the one before, or all are sent at once."""
    if is_pipelined:
        smtp.send("".join(command + "\r\n" for command in commands).encode())
        return [smtp.getreply()[0] for _ in commands]
    codes = []
    for command in commands:
        smtp.send((command + "\r\n").encode())
        codes.append(smtp.getreply()[0])
    return codes


def send(r):
    """One session: some messages, some rejects. Gives what is true of it."""
    family = r.choice([4, 4, 6])
    ip = f"192.0.2.{r.randrange(1, 240)}" if family == 4 else r.choice(CLIENTS_6)
    helo = r.choice(HELOS)
    smtp = smtplib.SMTP(SERVER[family], PORT, source_address=(ip, 0), timeout=120)
    (smtp.ehlo if r.random() < 0.7 else smtp.helo)(helo)
    rows = []
    for _ in range(r.choice([1, 1, 2])):
        sender, command = mail(r, smtp)
        names = r.choice([["bob"], ["bob", "later"], ["bob", "nobody"], ["nobody", "nobody"]])
        recipients = [f"RCPT TO:<{name}@recv.example>" for name in names]
        is_pipelined = smtp.has_extn("pipelining") and r.random() < 0.5
        code, *codes = replies(smtp, [command, *recipients], is_pipelined)
        assert code == 250, (command, code)
        assert [code == 250 for code in codes] == [name != "nobody" for name in names], codes
        rows += [["unknown", ip, helo, sender or "<>", "reject"]] * names.count("nobody")
        if 250 in codes:
            code, text = smtp.data("Subject: x\r\n\r\nx\r\n")
            assert code == 250, text
            rows.append(["unknown", ip, helo, sender or "<>", "message"])
        else:
            smtp.rset()
    smtp.quit()
    return rows


SERVERS = {
    "postfix": Postfix,
    "policyd": lambda root, folder: Postfix(root, folder, has_policy=True),
    "rspamd": Rspamd,
    "exim": Exim,
}
# What a log has once for each message.
MARKS = {"exim": " <= ", "rspamd": "rspamd_task_write_log"}


class Log:
    """The log of a server, and what it was rotated to: the oldest first."""

    def __init__(self, mta, folder):
        self.mta, self.folder = mta, folder
        self.path, self.parts = folder / mta.name, []

    def rotate(self):
        part = self.path.with_name(f"{self.mta.name}.part{len(self.parts)}")
        self.path.rename(part)
        self.parts.append(part)
        self.mta.rotated()

    def count(self, mark):
        there = [path for path in (*self.parts, self.path) if path.exists()]
        return sum(path.read_bytes().count(mark.encode()) for path in there)

    def keep(self, result):
        oldest, middle = self.parts
        (result / "mail.log.2.gz").write_bytes(gzip.compress(oldest.read_bytes()))
        shutil.copy(middle, result / "mail.log.1")
        shutil.copy(self.path, result / "mail.log")


def main(server, root, result, n):
    """What the servers write stands in a folder that their users may enter."""
    root, result = Path(root).resolve(), Path(result).resolve()
    with tempfile.TemporaryDirectory(prefix="mail", dir="/var/tmp") as folder:
        session(server, root, Path(folder), int(n)).keep(result)
        shutil.copy(Path(folder, "truth.json"), result)


def session(server, root, folder, n):
    make_network()
    make_users(folder)
    mta = SERVERS[server](root, folder)
    log, truth, r = Log(mta, folder), [], random.Random(n)
    try:
        wait_for(listens, "the server does not listen")
        for i in range(n):
            truth += send(r)
            if i % 100 == 50:
                mta.flush()
            if i in (n // 3, 2 * n // 3):
                log.rotate()
            if i == 3 * n // 4:
                mta.accept_later()
        messages = sum(row[-1] == "message" for row in truth)
        mark = MARKS.get(server, "client=")
        wait_for(lambda: log.count(mark) >= messages, "a message is missing")
        mta.flush()
        time.sleep(2)
    finally:
        mta.stop()
    (folder / "truth.json").write_text(json.dumps(truth))
    return log


if __name__ == "__main__":
    main(*sys.argv[1:])
