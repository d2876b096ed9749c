"""Through whom: which recipients' copies of a salted extract a leak was made of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from honeytokens.attribution.chance import ERROR_FLOOR, log_by_chance
from honeytokens.attribution.codes import ABSENT, BOTH, A, B, Bits, Floats, innocent_chances
from honeytokens.attribution.texts import Wording
from honeytokens.model import DecoyRef, ExtractFinding, Hit, NamedRecipient

RISK = 1e-6
"""At most this often is anybody named who did not hold a leaked copy: of all recipients, whatever the attack."""

_KINDS = 2
"""Kinds of evidence, codeword and unique rows, which share the risk."""


@dataclass(frozen=True, slots=True)
class SaltedExtract:
    """Whose copy holds what. ``words`` has shape (recipients, shared rows), ``chance`` (shared rows,)."""

    name: str
    recipients: tuple[str, ...]
    words: Bits
    chance: Floats
    shared: tuple[DecoyRef, ...]
    unique: tuple[frozenset[DecoyRef], ...]

    @property
    def decoys(self) -> frozenset[DecoyRef]:
        """Return every decoy that was mixed into a copy."""
        return frozenset(self.shared).union(*self.unique)


def recipients_of(extract: SaltedExtract, hits: Sequence[Hit], wording: Wording, *, confirmed: bool) -> ExtractFinding:
    """Return which recipients' copies the hits of an extract's decoys came from, or that nobody can be named.

    Nobody is named by a file that is not ``confirmed`` to be ours: one of decoys alone may have been made to frame.

    The chance that an innocent is named, whoever leaked and whatever they did, is at most :data:`RISK`: each kind of
    evidence is bounded given the leak, and paid for over both kinds and all recipients (Bonferroni).
    """
    found = {hit.decoy: hit for hit in hits}
    leaked = np.array([_symbol(found.get(decoy)) for decoy in extract.shared], dtype=np.int8)
    by_word = innocent_chances(extract.words, extract.chance, leaked)
    own = [[found[decoy].expected_false_alarms for decoy in decoys & found.keys()] for decoys in extract.unique]
    named = []
    for number, recipient in enumerate(extract.recipients):
        chance = min(float(by_word[number]), math.exp(log_by_chance(own[number])))
        error = chance * _KINDS * len(extract.recipients)
        if confirmed and error <= RISK:
            named.append(NamedRecipient(recipient, max(error, ERROR_FLOOR), len(own[number])))
    shared_hits = sum(decoy in found for decoy in extract.shared)
    told = int(((leaked == A) | (leaked == B)).sum())
    say = wording.phrasing
    if named:
        reason = wording.recipients_named.format(
            names=say.names([each.recipient for each in named]), extract=extract.name, odds=say.odds(RISK)
        )
    else:
        reason = wording.nobody_named.format(
            extract=extract.name,
            told=say.number(told),
            unique=say.number(sum(map(len, own))),
            recipients=say.number(len(extract.recipients)),
        )
    return ExtractFinding(
        extract.name, len(extract.recipients), shared_hits, told, sum(map(len, own)), tuple(named), reason
    )


def _symbol(hit: Hit | None) -> int:
    """Return what a leak shows of an A/B row: a row without its street tells no variant."""
    variants: Mapping[tuple[int, ...], int] = {(A,): A, (B,): B, (A, B): BOTH}
    return ABSENT if hit is None else variants.get(tuple(sorted(hit.versions)), ABSENT)
