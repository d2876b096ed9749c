"""One value of a decoy, as the sieve indexes it and the matcher looks for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from honeytokens.fingerprints import Forms, digests, read_forms, street_words
from honeytokens.model import Field

_FIELDS = {field.value: field for field in Field}


@dataclass(frozen=True)
class Value:
    """One value of a decoy's field: its text, its bits, and the versions that have it (none if it is not stamped).

    ``salts`` are those that it may have been hashed with.
    """

    field: Field
    text: str
    bits: float
    versions: frozenset[int]
    salts: tuple[bytes, ...] = ()

    @cached_property
    def forms(self) -> Forms:
        """Its normal forms."""
        return read_forms(self.text)

    @cached_property
    def joined(self) -> str:
        """Its folded words, joined."""
        return "".join(self.forms.words)

    @cached_property
    def street_words(self) -> tuple[str, ...]:
        """Its folded words that tell streets apart."""
        return street_words(self.forms.words)

    @cached_property
    def digests(self) -> frozenset[str]:
        """The hashes of it that thieves publish."""
        return digests(self.field, self.text, self.salts)


def values_by_decoy(frame: pl.DataFrame, salts: tuple[bytes, ...] = ()) -> Mapping[int, list[Value]]:
    """Return the distinct values of each decoy of a frame, as ``KnownDecoys.values`` describes it."""
    versions: defaultdict[tuple[int, str, str, float], set[int]] = defaultdict(set)
    for decoy, field, value, bits, version in frame.select("decoy", "field", "value", "bits", "version").iter_rows():
        versions[decoy, field, value, bits].update(() if version is None else (version,))
    values: defaultdict[int, list[Value]] = defaultdict(list)
    for (decoy, field, text, bits), seen in versions.items():
        values[decoy].append(Value(_FIELDS[field], text, bits, frozenset(seen), salts))
    return values
