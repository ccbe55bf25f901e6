"""draws.py - randomness that depends on a key alone, not on what was drawn before."""

import bisect
import itertools
import random


def drawer(*key):
    """A generator of its own for a thing, as in drawer(seed, "domain", 17)."""
    return random.Random("/".join(map(str, key)))


class Weighted:
    """Draws one of `items` with chances like `weights`."""

    def __init__(self, items, weights):
        self.items = list(items)
        self.sums = list(itertools.accumulate(weights))

    def draw(self, rng):
        return self.items[
            min(bisect.bisect(self.sums, rng.random() * self.sums[-1]), len(self.items) - 1)
        ]


def zipf(items, exponent=1.0):
    """The k-th item with a chance like 1 / k ** exponent: few names are met often, most are met
    rarely."""
    items = list(items)
    return Weighted(items, (1 / (k + 1) ** exponent for k in range(len(items))))
