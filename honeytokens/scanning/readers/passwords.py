"""The passwords that an archive may have, tried in turn, and what is said when none opens it."""

from __future__ import annotations

from collections.abc import Iterator

from honeytokens.scanning.readers.interface import Source

_MOST_TRIES = 10_000
_TEXT = bytes({*b"\t\n\r", *range(32, 127)})
_SIGNATURES = (
    *(b"PK\x03\x04", b"7z\xbc\xaf", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"Rar!"),
    *(b"%PDF", b"SQLite", b"PAR1", b"PGDMP", b"\xd0\xcf\x11\xe0", b"\xff\xd8\xff", b"\x89PNG", b"\xff\xfe"),
)

_ENCRYPTED = "It is encrypted: give its password with --password-file or --ask-password"
_LOCKED = "It is encrypted, and no password that was given opens it: give the right one"


class Passwords:
    """The passwords for one archive, the one that opened something last first; trying has an end, also in time."""

    def __init__(self, source: Source) -> None:
        self._budget = source.budget
        self._untried = list(source.passwords)
        self._proven: list[str] = []
        self._tries = 0

    @property
    def complaint(self) -> str:
        """What to say of something that stayed locked."""
        return _LOCKED if self._untried or self._proven else _ENCRYPTED

    def __iter__(self) -> Iterator[str]:
        """Yield the passwords to be tried; whoever goes on has found that the one before does not fit."""
        yield from list(self._proven)
        for password in list(self._untried):
            self._tries += 1
            if self._tries > _MOST_TRIES or self._budget.is_late:
                return
            yield password

    def opens(self, password: str) -> None:
        """Remember that a password fitted."""
        for known in (self._untried, self._proven):
            if password in known:
                known.remove(password)
        self._proven.insert(0, password)


def makes_sense(start: bytes) -> bool:
    """Return whether bytes are text or a known kind of file; what a wrong password makes of anything is neither."""
    return start.startswith(_SIGNATURES) or len(start.translate(None, _TEXT)) < len(start) // 4
