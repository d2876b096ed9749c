"""What the callback service recognises decoys by."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from honeytokens.model.people import DecoyRef


class KnownBy(StrEnum):
    """What a decoy can be known by when it surfaces."""

    WEB_LINK = "web_link"
    MAIL = "mail"
    PHONE = "phone"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Watched:
    """One thing that one decoy is known by; ``bits`` is -log2 of the chance that something unrelated hits it.

    A link is as planted; an address is in lower case; a number has its last nine digits; a row is its table, in lower
    case, and its key, on two lines.
    """

    kind: KnownBy
    value: str = field(repr=False)
    decoy: DecoyRef
    establishment: str
    bits: float
