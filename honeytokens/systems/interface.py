"""What a hospital system's adapter must provide, so that the workflows can plant, verify and withdraw decoys.

An adapter knows the system's tables and nothing of keys or of the registry. It never journals: the workflow writes
what :meth:`HospitalAdapter.reserve` returned to the registry, durably, before it calls
:meth:`HospitalAdapter.write`. Because the primary keys are known before the first write, a crash at any point leaves
nothing that cannot be resumed or undone, on systems with transactions and without. A system that gives keys of its own
as it writes gets provisional ones first: its adapter finds such a row by what it says (the patient's number), and
returns it with the key that it was given.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

import polars as pl

from honeytokens.errors import PlantingError, ProfileError
from honeytokens.model import Decoy, Establishment, Field, WrittenRow

COMMON = 0.2
"""The share of the host's rows that must have a value before every decoy may have it."""


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A row to be written, before it has a primary key.

    ``parent`` is the index, in the same list, of the row whose key goes into column ``parent_column``; ``also`` gives
    further columns that hold the key of a row of the list, each with that row's index. A row whose own key is that of
    another row names it by ``key_of``.
    """

    table: str
    values: dict[str, object]
    parent: int | None = None
    parent_column: str | None = None
    also: dict[str, int] = field(default_factory=dict)
    key_of: int | None = None


@dataclass(frozen=True, slots=True)
class RowState:
    """How a row that we wrote stands in the system today.

    ``missing``: no row has its key. ``same``: every value that we wrote is as we wrote it. ``changed``: the row is
    ours but someone changed ``columns``. ``foreign``: a row that we did not write holds the key. ``row`` has the key
    that the system gave it, where the one asked about was provisional.
    """

    row: WrittenRow
    standing: Literal["missing", "same", "changed", "foreign"]
    columns: tuple[str, ...] = ()


class HostTable(Protocol):
    """The patients' table of a system as frames of texts.

    Columns are named by the field that they hold alone, or ``table.column``; sexes are our words, birth dates are in
    ISO form, the rest is as the table spells it. Methods raise as those of :class:`HospitalAdapter`.
    """

    def learned(self) -> frozenset[str]:
        """Return the columns of which a profile is to be learnt."""

    def frames(self, every: int = 1) -> Iterator[pl.DataFrame]:
        """Stream every ``every``-th patient, some rows at a time: one read-only statement, without a value in it."""

    def drafted(self, drafts: Sequence[DraftRow]) -> pl.DataFrame:
        """Return patients' rows that :meth:`HospitalAdapter.compose` drafted in the same columns."""

    def child_counts(self) -> dict[str, dict[str, int]]:
        """Return how many patients have so many rows, for each section below the patients: ``{"stay": {"2": 40}}``.

        A section whose table the account may not read has no counts.
        """


class HospitalAdapter(ABC):
    """One hospital system. A context manager: leaving it closes its connections.

    Every method may raise ``SystemUnreachableError`` (no connection, account refused) or ``PlantingError`` (a statement
    failed); the messages never hold a value of a row.
    """

    @abstractmethod
    def __enter__(self) -> HospitalAdapter: ...

    @abstractmethod
    def __exit__(self, *exc: object) -> None: ...

    @abstractmethod
    def check(self) -> None:
        """Hold the mapping against the live schema; raise ``MappingError`` naming every column that does not fit."""

    @abstractmethod
    def fields(self) -> frozenset[Field]:
        """Return the identity fields that the mapping writes."""

    @abstractmethod
    def host_people(self) -> Iterator[tuple[str, str, date]]:
        """Stream (surname, first name, birth date) of every patient, in one statement without any value in it."""

    @abstractmethod
    def host_names(self) -> Iterator[tuple[str, str, str, date]]:
        """Stream (key, surname, first name, birth date) of every patient, as :meth:`host_people`, keys as text.

        One who has a birth name as well comes once with each. Rows of decoys are among them.
        """

    @abstractmethod
    def host_values(self, field: Field) -> Iterator[str]:
        """Stream the values that the patients have in ``field``, as the table spells them (case, accents).

        They are for keeping a unique column unique: compare them without regard to case and accents. None when the
        mapping gives the field no column of its own.
        """

    @property
    def profiled(self) -> bool:
        """Whether :meth:`host_table` has a table to give."""
        return False

    def host_table(self) -> HostTable:
        """Return the patients' table as a profile sees it; raise ``ProfileError`` where none can be learnt."""
        raise ProfileError(
            "Profiles are learnt of systems with a mapping file alone", "Add the system with --mapping to learn one"
        )

    @abstractmethod
    def unique_fields(self) -> frozenset[Field]:
        """Return the mapped identity fields that the schema requires to be unique."""

    @abstractmethod
    def patient_count(self) -> int:
        """Return how many patients the system holds."""

    @abstractmethod
    def unfit(self, decoy: Decoy, establishment: Establishment, at: datetime) -> str | None:
        """Return why this decoy cannot be written (``surname longer than patients.nom``), or ``None``.

        Lengths, character sets, enumerations and types of the live schema are held against every value.
        """

    @abstractmethod
    def compose(self, decoy: Decoy, establishment: Establishment, at: datetime) -> list[DraftRow]:
        """Return the rows of one decoy as written at ``at``: the patient first, parents before children."""

    @abstractmethod
    def reserve(self, drafts: Sequence[DraftRow]) -> tuple[WrittenRow, ...]:
        """Give each draft its primary key, the parents' keys filled in; the keys are free at this moment.

        Where only the system gives keys they are provisional: :meth:`write` and :meth:`state` return rows with theirs.
        Raises ``IdentifierTakenError`` when a patient of the host has the identifier by which the decoy is to be found.
        """

    @abstractmethod
    def write(self, rows: Sequence[WrittenRow]) -> tuple[WrittenRow, ...]:
        """Insert rows, in one transaction where the tables have them, and return them as they now are.

        A value may have been written otherwise by a trigger. When so much of a row is different that it could not be
        known again, ``PlantingError`` is raised and nothing of ``rows`` remains written.

        Raises ``KeyTakenError`` when another writer took a key meanwhile (then nothing of ``rows`` remains written).
        Any other failure leaves nothing written on tables with transactions; on others the rows before the failing
        one may remain, and :meth:`state` tells which.
        """

    @abstractmethod
    def state(self, rows: Sequence[WrittenRow]) -> list[RowState]:
        """Return how each row stands today."""

    @abstractmethod
    def find(self, sought: Sequence[tuple[Decoy, Establishment, datetime]]) -> list[tuple[WrittenRow, ...]]:
        """Return the rows of each decoy that stand in the system, the patient's first; none when it is not there.

        For when the registry is lost: nothing is known but the decoys themselves. No statement holds a value of one. A
        column that depends on the moment of writing is returned as it stands, one that holds a field of the decoy
        as it would be written, so that :meth:`state` tells of a change; the stamped field may show another version.
        """

    @abstractmethod
    def rewrite(
        self, row: WrittenRow, changes: Mapping[str, object], history: Sequence[WrittenRow] = ()
    ) -> tuple[WrittenRow, ...]:
        """Change columns of one row that is ``same``, and return it and ``history`` as they now are.

        The rows of ``history`` are inserted first, in the same transaction where the tables have them. Raises
        ``PlantingError`` when the row is not as it was written, and as :meth:`write` does.
        """

    @abstractmethod
    def history(
        self, row: WrittenRow, changes: Mapping[str, object], establishment: Establishment, at: datetime
    ) -> list[DraftRow]:
        """Return the rows by which the application itself would remember that ``changes`` were made at ``at``."""

    @abstractmethod
    def changes(self, row: WrittenRow, decoy: Decoy, establishment: Establishment) -> dict[str, object]:
        """Return which columns of a patient's row must change to hold ``decoy`` at its version.

        Raises ``PlantingError`` when the mapping writes patients to another table by now.
        """

    @abstractmethod
    def links(self, rows: Sequence[WrittenRow]) -> list[str]:
        """Return, as ``table.column``, what refers to these rows, by foreign key or mapping, and is not of them."""

    @abstractmethod
    def remove(self, rows: Sequence[WrittenRow]) -> None:
        """Delete exactly these rows by primary key, children first, in one transaction where the tables have them.

        ``rows`` come as they were written, parents first. Raises ``PlantingError`` before anything is deleted when a
        row is missing or foreign, or when a foreign key of a row that is not among them points at one of them.
        """

    @abstractmethod
    def residues(self) -> list[str]:
        """Return what no one can undo, in words: counters advanced, binary logs, history rows, backups."""

    def betraying(self) -> list[str]:
        """Return, in words, what every decoy will hold and too few of the host's own rows do, if anything.

        A constant is safe only where at least :data:`COMMON` of comparable rows share it, and the combination occurs:
        otherwise the switch that keeps decoys out of billing is what finds them. Values of rows are never told.
        """
        return []

    def schema_digest(self) -> str:
        """Return a digest of the live definitions of every table that is written to; empty where there are none."""
        return ""

    def script(self, drafts: Sequence[DraftRow]) -> Iterator[str]:  # noqa: ARG002 - for those that can
        """Yield the lines of a script that writes one decoy's rows; raise ``PlantingError`` where there can be none."""
        raise PlantingError("This kind of system takes no script", "Let honeytokens apply write to it")
