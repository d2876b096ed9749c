"""Accounts stay unlooked-at without a legal basis, and unnamed without two authorised people."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from honeytokens.errors import HomeError, KeyringError, ScanError
from honeytokens.workflows import two_persons
from honeytokens.workflows.accounts import (
    LegalBasis,
    authorise,
    enable,
    open_names,
    rank_accounts,
    read_sightings,
)
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import Home
from honeytokens.workflows.incident import attribute, open_incident
from honeytokens.workflows.plan import PlanRequest, plan

from .conftest import STARTS

DONE = date(2026, 1, 5)
SECRETS = {"Roux": "a long passphrase", "Petit": "another passphrase"}


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_persons, "_COST", 2**4)


def test_the_road_from_reads_to_a_name(home: Home, hospital: Path, tmp_path: Path) -> None:
    report = plan(home, PlanRequest("c", "his", "saint-anne", 20, "fr_fr", STARTS, timedelta(), None))
    apply(home)
    keys = [str(place.rows[0].key) for place in home.registry.placements()]
    people = home.maker(report.campaign).identities(report.campaign.serials[:8])
    leak = tmp_path / "leak.csv"
    people.write_csv(leak)
    with leak.open("a") as stream:
        stream.write("".join(f"Martin,,Jean,male,19{n}-01-01,,,,,,,,,\n" for n in range(40, 80)))
    open_incident(home, "november", None)
    attribute(home, "november", [leak])
    lines = [
        f'{{"account": "u{user}", "at": "2026-03-01T08:00:00Z", "table": "patients", "keys": ["{key}"]}}'
        for user, own in (("17", keys[:9]), ("4", keys[9:11]))
        for key in own
    ]
    lines += [
        f'{{"account": "u{user}", "at": "2026-03-01T07:00:00Z", "table": "patients", '
        f'"rows": {rows}, "workstation": "{at}"}}'
        for user, rows, at in (("30", 10_000_000, "ward-3"), ("31", 1, "ward-4"))
    ]
    log = tmp_path / "reads.ndjson"
    log.write_text("\n".join(lines))
    reads = read_sightings(log)
    with pytest.raises(HomeError, match="legal basis"):
        rank_accounts(home, "november", reads)
    with pytest.raises(HomeError, match="still to come"):
        enable(home, LegalBasis(DONE, DONE, date(2030, 1, 1), "DPO"))
    enable(home, LegalBasis(DONE, DONE, DONE, "DPO"))
    authorise(home, "Roux", SECRETS["Roux"])
    with pytest.raises(KeyringError, match="two persons"):
        rank_accounts(home, "november", reads)
    authorise(home, "Petit", SECRETS["Petit"])
    found, nobody = rank_accounts(home, "november", reads)
    assert (found[0].number, found[0].leaked_read, found[0].leaked) == (1, 8, 8)
    assert found[0].probability > 0.9 > nobody
    assert "u17" not in repr(found)
    # An export of everything explains any leak; one of a single row, hardly any.
    assert {each.odds for each in found if each.leaked_read == each.leaked} >= {1.0}
    stations, _ = rank_accounts(home, "november", reads, "workstation")
    assert [each.leaked_read for each in stations] == [8, 0]
    with pytest.raises(KeyringError, match="wrong"):
        open_names(home, "november", {**SECRETS, "Petit": "no"}, "test")
    with pytest.raises(KeyringError, match="these two"):
        open_names(home, "november", {"Roux": SECRETS["Roux"], "Leroy": "x"}, "test")
    assert open_names(home, "november", SECRETS, "asked by the prosecutor")[1] == "u17"
    assert open_names(home, "november", SECRETS, "asked by the prosecutor", "workstation")[1] == "ward-3"
    kinds = [(kind, detail) for _, kind, detail in home.registry.events() if kind.startswith("accounts open")]
    assert [kind for kind, _ in kinds][2:] == ["accounts opening", "accounts opened"] * 2
    assert "prosecutor" in kinds[-1][1]


def test_two_of_three_open_and_one_alone_does_not() -> None:
    persons = [two_persons.Person.authorised(name, f"{name} passphrase") for name in "ABC"]
    sealed = two_persons.seal_to_two(b"names", persons)
    for pair in ("AB", "AC", "BC"):
        secrets = {name: f"{name} passphrase" for name in pair}
        assert two_persons.open_by_two(sealed, persons, secrets) == b"names"
    with pytest.raises(KeyringError):
        two_persons.open_by_two(sealed, persons, {"A": "A passphrase"})


def test_a_line_that_is_no_read_is_named(tmp_path: Path) -> None:
    log = tmp_path / "reads.ndjson"
    log.write_text('{"account": "u", "at": "2026-03-01T08:00:00Z", "table": null}\nnonsense\n')
    with pytest.raises(ScanError, match="no read"):
        read_sightings(log)
