"""forwarding.py - what the tests of the forward engine share: rows about d0.test, d1.test, ...,
whose verdict must be the one that the servers' truth leads to."""

import harness

VERDICT = ["v=spf1 ip4:192.0.2.1 -all"]  # pass for the address of every row
FALSEHOOD = ["v=spf1 -all"]  # what a wrong answer leads to: fail


def truth(name, type):
    return VERDICT if type == "TXT" else []


def rows_of(n):
    return "domain,ip\n" + "".join(f"d{i}.test,192.0.2.1\n" for i in range(n))


def scan(folder, rows, upstreams, *options):
    """`rows` may be how many. Only SPF, so that a row is a question."""
    text = rows_of(rows) if isinstance(rows, int) else rows
    return harness.scan(folder, text, *[u.upstream for u in upstreams], "--checks=spf", *options)


def assert_truth(result, n):
    assert result.status == harness.DONE, result.stderr
    wrong = [
        (row["domain"], row["spf"], row["dns_cause"])
        for row in result.rows
        if (row["spf"], row["dns_cause"]) != ("pass", "")
    ]
    assert wrong == [] and len(result.rows) == n


def causes(result):
    """What stands in dns_cause, without what differs from row to row."""
    return {row["dns_cause"].replace(row["domain"], "NAME").split(" (")[0] for row in result.rows}
