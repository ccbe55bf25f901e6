"""test_kubernetes.py - examples/kubernetes: the manifest is one of its API; it is not run."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def validate(python, path):
    return subprocess.run(
        [python, "-m", "kubernetes_validate", "--strict", path],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_schema_takes_it(venv_python, tmp_path):
    path = ROOT / "examples/kubernetes/job.yaml"
    done = validate(venv_python, path)
    assert done.returncode == 0, done.stdout + done.stderr
    # and would not take a slip
    for before, after in (("FailIndex", "7"), ("podFailurePolicy", "podFailurePolice")):
        slip = tmp_path / "slip.yaml"
        slip.write_text(path.read_text().replace(before, after))
        done = validate(venv_python, slip)
        assert done.returncode != 0, after


def test_the_numbers_agree():
    text = (ROOT / "examples/kubernetes/job.yaml").read_text()
    n = text.split("completions: ")[1].split()[0]
    assert f"--shard=$(JOB_COMPLETION_INDEX)/{n}\n" in text
