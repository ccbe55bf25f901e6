"""audit.py - what an audit must say of a domain: the columns of docs/audit.md, by construction.

Costs are counted over the directives of the policies, one by one. What passes is told by
check_host() as policy.py has it, once for each interval between two borders of networks: within an
interval every client gets the same. Nothing of the program is used, and no DNS is asked."""

import ipaddress
import re

from testbed.world import truth
from testbed.world.clients import Client
from testbed.world.policy import (
    MX_MAX,
    RESULTS,
    TERMS_MAX,
    VOIDS_MAX,
    All,
    Ended,
    Exists,
    Hosts,
    Include,
    IncludeByVersion,
    Meter,
    Networks,
    Ptr,
)

DEPEND = (Exists, Ptr, IncludeByVersion)  # on the client
# RFC 6890 and IANA's registries, as far as this world goes into them.
SPECIAL = [
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "127.0.0.0/8",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "2001:db8::/32",
    )
]


def is_special(network):
    network = ipaddress.ip_network(network)
    return any(s.version == network.version and network.subnet_of(s) for s in SPECIAL)


# ---- the tree ----


def live_directives(policy):
    """Up to "all"; none where the record is not sound."""
    if policy.flaw or policy.absent:
        return
    for directive in policy.directives:
        yield directive
        if isinstance(directive, All):
            return


def redirect_of(policy):
    has_all = any(isinstance(d, All) for d in policy.directives)
    return None if policy.flaw or policy.absent or has_all else policy.redirect


def edges(policy):
    """(text, target, is_redirect) of each include and redirect that leads somewhere known."""
    for directive in live_directives(policy):
        if isinstance(directive, Include) and not isinstance(directive, IncludeByVersion):
            yield directive.text, directive.policy, False
    if redirect_of(policy):
        yield f"redirect={policy.redirect.name}", policy.redirect, True


def policies(policy):
    """Every policy of the tree once, by its name."""
    found, waiting = {}, [policy]
    while waiting:
        one = waiting.pop(0)
        if one.name not in found:
            found[one.name] = one
            waiting += [target for _, target, _ in edges(one)]
    return found


def spent(policy, way=(), is_open=()):
    """(terms to here, look-up terms, void look-ups for IPv4, for IPv6) for each charge of a client
    that no term matches, in order, without limits. A loop is charged and not followed."""
    is_open = (*is_open, policy.name)

    def follow(text, target):
        here = (*way, text)
        yield here, 1, int(target.is_void), int(target.is_void)
        if target.name not in is_open:
            yield from spent(target, here, is_open)

    for directive in live_directives(policy):
        if isinstance(directive, DEPEND):
            yield (*way, directive.text), 1, 0, 0
        elif isinstance(directive, Include):
            yield from follow(directive.text, directive.policy)
        elif isinstance(directive, Hosts):
            is_counted = not directive.dead and directive.n_mx <= MX_MAX
            v4, v6 = directive.voids if is_counted else (0, 0)
            yield (*way, directive.text), 1, v4, v6
    if redirect_of(policy):
        yield from follow(f"redirect={policy.redirect.name}", policy.redirect)


def depth_of(policy, is_open=()):
    is_open = (*is_open, policy.name)
    return max(
        (
            1 + (0 if target.name in is_open else depth_of(target, is_open))
            for _, target, _ in edges(policy)
        ),
        default=0,
    )


def loops_of(policy, is_open=()):
    is_open = (*is_open, policy.name)
    for _, target, _ in edges(policy):
        if target.name in is_open:
            yield target.name
        else:
            yield from loops_of(target, is_open)


def limit_at(charges, column, limit):
    total = 0
    for charge in charges:
        total += charge[column]
        if total > limit:
            return " > ".join(charge[0])
    return ""


def last_of(policy):
    """The policy that the redirects lead to, and the redirects."""
    way = []
    while redirect_of(policy):
        way.append(f"redirect={policy.redirect.name}")
        policy = policy.redirect
    return policy, way


def all_of(policy):
    if policy.flaw or policy.absent:
        return ""
    for directive in policy.directives:
        if isinstance(directive, All):
            return directive.text if directive.text[0] in RESULTS else "+" + directive.text
    return "default"


# ---- what passes ----


class Nobody(Client):
    """A client of which no term is true that depends on who it is."""


def decide(policy, client, meter):
    """(result, the domain's own directive that decided or None)."""
    if policy.flaw or policy.absent:
        raise Ended("permerror" if policy.flaw != "dead" else "temperror", "")
    for directive in policy.directives:
        if isinstance(directive, DEPEND):
            meter.charge_term()
        elif isinstance(directive, Include):
            meter.charge_term()
            if directive.policy.is_void:
                meter.charge_void()
            if decide(directive.policy, client, meter)[0] == "pass":
                return RESULTS[directive.qualifier], directive
        elif directive.meets(client, meter):
            return RESULTS[directive.qualifier], directive
    if not policy.redirect:
        return "neutral", None
    meter.charge_term()
    if policy.redirect.is_void:
        meter.charge_void()
    return decide(policy.redirect, client, meter)


def networks_of(policy):
    """(network, lets pass) of every term of the tree, as often as terms have it."""
    for one in policies(policy).values():
        for directive in live_directives(one):
            passes = directive.qualifier == "+"
            if isinstance(directive, Networks):
                yield from ((network, passes) for network in directive.networks)
            elif isinstance(directive, Hosts) and directive.n_mx <= MX_MAX:
                for address in directive.addresses:
                    yield ipaddress.ip_network(address), passes


WIDTH = {4: 32, 6: 128}
ADDRESS = {4: ipaddress.IPv4Address, 6: ipaddress.IPv6Address}


def passing(policy, version):
    """[(first, last, the domain's own directive)] of the intervals that pass."""
    borders = {0, 1 << WIDTH[version]}
    for network, _ in networks_of(policy):
        if network.version == version:
            borders |= {int(network[0]), int(network[-1]) + 1}
    borders = sorted(borders)
    for first, end in zip(borders, borders[1:]):
        try:
            result, directive = decide(policy, Nobody(str(ADDRESS[version](first))), Meter())
        except Ended:
            continue
        if result == "pass":
            yield first, end - 1, directive


def count_64(ranges):
    n, upto = 0, 0
    for first, last, _ in ranges:
        first, last = max(first >> 64, upto), last >> 64
        n += max(0, last - first + 1)
        upto = max(upto, last + 1)
    return n


def kind_of(directive):
    if isinstance(directive, Networks):
        return "ip"
    if isinstance(directive, Include):
        return "include"
    if isinstance(directive, Hosts):
        return re.match(r"[-~+?]?(\w+)", directive.text).group(1).lower()
    return "all"


def pass_columns(policy):
    row = {}
    for version, count in ((4, lambda rs: sum(b - a + 1 for a, b, _ in rs)), (6, count_64)):
        ranges = list(passing(policy, version))
        row[f"pass_v{version}"] = str(count(ranges))
        for kind in ("ip", "a", "mx", "include"):
            through = [r for r in ranges if kind_of(r[2]) == kind]
            row[f"pass_v{version}_{kind}"] = str(count(through))
    return row


# ---- columns ----

STATES = {None: "ok", "syntax": "syntax", "not_ascii": "not_ascii", "multiple_records": "multiple"}
OF_TREE = [
    "lookups",
    "void_lookups",
    "void_lookups_v6",
    "lookup_limit_at",
    "void_limit_at",
    "mx_limit_at",
    "depth",
    "include_count",
    "includes",
    "redirect",
    "loops",
    "without_record",
    "unowned",
    "all",
    "all_through",
    "broad_networks",
    "private_networks",
    "ptr_terms",
    "exists_terms",
    "dependent_terms",
    "macros",
    "exp",
    "unknown_modifiers",
    "deprecated",
]
OF_PASS = [f"pass_v{v}{kind}" for v in (4, 6) for kind in ("", "_ip", "_a", "_mx", "_include")]
COLUMNS = [
    "status",
    "record_state",
    "spf_record",
    "record_count",
    "record_bytes",
    "record_strings",
    "response_bytes",
    "fits_udp",
    "error_domain",
    "error_term",
    *OF_TREE,
    *OF_PASS,
    "bounds",
    "a",
    "a_state",
    "mx",
    "mx_state",
    "mx_hosts",
    "mx_alias",
    "mx_literal",
    "mx_private",
    "mx_without_address",
    "problems",
]
# Lists without an order that a paper would ask for.
SETS = {"includes", "without_record", "broad_networks", "private_networks", "unknown_modifiers"}


def texts_of(policy):
    """The record's text behind its version, as far as it is looked at."""
    return " ".join(text.removeprefix("v=spf1") for text in policy.texts[:1])


def tree_columns(policy):
    charges = list(spent(policy))
    tree = policies(policy)
    targets = [(target, is_redirect) for p in tree.values() for _, target, is_redirect in edges(p)]
    included = {target.name for target, is_redirect in targets if not is_redirect}
    directives = [d for p in tree.values() for d in live_directives(p)]
    sound = [p for p in tree.values() if not p.flaw and not p.absent]
    # a record that is an alias of another has its text there
    text = " ".join(texts_of(p) for p in sound) + " ".join(d.text for d in directives)
    voids = [sum(c[2] for c in charges), sum(c[3] for c in charges)]
    over = 2 if voids[0] > VOIDS_MAX else 3
    last, way = last_of(policy)
    passed = [network for network, passes in networks_of(policy) if passes]
    ptr_terms = sum(isinstance(d, Ptr) for d in directives)
    exp = re.search(r" exp=(\S+)", texts_of(policy))
    many = next(
        (d.text for d in live_directives(policy) if isinstance(d, Hosts) and d.n_mx > MX_MAX), ""
    )
    return {
        "lookups": str(sum(c[1] for c in charges)),
        "void_lookups": str(voids[0]),
        "void_lookups_v6": str(voids[1]),
        "lookup_limit_at": limit_at(charges, 1, TERMS_MAX),
        "void_limit_at": limit_at(charges, over, VOIDS_MAX),
        "mx_limit_at": many,
        "depth": str(depth_of(policy)),
        "include_count": str(len(included)),
        "includes": ";".join(sorted(included)),
        "redirect": redirect_of(policy).name if redirect_of(policy) else "",
        "loops": ";".join(sorted(set(loops_of(policy)))),
        "without_record": ";".join(sorted({t.name for t, _ in targets if t.absent})),
        "unowned": "",
        "all": all_of(last),
        "all_through": " > ".join(way),
        "broad_networks": ";".join(sorted({str(n) for n in passed if n.prefixlen <= 8})),
        "private_networks": ";".join(sorted({str(n) for n in passed if is_special(n)})),
        "ptr_terms": str(ptr_terms),
        "exists_terms": str(sum(d.text.lstrip("-~+?").startswith("exists") for d in directives)),
        "dependent_terms": str(sum(isinstance(d, DEPEND) for d in directives)),
        "macros": "".join(sorted({m.lower() for m in re.findall(r"%\{([a-zA-Z])", text)})),
        "exp": exp.group(1) if exp else "",
        "unknown_modifiers": ";".join(
            re.findall(r" (?!exp=|redirect=)([a-z][\w.-]*)=", " ".join(map(texts_of, sound)))
        ),
        "deprecated": "ptr" if ptr_terms else "",
    }


def error_columns(policy):
    """The first flaw of syntax, as the tree is walked; a term is known where one makes it."""
    for one in [policy, *policies(policy).values()]:
        if one.flaw in ("syntax", "not_ascii"):
            return {"error_domain": one.name, "error_term": truth.escaped(one.error_term)}
    return {"error_domain": "", "error_term": ""}


def host_addresses(d, host):
    addresses = d.mx_addresses(host)
    return sorted(addresses, key=lambda ip: (":" in ip, ipaddress.ip_address(ip).packed))


def mail_columns(d):
    mx, state = truth.mx_of(d)
    hosts = []  # (name, addresses)
    if state == "implicit":
        hosts = [(d.asked, truth.addresses_of(d))]
    elif state == "ok":
        provider = d.providers[0]
        names = [entry.split(" ")[1] for entry in mx.split(";")]
        hosts = [
            (name, provider.mx[name] if d.kind == "bounce" else host_addresses(d, name))
            for name in names
        ]
    real = hosts if state == "ok" else []
    is_dead = d.mail == "dead_host" and state == "ok"
    private = [name for name, ips in real if any(is_special(ip) for ip in ips)]
    return {
        "mx": mx,
        "mx_state": state,
        "mx_hosts": ";".join(f"{name} {','.join(ips)}".rstrip() for name, ips in hosts),
        "mx_alias": ";".join(
            name for name, _ in real if d.mail == "alias" and d.kind != "bounce"
        ),
        "mx_literal": "",
        "mx_private": ";".join(private),
        "mx_without_address": ";".join(name for name, ips in real if not ips and not is_dead),
    }


# ---- problems ----


def broken_below(policy):
    targets = (t for p in policies(policy).values() for _, t, _ in edges(p))
    return any(t.flaw and t.flaw != "dead" for t in targets)


def has_failure(d, policy):
    tree = policies(policy).values()
    hosts = (h for p in tree for h in live_directives(p) if isinstance(h, Hosts))
    return (
        d.state != "live"
        or any(p.flaw == "dead" for p in tree)
        or any(h.dead for h in hosts)
        or (d.mail == "dead_host" and d.kind != "bounce" and bool(d.mx))
    )


def problems_of(d, row):
    policy, ok = d.policy, row["record_state"] == "ok"
    state, hosts = row["mx_state"], row["mx_hosts"]
    bare = state == "ok" and row["mx_without_address"].count(";") == row["mx"].count(";")
    targets = [e for p in policies(policy).values() for e in edges(p)] if ok else []
    text = texts_of(policy) if ok else ""
    behind = re.search(r" [-~+?]?all (?!exp=|[\w.-]+=)\S", text)
    private = row["mx_private"] or (
        state == "implicit" and any(is_special(ip) for ip in truth.addresses_of(d))
    )
    words = {
        "no_such_domain": row["a_state"] == "nxdomain",
        "no_address": row["a_state"] in ("none", "nxdomain") and state not in ("ok", "temperror"),
        "no_mx": state == "none",
        "null_mx": state == "null",
        "mx_no_address": bare and bool(row["mx_without_address"]),
        "mx_not_public": bool(private) and bool(hosts),
        "no_spf": row["record_state"] in ("none", "nxdomain"),
        "temperror": has_failure(d, policy),
        "multiple_records": row["record_state"] == "multiple",
        "spf_syntax": row["record_state"] == "syntax",
        "spf_not_ascii": row["record_state"] == "not_ascii",
        "record_long": row["fits_udp"] not in ("", "yes"),
        "include_broken": ok and broken_below(policy),
        "include_none": any(t.absent and not is_redirect for _, t, is_redirect in targets),
        "redirect_none": any(t.absent and is_redirect for _, t, is_redirect in targets),
        "lookup_limit": ok and int(row["lookups"]) > TERMS_MAX,
        "void_limit": ok and int(row["void_lookups"]) > VOIDS_MAX,
        "void_limit_v6": ok
        and int(row["void_lookups_v6"]) > VOIDS_MAX >= int(row["void_lookups"]),
        "mx_limit": ok and bool(row["mx_limit_at"]),
        "loop": ok and bool(row["loops"]),
        "no_all": row["all"] == "default",
        "all_pass": row["all"] == "+all",
        "all_neutral": row["all"] == "?all",
        "behind_all": behind is not None,
        "ptr_used": ok and row["ptr_terms"] != "0",
        "unknown_modifier": bool(row["unknown_modifiers"]),
        "broad_network": bool(row["broad_networks"]),
        "private_network": bool(row["private_networks"]),
        "mx_alias": bool(row["mx_alias"]),
        "mx_without_address": bool(row["mx_without_address"]),
    }
    return ";".join(word for word, applies in words.items() if applies)


# ---- a row ----


def txt_sets(d):
    """All TXT records of the domain."""
    more = [line.split(' TXT "')[1][:-1] for line in d.extra if line.startswith(f"{d.name}. TXT ")]
    return [*d.policy.texts, *([] if d.kind == "bounce" else d.site_keys + more)]


def response_bytes(d):
    """A header, the question, and for each record a compressed name, ten octets, and strings."""
    records = (12 + len(text) + max(1, -(-len(text) // 255)) for text in txt_sets(d))
    return 12 + len(d.asked) + 2 + 4 + sum(records)


def record_columns(d):
    policy = d.policy
    texts = policy.texts
    if not texts:
        state = "nxdomain" if d.kind == "no_such_domain" else "none"
        return dict.fromkeys(["spf_record", "record_bytes", "record_strings"], "") | {
            "record_state": state,
            "record_count": "0",
        }
    size = len(texts[0])
    is_one = len(texts) == 1
    return {
        "record_state": STATES[policy.flaw],
        "spf_record": truth.record_of(d),
        "record_count": str(len(texts)),
        "record_bytes": str(size) if is_one else None,
        "record_strings": str(max(1, -(-size // 255))),
        "response_bytes": str(response_bytes(d)),
        "fits_udp": "yes"
        if response_bytes(d) <= 512
        else "edns"
        if response_bytes(d) <= 1232
        else "no",
    }


def audit_of(d):
    """A dictionary of COLUMNS; None is what is left open."""
    row = dict.fromkeys(COLUMNS, "")
    row["status"] = "ok"
    if d.state != "live":
        row.update(record_state="temperror", a_state="temperror", mx_state="temperror")
        row["problems"] = "temperror"
        return row
    row.update(record_columns(d), **mail_columns(d))
    addresses = truth.addresses_of(d)
    row.update(a=";".join(addresses), a_state=truth.a_state(d, addresses))
    if row["record_state"] == "ok":
        row.update(tree_columns(d.policy), **pass_columns(d.policy))
    elif d.policy.texts:
        row.update(dict.fromkeys(OF_PASS, "0"))
    row.update(error_columns(d.policy))
    row["problems"] = problems_of(d, row)
    return row
