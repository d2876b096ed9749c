"""Columns of dates, and of dates with times of day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.markers import Draws, cumulative
from honeytokens.profiles.schema import FIRST, LEAST, NULL, TAIL, Days

FORMS = ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d")
"""How dates are written in columns of text; the first is also how every server writes its own."""
_SPANS = 24
_TIMED = r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d"


def form_of(texts: pl.Series) -> str | None:
    """Return how the dates of a column are written; ``None`` when it is no column of dates."""
    texts = texts.drop_nulls()
    plain = texts.str.head(10) if texts.str.contains(_TIMED).mean() == 1 else texts
    for form in FORMS:
        found = plain.str.to_date(form, strict=False)
        if len(texts) and found.is_not_null().sum() >= 0.95 * len(texts) and _plausible(found):
            return form
    return None


def learn_days(texts: pl.Series, form: str) -> Days:
    """Return the shape of a column of dates written in this form; nulls are left out."""
    texts = texts.drop_nulls()
    found = days_of(texts, form)
    days = found.drop_nulls().sort()
    cuts = sorted({days[len(days) * part // _SPANS].replace(month=1, day=1) for part in range(1, _SPANS)})
    cells = _spans(days, cuts)
    tail = len(texts) - sum(cells.values())
    january = int(((days.dt.month() == 1) & (days.dt.day() == 1)).sum())
    firsts = january - len(days) // 365
    timed = texts.filter(texts.str.contains(_TIMED))
    hours, weekdays, step = {}, {}, 1
    if len(timed) > len(texts) // 2:
        hours = _counted(timed.str.slice(11, 2))
        weekdays = _counted(days.dt.weekday() - 1)
        seconds, fractions = timed.str.slice(17, 2), timed.str.slice(20).str.strip_chars("0")
        step = 0 if (fractions != "").mean() > 0.5 else 60 if (seconds.replace("00", "") == "").mean() > 0.9 else 1  # type: ignore[operator]
    return Days(cells, tail, firsts if firsts >= max(LEAST, january // 2) else 0, hours, weekdays, step, form)


def days_of(texts: pl.Series, form: str) -> pl.Series:
    """Return the dates of texts in this form, null for others."""
    return texts.str.head(10).str.to_date(form, strict=False)


def levels_of_days(texts: pl.Series, shape: Days) -> NDArray[np.int64]:
    """Return the level of each text: that of the span that its date lies in."""
    found = days_of(texts, shape.form).to_numpy().astype("datetime64[D]")
    levels = np.full(len(texts), TAIL, dtype=np.int64)
    for level, (first, last) in enumerate(spans(shape), FIRST):
        levels[(found >= np.datetime64(first)) & (found <= np.datetime64(last))] = level
    return np.where(texts.is_null().to_numpy(), NULL, levels)


def draw_days(
    shape: Days, levels: NDArray[np.int64], draws: Draws, label: str, until: date | None = None
) -> list[str | None]:
    """Return a date for each level that is a cell's, ``None`` for the others; none is after ``until``."""
    bounds = np.array([[_number(first), _number(last)] for first, last in spans(shape)], dtype=np.int64).reshape(-1, 2)
    if until:
        bounds = np.minimum(bounds, _number(until))
    known = levels >= FIRST
    cell = np.where(known, levels - FIRST, 0)
    if not len(bounds):
        return [None] * len(levels)
    first, last = bounds[cell, 0], bounds[cell, 1]
    day = first + draws.below(label, last - first + 1)
    if shape.firsts:
        whole = sum(shape.cells.values())
        january = draws.chance(f"{label}/first of january", min(shape.firsts, whole), whole)
        new_year = (day.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
        day = np.where(january, np.maximum(new_year, first), day)
    if shape.weekdays:
        wanted = _picked(shape.weekdays, draws, f"{label}/weekday")
        # Within the week of the date: 1970-01-01 was a Thursday.
        moved = day - (day + 3) % 7 + wanted
        day = np.where((moved >= first) & (moved <= last), moved, day)
    written = pl.Series(day.astype("datetime64[D]")).dt.strftime(shape.form).to_list()
    times = _times(shape, draws, label)
    return [
        (text + (f" {time}" if time else "")) if there else None
        for text, time, there in zip(written, times, known.tolist(), strict=True)
    ]


def spans(shape: Days) -> list[tuple[date, date]]:
    """Return the first and last day of each cell."""
    pairs = (cell.split("/") for cell in shape.cells)
    return [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in pairs]


def _times(shape: Days, draws: Draws, label: str) -> list[str]:
    if not shape.hours:
        return [""] * len(draws.serials)
    hour = _picked(shape.hours, draws, f"{label}/hour")
    second = draws.below(f"{label}/second", 3600)
    second -= second % max(shape.step, 1)
    texts = [f"{h:02}:{s // 60:02}:{s % 60:02}" for h, s in zip(hour.tolist(), second.tolist(), strict=True)]
    if shape.step:
        return texts
    return [f"{text}.{part:06}" for text, part in zip(texts, draws.below(f"{label}/part", 10**6).tolist(), strict=True)]


def _picked(counts: Mapping[str, int], draws: Draws, label: str) -> NDArray[np.int64]:
    return np.array([int(one) for one in counts])[draws.pick(label, cumulative(counts.values()))]


def _plausible(found: pl.Series) -> bool:
    """Return whether the dates lie in times of which hospitals keep records, most of them."""
    years = found.drop_nulls().dt.year()
    return bool(((years >= 1850) & (years <= 2100)).mean() > 0.95)  # type: ignore[operator]


def _spans(days: pl.Series, cuts: list[date]) -> dict[str, int]:
    """Return spans between the cuts with their counts; a scarce one is joined to the next."""
    cells: dict[str, int] = {}
    ends = [cut - timedelta(days=1) for cut in cuts] + [days[-1].replace(month=12, day=31)] if len(days) else []
    first, counted = days[0].replace(month=1, day=1) if len(days) else None, 0
    for end in ends:
        count = int((days <= end).sum()) - counted
        if count >= LEAST and first:
            cells[f"{first}/{end}"] = count
            counted, first = counted + count, end + timedelta(days=1)
    return cells


def _counted(values: pl.Series) -> dict[str, int]:
    counts = values.cast(pl.String).alias("value").value_counts().sort("value")
    return {str(int(value)): count for value, count in counts.iter_rows() if count >= LEAST}


def _number(day: date) -> int:
    return int(np.datetime64(day).astype(np.int64))
