"""Hits that belong to one leak are one incident, whose severity, state and timeline people can rely on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callback_server.attributor import Attribution
from callback_server.errors import NotFoundError
from callback_server.noise import Noise
from callback_server.sighting import Sighting, new_id
from callback_server.store import (
    Entry,
    Explained,
    HitFilter,
    IncidentFacts,
    IncidentState,
    Severity,
    SqliteIncidents,
    SqliteOutbox,
    SqliteStore,
)
from callback_server.worker.keys import foreign_store
from honeytokens.model import DecoyRef
from honeytokens.sealing import Box

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOX = Box([b"k" * 32], foreign_store)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "store.sqlite3", BOX, b"p" * 32, ["webhook"])
    yield store
    store.close()


@pytest.fixture
def incidents(store: SqliteStore, tmp_path: Path) -> Iterator[SqliteIncidents]:
    incidents = SqliteIncidents(tmp_path / "store.sqlite3", BOX)
    yield incidents
    incidents.close()


def hit(
    serial: int = 1,
    site: str = "Nord",
    source: str = "203.0.113.9",
    after: float = 0,
    bits: float = 60.0,
    why: str = "",
) -> Explained:
    at = START + timedelta(hours=after)
    seen = Sighting(new_id(), at, "http", source, 1, "GET", "h.example", "/", "", ())
    found = Attribution(DecoyRef("autumn", serial), site, bits, "web_link")
    return Explained(seen, (found,), Noise(why) if why else None, source)


@pytest.mark.parametrize(
    ("second", "same"),
    [
        (hit(1, "Nord", "198.51.100.1", 24 * 29), True),
        (hit(1, "Nord", "198.51.100.1", 24 * 31), False),
        (hit(2, "Sud", "203.0.113.9", 24 * 6), True),
        (hit(2, "Sud", "203.0.113.9", 24 * 8), False),
        (hit(2, "Nord", "198.51.100.1", 23), True),
        (hit(2, "Nord", "198.51.100.1", 25), False),
        (hit(2, "Sud", "198.51.100.1", 0), False),
    ],
)
def test_what_belongs_together(store: SqliteStore, incidents: SqliteIncidents, second: Explained, same: bool) -> None:
    store.add([hit(), second])
    assert len(incidents.all(10)) == (1 if same else 2)


def test_severity_rises_with_decoys_and_establishments(store: SqliteStore, incidents: SqliteIncidents) -> None:
    seen = []
    for one in (hit(1, bits=20), hit(1), hit(2), hit(2), hit(3, "Sud")):
        store.add([one])
        (incident,) = incidents.all(10)
        seen.append(incident.severity)
    assert seen == [Severity.LOW, Severity.LOW, Severity.HIGH, Severity.HIGH, Severity.CRITICAL]
    assert (incident.hits, incident.decoys) == (5, 3)


def test_noise_is_kept_and_raises_nothing(store: SqliteStore, incidents: SqliteIncidents, tmp_path: Path) -> None:
    store.add([hit(why="crawler")])
    assert incidents.all(10) == []
    (kept,) = store.hits(10)
    assert kept.noise == Noise("crawler")
    outbox = SqliteOutbox(tmp_path / "store.sqlite3")
    assert outbox.counts().waiting == 0
    outbox.close()


def test_a_closed_incident_takes_no_more_hits(store: SqliteStore, incidents: SqliteIncidents) -> None:
    store.add([hit()])
    (first,) = incidents.all(10)
    incidents.decide(first.name, IncidentState.ACKNOWLEDGED, Entry(START, "anne", "state", "acknowledged"))
    store.add([hit()])
    assert incidents.get(first.name).hits == 2
    incidents.decide(first.name, IncidentState.CLOSED, Entry(START, "anne", "state", "closed"))
    incidents.note(first.name, Entry(START, "anne", "note", "seen with the DPO"))
    store.add([hit()])
    assert len(incidents.all(10)) == 2
    assert [entry.kind for entry in incidents.timeline(first.name)] == ["opened", "state", "state", "note"]
    assert incidents.get(first.name).state is IncidentState.CLOSED
    assert [each.name for each in incidents.all(10, states=["closed"])] == [first.name]


def test_readers_of_one_establishment_see_its_incidents_and_hits_only(
    store: SqliteStore, incidents: SqliteIncidents
) -> None:
    store.add([hit(1, "Nord"), hit(2, "Sud", "198.51.100.1")])
    seen = frozenset({store.print_of("establishment", "Sud")})
    (visible,) = incidents.all(10, seen=seen)
    (hidden,) = (each for each in incidents.all(10) if each.name != visible.name)
    with pytest.raises(NotFoundError):
        incidents.get(hidden.name, seen)
    assert incidents.all(10, seen=frozenset()) == []
    of_sud = store.hits(10, which=HitFilter(establishments=frozenset({"Sud"})))
    assert [each.attribution.establishment for each in of_sud] == ["Sud"]
    assert store.hits(10, which=HitFilter(establishments=frozenset())) == []
    assert len(store.hits(10, which=HitFilter(source="203.0.113.9", channel="http", noise=False, since=START))) == 1


def test_one_sighting_may_betray_several_decoys(store: SqliteStore, incidents: SqliteIncidents) -> None:
    one, two = hit(1), hit(2)
    both = Explained(one.sighting, one.attributions + two.attributions, None, "203.0.113.9")
    assert store.add([both]) == 2
    assert store.add([both]) == 0
    (incident,) = incidents.all(10)
    assert (incident.hits, incident.decoys) == (2, 2)
    assert store.counts().unattributed == 0


def test_old_sightings_are_erased_but_for_incidents_on_hold(store: SqliteStore, incidents: SqliteIncidents) -> None:
    store.add([hit(1, "Nord"), hit(2, "Sud", "198.51.100.1"), hit(3, "Est", "198.51.100.3", 24 * 400)])
    store.add([Explained(hit(9).sighting)])
    of_nord = store.hits(10, which=HitFilter(establishments=frozenset({"Nord"})))[0].incident
    assert of_nord is not None
    incidents.hold(of_nord, True, Entry(START, "anne", "hold", ""))
    assert store.erase(START + timedelta(days=365)) == 2
    assert {each.attribution.establishment for each in store.hits(10)} == {"Nord", "Est"}
    assert len(incidents.all(10)) == 2
    assert store.erase(START + timedelta(days=365)) == 0


def test_facts_are_sealed_and_come_back(store: SqliteStore, incidents: SqliteIncidents, tmp_path: Path) -> None:
    store.add([hit()])
    (incident,) = incidents.all(10)
    incidents.record(
        incident.name, IncidentFacts(aware=START.isoformat(), case="leak-2026"), Entry(START, "a", "aware", "")
    )
    assert incidents.get(incident.name).facts.case == "leak-2026"
    for file in tmp_path.iterdir():
        assert b"leak-2026" not in file.read_bytes()
