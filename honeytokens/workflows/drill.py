"""Rehearsing a leak: a file as thieves would publish it, made of live decoys and invented people, and its scoring.

No hospital system is asked, and no real patient is in the file. What is true stays sealed until the team has answered.
"""

from __future__ import annotations

import csv
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import IO

import polars as pl
from anyascii import anyascii

from honeytokens.decoys import Maker
from honeytokens.errors import PlanRefusedError, UnknownNameError
from honeytokens.keys import Keyring
from honeytokens.model import Drill, Field, Placement, PlacementState
from honeytokens.workflows.generate import GenerateRequest, demo_recipe
from honeytokens.workflows.home import Home

_FIELDS = (
    Field.SURNAME,
    Field.FIRST_NAME,
    Field.SEX,
    Field.BIRTH_DATE,
    Field.STREET,
    Field.POSTCODE,
    Field.TOWN,
    Field.PHONE,
    Field.EMAIL,
)
_LIVING = {PlacementState.PLANTED, PlacementState.REWRITING}
_LEAST = 3
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d")


@dataclass(frozen=True, slots=True)
class Answer:
    """The team's verdict: is it ours, which establishments, and the window of the copy (``None``: not said)."""

    ours: bool
    establishments: Sequence[str]
    earliest: datetime | None
    latest: datetime | None


@dataclass(frozen=True, slots=True)
class Score:
    """One question: what was true, and whether the answer was right (``None``: not answered)."""

    question: str
    truth: str
    right: bool | None


def start(home: Home, name: str, rows: int, stream: IO[bytes], *, seed: int | None = None) -> int:
    """Write the file of a new drill and seal what is true; return how many decoys are in it.

    One establishment, a moment since its decoys stood, a random sample and the damage are drawn at random. Raises
    ``UnknownNameError`` when the name is taken, :class:`PlanRefusedError` when no establishment has decoys enough.
    """
    chance = random.Random(secrets.randbits(64) if seed is None else seed)  # noqa: S311 - a rehearsal, not a secret
    if home.drills.find(name) is not None:
        raise UnknownNameError(f"There is a drill named {name} already", "Choose another name")
    living: dict[str, list[Placement]] = {}
    for place in home.registry.placements():
        if place.state in _LIVING and place.stamps and place.stamps[-1].settled <= home.now():
            living.setdefault(place.establishment, []).append(place)
    able = sorted(site for site, places in living.items() if len(places) >= _LEAST)
    if not able:
        raise PlanRefusedError("No establishment has three living decoys", "Plant some first: honeytokens apply")
    site = chance.choice(able)
    first = sorted(place.stamps[0].settled for place in living[site])[_LEAST - 1]
    copied = first + (home.now() - first) * chance.random()
    standing = [place for place in living[site] if place.stamps[0].settled <= copied]
    patients = max(c.host_patients for c in home.registry.campaigns() if c.establishment == site)
    wanted = round(rows * len(living[site]) / (patients + len(living[site])))
    chosen = chance.sample(standing, min(len(standing), max(_LEAST, wanted), rows))
    people = pl.concat([_decoys(home, chosen, copied), _others(home, site, max(0, rows - len(chosen)))])
    stream.write(_damaged(people.sample(fraction=1, shuffle=True, seed=chance.getrandbits(32)), chance))
    home.drills.save(name, Drill(name, home.now(), site, copied, len(chosen)))
    home.registry.log(home.now(), "drill", name)
    return len(chosen)


def score(home: Home, name: str, answer: Answer) -> list[Score]:
    """Return how the team's answer compares with what is true."""
    drill = home.drills.get(name)
    dated = answer.earliest is not None and answer.latest is not None
    inside = dated and (answer.earliest or drill.copied) <= drill.copied <= (answer.latest or drill.copied)
    named = list(answer.establishments) == [drill.establishment] if answer.establishments else None
    return [
        Score("ours", "yes", answer.ours),
        Score("establishments", drill.establishment, named),
        Score("copied", drill.copied.isoformat(timespec="minutes"), inside if dated else None),
    ]


def _decoys(home: Home, chosen: Sequence[Placement], copied: datetime) -> pl.DataFrame:
    """Return the decoys as they stood at a moment, each at the version of its stamped field then."""
    frames = []
    for place in chosen:
        version = max((stamp.version for stamp in place.stamps if stamp.settled <= copied), default=0)
        maker = home.maker(home.registry.campaign(place.ref.campaign))
        frames.append(maker.identities([place.ref.serial], version).select(_FIELDS))
    return pl.concat(frames)


def _others(home: Home, site: str, count: int) -> pl.DataFrame:
    """Return invented people of the same place, under a key that is thrown away."""
    recipe = next(c.recipe for c in home.registry.campaigns() if c.establishment == site)
    invented = demo_recipe(GenerateRequest(count, recipe.locale, recipe.near, recipe.as_of))
    maker = Maker.of(Keyring.generate(), "drill", secrets.token_hex(8), 1, invented)
    return maker.identities(range(count)).select(_FIELDS)


def _damaged(people: pl.DataFrame, chance: random.Random) -> bytes:
    """Write a table as thieves leave it: another separator and date form, capitals, accents lost, a column dropped."""
    form, upper, plain = chance.choice(_DATES), chance.random() < 0.5, chance.random() < 0.5
    dropped = chance.choice([Field.EMAIL, Field.PHONE, Field.SEX, Field.TOWN])
    fields = [field for field in _FIELDS if field != dropped]
    text = StringIO()
    writer = csv.writer(text, delimiter=chance.choice(";,|"))
    writer.writerow(fields)
    for row in people.select(fields).iter_rows():
        cells = [value.strftime(form) if isinstance(value, date) else str(value or "") for value in row]
        cells = [anyascii(cell) if plain else cell for cell in cells]
        writer.writerow(cell.upper() if upper else cell for cell in cells)
    return text.getvalue().encode()
