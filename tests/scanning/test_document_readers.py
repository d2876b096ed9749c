"""Whole scans of documents, whole and damaged: the decoys in them are found where they are, and nobody else."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import documents
import people
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honeytokens.model import ScanResult
from honeytokens.scanning import Index, scan

DECOYS = [people.person(random.Random(seed), domain="decoys.example") for seed in range(12)]
KNOWN = people.known(DECOYS)
INDEX = Index.build(KNOWN, people.KEY)
STRANGERS = [asdict(people.person(random.Random(f"stranger {seed}"))) for seed in range(48)]
ROWS = [row for index, who in enumerate(DECOYS) for row in (asdict(who), *STRANGERS[4 * index : 4 * index + 4])]
ALL = set(range(len(DECOYS)))
TEXTS = {name: write(ROWS) for name, write in documents.WRITERS.items() if name not in {"docx_table", "odt", "pptx"}}


def read(path: Path, data: bytes) -> ScanResult:
    path.write_bytes(data)
    return scan([path], KNOWN, INDEX)


def found(result: ScanResult) -> set[int]:
    return {hit.decoy.serial for hit in result.hits}


def places(result: ScanResult) -> list[tuple[int, str | None, int | None, int | None]]:
    """Return the place of each hit where it is strongest."""
    best = [(hit.decoy.serial, hit.evidence[0].location) for hit in result.hits]
    return sorted((serial, place.member, place.line, place.row) for serial, place in best)


@pytest.mark.parametrize("name", documents.WRITERS)
def test_formats(tmp_path: Path, name: str) -> None:
    result = read(tmp_path / "dump", documents.WRITERS[name](ROWS))
    assert result.complete
    assert found(result) == ALL


@pytest.mark.parametrize("name", TEXTS)
def test_strangers_alone_bring_nothing(tmp_path: Path, name: str) -> None:
    assert read(tmp_path / "dump", documents.WRITERS[name](STRANGERS)).hits == ()


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("share", [0.15, 0.4, 0.65, 0.9])
def test_cut_short(tmp_path: Path, name: str, share: float) -> None:
    """What comes before the cut is read as if nothing were missing, and what comes after one as well."""
    data = TEXTS[name]
    cut = int(share * len(data))
    starts = [data.index(row["local_id"].encode()) for row in ROWS]
    before = {serial for serial in ALL if starts[5 * serial + 1] < cut}
    after = {serial for serial in ALL if starts[5 * serial] - 1500 > cut}
    assert found(read(tmp_path / "front", data[:cut])) >= before
    assert found(read(tmp_path / "back", data[cut:])) >= after


@pytest.mark.parametrize("name", TEXTS)
@given(damage=st.lists(st.tuples(st.floats(0, 0.9999), st.binary(min_size=1, max_size=2)), min_size=1, max_size=3))
@settings(max_examples=12, deadline=None)
def test_flipped_bytes(
    tmp_path_factory: pytest.TempPathFactory, name: str, damage: Sequence[tuple[float, bytes]]
) -> None:
    """A damaged byte costs at most the patient that it is in."""
    data = bytearray(TEXTS[name])
    for share, change in damage:
        place = int(share * len(data))
        data[place : place + len(change)] = change
    lost = ALL - found(read(tmp_path_factory.mktemp("flipped") / "dump", bytes(data)))
    assert len(lost) <= len(damage)
