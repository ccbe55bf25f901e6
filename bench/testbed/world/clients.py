"""clients.py - hosts that send mail: an address, the names that its PTR records give, and those of
them that lead back."""

import ipaddress

from testbed.world import plan

NAMES_MAX = 10


class Client:
    """`names` are the PTR names, `confirmed` those that have the address; `n_void_names` have no
    address of its family at all; `reverse_is_dead`: the PTR look-up fails; `name_is_dead`: there is
    one name, and the look-up of its address fails."""

    def __init__(
        self, ip, names=(), confirmed=(), n_void_names=0, reverse_is_dead=False, name_is_dead=False
    ):
        self.ip = ip
        self.address = ipaddress.ip_address(ip)
        self.names, self.confirmed = sorted(names), sorted(confirmed)
        self.n_void_names, self.reverse_is_dead, self.name_is_dead = (
            n_void_names,
            reverse_is_dead,
            name_is_dead,
        )

    def validated(self):
        """The confirmed names among those that are looked at."""
        return [name for name in self.names[:NAMES_MAX] if name in self.confirmed]

    def iprev(self):
        if self.reverse_is_dead or self.name_is_dead:
            return "temperror"
        if not self.names:
            return "permerror"
        return "pass" if self.validated() else "fail"

    def reverse_records(self):
        for name in self.names:
            yield f"{plan.reverse_name(self.ip)}. PTR {name}."


def known(ip, name):
    """A host of an orderly operator: one name, and it leads back."""
    return Client(ip, [name], [name])
