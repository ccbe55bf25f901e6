"""test_page_numbers.py - every number of a page, and of the sentences on it, is one that DuckDB
counts in the same file: of a population that real name servers serve, of an audit of it, and of a
mail log."""

import pathlib
import re
import subprocess
import sys

import pytest

import harness
from test_page import SPACE, Page, world  # noqa: F401: a fixture

duckdb = pytest.importorskip("duckdb")
BENCH = harness.ROOT / "bench"
SUFFIXES = pathlib.Path("/usr/share/publicsuffix/public_suffix_list.dat")
BAD = "spf IN ('fail', 'softfail')"
PASSES = "'pass' IN (coalesce(spf, ''), coalesce(helo_spf, ''), coalesce(iprev, ''))"
UNKNOWN = """(coalesce(spf, '') IN ('temperror', 'needs_local_part')
    OR 'temperror' IN (coalesce(helo_spf, ''), coalesce(iprev, '')) OR iprev IS NULL)"""
DOMAIN = "coalesce(lower(spf_domain), lower(regexp_extract(nullif(sender, '<>'), '[^@]*$')))"
RESULTS = ("pass", "fail", "softfail", "neutral", "none", "permerror", "temperror")


@pytest.fixture(scope="module")
def outputs(world, tmp_path_factory):  # noqa: F811
    """name -> a file of results."""
    folder = tmp_path_factory.mktemp("numbers")

    def bed(*args):
        done = subprocess.run([sys.executable, *map(str, args)], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr

    bed(BENCH / "population", folder, "--domains", 1500, "--audit", "--senders")
    bed(BENCH / "internet", "start", folder, "--mode", "forward", "--servfail", 2)
    try:
        for command, rows in (("scan", "pairs"), ("audit", "domains")):
            more = ["--mx-ptr"] if command == "audit" else []
            bed(
                BENCH / "internet", "exec", folder, harness.SPFSWEEP, command, *more,
                folder / f"{rows}.csv.gz", "--upstream", "127.0.0.1",
                "-o", folder / f"{command}.csv.gz",
            )
    finally:
        bed(BENCH / "internet", "stop", folder)
    return {"scan": folder / "scan.csv.gz", "audit": folder / "audit.csv.gz",
            "log": world / "log.csv.gz"}


def suffix_rules():
    text = SUFFIXES.read_text("utf-8")
    rules = {line.split()[0] for line in text.splitlines() if line and line[:2] != "//"}
    return {rule.encode("idna").decode() if not rule.isascii() else rule for rule in rules}


def registrable(rules, name):
    """publicsuffix.org/list: the exception, else the longest rule, and one label more."""
    labels = name.split(".")
    for i in range(len(labels)):
        tail, wild = ".".join(labels[i:]), ".".join(["*", *labels[i + 1 :]])
        if f"!{tail}" in rules:
            return tail
        if tail in rules or wild in rules or i == len(labels) - 1:
            return ".".join(labels[max(i - 1, 0) :])
    return name


class Table:
    """The rows of a file that count, with what several questions need."""

    def __init__(self, path):
        self.base = duckdb.connect()
        self.base.execute(
            f"CREATE TABLE t AS SELECT * FROM read_csv('{path}', all_varchar = true, header = true,"
            " quote = '\"', escape = '\"', null_padding = false)"
        )
        self.columns = [row[0] for row in self.rows("SELECT column_name FROM (DESCRIBE t)")]
        if "event" in self.columns:
            self.rows("DELETE FROM t WHERE event = 'connect'")
        self.make_providers()

    def rows(self, sql):
        return self.base.execute(sql).fetchall()

    def one(self, what, where="true"):
        return self.rows(f"SELECT {what} FROM t WHERE {where}")[0][0]

    def counts(self, what, where="true", source="t"):
        return dict(self.rows(f"SELECT {what}, count(*) FROM {source} WHERE {where} GROUP BY 1"))

    def top(self, what, where="true", source="t"):
        """The 15 largest, and how many there are."""
        found = self.counts(what, where, source)
        order = sorted(found.items(), key=lambda item: (-item[1], item[0].encode()))
        return dict(order[:15]), len(order)

    def words(self, column, part="w"):
        """Of a list: a row counts once for each word."""
        return self.counts(
            "w",
            "w <> ''",
            f"(SELECT DISTINCT row, {part} AS w FROM "
            f"(SELECT row, unnest(string_split({column}, ';')) AS w FROM t))",
        )

    def make_providers(self):
        """provider(row, kind, name): by each include, and by each mail host."""
        self.base.execute(
            "CREATE TABLE names AS SELECT row, 'mx' AS kind, "
            "lower(rtrim(regexp_extract(unnest(string_split(mx, ';')), '^[^ ]* (.*)$', 1), '.')) "
            "AS name FROM t UNION ALL SELECT row, 'include', lower(rtrim(ltrim(regexp_extract("
            "unnest(regexp_extract_all(' ' || spf_record, ' [-+~?]?[iI][nN][cC][lL][uU][dD][eE]:"
            "[^ ]+')), ':(?:.*[}])?([^}]*)$', 1), '.'), '.')) FROM t"
        )
        rules = suffix_rules()
        names = [row[0] for row in self.rows("SELECT DISTINCT name FROM names WHERE name <> ''")]
        self.base.execute("CREATE TABLE suffixes (name VARCHAR, provider VARCHAR)")
        self.base.executemany(
            "INSERT INTO suffixes VALUES (?, ?)",
            [(name, registrable(rules, name)) for name in names] or [("", "")],
        )
        self.base.execute(
            "CREATE TABLE providers AS SELECT DISTINCT row, kind, provider "
            "FROM names JOIN suffixes USING (name)"
        )


def number_text(n):
    return f"{n:,}".replace(",", SPACE)


def share_text(n, total):
    percent = 100 * n / total
    if n in (0, total):
        return f"{0 if not n else 100}{SPACE}%"
    if percent < 0.05:
        return f"under 0.1{SPACE}%"
    return f"over 99.9{SPACE}%" if percent >= 99.95 else f"{percent:.1f}{SPACE}%"


class Checker:
    def __init__(self, path):
        done = harness.run("report", path, "--html", "-")
        assert done.returncode == harness.DONE, done.stderr
        self.text = done.stdout.decode()
        self.page, self.t, self.seen = Page(done.stdout), Table(path), set()
        self.all = self.t.one("count(*)")

    def check(self, chart, wanted, said, total=None, more=0):
        """The table, its shares, the numbers of the sentence, and how many are not shown."""
        self.seen.add(chart)
        section, total = self.page.sections[chart], self.all if total is None else total
        assert self.page.counts(chart) == wanted, chart
        head, *rows = section["rows"] or [["share"]]
        for row in rows:
            share = row[head.index("share")]
            assert share == share_text(wanted[row[0]], total), (chart, row)
        # digits in names and dates are no numbers
        words = [word.strip(".,;()") for word in section["h2"].split(" ")]
        numbers = [w.replace(SPACE, "") for w in words if re.fullmatch(rf"[\d{SPACE}]+", w)]
        assert [int(n) for n in numbers] == said, (chart, section["h2"])
        notes = re.search(rf'<section id="{chart}">.*?</section>', self.text, re.DOTALL).group()
        assert (f"are shown, {number_text(more)} are not." in notes) == (more > 0), chart

    def with_label(self, counts, label):
        return {label if key in (None, "") else key: n for key, n in counts.items()}

    def providers(self, chart, kind):
        wanted, n = self.t.top("provider", f"kind = '{kind}'", "providers")
        self.check(chart, wanted, [max(wanted.values()), self.all], more=n - len(wanted))

    def common(self):
        t = self.t
        states = self.with_label(t.counts("mx_state"), "(not checked)")
        self.check("mail-hosts", states, [states["ok"], self.all])
        problems = t.words("problems")
        self.check("problems", problems, [max(problems.values()), self.all])
        self.providers("includes", "include")
        self.providers("mx", "mx")
        causes = t.words("dns_cause", "regexp_extract(w, ': ([^ ]*)', 1)")
        if "failures" in self.page.sections:
            failed = problems.get("temperror", 0)
            self.check("failures", causes, [failed, self.all] if failed or causes else [])
        self.check_age()

    def check_age(self):
        self.seen.add("age")
        times = self.t.rows(
            "SELECT strftime(evaluated_at::TIMESTAMP, '%Y-%m-%d %H:%M:%S'), count(*) FROM t "
            "WHERE evaluated_at IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        said = self.page.sections["age"]["h2"].replace("\u2011", "-").replace("\xa0", " ")
        assert times[0][0] in said and times[-1][0] in said
        assert sum(self.page.counts("age").values()) == sum(n for _, n in times)
        for label, n in self.page.counts("age").items():
            if len(times) <= 20:
                assert dict(times).get(label, 0) == n

    def finish(self):
        """The upstreams are those of the manifest: test_page.py. All others were checked."""
        assert self.seen == set(self.page.sections) - {"upstreams"}


def check_refused(c):
    clients, n = c.t.top("ip", BAD)
    of_names, n_names = c.t.top("coalesce(lower(spf_domain), '')", BAD)
    refused = c.t.one("count(*)", BAD)
    for chart, found, number in (("clients", clients, n), ("names", of_names, n_names)):
        if number > 15 and len(set(found.values())) == 1:
            found, more = {}, 0
        else:
            more = number - len(found)
        c.check(chart, found, [refused, c.all, number], more=more)
    for client, *_, whose in c.page.sections["clients"]["rows"][1:]:
        pairs = c.t.counts("spf_domain", f"{BAD} AND ip = '{client}'")
        assert pairs[whose] == max(pairs.values())


def check_senders(c):
    found, n = c.t.top(f"coalesce(nullif({DOMAIN}, ''), '(none)')")
    names = n - c.t.one("count(*) > 0", f"coalesce({DOMAIN}, '') = ''")
    if n > 15 and len(set(found.values())) == 1:
        c.check("senders", {}, [names, max(found.values())])
        return
    labelled = {"(no domain)" if key == "(none)" else key: n for key, n in found.items()}
    said = [names, 15, sum(found.values()), c.all]
    c.check("senders", labelled, said, more=n - len(found))
    for label, numbers in c.page.table("senders").items():
        key = "" if label == "(no domain)" else label
        verdicts = c.t.counts("spf", f"coalesce({DOMAIN}, '') = '{key}'")
        known = [verdicts.get(word, 0) for word in RESULTS]
        assert numbers[1:] == [*known, numbers[0] - sum(known)], label


def check_scan(c):
    t = c.t
    verdicts = c.with_label(t.counts("spf"), "(no verdict)")
    c.check("spf", verdicts, [verdicts["pass"], c.all, verdicts["fail"]])
    iprev = c.with_label(t.counts("iprev"), "(not checked)")
    c.check("reverse", iprev, [iprev["pass"], c.all])
    check_refused(c)
    check_senders(c)
    broken = t.counts("spf_problem", "spf_problem IS NOT NULL")
    c.check("broken", broken, [sum(broken.values()), c.all])
    lookups = t.counts(
        "CASE WHEN spf_problem = 'lookup_limit' THEN 11 ELSE spf_lookups::INT END",
        "spf <> 'none' AND spf_lookups IS NOT NULL",
    )
    wanted = {str(i): lookups.get(i, 0) for i in range(11)}
    wanted[list(c.page.counts("lookups"))[11]] = lookups.get(11, 0)
    checks = sum(lookups.values())
    c.check("lookups", wanted, [lookups.get(11, 0), checks, 10], checks)


@pytest.mark.parametrize("name", ["scan", "log"])
def test_scan(outputs, name):
    c = Checker(outputs[name])
    c.common()
    check_scan(c)
    if name == "log":
        taken = "coalesce(event, '') <> 'reject'"
        fates = c.t.counts(
            f"CASE WHEN {PASSES} THEN 'pass' WHEN {UNKNOWN} THEN 'not known' "
            "ELSE 'would be lost' END",
            taken,
        )
        fates = {word: fates.get(word, 0) for word in ("pass", "not known", "would be lost")}
        sent = sum(fates.values())
        c.check("enforced", fates, [fates["would be lost"], sent], sent)
        then = c.t.counts("spf_then", "spf_then IS NOT NULL")
        if then:
            differ = c.t.one("count(*)", "spf_then <> coalesce(spf, '')")
            c.check("then", then, [sum(then.values()), differ], sum(then.values()))
    c.finish()
    things = "messages" if name == "log" else "rows"
    assert f"<h1>SPF and reverse DNS of {number_text(c.all)} {things}</h1>" in c.text


def test_audit(outputs):
    c = Checker(outputs["audit"])
    t = c.t
    c.common()
    states = c.with_label(t.counts("record_state"), "(not checked)")
    broken = sum(states.get(word, 0) for word in ("multiple", "syntax", "not_ascii"))
    c.check("record", states, [states["ok"], c.all, broken])
    ends = t.counts('"all"', '"all" IS NOT NULL')
    c.check("all", ends, [ends["-all"], sum(ends.values()), ends["~all"]], sum(ends.values()))
    lookups = t.counts("least(lookups::INT, 20)", "lookups IS NOT NULL")
    labels = list(c.page.counts("lookups"))
    wanted = {label: lookups.get(i, 0) for i, label in enumerate(labels)}
    n, over = sum(lookups.values()), t.one("count(*)", "lookups::INT > 10")
    c.check("lookups", wanted, [over, n, 10], n)
    sizes = t.counts("length(ltrim(pass_v4::BIGINT::BIT::VARCHAR, '0'))", "pass_v4 IS NOT NULL")
    labels, n = list(c.page.counts("addresses")), sum(sizes.values())
    wanted = {label: sizes.get(i, 0) for i, label in enumerate(labels)}
    many = t.one("count(*)", "pass_v4::BIGINT >= 65536")
    middle = t.one("quantile_disc(pass_v4::BIGINT, 0.5)", "pass_v4 IS NOT NULL")
    half = middle if middle < 2 else 2 ** middle.bit_length() - 1
    c.check("addresses", wanted, [many, n, 65536, half], n)
    reverse = t.words("mx_ptr", "string_split(w, ' ')[2]")
    c.check("mx-reverse", reverse, [reverse["pass"], c.all])
    c.finish()
    assert f"<h1>SPF policies of {number_text(c.all)} domains</h1>" in c.text
