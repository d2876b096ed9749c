"""Which tables and columns name a decoy's rows, by what was written: what a watch of audit logs has to know."""

from __future__ import annotations

from collections.abc import Sequence

from honeytokens.errors import PlantingError
from honeytokens.model import Placement, WrittenRow
from honeytokens.workflows.home import Home

_FEWEST_PATIENTS = 3
Watched = dict[str, dict[str, str]]


def watched(home: Home, system: str) -> Watched:
    """Return, for each table with a decoy's rows in a system, the columns that name rows, and of which table.

    These are each row's own key, and the columns that held the patient's key in every row that was written. Raises
    ``UnknownNameError`` for no such system, ``PlantingError`` when no decoy stands in it.
    """
    home.registry.system(system)
    placements = [each for each in home.registry.placements() if each.system == system and each.rows]
    if not placements:
        raise PlantingError(f"No decoy stands in {system} yet", "Run honeytokens apply first")
    found: Watched = {}
    for table, rows in _by_table(placements).items():
        found[table] = {column: _patients(rows[0][0]) for column in _columns_of_patient(rows)}
        found[table][rows[0][1].key_column] = table
    return found


def as_settings(tables: Watched) -> str:
    """Return the ``[tables]`` of a watch's settings, in TOML."""
    return "\n".join(
        "\n".join(
            [
                f"[tables.{_quoted(table)}]",
                *(f"{_quoted(column)} = {_quoted(of)}" for column, of in sorted(columns.items())),
            ]
        )
        + "\n"
        for table, columns in sorted(tables.items())
    )


def _by_table(placements: Sequence[Placement]) -> dict[str, list[tuple[Placement, WrittenRow]]]:
    found: dict[str, list[tuple[Placement, WrittenRow]]] = {}
    for placement in placements:
        for row in placement.rows:
            found.setdefault(row.table, []).append((placement, row))
    return found


def _columns_of_patient(rows: Sequence[tuple[Placement, WrittenRow]]) -> list[str]:
    """Return the columns that hold the patient's key in all rows of a table; of one patient that may be chance."""
    if len({placement.rows[0].key for placement, _ in rows}) < _FEWEST_PATIENTS:
        return []
    return [
        column
        for column in rows[0][1].values
        if all(str(row.values.get(column)) == str(placement.rows[0].key) for placement, row in rows)
    ]


def _patients(placement: Placement) -> str:
    return placement.rows[0].table


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
