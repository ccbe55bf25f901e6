"""conftest.py - the helpers of tests/blackbox, and the venv with what PyPI has."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/blackbox"))


@pytest.fixture(scope="session")
def venv_python():
    python = Path(os.environ.get("RECIPES_VENV", ROOT / "build/recipes-venv")) / "bin/python"
    if not python.exists():
        pytest.skip(f"{python} is not there: scripts/test --all recipes makes it")
    return python


@pytest.fixture(scope="session")
def bulk_nsd(tmp_path_factory):
    import bulk
    import nameservers

    nsd = nameservers.Nsd(tmp_path_factory.mktemp("bulk"), bulk.ZONES)
    yield nsd
    nsd.stop()
