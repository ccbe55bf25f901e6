"""memorydns.py - the zones of a population as a dictionary: DNS without servers, for checking the
truth against an SPF library that we did not write, and against iprev and mx_match written down once
more, from docs/output.md."""

import ipaddress
import re

ALIASES_MAX = 16


class Dead(Exception):
    """The name's servers do not answer as they should."""


class MemoryDns:
    def __init__(self, zones_path):
        self.records, self.dead, kinds = {}, set(), {}
        with open(zones_path) as lines:
            for line in lines:
                words = line.split(None, 3)
                if words[0] == "server":
                    kinds[words[1]] = words[3].strip()
                elif words[0] == "zone":
                    state, servers = line.split()[2], line.split()[3:]
                    if state == "broken" or not any(kinds[s] == "live" for s in servers):
                        self.dead.add(words[1].rstrip("."))
                elif words[0] != "top":
                    owner, rrtype, rdata = line.rstrip("\n").split(None, 2)
                    self.records.setdefault((owner.rstrip("."), rrtype), []).append(rdata)

    def ask(self, name, rrtype, depth=0):
        """The rdata texts, aliases followed; an empty list when there are none. Raises Dead, for a
        loop of aliases too."""
        name = name.lower().rstrip(".")
        labels = name.split(".")
        if any(".".join(labels[i:]) in self.dead for i in range(len(labels))):
            raise Dead(name)
        if depth > ALIASES_MAX:
            raise Dead(name)
        for owner in (name, ".".join(["*"] + labels[1:])):
            if (owner, "CNAME") in self.records:
                return self.ask(self.records[owner, "CNAME"][0], rrtype, depth + 1)
            if (owner, rrtype) in self.records:
                return self.records[owner, rrtype]
        return []


def txt_strings(rdata):
    """The octets of each string, out of its master-file form."""

    def octet(match):
        return chr(int(match[1])) if match[1].isdigit() else match[1]

    return [
        re.sub(r"\\(\d{3}|.)", octet, string).encode("latin-1")
        for string in re.findall(r'"((?:[^"\\]|\\.)*)"', rdata)
    ]


def host_has(dns, host, ip):
    """Whether the host has the address; None when that cannot be known."""
    try:
        return ip in dns.ask(host, "AAAA" if ":" in ip else "A")
    except Dead:
        return None


def iprev(dns, ip):
    """(result, all names, the confirmed one)."""
    try:
        names = sorted(
            name.rstrip(".") for name in dns.ask(ipaddress.ip_address(ip).reverse_pointer, "PTR")
        )
    except Dead:
        return "temperror", [], ""
    found = {name: host_has(dns, name, ip) for name in names[:10]}
    right = [name for name, has in found.items() if has]
    if right:
        return "pass", names, right[0]
    return "temperror" if None in found.values() else "fail" if names else "permerror", names, ""


def mx_match(dns, domain, ip):
    try:
        hosts = [rdata.split()[1] for rdata in dns.ask(domain, "MX")] or [domain]
    except Dead:
        return "temperror"
    found = [host_has(dns, host, ip) for host in hosts if host != "."]
    return "yes" if True in found else "temperror" if None in found else "no"
