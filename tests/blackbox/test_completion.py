"""test_completion.py - what `spfsweep --completion` prints is a script of that shell, and completes
every command and option that --help lists."""

import re
import shutil
import subprocess

import pytest

import harness
from harness import DONE, USAGE


def commands():
    return re.findall(r"spfsweep (\w+) \[OPTIONS\]", harness.run("--help").stdout.decode())


def options_of(command):
    text = harness.run(command, "--help").stdout.decode()
    return re.findall(r"^  (?:-\w, |    )(--[\w-]+)", text, re.MULTILINE)


def script(shell):
    done = harness.run("--completion", shell)
    assert done.returncode == DONE and not done.stderr
    return done.stdout.decode()


def completed(*words):
    """By bash, as if the last word had been typed so far."""
    quoted = " ".join(f"'{word}'" for word in words)
    program = script("bash") + f"COMP_WORDS=({quoted})\nCOMP_CWORD={len(words) - 1}\n"
    done = subprocess.run(
        ["bash", "--norc", "-c", program + '_spfsweep\nprintf "%s\\n" "${COMPREPLY[@]}"'],
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout.split()


def test_bash_knows_every_command_and_option():
    assert completed("spfsweep", "") == [*commands(), "--help", "--version"]
    for command in commands():
        assert completed("spfsweep", command, "--") == options_of(command)
        assert completed("spfsweep", command[:-1])[0] == command


def test_bash_knows_values(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text("")
    assert completed("spfsweep", "scan", "--progress", "a") == ["auto", "always"]
    assert completed("spfsweep", "scan", "--bad-input", "") == ["report", "ok"]
    assert completed("spfsweep", "scan", "-o", "") == ["in.csv"]
    assert completed("spfsweep", "scan", "i") == ["in.csv"]
    assert completed("spfsweep", "scan", "--workers", "") == []


def test_bash_knows_the_values_of_each_command():
    """Options of one name differ in their words; and `=` is a word of its own to bash."""
    values = {
        "report": ["text", "csv", "json"],
        "export": ["jsonl", "csv", "tsv"],
        "schema": ["json", "duckdb", "pandas", "polars", "spark", "postgres", "r"],
    }
    for command, words in values.items():
        assert completed("spfsweep", command, "--format", "") == words
        assert completed("spfsweep", command, "--format", "=") == words
        assert completed("spfsweep", command, "--format", "=", words[0]) == words[:1]


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh")
def test_zsh_reads_it(tmp_path):
    path = tmp_path / "_spfsweep"
    path.write_text(script("zsh"))
    subprocess.run(["zsh", "-n", path], check=True)


def test_zsh_has_every_option():
    text = script("zsh")
    for command in commands():
        part = text.split(f"\t{command})\n", 1)[1].split(";;", 1)[0]
        names = re.findall(r"'\*?--([\w-]+)=?\[", part)
        assert [f"--{name}" for name in names] == options_of(command)


@pytest.mark.parametrize("words", [[], ["fish"], [""]])
def test_another_shell(words):
    done = harness.run("--completion", *words)
    assert done.returncode == USAGE and "bash or zsh" in done.stderr
