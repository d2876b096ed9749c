"""Standard input: read as it comes, or as the file that it is."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from packed import DATA, NUMBER, NUMBERS, rows
from packing import ARCHIVERS, COMPRESSORS

from honeytokens.model import Unread
from honeytokens.scanning.dump import read_paths
from honeytokens.scanning.readers import seven_zip_file, zip_file

PACKED = {name: pack(DATA) for name, pack in COMPRESSORS.items()} | {
    name: pack({"a.csv": DATA}) for name, pack in ARCHIVERS.items()
}


@contextmanager
def standard_input(data: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make standard input a pipe that gives these bytes."""
    read_end, write_end = os.pipe()

    def write() -> None:
        with os.fdopen(write_end, "wb") as pipe:
            pipe.write(data)

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(read_end) as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)
        yield
    writer.join()


@pytest.mark.parametrize("kind", PACKED)
def test_standard_input(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []
    with standard_input(PACKED[kind], monkeypatch):
        found = list(read_paths([Path("-")], counts.append))
    assert {source.path for source, _ in (each for each in found if not isinstance(each, Unread))} == {"<stdin>"}
    assert not any(isinstance(each, Unread) for each in found)
    assert sum(counts) == len(PACKED[kind])


@pytest.mark.parametrize("kind", ["zip", "zip_stored", "zip_piped", "zip_piped_stored", "7z"])
def test_what_is_too_large_to_be_held_is_read_as_it_comes(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_file, "_IN_MEMORY", 100)
    monkeypatch.setattr(seven_zip_file, "_IN_MEMORY", 100)
    packed = ARCHIVERS[kind]({"b.csv": rows(9, 100), "a.csv": DATA, "c.csv": rows(9, 200)})
    with standard_input(packed, monkeypatch):
        found = list(read_paths([Path("-")], lambda _: None))
    text = " ".join(field for each in found if not isinstance(each, Unread) for field in each[1].fields)
    assert {*NUMBERS, "7000108", "7000208"} <= set(NUMBER.findall(text))
    reasons = [each.reason for each in found if isinstance(each, Unread)]
    assert ["without the names" in reason for reason in reasons] == [True] * (kind == "7z")


def test_standard_input_may_be_a_file_or_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.7z").write_bytes(PACKED["7z"])
    with (tmp_path / "a.7z").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        found = list(read_paths([Path("-")], lambda _: None))
    assert len(found) == 31
    monkeypatch.setattr(sys, "stdin", None)
    (closed,) = read_paths([Path("-")], lambda _: None)
    assert isinstance(closed, Unread)
    assert "closed" in closed.reason
