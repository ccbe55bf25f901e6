"""test_pictures.py - pages of report as Chromium shows them: nothing is fetched, nothing is said on
the console, nothing is too wide, axe-core finds nothing, and paper has all numbers.

Needs what `scripts/test --all pictures` installs. The pictures are in build/pictures."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/blackbox"))

import harness  # noqa: E402
from test_page import Page, world  # noqa: E402, F401: a fixture
from test_page_hostile import HOSTILE, file_of  # noqa: E402

PICTURES = ROOT / "build/pictures"


@pytest.fixture(scope="module")
def pages(world, tmp_path_factory):  # noqa: F811
    """A mail log, an audit, the example of the README, and texts of strangers."""
    folder = tmp_path_factory.mktemp("pictures")
    example = folder / "results.csv.gz"
    done = subprocess.run(
        [harness.SPFSWEEP, "scan", "examples/pairs.csv.gz", "--unbound-config",
         "examples/offline.conf", "-o", example],
        cwd=ROOT, check=False,
    )
    assert done.returncode == harness.BAD_ROWS
    files = {
        "log": world / "log.csv.gz",
        "audit": world / "audit.csv.gz",
        "example": example,
        "hostile": file_of(folder / "hostile.csv", "scan", HOSTILE),
    }
    for name, results in files.items():
        done = subprocess.run(
            [harness.SPFSWEEP, "report", results.name, "--html", folder / f"{name}.html"],
            cwd=results.parent, check=False,
        )
        assert done.returncode == harness.DONE
    return folder


@pytest.mark.parametrize("name", ["log", "audit", "example", "hostile"])
def test_page(pages, name):
    page = pages / f"{name}.html"
    look = subprocess.run(
        ["node", ROOT / "tests/pictures/look.mjs", page, PICTURES / name],
        cwd=PICTURES, stdout=subprocess.PIPE, timeout=harness.HANGS_S, check=True,
    )
    seen = json.loads(look.stdout)
    assert seen["messages"] == []
    assert set(seen["requests"]) == {f"file://{page}"}
    assert len(seen["views"]) == 6
    for view in seen["views"]:
        assert view["violations"] == [] and view["overlaps"] == [], view
        assert view["passes"] > 20
        assert view["width"] == view["width_opened"] == view["pixels"], view


def test_paper(pages):
    look = PICTURES / "log.pdf"
    subprocess.run(
        ["node", ROOT / "tests/pictures/look.mjs", pages / "log.html", PICTURES / "log"],
        cwd=PICTURES, stdout=subprocess.DEVNULL, timeout=harness.HANGS_S, check=True,
    )
    text = subprocess.run(
        ["pdftotext", "-layout", look, "-"], stdout=subprocess.PIPE, check=True
    ).stdout.decode()
    words = re.sub(r"\s+", " ", text)
    page = Page((pages / "log.html").read_bytes())
    for section in page.sections.values():
        assert re.sub(r"\s+", " ", section["q"]) in words
    # in the table alone: the caption, a head
    assert words.count("Does SPF pass?") == 2 and "commonest reason" in words
    assert "options.engine" in words
