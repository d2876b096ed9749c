"""Files of known kinds that are not read yet, and what the operator can do about each."""

from __future__ import annotations

_EXTRACT = "{kind} are not read: extract it and scan the folder"
_SAVE = "{kind} are not read: save it as text or CSV and scan that"
_DUMP = "{kind} are not read: dump it as SQL and scan that"
_IMAGE = "{kind} are not read: type what it shows into a text file and scan that"

_SIGNATURES: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"7z\xbc\xaf\x27\x1c", "7z archives", _EXTRACT),
    (0, b"Rar!\x1a\x07", "RAR archives", _EXTRACT),
    (0, b"\xfd7zXZ\x00", "xz files", _EXTRACT),
    (0, b"\x28\xb5\x2f\xfd", "zstd files", _EXTRACT),
    (4, b"1AY&SY", "bzip2 files", _EXTRACT),
    (257, b"ustar", "tar archives", _EXTRACT),
    (0, b"%PDF-", "PDF documents", _SAVE),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office documents of before 2007", _SAVE),
    (0, b"PAR1", "Parquet files", _SAVE),
    (0, b"SQLite format 3\x00", "SQLite databases", _DUMP),
    (0, b"PGDMP", "dumps of pg_dump in its own format", "{kind} are not read: turn it into SQL with pg_restore -f"),
    (0, b"\x89PNG\r\n\x1a\n", "images", _IMAGE),
    (0, b"\xff\xd8\xff", "images", _IMAGE),
    (0, b"GIF8", "images", _IMAGE),
    (0, b"II*\x00", "images", _IMAGE),
    (0, b"MM\x00*", "images", _IMAGE),
)


def unsupported(head: bytes) -> str | None:
    """Return why a file that begins so is not read and what to do, or ``None`` when it is of no such kind."""
    for offset, signature, kind, advice in _SIGNATURES:
        if head.startswith(signature, offset):
            return advice.format(kind=kind)
    return None
