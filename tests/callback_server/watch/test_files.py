"""Following log files through writes, rotations of every kind, and restarts: each entry once."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callback_server.watch.files import FileSource
from callback_server.watch.interface import Position
from honeytokens.audit_logs import FILE_LOGS, Watched

WATCHED = Watched({"patients": {"patient_id": "patients"}})


def entry(number: int, statement: str = "select nom from patients where patient_id = {}") -> str:
    return f"20261123 13:07:44,vm,app,localhost,1,{number},QUERY,his,'{statement.format(number)}',0\n"


@dataclass
class Followed:
    """One log file, what was written to it, and what its source told."""

    path: Path
    clock: float = 1_800_000_000.0
    written: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    position: Position | None = None
    rotations: int = 0

    def source(self) -> FileSource:
        """A new one each time, as after a restart."""
        return FileSource(self.path, FILE_LOGS["server_audit"](WATCHED, UTC), from_start=True, now=lambda: self.clock)

    def write(self, entries: int = 1) -> None:
        numbers = range(len(self.written), len(self.written) + entries)
        with self.path.open("a") as stream:
            stream.writelines(map(entry, numbers))
        self.written += map(str, numbers)
        self._touch(self.path)

    def poll(self, most: int = 1) -> None:
        for _ in range(most):
            polled = self.source().poll(self.position)
            if polled is None:
                return
            self.position = polled.position
            self.told += [key for read in polled.reads for key in read.keys]

    def rename(self) -> None:
        self._shift()
        if self.path.exists():
            self.path.rename(self._beside(1))
        self.path.touch()
        self._touch(self.path)

    def copy_and_cut(self) -> None:
        if not self.path.exists():
            return
        self._shift()
        shutil.copyfile(self.path, self._beside(1))
        self._touch(self._beside(1))
        os.truncate(self.path, 0)
        self._touch(self.path)

    def compress(self) -> None:
        """Compress all rotated files but the newest, as ``delaycompress`` does."""
        for number in range(2, self.rotations + 1):
            plain = self._beside(number)
            if plain.exists():
                packed = plain.with_name(plain.name + ".gz")
                packed.write_bytes(gzip.compress(plain.read_bytes()))
                os.utime(packed, ns=(plain.stat().st_mtime_ns,) * 2)
                plain.unlink()

    def _shift(self) -> None:
        for number in range(self.rotations, 0, -1):
            for ending in ("", ".gz"):
                old = Path(f"{self._beside(number)}{ending}")
                if old.exists():
                    old.rename(f"{self._beside(number + 1)}{ending}")
        self.rotations += 1

    def _beside(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")

    def _touch(self, path: Path) -> None:
        self.clock += 1
        os.utime(path, (self.clock, self.clock))


@pytest.fixture
def followed(tmp_path: Path) -> Followed:
    return Followed(tmp_path / "audit.log")


ACTIONS: Sequence[Callable[[Followed], None]] = (
    Followed.write,
    lambda log: log.write(40),
    Followed.poll,
    lambda log: log.poll(9),
    Followed.rename,
    Followed.copy_and_cut,
    Followed.compress,
)


@given(chosen=st.lists(st.integers(0, len(ACTIONS) - 1), max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_every_entry_is_told_once(tmp_path_factory: pytest.TempPathFactory, chosen: list[int]) -> None:
    log = Followed(tmp_path_factory.mktemp("log") / "audit.log")
    log.path.touch()
    log.poll()
    for number in chosen:
        ACTIONS[number](log)
    log.clock += 10
    log.poll(200)
    assert log.told == log.written


def test_a_line_that_is_being_written_waits(followed: Followed) -> None:
    followed.path.write_text(entry(1) + entry(2)[:30])
    followed.clock += 10
    followed.poll(5)
    assert followed.told == ["1"]
    with followed.path.open("a") as stream:
        stream.write(entry(2)[30:])
    followed._touch(followed.path)
    followed.clock += 10
    followed.poll(5)
    assert followed.told == ["1", "2"]


def test_what_is_there_at_first_is_passed_over_if_so_asked(followed: Followed) -> None:
    followed.write(3)
    source = FileSource(followed.path, FILE_LOGS["server_audit"](WATCHED, UTC), from_start=False)
    first = source.poll(None)
    assert first is not None
    assert first.reads == ()
    followed.position = first.position
    followed.write(2)
    followed.clock += 10
    followed.poll(5)
    assert followed.told == ["3", "4"]


def test_a_log_that_comes_later_is_read_from_its_start(followed: Followed) -> None:
    source = FileSource(followed.path, FILE_LOGS["server_audit"](WATCHED, UTC), from_start=False)
    first = source.poll(None)
    assert first is not None
    followed.position = first.position
    followed.write(2)
    followed.clock += 10
    followed.poll(5)
    assert followed.told == ["0", "1"]


def test_a_log_that_was_rotated_away_unread_is_said(followed: Followed, caplog: pytest.LogCaptureFixture) -> None:
    followed.write(2)
    followed.clock += 10
    followed.poll(5)
    followed.path.unlink()
    followed.write(1)
    followed.clock += 10
    followed.poll(5)
    assert followed.told == ["0", "1", "2"]
    assert "some reads are lost" in caplog.text


def test_other_files_beside_the_log_are_not_read(followed: Followed) -> None:
    followed.write(1)
    for name in ("audit.log.bak", "audit.log~", "audit.logs", "other.log.1", ".audit.log.swp"):
        followed.path.with_name(name).write_text(entry(99))
    followed.clock += 10
    followed.poll(5)
    assert followed.told == ["0"]


def test_a_line_without_end_does_not_fill_the_memory(followed: Followed) -> None:
    with followed.path.open("w") as stream:
        stream.write("x" * 3_000_000 + "\n" + entry(7))
    followed._touch(followed.path)
    followed.clock += 10
    followed.poll(20)
    assert followed.told == ["7"]
