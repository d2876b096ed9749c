"""What every store must do: everything once, what belongs together joined, true counters, nothing forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callback_server.attributor import Attribution
from callback_server.errors import NotFoundError
from callback_server.noise import Noise
from callback_server.sighting import Sighting, new_id
from callback_server.store import (
    Account,
    Accounts,
    AlertCounts,
    Entry,
    Explained,
    HitCounts,
    HitFilter,
    IncidentFacts,
    Incidents,
    IncidentState,
    Kind,
    Outbox,
    Receiver,
    Receivers,
    Role,
    Severity,
    SqliteAccounts,
    SqliteIncidents,
    SqliteOutbox,
    SqliteReceivers,
    SqliteStore,
    Store,
    Tally,
)
from callback_server.worker.keys import foreign_store
from honeytokens.model import DecoyRef
from honeytokens.sealing import Box

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = datetime(2027, 11, 23, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)
BOX, PRINTS = Box([b"k" * 32], foreign_store), b"p" * 32
FOUND = Attribution(DecoyRef("autumn", 11), "Hôpital Nord", 59.0, "web_link")


@dataclass(frozen=True)
class Parts:
    """The parts of one store, empty."""

    store: Store
    incidents: Incidents
    accounts: Accounts
    outbox: Outbox
    receivers: Receivers


@contextmanager
def sqlite(folder: Path) -> Iterator[Parts]:
    path = folder / "store.sqlite3"
    with ExitStack() as stack:
        store = stack.enter_context(closing(SqliteStore(path, BOX, PRINTS)))
        store.tell(["webhook"], [])
        yield Parts(
            store,
            stack.enter_context(closing(SqliteIncidents(path, BOX, PRINTS))),
            stack.enter_context(closing(SqliteAccounts(path, BOX, PRINTS))),
            stack.enter_context(closing(SqliteOutbox(path))),
            stack.enter_context(closing(SqliteReceivers(path, BOX, PRINTS))),
        )


STORES = {"sqlite": sqlite}


@pytest.fixture(params=STORES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def parts(kind: str, tmp_path: Path) -> Iterator[Parts]:
    with STORES[kind](tmp_path) as parts:
        yield parts


@pytest.fixture
def store(parts: Parts) -> Store:
    return parts.store


@pytest.fixture
def incidents(parts: Parts) -> Incidents:
    return parts.incidents


@pytest.fixture
def outbox(parts: Parts) -> Outbox:
    return parts.outbox


def sighting(path: str = "/k7mq2xw9t4bz") -> Sighting:
    return Sighting(new_id(), NOW, "http", "203.0.113.9", 4_000, "GET", "h.example", path, "", ())


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
def test_what_belongs_together(store: Store, incidents: Incidents, second: Explained, same: bool) -> None:
    store.add([hit(), second])
    assert len(incidents.all(10)) == (1 if same else 2)


def test_severity_rises_with_decoys_and_establishments(store: Store, incidents: Incidents) -> None:
    seen = []
    for one in (hit(1, bits=20), hit(1), hit(2), hit(2), hit(3, "Sud")):
        store.add([one])
        (incident,) = incidents.all(10)
        seen.append(incident.severity)
    assert seen == [Severity.LOW, Severity.LOW, Severity.HIGH, Severity.HIGH, Severity.CRITICAL]
    assert (incident.hits, incident.decoys) == (5, 3)


def test_noise_is_kept_and_raises_nothing(store: Store, incidents: Incidents, outbox: Outbox) -> None:
    store.add([hit(why="crawler")])
    assert incidents.all(10) == []
    (kept,) = store.hits(10)
    assert kept.noise == Noise("crawler")
    assert outbox.counts().waiting == 0


def test_a_closed_incident_takes_no_more_hits(store: Store, incidents: Incidents) -> None:
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


def test_readers_of_one_establishment_see_its_incidents_and_hits_only(store: Store, incidents: Incidents) -> None:
    store.add([hit(1, "Nord"), hit(2, "Sud", "198.51.100.1")])
    seen = frozenset({"Sud"})
    (visible,) = incidents.all(10, establishments=seen)
    (hidden,) = (each for each in incidents.all(10) if each.name != visible.name)
    with pytest.raises(NotFoundError):
        incidents.get(hidden.name, seen)
    assert incidents.all(10, establishments=frozenset()) == []
    of_sud = store.hits(10, which=HitFilter(establishments=frozenset({"Sud"})))
    assert [each.attribution.establishment for each in of_sud] == ["Sud"]
    assert store.hits(10, which=HitFilter(establishments=frozenset())) == []
    assert len(store.hits(10, which=HitFilter(source="203.0.113.9", channel="http", noise=False, since=START))) == 1


def test_one_sighting_may_betray_several_decoys(store: Store, incidents: Incidents) -> None:
    one, two = hit(1), hit(2)
    both = Explained(one.sighting, one.attributions + two.attributions, None, "203.0.113.9")
    assert store.add([both]) == 2
    assert store.add([both]) == 0
    (incident,) = incidents.all(10)
    assert (incident.hits, incident.decoys) == (2, 2)
    assert store.counts().unattributed == 0


def test_old_sightings_are_erased_but_for_incidents_on_hold(store: Store, incidents: Incidents) -> None:
    store.add([hit(1, "Nord"), hit(2, "Sud", "198.51.100.1"), hit(3, "Est", "198.51.100.3", 24 * 400)])
    store.add([Explained(hit(9).sighting)])
    of_nord = store.hits(10, which=HitFilter(establishments=frozenset({"Nord"})))[0].incident
    assert of_nord is not None
    incidents.hold(of_nord, True, Entry(START, "anne", "hold", ""))
    assert store.erase(START + timedelta(days=365)) == 2
    assert {each.attribution.establishment for each in store.hits(10)} == {"Nord", "Est"}
    assert len(incidents.all(10)) == 2
    assert store.erase(START + timedelta(days=365)) == 0


def test_a_sighting_handed_over_twice_is_stored_once(store: Store, outbox: Outbox) -> None:
    once, plain = sighting(), sighting("/favicon.ico")
    assert store.add([Explained(once, (FOUND,)), Explained(plain), Explained(once, (FOUND,))]) == 1
    assert store.add([Explained(once, (FOUND,)), Explained(plain)]) == 0
    assert store.counts() == HitCounts(hits=1, unattributed=1)
    assert list(store.unattributed(10)) == [plain]
    (hit,) = store.hits(10)
    assert (hit.sighting, hit.attribution) == (once, FOUND)
    assert store.hit(hit.number) == hit
    assert outbox.counts() == AlertCounts(waiting=1, delivered=0, dead=0)


def test_a_sighting_can_be_credited_later_and_alerts_then(store: Store, outbox: Outbox) -> None:
    late = sighting()
    store.add([Explained(late)])
    store.credit(Explained(late, (FOUND,)))
    assert store.counts() == HitCounts(hits=1, unattributed=0)
    assert outbox.counts().waiting == 1
    with pytest.raises(Exception, match="UNIQUE"):
        store.credit(Explained(late, (FOUND,)))
    assert outbox.counts().waiting == 1


def test_a_leased_alert_is_due_again_when_its_deliverer_died(store: Store, outbox: Outbox) -> None:
    store.add([Explained(sighting(), (FOUND,))])
    (first,) = outbox.lease("webhook", NOW, LEASE, 10)
    assert outbox.lease("webhook", NOW, LEASE, 10) == []
    assert outbox.counts().waiting == 1
    (second,) = outbox.lease("webhook", NOW + LEASE, LEASE, 10)
    assert (second.number, second.attempts) == (first.number, 2)


def test_an_alert_ends_delivered_or_dead_and_dead_ones_come_back(store: Store, outbox: Outbox) -> None:
    store.add([Explained(sighting(), (FOUND,)), Explained(sighting(), (FOUND,))])
    taken, refused = outbox.lease("webhook", NOW, LEASE, 10)
    outbox.delivered([taken.number])
    outbox.postpone([refused.number], NOW + timedelta(hours=1), "no answer")
    assert outbox.lease("webhook", NOW + timedelta(minutes=59), LEASE, 10) == []
    (again,) = outbox.lease("webhook", NOW + timedelta(hours=1), LEASE, 10)
    outbox.bury([again.number], "no answer")
    assert outbox.counts() == AlertCounts(waiting=0, delivered=1, dead=1)
    assert outbox.lease("webhook", NOW + timedelta(days=9), LEASE, 10) == []
    assert outbox.resend(NOW) == 1
    (revived,) = outbox.lease("webhook", NOW, LEASE, 10)
    assert (revived.number, revived.attempts) == (again.number, 1)


def test_facts_come_back(store: Store, incidents: Incidents) -> None:
    store.add([hit()])
    (incident,) = incidents.all(10)
    facts = IncidentFacts(aware=START.isoformat(), case="leak-2026")
    incidents.record(incident.name, facts, Entry(START, "a", "aware", ""))
    assert incidents.get(incident.name).facts == facts


def test_accounts_are_found_by_what_they_present_and_leave_a_trail(parts: Parts) -> None:
    accounts = parts.accounts
    anne, siem = Account("anne", Kind.LOCAL, Role.ANALYST, ("Nord",), "hash"), Account("siem", Kind.KEY, Role.READER)
    accounts.save(anne)
    accounts.save(siem, "htk_one")
    accounts.save(siem, "htk_two")
    assert accounts.find(Kind.LOCAL, "anne") == anne
    assert accounts.find(Kind.OIDC, "anne") is None
    assert (accounts.find(Kind.KEY, "htk_one"), accounts.find(Kind.KEY, "htk_two")) == (None, siem)
    assert [(each.name, each.secret) for each in accounts.all()] == [("anne", ""), ("siem", "")]
    accounts.remove("anne")
    with pytest.raises(NotFoundError):
        accounts.remove("anne")
    for what in ("one", "two", "three"):
        accounts.log("anne", what)
    newest, older = accounts.trail(2)
    assert [newest.what, older.what] == ["three", "two"]
    assert [each.what for each in accounts.trail(2, older.number)] == ["one"]


def test_pages_of_hits_follow_each_other_by_time_without_gap_or_repeat(store: Store) -> None:
    """Hits that came late, as an audit log's do, stand where they were heard; several may bear one moment."""
    for after in (5, 1, 3, 3, 3, 9, 7, 1):
        store.add([hit(serial=after, site="Nord" if after % 2 else "Sud", after=after, why="crawler" * (after == 3))])
    which = (
        HitFilter(),
        HitFilter(establishments=frozenset({"Nord", "Sud", "Est"})),
        HitFilter(noise=False),
        HitFilter(since=START + timedelta(hours=2), until=START + timedelta(hours=9)),
    )
    for one in which:
        whole = store.hits(100, which=one)
        assert [each.sighting.at for each in whole] == sorted((each.sighting.at for each in whole), reverse=True)
        paged, before = [], None
        while page := store.hits(2, before, one):
            paged += page
            before = page[-1].number
        assert paged == whole
    assert [len(store.hits(100, which=one)) for one in which] == [8, 8, 5, 5]


def test_hits_are_tallied_by_hour_and_channel(store: Store, incidents: Incidents) -> None:
    store.add([hit(), hit(after=0.5), hit(after=2), hit(2, "Sud", "198.51.100.1", after=2, why="crawler")])
    (incident,) = incidents.all(10)
    later = START + timedelta(hours=2)
    all_of_them = [Tally(START, "http", False, 2), Tally(later, "http", False, 1), Tally(later, "http", True, 1)]
    assert store.tallies() == all_of_them
    assert store.tallies(HitFilter(incident=incident.name)) == all_of_them[:2]
    assert store.tallies(HitFilter(establishments=frozenset({"Sud"}))) == all_of_them[2:]
    assert store.tallies(HitFilter(since=later + timedelta(minutes=9), noise=False)) == all_of_them[1:2]
    assert store.tallies(HitFilter(until=START + timedelta(minutes=9), channel="http")) == all_of_them[:1]


def test_dead_alerts_of_one_channel_come_back_alone(store: Store, outbox: Outbox) -> None:
    store.add([Explained(sighting(), (FOUND,)), Explained(sighting(), (FOUND,))])
    outbox.bury([each.number for each in outbox.lease("webhook", NOW, LEASE, 10)], "no answer")
    assert outbox.counts("email") == AlertCounts(0, 0, 0)
    assert outbox.resend(NOW, "email") == 0
    assert outbox.counts("webhook") == AlertCounts(waiting=0, delivered=0, dead=2)
    assert outbox.resend(NOW, "webhook") == 2


def test_webhooks_are_kept_by_name_and_alerts_are_owed_to_who_is_told(parts: Parts) -> None:
    parts.receivers.save(Receiver("siem", "https://siem.example/one", "whsec_a"))
    parts.receivers.save(Receiver("duty", "https://duty.example/", "whsec_b"))
    parts.receivers.save(Receiver("siem", "https://siem.example/two", "whsec_c", enabled=False))
    assert [(each.name, each.url, each.enabled) for each in parts.receivers.all()] == [
        ("duty", "https://duty.example/", True),
        ("siem", "https://siem.example/two", False),
    ]
    parts.store.tell(["email", "webhook:duty"], ["webhook:duty"])
    beat = Attribution(DecoyRef("heartbeat", 0), "", 80.0, "web_link")
    parts.store.add([hit(), Explained(sighting(), (beat,))])
    waiting = {name: parts.outbox.counts(name).waiting for name in ("email", "webhook:duty", "webhook")}
    assert waiting == {"email": 1, "webhook:duty": 2, "webhook": 0}


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["hit", "noise", "nothing", "credit", "erase", "repeat"]),
        st.integers(1, 4),
        st.sampled_from(["Nord", "Sud"]),
        st.integers(0, 60),
    ),
    max_size=25,
)


@given(steps=_STEPS)
@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("kind", STORES)
def test_counters_say_what_counting_would(steps: list[tuple[str, int, str, int]], kind: str) -> None:
    with TemporaryDirectory() as folder, STORES[kind](Path(folder)) as parts:
        store, uncredited, last = parts.store, [], hit()
        for what, serial, site, day in steps:
            one = hit(serial, site, f"192.0.2.{serial}", 24 * day, why="crawler" if what == "noise" else "")
            if what in ("hit", "noise"):
                store.add([one])
                last = one
            elif what == "nothing":
                store.add([Explained(one.sighting)])
                uncredited.append(one)
            elif what == "credit" and uncredited:
                store.credit(uncredited.pop())
            elif what == "repeat":
                store.add([last, last])
            elif what == "erase":
                store.erase(START + timedelta(days=day))
                uncredited = [each for each in uncredited if each.sighting in list(store.unattributed(1_000))]
        hits, sightings = store.hits(1_000), store.sightings(1_000)
        noise = sum(each.noise is not None for each in hits)
        assert store.counts() == HitCounts(len(hits), sum(not each.hits for each in sightings), noise)
        assert len(list(store.unattributed(1_000))) == sum(not each.hits for each in sightings)
        of_nord = [each for each in hits if each.attribution.establishment == "Nord"]
        assert store.counts(frozenset({"Nord"})).hits == len(of_nord)
        assert sum(each.hits for each in store.tallies()) == len(hits)
        joined = Counter(each.incident for each in hits if each.incident)
        assert {each.name: each.hits for each in parts.incidents.all(1_000) if each.hits} == dict(joined)
        assert parts.outbox.counts().waiting == len(hits) - noise
