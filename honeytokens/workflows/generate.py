"""Writing decoys to a file, without planting them anywhere."""

from __future__ import annotations

import gc
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import IO

from honeytokens.decoys import Given, Maker, digest_of_data, with_policies
from honeytokens.errors import PlanRefusedError
from honeytokens.formats import Batch, Format, Origin
from honeytokens.formats import get as get_format
from honeytokens.keys import Keyring
from honeytokens.locales import get as get_locale
from honeytokens.model import EDITION, Establishment, Field, Policy, PoolKind, PoolShare, Recipe
from honeytokens.workflows.home import Home

_BATCH = 50_000
_TOLD_BATCH = 5_000
"""How many decoys are held at a time, without and with their stories."""
_ONCE = (Field.EMAIL, Field.NATIONAL_ID)
"""Identifiers that two decoys may draw alike; where no campaign keeps them apart, the second has none."""


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """How many decoys of which locale, living near which postcode, with ages reckoned at ``as_of``.

    ``policies`` are those asked for, by field; with ``beacon`` letters show each decoy's own web link.
    """

    count: int
    locale: str
    near: str
    as_of: date
    policies: Mapping[str, Policy] = field(default_factory=dict)
    beacon: bool = False


def generate_demo(
    request: GenerateRequest, format_name: str, stream: IO[bytes], *, on_progress: Callable[[int], None] | None = None
) -> None:
    """Write decoys from ranges reserved for fiction, under a key that is thrown away."""
    recipe = demo_recipe(request)
    maker = Maker.of(Keyring.generate(), "demo", secrets.token_hex(8), 1, recipe)
    origin = Origin(request.locale, request.as_of)
    _write(format_name, maker, range(request.count), origin, stream, on_progress, once=_ONCE)


def generate(
    home: Home,
    request: GenerateRequest,
    format_name: str,
    stream: IO[bytes],
    *,
    site: Establishment | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Write decoys made from the home's key and pools, of no campaign: no two share an identifier.

    They are patients of ``site`` if it is given, and see its practitioners. Raises ``PlanRefusedError`` when a pool is
    too small or a policy cannot be kept.
    """
    shares = tuple(PoolShare(pool, 0) for pool in home.registry.pools())
    everything = replace(recipe_of(request), shares=shares, practitioners=site.practitioners if site else ())
    recipe = with_policies(everything, request.policies)
    people = f"generate/{request.locale}" + (f"/{site.name}" if site else "")
    maker = Maker.of(home.keyring, "generated", people, home.keyring.newest, recipe)
    name, finess = (site.name, site.finess) if site else (None, None)
    origin = Origin(request.locale, request.as_of, name, finess, request.beacon)
    _write(format_name, maker, range(request.count), origin, stream, on_progress, once=_ONCE)


def generate_campaign(
    home: Home,
    campaign: str,
    format_name: str,
    stream: IO[bytes],
    *,
    beacon: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Write the decoys of a campaign, as they were planned.

    Raises ``PlanRefusedError`` where letters shall show web links (``beacon``) and the decoys have none.
    """
    planned = home.registry.campaign(campaign)
    if beacon and not any(share.pool.kind is PoolKind.WEB for share in planned.recipe.shares):
        raise PlanRefusedError(
            f"The decoys of {campaign} have no web links", "Leave --beacon out, or plan a campaign with a web pool"
        )
    site = home.registry.establishment(planned.establishment)
    origin = Origin(planned.recipe.locale, planned.recipe.as_of, site.name, site.finess, beacon)
    _write(format_name, home.maker(planned), planned.serials, origin, stream, on_progress)


def recipe_of(request: GenerateRequest) -> Recipe:
    """Return the recipe of a request, without pools; raise ``PlanRefusedError`` when nobody can live there."""
    locale = get_locale(request.locale)
    if not locale.is_place(request.near):
        raise PlanRefusedError(f"{request.near} is no postcode of locale {request.locale}", "Name another with --near")
    digest = digest_of_data(request.locale)
    return Recipe(request.locale, digest, request.near, request.as_of, edition=EDITION)


def demo_recipe(request: GenerateRequest) -> Recipe:
    """Return the recipe of a request whose values come from ranges reserved for fiction."""
    return with_policies(recipe_of(request), request.policies, demo=True)


def _write(
    format_name: str,
    maker: Maker,
    serials: Sequence[int],
    origin: Origin,
    stream: IO[bytes],
    on_progress: Callable[[int], None] | None,
    once: Sequence[Field] = (),
) -> None:
    """Write what a maker makes, values of ``once`` not twice.

    Raises ``OutputError`` before anything is written when the format cannot hold it.
    """
    chosen = get_format(format_name, len(serials))
    with _collector_at_rest():
        chosen.write(_batches(maker, serials, chosen, on_progress, once), stream, origin)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep the garbage collector from walking all stories of a batch again and again: it is called once for each."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _batches(
    maker: Maker,
    serials: Sequence[int],
    chosen: Format,
    on_progress: Callable[[int], None] | None,
    once: Sequence[Field],
) -> Iterator[Batch]:
    size = _TOLD_BATCH if chosen.tells_stories else _BATCH
    given = {field: Given(len(serials)) for field in once}
    for first in range(0, len(serials), size):
        batch = serials[first : first + size]
        people = maker.identities(batch)
        people = people.with_columns(given[field].once(people[field]) for field in once)
        stories = maker.stories(batch, people) if chosen.tells_stories else ()
        yield Batch(people, stories, maker.letters(batch, people, stories) if chosen.tells_letters else ())
        gc.collect(0)
        if on_progress:
            on_progress(len(batch))
