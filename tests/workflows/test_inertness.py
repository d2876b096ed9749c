"""What a hospital computes from its tables is the same with decoys as without, once the exclusion list is applied.

Two clones of one database, one of them seeded: billing rows, activity statistics, a mailing list and HL7 messages
generated from the tables must not differ by a byte, nor after a dump and a restore.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from honeytokens.errors import AskedTooOftenError, PlanRefusedError
from honeytokens.locks import PassphraseLock
from honeytokens.model import Establishment
from honeytokens.workflows.apply import apply
from honeytokens.workflows.exclusions import ExclusionList, Purpose, exclusions
from honeytokens.workflows.home import Home
from honeytokens.workflows.is_decoy import HOURLY, is_decoy
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.setup import add_establishment, add_system
from honeytokens.workflows.withdraw import withdraw

from . import hospitals
from .conftest import STARTS, Clock

DECOYS = 30
_BILLING = (
    "select s.id, p.nom, p.prenom, s.site, s.entree from sejours s join patients p on p.id = s.patient_id order by s.id"
)
_MAILING = "select id, nom, prenom, adresse, cp, ville, mail from patients order by id"


def outputs(url: str, left_out: Callable[[Purpose], ExclusionList | None]) -> dict[str, bytes]:
    """Return what the hospital's jobs write, each with the list that it was given."""
    stays = _keys(left_out(Purpose.BILLING), "sejours")
    counted = _keys(left_out(Purpose.STATISTICS), "sejours")
    mailed = _keys(left_out(Purpose.MAILING), "patients")
    sent = _keys(left_out(Purpose.INTERFACE), "patients")
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        visits = [tuple(row) for row in connection.execute(sa.text(_BILLING))]
        people = [tuple(row) for row in connection.execute(sa.text(_MAILING))]
    engine.dispose()
    activity: dict[tuple[str, str], int] = {}
    for key, _, _, site, entered in visits:
        if key not in counted:
            month = (str(site), str(entered)[:7])
            activity[month] = activity.get(month, 0) + 1
    messages = [f"MSH|^~\\&|HIS\rPID|||{one[0]}||{one[1]}^{one[2]}\r" for one in people if one[0] not in sent]
    return {
        "billing": _written(row for row in visits if row[0] not in stays),
        "activity": _written((*month, number) for month, number in sorted(activity.items())),
        "mailing": _written(row for row in people if row[0] not in mailed),
        "hl7": "".join(messages).encode(),
    }


def _keys(excluded: ExclusionList | None, table: str) -> Collection[object]:
    return {row.key for row in excluded.rows if row.table == table} if excluded else set()


def _written(rows: object) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue().encode()


def test_outputs_are_the_same_to_the_byte(
    tmp_path: Path, mariadb_server: object, mariadb_dump: Callable[..., bytes], clock: Clock
) -> None:
    with mariadb_server.database() as clone, mariadb_server.database() as seeded, mariadb_server.database() as again:  # type: ignore[attr-defined]
        for url in (clone, seeded):
            hospitals.build(url)
        with Home.create(tmp_path / "home", PassphraseLock(b"secret")) as made:
            home = Home(made.path, made.keyring, made.registry, clock)
            add_establishment(home, Establishment("saint-anne", "1", "75014"))
            add_system(home, "his", seeded, hospitals.MAPPING, password_env=None, password=None)
            plan(home, PlanRequest("spring", "his", "saint-anne", DECOYS, "fr_fr", STARTS, timedelta(), None))
            apply(home)
            lists = {purpose: exclusions(home, "his", purpose) for purpose in Purpose}
            wanted = outputs(clone, lambda _: None)
            assert outputs(seeded, lambda _: None) != wanted
            assert outputs(seeded, lists.get) == wanted
            _restore(mariadb_dump(seeded), again)
            assert outputs(again, lists.get) == wanted
            withdraw(home)
            assert outputs(seeded, lambda _: None) == wanted


def _restore(dump: bytes, url: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        cursor = connection.connection.cursor()
        for statement in dump.decode().replace("/*M!999999\\- enable the sandbox mode */", "").split(";\n"):
            if statement.strip():
                cursor.execute(statement)
        cursor.close()
    engine.dispose()


def test_a_list_names_every_row_and_is_logged(home: Home, clock: Clock) -> None:
    report = plan(home, PlanRequest("spring", "his", "saint-anne", 5, "fr_fr", STARTS, timedelta(), None))
    assert exclusions(home, "his", Purpose.BILLING).rows == ()
    apply(home)
    written = {(row.table, row.key) for one in home.registry.placements() for row in one.rows}
    everything = exclusions(home, "his", Purpose.WAREHOUSE)
    assert {(row.table, row.key) for row in everything.rows} == written
    mailing = exclusions(home, "his", Purpose.MAILING)
    assert [row.patient for row in mailing.rows] == [True] * 5
    numbers = {decoy.identity.local_id for decoy in home.maker(report.campaign).decoys(report.campaign.serials)}
    assert {row.local_id for row in mailing.rows} == numbers
    withdraw(home)
    assert exclusions(home, "his", Purpose.BILLING).rows == ()
    assert exclusions(home, "his", Purpose.WAREHOUSE, withdrawn=True).rows == everything.rows
    assert sum(kind == "exclusions" for _, kind, _ in home.registry.events()) == 5


def test_questions_are_bounded_and_each_is_logged(home: Home, clock: Clock) -> None:
    assert is_decoy(home, "his", ["1"] * HOURLY) == [False] * HOURLY
    with pytest.raises(AskedTooOftenError):
        is_decoy(home, "his", ["1"])
    clock.forward(minutes=61)
    assert is_decoy(home, "his", ["1"]) == [False]
    assert sum(kind == "is-decoy" for _, kind, _ in home.registry.events()) == HOURLY + 1


def test_too_dense_a_plan_is_refused(home: Home) -> None:
    request = PlanRequest("spring", "his", "saint-anne", 201, "fr_fr", STARTS, timedelta(), None, max_share=0.02)
    with pytest.raises(PlanRefusedError, match="too many"):
        plan(home, request)


@pytest.mark.parametrize(("share", "refused"), [(0, True), (7, True), (8, False)])
def test_a_constant_that_would_tell_decoys_is_refused(home: Home, hospital: Path, share: int, refused: bool) -> None:
    import sqlite3

    from honeytokens.workflows.setup import change_system

    with sqlite3.connect(hospital) as connection:
        connection.execute("update patients set note = 'externe' where id <= ?", (share,))
    connection.close()
    mapping = home.registry.system("his").mapping.replace("cree = ", 'note = { constant = "externe" }\ncree = ')
    change_system(home, "his", mapping=mapping)
    request = PlanRequest("spring", "his", "saint-anne", 5, "fr_fr", STARTS, timedelta(), None)
    if refused:
        with pytest.raises(PlanRefusedError, match=r"patients\.note"):
            plan(home, request)
    else:
        assert len(plan(home, request).placements) == 5
