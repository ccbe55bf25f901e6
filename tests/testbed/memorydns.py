"""memorydns.py - the zones of a population as a dictionary: DNS without servers, for checking the truth against an SPF library that we did not write."""
import shlex


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
        """The rdata texts, aliases followed; an empty list when there are none. Raises Dead."""
        name = name.lower().rstrip(".")
        labels = name.split(".")
        if any(".".join(labels[i:]) in self.dead for i in range(len(labels))):
            raise Dead(name)
        for owner in (name, ".".join(["*"] + labels[1:])):
            if (owner, "CNAME") in self.records and depth < 8:
                return self.ask(self.records[owner, "CNAME"][0], rrtype, depth + 1)
            if (owner, rrtype) in self.records:
                return self.records[owner, rrtype]
        return []


def txt_strings(rdata):
    return [s.encode() for s in shlex.split(rdata)]
