"""kinds.py - the kinds of SPF records, how common each is, and how each is made.

Shares are in thousandths of the records. They follow what was measured: 2.9 % have errors, undefined content or ineffective rules ("Lazy Gatekeepers", IMC 2023), 0.4 % have errors
of syntax and 7.7 % fail only when they are evaluated ("SPF Beyond the Standard", USENIX Security 2024). How the 7.7 % and the sound records divide is our own estimate.
"""
from testbed.world import plan
from testbed.world.draws import Weighted
from testbed.world.policy import All, Exists, Hosts, Include, Networks, Policy, Ptr

SPF_SHARE = 0.565           # of all domains; IMC 2023

SOUND = {"hosted": 339, "hosted_twice": 110, "hosted_and_own": 140, "own": 70, "own_a_mx": 90, "redirect": 25, "ptr": 10, "exists": 6, "nested": 20, "explained": 8, "long": 15,
         "oversized": 8, "nothing": 30, "bounce": 20, "dead_include": 2, "dead_mx": 1}
USELESS = {"plus_all": 8, "bare": 2, "question_all": 6, "after_all": 5, "unknown_modifier": 4}
SYNTAX = {"syntax": 4}
EVALUATION = {"too_many_hosts": 14, "too_many_includes": 12, "include_missing": 12, "include_without": 10, "several": 12, "voids": 8, "include_broken": 4, "loop": 3,
              "too_many_mx": 1, "redirect_without": 1}
SHARES = {**SOUND, **USELESS, **SYNTAX, **EVALUATION}
KINDS = Weighted(SHARES, SHARES.values())

# Kinds that need mail hosts of the domain's own, and other mail arrangements that a kind implies.
MAIL = {"own_a_mx": "own", "own": "own", "hosted_and_own": "own", "nothing": "null", "dead_mx": "dead_host", "too_many_mx": "many"}

SYNTAX_ERRORS = ["ipv4:192.0.2.1", "ip4:192.0.2.1/33", "include:", "a:/24", "mx//24/", "ip4:192.0.2", "exists", "redirect=a.example redirect=b.example", "ip6:2001:db8::/129", "all:x",
                 "foo:bar", "include:%{z}.example.com", "-include"]


def ends(rng):
    return All(rng.choice(["~all", "~all", "-all"]))


def own_networks(d):
    return Networks(d.own_v4 + d.own_v6[:1])


def others(rng):
    """Networks that hold no client of this world."""
    return [Networks([f"{rng.choice(['198.51.100', '203.0.113'])}.{rng.randrange(0, 256, 16)}/28" for _ in range(rng.choice([1, 1, 2, 4]))])] if rng.random() < 0.4 else []


def of_a(d, text="a"):
    return Hosts(text, d.web_v4 + d.web_v6, voids=(not d.web_v4, not d.web_v6))


def of_mx(d, text="mx"):
    """All addresses behind the MX set; one void look-up when there is none, and one for each host that lacks the family."""
    addresses = [ip for host in d.mx for ip in d.mx_addresses(host)]
    voids = (1, 1) if not d.mx else tuple(sum(not any((":" in ip) == six for ip in d.mx_addresses(host)) for host in d.mx) for six in (False, True))
    return Hosts(text, addresses, voids, dead=d.mail == "dead_host", n_mx=len(d.mx))


def policy_of(d, rng):
    """The Policy of domain d, of the kind d.kind."""
    return MAKERS[d.kind](d, rng)


def hosted(d, rng):
    return Policy(d.name, others(rng) + [Include(d.providers[0].spf), ends(rng)])


def hosted_twice(d, rng):
    return Policy(d.name, [Include(p.spf) for p in d.providers] + others(rng) + [ends(rng)])


def hosted_and_own(d, rng):
    return Policy(d.name, [own_networks(d)] + others(rng) + [Include(p.spf) for p in d.providers] + [ends(rng)])


def own(d, rng):
    return Policy(d.name, others(rng) + [own_networks(d), ends(rng)])


def own_a_mx(d, rng):
    terms = rng.choice([[of_a(d), of_mx(d)], [of_mx(d), of_a(d)], [of_mx(d)], [of_a(d, f"a:{d.name}"), of_mx(d, f"mx:{d.name}")], [of_mx(d, "MX")]])
    return Policy(d.name, terms + others(rng) + [ends(rng)])


def redirect(d, rng):
    return Policy(d.name, others(rng), redirect=d.providers[0].spf)


def ptr(d, rng):
    p = d.providers[0]
    return Policy(d.name, [rng.choice([Ptr("ptr", d.name), Ptr(f"ptr:{p.name}", p.name)]), ends(rng)])


def exists(d, rng):
    d.add(f"{ip}._ok.{d.name}. A 127.0.0.2" for ip in d.own_v4)
    return Policy(d.name, [Exists("exists:%{i}._ok.%{d}", set(d.own_v4)), ends(rng)])


def nested(d, rng):
    inner = Policy(f"_b._spf.{d.name}", others(rng) + [Include(d.providers[0].spf), All("~all")])
    outer = Policy(f"_spf.{d.name}", [own_networks(d), Include(inner), All("~all")])
    d.publish(inner, outer)
    return Policy(d.name, [Include(outer), ends(rng)])


def explained(d, rng):
    d.add([f'_why.{d.name}. TXT "%{{i}} may not send mail for %{{d}}; see http://www.{d.name}/spf?ip=%{{i}}"'])
    return Policy(d.name, [Include(d.providers[0].spf), All("-all")], extra=rng.choice([" exp=_why.%{d}", f" exp=_why.{d.name}"]))


def long(d, rng):
    """Several strings of one TXT record."""
    networks = [f"203.0.113.{i}" for i in rng.sample(range(256), rng.randrange(20, 45))]
    return Policy(d.name, [Networks(networks), own_networks(d), ends(rng)])


def oversized(d, rng):
    """A TXT set of more than 4 KB, which no UDP answer of 1232 octets holds."""
    d.add(f'{d.name}. TXT "some-verification={rng.getrandbits(480):0120x}"' for _ in range(rng.randrange(32, 60)))
    return hosted(d, rng)


def nothing(d, rng):
    return Policy(d.name, [All("-all")])


def bounce(d, rng):
    """The mail's domain is an alias of a provider's name, made for those who send through it."""
    return d.providers[0].bounce_policy


def dead_include(d, rng):
    return Policy(d.name, [own_networks(d), Include(Policy("_spf.gone-hosts.net", flaw="dead")), ends(rng)])


def dead_mx(d, rng):
    return Policy(d.name, [own_networks(d), of_mx(d), ends(rng)])


def plus_all(d, rng):
    return Policy(d.name, rng.choice([[All("+all")], [of_mx(d), All("all")]]))


def bare(d, rng):
    return Policy(d.name)


def question_all(d, rng):
    return Policy(d.name, [Include(d.providers[0].spf), All("?all")])


def after_all(d, rng):
    return Policy(d.name, [of_a(d), All("~all"), Include(d.providers[0].spf)])


def unknown_modifier(d, rng):
    return Policy(d.name, [Include(d.providers[0].spf), ends(rng)], extra=rng.choice([" sp=reject", " ra=postmaster", " x-note=%{d}"]))


def syntax(d, rng):
    return Policy(d.name, flaw="syntax", texts=[f"v=spf1 include:{d.providers[0].spf.name} {rng.choice(SYNTAX_ERRORS)} -all"])


def too_many_hosts(d, rng):
    hosts = [f"h{i}.{d.name}" for i in range(rng.randrange(11, 14))]
    d.add(f"{host}. A 198.51.100.{i}" for i, host in enumerate(hosts))
    d.add(f"{host}. AAAA 2001:db8::{i:x}" for i, host in enumerate(hosts))
    return Policy(d.name, [own_networks(d)] + [Hosts(f"a:{host}", [f"198.51.100.{i}", plan.v6(f"2001:db8::{i:x}")]) for i, host in enumerate(hosts)] + [ends(rng)])


def too_many_includes(d, rng):
    """Who sends through everybody."""
    return Policy(d.name, [Include(p.spf) for p in [d.providers[0]] + d.world.spenders] + [ends(rng)])


def include_missing(d, rng):
    return Policy(d.name, [own_networks(d), Include(Policy(f"no-such.{d.name}", absent=True)), ends(rng)])


def include_without(d, rng):
    d.add([f'_old.{d.name}. TXT "this was an SPF record once"'])
    return Policy(d.name, [Include(d.providers[0].spf), Include(Policy(f"_old.{d.name}", absent=True)), ends(rng)])


def several(d, rng):
    texts = [f"v=spf1 include:{d.providers[0].spf.name} ~all", "v=spf1 mx -all"]
    return Policy(d.name, flaw="multiple_records", texts=rng.sample(texts, 2))


def voids(d, rng):
    gone = [Hosts(f"{rng.choice(['a', 'mx', 'exists'])}:gone{i}.{d.name}", [], voids=(1, 1)) for i in range(rng.choice([3, 3, 4, 6]))]
    return Policy(d.name, [own_networks(d)] + gone + [ends(rng)])


def include_broken(d, rng):
    broken = Policy(f"_spf.{d.name}", flaw="syntax", texts=[f"v=spf1 {rng.choice(SYNTAX_ERRORS)} ~all"])
    d.publish(broken)
    return Policy(d.name, [Include(d.providers[0].spf), Include(broken), ends(rng)])


def loop(d, rng):
    """Two records that include each other."""
    other = Policy(f"_spf.{d.name}", texts=[f"v=spf1 include:{d.name} ~all"])
    policy = Policy(d.name, [own_networks(d), Include(other), All("-all")])
    other.directives += [Include(policy), All("~all")]
    d.publish(other)
    return policy


def too_many_mx(d, rng):
    return Policy(d.name, [own_networks(d), of_mx(d), ends(rng)])


def redirect_without(d, rng):
    return Policy(d.name, [own_networks(d)], redirect=Policy(f"no-such.{d.name}", absent=True))


MAKERS = {name: globals()[name] for name in SHARES}
