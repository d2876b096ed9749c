"""A profile in words, for the person who answers for the protection of data."""

from __future__ import annotations

from collections.abc import Iterator

from honeytokens.profiles.schema import LEAST, Codes, Column, Days, Profile, Values

_EXAMPLES = 5


def explain(profile: Profile) -> Iterator[str]:
    """Yield lines that say what a profile holds of whom, column by column."""
    yield f"{profile.patients} patients were read on {profile.learnt}. The profile holds counts, and no row."
    yield f"No count is of fewer than {LEAST} patients; no text in it belongs to fewer."
    yield f"Words of locale {profile.locale} stand in for what is rarer."
    for name, column in profile.columns.items():
        yield f"{name}:"
        yield from (f"  {line}" for line in _column(column))
    for section, counts in profile.children.items():
        told = ", ".join(f"{number}: {count}" for number, count in counts.items())
        yield f"rows of {section} for each patient: {told}"
    for lack in profile.lacking:
        yield f"not known: {lack}"


def _column(column: Column) -> Iterator[str]:
    shape = column.shape
    match shape:
        case Values():
            usual = list(shape.cells.items())[:_EXAMPLES]
            named = ", ".join(f"{value} ({count})" for value, count in usual)
            yield f"{len(shape.cells)} texts by name, of {sum(shape.cells.values())} patients" + (
                f": {named}{' ...' if len(shape.cells) > _EXAMPLES else ''}" if named else ""
            )
            if shape.tail:
                yield f"{shape.tail} patients have rarer texts, known by their words and letters alone"
        case Codes():
            yield f"numbers and codes in {len(shape.cells)} beginnings: {', '.join(list(shape.cells)[:_EXAMPLES])} ..."
        case Days():
            yield f"dates in {len(shape.cells)} spans of years" + (", with hours and weekdays" if shape.hours else "")
    if column.empty:
        yield f"empty for {column.empty} patients"
    parents = column.tables[0].parents if column.tables else ()
    if parents:
        yield f"counted together with {' and '.join(parents)}"
