"""How results are printed: JSON for machines, short lines for people, progress bars only on a terminal."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from honeytokens.model import Location


def print_json(document: object) -> None:
    """Print one JSON document; dataclasses become objects, times ISO 8601 in UTC with Z."""
    click.echo(json.dumps(_plain(document), ensure_ascii=False, indent=2))


def _plain(thing: object) -> object:
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {f.name: _plain(getattr(thing, f.name)) for f in dataclasses.fields(thing)}
    if isinstance(thing, dict):
        return {str(key): _plain(value) for key, value in thing.items()}
    if isinstance(thing, tuple | list):
        return [_plain(item) for item in thing]
    if isinstance(thing, datetime):
        return thing.isoformat().replace("+00:00", "Z")
    if isinstance(thing, date):
        return thing.isoformat()
    if isinstance(thing, timedelta):
        return thing.total_seconds()
    return thing


def table(headers: list[str], rows: list[list[str]]) -> None:
    """Print a plain aligned table."""
    widths = [max(len(row[column]) for row in [headers, *rows]) for column in range(len(headers))]
    for number, row in enumerate([headers, *rows]):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        click.secho(line, bold=number == 0)


def when(moment: datetime | None) -> str:
    """Return a time as people read it, in UTC."""
    return "-" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def duration(time: timedelta) -> str:
    """Return a length of time as a person reads it: ``30 days``, ``1 hour 30 minutes``."""
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second")]
    return " ".join(f"{number} {unit}{'s' * (number > 1)}" for number, unit in parts if number) or "0 seconds"


def place(location: Location) -> str:
    """Return a place as ``a.zip!b.csv:12``; control characters of hostile names are shown escaped."""
    name = location.path if location.member is None else f"{location.path}!{location.member}"
    return printable(name) if location.line is None else f"{printable(name)}:{location.line}"


def printable(text: str) -> str:
    """Return text from outside so that it cannot command the terminal."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


@contextmanager
def progress(label: str, length: int | None = None) -> Iterator[Callable[[int], None] | None]:
    """Show a progress bar on standard error while the block runs, when that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=length or 0, label=label, file=sys.stderr) as bar:
        yield bar.update
