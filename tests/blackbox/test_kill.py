"""test_kill.py - kill -9 at any moment, resumed, killed again, resumed: the output is that of a
scan that nobody disturbed. `kills.py 200` is the long form of this."""

import pytest

import kills


@pytest.mark.parametrize("seed", range(12))
def test_killed_and_resumed(bulk_nsd, tmp_path, seed):
    assert kills.torment(seed, tmp_path, bulk_nsd) >= 1


@pytest.mark.slow
def test_killed_and_resumed_fifty_times(bulk_nsd, tmp_path):
    for seed in range(1000, 1050):
        folder = tmp_path / str(seed)
        folder.mkdir()
        kills.torment(seed, folder, bulk_nsd)


@pytest.mark.parametrize("seed", range(6))
def test_an_audit_killed_and_resumed(bulk_nsd, tmp_path, seed):
    assert kills.torment(seed, tmp_path, bulk_nsd, is_audit=True) >= 1


@pytest.mark.slow
def test_audits_killed_and_resumed_fifty_times(bulk_nsd, tmp_path):
    for seed in range(2000, 2025):
        folder = tmp_path / str(seed)
        folder.mkdir()
        kills.torment(seed, folder, bulk_nsd, is_audit=True)
