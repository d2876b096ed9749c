"""Reads tables back with other people's software: polars, openpyxl, SQLite."""

from __future__ import annotations

import io
import sqlite3
from typing import Any

import openpyxl
import polars as pl

Row = dict[str, Any]


def parquet(content: bytes) -> list[Row]:
    """Return the rows of a Parquet file."""
    return pl.read_parquet(io.BytesIO(content)).to_dicts()


def xlsx(content: bytes) -> list[Row]:
    """Return the rows of a workbook's one sheet, dates as dates."""
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    header, *rows = sheet.iter_rows(values_only=True)
    days = [[value.date() if hasattr(value, "date") else value for value in row] for row in rows]
    return [dict(zip(map(str, header), row, strict=True)) for row in days]


def sql(content: bytes) -> list[Row]:
    """Return the rows that SQLite has after the statements, but for SET, which it does not know."""
    statements = content.decode().replace("SET NAMES 'utf8';\n", "", 1)
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    connection.executescript(statements)
    rows = [dict(row) for row in connection.execute("select * from patients order by rowid")]
    connection.close()
    return rows
