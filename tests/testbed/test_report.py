"""What becomes of result files: figures, the table, the plots. Nothing is built, run or timed
here."""

import json
import sys
import xml.etree.ElementTree

import pytest

from testbed import figures, report


def turn(cpu=2.0, **values):
    """A turn of the subject, right in everything that is not said."""
    right = {
        "wall": 1.0,
        "cpu": cpu,
        "peak_mib": 100,
        "rows": 1000,
        "questions": 6000,
        "answered": 1.0,
        "equal": 1.0,
        "false_temperrors": 0,
        "wrong": 0,
        "bytes": 50000,
    }
    return {**right, **values}


def bare(cpu, **values):
    """A turn of something that only does `values`."""
    return {**dict.fromkeys(turn()), "wall": cpu, "cpu": cpu, **values}


def contestant(name, role, unit, turns):
    return {
        "name": name,
        "role": role,
        "unit": unit,
        "version": "1",
        "command": ["bin/" + name, "scan", "pairs"],
        "turns": turns,
    }


def result(*others, name="cold", turns=None, **head):
    subject = contestant("spfsweep", "subject", "rows", turns or [turn(2.0), turn(4.0), turn(2.5)])
    return {
        "format": 1,
        "name": name,
        "title": "Cold",
        "profile": "short",
        "taken_at": "2026-01-02T03:04:05Z",
        "commit": "abc1234",
        "dirty": True,
        "machine": {"cpu": "a processor", "cores": 2, "load": 0.1},
        "versions": {"nsd": "4.6.1"},
        "population": {"domains": 200, "rows": 1000},
        "network": {"mode": "forward", "loss_percent": 0},
        **head,
        "contestants": [subject, *others],
    }


LOOP = contestant(
    "bare loop", "bare", "questions", [bare(1.0, questions=30000, answered=1.0) for _ in range(3)]
)
SEGMENTS = contestant(
    "bare loop, UDP_SEGMENT",
    "bare",
    "questions",
    [bare(1.0, questions=60000, answered=1.0) for _ in range(3)],
)
PACKING = contestant("bare libdeflate", "bare", "bytes", [bare(0.1, bytes=25000) for _ in range(3)])
PEER = contestant(
    "pyspf",
    "peer",
    "rows",
    [
        bare(cpu, rows=1000, answered=0.9, equal=0.8, false_temperrors=7, wrong=193)
        for cpu in (20.0, 80.0, 50.0)
    ],
)
ABSENT = {"name": "massdns", "role": "peer", "unit": "questions", "skipped": "not on the PATH"}


def run_of(*others, **head):
    return figures.Run(result(*others, **head))


def written(folder, *results, names=()):
    """Writes the results and their report, which is also asked for `names`; gives what is wrong,
    the table, and what was said."""
    for data in results:
        (folder / f"{data['name']}.json").write_text(json.dumps(data))
    said = []
    wrong = report.write_report(
        str(folder), [*(data["name"] for data in results), *names], said.append
    )
    return wrong, (folder / "table.md").read_text(), "\n".join(said)


def row_of(table, *cells):
    """The cells of the one row that begins with these."""
    rows = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in table.splitlines()
        if line.startswith("| ")
    ]
    found = [row for row in rows if row[: len(cells)] == list(cells)]
    assert len(found) == 1, (cells, found)
    return found[0]


# ---- figures ----


def test_a_speed_is_the_median_of_the_turns_and_has_its_spread():
    speed = run_of().subject.per_cpu["rows"]
    assert speed.turns == (500, 250, 400)
    assert speed.median == 400
    assert speed.spread == pytest.approx(250 / 400)
    assert run_of(turns=[turn()]).subject.speed.spread is None


def test_ratios_are_taken_turn_by_turn():
    found = run_of(PEER).ratios[0]
    assert found.series.turns == pytest.approx((10, 20, 20))
    uneven = contestant("pyspf", "peer", "rows", [bare(cpu, rows=1000) for cpu in (4.0, 2.0, 2.0)])
    found = run_of(uneven).ratios[0]
    assert (found.series.median, found.series.low, found.series.high) == pytest.approx(
        (0.8, 0.5, 2.0)
    )


def test_bare_loops_are_compared_in_questions():
    found = run_of(LOOP).ratios[0]
    assert found.series.turns == pytest.approx((0.1, 0.05, 0.08))


def test_bare_packing_is_a_share_of_our_cpu_time():
    # libdeflate packs our 50000 octets in 0.2 s; our turns took 2, 4 and 2.5 s
    assert run_of(PACKING).ratios[0].series.turns == pytest.approx((0.1, 0.05, 0.08))


def test_no_unit_in_common_is_no_ratio():
    run = run_of(LOOP, turns=[turn(questions=None)])
    assert run.ratios == []
    assert "bare loop is not compared" in report.remarks([run], [])[0]


def test_a_turn_without_a_value_keeps_its_place():
    run = run_of(PEER, turns=[turn(2.0, rows=None), turn(4.0), turn(2.5)])
    assert run.ratios[0].series.turns == (None, pytest.approx(20), pytest.approx(20))


# ---- the verdict ----


def test_right_runs():
    once, twice, with_a_bad_peer = run_of(), run_of(turns=[turn(rows=2000)]), run_of(PEER)
    assert [(run.verdict, run.faults) for run in (once, twice, with_a_bad_peer)] == [
        ("right", [])
    ] * 3


@pytest.mark.parametrize(
    "bad, words",
    [
        ({"wrong": 1, "equal": 0.999}, "wrong rows: 1"),
        ({"false_temperrors": 2, "equal": 0.998}, "false temperrors: 2"),
        ({"rows": 999}, "999 rows"),
        ({"rows": 0}, "0 rows"),
        ({"equal": 0.999}, "differ from the truth"),
    ],
)
def test_one_bad_turn_among_many_makes_the_run_wrong(bad, words):
    run = run_of(turns=[turn() for _ in range(8)] + [turn(**bad)])
    assert run.verdict == "WRONG"
    assert len(run.faults) == 1 and run.faults[0].startswith("turn 9: ") and words in run.faults[0]


@pytest.mark.parametrize("key", ["wrong", "false_temperrors"])
def test_what_was_not_compared_with_the_truth_is_not_right(key):
    run = run_of(turns=[turn(), turn(**{key: None})])
    assert run.verdict == "unchecked" and run.complaints == ["it was not held against the truth"]


def failed(**head):
    data = result(**head)
    data["contestants"][0]["failed"] = "exit status 3"
    return data


def test_a_subject_that_failed_is_told(tmp_path):
    wrong, table, said = written(tmp_path, failed(), result(name="other"))
    assert wrong == ["cold: exit status 3"] and "cold: exit status 3" in said
    assert row_of(table, "cold")[1] == "FAILED" and row_of(table, "other")[1] == "right"
    data = failed()
    data["contestants"][0]["turns"] = []
    assert figures.Run(data).verdict == "FAILED"


# ---- cached rows ----


def warm(once, twice):
    return [result(name="warm-forward", turns=once), result(name="warm-twice", turns=twice)]


def test_cached_rows_are_what_the_second_half_costs(tmp_path):
    wrong, table, said = written(tmp_path, *warm([turn(2.0)] * 3, [turn(2.5, rows=2000)] * 3))
    assert wrong == []
    for text in (table, said):
        assert "Cached rows: some 2 000 rows/CPU-s" in text
    table = written(tmp_path, *warm([turn(2.0)], [turn(1.9, rows=2000)]))[1]
    assert "Cached rows: not told apart" in table
    assert "Cached rows" not in written(tmp_path, result())[1]


def test_memory_that_grows_with_what_is_cached_is_wrong(tmp_path):
    assert written(tmp_path, *warm([turn(peak_mib=100)], [turn(rows=2000, peak_mib=109)]))[0] == []
    wrong, table, _ = written(
        tmp_path, *warm([turn(peak_mib=100)], [turn(rows=2000, peak_mib=111)])
    )
    assert wrong == [
        "warm-twice: memory grew from 100 MiB to 111 MiB when the same log was scanned twice over"
    ]
    assert wrong[0] in table


def test_two_workers_are_compared_with_one_turn_by_turn(tmp_path):
    """By the clock on the wall, since what the second one brings costs as much CPU as the first."""
    one = contestant(
        figures.ONE_WORKER, "peer", "rows", [turn(3.0, wall=wall) for wall in (2.0, 3.0, 4.0)]
    )
    run = result(
        one, name=figures.SCALING, turns=[turn(3.1, wall=wall) for wall in (1.0, 2.0, 2.0)]
    )
    table = written(tmp_path, run)[1]
    assert "Two workers: 2 times the rows/s of one (1.5 to 2)" in table
    assert "Two workers" not in written(tmp_path, result(name="cold"))[1]


# ---- the report ----


def test_the_table_has_the_figures(tmp_path):
    wrong, table, said = written(tmp_path, result(LOOP, SEGMENTS, PACKING, PEER))
    assert wrong == []
    assert row_of(table, "cold", "right")[2:] == [
        "1 000 (0 %)",
        "6 000 (0 %)",
        "400 (62 %)",
        "2 400 (62 %)",
        "0.08 (0.05 to 0.1)",
        "-",
        "0.08 (0.05 to 0.1)",
        "100",
        "100",
        "0",
        "0",
        "100",
    ]
    assert row_of(table, "cold", "pyspf")[2:] == [
        "rows/CPU-s",
        "20 (188 %)",
        "400 (62 %)",
        "20 (10 to 20)",
        "90",
        "80",
        "21 (worst turn 7)",
        "579 (worst turn 193)",
        "-",
    ]
    assert row_of(table, "cold", "bare loop")[5] == "0.08 (0.05 to 0.1)"
    assert row_of(table, "cold", "bare loop, UDP_SEGMENT")[5] == "0.04 (0.025 to 0.05)"
    for words in (
        "abc1234 with uncommitted changes",
        "cpu a processor",
        "nsd 4.6.1",
        "2026-01-02T03:04:05Z",
        "scan pairs",
        "Profile: short",
    ):
        assert words in table and words in said
    assert "2 400 (62 %)" in said


def test_a_wrong_row_is_shown(tmp_path):
    many = [turn(rows=1000000) for _ in range(8)]
    turns = [*many, turn(rows=1000000, wrong=1, equal=0.999999)]
    wrong, table, said = written(tmp_path, result(turns=turns, population={"rows": 1000000}))
    assert wrong == ["cold: turn 9: wrong rows: 1"]
    row = row_of(table, "cold")
    assert (row[1], row[10], row[12]) == ("WRONG", "99.99", "1 (worst turn 1)")
    for text in (table, said):
        assert "WRONG" in text and "cold: turn 9: wrong rows: 1" in text


def test_what_was_skipped_is_told(tmp_path):
    _, table, said = written(tmp_path, result(PEER, ABSENT))
    for text in (table, said):
        assert "cold: massdns was skipped, not on the PATH" in text


def test_a_skipped_subject_is_told(tmp_path):
    data = result(LOOP)
    data["contestants"][0] = {
        "name": "spfsweep",
        "role": "subject",
        "unit": "rows",
        "skipped": "not built",
    }
    wrong, table, _ = written(tmp_path, data)
    assert (
        wrong == ["cold: it was not held against the truth"]
        and row_of(table, "cold", "unchecked")
        and "spfsweep was skipped, not built" in table
    )


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"format": 2}',
        '{"format": 1, "name": "x", "contestants": []}',
        '{"format": 1, "contestants": [3]}',
    ],
)
def test_a_file_that_is_no_result_is_told(tmp_path, text):
    (tmp_path / "other.json").write_text(text)
    wrong, table, _ = written(tmp_path, result(), names=["other", "gone"])
    assert (
        "other.json was not read: " in table
        and "gone.json was not read: " in table
        and row_of(table, "cold")
    )
    assert [words.split()[0] for words in wrong] == ["other.json", "gone.json"]


def test_files_of_earlier_calls_are_left_out(tmp_path):
    written(tmp_path, result(name="earlier", turns=[turn(wrong=1)]))
    wrong, table, said = written(tmp_path, result())
    assert wrong == [] and "earlier" not in table + said


def test_no_runs_have_a_report(tmp_path):
    assert written(tmp_path)[0] == []


def test_runs_come_in_the_order_that_is_asked_for(tmp_path):
    _, table, _ = written(tmp_path, *(result(name=name) for name in ("b", "d", "a")))
    assert [
        line.split()[1] for line in table.splitlines() if line.startswith(("| a", "| b", "| d"))
    ] == ["b", "d", "a"]


def test_other_numbers_of_rows_are_told(tmp_path):
    some_rows = contestant("pyspf", "peer", "rows", [bare(1.0, rows=300)] * 3)
    _, table, _ = written(tmp_path, result(PEER, some_rows))
    assert "cold: pyspf judged 300 rows, spfsweep 1000" in table and table.count(" judged ") == 1


def test_command_lines_tell_no_folders(tmp_path):
    data = result()
    data["contestants"][0]["command"] = [
        "/somewhere/spfsweep",
        "scan",
        "--upstream",
        "127.0.0.1:53",
        "/elsewhere/pairs.csv.gz",
    ]
    assert (
        "    cold: spfsweep scan --upstream 127.0.0.1:53 pairs.csv.gz\n"
        in written(tmp_path, data)[1]
    )


def test_heads_that_differ_are_told_apart(tmp_path):
    _, table, _ = written(tmp_path, result(), result(name="warm", commit="def5678", dirty=False))
    assert (
        "Commit of cold: abc1234 with uncommitted changes" in table
        and "Commit of warm: def5678\n" in table
    )
    assert table.count("nsd 4.6.1") == 1


@pytest.mark.parametrize(
    "share, text",
    [(1, "100"), (1 - 1e-7, "99.99"), (0.9999, "99.99"), (0.57, "57"), (0.5757, "57.57"), (0, "0")],
)
def test_shares_are_rounded_down(share, text):
    assert report.percent(share) == text


# ---- the plots ----


PLOTS = {"speeds.svg", "questions.svg", "exactness.svg", "memory.svg"}


def svgs(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.svg")}


def test_the_same_input_gives_the_same_bytes(tmp_path):
    pytest.importorskip("matplotlib")
    outputs = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        outputs.append(
            (written(folder, result(LOOP, PEER, ABSENT), result(name="warm")), svgs(folder))
        )
    assert outputs[0] == outputs[1]
    assert set(outputs[0][1]) == PLOTS


def test_plots_are_xml_with_text_and_without_a_date(tmp_path):
    pytest.importorskip("matplotlib")
    written(tmp_path, result(LOOP, PEER, turns=[turn(wrong=1), turn()]))
    for name, content in svgs(tmp_path).items():
        texts = [
            element.text
            for element in xml.etree.ElementTree.fromstring(content).iter(
                "{http://www.w3.org/2000/svg}text"
            )
        ]
        assert "cold (WRONG)" in texts, name
        assert b"<dc:date>" not in content


def test_a_plot_without_data_is_not_there(tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "questions.svg").write_text("of an earlier report")
    _, table, _ = written(tmp_path, result())
    assert set(svgs(tmp_path)) == {"speeds.svg", "memory.svg"}
    assert "questions.svg" not in table


def test_without_matplotlib_there_is_a_table_and_a_word(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "testbed.plots", raising=False)
    monkeypatch.delattr(sys.modules["testbed"], "plots", raising=False)
    _, table, said = written(tmp_path, result())
    assert row_of(table, "cold") and svgs(tmp_path) == {}
    assert "No plots: " in table and "No plots: " in said
