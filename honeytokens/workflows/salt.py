"""Salting an extract for one recipient: choosing its rows, remembering whose they are, mixing them in."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl

from honeytokens.decoys import Maker, digest_of_data, pools
from honeytokens.errors import PlanRefusedError, SaltRefusedError
from honeytokens.locales import get as get_locale
from honeytokens.model import Campaign, Field, PoolKind, PoolShare, Recipe, Recipient, Salt
from honeytokens.salting import Chooser, Form, mix, word_of
from honeytokens.salting.files import read
from honeytokens.workflows.home import Home

BIAS = 18
"""Per cent of copies that hold the rarer variant of an A/B row: see ``attribution/codes.py``."""
ENOUGH = {1: 60, 2: 240, 3: 490}
"""A/B rows by which, in a full leak, one of so many who leaked together is named in 95% of cases, among 100."""
_MOST_OF_EXTRACT = 0.05
_RECIPIENTS = 20
_LOOKED_AT = 3
"""Serials are reserved for so many recipients, and so many to look at for each row."""


@dataclass(frozen=True, slots=True)
class SaltRequest:
    """What the operator asks for: one recipient's copy of one extract.

    ``name`` names the extract whose copies belong together. ``shared`` A/B rows (``None``: as many as three leakers
    call for, at most 5% of the extract) are settled by the first copy; ``unique`` rows are each new recipient's own.
    ``columns`` names fields by column, where headers do not tell; ``left_empty`` are columns to leave empty.
    """

    extract: Path
    recipient: str
    name: str
    locale: str = "fr_fr"
    near: str | None = None
    shared: int | None = None
    unique: int = 50
    columns: Mapping[str, str] = field(default_factory=dict)
    left_empty: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SaltReport:
    """What was mixed in. ``names`` is the largest number of joint leakers that the A/B rows are enough for.

    ``bare`` are columns that the extract often fills and that are empty in every row mixed in.
    """

    name: str
    recipient: str
    rows: int
    shared: int
    unique: int
    left_out: int
    recipients: int
    names: int
    bare: tuple[str, ...]


def salt(home: Home, request: SaltRequest, stream: IO[bytes]) -> SaltReport:
    """Write a copy of an extract for one recipient, with rows mixed in that lead back to it.

    Whose rows they are is sealed in the home before anything is written. Raises :class:`SaltRefusedError` when the
    extract cannot be salted without standing out.
    """
    if not request.recipient.strip():
        raise SaltRefusedError("The recipient has no name", "Name who is handed this copy")
    extract = read(request.extract)
    form = Form.of(extract.rows, request.columns, request.left_empty)
    with home.writing():
        planned = home.salts.find(request.name) or _started(home, request, form)
        maker = maker_of(home, planned)
        planned, recipient = _with_recipient(home, planned, request, form, maker)
        people, serials, left_out = _rows(planned, recipient, maker, form)
        mixed = mix(form, people, serials, maker.key)
        home.salts.save(request.name, planned)
        home.registry.log(home.now(), "salt", f"{request.name} for {recipient.name}")
        extract.write(mixed.added, stream)
    shared = len(planned.shared)
    names = max((c for c, rows in ENOUGH.items() if rows <= shared), default=0)
    return SaltReport(
        request.name,
        recipient.name,
        form.size,
        shared,
        len(recipient.unique),
        left_out,
        len(planned.recipients),
        names,
        mixed.bare,
    )


def maker_of(home: Home, planned: Salt) -> Maker:
    """Return the maker of a salt's decoys."""
    return Maker.of(home.keyring, planned.campaign, f"salt/{planned.id}", planned.key_version, planned.recipe)


def _started(home: Home, request: SaltRequest, form: Form) -> Salt:
    """Return the salt of an extract of which this is the first copy: its recipe and its shared rows."""
    most = int(_MOST_OF_EXTRACT * form.size)
    shared = min(max(ENOUGH.values()), most) if request.shared is None else request.shared
    if Field.STREET not in form.fields.values():
        shared = 0
    if shared + request.unique > form.size:
        raise SaltRefusedError(
            f"{shared + request.unique} rows would be mixed into {form.size}",
            "Mix in fewer with --shared and --unique",
        )
    reserved = _LOOKED_AT * (shared + _RECIPIENTS * request.unique) + 2_000
    recipe = Recipe(
        request.locale,
        digest_of_data(request.locale),
        _near(request, form),
        home.now().date(),
        _shares(home, reserved),
    )
    begun = Salt(secrets.token_hex(8), request.name, home.keyring.newest, recipe, BIAS, (), reserved)
    chooser = Chooser(maker_of(home, begun), form.people(), filled=form.always_filled())
    return replace(begun, shared=chooser.take(shared))


def _shares(home: Home, reserved: int) -> tuple[PoolShare, ...]:
    """Return shares of the pools that have room; a kind whose pools have none is left out."""
    users: list[Campaign | Salt] = [*home.registry.campaigns(), *home.salts.all().values()]
    shares: list[PoolShare] = []
    for kind in PoolKind:
        owned = [pool for pool in home.registry.pools() if pool.kind is kind]
        with suppress(PlanRefusedError):
            shares += pools.fresh_shares(owned, users, reserved)
    return tuple(shares)


def _near(request: SaltRequest, form: Form) -> str:
    """Return around which postcode the decoys live: the extract's commonest, unless the operator names one."""
    locale = get_locale(request.locale)
    common = Counter(filter(None, form.values(Field.POSTCODE))).most_common()
    wanted = [request.near] if request.near else [*(postcode for postcode, _ in common), locale.capital]
    near = next((postcode for postcode in wanted if locale.is_place(postcode)), None)
    if near is None:
        raise SaltRefusedError(f"{request.near} is no postcode of locale {request.locale}", "Name another with --near")
    return near


def _with_recipient(
    home: Home, planned: Salt, request: SaltRequest, form: Form, maker: Maker
) -> tuple[Salt, Recipient]:
    """Return the salt with one more copy handed out: to somebody who had one before, or to a new recipient."""
    known = next((each for each in planned.recipients if each.name == request.recipient), None)
    if known:
        again = replace(known, handed=(*known.handed, home.now()))
        others = tuple(again if each is known else each for each in planned.recipients)
        return replace(planned, recipients=others), again
    chooser = Chooser(maker, form.people(), used=planned.serials, filled=form.always_filled())
    unique = chooser.take(request.unique)
    if unique and max(unique) >= planned.reserved:
        raise SaltRefusedError(f"{planned.name} has no rows left for a new recipient", "Salt under another --name")
    new = Recipient(request.recipient, len(planned.recipients), (home.now(),), unique)
    return replace(planned, recipients=(*planned.recipients, new)), new


def _rows(planned: Salt, recipient: Recipient, maker: Maker, form: Form) -> tuple[pl.DataFrame, list[int], int]:
    """Return who stands in the recipient's copy: shared rows in its variants, then its own, and how many were left out.

    A shared row whose name and birth date a patient of the extract has come to have is left out.
    """
    serials = [*planned.shared, *recipient.unique]
    people = maker.identities(serials)
    shared = people[: len(planned.shared)]
    varied = maker.streets(planned.shared, shared, 1) if planned.shared else pl.Series(dtype=pl.String)
    word = np.concatenate([word_of(maker.key, planned, recipient.number), np.zeros(len(recipient.unique), dtype=bool)])
    streets = pl.concat([varied, people[Field.STREET][len(planned.shared) :]])
    people = people.with_columns(
        pl.when(pl.Series(word, dtype=pl.Boolean)).then(streets).otherwise(pl.col(Field.STREET)).alias(Field.STREET)
    )
    free = Chooser(maker, form.people()).free(people)
    return people.filter(pl.Series(free)), np.asarray(serials)[free].tolist(), int((~free).sum())
