"""The OpenSPF test suite for RFC 7208, as cases for test_check.

    conformance.py TEST_CHECK OUTPUT.txt

Takes the suite from Debian's package python3-spf, writes it in the format of cases/README.md, and
runs TEST_CHECK on it. A missing suite, or one of another size than expected, is a failure."""

import gzip
import re
import subprocess
import sys

import yaml

SUITE = "/usr/share/doc/python3-spf/rfc7208-tests.yml.gz"
EXPECTED_TESTS = 203


def escaped(text, also=""):
    """Octets that a line cannot hold, the backslash, and those of `also`, as \\DDD."""
    return "".join(
        chr(b)
        if 0x21 <= b <= 0x7E and chr(b) not in "\\" + also
        else " "
        if b == 0x20 and " " not in also
        else "\\%03d" % b
        for b in text.encode()
    )


def quoted(value):
    """TXT rdata: the character-strings as they are given; a TXT record without any becomes an empty
    one."""
    strings = value if isinstance(value, list) else [value]
    return " ".join('"%s"' % escaped(s, '"') for s in strings or [""])


def owner(name):
    return escaped(name.rstrip("."), " #")


def rdata(kind, value):
    if kind == "TXT":
        return quoted(value)
    if kind == "MX":
        return "%d %s" % (value[0], owner(value[1]) or ".")
    return value if kind in ("A", "AAAA") else owner(value)


def is_name(name):
    return all(0 < len(label) < 64 for label in name.rstrip(".").split("."))


def records(name, entries):
    """One owner's lines. An SPF entry is published as TXT behind all others, unless there is a TXT
    entry; a bare TIMEOUT hides what follows."""
    lines, from_spf = [], []
    has_txt = any(isinstance(e, dict) and "TXT" in e for e in entries)
    for entry in entries + [{"": None}]:
        if entry == "TIMEOUT":
            return lines + ["%s * !TIMEOUT" % owner(name)]
        ((kind, value),) = entry.items()
        if kind == "SPF":
            from_spf.append("%s TXT %s" % (owner(name), quoted(value)))
        elif kind and value != "NONE":
            lines.append("%s %s %s" % (owner(name), kind, rdata(kind, value)))
    return lines + ([] if has_txt else from_spf)


def case(name, test):
    results = test["result"] if isinstance(test["result"], list) else [test["result"]]
    lines = [
        "[case %s]" % name,
        "ip " + test["host"],
        "helo " + escaped(test["helo"]),
        "from " + escaped(test["mailfrom"]),
    ]
    lines.append("verdict " + "|".join(results))
    if "explanation" in test:
        explanation = test["explanation"]
        lines.append("explanation " + ("" if explanation == "DEFAULT" else escaped(explanation)))
    return lines


def convert(suite):
    lines, count = [], 0
    for scenario in yaml.safe_load_all(suite):
        lines += ["# " + scenario["description"], "[zone]"]
        for name, entries in scenario["zonedata"].items():
            lines += records(name, entries)
        for name, test in scenario["tests"].items():
            lines += case(name, test)
            count += 1
    return lines, count


def main(test_check, output):
    with gzip.open(SUITE) as suite:
        lines, count = convert(suite)
    if count != EXPECTED_TESTS:
        sys.exit("%s holds %d tests, not %d" % (SUITE, count, EXPECTED_TESTS))
    with open(output, "w", encoding="ascii") as out:
        out.write("\n".join(lines) + "\n")
    run = subprocess.run(
        [test_check, output],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    passed = re.search(r"\[  PASSED  \] (\d+) test", run.stdout)
    passed = int(passed.group(1)) if passed else 0
    if run.returncode != 0 or passed != count:
        print(run.stdout)
    print("%d of %d passed" % (passed, count))
    sys.exit(run.returncode != 0 or passed != count)


if __name__ == "__main__":
    main(*sys.argv[1:])
