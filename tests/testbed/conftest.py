"""Fixtures of the test bed's tests."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))


@pytest.fixture(scope="session")
def bench():
    """The folder of the programs under test."""
    return ROOT / "bench"


@pytest.fixture(scope="session")
def population(tmp_path_factory, bench):
    """population(N, options...) makes one, once, and gives its folder."""
    made = {}

    def make(n_domains, *options):
        key = n_domains, options
        if key not in made:
            made[key] = tmp_path_factory.mktemp("population")
            subprocess.run(
                [bench / "population", made[key], "--domains", str(n_domains), *options], check=True
            )
        return made[key]

    return make


@pytest.fixture(scope="session")
def spfsweep():
    """The program, from the environment variable SPFSWEEP or the release build."""
    return pathlib.Path(
        os.environ.get("SPFSWEEP", ROOT / "build" / "release" / "spfsweep")
    ).resolve()
