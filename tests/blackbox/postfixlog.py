"""postfixlog.py - the lines that Postfix 3.7 writes about mail that is made up, and the rows that
are true of them."""

import random
from datetime import datetime, timedelta, timezone

COLUMNS = ["time", "queue_id", "client", "ip", "helo", "sender", "event", "spf_then"]
LOCAL_PARTS = [
    "alice",
    "news-2024",
    "o'brien",
    '"a b,c"',
    '"x; from=<y@z.example>"',
    "a" * 64,
    "müller",
]


class Log:
    """Lines with a time, and what is true of them. Ids are used again after `removed`."""

    def __init__(self, seed, start, form="rfc3164", host="mx1"):
        self.random, self.at = random.Random(seed), start
        self.form, self.host = form, host
        self.lines, self.truth = [], []
        self.free_ids = [f"{i:X}A0F{i % 16:X}" for i in range(4096, 4160)]
        self.counts = {"local": 0, "authenticated": 0, "only_connected": 0}

    def stamp(self):
        if self.form == "rfc3339":
            return self.at.strftime("%Y-%m-%dT%H:%M:%S.123456+00:00")
        return self.at.strftime("%b ") + f"{self.at.day:2d}" + self.at.strftime(" %H:%M:%S")

    def write(self, program, text):
        self.lines.append(f"{self.stamp()} {self.host} postfix/{program}: {text}")

    def sender(self):
        r = self.random
        if r.random() < 0.15:
            return ""
        return f"{r.choice(LOCAL_PARTS)}@d{r.randrange(50)}.example"

    def client(self):
        r = self.random
        ip = (
            f"2001:db8::{r.randrange(1, 65535):x}"
            if r.random() < 0.2
            else f"192.0.2.{r.randrange(1, 255)}"
        )
        return r.choice(["unknown", f"mx{r.randrange(9)}.example"]), ip

    def row(self, queue_id, client, helo, sender, event):
        time = self.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return [time, queue_id, *client, helo, sender, event, ""]

    def message(self, smtpd):
        client, sender = self.client(), self.sender()
        queue_id = self.free_ids.pop(self.random.randrange(len(self.free_ids)))
        self.write(smtpd, f"connect from {client[0]}[{client[1]}]")
        self.write(smtpd, f"{queue_id}: client={client[0]}[{client[1]}]")
        row = self.row(queue_id, client, "", sender or "<>", "message")
        if self.random.random() < 0.2:
            self.reject(smtpd, queue_id, client, sender)
        self.write("cleanup[9]", f"{queue_id}: message-id=<{len(self.lines)}@x>")
        self.at += timedelta(seconds=self.random.randrange(3))
        self.queued(queue_id, sender)
        self.truth.append(row)
        self.write(smtpd, f"disconnect from {client[0]}[{client[1]}] ehlo=1 mail=1 commands=2")
        for _ in range(self.random.choice([0, 0, 0, 2])):
            self.at += timedelta(seconds=300)
            self.write("smtp[7]", f"{queue_id}: to=<b@c.example>, relay=none, status=deferred (no)")
            self.queued(queue_id, sender)
        self.write("qmgr[8]", f"{queue_id}: removed")
        self.free_ids.append(queue_id)

    def queued(self, queue_id, sender):
        self.write("qmgr[8]", f"{queue_id}: from=<{sender}>, size=999, nrcpt=2 (queue active)")

    def reject(self, smtpd, queue_id, client, sender, helo=None):
        helo = helo or self.random.choice(["h.example", "[192.0.2.7]", "localhost"])
        self.write(
            smtpd,
            f"{queue_id or 'NOQUEUE'}: reject: RCPT from {client[0]}[{client[1]}]: 450 4.1.8 "
            f"<{sender}>: Sender address rejected: Domain not found; from=<{sender}> "
            f"to=<c@d.example> proto=ESMTP helo=<{helo}>",
        )
        self.truth.append(self.row(queue_id, client, helo, sender or "<>", "reject"))

    def only_connects(self, smtpd):
        client = self.client()
        self.write(smtpd, f"connect from {client[0]}[{client[1]}]")
        self.write(smtpd, f"disconnect from {client[0]}[{client[1]}] quit=1 commands=1")
        self.counts["only_connected"] += 1

    def submission(self):
        self.write("pickup[6]", f"{len(self.lines):X}F0000: uid=0 from=<root>")
        queue_id = f"{len(self.lines) - 1:X}F0000"
        self.queued(queue_id, "root@mx1.example")
        self.counts["local"] += 1
        self.write(
            "submission/smtpd[5]",
            f"{len(self.lines):X}F1111: client=me[192.0.2.9], sasl_method=PLAIN, sasl_username=me",
        )
        self.queued(f"{len(self.lines) - 1:X}F1111", "me@b.example")
        self.counts["authenticated"] += 1

    def go_on(self, n_messages, step_s=40):
        for _ in range(n_messages):
            self.at += timedelta(seconds=self.random.randrange(1, 2 * step_s))
            smtpd = f"smtpd[{self.random.randrange(100, 120)}]"
            kind = self.random.random()
            if kind < 0.7:
                self.message(smtpd)
            elif kind < 0.85:
                self.reject(smtpd, "", self.client(), self.sender())
            elif kind < 0.95:
                self.only_connects(smtpd)
            else:
                self.submission()
        return self


def made(
    seed=1, n_messages=300, start=datetime(2026, 11, 20, tzinfo=timezone.utc), step_s=40, **more
):
    return Log(seed, start, **more).go_on(n_messages, step_s)


def text_of(lines):
    return "".join(line + "\n" for line in lines)
