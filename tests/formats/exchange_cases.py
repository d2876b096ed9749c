"""Decoys for the exchange formats: made as the product makes them, in both countries, with and without numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from honeytokens import formats
from honeytokens.clinical import Letter, letters
from honeytokens.decoys import Maker, digest_of_data
from honeytokens.formats import Batch, Origin
from honeytokens.markers import Draws
from honeytokens.model import (
    DEMO,
    Allergy,
    Care,
    Field,
    Policies,
    Pool,
    PoolKind,
    PoolShare,
    Practitioner,
    Prescription,
    Recipe,
    Stay,
    Story,
    Vitals,
)

AS_OF = date(2026, 11, 1)
ORIGINS = {
    "fr_fr": Origin("fr_fr", AS_OF, "CH des Tilleuls", "750000018"),
    "en_gb": Origin("en_gb", AS_OF, "Elm Street Hospital"),
}
ZONES = {"fr_fr": ZoneInfo("Europe/Paris"), "en_gb": ZoneInfo("Europe/London")}
NEAR = {"fr_fr": "75014", "en_gb": "SE1"}
POOLS = (
    Pool(PoolKind.LOCAL_ID, "8######"),
    Pool(PoolKind.WEB, "resultats-tilleuls.fr"),
    Pool(PoolKind.MAIL, "courrier-sante.fr"),
    Pool(PoolKind.PHONE, "01 99 ## ## ##"),
)
DOCTORS = (
    Practitioner("Lebrun", "Anne", "17", "10003456786", "cardiology"),
    Practitioner("Roy", "Paul", "18", "10002478914"),
    Practitioner("O'Dowd", "Úna", "EXT-3"),
)
KINDS = {"demo": ((), True), "pools": (POOLS, False), "no numbers": ((), False)}
"""National numbers; the site's own numbers, with every other optional field; neither."""
PERSON: dict[str, Any] = {
    "surname": "Martin",
    "birth_name": None,
    "first_name": "Camille",
    "sex": "female",
    "birth_date": date(1961, 3, 12),
    "birth_place": "Lyon",
    "street": "12 rue des Lilas",
    "postcode": "75014",
    "town": "Paris",
    "phone": None,
    "email": None,
    "local_id": None,
    "national_id": None,
    "web_link": None,
}


def stay(admitted: str, discharged: str, reason: str, icd10: str, care: Care) -> Stay:
    return Stay(datetime.fromisoformat(admitted), datetime.fromisoformat(discharged), reason, icd10, care)


STORY = Story(
    (
        stay("2024-03-30T23:10", "2024-03-31T02:30", "Entorse de la cheville", "S93.4", Care.EMERGENCY),
        stay("2025-02-03T09:00", "2025-02-03T09:20", "Hypertension artérielle", "I10", Care.CONSULTATION),
        stay("2025-06-02T07:30", "2025-06-02T12:30", "Cataracte", "H25.9", Care.DAY_CASE),
        stay("2026-01-05T08:00", "2026-01-09T10:15", "Arthrose de la hanche", "M16.1", Care.PLANNED_STAY),
    ),
    (Allergy("pénicilline", date(2010, 5, 1)), Allergy("latex", date(2025, 4, 1))),
    (
        Prescription("ibuprofène", "M01AE01", "400 mg trois fois par jour", date(2024, 3, 31), 5),
        Prescription("énoxaparine", "B01AB05", "4000 UI par jour", date(2026, 1, 9), 400),
    ),
    (
        Vitals(datetime.fromisoformat("2024-03-30T23:10"), 168, 61.4, 128, 76, 88, 36.8, 98),
        Vitals(datetime.fromisoformat("2025-02-03T09:00"), 168, 63.0, None, None, 71, None, None),
    ),
)


def frame(people: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Return identities: each person as given, over :data:`PERSON`."""
    schema = {str(field): pl.Date if field is Field.BIRTH_DATE else pl.String for field in Field}
    return pl.DataFrame([{**PERSON, **person} for person in people], schema=schema)


@cache
def made(locale: str, kind: str, count: int, doctors: tuple[Practitioner, ...] = DOCTORS) -> Batch:
    """Return decoys as the product makes them; those with pools see the doctors."""
    pools, demo = KINDS[kind]
    shares = tuple(PoolShare(pool, 0) for pool in pools)
    recipe = Recipe(
        locale,
        digest_of_data(locale),
        NEAR[locale],
        AS_OF,
        shares,
        DEMO if demo else Policies(),
        doctors if pools else (),
    )
    maker = Maker("spring", recipe, bytes(range(32)), {(pool.kind, pool.value): bytes(32) for pool in pools})
    people = maker.identities(range(count))
    stories = maker.stories(range(count), people)
    return Batch(people, stories, maker.letters(range(count), people, stories))


def letters_of(people: pl.DataFrame, stories: Sequence[Story], language: str) -> list[tuple[Letter, ...]]:
    """Return the letters of some people whom no key made."""
    return letters(Draws(bytes(32), np.arange(len(people), dtype=np.uint64)), people, stories, language)


def shown(story: Story, locale: str) -> Story:
    """Return a story as messages can tell it.

    Times are as a clock of the country showed them: stories may name hours that were skipped. Practitioners have no
    specialty and no code of the site.
    """
    stays = (
        replace(
            stay,
            admitted=_shown(stay.admitted, locale),
            discharged=_shown(stay.discharged, locale),
            practitioner=stay.practitioner and replace(stay.practitioner, code=None, specialty=None),
        )
        for stay in story.stays
    )
    vitals = (replace(one, measured=_shown(one.measured, locale)) for one in story.vitals)
    return replace(story, stays=tuple(stays), vitals=tuple(vitals))


def _shown(moment: datetime, locale: str) -> datetime:
    zone = ZONES[locale]
    return moment.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)


def written(name: str, *batches: Batch, origin: Origin = ORIGINS["fr_fr"]) -> bytes:
    """Return what a format writes."""
    stream = io.BytesIO()
    formats.get(name).write(iter(batches), stream, origin)
    return stream.getvalue()


def one(name: str, origin: Origin = ORIGINS["fr_fr"], story: Story = STORY, **person: Any) -> bytes:
    """Return what a format writes for one person."""
    return written(name, Batch(frame([person]), [story]), origin=origin)


def every_kind() -> list[tuple[str, str]]:
    """Return each locale with each kind of numbers."""
    return [(locale, kind) for locale in ORIGINS for kind in KINDS]
