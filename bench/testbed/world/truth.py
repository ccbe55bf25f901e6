"""truth.py - what a scan must say about a pair: its output columns, as far as they do not depend on time or on the order of answers."""

COLUMNS = ["spf", "spf_problem", "spf_lookups", "iprev", "ptr", "iprev_name", "a", "a_match", "mx", "mx_state", "mx_match"]
DNS_ERROR = "dns_error"


def yes_no(is_yes):
    return "yes" if is_yes else "no"


def addresses_of(d):
    if d.kind == "bounce":
        return [d.providers[0].bounce_address]
    return d.web_v4 + d.web_v6


def mx_of(d):
    """(text of the set, state) for a live domain."""
    if d.kind == "bounce":
        return f"10 mx1.{d.providers[0].name}", "ok"
    if d.mail == "null":
        return "0 .", "null"
    if not d.mx:
        return "", "implicit" if addresses_of(d) else "none"
    return ";".join(f"{preference} {host}" for preference, host in sorted((p, h) for h, p in d.mx.items())), "ok"


def mx_match(d, client, state):
    if state == "implicit":
        return yes_no(client.ip in addresses_of(d))
    if d.kind == "bounce":
        return yes_no(client.ip in d.providers[0].mx[f"mx1.{d.providers[0].name}"])
    if d.mail == "dead_host":
        return "temperror"
    return yes_no(any(client.ip in d.mx_addresses(host) for host in d.mx))


def truth_of(d, client):
    """A dictionary of COLUMNS. With a temperror, how many terms were spent before it is left open (None)."""
    spf, problem, terms, _ = d.policy.check(client)
    row = {"spf": spf, "spf_problem": problem, "spf_lookups": None if spf == "temperror" else str(terms)}
    iprev = client.iprev()
    row.update(iprev=iprev, ptr=";".join(client.names), iprev_name=client.confirmed[0] if iprev == "pass" else "")
    if d.state != "live":
        row.update(a="", a_match="temperror", mx="", mx_state="temperror", mx_match="temperror")
        return row
    mx, state = mx_of(d)
    addresses = addresses_of(d)
    row.update(a=";".join(addresses), a_match=yes_no(client.ip in addresses), mx=mx, mx_state=state, mx_match=mx_match(d, client, state))
    return row
