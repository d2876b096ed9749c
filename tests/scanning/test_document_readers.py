"""Whole scans of documents, whole and damaged: the decoys in them are found where they are, and nobody else."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import damage
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


def test_strangers_alone_bring_nothing(tmp_path: Path) -> None:
    for name in TEXTS:
        assert read(tmp_path / name, documents.WRITERS[name](STRANGERS)).hits == ()


GIANT = {**STRANGERS[1], "town": "Dijon " + "x" * 1_200_000}
DISTURBED: dict[str, Callable[[str], bytes]] = {
    "a giant value": lambda name: documents.WRITERS[name]([ROWS[0], GIANT, *ROWS[1:]]),
    "no accents": lambda name: documents.WRITERS[name]([damage.WORDING["upper_no_accents"](dict(row)) for row in ROWS]),
    "decomposed": lambda name: documents.WRITERS[name]([damage.WORDING["decomposed"](dict(row)) for row in ROWS]),
    "mojibake": lambda name: TEXTS[name].decode("latin-1").encode(),
    "zeros": lambda name: re.sub(rb"(?<=[>\n\r}])(?=[<\n{MP])", b"\0\0", TEXTS[name]),
    "twice": lambda name: TEXTS[name] * 2,
    "after other text": lambda name: TEXTS[name].replace(b"\n", b"\n\n") + b"\xff\xfe\n\0" * 9,
}


@pytest.mark.parametrize("name", TEXTS)
def test_disturbed(tmp_path: Path, name: str) -> None:
    for number, (way, write) in enumerate(DISTURBED.items()):
        result = read(tmp_path / f"{number}", write(name))
        assert found(result) == ALL, way
        assert result.complete


@pytest.mark.parametrize("name", TEXTS)
def test_cut_short(tmp_path: Path, name: str) -> None:
    """What comes before the cut is read as if nothing were missing, and what comes after one as well."""
    data = TEXTS[name]
    starts = [data.index(row["local_id"].encode()) for row in ROWS]
    for share in (0.15, 0.47, 0.9):
        cut = int(share * len(data))
        before = {serial for serial in ALL if starts[5 * serial + 1] < cut}
        after = {serial for serial in ALL if starts[5 * serial] - 1500 > cut}
        assert found(read(tmp_path / f"front {share}", data[:cut])) >= before
        assert found(read(tmp_path / f"back {share}", data[cut:])) >= after


@pytest.mark.parametrize("name", TEXTS)
@given(changes=st.lists(st.tuples(st.floats(0, 0.9999), st.binary(min_size=1, max_size=2)), min_size=1, max_size=3))
@settings(max_examples=6, deadline=None)
def test_flipped_bytes(
    tmp_path_factory: pytest.TempPathFactory, name: str, changes: Sequence[tuple[float, bytes]]
) -> None:
    """A damaged byte costs at most the patient that it is in."""
    data = bytearray(TEXTS[name])
    for share, change in changes:
        place = int(share * len(data))
        data[place : place + len(change)] = change
    lost = ALL - found(read(tmp_path_factory.mktemp("flipped") / "dump", bytes(data)))
    assert len(lost) <= len(changes)
