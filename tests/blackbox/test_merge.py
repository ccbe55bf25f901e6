"""test_merge.py - `spfsweep merge`: the shards of a scan become what one scan of the whole writes;
every set of files that is not that is refused, with the file and the reason, and nothing is left
behind."""

import gzip
import itertools
import random
import subprocess

import pytest

import blocks
import harness
from harness import BAD_ROWS, DONE, STOPPED, USAGE

N_ROWS, N_SHARDS = 600, 4
HEADER = "domain,ip,note\n"


def rows_of(n_rows):
    return "".join(f"d{n % 90}.bulk.test,192.0.2.{n % 128},note {n}\n" for n in range(n_rows))


TEXT = HEADER + rows_of(N_ROWS) + "bad..name,192.0.2.1,bad\n"


@pytest.fixture(scope="module")
def whole(bulk_nsd, tmp_path_factory):
    """One scan of all rows."""
    scan = harness.scan(tmp_path_factory.mktemp("whole"), TEXT, bulk_nsd.upstream)
    assert scan.status == BAD_ROWS
    return scan


def scan_shard(folder, nsd, k, n=N_SHARDS, *options, text=TEXT, name=None):
    name = name or f"shard-{k}.csv.gz"
    again = [] if "--resume" in options else ["--overwrite"]
    options = [nsd.upstream, "--window=64", f"--shard={k}/{n}", *again, *options]
    scan = harness.scan(folder, text, *options, output=name)
    assert scan.summary["complete"]
    return scan


@pytest.fixture(scope="module")
def made(bulk_nsd, tmp_path_factory):
    """All shards, and their folder. Not to be changed."""
    folder = tmp_path_factory.mktemp("shards")
    return folder, [scan_shard(folder, bulk_nsd, k) for k in range(N_SHARDS)]


@pytest.fixture
def shards(made, tmp_path):
    """Copies of the shards' files, as paths."""
    paths = [tmp_path / f"shard-{k}.csv.gz" for k in range(N_SHARDS)]
    for path, scan in zip(paths, made[1]):
        path.write_bytes(scan.data)
    return paths


def merge(folder, paths, *options, **more):
    more.setdefault("output", "all.csv.gz")
    return harness.scan(folder, paths, *options, command="merge", **more)


# ---- what belongs together ----


def test_it_is_the_whole(whole, shards, tmp_path):
    merged = merge(tmp_path, shards)
    assert merged.status == DONE and merged.says(f"{N_ROWS + 1} rows of {N_SHARDS} outputs in")
    assert merged.timeless() == whole.timeless()
    assert harness.bgzf_members(merged.data)[-1].first_row is None
    assert merged.data.endswith(harness.BGZF_EOF)
    members = [m for m in harness.bgzf_members(merged.data) if m.n_rows]
    assert [m.first_row for m in members] == [
        1 + sum(m.n_rows for m in members[:i]) for i in range(len(members))
    ]


def test_the_order_of_the_arguments_means_nothing(shards, tmp_path):
    def text(data):
        return gzip.decompress(data)

    first = merge(tmp_path, shards)
    for paths in itertools.islice(itertools.permutations(shards), 1, None, 5):
        again = merge(tmp_path, list(paths), "--overwrite")
        assert again.status == DONE and text(again.data) == text(first.data)
        assert [s["options"]["shard"] for s in again.summary["shards"]] == [
            f"{k}/{N_SHARDS}" for k in range(N_SHARDS)
        ]


def test_the_summaries_add_up(whole, made, shards, tmp_path):
    merged = merge(tmp_path, shards).summary
    parts = [scan.summary for scan in made[1]]
    for name in ("rows", "bad_rows", "temperror_rows", "excluded_rows"):
        assert merged[name] == sum(p[name] for p in parts) == whole.summary[name], name
    asked = ("questions", "cache_hits", "joined", "queries_sent", "answers", "failures")
    for name in ("memo_rows", *asked):
        assert merged[name] == sum(p[name] for p in parts), name
    for name in ("spf", "helo_spf", "iprev", "problems", "spf_problem", "mx_state"):
        assert merged[name] == whole.summary[name], name
    assert merged["peak_memory_bytes"] == max(s["peak_memory_bytes"] for s in merged["shards"])
    assert merged["command"] == "merge" and merged["complete"]
    assert merged["options"]["checks"] == "spf,iprev,mx,a" and merged["options"]["shard"] == ""
    # each shard's own, but for what is only known when the file is closed
    late = ("output_sha256", "bytes_written", "wall_seconds", "cpu_seconds", "ended_at")
    late += ("peak_memory_bytes",)
    for inside, own in zip(merged["shards"], parts):
        assert {k: v for k, v in inside.items() if k not in late} == {
            k: v for k, v in own.items() if k not in late
        }


def test_as_text(whole, shards, tmp_path):
    assert merge(tmp_path, shards, output="all.csv").timeless() == whole.timeless()
    done = harness.run("merge", *shards)
    assert done.returncode == DONE and done.stdout == (tmp_path / "all.csv").read_bytes()


def test_one_shard_of_one(whole, bulk_nsd, tmp_path):
    scan_shard(tmp_path, bulk_nsd, 0, 1)
    assert merge(tmp_path, [tmp_path / "shard-0.csv.gz"]).timeless() == whole.timeless()


def test_shards_without_rows(bulk_nsd, tmp_path):
    """More shards than domains."""
    text = "domain,ip\n" + "one.bulk.test,192.0.2.1\n" * 3
    scans = [scan_shard(tmp_path, bulk_nsd, k, 7, text=text) for k in range(7)]
    assert sorted(len(scan.rows) for scan in scans) == [0] * 6 + [3]
    merged = merge(tmp_path, [tmp_path / f"shard-{k}.csv.gz" for k in range(7)])
    assert merged.status == DONE and [row["row"] for row in merged.rows] == ["1", "2", "3"]


def test_long_rows(bulk_nsd, tmp_path):
    """A row may span blocks."""
    notes = ["x" * size for size in (10, 70_000, 65_280, 200_000, 10)]
    text = HEADER + "".join(f"d{i}.bulk.test,192.0.2.1,{note}\n" for i, note in enumerate(notes))
    plain = harness.scan(tmp_path, text, bulk_nsd.upstream)
    for k in range(2):
        scan_shard(tmp_path, bulk_nsd, k, 2, text=text)
    merged = merge(tmp_path, [tmp_path / f"shard-{k}.csv.gz" for k in range(2)])
    assert merged.timeless() == plain.timeless()


def test_it_is_gone_on_with(shards, bulk_nsd, tmp_path):
    """The merged output is one of a scan of the whole: a longer list goes on."""
    merge(tmp_path, shards)
    longer = TEXT + rows_of(N_ROWS)
    more = harness.scan(
        tmp_path, longer, bulk_nsd.upstream, "--resume", output="all.csv.gz"
    )
    expected = harness.scan(tmp_path, longer, bulk_nsd.upstream, output="longer.csv.gz")
    assert more.says("complete, with") and more.timeless() == expected.timeless()
    again = harness.scan(
        tmp_path, tmp_path / "all.csv.gz", bulk_nsd.upstream, command="retry", output="new.csv.gz"
    )
    assert again.summary["retried_rows"] == 0 and again.timeless() == expected.timeless()


def test_shards_that_were_resumed_and_retried(whole, made, shards, bulk_nsd, tmp_path):
    """What was done to a shard on the way does not count."""
    data = made[1][1].data
    members = harness.bgzf_members(data)
    shards[1].write_bytes(data[: sum(m.size for m in members[: len(members) // 2])])
    scan_shard(tmp_path, bulk_nsd, 1, N_SHARDS, "--resume")
    shards[2].rename(tmp_path / "old.csv.gz")
    done = harness.run("retry", tmp_path / "old.csv.gz", "-o", shards[2], bulk_nsd.upstream)
    assert done.returncode == BAD_ROWS or done.returncode == DONE
    assert merge(tmp_path, shards).timeless() == whole.timeless()


def test_shards_of_an_audit(bulk_nsd, tmp_path):
    """With files beside them, which stay as they are; and it is gone on with."""
    domains = "domain\n" + "".join(f"d{n}.bulk.test\n" for n in range(200))

    def audit(*options, text=domains, output):
        return harness.scan(
            tmp_path, text, bulk_nsd.upstream, *options, command="audit", output=output
        )

    whole = audit(output="whole.csv.gz")
    paths = [tmp_path / f"audit-{k}.csv.gz" for k in range(3)]
    for k, path in enumerate(paths):
        beside = [f"--includes={tmp_path}/i{k}.csv.gz", f"--networks={tmp_path}/n{k}.csv.gz"]
        audit(f"--shard={k}/3", *beside, output=path.name)
    merged = merge(tmp_path, paths)
    assert merged.status == DONE and merged.timeless() == whole.timeless()
    assert merged.summary["rows"] == 200
    again = harness.scan(
        tmp_path, tmp_path / "all.csv.gz", "--older-than=0s", bulk_nsd.upstream, command="retry",
        output="new.csv.gz",
    )  # fmt: skip
    assert again.timeless() == whole.timeless()
    more = domains + "d200.bulk.test\n"
    longer = audit("--resume", text=more, output="all.csv.gz")
    assert longer.says("complete, with 200 rows") and len(longer.rows) == 201
    scan_shard(tmp_path, bulk_nsd, 2, 3)
    refused(
        tmp_path, [*paths[:2], tmp_path / "shard-2.csv.gz"], "its header row differs",
        output="x.csv.gz",
    )  # fmt: skip


def test_shards_of_a_sample(bulk_nsd, tmp_path):
    """Which rows there are nobody knows, but how many each shard wrote."""
    whole = harness.scan(tmp_path, TEXT, bulk_nsd.upstream, "--sample=40%")
    parts = [scan_shard(tmp_path, bulk_nsd, k, N_SHARDS, "--sample=40%") for k in range(N_SHARDS)]
    paths = [tmp_path / f"shard-{k}.csv.gz" for k in range(N_SHARDS)]
    merged = merge(tmp_path, paths)
    assert merged.status == DONE and 0 < len(merged.rows) < N_ROWS
    assert merged.timeless() == whole.timeless()
    refused(
        tmp_path, [tmp_path / "all.csv.gz"] * 2, "it is of a sample", output="x.csv.gz",
        options=["--append"],
    )  # fmt: skip
    longer = harness.scan(
        tmp_path, TEXT + rows_of(50), bulk_nsd.upstream, "--sample=40%", "--resume",
        output="all.csv.gz",
    )  # fmt: skip
    assert longer.says("complete, with")
    n = len(parts[1].rows)
    for change in (lambda rows: rows[:2] + rows[3:], lambda rows: rows[:-1]):
        paths[1].write_bytes(blocks.with_rows(parts[1].data, change))
        refused(
            tmp_path, paths, paths[1], f"it has {n - 1} rows, where its scan wrote {n}",
            output="x.csv.gz",
        )  # fmt: skip
    double = blocks.decode(parts[0].data)[1].text.splitlines(keepends=True)[0]
    paths[1].write_bytes(
        blocks.with_rows(parts[1].data, lambda rows: sorted([*rows, double], key=number))
    )
    refused(tmp_path, paths, "is there twice: in", output="x.csv.gz")


# ---- what does not ----


def refused(folder, paths, *words, output="all.csv.gz", options=()):
    """It says why in one line, and leaves nothing."""
    done = harness.run("merge", *options, "-o", folder / output, *paths)
    assert done.returncode == USAGE, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert all(str(word) in done.stderr for word in words), (words, done.stderr)
    assert not (folder / output).exists()


def test_one_is_missing(shards, tmp_path):
    refused(tmp_path, shards[:2] + shards[3:], "1 of the 4 shards are missing: 2")
    refused(tmp_path, shards[1:2], "3 of the 4 shards are missing: 0, 2, 3")


def test_one_is_there_twice(shards, tmp_path):
    refused(tmp_path, [*shards, shards[1]], "shard 1 of 4 is there twice", shards[1])
    copy = tmp_path / "copy.csv.gz"
    copy.write_bytes(shards[1].read_bytes())
    refused(tmp_path, [*shards[:3], copy], "shard 1 of 4 is there twice", shards[1], copy)


@pytest.mark.parametrize("cut", [1, 27, 29, 60, 2000])
def test_one_is_torn(shards, tmp_path, cut):
    shards[2].write_bytes(shards[2].read_bytes()[:-cut])
    refused(tmp_path, shards, shards[2], "it is torn")


@pytest.mark.parametrize("left", [1, 2, 3, -1, -2])
def test_one_did_not_end(shards, tmp_path, left):
    """As a kill between two writes leaves it."""
    data = shards[2].read_bytes()
    shards[2].write_bytes(data[: sum(m.size for m in harness.bgzf_members(data)[:left])])
    refused(tmp_path, shards, shards[2], "did not end", "--resume")


def test_one_is_damaged(shards, tmp_path):
    data = bytearray(shards[2].read_bytes())
    data[len(data) // 3] ^= 1
    shards[2].write_bytes(data)
    refused(tmp_path, shards, shards[2], "damaged behind byte")


def test_another_n(shards, bulk_nsd, tmp_path):
    scan_shard(tmp_path, bulk_nsd, 3, 5)
    refused(tmp_path, shards, shards[3], "it is shard 3 of 5, and", "is one of 4")


@pytest.mark.parametrize(
    "option, words",
    [
        ("--void-limit=5", ("its --void-limit was '5'", "'2'")),
        ("--no-exp", ("its --no-exp was 'yes'", "'no'")),
        ("--ask=NS:{domain}", ("its --ask was 'ask_ns=NS:{domain}'", "''")),
    ],
)
def test_other_options(shards, bulk_nsd, tmp_path, option, words):
    scan_shard(tmp_path, bulk_nsd, 3, N_SHARDS, option)
    refused(tmp_path, shards, shards[3], *words)


def test_another_header(shards, bulk_nsd, tmp_path):
    text = TEXT.replace("note", "remark", 1)
    scan_shard(tmp_path, bulk_nsd, 3, text=text)
    refused(tmp_path, shards, shards[3], "its header row differs from that of", shards[0])


def test_the_same_header_for_other_columns(shards, bulk_nsd, tmp_path):
    """Which column is the domain is not in the header row."""
    scan_shard(tmp_path, bulk_nsd, 3, N_SHARDS, "--columns=sender=note")
    refused(tmp_path, shards, shards[3], "its note says sender='3'")


@pytest.mark.parametrize(
    "text, why",
    [
        (TEXT.replace("192.0.2.5,note 5\n", "192.0.2.6,note 5\n"), "of as many rows"),
        (TEXT.replace("note 599", "note 598"), "of as many rows"),
        (TEXT + "d1.bulk.test,192.0.2.1,more\n", "when the input grew"),
        (HEADER + rows_of(N_ROWS), "when the input grew"),
    ],
    ids=["an address", "a value that is ours not", "longer", "shorter"],
)
def test_another_input(shards, bulk_nsd, tmp_path, text, why):
    """Also when not one row of the shard itself differs: each process has read all rows."""
    scan_shard(tmp_path, bulk_nsd, 3, text=text)
    refused(tmp_path, shards, "its scan read another input", why, shards[0], shards[3])


def number(line):
    return int(line.split(b",")[0])


def test_a_gap(shards, tmp_path):
    """A row is in no shard, in the middle and at the end."""
    data = shards[1].read_bytes()
    lost = number(blocks.decode(data)[1].text.splitlines()[3])
    shards[1].write_bytes(blocks.with_rows(data, lambda rows: rows[:3] + rows[4:]))
    words = f"row {lost} is in none of the shards; the next one is row {lost + 1}"
    refused(tmp_path, shards, words)
    ends = [blocks.decode(path.read_bytes())[-2].text.splitlines()[-1] for path in shards]
    k = max(range(N_SHARDS), key=lambda k: number(ends[k]))
    shards[1].write_bytes(data)
    shards[k].write_bytes(blocks.with_rows(shards[k].read_bytes(), lambda rows: rows[:-1]))
    refused(tmp_path, shards, f"row {N_ROWS + 1} is in none of the shards, and the input has")


def test_an_overlap(shards, tmp_path):
    """A row is in two shards."""
    line = blocks.decode(shards[0].read_bytes())[1].text.splitlines(keepends=True)[2]
    shards[1].write_bytes(
        blocks.with_rows(
            shards[1].read_bytes(), lambda rows: sorted([*rows, line], key=number)
        )
    )
    refused(
        tmp_path, shards, f"row {number(line)} is there twice: in", shards[0], shards[1]
    )


@pytest.mark.parametrize("kind", ["swapped", "doubled", "shuffled"])
def test_rows_out_of_order(shards, tmp_path, kind):
    def change(rows):
        if kind == "swapped":
            rows[5], rows[6] = rows[6], rows[5]
        elif kind == "doubled":
            rows.insert(5, rows[5])
        else:
            random.Random(1).shuffle(rows)
        return rows

    shards[1].write_bytes(blocks.with_rows(shards[1].read_bytes(), change))
    refused(tmp_path, shards, shards[1], "its rows are out of order: row", "stands behind row")


def test_a_block_of_another_output(shards, tmp_path):
    ours, theirs = (blocks.decode(shards[k].read_bytes()) for k in (1, 2))
    shards[1].write_bytes(blocks.encode([*ours[:2], theirs[2], *ours[3:]]))
    refused(tmp_path, shards, shards[1], "is of another output")


def test_something_behind_the_end(shards, tmp_path):
    shards[1].write_bytes(shards[1].read_bytes() + harness.BGZF_EOF)
    refused(tmp_path, shards, shards[1], "something stands behind its end")


@pytest.mark.parametrize(
    "what", ["text", "csv", "gzip", "bgzip", "zeros", "octet", "output as csv"]
)
def test_a_foreign_file(whole, shards, tmp_path, what):
    def packed(program):
        return subprocess.run(
            [program, "-c"], input=b"row,domain\n1,a\n" * 999, capture_output=True, check=True
        ).stdout

    shards[2].write_bytes(
        {
            "text": lambda: b"precious\n",
            "csv": TEXT.encode,
            "gzip": lambda: packed("gzip"),
            "bgzip": lambda: packed("bgzip"),
            "zeros": lambda: bytes(5000),
            "octet": lambda: b"\x1f",
            "output as csv": lambda: gzip.decompress(whole.data),
        }[what]()
    )
    refused(tmp_path, shards, shards[2], "it is no output of spfsweep")


def test_a_record(shards, bulk_nsd, tmp_path):
    scan_shard(tmp_path, bulk_nsd, 2, N_SHARDS, f"--record={tmp_path}/record.gz")
    refused(
        tmp_path, [*shards[:3], tmp_path / "record.gz"], "record.gz", "a file beside one"
    )


def test_an_empty_file(shards, tmp_path):
    shards[2].write_bytes(b"")
    refused(tmp_path, shards, shards[2], "it is empty")


def test_a_whole_output(whole, shards, tmp_path):
    shards[2].write_bytes(whole.data)
    refused(tmp_path, shards, shards[2], "it is no shard", "--append")


def test_a_damaged_closing(shards, tmp_path):
    """No checksum of gzip's covers it."""
    data = shards[2].read_bytes()
    at = data.index(b"input_rows=")
    shards[2].write_bytes(data[:at] + b"I" + data[at + 1 :])
    refused(tmp_path, shards, shards[2], "what it says at its end is damaged")


def test_no_such_file(shards, tmp_path):
    refused(tmp_path, [*shards[:3], tmp_path / "absent"], "absent", "No such file")
    refused(tmp_path, [*shards[:3], tmp_path], "no regular file")


# ---- the output ----


def test_an_output_that_is_there(shards, tmp_path):
    (tmp_path / "all.csv.gz").write_bytes(b"precious")
    done = harness.run("merge", "-o", tmp_path / "all.csv.gz", *shards)
    assert done.returncode == USAGE and "not overwritten" in done.stderr
    assert (tmp_path / "all.csv.gz").read_bytes() == b"precious"
    assert merge(tmp_path, shards, "--overwrite").status == DONE
    done = harness.run("merge", "-o", tmp_path / "all.csv.gz", *shards)
    assert f"complete, with {N_ROWS + 1} rows" in done.stderr


def test_the_output_is_no_shard(shards, tmp_path):
    before = shards[1].read_bytes()
    done = harness.run("merge", "--overwrite", "-o", shards[1], *shards)
    assert done.returncode == USAGE and "an input" in done.stderr
    assert shards[1].read_bytes() == before


def test_a_summary_that_cannot_be(shards, tmp_path):
    """Nothing is left of the output either."""
    refused(tmp_path, shards, "No such file", options=[f"--summary={tmp_path}/absent/x.json"])


def test_a_full_disk(shards):
    done = harness.run("merge", "--overwrite", "-o", "/dev/full", *shards)
    assert done.returncode == STOPPED and "No space left on device" in done.stderr


def test_what_stood_there_stays(shards, whole, tmp_path):
    """A merge takes the output's place when it is whole, also behind a link."""
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(blocks.with_rows(shards[1].read_bytes(), lambda rows: rows[:-1]))
    old, link = tmp_path / "old.csv.gz", tmp_path / "link.csv.gz"
    old.write_bytes(whole.data)
    link.symlink_to(old.name)
    for output in (old, link):
        parts = [shards[0], broken, *shards[2:]]
        done = harness.run("merge", *parts, "-o", output, "--overwrite")
        assert done.returncode == USAGE and old.read_bytes() == whole.data
    done = harness.run("merge", *shards, "-o", link, "--overwrite")
    assert done.returncode == DONE and link.is_symlink() and old.read_bytes() != whole.data
    assert harness.Scan(0, "", old.read_bytes(), None).timeless() == whole.timeless()
    assert not list(tmp_path.glob(".spfsweep-merge-*"))
    old.chmod(0o600)
    done = harness.run("merge", *shards, "-o", old, "--overwrite")
    assert done.returncode == DONE and old.stat().st_mode & 0o777 == 0o600
    long = tmp_path / ("a" * 240 + ".csv.gz")
    assert harness.run("merge", *shards, "-o", long).returncode == DONE


@pytest.mark.skipif(harness.is_sanitized(), reason="sanitizers open files of their own")
def test_too_few_descriptors_cost_nothing_that_stood_there(shards, whole, tmp_path):
    """Another file takes the output's place, or nothing does: it is never written in place."""
    old, statuses = tmp_path / "old.csv.gz", []
    for most in range(4, 30):
        old.write_bytes(whole.data)
        inode = old.stat().st_ino
        limited = ["prlimit", f"--nofile={most}", harness.SPFSWEEP]
        command = [*limited, "merge", *shards, "-o", old, "--overwrite"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=harness.HANGS_S)
        statuses.append(done.returncode)
        if done.returncode == DONE:
            assert old.stat().st_ino != inode
        else:
            assert old.read_bytes() == whole.data and "Too many open files" in done.stderr
    assert statuses[0] != DONE and statuses[-1] == DONE


# ---- --append ----


def test_append(bulk_nsd, tmp_path):
    """Different inputs; what results is as one scan of both."""
    paths = [tmp_path / f"in-{i}.csv" for i in range(3)]
    for i, path in enumerate(paths):
        path.write_text(HEADER + rows_of(50 * i))
        harness.scan(tmp_path, path, bulk_nsd.upstream, output=f"out-{i}.csv.gz")
    outputs = [tmp_path / f"out-{i}.csv.gz" for i in range(3)]
    expected = harness.scan(tmp_path, paths, bulk_nsd.upstream)
    merged = merge(tmp_path, outputs, "--append")
    assert merged.status == DONE and merged.timeless() == expected.timeless()
    assert [row["row"] for row in merged.rows] == [str(n) for n in range(1, 151)]
    assert [s["rows"] for s in merged.summary["shards"]] == [0, 50, 100]
    # it can be gone on with
    paths[2].write_text(HEADER + rows_of(120))
    more = harness.scan(tmp_path, paths, bulk_nsd.upstream, "--resume", output="all.csv.gz")
    assert more.says("complete, with 150 rows") and len(more.rows) == 170


def test_append_refuses(whole, shards, bulk_nsd, tmp_path):
    out = tmp_path / "out.csv.gz"
    out.write_bytes(whole.data)
    refused(tmp_path, [out, shards[0]], "it is a shard", options=["--append"])
    harness.scan(tmp_path, TEXT, bulk_nsd.upstream, "--no-exp", output="other.csv.gz")
    refused(
        tmp_path, [out, tmp_path / "other.csv.gz"], "its --no-exp was 'yes'", options=["--append"]
    )
    text = TEXT.replace("note", "remark", 1)
    harness.scan(tmp_path, text, bulk_nsd.upstream, "--overwrite", output="other.csv.gz")
    refused(tmp_path, [out, tmp_path / "other.csv.gz"], "its header row", options=["--append"])
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(blocks.with_rows(whole.data, lambda rows: rows[:9] + rows[10:]))
    refused(tmp_path, [broken], "row 10 is missing in it", options=["--append"])
    copy = tmp_path / "copy.csv.gz"
    copy.write_bytes(whole.data)
    refused(tmp_path, [out, copy], "an output is there twice", "copy", options=["--append"])
    refused(tmp_path, [out, out], "an output is there twice", options=["--append"])


def test_append_of_older_outputs(tmp_path):
    """Those of 0.1.0, whose format has no closing."""
    fixture = harness.ROOT / "tests/fixtures/0.1.0/whole.csv.gz"
    merged = merge(tmp_path, [fixture, fixture], "--append")
    before = harness.parse_output(fixture.read_bytes())
    assert merged.status == DONE and len(merged.records) == 2 * len(before) - 1
    assert [r[1:] for r in merged.records[1:]] == [r[1:] for r in before[1:]] * 2
    assert merged.summary["shards"] == [None, None]
    newer = harness.ROOT / "tests/fixtures/0.2.0/whole.csv.gz"
    refused(tmp_path, [fixture, newer], "whole.csv.gz", output="x.csv.gz", options=["--append"])
