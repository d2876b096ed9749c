"""One value of a decoy, as the sieve indexes it and the matcher looks for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from honeytokens.fingerprints import Forms, digests, read_forms
from honeytokens.model import Field


@dataclass(frozen=True)
class Value:
    """One value of a decoy's field: its text, its bits, and the versions that have it (none if it is not stamped)."""

    field: Field
    text: str
    bits: float
    versions: frozenset[int]

    @cached_property
    def forms(self) -> Forms:
        """Its normal forms."""
        return read_forms(self.text)

    @cached_property
    def joined(self) -> str:
        """Its folded words, joined."""
        return "".join(self.forms.words)

    @cached_property
    def digests(self) -> frozenset[str]:
        """The hashes of it that thieves publish."""
        return digests(self.field, self.text)
