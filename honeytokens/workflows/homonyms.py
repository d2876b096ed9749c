"""Comparing decoys with the host's own patients on name and birth date, in memory only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from honeytokens.fingerprints import fold
from honeytokens.model import Field, Identity

NAMED_BY = (Field.SURNAME, Field.BIRTH_NAME, Field.FIRST_NAME, Field.BIRTH_DATE)
"""What :func:`identity_keys` takes of a decoy, in this order."""
LETTERS = 3
"""Clerks search by birth date and the first letters of a name: so many, as a rule."""


@dataclass(frozen=True, slots=True)
class Population:
    """Which names and birth dates the patients of a host have, by a hash; beside it, first letters by birth date."""

    people: frozenset[int]
    heads: dict[date, set[str]]

    @classmethod
    def of_host(cls, people: Iterable[tuple[str, str, date]]) -> Population:
        """Take in (surname, first name, birth date) of every patient of a host; no whole name is kept."""
        keys: set[int] = set()
        heads: defaultdict[date, set[str]] = defaultdict(set)
        for surname, first_name, born in people:
            folded = fold(surname)
            keys.add(hash((folded, fold(first_name), born)))
            heads[born].add(head_of(folded))
        return cls(frozenset(keys), dict(heads))

    def has(self, surname: str, birth_name: str | None, first_name: str, birth_date: date) -> bool:
        """Return whether a patient has a decoy's name, or its birth name, and its birth date."""
        return not self.people.isdisjoint(identity_keys(surname, birth_name, first_name, birth_date))

    def has_beside(self, surname: str, birth_name: str | None, birth_date: date) -> bool:
        """Return whether a search by a decoy's birth date and first letters would show a patient beside it."""
        there = self.heads.get(birth_date, ())
        return any(alike(one, other) for one in heads_of(surname, birth_name) for other in there)

    def why_not(self, identity: Identity) -> str | None:
        """Return, in words, why a decoy may not stand among these patients, or ``None``."""
        names = identity.surname, identity.birth_name
        if self.has(*names, identity.first_name, identity.birth_date):
            return "has its name and birth date"
        if self.has_beside(*names, identity.birth_date):
            return f"has its birth date and the first {LETTERS} letters of its name"
        return None


def identity_keys(surname: str, birth_name: str | None, first_name: str, birth_date: date) -> set[int]:
    """Return the hashes under which a decoy, by its surname or its birth name, would be found in a population."""
    names = {fold(surname), fold(birth_name or surname)}
    return {hash((name, fold(first_name), birth_date)) for name in names}


def heads_of(surname: str, birth_name: str | None) -> set[str]:
    """Return the first letters of a decoy's names, as a search takes them."""
    return {head_of(fold(name)) for name in {surname, birth_name or surname}}


def head_of(folded: str) -> str:
    """Return the first letters of a folded name, without spaces."""
    return folded.replace(" ", "")[:LETTERS]


def alike(one: str, other: str) -> bool:
    """Return whether a search by one name's first letters also shows the other: names of two letters have only two."""
    return bool(one) and bool(other) and (one.startswith(other) or other.startswith(one))
