"""bulk.py - zones and rows for tests with many rows: every domain under bulk.test answers alike, by
wildcards, so a row's verdict is known from its address."""

ZONES = {
    "bulk.test": """\
*     TXT  "v=spf1 a mx include:_spf.bulk.test -all"
*     A    192.0.2.1
*     MX   10 mail
mail  A    192.0.2.2
_spf  TXT  "v=spf1 ip4:192.0.2.64/26 -all"
""",
    "2.0.192.in-addr.arpa": "*  PTR  mail.bulk.test.\n",
}


def facts(ip_octet):
    """What a row about 192.0.2.ip_octet and any domain under bulk.test must say."""
    spf, matched = "fail", "-all"
    if ip_octet == 1:
        spf, matched = "pass", "a"
    elif ip_octet == 2:
        spf, matched = "pass", "mx"
    elif 64 <= ip_octet < 128:
        spf, matched = "pass", "include:_spf.bulk.test > ip4:192.0.2.64/26"
    return {
        "spf": spf,
        "spf_matched": matched,
        "iprev": "pass" if ip_octet == 2 else "fail",
        "ptr": "mail.bulk.test",
        "a": "192.0.2.1",
        "a_match": "yes" if ip_octet == 1 else "no",
        "mx": "10 mail.bulk.test",
        "mx_state": "ok",
        "mx_match": "yes" if ip_octet == 2 else "no",
        "dns_cause": "",
    }
