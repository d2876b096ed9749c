"""One leak of each kind, with file names such as thieves choose."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from honeytokens.model import (
    Authenticity,
    ClaimFinding,
    ClaimStanding,
    Dating,
    DecoyRef,
    EstablishmentFinding,
    Evidence,
    ExtractFinding,
    Field,
    FormFinding,
    Hit,
    Location,
    NamedRecipient,
    OverlapFinding,
    ScanResult,
    ScanStats,
    ShapeFinding,
    SourceFinding,
    Standing,
    TheftWindow,
    Unread,
    Verdict,
)

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script>.csv",
    "\"><img src=x onerror='alert(1)'>.csv",
    "{{ 7 * 7 }}{% raw %}.csv",
    "a|b``c`d [x](http://evil.example) www.evil.example.csv",
    "new\nline\r\x1b[31m\u202egpj.csv",
    "latin1-\udce9.csv",
)


def hit(serial: int, path: str = "leak.csv", member: str | None = None) -> Hit:
    location = Location(path, member, row=serial)
    evidence = (Evidence(Field.SURNAME, location, 20.5), Evidence(Field.BIRTH_DATE, location, 15.0))
    return Hit(DecoyRef("north/2026", serial), "Clinique <du Nord>", 35.5, 2e-4, evidence, versions=(2,))


def confirmed(language: str = "en") -> tuple[Verdict, ScanResult]:
    hits = tuple(hit(serial, path, path) for serial, path in enumerate(HOSTILE, start=1))
    start = datetime(2026, 11, 3, 7, 26, 5, 250_000, tzinfo=UTC)
    datings = tuple(
        Dating(found.decoy, 2, start - timedelta(days=n), NOW if n else start + timedelta(days=3))
        for n, found in enumerate(hits)
    )
    verdict = Verdict(
        authenticity=Authenticity.CONFIRMED,
        error=1e-9,
        reason="Planted decoys recognised: 6.",
        establishments=(
            EstablishmentFinding("Clinique <du Nord>", Standing.INCLUDED, 6, 40, 1e-9, "Hit."),
            EstablishmentFinding("B", Standing.EXCLUDED, 0, 40, 0.012, "Silent."),
            EstablishmentFinding("C", Standing.UNDECIDED, 0, 4, None, "Too few.", 1880),
        ),
        window=TheftWindow(start, start + timedelta(days=3), 1, "One moment.", datings),
        sentence="Confirmed: Clinique <du Nord> hit.",
        confidence=0.95,
        language=language,
        judged=NOW,
        extracts=(
            ExtractFinding(
                "monthly", 3, 120, 90, 2, (NamedRecipient("Labo <Nord>", 1e-9, 2),), "Handed to Labo <Nord>."
            ),
        ),
        sources=(
            SourceFinding(
                "Clinique <du Nord>", "dpi", "patients", Standing.INCLUDED, 6, 40, 1e-9, 0.065, 0.28, 75_000, ""
            ),
            SourceFinding("B", "dpi", "patients", Standing.EXCLUDED, 0, 40, 0.012, None, None, 30_000, ""),
        ),
        size="One random sample does not identify how much was stolen.",
        shapes=(ShapeFinding("page", "name", "", 0.2, 0.3, 1e-4, "One page of a list by name."),),
        forms=(FormFinding(HOSTILE[0], "mariadb-dump", 1.0, "An account of the database."),),
        overlaps=(
            OverlapFinding(HOSTILE[1], "b.csv", 1000, 1000, 13, 43_000, 130_000, 750_000, 1e-9, "Records in both: 13."),
        ),
        claims=(
            ClaimFinding("=X <b>", "750k [x](http://evil.example)", "750,000", ClaimStanding.REFUTED, "Too many."),
            ClaimFinding("X", "access", "access", ClaimStanding.NOT_JUDGED, "Rows cannot judge."),
        ),
        aware=NOW,
    )
    unread = tuple(Unread(Location(path, line=3), f"{path} is cut off") for path in HOSTILE)
    return verdict, ScanResult(hits, (hit(99, HOSTILE[0]),), unread, 30.0, ScanStats(123_456, 1.25, 1000))


def silent(authenticity: Authenticity, language: str = "en") -> tuple[Verdict, ScanResult]:
    not_ours = authenticity is Authenticity.NOT_OURS
    verdict = Verdict(
        authenticity=authenticity,
        error=0.001 if not_ours else None,
        reason="Nothing found.",
        establishments=(EstablishmentFinding("B", Standing.EXCLUDED, 0, 9, 0.001, "Silent."),) if not_ours else (),
        window=None,
        sentence="Nothing found.",
        confidence=0.99,
        language=language,
        judged=NOW.astimezone(timezone(timedelta(hours=2))),
    )
    return verdict, ScanResult((), (), (), 30.0, ScanStats(0, 0.0, 0))


def unbounded() -> tuple[Verdict, ScanResult]:
    verdict, result = confirmed()
    window = TheftWindow(None, NOW, 2, "Two.", (Dating(result.hits[0].decoy, None, None, NOW),))
    return replace(verdict, window=window), result


def every() -> list[tuple[Verdict, ScanResult]]:
    return [
        confirmed(),
        confirmed("fr"),
        unbounded(),
        silent(Authenticity.NOT_OURS, "fr"),
        silent(Authenticity.NOT_OURS),
        silent(Authenticity.UNDECIDABLE),
        silent(Authenticity.UNDECIDABLE, "xx"),
    ]
