"""What was signed: how many decoys, until when, and when pools lapse. Warned of before each date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from honeytokens.errors import UnknownNameError
from honeytokens.model import PlacementState
from honeytokens.registry import SealedFiles
from honeytokens.workflows.home import Home

AHEAD = timedelta(days=30)
"""How long before a date a warning begins."""
_FOLDER, _NAME = "charter", "charter"


@dataclass(frozen=True, slots=True)
class Charter:
    """The decoy charter of a home: ``pools`` gives, by a pool's value, the last day that the hospital owns it."""

    number: int | None = None
    expires: date | None = None
    review: date | None = None
    decided_by: str | None = None
    pools: dict[str, date] = field(default_factory=dict)


def charters(home: Home) -> SealedFiles[Charter]:
    """Return where the charter is kept, sealed."""
    return SealedFiles(home.path / _FOLDER, Charter, "charter", home.keyring)


def read_charter(home: Home) -> Charter | None:
    """Return the charter, ``None`` when none was remembered."""
    return charters(home).find(_NAME)


def keep_charter(home: Home, charter: Charter) -> None:
    """Remember a charter; raise ``UnknownNameError`` when it speaks of a pool that there is not."""
    known = {pool.value for pool in home.registry.pools()}
    for value in charter.pools:
        if value not in known:
            raise UnknownNameError(f"There is no pool {value}", f"Known: {', '.join(sorted(known)) or 'none'}")
    charters(home).save(_NAME, charter)
    home.registry.log(home.now(), "charter", f"number {charter.number}, expires {charter.expires}")


def warnings(home: Home) -> list[str]:
    """Return, in words, what the charter asks to be looked at by now."""
    charter = read_charter(home)
    if charter is None:
        if not home.registry.campaigns():
            return []
        return ["no charter is remembered: docs/governance has one to sign, honeytokens charter remembers it"]
    return list(_warnings(home, charter))


def _warnings(home: Home, charter: Charter) -> Iterator[str]:
    today = home.now().date()
    dates = [("the charter", charter.expires), *((f"the pool {value}", day) for value, day in charter.pools.items())]
    for what, day in dates:
        if day is not None and day < today:
            yield f"{what} expired on {day}"
        elif day is not None and day - AHEAD <= today:
            yield f"{what} expires on {day}"
    if charter.review is not None and charter.review <= today:
        yield f"the review of {charter.review} is due"
    live = sum(one.state is not PlacementState.WITHDRAWN for one in home.registry.placements())
    if charter.number is not None and live > charter.number:
        yield f"{live} decoys are planned or planted, {charter.number} were agreed"
