"""test_page.py - report --html and --figures: each number against one that Python adds up from the
same file; the page's form; files of other kinds, unfinished ones, full disks."""

import collections
import csv
import gzip
import html.parser
import os
import re
import subprocess
import xml.etree.ElementTree

import pytest

import harness
import nameservers
import postfixlog
from harness import DONE, STOPPED, USAGE
from test_report_command import RECORDS, domain_of, script

SPACE = "\u202f"
VOID = {"meta", "rect", "line", "path", "circle"}
# Providers of the names in RECORDS, as publicsuffix.org has them.
PROVIDERS = {
    "_spf.provider.co.uk": "provider.co.uk",
    "_old.example": "_old.example",
    **{f"mx.hoster{i}.com": f"hoster{i}.com" for i in range(3)},
}


class Page(html.parser.HTMLParser):
    """A page, read as a browser does: its sections with their tables, and all elements."""

    def __init__(self, data):
        super().__init__()
        self.elements, self.open, self.sections = collections.Counter(), [], {}
        self.section = self.cell = None
        self.attributes = []
        self.feed(data.decode("utf-8"))
        assert not self.open

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.elements[tag] += 1
        self.attributes += attrs.items()
        if tag == "section":
            self.section = {"rows": [], "h2": "", "q": "", "svg": 0}
            self.sections[attrs["id"]] = self.section
        elif self.section is not None:
            self.section["svg"] += tag == "svg" and self.open[-1] == "section"
            if tag == "tr":
                self.section["rows"].append([])
            if tag in ("td", "th"):
                self.section["rows"][-1].append("")
            if tag in ("td", "th", "h2") or attrs.get("class") == "q":
                self.cell = "q" if tag == "p" else tag
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag
        if tag in ("td", "th", "h2", "p"):
            self.cell = None
        if tag == "section":
            self.section = None

    def handle_data(self, data):
        if self.section is None or not self.cell:
            return
        if self.cell in ("td", "th"):
            self.section["rows"][-1][-1] += data
        else:
            self.section[self.cell] += data

    def table(self, name):
        """{label: [numbers]}, in order; shares left out. A sentence alone has none."""
        head, *rows = self.sections[name]["rows"] or [["share"]]
        share = head.index("share")
        numbers = [i for i in range(1, len(head)) if i != share and i < share + 9]
        return {
            row[0]: [
                int(row[i].replace(SPACE, ""))
                for i in numbers
                if row[i].replace(SPACE, "").isdigit()
            ]
            for row in rows
        }

    def counts(self, name):
        return {label: numbers[0] for label, numbers in self.table(name).items()}


def make(path, *args, status=DONE):
    done = harness.run("report", path, "--html", "-", *args)
    assert done.returncode == status, done.stderr
    assert len(done.stdout) < 1_000_000
    return Page(done.stdout)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Outputs of a scan of a mail log, of a scan of pairs, and of an audit."""
    folder = tmp_path_factory.mktemp("page")
    log = postfixlog.made(21, 1500)
    (folder / "mail.log").write_text(postfixlog.text_of(log.lines))
    names = sorted({name for name, type in RECORDS if type in ("TXT", "MX")})
    (folder / "domains.txt").write_text("".join(f"{n}\n" for n in [*names, "no.example", "a..b"]))
    dns = nameservers.Server(script)
    try:
        harness.scan(
            folder, folder / "mail.log", "--log", "postfix", "--connects", dns.upstream,
            output="log.csv.gz",
        )
        done = harness.run(
            "audit", folder / "domains.txt", "-o", folder / "audit.csv.gz", dns.upstream
        )
        assert done.returncode in (0, 1), done.stderr
    finally:
        dns.stop()
    return folder


def rows_of(path):
    return list(harness.read_rows(path.read_bytes()))


def counted(rows, column, empty="(none)"):
    return dict(collections.Counter(row[column] or empty for row in rows))


def words(rows, column):
    return dict(collections.Counter(w for row in rows for w in row[column].split(";") if w))


def providers(names):
    return {PROVIDERS[name] for name in names}


def includes(row):
    return providers(re.findall(r"include:(\S+)", row["spf_record"]))


def hosts(row):
    found = [entry.split(" ")[1] for entry in row["mx"].split(";") if entry]
    return providers([name for name in found if name != "."])


def sums_of(rows, sets):
    return dict(collections.Counter(key for row in rows for key in sets(row)))


def top(counts, n=15):
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return dict(order[:n])


def check_common(page, rows):
    assert page.counts("problems") == words(rows, "problems")
    assert list(page.counts("problems").values()) == sorted(
        page.counts("problems").values(), reverse=True
    )
    assert page.counts("mail-hosts") == counted(rows, "mx_state", "(not checked)")
    assert page.counts("includes") == top(sums_of(rows, includes))
    assert page.counts("mx") == top(sums_of(rows, hosts))
    times = [row["evaluated_at"].replace("T", " ").replace("Z", "") for row in rows]
    times = [time for time in times if time]
    when = page.sections["age"]["h2"].replace("\u2011", "-").replace("\xa0", " ")
    assert min(times) in when and max(times) in when
    assert sum(page.counts("age").values()) == len(times)


def test_mail_log(world):
    rows = [r for r in rows_of(world / "log.csv.gz") if r["event"] != "connect"]
    page = make(world / "log.csv.gz")
    check_common(page, rows)
    assert page.counts("spf") == counted(rows, "spf", "(no verdict)")
    passed = sum(row["spf"] == "pass" for row in rows)
    wanted = f"SPF passes for {passed} of {len(rows):,} messages".replace(",", SPACE)
    assert page.sections["spf"]["h2"].startswith(wanted)
    assert page.counts("reverse") == counted(rows, "iprev", "(not checked)")
    refused = [row for row in rows if row["spf"] in ("fail", "softfail")]
    assert page.counts("clients") == top(counted(refused, "ip"))
    assert page.counts("names") == top(counted(refused, "spf_domain"))
    pairs = collections.Counter((row["ip"], row["spf_domain"]) for row in refused)
    for client, *_, whose in page.sections["clients"]["rows"][1:]:
        assert pairs[client, whose] == max(n for (ip, _), n in pairs.items() if ip == client)
    problems = [row for row in rows if row["spf_problem"]]
    assert page.counts("broken") == counted(problems, "spf_problem")
    lookups = collections.Counter(
        11 if row["spf_problem"] == "lookup_limit" else int(row["spf_lookups"])
        for row in rows
        if row["spf_lookups"] and row["spf"] != "none"
    )
    got = list(page.counts("lookups").values())
    assert got == [lookups[i] for i in range(12)]


def test_senders(world):
    rows = [r for r in rows_of(world / "log.csv.gz") if r["event"] != "connect"]
    page = make(world / "log.csv.gz")
    sent = collections.Counter(domain_of(row) for row in rows)
    names = len(sent) - ("(none)" in sent)
    assert page.sections["senders"]["h2"].startswith(f"There are {names} domains; ")
    sent = collections.Counter({k.replace("(none)", "(no domain)"): n for k, n in sent.items()})
    verdicts = collections.defaultdict(collections.Counter)
    for row in rows:
        verdicts[domain_of(row).replace("(none)", "(no domain)")][row["spf"]] += 1
    results = ("pass", "fail", "softfail", "neutral", "none", "permerror", "temperror")
    table = page.table("senders")
    assert {name: numbers[0] for name, numbers in table.items()} == top(sent)
    for name, numbers in table.items():
        of_name = verdicts[name]
        known = [of_name[word] for word in results]
        assert numbers[1:] == [*known, sent[name] - sum(known)], name


def test_enforced(world):
    rows = [r for r in rows_of(world / "log.csv.gz") if r["event"] == "message"]
    page = make(world / "log.csv.gz")

    def fate(row):
        results = (row["spf"], row["helo_spf"], row["iprev"])
        if "pass" in results:
            return "pass"
        open_ones = {"temperror", "needs_local_part"}
        return "not known" if open_ones & set(results) or not row["iprev"] else "would be lost"

    wanted = collections.Counter(map(fate, rows))
    assert page.counts("enforced") == {
        word: wanted[word] for word in ("pass", "not known", "would be lost")
    }


def test_audit(world):
    rows = rows_of(world / "audit.csv.gz")
    page = make(world / "audit.csv.gz")
    check_common(page, rows)
    assert page.counts("record") == counted(rows, "record_state", "(not checked)")
    assert page.counts("all") == counted([row for row in rows if row["all"]], "all")
    lookups = collections.Counter(int(row["lookups"]) for row in rows if row["lookups"])
    got = page.counts("lookups")
    assert [got[str(i)] for i in range(11)] == [lookups[i] for i in range(11)]
    bins = collections.Counter(int(row["pass_v4"]).bit_length() for row in rows if row["pass_v4"])
    assert list(page.counts("addresses").values()) == [
        bins[i] for i in range(max(18, max(bins) + 1))
    ]
    many = sum(int(row["pass_v4"] or 0) >= 65536 for row in rows)
    assert page.sections["addresses"]["h2"].startswith(f"{many} of ")
    assert not {"spf", "senders", "enforced"} & set(page.sections)


def test_upstreams_and_manifest(world):
    page = make(world / "log.csv.gz")
    done = harness.run("report", world / "log.csv.gz", "--html", "-").stdout.decode()
    (address, numbers), *others = page.table("upstreams").items()
    assert not others and address.startswith("127.")
    sent, answered, again, silent = numbers
    assert sent == answered + again + silent > 0
    for member in ("versions.spfsweep", "options.engine", "input_sha256.0", "rows_read"):
        assert f'<th scope="row">{member}</th>' in done
    assert f">{address}<" in done


def test_then(tmp_path):
    """What the log has of SPF, beside what it says now; rows without it do not count."""
    then, now = ("pass", "fail", "none", ""), ("pass", "softfail", "temperror", "")
    rows = [(t, n) for t in then for i, n in enumerate(now) for _ in range(i + len(t))]
    head = "row,event,spf_then,status,spf_domain,spf,evaluated_at\n"
    path = tmp_path / "then.csv"
    path.write_text(
        head + "".join(f"{i},message,{t},ok,a.example,{n},\n" for i, (t, n) in enumerate(rows))
    )
    page = make(path)
    rows = [(t, n) for t, n in rows if t]
    order = ("none", "neutral", "pass", "fail", "softfail", "temperror", "permerror", "")
    sums = collections.Counter(rows)
    assert page.table("then") == {
        t: [sum(sums[t, n] for n in order), *(sums[t, n] for n in order)]
        for t in order
        if any(t == then for then, _ in rows)
    }
    differ = sum(t != n for t, n in rows)
    assert f"for {len(rows)} messages; now SPF says something else for {differ} " in (
        page.sections["then"]["h2"]
    )


def test_mx_reverse(world, tmp_path):
    """A domain counts once for each result that its mail hosts' names have."""
    header, *rows = harness.parse_output((world / "audit.csv.gz").read_bytes())
    lists = ("192.0.2.1 pass a.example;192.0.2.2 pass b.example", "", "192.0.2.1 permerror",
             "2001:db8::1 fail x.example;192.0.2.2 pass b.example")
    path = tmp_path / "mx_ptr.csv"
    with open(path, "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        for i, row in enumerate(rows):
            row[header.index("mx_ptr")] = lists[i % 4]
            writer.writerow(row)
    wanted = collections.Counter(
        word
        for i in range(len(rows))
        for word in {entry.split(" ")[1] for entry in lists[i % 4].split(";") if entry}
    )
    assert make(path).counts("mx-reverse") == dict(wanted)
    assert "mx-reverse" not in make(world / "audit.csv.gz").sections


def test_alike(tmp_path):
    """No name stands out: none is shown, and that is said."""
    path = tmp_path / "alike.csv"
    path.write_text(
        "row,ip,status,spf_domain,spf,evaluated_at\n"
        + "".join(f"{i},192.0.2.{i % 50},ok,d{i % 50}.example,fail,\n" for i in range(100))
    )
    page = make(path)
    for chart in ("senders", "clients", "names"):
        assert page.sections[chart]["rows"] == [] and "50 " in page.sections[chart]["h2"]
    assert page.sections["senders"]["h2"].startswith("None stands out: none of 50 domains")


def test_two_largest(tmp_path):
    """Equal ones: none of them is said to have more than any other."""
    path = tmp_path / "two.csv"
    head = (
        "row,ip,status,spf_domain,spf,spf_problem,spf_record,mx,problems,dns_cause,evaluated_at\n"
    )
    rows = [
        ("permerror", "syntax", "v=spf1 include:a.example.net -all", "mx.one.net", "no_ptr"),
        ("permerror", "loop", "v=spf1 include:b.example.com -all", "mx.two.net", "no_mx"),
        ("fail", "", "v=spf1 include:c.example.edu -all", "mx.six.net", "no_mx;no_ptr"),
        ("fail", "", "v=spf1 include:c.example.edu -all", "mx.six.net", ""),
    ]

    def headings(order):
        lines = (
            f"{i},192.0.2.{i},ok,d{i}.example,{spf},{problem},{record},10 {mx},{words},,\n"
            for i, (spf, problem, record, mx, words) in enumerate(rows[k] for k in order)
        )
        path.write_text(head + "".join(lines))
        sections = make(path).sections
        return {
            name: sections[name]["h2"].replace("\u2068", "").replace("\u2069", "")
            for name in ("includes", "mx", "problems", "broken", "names")
        }

    equal = headings([0, 1, 2])
    assert not any("than any" in text for text in equal.values())
    assert equal["includes"].startswith("No provider is included by more than example.com: 1 of 3")
    assert equal["includes"].endswith("; 2 others have as many.")
    assert equal["mx"].startswith("Nowhere do more have their mail hosts than at one.net: 1 of 3")
    assert equal["mx"].endswith("; 2 others have as many.")
    assert equal["problems"].startswith("No problem is more frequent than no_mx, in 2 of 3 rows")
    assert equal["problems"].endswith("; 1 other has as many.")
    assert equal["broken"].endswith("most often loop; 1 other has as many.")
    one = headings([0, 1, 2, 3])
    assert one["includes"].startswith("More include example.edu than any other provider: 2 of 4")
    assert one["mx"].startswith("More have their mail hosts at six.net than anywhere else: 2 of 4")
    assert one["names"].endswith("most often in that of d2.example; 1 other has as many.")


def test_form(world):
    """It asks for nothing, has no script, and says what each picture is."""
    for name in ("log.csv.gz", "audit.csv.gz"):
        data = harness.run("report", world / name, "--html", "-").stdout
        page = Page(data)
        text = data.decode()
        assert "default-src 'none'; style-src 'unsafe-inline'" in text
        assert not {"script", "img", "link", "iframe", "object", "a", "base", "form"} & set(
            page.elements
        )
        for attribute, value in page.attributes:
            assert not attribute.startswith("on") and attribute not in ("href", "src", "srcset")
            assert not value or "url(" not in value or value.startswith("url(#p")
        assert "@import" not in text and "http-equiv" in text
        assert page.elements["details"] >= len(page.sections) >= 8
        for section in page.sections.values():
            assert section["q"].endswith("?") and section["h2"].endswith(".")
            assert bool(section["svg"]) == bool(section["rows"])
        ids = re.findall(r' id="([^"]*)"', text)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'aria-labelledby="(\S+) (\S+)"', text)) <= {
            (f"{name}-t", f"{name}-d") for name in page.sections
        }
        assert data == harness.run("report", world / name, "--html", "-").stdout


def test_figures(world, tmp_path):
    folder = tmp_path / "figures"
    for name in ("log.csv.gz", "audit.csv.gz"):
        page = make(world / name)
        done = harness.run(
            "report", world / name, "--figures", folder, "--overwrite", "--html", tmp_path / "p"
        )
        assert done.returncode == DONE, done.stderr
        for chart in page.sections:
            if not page.sections[chart]["rows"]:
                continue
            svg = xml.etree.ElementTree.parse(folder / f"{chart}.svg").getroot()
            assert svg.tag == "{http://www.w3.org/2000/svg}svg" and svg.get("width") == "744"
            text = (folder / f"{chart}.svg").read_text()
            assert "%" not in re.sub(r"<(text|desc)\b.*?</\1>", "", text) and "var(" not in text
            with open(folder / f"{chart}.csv", newline="") as file:
                head, *rows = csv.reader(file)
            numbers = {row[0]: int(row[1]) for row in rows}
            assert list(numbers.values()) == list(page.counts(chart).values())
            assert len(head) == len(rows[0])


def test_where(world):
    rows = [r for r in rows_of(world / "log.csv.gz") if r["spf"] == "fail"]
    page = make(world / "log.csv.gz", "--where", "spf=fail")
    assert page.counts("spf") == {"fail": len([r for r in rows if r["event"] != "connect"])}
    text = harness.run("report", world / "log.csv.gz", "--html", "-", "--where", "spf=fail")
    assert b"Only rows with <bdi>spf=fail</bdi> count" in text.stdout


def test_several_files(world):
    one = make(world / "log.csv.gz")
    done = harness.run(
        "report", world / "log.csv.gz", world / "log.csv.gz", "--html", "-", "--where",
        "event!=connect",
    )
    two = Page(done.stdout)
    assert two.counts("spf") == {word: 2 * n for word, n in one.counts("spf").items()}
    assert two.table("upstreams") == {
        key: [2 * n for n in numbers] for key, numbers in one.table("upstreams").items()
    }
    mixed = harness.run("report", world / "log.csv.gz", world / "audit.csv.gz", "--html", "-")
    assert mixed.returncode == USAGE and not mixed.stdout
    assert "audit.csv.gz: it is an output of audit: tables are made of scans" in mixed.stderr
    table = harness.run("report", world / "audit.csv.gz")
    assert table.returncode == USAGE and "it is an output of audit" in table.stderr


def test_a_silent_upstream(tmp_path):
    """Its few queries are no share that could be seen: its line and the sentence say it."""
    (tmp_path / "pairs.csv").write_text(
        "domain,ip\n" + "".join(f"d{i}.example,192.0.2.1\n" for i in range(50))
    )
    dns = nameservers.Server(script)
    try:
        harness.scan(
            tmp_path, tmp_path / "pairs.csv", dns.upstream, "--upstream=127.0.0.77:9",
            output="results.csv.gz",
        )
    finally:
        dns.stop()
    page = make(tmp_path / "results.csv.gz")
    told = page.sections["upstreams"]["h2"]
    assert told.endswith(" to 2 upstreams were answered. 1 never answered.")
    assert "it never answered" in harness.run(
        "report", tmp_path / "results.csv.gz", "--html", "-"
    ).stdout.decode()


def test_no_rows(world, tmp_path):
    header = harness.parse_output((world / "log.csv.gz").read_bytes())[0]
    (tmp_path / "empty.csv").write_text(",".join(header) + "\n")
    page = make(tmp_path / "empty.csv")
    assert page.sections["spf"]["h2"] == "There are no messages to judge."
    header = harness.parse_output((world / "audit.csv.gz").read_bytes())[0]
    (tmp_path / "audit.csv").write_text(",".join(header) + "\n")
    assert make(tmp_path / "audit.csv").sections["record"]["h2"] == "There are no domains to judge."


def test_not_all_of_it(world, tmp_path):
    data = (world / "log.csv.gz").read_bytes()
    unfinished = tmp_path / "unfinished.csv.gz"
    unfinished.write_bytes(data.removesuffix(harness.BGZF_EOF))
    done = harness.run("report", unfinished, "--html", "-")
    assert done.returncode == DONE and b"the scan that wrote this did not end" in done.stdout
    told = f"{unfinished}: it is of a scan that did not end; the rows that are there count"
    assert told in done.stderr
    table = harness.run("report", unfinished)
    assert table.returncode == DONE and told in table.stderr
    done = harness.run("report", "-", "--html", "-", stdin=unfinished.read_bytes())
    assert done.returncode == DONE and b"the scan that wrote this did not end" in done.stdout
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(data[: len(data) // 2])
    done = harness.run("report", torn, "--html", "-")
    assert done.returncode == STOPPED and b"a file ended too early" in done.stdout
    assert sum(Page(done.stdout).counts("spf").values()) > 0
    whole = harness.run("report", world / "log.csv.gz", "--html", "-").stdout
    assert b"Not all of it" not in whole
    assert b"What wrote it ran to its end." in whole and b"to its end." not in done.stdout
    plain = tmp_path / "plain.csv"
    plain.write_bytes(gzip.decompress(data))
    assert b"to its end." not in harness.run("report", plain, "--html", "-").stdout
    rejects = sum(row["event"] == "reject" for row in rows_of(world / "log.csv.gz"))
    assert f" Of them {rejects} were rejected then.".encode() in whole
    assert "did not end" not in harness.run("report", world / "log.csv.gz").stderr


def test_little_memory(world, tmp_path):
    header = "row,ip,status,spf_domain,spf,problems,evaluated_at\n"
    lines = [f"{i},192.0.{i % 250}.1,ok,d{i}.example,fail,spf_fail,\n" for i in range(40000)]
    (tmp_path / "many.csv").write_text(header + "".join(lines))
    done = harness.run("report", tmp_path / "many.csv", "--html", "-", "--memory", "1")
    assert Page(done.stdout).counts("spf") == {"fail": 40000}
    assert b"Memory was full: at least" in done.stdout and b"more than" in done.stdout


def test_what_is_refused(world, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("something")
    for args, told in [
        (["--html", page], "choose another --html, or give --overwrite"),
        (["--html", "-", "--by", "client"], "--by is for tables"),
        (["--html", "-", "--format", "json"], "--format is for tables"),
        (["--html", "-", "--top", "3"], "--top is for tables"),
        (["--html", "-", "-o", tmp_path / "x"], "--output is for tables"),
        (["--html", tmp_path / "no" / "page.html"], "No such file or directory"),
        (["--figures", page], "page.html"),
    ]:
        done = harness.run("report", world / "log.csv.gz", *args)
        assert done.returncode == USAGE, (args, done.stderr)
        assert told in done.stderr
    assert page.read_text() == "something"
    log = world / "log.csv.gz"
    done = harness.run("report", log, "--html", log, "--overwrite")
    assert done.returncode == USAGE and "is an input, too" in done.stderr
    done = harness.run("report", world / "log.csv.gz", "--html", page, "--overwrite")
    assert done.returncode == DONE and page.read_bytes().startswith(b"<!DOCTYPE html>")


def test_full_disk(world):
    done = harness.run("report", world / "log.csv.gz", "--html", "/dev/full")
    assert done.returncode == STOPPED and "No space left on device" in done.stderr
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [harness.SPFSWEEP, "report", world / "log.csv.gz", "--html", "-"],
            stdout=full, stderr=subprocess.PIPE, timeout=harness.HANGS_S, check=False,
        )
    assert done.returncode == STOPPED and b"No space left on device" in done.stderr


def test_memory(tmp_path):
    """All rows are of other domains, clients and hosts: --memory is the bound."""
    header = "row,ip,status,spf_domain,spf,ptr,spf_record,mx,problems,evaluated_at\n"

    def peak_mib(n, *args):
        path = tmp_path / f"{n}.csv"
        with open(path, "w") as out:
            out.write(header)
            for i in range(n):
                name = f"d{i}.example"
                out.write(
                    f"{i},10.{i >> 16}.{i >> 8 & 255}.{i & 255},ok,{name},fail,h.{name},"
                    f"v=spf1 include:i{name} -all,10 mx.{name},spf_fail,\n"
                )
        process = subprocess.Popen([harness.SPFSWEEP, "report", path, *args])
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == DONE
        return usage.ru_maxrss / 1024

    for form in (["--html", "/dev/null", "--overwrite"], ["-o", "/dev/null", "--overwrite"]):
        few = peak_mib(10, *form)
        assert peak_mib(300_000, *form, "--memory", "32") < few + 32, form
