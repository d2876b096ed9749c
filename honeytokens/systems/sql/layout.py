"""How one kind of system lays a decoy out in its tables: what the SQL machinery must know of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from honeytokens.model import Decoy, Establishment
from honeytokens.systems.interface import DraftRow
from honeytokens.systems.sql.schema import Table


@dataclass(frozen=True, slots=True)
class Branch:
    """One table that decoys are written to.

    ``parents`` gives, for each column that holds the key of another row of the decoy, the tables that this row may lie
    in; the first column is the one by which the row hangs. ``telling`` are the columns that tell whose row it is: the
    decoy's fields and the keys of its parents. ``exact`` are those without which a row is of another kind.
    """

    table: str
    key: str
    telling: frozenset[str]
    parents: Mapping[str, tuple[str, ...]]
    exact: frozenset[str] = frozenset()


class Layout(ABC):
    """Writes decoys as rows, held against a live schema."""

    @property
    @abstractmethod
    def tables(self) -> Mapping[str, Table]:
        """The live tables that decoys are written to, by name."""

    @property
    @abstractmethod
    def branches(self) -> Mapping[str, Branch]:
        """What is known of each of them: the patients' first, parents before children."""

    @abstractmethod
    def rows(self, decoy: Decoy, establishment: Establishment, at: datetime) -> list[DraftRow]:
        """Return the rows, the patient first; raise ``MisfitError`` with a whole phrase that holds no value."""
