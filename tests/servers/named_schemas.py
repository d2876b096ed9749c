"""The whole table sets of systems that are known by name, in an empty database."""

from __future__ import annotations

import lzma
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

_SCHEMAS = Path(__file__).parent / "schemas"


def build(url: str, name: str, *, without: str = "", engine: str = "") -> sa.Engine:
    """Make every table of a system, and return an engine in strict mode.

    ``without`` is a pattern of tables to leave out, ``engine`` a storage engine in place of each table's own.
    """
    statements = lzma.decompress((_SCHEMAS / f"{name}.sql.xz").read_bytes()).decode()
    if engine:
        statements = re.sub(r"ENGINE=\w+", f"ENGINE={engine}", statements)
    made = sa.create_engine(url, poolclass=sa.NullPool)
    with made.begin() as connection:
        for statement in re.split(r";\s", statements):
            table = re.match(r"(?:CREATE|ALTER) TABLE `(\w+)`", statement)
            if statement.strip() and not (without and table and re.fullmatch(without, table[1])):
                connection.exec_driver_sql(statement.replace("%", "%%"))
    return made


def fill(engine: sa.Engine, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows as an application in strict mode does: all have the columns of the first."""
    names = list(rows[0])
    marks = ", ".join(f":{name}" for name in names)
    columns = ", ".join(f"`{name}`" for name in names)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE'")
        connection.execute(sa.text(f"INSERT INTO `{table}` ({columns}) VALUES ({marks})"), list(rows))


def everything(engine: sa.Engine) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table that has any, as the server gives them, in a steady order."""
    found = {}
    with engine.connect() as connection:
        for (table,) in connection.exec_driver_sql("SHOW TABLES").all():
            rows = sorted((tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM `{table}`")), key=repr)
            if rows:
                found[table] = rows
    return found
