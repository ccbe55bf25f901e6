"""test_systemd.py - examples/systemd: systemd itself finds nothing wrong with the units, when all
stands where the README puts it. No systemd has to run for that; the script is run by
test_at_scale.py."""

import shutil
import subprocess

import pytest

import harness

UNITS = ["spfsweep-nightly.service", "spfsweep-nightly.timer"]
pytestmark = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd is not installed"
)


@pytest.fixture
def root(tmp_path):
    """As the README's commands leave it, with systemd's own units beside."""
    units = tmp_path / "etc/systemd/system"
    program = tmp_path / "usr/local/lib/spfsweep/nightly"
    shutil.copytree("/usr/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    for folder in (units, program.parent):
        folder.mkdir(parents=True)
    for name in UNITS:
        shutil.copy(harness.ROOT / "examples/systemd" / name, units)
    shutil.copy(harness.ROOT / "examples/nightly/nightly", program)
    return tmp_path


def said_of(root):
    done = subprocess.run(
        ["systemd-analyze", "verify", f"--root={root}", "--man=no", *UNITS],
        capture_output=True,
        text=True,
        timeout=harness.HANGS_S,
        check=False,
    )
    return done.returncode, done.stderr + done.stdout


def test_the_units_are_good(root):
    assert said_of(root) == (0, "")


@pytest.mark.parametrize("good, bad", [
    ("ProtectHome=yes", "ProtectHouse=yes"),
    ("/spfsweep/nightly", "/spfsweep/absent"),
])  # fmt: skip
def test_a_fault_is_seen(root, good, bad):
    path = root / "etc/systemd/system" / UNITS[0]
    path.write_text(path.read_text().replace(good, bad))
    assert bad.split("=")[0].strip("/") in said_of(root)[1]
