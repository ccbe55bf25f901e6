"""test_damage.py - outputs that are damaged, when they are finished and while they are written:
nothing that was good is lost without being told where it lies. `damage.py 500` is the long form of
this."""

import pytest

import damage


@pytest.mark.parametrize("seed", range(24))
def test_nothing_good_is_lost(bulk_nsd, tmp_path, seed):
    assert damage.torment(seed, tmp_path, bulk_nsd)
