"""Comparing decoys with the host's own patients on name and birth date, in memory only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from honeytokens.fingerprints import fold
from honeytokens.model import Field, Identity

NAMED_BY = (Field.SURNAME, Field.BIRTH_NAME, Field.FIRST_NAME, Field.BIRTH_DATE)
"""What :func:`identity_keys` takes of a decoy, in this order."""


@dataclass(frozen=True, slots=True)
class Population:
    """How many patients have a name and birth date, by a hash of them; no name is kept."""

    counts: Counter[int]

    @classmethod
    def of_host(cls, people: Iterable[tuple[str, str, date]]) -> Population:
        """Take in (surname, first name, birth date) of every patient of a host."""
        return cls(Counter(_key(surname, first_name, born) for surname, first_name, born in people))

    def __contains__(self, key: int) -> bool:
        return key in self.counts

    def has(self, identity: Identity) -> bool:
        """Return whether a patient has a decoy's name, or its birth name, and its birth date."""
        who = (identity.surname, identity.birth_name, identity.first_name, identity.birth_date)
        return any(key in self.counts for key in identity_keys(*who))


def identity_keys(surname: str, birth_name: str | None, first_name: str, birth_date: date) -> set[int]:
    """Return the hashes under which a decoy, by its surname or its birth name, would be found in a population."""
    return {_key(name, first_name, birth_date) for name in {surname, birth_name or surname}}


def _key(surname: str, first_name: str, born: date) -> int:
    return hash((fold(surname), fold(first_name), born))
