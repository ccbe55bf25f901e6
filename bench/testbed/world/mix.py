"""mix.py - the shares that the publications speak of, counted from what the domains publish and
from what a client gets that no record names."""

import collections
import re

from testbed.world.makers import NOBODY

BIG_POLICY = 100000  # addresses
SYNTAX_FLAWS = ("syntax", "not_ascii")
# Terms behind "all" are never reached, and nobody knows other modifiers than two.
USELESS_TEXT = re.compile(r" [-~+?]?all (?!exp=)\S| (?!exp=|redirect=)[a-z][\w.-]*=")


class Mix:
    """Of live domains: what dead ones would publish nobody can see."""

    def __init__(self):
        self.count = collections.Counter()

    def add(self, d):
        if d.state != "live":
            return
        texts = [text for text in d.policy.texts if text.startswith("v=spf1")]
        self.count["domains"] += 1
        if texts:
            self.count["spf"] += 1
            self.count[self._trouble(d.policy, texts[0])] += 1
            self.count["big"] += d.policy.v4_size() > BIG_POLICY

    def _trouble(self, policy, text):
        if policy.flaw in SYNTAX_FLAWS:
            return "syntax"
        result = policy.check(NOBODY)[0]
        if result == "permerror":
            return "evaluation"
        return "useless" if result in ("pass", "neutral") or USELESS_TEXT.search(text) else "none"

    def shares(self):
        count = self.count

        def percent(part, whole):
            return round(100 * part / whole, 2) if whole else 0

        return {
            "domains with SPF, %": percent(count["spf"], count["domains"]),
            "of them errors or useless, %": percent(
                count["syntax"] + count["useless"], count["spf"]
            ),
            "of them syntax errors, %": percent(count["syntax"], count["spf"]),
            "of them errors of evaluation, %": percent(count["evaluation"], count["spf"]),
            f"of them over {BIG_POLICY} addresses, %": percent(count["big"], count["spf"]),
        }
