"""Extracts that were salted: whose copy holds which rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from honeytokens.model.planning import Recipe


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who was handed a copy, numbered in order of time from 0; ``unique`` are serials in that copy alone."""

    name: str
    number: int
    handed: tuple[datetime, ...]
    unique: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Salt:
    """An extract whose copies are salted, and everybody who was handed one.

    Every copy holds the decoys ``shared``, each with the street of version 0 or 1 as the recipient's codeword says;
    ``bias`` is how often, in per cent, a row is in its rarer version. The rest is drawn from the key of
    ``key_version`` and the ``recipe``, as for a campaign. Nobody is ever taken off ``recipients``: who held a copy may
    have leaked it.
    """

    id: str
    name: str
    key_version: int
    recipe: Recipe
    bias: int
    shared: tuple[int, ...]
    reserved: int
    """Serials below this are the salt's own: values of pools that they stand for are given to nobody else."""
    recipients: tuple[Recipient, ...] = ()

    @property
    def campaign(self) -> str:
        """Return what the decoys' campaign is called; no planned campaign has such a name."""
        return f"salt:{self.name}"

    @property
    def serials(self) -> tuple[int, ...]:
        """Return the serials in use, in order."""
        return tuple(sorted({*self.shared, *(serial for each in self.recipients for serial in each.unique)}))
