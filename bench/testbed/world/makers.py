"""makers.py - makes the SPF record of a domain, and what belongs to it in its zone: a function for
each of the kinds in `kinds.py`."""

from testbed.world import plan
from testbed.world.clients import Client
from testbed.world.policy import TERMS_MAX, All, Exists, Include, Networks, Policy, Ptr
from testbed.world.terms import (
    ends,
    gone,
    include_of_alias,
    of_a,
    of_mx,
    of_www,
    others,
    own_networks,
    some_hosts,
)

MAKERS = {}
NOBODY = Client("192.0.2.77")  # no record of the world names it
LOCAL_PARTS = ["postmaster", "news-2024", "j.doe"]  # of senders; nobody given: postmaster
SYNTAX_ERRORS = [
    "ipv4:192.0.2.1",
    "ip4:192.0.2.1/33",
    "include:",
    "a:/24",
    "mx//24/",
    "ip4:192.0.2",
    "exists",
    "redirect=a.example redirect=b.example",
    "ip6:2001:db8::/129",
    "all:x",
    "foo:bar",
    "include:%{z}.example.com",
    "-include",
]


def policy_of(d, rng):
    """The Policy of domain d, of the kind d.kind."""
    return MAKERS[d.kind](d, rng)


def maker(function):
    """Registers make_KIND for its kind."""
    MAKERS[function.__name__.removeprefix("make_")] = function
    return function


@maker
def make_hosted(d, rng):
    return Policy(d.name, others(rng) + [Include(d.providers[0].spf), ends(rng)])


@maker
def make_hosted_twice(d, rng):
    return Policy(d.name, [Include(p.spf) for p in d.providers] + others(rng) + [ends(rng)])


@maker
def make_hosted_and_own(d, rng):
    return Policy(
        d.name,
        [own_networks(d)] + others(rng) + [Include(p.spf) for p in d.providers] + [ends(rng)],
    )


@maker
def make_own(d, rng):
    return Policy(d.name, others(rng) + [own_networks(d), ends(rng)])


@maker
def make_own_a_mx(d, rng):
    terms = rng.choice(
        [
            [of_a(d), of_mx(d)],
            [of_mx(d), of_a(d)],
            [of_mx(d)],
            [of_a(d, f"a:{d.name}"), of_mx(d, f"mx:{d.name}")],
            [of_mx(d, "MX")],
            [of_www(d), of_mx(d)],
        ]
    )
    return Policy(d.name, terms + others(rng) + [ends(rng)])


@maker
def make_redirect(d, rng):
    return Policy(d.name, others(rng), redirect=d.providers[0].spf)


@maker
def make_ptr(d, rng):
    p = d.providers[0]
    return Policy(
        d.name, [rng.choice([Ptr("ptr", d.name), Ptr(f"ptr:{p.name}", p.name)]), ends(rng)]
    )


@maker
def make_exists(d, rng):
    d.add(f"{ip}._ok.{d.name}. A 127.0.0.2" for ip in d.own_v4)
    return Policy(d.name, [Exists("exists:%{i}._ok.%{d}", set(d.own_v4)), ends(rng)])


@maker
def make_nested(d, rng):
    inner = Policy(f"_b._spf.{d.name}", others(rng) + [Include(d.providers[0].spf), All("~all")])
    outer = Policy(f"_spf.{d.name}", [own_networks(d), Include(inner), All("~all")])
    d.publish(inner, outer)
    return Policy(d.name, [Include(outer), ends(rng)])


@maker
def make_explained(d, rng):
    d.add(
        [
            f'_why.{d.name}. TXT "%{{i}} may not send mail for %{{d}}; see '
            f'http://www.{d.name}/spf?ip=%{{i}}"'
        ]
    )
    return Policy(
        d.name,
        [Include(d.providers[0].spf), All("-all")],
        extra=rng.choice([" exp=_why.%{d}", f" exp=_why.{d.name}"]),
    )


@maker
def make_long(d, rng):
    """Several strings of one TXT record."""
    networks = [f"203.0.113.{i}" for i in rng.sample(range(256), rng.randrange(20, 45))]
    return Policy(d.name, [Networks(networks), own_networks(d), ends(rng)])


@maker
def make_oversized(d, rng):
    """A TXT set of more than 4 KB, which no UDP answer of 1232 octets holds."""
    d.add(
        f'{d.name}. TXT "some-verification={rng.getrandbits(480):0120x}"'
        for _ in range(rng.randrange(32, 60))
    )
    return make_hosted(d, rng)


@maker
def make_nothing(d, rng):
    return Policy(d.name, [All("-all")])


@maker
def make_bounce(d, rng):
    """The mail's domain is an alias of a provider's name, made for those who send through it."""
    return d.providers[0].bounce_policy


@maker
def make_alias_include(d, rng):
    return Policy(d.name, others(rng) + [include_of_alias(d, f"_spf.{d.name}", rng), ends(rng)])


@maker
def make_alias_mx(d, rng):
    return Policy(d.name, [of_mx(d), ends(rng)])


@maker
def make_alias_loop(d, rng):
    """Two names that are aliases of each other: a look-up that fails."""
    d.add([f"_spf.{d.name}. CNAME _spf2.{d.name}.", f"_spf2.{d.name}. CNAME _spf.{d.name}."])
    return Policy(
        d.name, [own_networks(d), Include(Policy(f"_spf.{d.name}", flaw="dead")), ends(rng)]
    )


@maker
def make_macros(d, rng):
    """Its own hosts, whoever of the local parts sends."""
    for reverse in (plan.reverse_name(ip).removesuffix(".in-addr.arpa") for ip in d.own_v4):
        d.add(f"{reverse}.{local.split('-')[0]}._u.{d.name}. A 127.0.0.2" for local in LOCAL_PARTS)
    return Policy(
        d.name,
        [
            Exists(
                rng.choice(["exists:%{ir}.%{l1r-}._u.%{o}", "exists:%{ir}.%{l1r-}._u.%{d2}"]),
                set(d.own_v4),
            ),
            ends(rng),
        ],
    )


@maker
def make_ten_terms(d, rng):
    """As many terms as are allowed."""
    include = Include(d.providers[0].spf)
    n_hosts = TERMS_MAX - Policy(d.name, [include]).check(NOBODY)[2]
    return Policy(d.name, [own_networks(d), include] + some_hosts(d, n_hosts) + [ends(rng)])


@maker
def make_ten_deep(d, rng):
    """As many includes inside each other as are allowed."""
    inner = Policy(f"_s{TERMS_MAX}.{d.name}", [own_networks(d), All("~all")])
    d.publish(inner)
    for depth in range(TERMS_MAX - 1, 0, -1):
        inner = Policy(f"_s{depth}.{d.name}", [Include(inner), All("~all")])
        d.publish(inner)
    return Policy(d.name, [Include(inner), ends(rng)])


@maker
def make_two_voids(d, rng):
    """As many void look-ups as are allowed."""
    return Policy(d.name, [gone(d, 0, rng), gone(d, 1, rng), own_networks(d), ends(rng)])


@maker
def make_dead_include(d, rng):
    return Policy(
        d.name, [own_networks(d), Include(Policy("_spf.gone-hosts.net", flaw="dead")), ends(rng)]
    )


@maker
def make_dead_mx(d, rng):
    return Policy(d.name, [own_networks(d), of_mx(d), ends(rng)])


@maker
def make_plus_all(d, rng):
    return Policy(d.name, rng.choice([[All("+all")], [of_mx(d), All("all")]]))


@maker
def make_bare(d, rng):
    return Policy(d.name)


@maker
def make_question_all(d, rng):
    return Policy(d.name, [Include(d.providers[0].spf), All("?all")])


@maker
def make_after_all(d, rng):
    return Policy(d.name, [of_a(d), All("~all"), Include(d.providers[0].spf)])


@maker
def make_unknown_modifier(d, rng):
    return Policy(
        d.name,
        [Include(d.providers[0].spf), ends(rng)],
        extra=rng.choice([" sp=reject", " ra=postmaster", " x-note=%{d}", r" x-path=c:\spf"]),
    )


@maker
def make_syntax(d, rng):
    error = rng.choice(SYNTAX_ERRORS)
    return Policy(
        d.name,
        flaw="syntax",
        texts=[f"v=spf1 include:{d.providers[0].spf.name} {error} -all"],
        error_term=error.split(" ")[-1],
    )


@maker
def make_too_many_hosts(d, rng):
    return Policy(d.name, [own_networks(d)] + some_hosts(d, rng.randrange(11, 14)) + [ends(rng)])


@maker
def make_too_many_includes(d, rng):
    """Who sends through everybody."""
    return Policy(
        d.name, [Include(p.spf) for p in [d.providers[0]] + d.world.spenders] + [ends(rng)]
    )


@maker
def make_include_missing(d, rng):
    return Policy(
        d.name, [own_networks(d), Include(Policy(f"no-such.{d.name}", is_void=True)), ends(rng)]
    )


@maker
def make_include_without(d, rng):
    d.add([f'_old.{d.name}. TXT "this was an SPF record once"'])
    return Policy(
        d.name,
        [Include(d.providers[0].spf), Include(Policy(f"_old.{d.name}", absent=True)), ends(rng)],
    )


@maker
def make_not_ascii(d, rng):
    """A dash that a word processor has made longer."""
    return Policy(
        d.name,
        flaw="not_ascii",
        texts=[f"v=spf1 include:{d.providers[0].spf.name} \xe2\x80\x93all"],
        error_term="\xe2\x80\x93all",
    )


@maker
def make_several(d, rng):
    texts = [f"v=spf1 include:{d.providers[0].spf.name} ~all", "v=spf1 mx -all"]
    return Policy(d.name, flaw="multiple_records", texts=rng.sample(texts, 2))


@maker
def make_voids(d, rng):
    return Policy(
        d.name,
        [own_networks(d)]
        + [gone(d, i, rng) for i in range(rng.choice([3, 3, 4, 6]))]
        + [ends(rng)],
    )


@maker
def make_include_broken(d, rng):
    error = rng.choice(SYNTAX_ERRORS)
    broken = Policy(
        f"_spf.{d.name}",
        flaw="syntax",
        texts=[f"v=spf1 {error} ~all"],
        error_term=error.split(" ")[-1],
    )
    d.publish(broken)
    return Policy(d.name, [Include(d.providers[0].spf), Include(broken), ends(rng)])


@maker
def make_loop(d, rng):
    """Two records that include each other."""
    other = Policy(f"_spf.{d.name}", texts=[f"v=spf1 include:{d.name} ~all"])
    policy = Policy(d.name, [own_networks(d), Include(other), All("-all")])
    other.directives += [Include(policy), All("~all")]
    d.publish(other)
    return policy


@maker
def make_too_many_mx(d, rng):
    return Policy(d.name, [own_networks(d), of_mx(d), ends(rng)])


@maker
def make_redirect_without(d, rng):
    return Policy(d.name, [own_networks(d)], redirect=Policy(f"no-such.{d.name}", is_void=True))
