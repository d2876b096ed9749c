"""What the callback service's worker needs to recognise decoys."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from honeytokens.fingerprints.numbers import phones
from honeytokens.locks import Lock
from honeytokens.model import Campaign, DecoyRef, Field, KnownBy, Placement, PoolKind, Watched
from honeytokens.workflows.home import Home

_LINK_BITS = 60.0
"""The drawn name of a web link: 12 letters of 32."""
_MAIL_BITS = 20.0
"""An estimate: the address is unknown outside, but a name at a domain can be guessed or mistyped."""
_ROW_BITS = 64.0
"""A row that a log names is that row."""


def watched(home: Home) -> list[Watched]:
    """Return everything that decoys of which a row was ever written are known by."""
    found: list[Watched] = []
    for campaign in home.registry.campaigns():
        placements = [each for each in home.registry.placements(campaign.name) if each.written]
        if placements:
            found += _of_people(home, campaign, [each.ref.serial for each in placements])
            found += _of_rows(placements)
    links = sum(each.kind is KnownBy.WEB_LINK for each in found)
    guessed = math.log2(max(1, links))
    return [replace(each, bits=each.bits - guessed) if each.kind is KnownBy.WEB_LINK else each for each in found]


def open_and_watch(path: Path, lock: Lock) -> list[Watched]:
    """Return what is :func:`watched` in the home at ``path``; raise ``HoneytokensError`` when it cannot be opened."""
    with Home.open(path, lock) as home:
        return watched(home)


def _of_people(home: Home, campaign: Campaign, serials: Sequence[int]) -> Iterator[Watched]:
    people = home.maker(campaign).identities(serials)
    pools = [share.pool.value for share in campaign.recipe.shares if share.pool.kind is PoolKind.PHONE]
    numbers = sum(10 ** pattern.count("#") for pattern in pools)
    phone_bits = max(0.0, math.log2(max(1, numbers) / len(serials)))
    for serial, link, mail, phone in zip(
        serials, people[Field.WEB_LINK], people[Field.EMAIL], people[Field.PHONE], strict=True
    ):
        decoy = DecoyRef(campaign.name, serial)
        if link is not None:
            yield Watched(KnownBy.WEB_LINK, link, decoy, campaign.establishment, _LINK_BITS)
        if mail is not None:
            yield Watched(KnownBy.MAIL, mail.lower(), decoy, campaign.establishment, _MAIL_BITS)
        for number in phones(phone) if phone is not None and numbers else ():
            yield Watched(KnownBy.PHONE, number, decoy, campaign.establishment, phone_bits)


def _of_rows(placements: Sequence[Placement]) -> Iterator[Watched]:
    for placement in placements:
        for row in placement.rows:
            yield Watched(
                KnownBy.ROW,
                f"{row.table.rpartition('.')[2].lower()}\n{row.key}",
                placement.ref,
                placement.establishment,
                _ROW_BITS,
            )
