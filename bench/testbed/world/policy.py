"""policy.py - SPF records that know what they do: each directive has its text and the clients that
it matches.

This is the measure that scans are held against, so it is kept as plain as RFC 7208's own words:
terms are charged against the limit of 10 and void look-ups against 2 (section 4.6.4) where a
directive is met, and a policy gives its result for a client. What a directive matches is told by
whoever publishes it and looked up nowhere."""

import ipaddress

TERMS_MAX = 10
VOIDS_MAX = 2
MX_MAX = 10
RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


class Ended(Exception):
    """The evaluation ends here, with an error."""

    def __init__(self, result, problem):
        super().__init__(result, problem)
        self.result, self.problem = result, problem


class Meter:
    """What an evaluation has spent."""

    def __init__(self):
        self.terms = self.voids = 0

    def charge_term(self):
        if self.terms == TERMS_MAX:
            raise Ended("permerror", "lookup_limit")
        self.terms += 1

    def charge_void(self):
        self.voids += 1
        if self.voids > VOIDS_MAX:
            raise Ended("permerror", "void_limit")


class Directive:
    def __init__(self, text):
        self.qualifier = text[0] if text[0] in RESULTS else "+"
        self.text = text

    def meets(self, client, meter):
        """Whether it matches; may raise Ended."""
        raise NotImplementedError

    def v4_size(self, depth):
        """How many IPv4 addresses it matches, as far as networks tell; includes are followed
        `depth` deep."""
        return 0


class All(Directive):
    def meets(self, client, meter):
        return True

    def v4_size(self, depth):
        return 1 << 32


def network_term(network):
    """ip4:192.0.2.0/24, or ip4:192.0.2.1 for a single address."""
    whole = network.network_address if network.num_addresses == 1 else network
    return f"ip{network.version}:{whole}"


class Networks(Directive):
    """ip4: and ip6: terms, as many as there are networks."""

    def __init__(self, networks):
        self.networks = [ipaddress.ip_network(n) for n in networks]
        super().__init__(" ".join(map(network_term, self.networks)))

    def meets(self, client, meter):
        return any(client.address in network for network in self.networks)

    def v4_size(self, depth):
        return sum(n.num_addresses for n in self.networks if n.version == 4)


class Hosts(Directive):
    """a, mx: `addresses` are all that the names behind it have; `dead` when a look-up on the way
    fails; `voids` are the look-ups that find nothing, for clients of version 4 and 6."""

    def __init__(self, text, addresses, voids=(0, 0), dead=False, n_mx=1):
        super().__init__(text)
        self.addresses, self.voids, self.dead, self.n_mx = set(addresses), voids, dead, n_mx

    def meets(self, client, meter):
        meter.charge_term()
        if self.dead:
            raise Ended("temperror", "dns_error")
        if self.n_mx > MX_MAX:
            raise Ended("permerror", "mx_limit")
        for _ in range(self.voids[client.address.version == 6]):
            meter.charge_void()
        return client.ip in self.addresses


class Exists(Directive):
    def __init__(self, text, allowed):
        super().__init__(text)
        self.allowed = allowed

    def meets(self, client, meter):
        meter.charge_term()
        if client.ip in self.allowed:
            return True
        meter.charge_void()
        return False


class Ptr(Directive):
    """ptr: a validated name of the client in `domain`; a failed look-up is no match (RFC 7208
    section 5.5). A client without names is a void look-up; a name without an address is none."""

    def __init__(self, text, domain):
        super().__init__(text)
        self.domain = domain

    def meets(self, client, meter):
        meter.charge_term()
        if not client.names and not client.reverse_is_dead:
            meter.charge_void()
        return any(
            name == self.domain or name.endswith("." + self.domain) for name in client.validated()
        )


class Include(Directive):
    def __init__(self, policy, text=None):
        super().__init__(text or f"include:{policy.name}")
        self.policy = policy

    def policy_for(self, client):
        return self.policy

    def meets(self, client, meter):
        meter.charge_term()
        result = self.policy_for(client).result_as_target(client, meter)
        if result == "none":
            raise Ended("permerror", "include_none")
        return result == "pass"

    def v4_size(self, depth):
        return self.policy.v4_size(depth - 1) if depth else 0


class IncludeByVersion(Include):
    """include:%{v}...: one policy for IPv4 clients, another one for the others."""

    def __init__(self, text, v4_policy, v6_policy):
        super().__init__(v4_policy, text)
        self.v6_policy = v6_policy

    def policy_for(self, client):
        return self.policy if client.address.version == 4 else self.v6_policy


class Policy:
    """What a name publishes. `flaw` is None, or why no evaluation comes to an end: "dead",
    "syntax", "not_ascii", "multiple_records"; `absent` when it has no SPF record at all, `is_void`
    when it has no TXT record whatever. Texts are octets, as latin-1. `error_term` is the term that
    is wrong, with a flaw of syntax."""

    def __init__(
        self,
        name,
        directives=(),
        redirect=None,
        extra="",
        flaw=None,
        absent=False,
        is_void=False,
        texts=None,
        error_term="",
    ):
        self.name, self.error_term = name, error_term
        self.directives = list(directives)
        self.redirect = redirect
        self.flaw, self.absent, self.is_void = flaw, absent or is_void, is_void
        self.texts = (
            texts
            if texts is not None
            else []
            if self.absent or flaw == "dead"
            else [self._text(extra)]
        )

    def _text(self, extra):
        words = ["v=spf1"] + [d.text for d in self.directives]
        if self.redirect:
            words.append(f"redirect={self.redirect.name}")
        return " ".join(words) + extra

    def result(self, client, meter):
        if self.flaw == "dead":
            raise Ended("temperror", "dns_error")
        if self.flaw:
            raise Ended("permerror", self.flaw)
        if self.absent:
            return "none"
        for directive in self.directives:
            if directive.meets(client, meter):
                return RESULTS[directive.qualifier]
        if not self.redirect:
            return "neutral"
        meter.charge_term()
        result = self.redirect.result_as_target(client, meter)
        if result == "none":
            raise Ended("permerror", "redirect_none")
        return result

    def result_as_target(self, client, meter):
        """For an include or a redirect: there a look-up that finds nothing is charged, and for the
        domain asked about it is not."""
        if self.is_void:
            meter.charge_void()
        return self.result(client, meter)

    def check(self, client):
        """(result, problem, terms, voids) of check_host() for the client."""
        meter = Meter()
        try:
            return self.result(client, meter), "", meter.terms, meter.voids
        except Ended as end:
            return end.result, end.problem, meter.terms, meter.voids

    def v4_size(self, depth=TERMS_MAX):
        """How many IPv4 addresses it lets pass, at most; networks that overlap count twice."""
        if self.flaw or self.absent:
            return 0
        size = 0
        for directive in self.directives:
            if isinstance(directive, All):
                return min(
                    size + (directive.v4_size(depth) if directive.qualifier == "+" else 0), 1 << 32
                )
            size += directive.v4_size(depth)
        return min(size + (self.redirect.v4_size(depth) if self.redirect else 0), 1 << 32)
