"""Real files of every kind, damaged at random: no reader fails, hangs or writes, and what is unread is said."""

from __future__ import annotations

import random
from pathlib import Path

import fuzzing
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SEEDS = fuzzing.seeds()


@pytest.mark.parametrize("name", SEEDS)
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 32))
def test_a_damaged_file_is_read_as_far_as_it_goes(tmp_path: Path, name: str, seed: int) -> None:
    path = tmp_path / "damaged"
    path.write_bytes(fuzzing.damaged(SEEDS[name], random.Random(seed)))
    fuzzing.read(path, raw=seed % 5 == 0)
    assert [one.name for one in tmp_path.iterdir()] == ["damaged"]


@pytest.mark.parametrize("name", SEEDS)
def test_a_sound_file_is_read_whole(tmp_path: Path, name: str) -> None:
    """What is fuzzed is what a reader reads: damage to a file that nobody reads would prove nothing."""
    path = tmp_path / "sound"
    path.write_bytes(SEEDS[name])
    records, unread = fuzzing.read(path)
    assert (records > 0, unread) == (True, 0)
