"""test_audit.py - `spfsweep audit`: every column against a real NSD, the side files against scans,
--resume, retry, record and replay, inputs.

Each case is a domain of its own, CASE.example.test, with its records and what its row must say."""

import gzip
import ipaddress

import pytest

import harness
import nameservers
from harness import BAD_ROWS, DONE, USAGE
from test_checks import records_of

OK = {"status": "ok", "record_state": "ok", "dns_cause": ""}
HOSTS = "".join(f"h{i} A 203.0.113.{i}\nh{i} AAAA 2001:db8:1::{i}\n" for i in range(1, 14))

CASES = {
    "plain": (
        ['TXT "v=spf1 ip4:198.51.101.0/24 ip6:2a00:1::/48 -all"'],
        dict(
            OK,
            record_count="1",
            record_bytes="47",
            record_strings="1",
            fits_udp="yes",
            lookups="0",
            void_lookups="0",
            depth="0",
            include_count="0",
            includes="",
            all="-all",
            pass_v4="256",
            pass_v4_ip="256",
            pass_v4_include="0",
            pass_v6="65536",
            pass_v6_ip="65536",
            dependent_terms="0",
            bounds="",
            problems="no_address;no_mx",
        ),
    ),
    "none": (['TXT "x"'], {"record_state": "none", "record_count": "0", "lookups": ""}),
    "strings": (
        ['TXT "v=spf1 ip4:198.51.101.0/24" " -all"'],
        dict(OK, record_strings="2", record_bytes="31", pass_v4="256"),
    ),
    "two": (
        ['TXT "v=spf1 -all"', 'TXT "v=spf1 mx"'],
        {"record_state": "multiple", "record_count": "2", "pass_v4": "0", "lookups": ""},
    ),
    "syntax": (
        ['TXT "v=spf1 a ip4:1.2.3 -all"'],
        {
            "record_state": "syntax",
            "error_domain": "syntax.example.test",
            "error_at": "14",
            "error_term": "ip4:1.2.3",
            "pass_v4": "0",
        },
    ),
    "below": (
        [
            'TXT "v=spf1 include:x.@ include:y.@ -all"',
            'x: TXT "v=spf1 foo -all"',
            'y: TXT "v=spf1 bar"',
        ],
        dict(
            OK,
            error_domain="x.below.example.test",
            error_term="foo",
            problems="no_address;no_mx;include_broken",
            pass_v4="0",
        ),
    ),
    "dash": (['TXT "v=spf1 \\226\\128\\147all"'], {"record_state": "not_ascii", "error_at": "8"}),
    "order": (
        ['TXT "v=spf1 -ip4:198.51.101.0/26 ip4:198.51.101.0/24 ip4:198.51.101.128/25 ~all"'],
        dict(OK, pass_v4="192", all="~all"),
    ),
    "through": (
        [
            'TXT "v=spf1 a mx ip4:198.51.101.1 include:i.@ redirect=r.@"',
            "A 198.51.101.1",
            "AAAA 2a00:1::1",
            "MX 10 m.@.",
            "m: A 198.51.101.2",
            "m: AAAA 2a00:1::2",
            'i: TXT "v=spf1 ip4:198.51.101.0/29 -all"',
            'r: TXT "v=spf1 ip4:198.51.101.8 ip6:2a00:1:0:1::1 ?all"',
        ],
        dict(
            OK,
            lookups="4",
            pass_v4="9",
            pass_v4_a="1",
            pass_v4_mx="1",
            pass_v4_ip="1",
            pass_v4_include="6",
            pass_v6="2",
            pass_v6_a="1",
            pass_v6_mx="1",
            pass_v6_ip="1",
            redirect="r.through.example.test",
            all="?all",
            all_through="redirect=r.through.example.test",
            depth="1",
            includes="i.through.example.test",
            problems="all_neutral",
            a="198.51.101.1;2a00:1::1",
            mx="10 m.through.example.test",
            mx_hosts="m.through.example.test 198.51.101.2,2a00:1::2",
        ),
    ),
    "eleven": (
        [
            'TXT "v=spf1 include:i.@ '
            + " ".join(f"a:h{i}.example.test" for i in range(1, 7))
            + ' -all"',
            'i: TXT "v=spf1 ' + " ".join(f"a:h{i}.example.test" for i in range(7, 12)) + ' -all"',
        ],
        dict(
            OK,
            lookups="12",
            void_lookups="0",
            lookup_limit_at="a:h5.example.test",
            pass_v4="9",
            problems="no_address;no_mx;lookup_limit;private_network",
        ),
    ),
    "voids": (
        ['TXT "v=spf1 a:n1.@ exists:n2.@ mx:n3.@ a:n4.@ ip4:198.51.101.1 -all"'],
        dict(
            OK,
            void_lookups="4",
            void_lookups_v6="4",
            void_limit_at="mx:n3.voids.example.test",
            pass_v4="0",
        ),
    ),
    "loop": (
        ['TXT "v=spf1 include:l.@ -all"', 'l: TXT "v=spf1 include:@ ~all"'],
        dict(
            OK,
            loops="loop.example.test",
            lookups="2",
            depth="2",
            problems="no_address;no_mx;loop",
        ),
    ),
    "gone": (
        ['TXT "v=spf1 include:no.@ include:_spf.nobody.test include:x.there.test -all"'],
        dict(
            OK,
            without_record="no.gone.example.test;_spf.nobody.test;x.there.test",
            unowned="nobody.test",
            problems="no_address;no_mx;include_none;void_limit;unowned_domain",
        ),
    ),
    "uses": (
        [
            'TXT "v=spf1 ptr exists:%{i}.%{d} a:%{h}.@ include:%{d2}.inc.@ x-note=1 exp=why.@ '
            '-all"',
            'TXT "spf2.0/pra -all"',
            'example.test.inc: TXT "v=spf1 exists:%{p}.x ra=2 ip4:198.51.101.1 -all"',
        ],
        dict(
            OK,
            ptr_terms="1",
            exists_terms="2",
            dependent_terms="4",
            macros="dhip",
            exp="why.uses.example.test",
            unknown_modifiers="x-note;ra",
            deprecated="ptr;macro_p;sender_id",
            lookups="5",
            pass_v4="1",
        ),
    ),
    "wide": (
        ['TXT "v=spf1 ip4:0.0.0.0/1 ip4:10.0.0.0/8 ip4:192.168.1.0/24 ?ip4:172.16.0.0/12 all"'],
        dict(
            OK,
            broad_networks="0.0.0.0/1;10.0.0.0/8",
            private_networks="10.0.0.0/8;192.168.1.0/24",
            pass_v4=str((1 << 32) - (1 << 20)),
            pass_v4_ip=str((1 << 31) + 256),
            all="+all",
            pass_v6=str(1 << 64),
        ),
    ),
    "behind": (
        ['TXT "v=spf1 ~all a include:x.@ redirect=y.@"'],
        dict(
            OK,
            lookups="0",
            includes="",
            redirect="",
            problems="no_address;no_mx;behind_all;redirect_ignored",
        ),
    ),
    "mail": (
        [
            'TXT "v=spf1 -all"',
            "MX 10 alias.@.",
            "MX 20 192.0.2.9.",
            "MX 30 lonely.@.",
            "MX 40 home.@.",
            "alias: CNAME home.@.",
            "home: A 10.1.2.3",
            'lonely: TXT "x"',
        ],
        dict(
            OK,
            mx_alias="alias.mail.example.test",
            mx_literal="192.0.2.9",
            mx_without_address="192.0.2.9;lonely.mail.example.test",
            mx_private="alias.mail.example.test;home.mail.example.test",
            problems="mx_not_public;mx_alias;mx_literal;mx_without_address",
        ),
    ),
    "failing": (
        ['TXT "v=spf1 ip4:198.51.101.1 include:x.broken.refused -all"'],
        {
            "record_state": "ok",
            "lookups": "1",
            "pass_v4": "1",
            "problems": "no_address;no_mx;temperror",
        },
    ),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    zone = HOSTS + "".join(records_of(name, *records) for name, (records, _) in CASES.items())
    nsd = nameservers.Nsd(
        tmp_path_factory.mktemp("audit"),
        {
            "example.test": zone,
            "there.test": "@ A 192.0.2.1\n",
            "test": "here TXT x\nthere NS ns.test.\nns A 127.0.0.1\n",
            "9.2.0.192.in-addr.arpa": "@ TXT x\n",
        },
    )
    yield nsd
    nsd.stop()


def recursing(nsd, folder):
    config = folder / "unbound.conf"
    config.write_text(f'forward-zone:\n  name: "."\n  forward-addr: {nsd.address}@{nsd.port}\n')
    return f"--unbound-config={config}"


@pytest.fixture(params=["own engine", "libunbound"])
def asking(request, world, tmp_path):
    return world.upstream if request.param == "own engine" else recursing(world, tmp_path)


def audit(folder, rows, *options, **more):
    return harness.scan(folder, rows, *options, command="audit", **more)


def domains():
    return "domain\n" + "".join(f"{name}.example.test\n" for name in CASES)


def test_every_column(asking, tmp_path):
    done = audit(tmp_path, domains(), asking, "--timeout=20000", "--retries=1")
    assert done.status == DONE and len(done.rows) == len(CASES)
    wrong = [
        (name, column, row[column], value)
        for row, (name, (_, wanted)) in zip(done.rows, CASES.items())
        for column, value in {**wanted, "spf_domain": f"{name}.example.test"}.items()
        if row[column] != value
    ]
    assert not wrong


def test_lists_of_domains(world, tmp_path):
    done = audit(tmp_path, "1,plain.example.test\n2,none.example.test\n", world.upstream)
    assert done.status == DONE and done.header[:3] == ["row", "rank", "domain"]
    assert [row["record_state"] for row in done.rows] == ["ok", "none"]
    done = audit(tmp_path, "plain.example.test\nbad..name\ntest\n", world.upstream, "--overwrite")
    assert done.status == BAD_ROWS
    assert [row["record_state"] for row in done.rows] == ["ok", "", "bad_domain"]


def test_an_input_without_domains_is_refused(world, tmp_path):
    done = audit(tmp_path, "ip\n192.0.2.1\n", world.upstream)
    assert done.status == USAGE and done.says("an audit needs a domain") and not done.data


def networks_of(path):
    """domain -> [(network, result)]"""
    found = {}
    for row in harness.read_rows(path.read_bytes()):
        network = ipaddress.ip_network(row["network"])
        found.setdefault(row["domain"], []).append((network, row["result"], row["depends"]))
    return found


def result_for(networks, address):
    """That of the longest network which holds the address."""
    holding = [n for n in networks if n[0].version == address.version and address in n[0]]
    return max(holding, key=lambda n: n[0].prefixlen)[1]


def test_networks_are_what_a_scan_says(world, tmp_path):
    """At every border of every network of every policy that no client decides."""
    side = tmp_path / "networks.gz"
    audit(tmp_path, domains(), world.upstream, f"--networks={side}")
    found = {
        domain: networks
        for domain, networks in networks_of(side).items()
        if all(depends == "no" for _, _, depends in networks)
    }
    assert len(found) >= 12
    pairs = []
    for domain, networks in found.items():
        for network, _, _ in networks:
            first, last = int(network[0]), int(network[-1])
            for number in (first - 1, first, (first + last) // 2, last, last + 1):
                if 0 <= number < 1 << network.max_prefixlen:
                    kind = ipaddress.IPv4Address if network.version == 4 else ipaddress.IPv6Address
                    pairs.append((domain, kind(number)))
    pairs = [p for p in pairs if getattr(p[1], "ipv4_mapped", None) is None]
    rows = "domain,ip\n" + "".join(f"{domain},{ip}\n" for domain, ip in pairs)
    scan = harness.scan(tmp_path, rows, world.upstream, "--checks=spf", output="scan.csv.gz")
    wrong = [
        (domain, ip, row["spf"])
        for (domain, ip), row in zip(pairs, scan.rows)
        if row["spf"] != result_for(found[domain], ip)
    ]
    assert not wrong and len(scan.rows) == len(pairs) > 300


def test_sizes_of_networks_are_the_numbers_of_the_rows(world, tmp_path):
    side = tmp_path / "networks.gz"
    done = audit(tmp_path, domains(), world.upstream, f"--networks={side}")
    found = networks_of(side)
    for row in done.rows:
        networks = found.get(row["spf_domain"], [])
        passing = [n for n, result, _ in networks if result == "pass"]
        v4 = sum(n.num_addresses for n in passing if n.version == 4)
        assert row["pass_v4"] == (str(v4) if networks and row["record_count"] != "0" else ""), row
        slash_64 = {int(n[0]) >> 64 for n in passing if n.version == 6 and n.prefixlen >= 64}
        large = sum(1 << 64 - n.prefixlen for n in passing if n.version == 6 and n.prefixlen < 64)
        if networks:
            assert row["pass_v6"] == str(large + len(slash_64))


def test_includes(world, tmp_path):
    side = tmp_path / "includes.gz"
    audit(tmp_path, domains(), world.upstream, f"--includes={side}")
    rows = [tuple(row.values()) for row in harness.read_rows(side.read_bytes())]
    number = str(1 + list(CASES).index("through"))
    name = "through.example.test"
    assert [row for row in rows if row[0] == number] == [
        (number, name, name, f"i.{name}", "include", "1"),
        (number, name, name, f"r.{name}", "redirect", "1"),
    ]
    number = str(1 + list(CASES).index("loop"))
    assert [row[2:] for row in rows if row[0] == number] == [
        ("loop.example.test", "l.loop.example.test", "include", "1"),
        ("l.loop.example.test", "loop.example.test", "include", "2"),
    ]


def test_what_failed_is_retried(server, tmp_path):
    """Nothing is a fault that is only a failure; retry finds what there is."""
    fails = [True]

    def script(name, type):
        if name == "inc.test" and fails[0]:
            return "SERVFAIL"
        return {
            ("a.test", "TXT"): ["v=spf1 include:inc.test -all"],
            ("inc.test", "TXT"): ["v=spf1 ip4:198.51.101.0/24 -all"],
            ("b.test", "TXT"): ["v=spf1 -all"],
        }.get((name, type), [])

    dns = server(script)
    rows = "domain\na.test\nb.test\n"
    options = [dns.upstream, "--retries=0", "--mx-ptr", "--void-limit=5"]
    first = audit(tmp_path, rows, *options)
    assert first.rows[0]["problems"] == "no_address;no_mx;temperror"
    assert first.rows[0]["pass_v4"] == "0" and "inc.test" in first.rows[0]["dns_cause"]
    fails[0] = False
    again = harness.scan(
        tmp_path, [tmp_path / "out.csv.gz"], *options, command="retry", output="again.csv.gz"
    )
    whole = audit(tmp_path, rows, *options, output="whole.csv.gz")
    assert again.status == DONE and again.timeless() == whole.timeless()
    assert again.rows[0]["pass_v4"] == "256" and again.summary["retried_rows"] == 1
    refused = harness.scan(
        tmp_path, [tmp_path / "out.csv.gz"], dns.upstream, command="retry", output="no.csv.gz"
    )
    assert refused.status == USAGE and refused.says("--void-limit", "retry")


def test_an_audit_is_no_scan(world, tmp_path):
    audit(tmp_path, domains(), world.upstream)
    done = harness.scan(tmp_path, domains(), world.upstream, "--resume")
    assert done.status == USAGE and done.says("its kind is 'audit' and not 'scan'")


@pytest.mark.parametrize("workers", [1, 3])
def test_a_replay_gives_the_same_rows_and_side_files(world, tmp_path, workers):
    record = tmp_path / "record.gz"
    sides = ["includes", "networks"]
    first = audit(
        tmp_path,
        domains() * 2,
        world.upstream,
        f"--workers={workers}",
        f"--record={record}",
        *[f"--{side}={tmp_path}/{side}1.gz" for side in sides],
    )
    again = audit(
        tmp_path,
        domains() * 2,
        f"--replay={record}",
        *[f"--{side}={tmp_path}/{side}2.gz" for side in sides],
        output="replayed.csv.gz",
    )
    assert again.timeless() == first.timeless() and again.summary["queries_sent"] == 0
    for side in sides:
        one, two = (gzip.open(tmp_path / f"{side}{i}.gz").read() for i in (1, 2))
        assert one == two and one.count(b"\n") > 10


def test_what_is_excluded_is_not_asked(server, tmp_path):
    dns = server(
        lambda name, type: ["v=spf1 include:x.secret.test -all"] if type == "TXT" else []
    )
    (tmp_path / "list").write_text("secret.test\n")
    done = audit(
        tmp_path, "domain\na.test\nb.secret.test\n", dns.upstream, f"--exclude={tmp_path}/list"
    )
    assert [row["status"] for row in done.rows] == ["ok", "excluded"]
    assert "excluded" in done.rows[0]["problems"] and done.rows[0]["lookups"] == "1"
    assert not [name for _, name, _ in dns.questions if name.endswith("secret.test")]


def test_reverse_names_of_mail_hosts(server, tmp_path):
    reverse = {"1": ["mx.a.test."], "2": ["other.test.", "mx.a.test."], "3": []}

    def script(name, type):
        if name.endswith(".in-addr.arpa"):
            number = name.split(".")[0]
            return "SERVFAIL" if number == "4" else reverse[number] if type == "PTR" else []
        if (name, type) == ("a.test", "MX"):
            return ["10 mx.a.test.", "20 mx2.a.test."]
        if (name, type) == ("mx.a.test", "A"):
            return ["192.0.2.1"]
        if (name, type) == ("mx2.a.test", "A"):
            return ["192.0.2.2", "192.0.2.3", "192.0.2.4"]
        return []

    dns = server(script)
    row = audit(tmp_path, "domain\na.test\n", dns.upstream, "--mx-ptr", "--retries=0").row
    assert row["mx_ptr"].split(";") == [
        "192.0.2.1 pass mx.a.test",
        "192.0.2.2 fail mx.a.test",
        "192.0.2.3 permerror",
        "192.0.2.4 temperror",
    ]
    row = audit(tmp_path, "domain\na.test\n", dns.upstream, "--overwrite").row
    assert row["mx_ptr"] == "" and row["mx_state"] == "ok"


def test_a_hostile_tree_is_bounded(server, tmp_path):
    """A wildcard whose record includes names below each name, without end; and another domain
    beside it is told all the same."""
    record = "v=spf1 include:a.%{d} include:b.%{d} include:c.%{d} -all"
    dns = server(lambda name, type: [record] if type == "TXT" and name != "b.test" else [])
    done = audit(tmp_path, "domain\nevil.test\nb.test\n", dns.upstream)
    evil, good = done.rows
    assert evil["bounds"] == "questions" and "tree_cut" in evil["problems"].split(";")
    assert "lookup_limit" in evil["problems"].split(";") and good["record_state"] == "none"
    assert dns.count() <= 1020


def test_checks_leave_columns_out(world, tmp_path):
    row = audit(tmp_path, "domain\nthrough.example.test\n", world.upstream, "--checks=mx").row
    assert row["record_state"] == "" and row["mx_hosts"] and row["a_state"] == ""


def tree_of(name, world):
    done = harness.run("check", f"{name}.example.test", world.upstream)
    assert done.returncode == DONE
    text = done.stdout.decode()
    return text.split("Policy, for any client\n")[1].split("spf: ")[0]


def test_check_shows_the_tree(world):
    """What each branch costs and gives, and every fault at its place."""
    through = tree_of("through", world).splitlines()
    name = "through.example.test"
    assert through == [
        f"  record of {name}",
        "    a  [1 term], passes 1 IPv4 and 1 IPv6 /64",
        "    mx  [1 term], passes 1 IPv4 and 1 IPv6 /64",
        "    ip4:198.51.101.1",
        f"    include:i.{name}  [1 term], passes 6 IPv4",
        f"      record of i.{name}",
        "        ip4:198.51.101.0/29, passes 6 IPv4",
        "        -all",
        f"    redirect=r.{name}  [1 term], passes 1 IPv4 and 1 IPv6 /64",
        f"      record of r.{name}",
        "        ip4:198.51.101.8, passes 1 IPv4",
        "        ip6:2a00:1:0:1::1, passes 1 IPv6 /64",
        "        ?all",
        "policy: 4 look-up terms of 10, 0 void look-ups of 2, passes 9 IPv4 and 2 IPv6 /64",
    ]
    assert "  ! loop\n" in tree_of("loop", world)
    assert "! syntax at octet 14" in tree_of("syntax", world)
    assert "record of x.below.example.test  ! syntax at octet 8" in tree_of("below", world)
    gone = "include:_spf.nobody.test  [1 term, 1 void]  (nxdomain)  ! unowned_domain nobody.test"
    assert gone in tree_of("gone", world)
    eleven = tree_of("eleven", world)
    assert "a:h5.example.test  [1 term]  ! private_network  ! lookup_limit\n" in eleven
    assert "the limit of terms breaks at a:h5.example.test\n" in eleven
    assert "! behind_all: 2 terms  ! redirect_ignored" in tree_of("behind", world)
    assert "(depends on the client or the sender)" in tree_of("uses", world)


# ---- networks as addresses, samples ----


def test_a_network_is_a_row_for_each_address(world, tmp_path):
    """The output is that of the input with the addresses written out, and so is what is resumed."""
    name = "plain.example.test"
    short = f'domain,ip,note\n{name},198.51.100.254/31,"a, b"\n{name},198.51.101.0/28,c\n'
    long = "domain,ip,note\n" + "".join(
        f"{name},{ip},{note}\n"
        for network, note in (("198.51.100.254/31", '"a, b"'), ("198.51.101.0/28", "c"))
        for ip in ipaddress.ip_network(network)
    )
    one = harness.scan(tmp_path, short, world.upstream, "--checks=spf", output="one.csv.gz")
    two = harness.scan(tmp_path, long, world.upstream, "--checks=spf", output="two.csv.gz")
    assert one.timeless() == two.timeless() and len(one.rows) == 18
    assert [row["spf"] for row in one.rows] == ["fail"] * 2 + ["pass"] * 16
    options = [world.upstream, "--checks=spf", "--resume"]
    again = harness.scan(tmp_path, long, *options, output="one.csv.gz")
    assert again.status == DONE and again.timeless() == two.timeless()


def test_a_network_that_is_too_large_is_bad_input(world, tmp_path):
    rows = "domain,ip\nplain.example.test,10.0.0.0/15\nplain.example.test,192.0.2.1/24\n"
    done = harness.scan(tmp_path, rows, world.upstream, "--checks=spf")
    assert done.status == BAD_ROWS
    assert all("a network of over 65536" in row["error"] for row in done.rows)


def test_a_sample_is_stable(world, tmp_path):
    """By domain, whatever the order; `row` is that of the whole list; resumed and retried as it
    is."""
    names = [f"d{n}.plain.example.test" for n in range(1000)]
    rows = "domain\n" + "".join(f"{name}\n" for name in names)
    one = audit(tmp_path, rows, world.upstream, "--sample=10%", "--checks=a")
    assert 60 < len(one.rows) < 145 and one.summary["options"]["sample"] == 0.1
    assert all(names[int(row["row"]) - 1] == row["domain"] for row in one.rows)
    other = "domain\n" + "".join(f"{name.upper()}\n" for name in reversed(names))
    two = audit(tmp_path, other, world.upstream, "--sample=0.1", "--checks=a", output="two.csv.gz")
    assert {r["domain"].lower() for r in two.rows} == {r["domain"] for r in one.rows}
    three = audit(tmp_path, rows, world.upstream, "--sample=0.1", "--seed=3", output="three.csv.gz")
    assert {r["domain"] for r in three.rows} != {r["domain"] for r in one.rows}
    options = [world.upstream, "--sample=0.1", "--checks=a"]
    again = audit(tmp_path, rows, *options, "--resume")
    assert again.status == DONE and again.timeless() == one.timeless()
    harness.scan(tmp_path, [tmp_path / "out.csv.gz"], *options, command="retry", output="r.csv.gz")
    assert harness.parse_output((tmp_path / "r.csv.gz").read_bytes()) == again.records
    refused = audit(tmp_path, rows, world.upstream, "--checks=a", "--resume")
    assert refused.status == USAGE and refused.says("--sample was '0.1' and is '1' now")
    assert audit(tmp_path, rows, world.upstream, "--sample=0").status == USAGE
    assert audit(tmp_path, rows, world.upstream, "--sample=2").status == USAGE
