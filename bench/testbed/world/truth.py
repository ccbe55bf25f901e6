"""truth.py - what a scan must say about a pair: the output columns that are compared.

They are the results and the data behind them. Not among them: spf_matched, spf_explanation,
problems and dns_cause, and what depends on time. Lists are in the order that docs/output.md
promises."""

import ipaddress

from testbed.world.providers import escaped

COLUMNS = [
    "status",
    "spf",
    "spf_problem",
    "spf_lookups",
    "spf_void_lookups",
    "spf_record",
    "iprev",
    "ptr",
    "iprev_name",
    "a",
    "a_state",
    "a_match",
    "mx",
    "mx_state",
    "mx_match",
]
HELO_COLUMN = "helo_spf"  # the last one, where pairs have HELO names


def yes_no(is_yes):
    return "yes" if is_yes else "no"


def addresses_of(d):
    if d.kind == "bounce":
        return [d.providers[0].bounce_address]
    return (
        sorted(d.web_v4, key=ipaddress.ip_address) + d.web_v6
        if len(d.web_v4) > 1
        else d.web_v4 + d.web_v6
    )


def a_state(d, addresses):
    """Of a live domain."""
    if d.kind == "no_such_domain":
        return "nxdomain"
    return "ok" if addresses else "none"


def mx_of(d):
    """(text of the set, state) for a live domain."""
    if d.kind == "bounce":
        return f"10 mx1.{d.providers[0].name}", "ok"
    if d.mail == "null":
        return "0 .", "null"
    if not d.mx:
        return "", "implicit" if addresses_of(d) else "none"
    return ";".join(
        f"{preference} {host}" for preference, host in sorted((p, h) for h, p in d.mx.items())
    ), "ok"


def mx_match(d, client, state):
    if state == "implicit":
        return yes_no(client.ip in addresses_of(d))
    if d.kind == "bounce":
        return yes_no(client.ip in d.providers[0].mx[f"mx1.{d.providers[0].name}"])
    if d.mail == "dead_host":
        return "temperror"
    return yes_no(any(client.ip in d.mx_addresses(host) for host in d.mx))


def record_of(d):
    """The domain's own record. Of several the DNS says no order, so which is the first is left
    open."""
    texts = d.policy.texts
    return None if len(texts) > 1 else escaped("".join(texts))


def spf_columns(d, client):
    """With a temperror, what was spent before it is left open."""
    spf, problem, terms, voids = d.policy.check(client)
    row = {
        "spf": spf,
        "spf_problem": problem,
        "spf_lookups": str(terms),
        "spf_void_lookups": str(voids),
        "spf_record": record_of(d),
    }
    if spf == "temperror":
        row.update(spf_lookups=None, spf_void_lookups=None)
    return row


def truth_of(d, client):
    """A dictionary of COLUMNS; None is what is left open."""
    iprev = client.iprev()
    row = {"status": "ok", **spf_columns(d, client), "iprev": iprev, "ptr": ";".join(client.names)}
    row["iprev_name"] = client.validated()[0] if iprev == "pass" else ""
    if d.state != "live":
        row.update(a="", a_state="temperror", a_match="temperror")
        row.update(mx="", mx_state="temperror", mx_match="temperror")
        return row
    mx, state = mx_of(d)
    addresses = addresses_of(d)
    row.update(
        a=";".join(addresses),
        a_state=a_state(d, addresses),
        a_match=yes_no(client.ip in addresses),
        mx=mx,
        mx_state=state,
        mx_match=mx_match(d, client, state),
    )
    return row
