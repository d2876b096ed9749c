"""The kept index: read back as it was, or not at all when anything about it is not as it was written."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import people
import pytest

from honeytokens.errors import OutputError
from honeytokens.fingerprints import Part
from honeytokens.scanning import Index, IndexFile, index_file

DECOYS = [people.person(random.Random(seed)) for seed in range(60)]
INDEX = Index.build(people.known(DECOYS), people.KEY)
OTHER = Index.build(people.known(DECOYS[::-1]), people.KEY)
HEAD = len(index_file._FORMAT) + index_file._ID_BYTES


def same(one: Index | None, other: Index) -> bool:
    return one is not None and all(
        mine.dtype == theirs.dtype and mine.tolist() == theirs.tolist()
        for mine, theirs in (
            (one.weak, other.weak),
            (one.strong.prints, other.strong.prints),
            (one.strong.decoys, other.strong.decoys),
            (one.pairs.prints, other.pairs.prints),
            (one.pairs.decoys, other.pairs.decoys),
        )
    )


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IndexFile:
    monkeypatch.setattr(index_file, "_CHUNK_BYTES", 1000)
    file = IndexFile(tmp_path / "index.cache", bytes(32), b"made of")
    file.write(INDEX)
    return file


def chunks(data: bytes) -> list[bytes]:
    found, start = [], HEAD
    while start < len(data):
        end = start + 4 + int.from_bytes(data[start : start + 4], "little")
        found.append(data[start:end])
        start = end
    return found


def test_an_index_is_read_as_it_was_written(kept: IndexFile) -> None:
    found = kept.read(people.KEY)
    assert same(found, INDEX)
    assert found is not None
    assert found.printer.single((Part.PHONE, "1")) == INDEX.printer.single((Part.PHONE, "1"))
    assert kept.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in kept.path.parent.iterdir()] == ["index.cache"]
    kept.write(OTHER)
    assert same(kept.read(people.KEY), OTHER)


def test_an_empty_index(tmp_path: Path) -> None:
    file = IndexFile(tmp_path / "index.cache", bytes(32), b"nobody")
    empty = Index.build(people.known([]), people.KEY)
    file.write(empty)
    assert same(file.read(people.KEY), empty)


def test_nothing_of_a_decoy_is_in_the_file(kept: IndexFile) -> None:
    data = kept.path.read_bytes()
    for column in (INDEX.weak, INDEX.strong.prints, INDEX.pairs.prints):
        assert not any(int(value).to_bytes(8, "little") in data for value in column[:50])
    kept.write(INDEX)
    assert kept.path.read_bytes() != data


@pytest.mark.parametrize(
    "other",
    [
        lambda file: IndexFile(file.path, bytes([1] * 32), file.digest),
        lambda file: IndexFile(file.path, file.key, b"made of others"),
        lambda file: IndexFile(file.path.with_name("gone"), file.key, file.digest),
        lambda file: IndexFile(file.path.parent, file.key, file.digest),
    ],
)
def test_what_is_not_ours_is_not_read(kept: IndexFile, other: Callable[[IndexFile], IndexFile]) -> None:
    assert other(kept).read(people.KEY) is None


def test_an_index_of_other_code_is_not_read(kept: IndexFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("honeytokens.__version__", "0.0.0")
    assert kept.read(people.KEY) is None


def damaged(data: bytes, other: bytes) -> dict[str, bytes]:
    """Damaged forms of a file; ``other`` is another one, of the same index and key."""
    head, own = data[:HEAD], chunks(data)
    assert len(own) > 10
    return {
        "empty": b"",
        "format": b"x" + data[1:],
        "name": data[: HEAD - 1] + bytes([data[HEAD - 1] ^ 1]) + data[HEAD:],
        "no chunks": head,
        "cut in a length": data[: HEAD + 2],
        "cut in a chunk": data[:-1],
        "cut between chunks": head + b"".join(own[:-1]),
        "lengthened": data + b"\0",
        "a chunk more": head + b"".join([*own, own[-1]]),
        "swapped": head + b"".join([own[0], own[2], own[1], *own[3:]]),
        "left out": head + b"".join([*own[:3], *own[4:]]),
        "from another file": head + b"".join([*own[:3], chunks(other)[3], *own[4:]]),
        "a huge length": data[:HEAD] + b"\xff\xff\xff\xff" + data[HEAD + 4 :],
        "no length": data[:HEAD] + b"\0\0\0\0" + data[HEAD + 4 :],
        **{f"bit {n}": data[:n] + bytes([data[n] ^ 4]) + data[n + 1 :] for n in range(HEAD, len(data), 997)},
    }


def test_damage_of_every_kind_is_noticed(kept: IndexFile) -> None:
    data = kept.path.read_bytes()
    kept.write(INDEX)
    other = kept.path.read_bytes()
    for name, content in damaged(data, other).items():
        kept.path.write_bytes(content)
        assert kept.read(people.KEY) is None, name
    kept.path.write_bytes(data)
    assert same(kept.read(people.KEY), INDEX)


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "index.cache").mkdir()
    with pytest.raises(OutputError):
        IndexFile(tmp_path / "index.cache", bytes(32), b"made of").write(INDEX)
