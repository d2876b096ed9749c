"""Whole patients on a FHIR server, written by a process that is killed at its requests and its registry writes.

``HONEYTOKENS_KILL_STRIDE=1`` kills it at each. In the end every resource is as it was, versions and times included.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from private_fhir import FhirHost, populate, running

from honeytokens.model import Establishment, PlacementState, Pool, PoolKind, Practitioner
from honeytokens.registry import Registry
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import REGISTRY
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.setup import add_establishment, add_system
from honeytokens.workflows.tick import tick
from honeytokens.workflows.undo import undo
from honeytokens.workflows.verify import verify
from honeytokens.workflows.withdraw import withdraw

from .killing import KEYRING, Run, deaths, opened

STARTS = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = STARTS + timedelta(days=65)
DECOYS = 2


@pytest.fixture(scope="module")
def host(pytestconfig: pytest.Config) -> Iterator[FhirHost]:
    with running(pytestconfig) as host:
        yield host


@pytest.fixture(scope="module")
def site(host: FhirHost) -> Establishment:
    organization, doctor = populate(host)
    return Establishment("Clinique", organization, "59000", practitioners=(Practitioner("Roux", "Anne", doctor),))


@pytest.fixture
def template(tmp_path: Path, host: FhirHost, site: Establishment) -> Path:
    """A home with decoys planned and due."""
    path = tmp_path / "template"
    path.mkdir(mode=0o700)
    Registry.create(path / REGISTRY, KEYRING).close()
    with opened(path, STARTS) as home:
        add_establishment(home, site)
        add_system(home, "his", host.url, "", password_env=None, password=None, kind="fhir_server")
        home.registry.add_pool(Pool(PoolKind.LOCAL_ID, "77####"))
        every = timedelta(days=30)
        plan(home, PlanRequest("spring", "his", site.name, DECOYS, "fr_fr", STARTS, timedelta(), every))
    return path


def test_killed_while_planting(template: Path, tmp_path: Path, host: FhirHost) -> None:
    before = host.everything()
    for number, path in enumerate(deaths(template, tmp_path, Run(template, STARTS, "apply"), 10, planted=None)):
        with opened(path, STARTS) as home:
            if number % 3 == 0:
                assert apply(home).problems == []
                assert {placement.state for placement in home.registry.placements()} == {PlacementState.PLANTED}
                assert verify(home).sound
            elif number % 3 == 1:
                assert undo(home).problems == []
            else:
                assert tick(home).arrived == []
            assert withdraw(home).refused == []
        assert host.everything() == before


def test_killed_while_rewriting(template: Path, tmp_path: Path, host: FhirHost) -> None:
    before = host.everything()
    for number, path in enumerate(deaths(template, tmp_path, Run(template, LATER, "apply"), 13, planted=STARTS)):
        with opened(path, LATER) as home:
            report = apply(home) if number % 2 else undo(home)
            assert report.problems == []
            assert verify(home).sound
            assert withdraw(home).refused == []
        assert host.everything() == before


def test_killed_while_withdrawing(template: Path, tmp_path: Path, host: FhirHost) -> None:
    before = host.everything()
    for path in deaths(template, tmp_path, Run(template, STARTS, "withdraw"), 26, planted=STARTS):
        with opened(path, STARTS) as home:
            assert withdraw(home).refused == []
        assert host.everything() == before
