"""test_chains.py - CNAMEs from servers that do not follow them: the answer at the chain's end
counts, whoever has to ask for it, and half a chain is never "no data"."""

import dns.flags
import dns.message
import dns.rrset
import pytest

import harness
import nameservers
from nameservers import SILENCE

TARGETS_MAX = 11  # as libunbound, see docs/output.md


def half(links, records, tail=SILENCE):
    """A server that knows the CNAMEs in `links` and the `records` (by name and type), and sends one
    of them for each query, alone. Other names are answered with `tail`."""

    def raw(query):
        if query.name == ".":
            return []
        reply = dns.message.make_response(query.message, recursion_available=True)
        target = links(query.name) if callable(links) else links.get(query.name)
        if target:
            reply.answer.append(
                dns.rrset.from_text(query.question.name, 300, "IN", "CNAME", target + ".")
            )
            return reply.to_wire()
        return records.get((query.name, query.type), tail)

    return raw


def engine(dns, tmp_path, which):
    """The options by which our engine, or libunbound, asks a server."""
    if which == "forward":
        return [dns.upstream]
    conf = tmp_path / "unbound.conf"
    conf.write_text(
        'server:\n  do-tcp: yes\nforward-zone:\n  name: "."\n  forward-addr: '
        f"{dns.address}@{dns.port}\n"
    )
    return [f"--unbound-config={conf}"]


BOTH = pytest.mark.parametrize("which", ["forward", "libunbound"])
PASSING = {("end.test", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"]}
ROW = "domain,ip\nfirst.test,192.0.2.1\n"


@BOTH
def test_the_end_of_the_chain_counts(server, tmp_path, which):
    dns = server(raw=half({"first.test": "second.test", "second.test": "end.test"}, PASSING))
    row = harness.scan(tmp_path, ROW, *engine(dns, tmp_path, which), "--checks=spf").row
    assert (row["spf"], row["spf_record"], row["dns_cause"]) == (
        "pass",
        "v=spf1 ip4:192.0.2.1 -all",
        "",
    )


@BOTH
def test_every_check_follows(server, tmp_path, which):
    """As if the records stood at the name itself: SPF with its terms, reverse DNS in a classless
    zone (RFC 2317), addresses, mail hosts."""
    links = {
        "first.test": "second.test",
        "host.test": "real.test",
        "1.2.0.192.in-addr.arpa": "1.0-63.2.0.192.in-addr.arpa",
    }
    records = {
        ("second.test", "TXT"): ["v=spf1 a:host.test -all"],
        ("second.test", "A"): ["192.0.2.9"],
        ("second.test", "AAAA"): [],
        ("second.test", "MX"): ["10 host.test."],
        ("real.test", "A"): ["192.0.2.1"],
        ("real.test", "AAAA"): [],
        ("1.0-63.2.0.192.in-addr.arpa", "PTR"): ["host.test."],
    }
    row = harness.scan(
        tmp_path, ROW, *engine(server(raw=half(links, records)), tmp_path, which)
    ).row
    assert (
        row["spf"],
        row["spf_matched"],
        row["iprev"],
        row["ptr"],
        row["a"],
        row["mx"],
        row["mx_match"],
        row["dns_cause"],
    ) == ("pass", "a:host.test", "pass", "host.test", "192.0.2.9", "10 host.test", "yes", "")


@BOTH
@pytest.mark.parametrize(
    "tail", ["SERVFAIL", "REFUSED", SILENCE], ids=["servfail", "refused", "silence"]
)
def test_a_target_that_fails_is_a_failure(server, tmp_path, which, tail):
    """Never none: what stands at the target is not known."""
    dns = server(raw=half({"first.test": "end.test"}, {}, tail))
    options = ["--timeout=300", "--retries=1"] if which == "forward" else ["--deadline=3000"]
    row = harness.scan(tmp_path, ROW, *engine(dns, tmp_path, which), "--checks=spf", *options).row
    assert row["spf"] == "temperror" and row["dns_cause"].startswith("TXT first.test: ")


@BOTH
@pytest.mark.parametrize("tail", [[], "NXDOMAIN"], ids=["nodata", "nxdomain"])
def test_a_target_without_records_is_none(server, tmp_path, which, tail):
    row = harness.scan(
        tmp_path,
        ROW,
        *engine(server(raw=half({"first.test": "end.test"}, {}, tail)), tmp_path, which),
        "--checks=spf",
    ).row
    assert (row["spf"], row["dns_cause"]) == ("none", "")


@BOTH
def test_a_lazy_forwarder_without_soa(server, tmp_path, which):
    """Empty answers without any SOA, as small routers give: no data at the target is believed, once
    it was asked for."""

    def raw(query):
        reply = dns.message.make_response(query.message, recursion_available=True)
        if query.name == "first.test":
            reply.answer.append(
                dns.rrset.from_text(query.question.name, 300, "IN", "CNAME", "end.test.")
            )
        return reply.to_wire()

    row = harness.scan(tmp_path, ROW, *engine(server(raw=raw), tmp_path, which), "--checks=spf").row
    assert (row["spf"], row["dns_cause"]) == ("none", "")


def next_number(name):
    """n0.test leads to n1.test, and so on without end."""
    return f"n{int(name[1:-5]) + 1}.test" if name.startswith("n") else None


@BOTH
@pytest.mark.parametrize(
    "links",
    [
        {"first.test": "first.test"},
        {"first.test": "b.test", "b.test": "first.test"},
        {"first.test": "b.test", "b.test": "c.test", "c.test": "b.test"},
        lambda name: "n0.test" if name == "first.test" else next_number(name),
    ],
    ids=["itself", "two", "rho", "endless"],
)
def test_chains_without_end(server, tmp_path, which, links):
    dns = server(raw=half(links, {}))
    row = harness.scan(tmp_path, ROW, *engine(dns, tmp_path, which), "--checks=spf").row
    assert row["spf"] == "temperror" and row["dns_cause"].startswith("TXT first.test: ")
    if which == "forward":
        assert (
            row["dns_cause"]
            == "TXT first.test: servfail (CNAME loop, or too long a chain of CNAMEs)"
        )
        assert dns.count("TXT") <= TARGETS_MAX + 1


def test_many_rows_over_half_chains(server, tmp_path):
    """Two thousand names, each by way of two others which they share by tens: every one of them
    right, and each question asked once for each name that leads there."""

    def links(name):
        at = int(name[1:-5])
        return (
            f"m{at // 10}.test"
            if name[0] == "d"
            else f"e{at % 50}.test"
            if name[0] == "m"
            else None
        )

    records = {(f"e{n}.test", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"] for n in range(50)}
    rows = "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(2000))
    scan = harness.scan(tmp_path, rows, server(raw=half(links, records)).upstream, "--checks=spf")
    assert [row["spf"] for row in scan.rows] == ["pass"] * 2000 and scan.summary["failures"] == 0


def test_a_real_authoritative_server(tmp_path):
    """NSD follows a CNAME inside a zone and stops where it leads into another one."""
    nsd = nameservers.Nsd(
        tmp_path / "nsd",
        {
            "one.test": "www IN CNAME in.one.test.\nin IN CNAME txt.two.test.\n"
            "out IN CNAME txt.two.test.\nempty IN CNAME mail.two.test.\n"
            "lost IN CNAME x.elsewhere.test.\n"
            "sub IN NS ns.sub\nns.sub IN A 127.0.0.9\n",
            "two.test": 'txt IN TXT "v=spf1 ip4:192.0.2.1 -all"\nmail IN MX 0 .\n',
        },
    )
    try:
        rows = "domain,ip\n" + "".join(
            f"{name}.one.test,192.0.2.1\n" for name in ("www", "out", "empty", "lost", "x.sub")
        )
        got = [
            (row["spf"], row["dns_cause"])
            for row in harness.scan(
                tmp_path, rows, nsd.upstream, "--checks=spf", "--timeout=300"
            ).rows
        ]
    finally:
        nsd.stop()
    assert got == [
        ("pass", ""),
        ("pass", ""),
        ("none", ""),
        ("temperror", "TXT lost.one.test: refused (the upstream says: Not Authoritative)"),
        (
            "temperror",
            "TXT x.sub.one.test: servfail (a referral and no answer: the upstream does not "
            "recurse)",
        ),
    ]
