"""The hospital group's own patients: invented too, but under a key that is thrown away, and unknown to any home.

They come from the same locale and the same stories as the decoys, which is the hard case: nothing but the registry
tells one from the other. Their phones, e-mails and portals are from ranges that are nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from honeytokens.decoys import Maker, digest_of_data
from honeytokens.demo.seed import Seed
from honeytokens.keys import Keyring
from honeytokens.model import DEMO, Establishment, Identity, Pool, PoolKind, PoolShare, Recipe, Story

LOCALE = "fr_fr"
SITES = (
    Establishment("clinique-des-ajoncs-bleus", "1", "35000"),
    Establishment("clinique-du-quai-aux-voiles", "2", "56000"),
    Establishment("polyclinique-de-la-lanterne", "3", "29000"),
    Establishment("clinique-du-vieux-lavoir", "4", "22000"),
    Establishment("clinique-des-trois-sabliers", "5", "53000"),
)
"""Five establishments of one group: invented names, in Rennes, Vannes, Quimper, Saint-Brieuc and Laval."""

OWNED = (
    Pool(PoolKind.MAIL, "courrier-du-bocage.example"),
    Pool(PoolKind.MAIL, "poste-du-large.example"),
    Pool(PoolKind.PHONE, "06 39 98 4# ##"),
    Pool(PoolKind.WEB, "resultats.labo-des-marees.example"),
    Pool(PoolKind.LOCAL_ID, "80##42##"),
)
"""What the group owns and gives to its decoys alone, as a real one would: no other patient has any of it.

The local identifiers lie all through the group's own sequence (80000000 to 80999999), which left them out.
"""
_MAIL_DOMAINS = {
    "example.org": "boite-claire.example",
    "example.net": "courriel-facile.example",
    "example.com": "monadresse.example",
}
_HOST_SHARES = tuple(
    PoolShare(pool, 0)
    for pool in (
        Pool(PoolKind.LOCAL_ID, "80######"),
        Pool(PoolKind.WEB, "resultats.labo-armor.example"),
        Pool(PoolKind.WEB, "patients.biologie-ouest.example"),
        Pool(PoolKind.WEB, "mes-analyses.example"),
    )
)
_OUR_LOCAL_ID = re.compile(r"80\d\d42\d\d")
_OUR_PHONE = re.compile(r"^06 39 98 4")
_NO_PATIENT = 900_000
"""A serial above every patient's."""
_NEWCOMERS_EVERY = 10
"""One patient in ten arrives while the decoys are planted, so that decoys lie among real admissions."""


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient of the hospital; ``created`` is the wall-clock time at which the record was opened."""

    site: Establishment
    identity: Identity
    story: Story
    created: datetime


def patients(seed: Seed, each: int, starts: date, days: int) -> list[Patient]:
    """Return about ``each`` patients of every site, in the order in which their records are opened.

    The records are those of the years before ``starts`` and, for one in ten, of the ``days`` after it.
    """
    dice = seed.dice("arrivals")
    found = []
    for number, site in enumerate(SITES):
        for index, (identity, story) in enumerate(_people(seed, site, each, first=number * each, as_of=starts)):
            if index % _NEWCOMERS_EVERY == 0:
                # A newcomer brings a past from elsewhere, as a decoy does.
                minutes = dice.randrange(7 * 60, 21 * 60)
                created = datetime.combine(starts, datetime.min.time()) + timedelta(dice.randrange(days), minutes * 60)
            else:
                created = story.stays[0].admitted
            created += timedelta(seconds=dice.randrange(60))
            found.append(Patient(site, identity, story, created))
    return sorted(found, key=lambda patient: patient.created)


def practitioners(seed: Seed, count: int) -> list[Identity]:
    """Return the doctors of the group, who see patients at every site."""
    people = _people(seed, SITES[0], 2 * count, first=_NO_PATIENT, as_of=date(2000, 1, 1))
    return [identity for identity, _ in islice(people, count)]


def _people(
    seed: Seed, site: Establishment, count: int, *, first: int, as_of: date
) -> Iterator[tuple[Identity, Story]]:
    recipe = Recipe(LOCALE, digest_of_data(LOCALE), site.postcode, as_of, _HOST_SHARES, DEMO)
    maker = Maker.of(Keyring.generate(seed.key("hospital")), "hospital", site.name, 1, recipe)
    for decoy in maker.decoys(range(first, first + count)):
        identity, story = decoy.identity, decoy.story
        # The newborn have no stay yet, and a few identifiers are the decoys'.
        if story.stays and not _OUR_LOCAL_ID.fullmatch(identity.local_id or ""):
            yield replace(identity, email=_email(identity.email), phone=_phone(identity.phone)), story


def _email(reserved: str | None) -> str | None:
    if reserved is None:
        return None
    local, _, domain = reserved.partition("@")
    return f"{local}@{_MAIL_DOMAINS[domain]}"


def _phone(reserved: str | None) -> str | None:
    return None if reserved is None else _OUR_PHONE.sub("06 39 98 5", reserved)
