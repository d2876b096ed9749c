"""The shape of a scan document, version 1: the wall between our types and JSON.

``docs/scan.schema.json`` is what :func:`schema` returns, so that it cannot drift. The rule of compatibility is in it;
the number after the dot of the version grows with each addition.
"""

from __future__ import annotations

import json
from datetime import UTC, date
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveInt,
    Strict,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from honeytokens import model
from honeytokens.reports.plain import utf8

VERSION = "1.2"

_RULE = (
    "While the number before the dot of schema_version stays, keys are only added; none is removed, renamed or given "
    "another meaning. Readers ignore keys that they do not know. Times are ISO 8601 in UTC, with Z."
)

_Text = Annotated[str, BeforeValidator(utf8)]
_Decoy = Annotated[str, StringConstraints(pattern=r"^.+/[0-9]+$"), BeforeValidator(utf8)]
_Probability = Annotated[float, Field(ge=0, le=1)]
_Time = Annotated[
    AwareDatetime,
    AfterValidator(lambda moment: moment.astimezone(UTC)),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": "Z$"}),
]


def _ref(decoy: str) -> model.DecoyRef:
    campaign, _, serial = decoy.rpartition("/")
    return model.DecoyRef(campaign, int(serial))


class _Wall(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False, from_attributes=True)


class LocationPart(_Wall):
    """Where in a dump. Lines and rows count from 1, offsets are in bytes; what is not known is null."""

    path: _Text
    member: _Text | None
    line: PositiveInt | None
    row: PositiveInt | None
    offset: NonNegativeInt | None

    def inner(self) -> model.Location:
        """Return our own type."""
        return model.Location(self.path, self.member, self.line, self.row, self.offset)


class EvidencePart(_Wall):
    """One field of a decoy that was found, and its share of the strength. Its value is not told."""

    field: model.Field | model.StoryField
    location: LocationPart
    bits: float

    def inner(self) -> model.Evidence:
        """Return our own type."""
        return model.Evidence(self.field, self.location.inner(), self.bits)


class HitPart(_Wall):
    """A decoy recognised in a dump, or a lead. ``decoy`` is the campaign's name, a slash, and the decoy's serial."""

    decoy: _Decoy
    campaign: _Text
    establishment: _Text
    bits: float
    expected_false_alarms: NonNegativeFloat
    evidence: tuple[EvidencePart, ...]
    versions: tuple[NonNegativeInt, ...]

    @classmethod
    def of(cls, hit: model.Hit) -> HitPart:
        """Return the document's form of a hit."""
        return cls(
            decoy=str(hit.decoy),
            campaign=hit.decoy.campaign,
            establishment=hit.establishment,
            bits=hit.bits,
            expected_false_alarms=hit.expected_false_alarms,
            evidence=tuple(EvidencePart.model_validate(evidence) for evidence in hit.evidence),
            versions=hit.versions,
        )

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.decoy.rpartition("/")[0] != self.campaign:
            raise ValueError("decoy and campaign disagree")
        return self

    def inner(self) -> model.Hit:
        """Return our own type."""
        evidence = tuple(part.inner() for part in self.evidence)
        return model.Hit(
            _ref(self.decoy), self.establishment, self.bits, self.expected_false_alarms, evidence, self.versions
        )


class SetAsidePart(_Wall):
    """A hit or lead that is no news: a baseline holds it, or a rule says to ignore it, until a day if there is one."""

    hit: HitPart
    is_lead: bool
    reason: _Text
    until: Annotated[date, Strict(False)] | None

    @classmethod
    def of(cls, aside: model.SetAside) -> SetAsidePart:
        """Return the document's form of what was set aside."""
        return cls(hit=HitPart.of(aside.hit), is_lead=aside.is_lead, reason=aside.reason, until=aside.until)

    def inner(self) -> model.SetAside:
        """Return our own type."""
        return model.SetAside(self.hit.inner(), self.is_lead, self.reason, self.until)


class UnreadPart(_Wall):
    """Something that could not be read, and what to do about it."""

    location: LocationPart
    reason: _Text


class StatsPart(_Wall):
    """How much was read, and how fast."""

    bytes: NonNegativeInt
    seconds: NonNegativeFloat
    records: NonNegativeInt


class EstablishmentPart(_Wall):
    """What the leak proves about one establishment."""

    establishment: _Text
    standing: model.Standing
    hits: NonNegativeInt
    present: NonNegativeInt
    error: _Probability | None
    reason: _Text
    records_needed: PositiveInt | None


class DatingPart(_Wall):
    """When one hit's values, at the version read, stood in the system; null where it is not bounded."""

    decoy: _Decoy
    version: NonNegativeInt | None
    earliest: _Time | None
    latest: _Time | None

    @classmethod
    def of(cls, dating: model.Dating) -> DatingPart:
        """Return the document's form of a dating."""
        return cls(decoy=str(dating.decoy), version=dating.version, earliest=dating.earliest, latest=dating.latest)


class WindowPart(_Wall):
    """When the records were copied: at or after ``earliest``, before ``latest``."""

    earliest: _Time | None
    latest: _Time | None
    snapshots: PositiveInt
    reason: _Text
    datings: tuple[DatingPart, ...]

    @classmethod
    def of(cls, window: model.TheftWindow) -> WindowPart:
        """Return the document's form of a window."""
        return cls(
            earliest=window.earliest,
            latest=window.latest,
            snapshots=window.snapshots,
            reason=window.reason,
            datings=tuple(DatingPart.of(dating) for dating in window.datings),
        )

    def inner(self) -> model.TheftWindow:
        """Return our own type."""
        datings = tuple(model.Dating(_ref(d.decoy), d.version, d.earliest, d.latest) for d in self.datings)
        return model.TheftWindow(self.earliest, self.latest, self.snapshots, self.reason, datings)


class VerdictPart(_Wall):
    """What the leak proves. ``sentence`` and every ``reason`` are in ``language``."""

    authenticity: model.Authenticity
    error: _Probability | None
    reason: _Text
    establishments: tuple[EstablishmentPart, ...]
    window: WindowPart | None
    sentence: _Text
    confidence: _Probability
    language: str
    judged: _Time
    extracts: tuple[model.ExtractFinding, ...] = ()
    sources: tuple[model.SourceFinding, ...] = ()
    size: _Text = ""
    shapes: tuple[model.ShapeFinding, ...] = ()
    forms: tuple[model.FormFinding, ...] = ()
    overlaps: tuple[model.OverlapFinding, ...] = ()
    numberings: tuple[model.NumberingFinding, ...] = ()
    claims: tuple[model.ClaimFinding, ...] = ()
    aware: _Time | None = None

    @classmethod
    def of(cls, verdict: model.Verdict) -> VerdictPart:
        """Return the document's form of a verdict."""
        return cls(
            authenticity=verdict.authenticity,
            error=verdict.error,
            reason=verdict.reason,
            establishments=tuple(EstablishmentPart.model_validate(e) for e in verdict.establishments),
            window=WindowPart.of(verdict.window) if verdict.window else None,
            sentence=verdict.sentence,
            confidence=verdict.confidence,
            language=verdict.language,
            judged=verdict.judged,
            extracts=verdict.extracts,
            sources=verdict.sources,
            size=verdict.size,
            shapes=verdict.shapes,
            forms=verdict.forms,
            overlaps=verdict.overlaps,
            numberings=verdict.numberings,
            claims=verdict.claims,
            aware=verdict.aware,
        )

    def inner(self) -> model.Verdict:
        """Return our own type."""
        return model.Verdict(
            authenticity=self.authenticity,
            error=self.error,
            reason=self.reason,
            establishments=tuple(model.EstablishmentFinding(**dict(part)) for part in self.establishments),
            window=self.window.inner() if self.window else None,
            sentence=self.sentence,
            confidence=self.confidence,
            language=self.language,
            judged=self.judged,
            extracts=self.extracts,
            sources=self.sources,
            size=self.size,
            shapes=self.shapes,
            forms=self.forms,
            overlaps=self.overlaps,
            numberings=self.numberings,
            claims=self.claims,
            aware=self.aware,
        )


class Document(_Wall):
    """One scan and its verdict. ``leads`` are candidates too weak to count.

    ``hits`` and ``leads`` are what is new; what a baseline or a rule knows is in ``set_aside`` (since version 1.1). The
    verdict counts the hits that a baseline knows, and leaves out the decoys that a rule ignores.
    """

    schema_version: Annotated[str, StringConstraints(pattern=r"^1\.[0-9]+$")]
    hits: tuple[HitPart, ...]
    leads: tuple[HitPart, ...]
    verdict: VerdictPart
    threshold_bits: float
    unread: tuple[UnreadPart, ...]
    complete: bool
    stats: StatsPart
    set_aside: tuple[SetAsidePart, ...] = ()

    @classmethod
    def of(cls, verdict: model.Verdict, result: model.ScanResult) -> Document:
        """Return the document of a scan and its verdict."""
        return cls(
            schema_version=VERSION,
            hits=tuple(HitPart.of(hit) for hit in result.hits),
            leads=tuple(HitPart.of(lead) for lead in result.leads),
            verdict=VerdictPart.of(verdict),
            threshold_bits=result.threshold_bits,
            unread=tuple(UnreadPart.model_validate(unread) for unread in result.unread),
            complete=result.complete,
            stats=StatsPart.model_validate(result.stats),
            set_aside=tuple(SetAsidePart.of(aside) for aside in result.set_aside),
        )

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.complete == bool(self.unread):
            raise ValueError("complete and unread disagree")
        return self

    def inner(self) -> tuple[model.ScanResult, model.Verdict]:
        """Return our own types."""
        result = model.ScanResult(
            hits=tuple(hit.inner() for hit in self.hits),
            leads=tuple(lead.inner() for lead in self.leads),
            unread=tuple(model.Unread(part.location.inner(), part.reason) for part in self.unread),
            threshold_bits=self.threshold_bits,
            stats=model.ScanStats(self.stats.bytes, self.stats.seconds, self.stats.records),
            set_aside=tuple(part.inner() for part in self.set_aside),
        )
        return result, self.verdict.inner()


def schema() -> str:
    """Return the JSON schema (2020-12) of a document, as ``docs/scan.schema.json`` holds it."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$comment": _RULE}
    return json.dumps(head | Document.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
