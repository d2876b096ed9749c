"""What may point at a patient's rows in Mediboard, which has no foreign keys: told by the names of live columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from honeytokens.systems.mediboard.kinds import CLASSES, IGNORED_LINKS
from honeytokens.systems.sql.schema import ForeignKey

_HELD = ("patients", "dossier_medical", "consultation", "sejour", "prescription", "prescription_line_medicament")
"""The tables to whose rows other objects are attached."""


def pointing_columns(connection: sa.Connection, keys: Mapping[str, str]) -> list[ForeignKey]:
    """Return the columns that may point at rows of the tables in ``keys``, which gives each table's key.

    Tables that hold nothing are left out where the server knows it for sure.
    """
    known = sa.text(
        "SELECT c.table_name, c.column_name FROM information_schema.columns c"
        " JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name"
        " WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE'"
        " AND NOT (t.engine = 'MyISAM' AND t.table_rows = 0)"
    )
    columns: defaultdict[str, set[str]] = defaultdict(set)
    for table, column in connection.execute(known):
        columns[table].add(column)
    return [key for table, names in columns.items() if table not in IGNORED_LINKS for key in _keys(table, names, keys)]


def _keys(table: str, names: set[str], keys: Mapping[str, str]) -> Iterator[ForeignKey]:
    for target, key in keys.items():
        if table != target and key in names:
            yield ForeignKey(table, (key,), target, (key,))
    for column in names:
        number = column.removesuffix("_class") + "_id"
        if column.endswith("_class") and number in names:
            for target in _HELD:
                if target in keys:
                    yield ForeignKey(table, (number,), target, (keys[target],), (column, CLASSES[target]))
