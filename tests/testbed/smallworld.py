"""smallworld.py - a population made by hand: every kind of server and of zone once or twice, and
what a scan must say of it."""

import gzip

# 16 strings of 250 octets: more than a datagram takes.
LONG_TXT = " ".join(f'"{letter * 250}"' for letter in "abcdefghijklmnop")

ZONES = f"""\
top com.
top net.
top in-addr.arpa.
top ip6.arpa.
server ns1.hoster.com. 127.10.0.0 live
server ns2.hoster.com. 127.10.0.1 live
server ns1.other.net. 127.10.0.2 live
server dead1.other.net. 127.10.1.0 silent
server dead2.other.net. 127.10.1.1 silent
server no1.other.net. 127.10.2.0 refusing
server no2.other.net. 127.10.2.1 refusing
server gone1.other.net. 127.10.3.0 closed
zone hoster.com. live ns1.hoster.com. ns2.hoster.com.
ns1.hoster.com. A 127.10.0.0
ns2.hoster.com. A 127.10.0.1
_spf.hoster.com. TXT "v=spf1 ip4:192.0.2.0/25 -all"
zone other.net. live ns1.other.net.
ns1.other.net. A 127.10.0.2
dead1.other.net. A 127.10.1.0
dead2.other.net. A 127.10.1.1
no1.other.net. A 127.10.2.0
no2.other.net. A 127.10.2.1
gone1.other.net. A 127.10.3.0
zone glue.com. live ns1.hoster.com. ns2.hoster.com.
glue.com. TXT "v=spf1 include:_spf.hoster.com -all"
glue.com. A 192.0.2.1
mail.glue.com. A 192.0.2.1
glue.com. MX 10 mail.glue.com.
zone glueless.com. live ns1.other.net.
glueless.com. TXT "v=spf1 redirect=glue.com"
glueless.com. AAAA 2001:db8::1
mail.glueless.com. AAAA 2001:db8::1
glueless.com. MX 10 mail.glueless.com.
zone alias.net. live ns1.other.net.
alias.net. TXT "v=spf1 include:_spf.alias.net ~all"
_spf.alias.net. CNAME _spf.hoster.com.
dead.alias.net. CNAME www.silent.com.
zone long.net. live ns1.other.net. ns2.hoster.com.
long.net. TXT "v=spf1 a -all"
long.net. TXT {LONG_TXT}
long.net. A 192.0.2.7
zone lame.com. live no1.other.net. ns1.hoster.com.
lame.com. TXT "v=spf1 ip4:192.0.2.9 -all"
lame.com. A 192.0.2.9
zone bare.com. live ns1.hoster.com.
zone broken.com. broken ns1.hoster.com. ns2.hoster.com.
zone silent.com. live dead1.other.net. dead2.other.net.
zone refusing.com. live no1.other.net. no2.other.net.
zone closed.com. live gone1.other.net.
zone 2.0.192.in-addr.arpa. live ns1.hoster.com.
1.2.0.192.in-addr.arpa. PTR mail.glue.com.
7.2.0.192.in-addr.arpa. PTR long.net.
9.2.0.192.in-addr.arpa. PTR wrong.lame.com.
zone 8.b.d.0.1.0.0.2.ip6.arpa. live ns1.other.net.
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR mail.glueless.com.
zone 100.51.198.in-addr.arpa. live dead1.other.net.
"""

# domain, address: SPF, iprev, state of the domain's MX
LIVING = {
    ("glue.com", "192.0.2.1"): ("pass", "pass", "ok"),
    ("glueless.com", "2001:db8::1"): ("fail", "pass", "ok"),
    ("alias.net", "192.0.2.1"): ("pass", "pass", "none"),
    ("alias.net", "203.0.113.5"): ("softfail", "permerror", "none"),
    ("long.net", "192.0.2.7"): ("pass", "pass", "implicit"),
    ("lame.com", "192.0.2.9"): ("pass", "fail", "implicit"),
    ("bare.com", "192.0.2.1"): ("none", "pass", "none"),
    ("nowhere.net", "192.0.2.1"): ("none", "pass", "none"),
}
DEAD = ["broken.com", "silent.com", "refusing.com", "closed.com"]


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "zones.txt").write_text(ZONES)
    (folder / "pairs.csv.gz").write_bytes(gzip.compress(pairs(LIVING)))
    (folder / "dead.csv").write_bytes(pairs([(domain, "192.0.2.1") for domain in DEAD]))
    return folder


def pairs(rows):
    return "".join(f"{domain},{ip}\n" for domain, ip in [("domain", "ip"), *rows]).encode()
