"""plan.py - who has which addresses and names: the one place that keeps the parts of the world from
colliding.

Addresses of mail hosts, web servers and clients are DNS data; nobody sends anything to them. Only
name servers are sent to, and they all lie in 127.0.0.0/8."""

import ipaddress

TOPS = {
    "com": 46,
    "de": 9,
    "net": 6,
    "org": 6,
    "uk": 5,
    "nl": 4,
    "ru": 4,
    "br": 3,
    "fr": 3,
    "pl": 3,
    "it": 3,
    "ch": 2,
    "eu": 2,
    "info": 2,
    "io": 2,
}
REVERSE_TOPS = ["in-addr.arpa", "ip6.arpa"]

NET = 64  # strangers in one /24, which is one reverse zone
BLOCK = 64  # domains whose own addresses share a /24, and so a reverse zone


def v4(first, rest):
    """first.0.0.0 + rest."""
    return f"{first + (rest >> 24)}.{rest >> 16 & 255}.{rest >> 8 & 255}.{rest & 255}"


def v6(text):
    return ipaddress.IPv6Address(text).compressed


def provider_v4(p, rest):
    return v4(64 + p, rest)


def provider_v6(p, rest):
    return v6(f"2600:{p:x}::{rest:x}")


def own_v4(n, i):
    """Domain n has four addresses of its own, 64 domains a /24."""
    return v4(130, 4 * n + i)


def own_v6(n, i):
    return v6(f"2a10:0:{n // BLOCK:x}::{n % BLOCK:x}:{i:x}")


def web_v4(hoster, i):
    return v4(150, (hoster << 16) + i)


def web_v6(hoster, i):
    return v6(f"2a12:{hoster:x}::{i >> 16:x}:{i & 0xFFFF:x}")


def stranger_v4(k):
    """So many of them in a /24, so that there are many reverse zones."""
    return v4(180, (k // NET << 8) + k % NET)


def stranger_v6(k):
    return v6(f"2a11::{k:x}:1")


def server_address(hoster, which):
    return f"127.10.{hoster}.{which}"


def dead_address(kind, k):
    """The address of the k-th server that is silent, refusing or closed."""
    return f"127.{dict(silent=20, refusing=21, closed=22)[kind]}.{k}.1"


def reverse_name(ip):
    if ":" not in ip:
        return ".".join(reversed(ip.split("."))) + ".in-addr.arpa"
    return ipaddress.ip_address(ip).reverse_pointer


def reverse_zone_v6(ip):
    """The zone of its /48."""
    return ".".join(reverse_name(ip).split(".")[-14:])
