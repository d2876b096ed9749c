"""Parquet: the values of real rows, their order, and the types of columns stay; the file is written anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import polars as pl

from honeytokens.errors import SaltRefusedError
from honeytokens.salting.files.interface import Cells, Rows


class ParquetExtract:
    """A table of plain columns; nested ones are refused."""

    def __init__(self, path: Path) -> None:
        try:
            self._frame = pl.read_parquet(path)
        except pl.exceptions.PolarsError as error:
            raise SaltRefusedError(f"{path} is no Parquet file that can be read", "Export it anew") from error
        nested = [name for name, kind in self._frame.schema.items() if kind.is_nested() or kind == pl.Binary]
        if nested:
            raise SaltRefusedError(f"{path} has nested or binary columns: {', '.join(nested)}", "Export plain columns")
        texts = self._frame.select(pl.all().cast(pl.String, strict=False))
        self.rows = Rows(tuple(self._frame.columns), texts.rows())

    def write(self, added: Mapping[int, Sequence[Cells]], stream: IO[bytes]) -> None:
        """Write the table with rows mixed in."""
        cells = [row for place in sorted(added) for row in added[place]]
        new = pl.DataFrame(cells, schema=dict.fromkeys(self._frame.columns, pl.String), orient="row")
        try:
            typed = new.select(_typed(name, kind) for name, kind in self._frame.schema.items())
        except pl.exceptions.PolarsError as error:
            raise SaltRefusedError("A value does not fit its column", "Map the columns with --column") from error
        places = [float(place) - 0.5 for place in sorted(added) for _ in added[place]]
        order = pl.concat([pl.Series(range(len(self._frame)), dtype=pl.Float64), pl.Series(places, dtype=pl.Float64)])
        whole = pl.concat([self._frame, typed]).with_columns(order.alias("\0order"))
        whole.sort("\0order", maintain_order=True).drop("\0order").write_parquet(stream)


def _typed(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, pl.Datetime):
        return column.str.to_datetime(time_unit=kind.time_unit, time_zone=kind.time_zone)
    return column.str.to_date() if kind == pl.Date else column.cast(kind)
