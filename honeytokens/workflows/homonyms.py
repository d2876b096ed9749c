"""Comparing decoys with the host's own patients on name and birth date, in memory only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from honeytokens.fingerprints import fold
from honeytokens.model import Identity


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


def identity_keys(identity: Identity) -> set[int]:
    """Return the hashes under which a decoy, by its surname or its birth name, would be found in a population."""
    names = {identity.surname, identity.birth_name or identity.surname}
    return {_key(name, identity.first_name, identity.birth_date) for name in names}


def _key(surname: str, first_name: str, born: date) -> int:
    return hash((fold(surname), fold(first_name), born))
