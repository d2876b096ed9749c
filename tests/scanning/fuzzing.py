"""Hostile files: real documents and archives, damaged at random, and what must hold when they are read.

``make fuzz`` runs it for longer than the suite does: ``python tests/scanning/fuzzing.py SECONDS [SEED]``.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import binary_documents
import damage
import documents
import packing
import people

from honeytokens.model import Unread
from honeytokens.scanning.dump import read_paths

MOST_SECONDS = 60.0
"""What one damaged file of some kilobytes may take: far less than its reader's own bounds, far more than it needs."""

ROWS = [asdict(people.person(random.Random(seed))) for seed in range(12)]
VALUES = [list(row.values()) for row in ROWS]
TABLE = damage.as_csv(VALUES).encode()
_SPECIAL = (
    b"\0",
    b"\xff",
    b'"',
    b"<",
    b"]]>",
    b"&#x0;",
    b"|",
    b"\\",
    b"\r",
    b"\n",
    b"'",
    b"{",
    b"PK\x03\x04",
    b"\xff\xff\xff\xff",
)


def seeds() -> Mapping[str, bytes]:
    """Return sound files of every kind that is read, by name."""
    texts: dict[str, Callable[[], str]] = {
        "mysql": lambda: damage.as_mysql(VALUES),
        "mysql_hex": lambda: damage.as_mysql_hex(VALUES),
        "inserts": lambda: damage.as_inserts(VALUES),
        "copy": lambda: damage.as_copy(VALUES),
        "ndjson": lambda: damage.as_ndjson(ROWS),
        "json": lambda: damage.as_json(ROWS),
        "letter": lambda: documents.letter(ROWS[0]),
        "utf16": TABLE.decode,
        "vcard": lambda: "".join(map(documents.vcard, ROWS)),
    }
    found = {"csv": TABLE}
    found |= {name: text().encode("utf-16" if name == "utf16" else "utf-8") for name, text in texts.items()}
    found["mail"] = documents.mail(ROWS[0], ROWS[1:]).as_bytes()
    found |= {name: write(ROWS) for name, write in documents.WRITERS.items()}
    found |= {name: write(VALUES) for name, write in binary_documents.WRITERS.items()}
    found |= {f"{name}_packed": pack(TABLE) for name, pack in packing.COMPRESSORS.items()}
    found |= {f"{name}_archive": pack({"a.csv": TABLE, "b/c.csv": TABLE}) for name, pack in packing.ARCHIVERS.items()}
    found |= {f"{name}_locked": lock({"a.csv": TABLE}, "s3cret") for name, lock in packing.LOCKERS.items()}
    return found


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Return data with some of what hostile or broken files have."""
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        start = rng.randrange(len(found) + 1)
        length = min(rng.choice((1, 1, 4, 16, 400)), len(found) - start)
        match rng.randrange(7):
            case 0:
                found[start : start + length] = rng.randbytes(length)
            case 1:
                del found[start : start + length]
            case 2:
                found[start:start] = found[start : start + length] * rng.choice((1, 3, 50))
            case 3:
                found[start:start] = rng.choice(_SPECIAL) * rng.choice((1, 2, 300))
            case 4:
                del found[start:]
            case 5:
                found[start : start + 4] = rng.choice(
                    (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\0\0\0\x80")
                )
            case _:
                other = rng.randrange(len(found) + 1)
                found[start : start + length] = found[other : other + length]
    return bytes(found)


def read(path: Path, *, raw: bool = False) -> tuple[int, int]:
    """Read a file as a scan does; return how many records there were and how much was unread.

    Raises whatever a reader lets escape, and ``TimeoutError`` when it takes too long.
    """
    start, records, unread = time.monotonic(), 0, 0
    for found in read_paths([path], lambda _: None, raw=raw, passwords=("s3cret",)):
        if isinstance(found, Unread):
            unread += 1
        else:
            records += 1
        if time.monotonic() - start > MOST_SECONDS:
            raise TimeoutError(f"{path.name} takes too long")
    return records, unread


def cases(names: list[str], seed: int) -> Iterator[tuple[str, int, bytes]]:
    """Yield damaged files without end: name, number, content."""
    sound = seeds()
    for number in range(seed, sys.maxsize):
        name = names[number % len(names)]
        yield name, number, damaged(sound[name], random.Random(number))


def main(seconds: float, seed: int) -> int:
    """Fuzz for some time; keep what breaks a reader, and return how many files did."""
    end, broken, count = time.monotonic() + seconds, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fuzz"
        for name, number, data in cases(list(seeds()), seed):
            if time.monotonic() > end:
                break
            path.write_bytes(data)
            count += 1
            start = time.monotonic()
            try:
                read(path, raw=number % 9 == 0)
                assert [one.name for one in Path(folder).iterdir()] == ["fuzz"], "a reader wrote a file"
            except Exception as error:  # noqa: BLE001 - whatever escapes is what is looked for
                broken += 1
                Path(f"fuzz-{name}-{number}").write_bytes(data)
                print(f"{name} {number}: {type(error).__name__}: {error}; kept as fuzz-{name}-{number}")
            if time.monotonic() - start > 10:
                print(f"slow: {name} {number}: {time.monotonic() - start:.0f} s")
    print(f"{count} damaged files, {broken} broke a reader")
    return broken


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)) > 0)
