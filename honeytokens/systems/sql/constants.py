"""Whether the constants of a mapping are what ordinary rows of the host have.

What keeps decoys out of care and billing (not billable, external ...) must not be what finds them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from honeytokens.systems.interface import COMMON
from honeytokens.systems.mapping import ConstantSource, Section
from honeytokens.systems.sql.schema import Table
from honeytokens.systems.sql.values import Clock, encode, same

Stream = Callable[[Table, Sequence[str]], Iterator[tuple[str | None, ...]]]


def rare(sections: Mapping[str, Section], tables: Mapping[str, Table], stream: Stream, clock: Clock) -> Iterator[str]:
    """Yield, in words, the constants that fewer than :data:`COMMON` of a table's rows share, and rare combinations.

    A table without rows says nothing. Whole columns are streamed, in one statement for each table that holds no value.
    """
    for name, section in sections.items():
        constants = {
            column: encode(source.constant, tables[name].columns[column], clock)
            for column, source in section.columns.items()
            if isinstance(source, ConstantSource)
        }
        if not constants:
            continue
        held, total, together = Counter[str](), 0, 0
        for row in stream(tables[name], list(constants)):
            agreeing = [
                column
                for (column, value), there in zip(constants.items(), row, strict=True)
                if same(value, there, tables[name].columns[column])
            ]
            held.update(agreeing)
            total += 1
            together += len(agreeing) == len(constants)
        if not total:
            continue
        scarce = [column for column in constants if held[column] < COMMON * total]
        yield from (f"{section.table}.{column} ({held[column] / total:.1%} of its rows)" for column in scarce)
        if not scarce and not together:
            yield f"{section.table}: no row has all the constants of {', '.join(constants)} together"
