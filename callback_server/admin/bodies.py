"""What the API takes and gives, as its OpenAPI document describes it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from callback_server.store import Account, Entry, IncidentFacts, Look, Role, StoredHit, StoredIncident, StoredSighting

Text = Annotated[str, Field(min_length=1, max_length=4_000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9@._-]+$")]

_CLOCKS = {
    "cert": timedelta(),
    "nis2_warning": timedelta(hours=24),
    "cnil": timedelta(hours=72),
    "insurer": timedelta(hours=72),
}
"""From awareness: CERT Sante without delay (L.1111-8-2 CSP), NIS2 early warning where in force, CNIL (GDPR 33), a
complaint for the insurer (L.12-10-1 code des assurances)."""


class Body(BaseModel):
    """What somebody sends: nothing that is not known is taken."""

    model_config = ConfigDict(extra="forbid")


class HitBody(BaseModel):
    """One hit. ``decoy`` and ``serial`` are null for who may not see which decoy it is of."""

    hit: str
    at: datetime
    decoy: str | None
    campaign: str
    serial: int | None
    establishment: str
    channel: str
    source: str
    place: dict[str, str]
    method: str
    user_agent: str | None
    reason: str
    bits: float
    noise: str | None
    noise_detail: str | None
    incident: str | None

    @classmethod
    def of(cls, hit: StoredHit, *, reveal: bool) -> HitBody:
        """Return the body of a stored hit."""
        sighting, attribution = hit.sighting, hit.attribution
        return cls(
            hit=hit.name,
            at=sighting.at,
            decoy=str(attribution.decoy) if reveal else None,
            campaign=attribution.decoy.campaign,
            serial=attribution.decoy.serial if reveal else None,
            establishment=attribution.establishment,
            channel=sighting.channel,
            source=hit.source or sighting.peer,
            place=dict(hit.place),
            method=sighting.method,
            user_agent=sighting.header("user-agent"),
            reason=attribution.reason,
            bits=attribution.bits,
            noise=hit.noise.reason if hit.noise else None,
            noise_detail=hit.noise.detail if hit.noise else None,
            incident=hit.incident,
        )


class HitsBody(BaseModel):
    """A page of hits, newest first. ``before`` asks for the next page and is null on the last one."""

    hits: list[HitBody]
    before: int | None
    unattributed: int
    unopened: int
    alerts_waiting: int
    alerts_delivered: int
    alerts_dead: int


class TallyBody(BaseModel):
    """How many hits one channel gave in the hour from ``hour`` on; noise is counted apart."""

    hour: datetime
    channel: str
    noise: bool
    hits: int


class ActivityBody(BaseModel):
    """Hits by hour and channel, oldest first; hours without any are left out."""

    tallies: list[TallyBody]


class SightingBody(BaseModel):
    """One sighting, whatever it betrays."""

    number: int
    at: datetime
    channel: str
    source: str
    method: str
    host: str
    path: str
    headers: list[tuple[str, str]]
    size: int
    noise: str | None
    hits: int

    @classmethod
    def of(cls, stored: StoredSighting) -> SightingBody:
        """Return the body of a stored sighting."""
        one = stored.sighting
        return cls(
            number=stored.number,
            at=one.at,
            channel=one.channel,
            source=one.peer,
            method=one.method,
            host=one.host,
            path=one.path,
            headers=list(one.headers),
            size=len(one.body),
            noise=stored.noise,
            hits=stored.hits,
        )


class SightingsBody(BaseModel):
    """A page of sightings, newest first."""

    sightings: list[SightingBody]
    before: int | None


class IncidentBody(BaseModel):
    """One incident. ``deadlines`` are counted from the recorded awareness, and empty without it."""

    incident: str
    state: Literal["new", "acknowledged", "explained", "closed"]
    severity: Literal["low", "medium", "high", "critical"]
    opened: datetime
    last: datetime
    on_hold: bool
    hits: int
    decoys: int
    aware: datetime | None
    case: str | None
    deadlines: dict[str, datetime]

    @classmethod
    def of(cls, stored: StoredIncident) -> IncidentBody:
        """Return the body of a stored incident."""
        aware = datetime.fromisoformat(stored.facts.aware) if stored.facts.aware else None
        return cls(
            incident=stored.name,
            state=stored.state.value,
            severity=stored.severity.name.lower(),  # type: ignore[arg-type]
            opened=stored.opened,
            last=stored.last,
            on_hold=stored.held,
            hits=stored.hits,
            decoys=stored.decoys,
            aware=aware,
            case=stored.facts.case,
            deadlines={name: aware + span for name, span in _CLOCKS.items()} if aware else {},
        )


class IncidentsBody(BaseModel):
    """A page of incidents, newest first."""

    incidents: list[IncidentBody]
    before: int | None


class EntryBody(BaseModel):
    """One line of a timeline."""

    at: datetime
    who: str
    kind: str
    text: str

    @classmethod
    def of(cls, entry: Entry) -> EntryBody:
        """Return the body of an entry."""
        return cls(at=entry.at, who=entry.who, kind=entry.kind, text=entry.text)


class TimelineBody(BaseModel):
    """What was done about an incident, oldest first."""

    entries: list[EntryBody]


class DecisionBody(Body):
    """A decision about an incident, and why."""

    state: Literal["acknowledged", "explained", "closed", "new"]
    text: Text


class NoteBody(Body):
    """Something to remember. ``claim``: what the thieves say, which is kept apart from what is found."""

    kind: Literal["note", "claim"] = "note"
    text: Text


class HoldBody(Body):
    """Whether an incident is kept beyond its time."""

    on_hold: bool
    text: Text


class FreezeBody(Body):
    """Why logs and tables should be frozen."""

    text: Text


class FreezeAskedBody(BaseModel):
    """What became of the request: it is ``recorded`` for people to act on, has ``begun``, or one is ``running``."""

    state: Literal["recorded", "begun", "running"]


class FactsBody(Body):
    """When the establishment became aware; and the name of the case that holds the incident's files."""

    aware: AwareDatetime | None = None
    case: Name | None = None

    def facts(self) -> IncidentFacts:
        """Return what is stored."""
        return IncidentFacts(aware=self.aware.isoformat() if self.aware else None, case=self.case)


class AccountBody(Body):
    """An account: an API key, which is answered once and not kept, or one that signs in by OIDC."""

    name: Name
    kind: Literal["key", "oidc"]
    role: Role
    establishments: list[Text] | None = None


class ShownAccountBody(BaseModel):
    """An account as it is shown. ``key`` is there once, as it is made."""

    name: str
    kind: Literal["local", "key", "oidc"]
    role: Role
    establishments: list[str] | None
    key: str | None = None

    @classmethod
    def of(cls, account: Account, key: str | None = None) -> ShownAccountBody:
        """Return the body of an account."""
        sites = None if account.establishments is None else list(account.establishments)
        return cls(name=account.name, kind=account.kind.value, role=account.role, establishments=sites, key=key)


class AccountsBody(BaseModel):
    """Every account, by name."""

    accounts: list[ShownAccountBody]


class LookBody(BaseModel):
    """One line of the trail."""

    number: int
    at: datetime
    who: str
    what: str

    @classmethod
    def of(cls, look: Look) -> LookBody:
        """Return the body of a look."""
        return cls(number=look.number, at=look.at, who=look.who, what=look.what)


class TrailBody(BaseModel):
    """A page of the trail, newest first."""

    trail: list[LookBody]
    before: int | None


class MeBody(BaseModel):
    """Who is asking. ``csrf`` is the token of a session, to be sent with whatever it changes."""

    name: str
    role: Role
    establishments: list[str] | None
    csrf: str | None


class CampaignBody(BaseModel):
    """One campaign: how many of its decoys stand where."""

    campaign: str
    establishment: str
    system: str
    decoys: int
    states: dict[str, int]


class CampaignsBody(BaseModel):
    """Every campaign of the establishments that one may see."""

    campaigns: list[CampaignBody]


class AskBody(Body):
    """Patient identifiers of a system, to be told which are fictitious."""

    system: Name
    identifiers: Annotated[list[Text], Field(min_length=1, max_length=60)]


class AnswersBody(BaseModel):
    """Whether each identifier is a decoy's, in the order asked."""

    fictitious: list[bool]


class HandedBody(Body):
    """A sighting that another tool heard of: text in which links, addresses and numbers are looked for.

    ``delivery`` is an id of the sender's: the same one is stored once.
    """

    delivery: Annotated[str, Field(min_length=1, max_length=200)]
    at: AwareDatetime
    text: Annotated[str, Field(min_length=1, max_length=100_000)]


class ResentBody(BaseModel):
    """How many alerts are due again."""

    resent: int


class AlertsBody(BaseModel):
    """Who is told of hits, and how many alerts are owed, delivered and given up."""

    channels: list[str]
    waiting: int
    delivered: int
    dead: int
