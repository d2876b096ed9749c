"""The streaming ZIP archive, as other people's software reads it."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from honeytokens.formats.archive import Archive

MOMENT = datetime(2026, 11, 1, 23, 59, 59)  # noqa: DTZ001


class Pipe(io.RawIOBase):
    """A stream that keeps what it is given, and knows nothing but to write."""

    def __init__(self) -> None:
        self.content = bytearray()

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self.content += data
        return len(data)


def packed(members: int) -> bytes:
    pipe = Pipe()
    with Archive(pipe) as written:  # type: ignore[arg-type]
        for number in range(members):
            written.add(f"folder/{number}.txt", f"text {number} ".encode() * (number % 7), MOMENT)
    return bytes(pipe.content)


@pytest.mark.parametrize("members", [0, 1, 3, 65_535, 65_536, 70_000])
def test_python_reads_any_number_of_members(members: int) -> None:
    with zipfile.ZipFile(io.BytesIO(packed(members))) as read:
        assert len(read.namelist()) == members
        for number in {0, members // 2, members - 1} if members else ():
            assert read.read(f"folder/{number}.txt") == f"text {number} ".encode() * (number % 7)


@pytest.mark.skipif(not shutil.which("unzip"), reason="unzip is not installed")
def test_unzip_finds_no_fault(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(packed(70_000))
    subprocess.run(["unzip", "-tqq", "a.zip"], cwd=tmp_path, check=True)
    (tmp_path / "b.zip").write_bytes(packed(3))
    subprocess.run(["unzip", "-qq", "b.zip"], cwd=tmp_path, check=True)
    assert (tmp_path / "folder" / "2.txt").stat().st_mode & 0o777 == 0o600


def test_a_member_has_its_time() -> None:
    with zipfile.ZipFile(io.BytesIO(packed(1))) as read:
        assert read.infolist()[0].date_time == (2026, 11, 1, 23, 59, 58)


def test_members_beyond_four_gigabytes(tmp_path: Path) -> None:
    """They lie behind a hole in the file, which takes no room on the disk."""
    hole = 5 * 2**30
    with (tmp_path / "large.zip").open("wb") as file:
        file.seek(hole)
        large = Archive(file)
        large._written = hole
        with large as written:
            for number in range(3):
                written.add(f"{number}.txt", f"text {number}".encode(), MOMENT)
    with zipfile.ZipFile(tmp_path / "large.zip") as read:
        assert [read.read(name) for name in read.namelist()] == [b"text 0", b"text 1", b"text 2"]
        assert read.infolist()[0].header_offset == hole


def test_an_error_leaves_the_list_unwritten() -> None:
    def broken(pipe: Pipe) -> None:
        with Archive(pipe) as written:  # type: ignore[arg-type]
            written.add("a.txt", b"a", MOMENT)
            raise RuntimeError("stop")

    pipe = Pipe()
    with pytest.raises(RuntimeError, match="stop"):
        broken(pipe)
    assert pipe.content.startswith(b"PK\x03\x04")
    assert b"PK\x05\x06" not in pipe.content
