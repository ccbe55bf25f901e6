"""askworld.py - names with records of every type that --ask can print, behind a real NSD, and the
questions about them. What the answers are is asked of the same NSD by somebody else: dnspython in
test_ask.py, dig in digs.py."""

import base64
import random

TYPES = {
    # --ask: what may stand there; {n} is a small number, {label} any label
    "A:{domain}": ("A", "", "192.0.2.{n}"),
    "AAAA:{domain}": ("AAAA", "", "2001:db8:{n}::{n}"),
    "MX:{domain}": ("MX", "", "{n} {label}"),
    "TXT:{domain}": ("TXT", "", "{text}"),
    "TXT:_dmarc.{domain}": ("TXT", "_dmarc", '"v=DMARC1; p=reject; pct={n}"'),
    "CAA:{domain}": ("CAA", "", '{n} issue "ca{n}.example; account={n}"'),
    "SRV:_sip._tcp.{domain}": ("SRV", "_sip._tcp", "{n} 5 443 {label}"),
    "TLSA:_443._tcp.{domain}": ("TLSA", "_443._tcp", "3 1 1 {hex}"),
    "NAPTR:{domain}": ("NAPTR", "", '{n} 10 "u" "E2U+sip" "!^.*$!sip:i@e!" {label}'),
    "SSHFP:{domain}": ("SSHFP", "", "{n} 2 {hex}"),
    "URI:{domain}": ("URI", "", '{n} 1 "https://example.com/a;b?{n}"'),
    "HINFO:{domain}": ("HINFO", "", '"CPU {n}" "an \\"OS\\""'),
    "RP:{domain}": ("RP", "", "{label} {label}"),
    "AFSDB:{domain}": ("AFSDB", "", "{n} {label}"),
    "DNSKEY:{domain}": ("DNSKEY", "", "257 3 13 {base64}"),
    "OPENPGPKEY:{domain}": ("OPENPGPKEY", "", "{base64}"),
    "TYPE65280:{domain}": ("TYPE65280", "", "\\# 4 0A0000{hex2}"),
    "CNAME:www.{domain}": ("CNAME", "www", "{label}"),
    "PTR:ptr.{domain}": ("PTR", "ptr", "{label}"),
    "DNAME:moved.{domain}": ("DNAME", "moved", "{label}"),
}
ONE_AT_MOST = ("CNAME", "DNAME")
# What needs no records of its own: every name is a zone below ask.test, with 192.0.2.0/24.
OTHERS = [
    "NS:{domain}",
    "SOA:{domain}",
    "DS:{domain}",
    "A:nosuch.name.{domain}",
    "A:{ip.rev}.list.test",
    "PTR:{ip.arpa}",
    "alias=A:alias.{domain}",
]
ASKS = [*TYPES, *OTHERS]

TEXTS = [
    '"one" "two"',
    '"a;b \\"quoted\\" back\\\\slash"',
    '""',
    '"' + "x" * 255 + '" "' + "y" * 100 + '"',
    '"\\195\\164\\009,"',
    '"plain"',
]


def filled(rng, form):
    """A record of that form; letter case and the order of records are any."""
    label = rng.choice(["a", "B", "Mixed-Case", "x.y", "odd\\;label"]) + ".Names.ask.test."
    return form.format(
        n=rng.randrange(1, 120),
        label=label,
        text=rng.choice(TEXTS),
        hex=rng.randbytes(32).hex(),
        hex2=rng.randbytes(1).hex(),
        base64=base64.b64encode(rng.randbytes(64)).decode(),
    )


def zone_of(rng, i):
    lines = [f"@ NS NS{k}.Names.ask.test." for k in range(rng.randrange(0, 4))]
    lines.append(f"alias CNAME d{(i + 1) // 2}.ask.test.")
    for type, owner, form in TYPES.values():
        count = 0 if rng.random() < 0.4 else 1 if type in ONE_AT_MOST else rng.randrange(1, 5)
        records = {filled(rng, form) for _ in range(count)}
        if type == "DNSKEY":
            records = sorted(records)[:1]
        lines += [f"{owner or '@'} {type} {record}" for record in records]
    rng.shuffle(lines)
    return "\n".join(lines) + "\n"


def zones(n, seed=15):
    """Zones d0.ask.test ... and what they need, for Nsd()."""
    rng = random.Random(seed)
    every = {f"d{i}.ask.test": zone_of(rng, i) for i in range(n)}
    every["ask.test"] = "".join(
        f"d{i} NS ns.invalid.\n" + (f"d{i} DS 60485 8 2 {rng.randbytes(32).hex()}\n" * (i % 2))
        for i in range(n)
    )
    every["list.test"] = "".join(f"{i}.2.0.192 A 127.0.0.{i % 3 + 2}\n" for i in range(0, 250, 3))
    every["2.0.192.in-addr.arpa"] = "".join(
        f"{i} PTR Host{i}.ask.test.\n" for i in range(0, 250, 2)
    )
    return every


def rows(n):
    return "domain,ip\n" + "".join(f"D{i}.ask.test,192.0.2.{i % 250}\n" for i in range(n))


def question(ask, row):
    """(name, type) that stands behind an --ask in a row of the output."""
    type, template = ask.split("=")[-1].split(":")
    address = row["ip"].split(".")
    return template.format(domain=row["domain"].lower(), ip=Address(address)), type


class Address:
    """{ip.rev} and {ip.arpa} by Python's own formatting."""

    def __init__(self, octets):
        self.rev = ".".join(reversed(octets))
        self.arpa = self.rev + ".in-addr.arpa"
