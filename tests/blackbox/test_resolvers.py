"""test_resolvers.py - where answers come from: upstreams, an unbound.conf, and names that
libunbound would answer by itself."""

import pytest

import harness
from harness import DONE, STOPPED

ROW = "domain,ip\nexample.test,192.0.2.1\n"


def passing(name, type):
    return ["v=spf1 ip4:192.0.2.1 -all"] if type == "TXT" else []


def test_an_ipv6_upstream(server, tmp_path):
    dns = server(passing, address="::1")
    assert harness.scan(tmp_path, ROW, f"--upstream=[::1]:{dns.port}").row["spf"] == "pass"


def test_an_upstream_at_port_53_by_default(tmp_path):
    """Nobody is there, and nobody else is asked instead."""
    scan = harness.scan(
        tmp_path, ROW, "--upstream=127.9.9.9", "--checks=spf", "--timeout=100", "--retries=0"
    )
    assert scan.status == STOPPED and scan.says("nothing came from", "127.9.9.9:53 ")


def test_several_upstreams_share_the_questions(server, tmp_path):
    servers = [server(passing) for _ in range(3)]
    scan = harness.scan(
        tmp_path,
        "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(300)),
        *[s.upstream for s in servers],
        "--checks=spf",
    )
    assert scan.summary["spf"]["pass"] == 300 and scan.summary["options"]["upstreams"] == 3
    assert all(s.count() > 20 for s in servers)


def test_an_unbound_conf_with_zones_of_its_own(tmp_path):
    """No network at all: libunbound reads the zones in its own process."""
    (tmp_path / "test.zone").write_text(
        '$ORIGIN test.\n@ 60 IN SOA ns h 1 1 1 1 1\n@ 60 IN NS ns\nexample 60 IN TXT "v=spf1 a '
        '-all"\nexample 60 IN A 192.0.2.1\n'
    )
    (tmp_path / "unbound.conf").write_text(
        f'auth-zone:\n  name: "test."\n  zonefile: "{tmp_path}/test.zone"\n  for-downstream: no\n  '
        "for-upstream: yes\n  fallback-enabled: no\n"
    )
    row = harness.scan(
        tmp_path,
        ROW + "nowhere.test,192.0.2.1\n",
        f"--unbound-config={tmp_path}/unbound.conf",
        "--checks=spf,a",
    ).rows
    assert [(r["spf"], r["a"]) for r in row] == [("pass", "192.0.2.1"), ("none", "")]


def test_an_unbound_conf_with_a_stub(server, tmp_path):
    """Recursion that ends at a server of ours."""
    dns = server(passing)
    (tmp_path / "unbound.conf").write_text(
        f'stub-zone:\n  name: "test."\n  stub-addr: {dns.address}@{dns.port}\n  stub-prime: no\n'
    )
    row = harness.scan(
        tmp_path, ROW, f"--unbound-config={tmp_path}/unbound.conf", "--checks=spf"
    ).row
    assert row["spf"] == "pass" and ("example.test", "TXT") in dns.asked()


# RFC 6303, RFC 6761, RFC 7686 and libunbound's own: it would answer these itself, a scanner must
# ask.
SPECIAL_NAMES = [
    "localhost.test",
    "www.localhost",
    "example.onion",
    "example.home.arpa",
    "example.test",
    "example.invalid",
    "resolver.arpa",
    "sub.ipv4only.arpa",
    "foo.service.arpa",
    "example.local",
    "a.as112.net",
]
SPECIAL_ADDRESSES = [
    "127.0.0.1",
    "10.1.2.3",
    "192.168.1.1",
    "172.16.0.1",
    "169.254.1.1",
    "100.64.0.1",
    "0.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "::1",
    "::",
    "fd00::1",
    "fe80::1",
    "2001:db8::1",
    "fec0::1",
]


@pytest.mark.parametrize("name", SPECIAL_NAMES)
def test_special_names_are_asked_like_any_other(server, tmp_path, name):
    dns = server(passing)
    row = harness.scan(tmp_path, f"domain,ip\n{name},192.0.2.1\n", dns.upstream, "--checks=spf").row
    assert row["spf"] == "pass" and dns.asked()[(name, "TXT")] == 1


@pytest.mark.parametrize("ip", SPECIAL_ADDRESSES)
def test_special_addresses_are_asked_like_any_other(server, tmp_path, ip):
    dns = server(lambda name, type: ["host.test."] if type == "PTR" else [ip])
    row = harness.scan(tmp_path, f"domain,ip\n,{ip}\n", dns.upstream, "--checks=iprev").row
    assert (row["iprev"], row["iprev_name"]) == ("pass", "host.test")


def test_addresses_of_every_range_are_answers(server, tmp_path):
    """Private addresses in answers are facts, no rebinding attack."""
    addresses = [
        "0.0.0.0",
        "10.1.1.1",
        "127.0.0.1",
        "169.254.1.1",
        "172.16.1.1",
        "192.168.1.1",
        "224.0.0.1",
        "255.255.255.255",
    ]
    dns = server(
        lambda name, type: (
            addresses if type == "A" else ["::1", "fd00::1", "fe80::1"] if type == "AAAA" else []
        )
    )
    row = harness.scan(
        tmp_path, "domain,ip\nexample.test,192.168.1.1\n", dns.upstream, "--checks=a"
    ).row
    assert (
        set(row["a"].split(";")) == {*addresses, "::1", "fd00::1", "fe80::1"}
        and row["a_match"] == "yes"
    )


def test_a_mapped_address_in_aaaa_is_shown_as_it_stands(server, tmp_path):
    """A client ::ffff:10.1.1.1 is 10.1.1.1, but a domain that publishes it in AAAA has no A
    record."""
    dns = server(
        lambda name, type: (
            ["::ffff:10.1.1.1"] if type == "AAAA" else ["v=spf1 a -all"] if type == "TXT" else []
        )
    )
    row = harness.scan(
        tmp_path, "domain,ip\nexample.test,10.1.1.1\n", dns.upstream, "--checks=spf,a"
    ).row
    assert (row["spf"], row["a"], row["a_match"]) == ("fail", "::ffff:10.1.1.1", "no")


@pytest.mark.parametrize(
    "rcode", ["SERVFAIL", "REFUSED", "NOTIMP", "FORMERR", "NOTAUTH", "YXDOMAIN"]
)
def test_an_error_is_temperror(server, tmp_path, rcode):
    scan = harness.scan(
        tmp_path, ROW, server(lambda name, type: rcode).upstream, "--timeout=300", "--retries=0"
    )
    assert scan.status == DONE
    assert [scan.row[c] for c in ("spf", "iprev", "a_match", "mx_state")] == ["temperror"] * 4


@pytest.mark.parametrize("ip, iprev", [("192.0.2.1", "temperror"), ("10.0.0.1", "fail")])
def test_a_forged_reverse_name(server, tmp_path, ip, iprev):
    """Of a signed zone: it is bogus like any other. Zones that each site has for itself are not
    validated, but for those with an anchor of the site."""
    dns = server(lambda name, type: ["forged.test."] if type == "PTR" else [])
    (tmp_path / "anchor").write_text(f"in-addr.arpa. IN DS 12345 8 2 {'ab' * 32}\n")
    row = harness.scan(
        tmp_path,
        f"domain,ip\n,{ip}\n",
        dns.upstream,
        "--dnssec",
        f"--trust-anchor={tmp_path}/anchor",
        "--checks=iprev",
    ).row
    assert row["iprev"] == iprev and ("bogus" in row["dns_cause"]) == (iprev == "temperror"), row


def test_questions_are_asked_once_for_each_name(server, tmp_path):
    """Letter case and a final dot make no other question."""
    dns = server(passing)
    scan = harness.scan(
        tmp_path,
        "domain,ip\nExample.test,192.0.2.1\nexample.TEST,192.0.2.1\nexample.test.,192.0.2.1\n",
        dns.upstream,
        "--checks=spf",
        "--workers=1",
    )
    assert scan.summary["spf"]["pass"] == 3 and sum(dns.asked().values()) == 1
