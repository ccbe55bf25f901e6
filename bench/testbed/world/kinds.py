"""kinds.py - the kinds of SPF records, and how common each is; `makers.py` makes them.

Shares are in thousandths of the records. They follow what was measured: 2.9 % have errors,
undefined content or ineffective rules ("Lazy Gatekeepers", IMC 2023), 0.4 % have errors of syntax
and 7.7 % fail only when they are evaluated ("SPF Beyond the Standard", USENIX Security 2024). How
the 7.7 % and the sound records divide is our own estimate."""

from testbed.world.draws import Weighted

SPF_SHARE = 0.565  # of all domains; IMC 2023

SOUND = {
    "hosted": 325,
    "hosted_twice": 110,
    "hosted_and_own": 134,
    "own": 70,
    "own_a_mx": 84,
    "redirect": 25,
    "ptr": 10,
    "exists": 6,
    "nested": 20,
    "explained": 8,
    "long": 15,
    "oversized": 8,
    "nothing": 30,
    "bounce": 20,
    "alias_include": 8,
    "alias_mx": 6,
    "macros": 3,
    "ten_terms": 3,
    "ten_deep": 2,
    "two_voids": 3,
    "dead_include": 2,
    "dead_mx": 1,
    "alias_loop": 1,
}
USELESS = {"plus_all": 8, "bare": 2, "question_all": 6, "after_all": 5, "unknown_modifier": 4}
SYNTAX = {"syntax": 3, "not_ascii": 1}
EVALUATION = {
    "too_many_hosts": 14,
    "too_many_includes": 12,
    "include_missing": 12,
    "include_without": 10,
    "several": 12,
    "voids": 8,
    "include_broken": 4,
    "loop": 3,
    "too_many_mx": 1,
    "redirect_without": 1,
}
SHARES = {**SOUND, **USELESS, **SYNTAX, **EVALUATION}
KINDS = Weighted(SHARES, SHARES.values())
NEED_DEAD = {"dead_include", "dead_mx"}  # names whose servers do not answer

# Kinds that need mail hosts of the domain's own, and other mail arrangements that a kind implies.
MAIL = {
    "own_a_mx": "own",
    "own": "own",
    "hosted_and_own": "own",
    "nothing": "null",
    "dead_mx": "dead_host",
    "too_many_mx": "many",
    "alias_mx": "alias",
}
