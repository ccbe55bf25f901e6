"""test_checks.py - every verdict and every column, against a real NSD.

Each case is a domain of its own, CASE.example.test, with its records beside what its row must say.
The reverse zone is shared; see REVERSE."""

import re

import pytest

import addresses
import harness
import nameservers

# What each address's PTR says. Addresses that are not here have none.
REVERSE = (
    """\
1   PTR  good.rev.example.test.
2   PTR  liar.rev.example.test.
3   PTR  aaa.rev.example.test.
3   PTR  good3.rev.example.test.
3   PTR  zzz.rev.example.test.
4   PTR  broken.refused.
5   PTR  gone.rev.example.test.
6   PTR  Semi\\;Colon\\,Comma.rev.example.test.
6   PTR  with\\032blank.rev.example.test.
8   PTR  mail.ptr-pass.example.test.
9   CNAME 9.rfc2317
9.rfc2317  PTR  good9.rev.example.test.
"""
    + "".join(f"10  PTR  n{i:02}.rev.example.test.\n" for i in range(12))
    + "11 PTR broken.refused.\n11 PTR good11.rev.example.test.\n"
    + "".join(f"12 PTR stale{i}.rev.example.test.\n" for i in range(4))
    + "13 PTR 192-0-2-13.rev.example.test.\n"
    + "14 PTR 192-0-2-14.rev.example.test.\n14 PTR mail.rev.example.test.\n"
)

REVERSE_NAMES = """\
good.rev    A     192.0.2.1
good.rev    AAAA  2001:db8::1
liar.rev    A     192.0.2.99
good3.rev   A     192.0.2.3
good9.rev   A     192.0.2.9
n11.rev     A     192.0.2.10
good11.rev  A     192.0.2.11
"""


def records_of(name, *records):
    """Records of a case: "TXT ..." is the case's own name, "sub: TXT ..." one below it; @ in data
    is the case's name."""
    lines = []
    for record in records:
        owner, data = re.match(r"(?:([^\s:\"]+): )?(.*)$", record, re.DOTALL).groups()
        lines.append(
            f"{owner + '.' if owner else ''}{name} {data.replace('@', name + '.example.test')}\n"
        )
    return "".join(lines)


def case(name, *records, ip="192.0.2.7", domain=None, helo="", sender="", **expected):
    expected = {
        column: value.replace("@", name + ".example.test") for column, value in expected.items()
    }
    domain = name + ".example.test" if domain is None else domain
    return pytest.param(name, records, (domain, ip, sender, helo), expected, id=name)


def spf(text):
    """An SPF record, as strings of at most 255 octets: here well below, since @ is still to
    grow."""
    text = "v=spf1 " + text
    return "TXT " + " ".join(f'"{text[at : at + 40]}"' for at in range(0, len(text), 40))


SPF_CASES = [
    # ---- each result ----
    case(
        "pass",
        spf("ip4:192.0.2.0/24 -all"),
        spf="pass",
        spf_matched="ip4:192.0.2.0/24",
        spf_lookups="0",
        spf_void_lookups="0",
        spf_problem="",
        spf_record="v=spf1 ip4:192.0.2.0/24 -all",
        spf_dnssec="",
        status="ok",
        error="",
    ),
    case("fail", spf("-all"), spf="fail", spf_matched="-all"),
    case("softfail", spf("~all"), spf="softfail", spf_matched="~all"),
    case("neutral", spf("?all"), spf="neutral", spf_matched="?all"),
    case("neutral-by-default", spf("ip4:192.0.2.8"), spf="neutral", spf_matched=""),
    case(
        "none",
        "A 192.0.2.7",
        'TXT "no spf"',
        'TXT "v=spf10 +all"',
        'TXT " v=spf1 +all"',
        'TXT "v=spf1+all"',
        spf="none",
        spf_matched="",
        spf_record="",
        spf_lookups="0",
    ),
    case(
        "none-no-such-name", spf("+all"), domain="nowhere.example.test", spf="none", spf_problem=""
    ),
    case(
        "none-single-label",
        spf("+all"),
        domain="test",
        spf="none",
        spf_problem="bad_domain",
        status="ok",
    ),
    case("empty-record", 'TXT "v=spf1"', spf="neutral", spf_record="v=spf1"),
    case(
        "upper-case-record",
        'TXT "V=SpF1 IP4:192.0.2.7 -ALL"',
        spf="pass",
        spf_matched="IP4:192.0.2.7",
    ),
    # ---- each permerror ----
    case("syntax", spf("+all ip4:192.0.2.0/33"), spf="permerror", spf_problem="syntax"),
    case("syntax-unknown-mechanism", spf("+all foo"), spf="permerror", spf_problem="syntax"),
    case("unknown-modifier", spf("foo=bar x-y=%{d} +all"), spf="pass"),
    case(
        "two-redirects",
        spf("redirect=a.example.test redirect=b.example.test"),
        spf="permerror",
        spf_problem="syntax",
    ),
    case(
        "multiple-records",
        spf("+all"),
        spf("-all"),
        spf="permerror",
        spf_problem="multiple_records",
    ),
    case(
        "not-ascii",
        'TXT "v=spf1 +all foo=\\228"',
        spf="permerror",
        spf_problem="not_ascii",
        spf_record=r"v=spf1 +all foo=\228",
    ),
    case("not-ascii-elsewhere", 'TXT "caf\\233"', spf("+all"), spf="pass"),
    case(
        "lookup-limit",
        spf(" ".join(f"a:a{i}.@" for i in range(11)) + " +all"),
        *[f"a{i}: A 192.0.2.200" for i in range(11)],
        spf="permerror",
        spf_problem="lookup_limit",
        spf_matched="a:a10.@",
        spf_lookups="10",
    ),
    case(
        "ten-lookups",
        spf(" ".join(f"a:a{i}.@" for i in range(10)) + " +all"),
        *[f"a{i}: A 192.0.2.200" for i in range(10)],
        spf="pass",
        spf_lookups="10",
    ),
    case(
        "lookup-limit-nested",
        spf("include:i1.@ a:x.@ +all"),
        *[f"i{i}: " + spf(f"include:i{i + 1}.@") for i in range(1, 10)],
        "i10: " + spf("-all"),
        "x: A 192.0.2.200",
        spf="permerror",
        spf_problem="lookup_limit",
        spf_matched="a:x.@",
    ),
    case("include-loop", spf("include:@ +all"), spf="permerror", spf_problem="lookup_limit"),
    case(
        "void-limit",
        spf("a:v1.@ exists:v2.@ mx:v3.@ +all"),
        spf="permerror",
        spf_problem="void_limit",
        spf_matched="mx:v3.@",
        spf_void_lookups="3",
    ),
    case("two-voids", spf("a:v1.@ exists:v2.@ +all"), spf="pass", spf_void_lookups="2"),
    case(
        "mx-limit",
        spf("mx +all"),
        *[f"MX {i} m{i}" for i in range(12)],
        spf="permerror",
        spf_problem="mx_limit",
        spf_matched="mx",
        mx_state="ok",
    ),
    case(
        "ten-mx",
        spf("mx -all"),
        *[f"MX {i} m{i}.@." for i in range(10)],
        *[f"m{i}: A 192.0.2.{i + 20}" for i in range(10)],
        ip="192.0.2.29",
        spf="pass",
        mx_match="yes",
    ),
    case(
        "include-none",
        spf("include:x.@ +all"),
        'x: TXT "nothing"',
        spf="permerror",
        spf_problem="include_none",
        spf_matched="include:x.@",
    ),
    case(
        "include-no-such-name",
        spf("include:nowhere.@ +all"),
        spf="permerror",
        spf_problem="include_none",
    ),
    case(
        "include-permerror",
        spf("include:x.@ +all"),
        "x: " + spf("oops"),
        spf="permerror",
        spf_problem="syntax",
        spf_matched="include:x.@",
    ),
    case(
        "redirect-none",
        spf("redirect=nowhere.@"),
        spf="permerror",
        spf_problem="redirect_none",
        spf_matched="redirect=nowhere.@",
    ),
    case(
        "bad-target",
        spf("include:%{l}.@ +all"),
        sender="a..b@bad-target.example.test",
        spf="permerror",
        spf_problem="bad_target",
    ),
    # ---- each mechanism ----
    case(
        "a",
        spf("a -all"),
        "A 192.0.2.7",
        spf="pass",
        spf_matched="a",
        spf_lookups="1",
        a_match="yes",
    ),
    case(
        "a-other",
        spf("a:host.@ -all"),
        "host: A 192.0.2.7",
        spf="pass",
        spf_matched="a:host.@",
        a="",
        a_match="no",
    ),
    case("a-cidr", spf("a/24 -all"), "A 192.0.2.200", spf="pass", spf_matched="a/24", a_match="no"),
    case("a-cname", spf("a:alias.@ -all"), "alias: CNAME host.@.", "host: A 192.0.2.7", spf="pass"),
    case(
        "a-ip6",
        spf("a//64 -all"),
        "AAAA 2001:db8::ffff",
        "A 192.0.2.7",
        ip="2001:db8::7",
        spf="pass",
        spf_matched="a//64",
        a="192.0.2.7;2001:db8::ffff",
        a_match="no",
    ),
    case(
        "a-dual-cidr",
        spf("a/8//127 -all"),
        "AAAA 2001:db8::1",
        "A 192.0.2.7",
        ip="2001:db8::7",
        spf="fail",
    ),
    case("ip4-mapped", spf("ip4:192.0.2.7 -all"), ip="::ffff:192.0.2.7", spf="pass"),
    case(
        "ip6",
        spf("ip6:2001:DB8::/32 -all"),
        ip="2001:db8:ffff::1",
        spf="pass",
        spf_matched="ip6:2001:DB8::/32",
    ),
    case(
        "mx",
        spf("mx -all"),
        "MX 20 b.@.",
        "MX 10 a.@.",
        "a: A 192.0.2.6",
        "b: A 192.0.2.7",
        spf="pass",
        spf_matched="mx",
        spf_lookups="1",
        mx_match="yes",
        mx="10 a.@;20 b.@",
    ),
    case(
        "mx-cidr",
        spf("mx:x.@/25 -all"),
        "x: MX 20 b.@.",
        "b: A 192.0.2.100",
        spf="pass",
        spf_matched="mx:x.@/25",
        mx_state="none",
    ),
    case(
        "ptr-pass",
        spf("ptr -all"),
        "mail: A 192.0.2.8",
        ip="192.0.2.8",
        spf="pass",
        spf_matched="ptr",
        spf_lookups="1",
    ),
    case(
        "ptr-other",
        spf("ptr:rev.example.test -all"),
        ip="192.0.2.1",
        spf="pass",
        spf_matched="ptr:rev.example.test",
    ),
    case("ptr-unconfirmed", spf("ptr:rev.example.test -all"), ip="192.0.2.2", spf="fail"),
    case(
        "ptr-dns-error-does-not-match",
        spf("ptr +all"),
        ip="198.51.100.1",
        spf="pass",
        spf_matched="+all",
        iprev="temperror",
    ),
    case(
        "ptr-refused-is-told",
        spf("ptr -all"),
        "A 192.0.2.9",
        ip="198.51.100.1",
        spf="fail",
        problems="spf_fail;temperror",
    ),
    case(
        "ptr-name-refused-is-told",
        spf("ptr -all"),
        "A 192.0.2.9",
        ip="192.0.2.11",
        spf="fail",
        iprev="pass",
        problems="spf_fail;temperror",
    ),
    case(
        "ptr-stale-names-do-not-help-a-forger",
        spf("ptr -all"),
        ip="192.0.2.12",
        spf="fail",
        spf_problem="",
        spf_void_lookups="0",
    ),
    case("ptr-missing-is-void", spf("ptr -all"), ip="192.0.2.7", spf="fail", spf_void_lookups="1"),
    case("equal-records-are-one", spf("+all"), spf("+all"), spf="pass"),
    case(
        "exists",
        spf("exists:%{ir}.list.@ -all"),
        "7.2.0.192.list: A 127.0.0.2",
        spf="pass",
        spf_matched="exists:%{ir}.list.@",
    ),
    case(
        "exists-asks-a-for-ip6",
        spf("exists:e.@ -all"),
        "e: A 127.0.0.2",
        ip="2001:db8::7",
        spf="pass",
    ),
    case(
        "exists-aaaa-is-not-enough",
        spf("exists:e.@ -all"),
        "e: AAAA 2001:db8::2",
        ip="2001:db8::7",
        spf="fail",
        spf_void_lookups="1",
    ),
    case(
        "include",
        spf("include:i.@ -all"),
        "i: " + spf("a:x.@ include:j.@ -all"),
        "j: " + spf("?ip4:192.0.2.0/25 ip4:192.0.2.7"),
        "x: A 192.0.2.200",
        spf="fail",
        spf_matched="-all",
        spf_lookups="3",
    ),
    case(
        "include-chain",
        spf("include:i.@ -all"),
        "i: " + spf("include:j.@ -all"),
        "j: " + spf("ip4:192.0.2.0/25 -all"),
        spf="pass",
        spf_matched="include:i.@ > include:j.@ > ip4:192.0.2.0/25",
        spf_record="v=spf1 include:i.@ -all",
    ),
    case(
        "include-softly",
        spf("~include:i.@ -all"),
        "i: " + spf("+all"),
        spf="softfail",
        spf_matched="~include:i.@ > +all",
    ),
    case(
        "redirect",
        spf("ip4:192.0.2.9 redirect=r.@"),
        "r: " + spf("redirect=s.@"),
        "s: " + spf("?all"),
        spf="neutral",
        spf_matched="redirect=r.@ > redirect=s.@ > ?all",
        spf_lookups="2",
        spf_record="v=spf1 ip4:192.0.2.9 redirect=r.@",
    ),
    case("redirect-is-not-used-behind-all", spf("redirect=nowhere.@ ~all"), spf="softfail"),
    # ---- macros and explanations ----
    case(
        "macros",
        spf("exists:%{l1r-}.%{d2}.%{i}.%{h}.%{v}.@ -all"),
        "lists.example.test.192.0.2.7.h.example.test.in-addr: A 127.0.0.2",
        sender="bounce-lists@macros.example.test",
        helo="h.example.test",
        spf="fail",
    ),
    case(
        "macro-match",
        spf("exists:%{l1-}.%{d2}.%{i}.%{h}.%{v}.m.@ -all"),
        "lists.example.test.192.0.2.7.h.example.test.in-addr.m: A 127.0.0.2",
        sender="bounce-lists@macro-match.example.test",
        helo="h.example.test",
        spf="pass",
    ),
    case(
        "macro-p",
        spf("exists:%{p}.m.@ -all"),
        "good.rev.example.test.m: A 127.0.0.2",
        ip="192.0.2.1",
        spf="pass",
    ),
    case(
        "macro-ip6",
        spf("exists:%{ir}.%{v}.m.@ -all"),
        "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.m: A 127.0.0.2",
        ip="2001:db8::7",
        spf="pass",
    ),
    case(
        "explanation",
        spf("exp=why.@ -all"),
        'why: TXT "%{i} (%{c}) is not %{S}\'s%_%%, says %{r} of " "%{d}; \\"never\\", see '
        'http://%{d}/?%{L}"',
        sender="a+b c@explanation.example.test",
        spf="fail",
        spf_explanation="192.0.2.7 (192.0.2.7) is not a%2Bb%20c%40explanation.example.test's %, "
        'says unknown of explanation.example.test; "never", '
        "see http://explanation.example.test/?a%2Bb%20c",
    ),
    case(
        "explanation-only-on-fail",
        spf("exp=why.@ ~all"),
        'why: TXT "soft"',
        spf="softfail",
        spf_explanation="",
    ),
    case(
        "explanation-of-the-redirect",
        spf("exp=why.@ redirect=r.@"),
        "r: " + spf("exp=why2.@ -all"),
        'why: TXT "one"',
        'why2: TXT "two"',
        spf="fail",
        spf_explanation="two",
    ),
    case(
        "explanation-not-of-the-include",
        spf("include:r.@ -all"),
        "r: " + spf("exp=why2.@ -all"),
        'why2: TXT "two"',
        spf="fail",
        spf_explanation="",
    ),
    case(
        "explanation-two-records",
        spf("exp=why.@ -all"),
        'why: TXT "one"',
        'why: TXT "two"',
        spf="fail",
        spf_explanation="",
    ),
    case(
        "explanation-missing",
        spf("exp=nowhere.@ -all"),
        spf="fail",
        spf_explanation="",
        spf_void_lookups="0",
    ),
    case(
        "explanation-refused",
        spf("exp=x.refused -all"),
        spf="fail",
        spf_explanation="",
        spf_problem="",
        problems="no_ptr;no_address;no_mx;spf_fail;temperror",
    ),
    case(
        "explanation-not-ascii",
        spf("exp=why.@ -all"),
        'why: TXT "caf\\233"',
        spf="fail",
        spf_explanation="",
    ),
    case(
        "explanation-with-a-line-feed",
        spf("exp=why.@ -all"),
        'why: TXT "250\\010QUIT"',
        spf="fail",
        spf_explanation="",
    ),
    case(
        "explanation-bad-macro",
        spf("exp=why.@ -all"),
        'why: TXT "%{x}"',
        spf="fail",
        spf_explanation="",
    ),
    # ---- records on the wire ----
    case(
        "several-strings",
        'TXT "v=spf1 ip4:192.0." "2.7 -a" "ll"',
        spf="pass",
        spf_record="v=spf1 ip4:192.0.2.7 -all",
    ),
    case(
        "many-records-need-tcp",
        *[f'TXT "{i:03}{"x" * 240}"' for i in range(100)],
        spf("ip4:192.0.2.7 -all"),
        spf="pass",
    ),
    case(
        "a-long-record",
        "TXT "
        + " ".join(
            f'"{"v=spf1" if i == 0 else ""} ip4:10.{i}.1.0/24 ip4:10.{i}.2.0/24"'
            for i in range(200)
        )
        + ' " ip4:192.0.2.7 -all"',
        spf="pass",
    ),
    case(
        "a-record-of-sixty-thousand-octets",
        "TXT "
        + " ".join(f'"{"v=spf1 " if i == 0 else ""}{"x" * 200}=y "' for i in range(290))
        + ' "ip4:192.0.2.7 -all"',
        spf="pass",
        spf_matched="ip4:192.0.2.7",
    ),
    case(
        "a-chain-of-aliases",
        "CNAME a1.@.",
        *[f"a{i}: CNAME a{i + 1}.@." for i in range(1, 8)],
        "a8: " + spf("a -all"),
        "a8: A 192.0.2.7",
        spf="pass",
        a_match="yes",
    ),
    case(
        "a-longest-name",
        ".".join(["a" * 60] * 3 + ["b" * 40]) + ": " + spf("+all"),
        domain=".".join(["a" * 60] * 3 + ["b" * 40]) + ".a-longest-name.example.test",
        spf="pass",
    ),
    case(
        "dname",
        "sub: DNAME target.@.",
        "x.target: " + spf("a -all"),
        "x.target: A 192.0.2.7",
        domain="x.sub.dname.example.test",
        spf="pass",
        a="192.0.2.7",
    ),
    case(
        "wildcard",
        "*.w: " + spf("exists:%{i}.%{d} -all"),
        "*.w: A 127.0.0.2",
        domain="any.thing.w.wildcard.example.test",
        spf="pass",
        a="127.0.0.2",
    ),
    case(
        "empty-non-terminal",
        "x.y: A 192.0.2.1",
        domain="y.empty-non-terminal.example.test",
        spf="none",
        problems="no_ptr;no_address;no_mx;no_spf",
    ),
    case(
        "strange-record",
        'TXT "v=spf1 +all foo=\\009\\"a,b\\";\\\\"',
        spf="permerror",
        spf_record=r'v=spf1 +all foo=\009"a,b";\\',
    ),
    case(
        "commas-and-quotes",
        'TXT "v=spf1 foo=\\"a,b;c\\" +all"',
        spf="pass",
        spf_record='v=spf1 foo="a,b;c" +all',
    ),
    case(
        "alias",
        "CNAME target.@.",
        "target: " + spf("a -all"),
        "target: A 192.0.2.7",
        "target: MX 10 target.@.",
        spf="pass",
        a="192.0.2.7",
        a_match="yes",
        mx="10 target.@",
        mx_match="yes",
    ),
    case(
        "alias-to-nowhere",
        "CNAME nowhere.@.",
        spf="none",
        problems="no_ptr;no_address;no_mx;no_spf",
        mx_state="none",
    ),
    # ---- questions that fail ----
    case(
        "refused",
        domain="host.refused",
        spf="temperror",
        spf_problem="dns_error",
        a_match="temperror",
        mx_state="temperror",
        mx_match="temperror",
        problems="no_ptr;temperror",
    ),
    case(
        "include-refused",
        spf("include:x.refused +all"),
        spf="temperror",
        spf_problem="dns_error",
        spf_matched="include:x.refused",
    ),
    case(
        "a-refused",
        spf("a:x.refused +all"),
        spf="temperror",
        spf_problem="dns_error",
        spf_matched="a:x.refused",
    ),
    case("match-before-an-error", spf("ip4:192.0.2.7 a:x.refused"), spf="pass", dns_cause=""),
    case(
        "cname-loop",
        "loop1: CNAME loop2.@.",
        "loop2: CNAME loop1.@.",
        spf("a:loop1.@ +all"),
        spf="temperror",
        spf_problem="dns_error",
    ),
]

HELO_CASES = [
    case(
        "helo-pass",
        spf("ip4:192.0.2.7 -all"),
        helo="helo-pass.example.test",
        domain="helo-pass.example.test",
        spf="pass",
        helo_spf="pass",
    ),
    case(
        "helo-fail",
        spf("+all"),
        "h: " + spf("-all exp=why.@"),
        'why: TXT "never shown"',
        helo="h.helo-fail.example.test",
        spf="pass",
        helo_spf="fail",
        problems="no_ptr;no_address;no_mx;helo_spf_fail",
        spf_explanation="",
    ),
    case("helo-none", spf("+all"), helo="h.helo-none.example.test", spf="pass", helo_spf="none"),
    case("helo-literal", spf("+all"), helo="[192.0.2.7]", spf="pass", helo_spf="none", status="ok"),
    case("helo-address", spf("+all"), helo="192.0.2.7", spf="pass", helo_spf="none", status="ok"),
    case("helo-nonsense", spf("+all"), helo="a..b", spf="pass", helo_spf="none", status="ok"),
    case(
        "helo-temperror",
        spf("+all"),
        helo="h.refused",
        spf="pass",
        helo_spf="temperror",
        problems="no_ptr;no_address;no_mx;temperror",
    ),
    case("no-helo", spf("+all"), helo_spf="", spf="pass"),
]

REVERSE_CASES = [
    case(
        "iprev-pass",
        ip="192.0.2.1",
        iprev="pass",
        ptr="good.rev.example.test",
        iprev_name="good.rev.example.test",
    ),
    case("iprev-fail", ip="192.0.2.2", iprev="fail", ptr="liar.rev.example.test", iprev_name=""),
    case("iprev-permerror", ip="192.0.2.7", iprev="permerror", ptr="", iprev_name=""),
    case(
        "iprev-several",
        ip="192.0.2.3",
        iprev="pass",
        ptr="aaa.rev.example.test;good3.rev.example.test;zzz.rev.example.test",
        iprev_name="good3.rev.example.test",
    ),
    case("iprev-temperror", ip="192.0.2.4", iprev="temperror", ptr="broken.refused"),
    case("iprev-ptr-refused", ip="198.51.100.1", iprev="temperror", ptr=""),
    case("iprev-name-is-gone", ip="192.0.2.5", iprev="fail", ptr="gone.rev.example.test"),
    case(
        "iprev-strange-names",
        ip="192.0.2.6",
        iprev="fail",
        ptr=r"semi\059colon,comma.rev.example.test;with\032blank.rev.example.test",
    ),
    case("iprev-classless", ip="192.0.2.9", iprev="pass", iprev_name="good9.rev.example.test"),
    case(
        "iprev-follows-ten-names",
        ip="192.0.2.10",
        iprev="fail",
        ptr=";".join(f"n{i:02}.rev.example.test" for i in range(12)),
    ),
    case(
        "iprev-an-error-beside-a-pass",
        ip="192.0.2.11",
        iprev="pass",
        iprev_name="good11.rev.example.test",
        problems="no_such_domain;no_address;no_mx;no_spf;temperror",
    ),
    case("generic-name", ip="192.0.2.13", iprev="fail", ptr_generic="yes"),
    case("generic-name-beside-another", ip="192.0.2.14", iprev="fail", ptr_generic="no"),
    case("generic-no-name", ip="192.0.2.7", ptr_generic=""),
    case("iprev-ip6", ip="2001:db8::1", iprev="pass", iprev_name="good.rev.example.test"),
    case("iprev-ip6-none", ip="2001:db8::2", iprev="permerror"),
]

ADDRESS_CASES = [
    case(
        "addresses",
        "A 192.0.2.20",
        "A 192.0.2.3",
        "AAAA 2001:db8::20",
        ip="2001:db8::20",
        a="192.0.2.3;192.0.2.20;2001:db8::20",
        a_match="yes",
        mx="",
        mx_state="implicit",
        mx_match="yes",
    ),
    case(
        "address-of-another",
        "A 192.0.2.20",
        a_match="no",
        mx_state="implicit",
        mx_match="no",
        problems="no_ptr;no_spf",
    ),
    case(
        "no-address",
        "MX 10 m.@.",
        "m: A 192.0.2.7",
        a="",
        a_match="no",
        mx_match="yes",
        problems="no_ptr;no_spf",
    ),
    case(
        "null-mx",
        "A 192.0.2.7",
        "MX 0 .",
        mx="0 .",
        mx_state="null",
        mx_match="no",
        problems="no_ptr;null_mx;no_spf",
    ),
    case("no-address-null-mx", "MX 0 .", problems="no_ptr;no_address;null_mx;no_spf"),
    case("a-state-ok", "AAAA 2001:db8::9", a_state="ok"),
    case("a-state-none", 'TXT "x"', a_state="none", a=""),
    case(
        "a-state-nxdomain",
        domain="nobody.example.test",
        a_state="nxdomain",
        a="",
        problems="no_ptr;no_such_domain;no_address;no_mx;no_spf",
    ),
    case(
        "a-state-alias-to-nowhere",
        "CNAME nowhere.@.",
        a_state="none",
        problems="no_ptr;no_address;no_mx;no_spf",
    ),
    case("a-state-temperror", domain="host.refused", a_state="temperror", a=""),
    case(
        "mx-at-localhost",
        "MX 10 localhost.",
        problems="no_ptr;mx_not_public;no_spf;temperror",
    ),
    case(
        "mx-at-a-literal",
        "MX 10 192.0.2.7.",
        problems="no_ptr;mx_not_public;no_spf;temperror",
    ),
    case(
        "mx-at-a-private-address",
        "MX 10 a.@.",
        "MX 20 b.@.",
        "a: A 192.0.2.8",
        "b: A 10.1.2.3",
        mx_match="no",
        problems="no_ptr;mx_not_public;no_spf",
    ),
    case(
        "no-mx",
        'TXT "x"',
        mx="",
        mx_state="none",
        mx_match="no",
        problems="no_ptr;no_address;no_mx;no_spf",
    ),
    case(
        "mx-without-address",
        "A 192.0.2.9",
        "MX 10 m.@.",
        'm: TXT "x"',
        mx_state="ok",
        mx_match="no",
        problems="no_ptr;mx_no_address;no_spf",
    ),
    case(
        "mx-order",
        "A 192.0.2.9",
        "MX 20 c.@.",
        "MX 20 b.@.",
        "MX 5 z.@.",
        "MX 65535 a.@.",
        "a: A 192.0.2.7",
        mx="5 z.@;20 b.@;20 c.@;65535 a.@",
        mx_match="yes",
        problems="no_ptr;no_spf",
    ),
    case(
        "mx-alias",
        "A 192.0.2.9",
        "MX 10 m.@.",
        "m: CNAME n.@.",
        "n: A 192.0.2.7",
        mx="10 m.@",
        mx_match="yes",
    ),
    case(
        "mx-of-the-other-family",
        "A 192.0.2.9",
        "MX 10 m.@.",
        "m: AAAA 2001:db8::1",
        mx_match="no",
        problems="no_ptr;no_spf",
    ),
    case(
        "mx-twelve",
        "A 192.0.2.9",
        *[f"MX {i} m{i}.@." for i in range(12)],
        "m11: A 192.0.2.7",
        mx_match="yes",
        mx=";".join(f"{i} m{i}.@" for i in range(12)),
    ),
    case(
        "mx-a-thousand",
        *[f"MX 10 {i:04}.@." for i in range(1000)],
        "0099: A 192.0.2.7",
        mx=";".join(f"10 {i:04}.@" for i in range(1000)),
        mx_match="yes",
    ),
    case(
        "mx-beyond-a-hundred-hosts",
        *[f"MX 10 {i:04}.@." for i in range(1000)],
        "0100: A 192.0.2.7",
        mx_match="no",
    ),
    case(
        "addresses-a-thousand",
        *[f"A 192.0.{i // 250 + 3}.{i % 250}" for i in range(1000)],
        ip="192.0.6.249",
        a=";".join(f"192.0.{i // 250 + 3}.{i % 250}" for i in range(1000)),
        a_match="yes",
        iprev="temperror",
    ),
    case(
        "mx-strange-name",
        "A 192.0.2.9",
        "MX 10 a\\;b\\,c.@.",
        mx=r"10 a\059b,c.@",
        problems="no_ptr;mx_no_address;no_spf",
    ),
    case(
        "mx-refused",
        "A 192.0.2.9",
        "MX 10 x.refused.",
        mx="10 x.refused",
        mx_state="ok",
        mx_match="temperror",
        problems="no_ptr;no_spf;temperror",
    ),
    case(
        "mx-match-beside-an-error",
        "A 192.0.2.9",
        "MX 10 x.refused.",
        "MX 20 m.@.",
        "m: A 192.0.2.7",
        mx_match="yes",
        problems="no_ptr;no_spf;temperror",
    ),
    case("mx-every-failure", "A 192.0.2.9", "MX 10 x.refused.", "MX 20 y.refused."),
]

PROBLEM_CASES = [
    case("problems-none", spf("a -all"), "A 192.0.2.1", "MX 10 @.", ip="192.0.2.1", problems=""),
    case(
        "problems-fail",
        spf("-all"),
        "A 192.0.2.1",
        ip="192.0.2.2",
        problems="ptr_mismatch;spf_fail",
    ),
    case("problems-softfail", spf("~all"), "A 192.0.2.1", ip="192.0.2.1", problems="spf_softfail"),
    case("problems-broken", spf("oops"), "A 192.0.2.1", ip="192.0.2.1", problems="spf_broken"),
    case(
        "problems-bad-ip",
        "A 192.0.2.1",
        ip="nonsense",
        status="bad_input",
        spf="none",
        iprev="",
        a="192.0.2.1",
        a_match="",
        mx_match="",
        problems="no_spf",
        error="ip: not an IP address",
    ),
    case(
        "problems-bad-domain",
        domain="a..b",
        status="bad_input",
        spf="none",
        spf_problem="bad_domain",
        iprev="permerror",
        a="",
        a_state="",
        mx="",
        mx_state="",
        a_match="",
        spf_domain="",
        spf_identity="domain",
    ),
]

# Without an address the record is told, and what it decides by itself.
RECORD_CASES = [
    case(
        "record-sound",
        spf("a:x.refused -all"),
        "A 192.0.2.9",
        "MX 10 @.",
        ip="",
        spf="",
        spf_record="v=spf1 a:x.refused -all",
        spf_problem="",
        spf_lookups="",
        spf_void_lookups="",
        spf_domain="@",
        spf_identity="domain",
        iprev="",
        ptr_generic="",
        status="ok",
        problems="",
    ),
    case("record-none", "A 192.0.2.9", ip="", spf="none", spf_record="", problems="no_spf"),
    case(
        "record-syntax",
        spf("-all oops"),
        "A 192.0.2.9",
        ip="",
        spf="permerror",
        spf_problem="syntax",
        spf_record="v=spf1 -all oops",
        spf_lookups="0",
        problems="spf_broken",
    ),
    case(
        "record-twice",
        spf("-all"),
        spf("+all"),
        ip="",
        spf="permerror",
        spf_problem="multiple_records",
    ),
    case("record-refused", domain="host.refused", ip="", spf="temperror", spf_problem="dns_error"),
    case(
        "record-of-the-sender",
        spf("-all"),
        domain="",
        ip="",
        sender="a@record-of-the-sender.example.test",
        helo="h.refused",
        spf="",
        spf_record="v=spf1 -all",
        spf_domain="@",
        spf_identity="mailfrom",
        helo_spf="",
        dns_cause="",
    ),
]

IDENTITY_CASES = [
    case(
        "identity-domain",
        spf("-all"),
        sender="a@elsewhere.example.test",
        helo="h.example.test",
        spf="fail",
        spf_domain="@",
        spf_identity="domain",
    ),
    case(
        "identity-mailfrom",
        spf("-all"),
        domain="",
        sender="<a@Identity-MailFrom.Example.Test.>",
        helo="h.example.test",
        spf="fail",
        spf_domain="identity-mailfrom.example.test",
        spf_identity="mailfrom",
    ),
    case(
        "identity-helo",
        spf("-all"),
        domain="",
        sender="<>",
        helo="identity-helo.example.test",
        spf="fail",
        spf_domain="@",
        spf_identity="helo",
        helo_spf="fail",
    ),
    case("identity-none", domain="", ip="192.0.2.1", spf="", spf_domain="", spf_identity=""),
]

# What stands in dns_cause: the question as it was asked, and a status of which libunbound knows no
# more than "unresolved".
CAUSE_CASES = [
    ("refused", ["TXT host.refused", "A host.refused", "AAAA host.refused", "MX host.refused"]),
    ("include-refused", ["TXT x.refused"]),
    ("a-refused", ["A x.refused"]),
    ("explanation-refused", ["TXT x.refused"]),
    ("ptr-refused-is-told", ["PTR 1.100.51.198.in-addr.arpa"]),
    ("ptr-name-refused-is-told", ["A broken.refused"]),
    ("mx-match-beside-an-error", ["A x.refused"]),
    ("mx-every-failure", ["A x.refused", "A y.refused"]),
    ("iprev-an-error-beside-a-pass", ["A broken.refused"]),
    ("record-refused", [f"{t} host.refused" for t in ("TXT", "A", "AAAA", "MX")]),
    ("cname-loop", ["A loop1.cname-loop.example.test"]),
    ("helo-temperror", ["TXT h.refused"]),
    ("iprev-temperror", ["A broken.refused"]),
    ("iprev-ptr-refused", ["PTR 1.100.51.198.in-addr.arpa"]),
    ("mx-refused", ["A x.refused"]),
]

ALL_CASES = (
    SPF_CASES
    + HELO_CASES
    + REVERSE_CASES
    + ADDRESS_CASES
    + PROBLEM_CASES
    + RECORD_CASES
    + IDENTITY_CASES
)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """All cases in one scan: row by case."""
    folder = tmp_path_factory.mktemp("checks")
    zone = REVERSE_NAMES + "".join(records_of(*p.values[:1], *p.values[1]) for p in ALL_CASES)
    text = harness.csv_text(
        ["case", "domain", "ip", "sender", "helo"],
        *[[p.values[0], *p.values[2]] for p in ALL_CASES],
    )
    nsd = nameservers.Nsd(
        folder / "nsd",
        {
            "example.test": zone,
            "2.0.192.in-addr.arpa": REVERSE,
            "8.b.d.0.1.0.0.2.ip6.arpa": ".".join("1" + 23 * "0")
            + "  PTR  good.rev.example.test.\n",
        },
    )
    try:
        scan = harness.scan(folder, text, nsd.upstream, "--timeout=1000", "--retries=1")
    finally:
        nsd.stop()
    assert scan.status == harness.BAD_ROWS, scan.stderr
    return {row["case"]: row for row in scan.rows}


@pytest.mark.parametrize("name, records, subject, expected", ALL_CASES)
def test_case(rows, name, records, subject, expected):
    row = rows[name]
    assert {column: row[column] for column in expected} == expected, row


def test_every_case_has_a_name_of_its_own(rows):
    assert len(rows) == len(ALL_CASES)


@pytest.mark.parametrize("name, questions", CAUSE_CASES)
def test_the_failing_questions_are_named(rows, name, questions):
    causes = rows[name]["dns_cause"].split(";")
    assert [cause.split(":")[0] for cause in causes] == questions
    assert all(
        re.fullmatch(r"[A-Z]+ \S+: (servfail|refused|timeout|unresolved)( \(.+\))?", cause)
        for cause in causes
    )


def test_cause_and_temperror_go_together(rows):
    """Whoever filters by the problem word finds every row with a cause, and the other way round."""
    for row in rows.values():
        assert bool(row["dns_cause"]) == ("temperror" in row["problems"]), row
        if "temperror" in (
            row["spf"],
            row["helo_spf"],
            row["iprev"],
            row["a_match"],
            row["mx_match"],
            row["mx_state"],
        ):
            assert row["dns_cause"], row


@pytest.mark.parametrize("ip", ["192.0.2.1", "192.0.2.2", "2001:db8::1", ""])
def test_an_incomplete_address_list_is_told(server, tmp_path, ip):
    """A answers, AAAA does not: `a` may not look whole."""
    dns = server(
        lambda name, type: "SERVFAIL" if type == "AAAA" else ["192.0.2.1"] if type == "A" else []
    )
    row = harness.scan(tmp_path, f"domain,ip\nexample.test,{ip}\n", dns.upstream, "--checks=a").row
    assert row["a"] == "192.0.2.1"
    assert (
        row["a_match"]
        == {"192.0.2.1": "yes", "192.0.2.2": "no", "2001:db8::1": "temperror", "": ""}[ip]
    )
    assert "temperror" in row["problems"] and row["dns_cause"].startswith("AAAA example.test: ")


def test_nothing_was_asked_of_a_malformed_domain(bulk_nsd, tmp_path):
    """So there is nothing to say of its DNSSEC."""
    rows = harness.scan(
        tmp_path,
        "domain,ip\na..b,192.0.2.1\ntest,192.0.2.1\nexample.test,192.0.2.1\n",
        bulk_nsd.upstream,
        *harness.with_dnssec(tmp_path),
        "--deadline=1000",
        "--checks=spf",
    ).rows
    assert [(row["spf"], row["spf_dnssec"]) for row in rows] == [
        ("none", ""),
        ("none", ""),
        ("temperror", "insecure"),
    ]


def test_times(rows):
    for row in rows.values():
        assert (
            re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["evaluated_at"])
            and row["elapsed_ms"].isdigit()
        )


def test_a_dead_upstream(tmp_path):
    """Nobody listens there: nothing is a result, and the upstream is named."""
    dead = addresses.nobody()
    scan = harness.scan(
        tmp_path,
        "domain,ip\nexample.test,192.0.2.1\n",
        f"--upstream={dead}",
        "--timeout=200",
        "--retries=0",
    )
    assert scan.status == harness.STOPPED and not scan.rows
    assert str(dead) in scan.stderr
