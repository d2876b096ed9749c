"""Small hospitals to judge: establishments with decoys, and scans that found some of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from honeytokens.model import (
    DecoyRef,
    Evidence,
    Field,
    Hit,
    Location,
    Placement,
    PlacementState,
    ScanResult,
    ScanStats,
    Stamp,
    Unread,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def stamp(version: int, since: datetime) -> Stamp:
    return Stamp(version, since, since + SECOND)


def placement(
    establishment: str,
    serial: int,
    stamps: Iterable[tuple[int, datetime]] = ((0, START),),
    *,
    state: PlacementState = PlacementState.PLANTED,
    withdrawn: datetime | None = None,
    campaign: str | None = None,
) -> Placement:
    return Placement(
        id=serial,
        ref=DecoyRef(campaign or establishment.lower(), serial),
        establishment=establishment,
        system="patients",
        due=START,
        state=state,
        stamps=tuple(stamp(version, since) for version, since in stamps),
        withdrawn=withdrawn,
    )


def site(establishment: str, decoys: int) -> list[Placement]:
    return [placement(establishment, serial) for serial in range(decoys)]


def hit(place: Placement, *, false_alarms: float = 1e-9, versions: tuple[int, ...] = (), row: int | None = None) -> Hit:
    location = Location("leak.csv", row=place.id if row is None else row)
    return Hit(
        decoy=place.ref,
        establishment=place.establishment,
        bits=60.0,
        expected_false_alarms=false_alarms,
        evidence=(Evidence(Field.SURNAME, location, 25.0), Evidence(Field.BIRTH_DATE, location, 35.0)),
        versions=versions,
    )


def scan(
    hits: Sequence[Hit] = (), *, records: int = 1000, leads: Sequence[Hit] = (), unread: Sequence[Unread] = ()
) -> ScanResult:
    return ScanResult(tuple(hits), tuple(leads), tuple(unread), 40.0, ScanStats(100_000, 0.5, records))
