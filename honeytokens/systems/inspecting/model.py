"""What inspecting a schema yields."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Placed:
    """A column that seems to hold one of our fields.

    ``confidence`` is from 0 to 1; above 0.95 only where the name, the type and a sample of the values all agree.
    ``where`` says, in an entity-attribute-value layout, which rows hold the field: column and value.
    """

    section: str
    field: str
    table: str
    column: str
    confidence: float
    reasons: tuple[str, ...]
    where: tuple[str, str] | None = None
    codes: dict[str, str] = dataclasses.field(default_factory=dict)
    """The site's codes for our words, where the column holds codes that are understood."""
    format: str | None = None
    """How a text column writes a date, for ``strftime``."""
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A table that seems to hold one section of a mapping, and how its rows lead to the patient's.

    ``link`` is (column here, table there, column there), ``None`` for the patients' own table.
    """

    section: str
    table: str
    key: str | None
    link: tuple[str, str, str] | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a live schema says.

    ``system`` and ``version`` name a known system. ``writes`` says in words what can be written; ``mapping`` is TOML
    text to be edited, ``complete`` whether it could be taken as it is. ``notes`` say what is to be settled first.
    """

    server: str
    tables: int
    system: str | None
    version: str | None
    found: tuple[Found, ...]
    columns: tuple[Placed, ...]
    writes: tuple[str, ...]
    notes: tuple[str, ...]
    mapping: str
    complete: bool
    counted: str = "tables"
    """What ``tables`` counts."""
    kind: str | None = None
    """The kind to add a system with that needs no mapping."""
