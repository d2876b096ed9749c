"""The patients' table as a profile sees it: columns by the field that they hold, texts in one form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import polars as pl

from honeytokens.errors import PlantingError, SystemUnreachableError
from honeytokens.systems import mapping as mapping_file
from honeytokens.systems.interface import DraftRow
from honeytokens.systems.mapping import ChildSection, FieldSource, LearnedSource
from honeytokens.systems.sql.schema import Kind, Table

_FRAME = 20_000
"""How many patients a frame holds."""
Stream = Callable[[Table, Sequence[str]], Iterator[tuple[str | None, ...]]]


@dataclass(frozen=True, slots=True)
class MappedPatients:
    """The patients' table of ``mapping``; ``tables`` are live definitions by section, ``stream`` reads columns."""

    mapping: mapping_file.Mapping
    tables: Mapping[str, Table]
    stream: Stream

    @property
    def table(self) -> Table:
        """Return the live definition of the patients' table."""
        return self.tables["patient"]

    def columns(self) -> dict[str, str]:
        """Return the mapped columns with their names in frames: a field that a column holds alone, ``table.column``."""
        names: dict[str, str] = {}
        for column, source in self.mapping.patient.columns.items():
            alone = isinstance(source, FieldSource) and source.field != "establishment"
            field = source.field if isinstance(source, FieldSource) and alone else f"{self.table.name}.{column}"
            names[column] = f"{self.table.name}.{column}" if field in names.values() else field
        if self.mapping.patient.key_from == "local_id":
            names[self.mapping.patient.key] = "local_id"
        return names

    def learned(self) -> frozenset[str]:
        """Return the names of the columns of which a profile is to be learnt."""
        sources, names = self.mapping.patient.columns, self.columns()
        learned = {names[column] for column, source in sources.items() if isinstance(source, LearnedSource)}
        return frozenset({name for name in names.values() if "." not in name} | learned)

    def frames(self, every: int = 1) -> Iterator[pl.DataFrame]:
        """Stream the mapped columns of every ``every``-th patient."""
        rows = islice(self.stream(self.table, list(self.columns())), 0, None, every)
        while batch := list(islice(rows, _FRAME)):
            yield self.of_rows(batch)

    def child_counts(self) -> dict[str, dict[str, int]]:
        """Return how many patients have so many rows, for each section below the patients."""
        return child_counts(self.mapping, self.tables, self.stream)

    def of_rows(self, rows: Iterable[Sequence[str | None]]) -> pl.DataFrame:
        """Return the frame of rows that hold :meth:`columns`, as the server writes them in text."""
        names = self.columns()
        frame = pl.DataFrame(list(rows), dict.fromkeys(names, pl.String), orient="row")
        return frame.select(self._in_one_form(column).alias(name) for column, name in names.items())

    def drafted(self, drafts: Sequence[DraftRow]) -> pl.DataFrame:
        """Return the frame of patients' rows that are to be written; null where the column keeps its default."""
        columns = list(self.columns())
        return self.of_rows([[_text(draft.values.get(column)) for column in columns] for draft in drafts])

    def _in_one_form(self, column: str) -> pl.Expr:
        text, source = pl.col(column), self.mapping.patient.columns.get(column)
        domain = self.table.columns[column].domain
        if domain.padded:
            text = text.str.strip_chars_end(" ")
        if domain.kind is Kind.BOOLEAN:
            return text.str.to_lowercase().replace({"true": "1", "t": "1", "false": "0", "f": "0"})
        if domain.kind is Kind.NUMBER:
            return text.cast(pl.Float64, strict=False).cast(pl.String)
        if domain.kind is Kind.DATETIME:
            text = text.str.replace("T", " ", literal=True)
        if not isinstance(source, FieldSource):
            return text
        if source.values is not None:
            return text.replace(_inverse(source.values))
        if source.field == "birth_date":
            if source.format:
                return text.str.to_date(source.format, strict=False).cast(pl.String)
            return text.str.head(10)
        return text


def child_counts(
    mapping: mapping_file.Mapping, tables: Mapping[str, Table], stream: Stream
) -> dict[str, dict[str, int]]:
    """Return how many patients have so many rows below them, by section; patients without any are counted too.

    A section that hangs on stays is counted through them. One whose table cannot be read has no counts.
    """
    found: dict[str, dict[str, int]] = {}
    patients = sum(1 for _ in stream(tables["patient"], [mapping.patient.key]))
    owners: dict[str, str] = {}
    for name, section in mapping.sections().items():
        if isinstance(section, ChildSection):
            counts: Counter[str] = Counter()
            keep = name == "stay" and any(
                other.parent == "stay" for other in mapping.sections().values() if isinstance(other, ChildSection)
            )
            try:
                for key, parent in stream(tables[name], [section.key, section.parent_column]):
                    owner = owners.get(parent or "") if section.parent == "stay" else parent
                    if owner:
                        counts[owner] += 1
                        if keep and key:
                            owners[key] = owner
            except (SystemUnreachableError, PlantingError):
                found[name] = {}
                continue
            rows = Counter(counts.values())
            rows[0] = max(patients - len(counts), 0)
            found[name] = {str(number): count for number, count in sorted(rows.items()) if count}
    return found


def _inverse(values: Mapping[str, object]) -> dict[str, str]:
    return {str(code): word for word, code in values.items()}


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "1" if value else "0"
    return None if value is None else str(value)
