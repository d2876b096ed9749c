"""A registry that is lost is made again from the keyring, the manifests and the hospital itself."""

from __future__ import annotations

import multiprocessing
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from honeytokens.decoys import Maker
from honeytokens.errors import KeyringError, ManifestError, RegistryError
from honeytokens.keys import Keyring
from honeytokens.model import Establishment, Placement, PlacementState, Policies, Pool, PoolKind
from honeytokens.registry import Registry
from honeytokens.registry import manifest as manifest_module
from honeytokens.registry.codec import encode
from honeytokens.registry.manifest import read_manifest, write_manifest
from honeytokens.workflows.apply import apply
from honeytokens.workflows.backup import back_up, restore
from honeytokens.workflows.home import MANIFESTS, REGISTRY, Home
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.rebuild import RebuildReport, rebuild
from honeytokens.workflows.scan import scan
from honeytokens.workflows.setup import add_establishment, add_system, change_system
from honeytokens.workflows.verify import verify
from honeytokens.workflows.withdraw import withdraw

from . import hospitals
from .killing import KEYRING, Run, opened, run

STARTS = datetime(2026, 3, 1, 9, tzinfo=UTC)
LATER = STARTS + timedelta(days=65)
LAST = STARTS + timedelta(days=70)
DECOYS = 12
DATABASES = {
    "sqlite": ("", ""),
    "mariadb-innodb": ("mariadb_url", "InnoDB"),
    "mariadb-myisam": ("mariadb_url", "MyISAM"),
    "postgresql": ("postgresql_url", ""),
}


def sqlite_at(tmp_path: Path) -> str:
    (tmp_path / "his.db").touch()
    return f"sqlite:///{tmp_path / 'his.db'}"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A hospital in SQLite."""
    url = sqlite_at(tmp_path)
    hospitals.build(url)
    return url


@pytest.fixture(params=sorted(DATABASES))
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A hospital on each kind of database."""
    fixture, engine = DATABASES[request.param]
    url = str(request.getfixturevalue(fixture)) if fixture else sqlite_at(tmp_path)
    hospitals.build(url, engine or "InnoDB")
    return url


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    Registry.create(path / REGISTRY, KEYRING).close()
    return path


def seed(path: Path, url: str, *, over: timedelta = timedelta()) -> None:
    with opened(path, STARTS) as home:
        add_establishment(home, Establishment("saint-anne", "1", "75014"))
        add_system(home, "his", url, hospitals.MAPPING, password_env=None, password=None)
        home.registry.add_pool(Pool(PoolKind.LOCAL_ID, "8001####"))
        every = timedelta(days=30)
        plan(home, PlanRequest("spring", "his", "saint-anne", DECOYS, "fr_fr", STARTS, over, every))


def lose(path: Path) -> None:
    for file in path.glob(f"{REGISTRY}*"):
        file.unlink()


def rebuilt(path: Path, *folders: Path, now: datetime = LAST) -> RebuildReport:
    return rebuild(path, KEYRING, folders, now=lambda: now)


def told(placements: list[Placement]) -> dict[int, object]:
    """What must be the same again of each placement."""
    return {
        p.ref.serial: (p.state, p.due, {(row.table, row.key) for row in p.rows}, p.stamps[-1].version)
        for p in placements
    }


def execute(url: str, *statements: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()


def test_everything_that_was_planted_is_found_again(any_url: str, path: Path) -> None:
    before = hospitals.rows(any_url)
    seed(path, any_url)
    for now in (STARTS, STARTS + timedelta(days=35), LATER):
        with opened(path, now) as home:
            apply(home)
    with opened(path, LATER) as home:
        planted = home.registry.placements()
        campaign, systems = home.registry.campaigns(), home.registry.systems()
    lose(path)
    report = rebuilt(path)
    assert (report.campaigns, report.found, report.absent, report.problems) == (1, DECOYS, 0, [])
    with opened(path, LAST) as home:
        assert home.registry.campaigns() == campaign
        assert home.registry.systems() == systems
        assert told(home.registry.placements()) == told(planted)
        for was, found in zip(planted, home.registry.placements(), strict=True):
            again = {stamp.version: stamp for stamp in found.stamps}
            assert all(again[s.version].since <= s.since and s.settled <= again[s.version].settled for s in was.stamps)
        assert verify(home).sound
        assert apply(home).planted == 0
        assert withdraw(home).refused == []
    assert hospitals.rows(any_url) == before


def test_what_people_did_meanwhile_is_told_and_nothing_of_theirs_is_taken(url: str, path: Path) -> None:
    seed(path, url)
    with opened(path, STARTS) as home:
        apply(home)
        changed, shorter, gone, twin = home.registry.placements()[:4]
    stay = next(row for row in shorter.rows if row.table == "sejours")
    execute(
        url,
        f"update patients set ville = 'AILLEURS' where id = {changed.rows[0].key}",
        f"delete from sejours where id = {stay.key}",
        *(f"delete from {row.table} where id = {row.key}" for row in reversed(gone.rows)),
        "insert into patients (nom, prenom, sexe, naissance, cree) select nom, prenom, sexe, naissance, cree"
        f" from patients where id = {twin.rows[0].key}",
    )
    theirs = hospitals.rows(url)
    lose(path)
    report = rebuilt(path)
    assert (report.found, report.absent) == (DECOYS - 1, 1)
    with opened(path, LAST) as home:
        again = {p.ref.serial: p for p in home.registry.placements()}
        assert again[twin.ref.serial].rows[0].key == twin.rows[0].key
        assert {(r.table, r.key) for r in again[shorter.ref.serial].rows} < {(r.table, r.key) for r in shorter.rows}
        assert again[gone.ref.serial].state is PlacementState.WITHDRAWN
        checked = verify(home)
        assert checked.changed == [(changed.ref, "patients.ville")]
        assert [one.ref for one in checked.arrived] == [twin.ref]
        withdraw(home, include_changed=True)
    left = hospitals.rows(url)["patients"]
    assert len(left) == hospitals.PATIENTS + 1
    assert set(left) <= set(theirs["patients"])


def test_no_statement_holds_a_value_of_a_decoy(url: str, path: Path) -> None:
    seed(path, url)
    with opened(path, STARTS) as home:
        apply(home)
        decoys = home.maker(home.registry.campaign("spring")).decoys(home.registry.campaign("spring").serials)
    lose(path)
    said: list[str] = []

    @sa.event.listens_for(Engine, "before_cursor_execute")
    def _statement(*event: object) -> None:
        said.append(f"{event[2]} {event[3]}")

    try:
        rebuilt(path)
    finally:
        sa.event.remove(Engine, "before_cursor_execute", _statement)
    assert len(said) > 5
    everything = "\n".join(said).upper()
    for decoy in decoys:
        identity = decoy.identity
        for value in (identity.surname, identity.birth_date.isoformat(), identity.local_id, identity.street):
            assert str(value).upper() not in everything


def test_what_is_not_due_stays_planned(url: str, path: Path) -> None:
    seed(path, url, over=timedelta(days=100))
    middle = STARTS + timedelta(days=50)
    with opened(path, middle) as home:
        planted = apply(home).planted
        due = {p.ref.serial: p.due for p in home.registry.placements()}
    assert 0 < planted < DECOYS
    lose(path)
    report = rebuilt(path, now=middle)
    assert (report.found, report.not_due, report.absent) == (planted, DECOYS - planted, 0)
    with opened(path, STARTS + timedelta(days=101)) as home:
        assert {p.ref.serial: p.due for p in home.registry.placements()} == due
        assert apply(home).planted == DECOYS - planted
        assert verify(home).sound


def test_decoys_withdrawn_before_the_loss_are_known_and_not_planted_again(url: str, path: Path, tmp_path: Path) -> None:
    seed(path, url)
    leak = tmp_path / "leak.txt"
    with opened(path, STARTS) as home:
        apply(home)
        leak.write_text("\n".join(map(str, hospitals.rows(url)["patients"])))
        withdraw(home)
    lose(path)
    report = rebuilt(path)
    assert (report.found, report.absent) == (0, DECOYS)
    with opened(path, LAST) as home:
        assert apply(home).planted == 0
        result, _ = scan(home, [leak])
        assert {hit.decoy.serial for hit in result.hits} == set(home.registry.campaign("spring").serials)


def test_a_system_that_moved_is_named_and_looked_at_later(url: str, path: Path, tmp_path: Path) -> None:
    seed(path, url)
    with opened(path, STARTS) as home:
        apply(home)
    (tmp_path / "his.db").rename(tmp_path / "moved.db")
    lose(path)
    report = rebuilt(path)
    assert (report.found, report.absent, len(report.problems)) == (0, DECOYS, 1)
    assert report.problems[0].startswith("System his: ")
    with opened(path, LAST) as home:
        change_system(home, "his", url=f"sqlite:///{tmp_path / 'moved.db'}")
        assert apply(home).planted == 0
    report = rebuilt(path)
    assert (report.campaigns, report.found, report.absent, report.problems) == (0, DECOYS, 0, [])
    lose(path)
    assert rebuilt(path).problems == []  # the manifest knows the new address


def test_a_sound_registry_stays_as_it_is(url: str, path: Path) -> None:
    seed(path, url, over=timedelta(days=100))
    with opened(path, STARTS + timedelta(days=50)) as home:
        apply(home)
        before = home.registry.placements()
    report = rebuilt(path, now=STARTS + timedelta(days=60))
    assert (report.campaigns, report.found, report.dated) == (0, 0, 0)
    with opened(path, LAST) as home:
        assert home.registry.placements() == before


def test_manifests_from_a_backup_and_a_copy_from_before(url: str, path: Path, tmp_path: Path) -> None:
    seed(path, url)
    with opened(path, STARTS) as home:
        copy, *manifests = back_up(home, tmp_path / "backup")
        assert len(manifests) == 1
        apply(home)
    with opened(path, LATER) as home:
        apply(home)
        planted = home.registry.placements()
    assert copy.stat().st_mode & 0o77 == 0
    earlier = restore(path, KEYRING, copy, now=lambda: LAST)
    assert earlier is not None
    assert earlier.exists()
    with opened(path, LAST) as home:
        assert apply(home).planted == 0  # they stand there already
    assert rebuilt(path).found == DECOYS
    with opened(path, LAST) as home:
        assert told(home.registry.placements()) == told(planted)
        assert verify(home).sound
    shutil.rmtree(path / MANIFESTS)
    lose(path)
    with pytest.raises(ManifestError, match="no manifest"):
        rebuilt(path)
    assert rebuilt(path, tmp_path / "backup").found == DECOYS


def test_a_copy_put_back_by_hand_is_refused_until_it_is_meant(url: str, path: Path) -> None:
    seed(path, url)
    files = [file for file in path.glob(f"{REGISTRY}*") if file.suffix != ".generation"]
    copies = {file.name: file.read_bytes() for file in files}
    with opened(path, STARTS) as home:
        apply(home)
    for file in path.glob(f"{REGISTRY}-*"):
        file.unlink()
    for name, content in copies.items():
        (path / name).write_bytes(content)
    with pytest.raises(RegistryError, match="put back to an earlier state"):
        opened(path, LAST)
    assert restore(path, KEYRING, path / REGISTRY, now=lambda: LAST) is None
    with opened(path, LAST) as home:
        assert apply(home).planted == 0
    assert rebuilt(path).found == DECOYS


def test_a_bad_copy_is_refused_and_the_registry_stays(url: str, path: Path, tmp_path: Path) -> None:
    seed(path, url)
    bad = tmp_path / "bad.db"
    with opened(path, STARTS) as home:
        whole = back_up(home, tmp_path / "backup")[0].read_bytes()
    for content in (b"", b"no database", whole[:5000], whole[:8192] + bytes(4096) + whole[12288:]):
        bad.write_bytes(content)
        bad.chmod(0o600)
        with pytest.raises(RegistryError):
            restore(path, KEYRING, bad, now=lambda: LAST)
        with opened(path, STARTS) as home:
            assert len(home.registry.placements()) == DECOYS
    with pytest.raises(RegistryError, match="changed or damaged"):
        restore(path, Keyring.generate(), tmp_path / "backup" / back_name(tmp_path), now=lambda: LAST)


def back_name(tmp_path: Path) -> str:
    return next(file.name for file in (tmp_path / "backup").glob("*.db"))


class TestManifests:
    @pytest.fixture
    def manifest(self, url: str, path: Path) -> Path:
        seed(path, url)
        lose(path)
        [found] = (path / MANIFESTS).iterdir()
        return found

    def test_it_is_private_and_holds_nothing_in_clear(self, manifest: Path) -> None:
        assert manifest.stat().st_mode & 0o77 == 0
        assert not {"spring", "saint-anne", "8001", "75014", "sqlite"} & set(manifest.read_text().split('"'))
        assert "8001" not in manifest.read_text()

    def test_one_of_the_first_version_is_read(
        self, manifest: Path, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its recipe had neither policies nor practitioners, and a flag for the demo; its decoys are the same."""
        known = read_manifest(manifest, KEYRING)
        newer = encode(Policies()).decode()

        def older(thing: object) -> bytes:
            text = encode(thing).decode()
            assert newer in text
            text = text.replace(f'"policies":{newer},"practitioners":[]', '"demo":false')
            return text.replace(',"practitioners":[]', "").encode()

        monkeypatch.setattr(manifest_module, "_VERSION", 1)
        monkeypatch.setattr(manifest_module, "encode", older)
        plain = replace(known.campaign, recipe=replace(known.campaign.recipe, policies=Policies()))
        first = write_manifest(tmp_path, replace(known, campaign=plain), KEYRING)
        monkeypatch.undo()
        assert '"version": 1' in first.read_text()
        assert read_manifest(first, KEYRING) == replace(known, campaign=plain)
        serials = known.campaign.serials
        before, now = (Maker.of_campaign(KEYRING, campaign).identities(serials) for campaign in (plain, known.campaign))
        assert before.equals(now)

    def test_one_of_another_keyring_is_refused(self, manifest: Path, path: Path) -> None:
        with pytest.raises(ManifestError, match="not made with this keyring"):
            rebuild(path, Keyring.generate(), (), now=lambda: LAST)
        assert not (path / REGISTRY).exists()

    @pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "text", "list", "newer", "renamed"])
    def test_a_damaged_one_is_refused_and_nothing_is_written(self, manifest: Path, path: Path, damage: str) -> None:
        text = manifest.read_text()
        middle = text.index('"sealed"') + 60
        manifest.write_text(
            {
                "truncated": text[:middle],
                "flipped": text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :],
                "empty": "",
                "text": "no manifest",
                "list": "[]",
                "newer": text.replace('"version": 2', '"version": 3'),
                "renamed": text.replace('"campaign": "', '"campaign": "0'),
            }[damage]
        )
        with pytest.raises(ManifestError, match=str(manifest)):
            rebuilt(path)
        assert not (path / REGISTRY).exists()

    def test_one_that_contradicts_the_registry_is_refused(self, url: str, manifest: Path, path: Path) -> None:
        foreign = manifest.read_bytes()
        manifest.unlink()
        Registry.create(path / REGISTRY, KEYRING).close()
        seed(path, url)
        (path / MANIFESTS / manifest.name).write_bytes(foreign)
        with pytest.raises(ManifestError, match="another campaign named spring"):
            rebuilt(path)

    def test_a_key_that_is_missing_is_said(self, url: str, manifest: Path, path: Path) -> None:
        shutil.rmtree(path / MANIFESTS)
        newer = KEYRING.rotated()
        Registry.create(path / REGISTRY, newer).close()
        with Home(path, newer, Registry.open(path / REGISTRY, newer), lambda: STARTS) as home:
            add_establishment(home, Establishment("saint-anne", "1", "75014"))
            add_system(home, "his", url, hospitals.MAPPING, password_env=None, password=None)
            plan(home, PlanRequest("autumn", "his", "saint-anne", 2, "fr_fr", STARTS, timedelta(), None))
        lose(path)
        with pytest.raises((ManifestError, KeyringError), match="keyring"):
            rebuilt(path)

    def test_skipped_serials_stay_skipped(self, url: str, path: Path) -> None:
        with opened(path, STARTS) as home:
            add_establishment(home, Establishment("saint-anne", "1", "75014"))
            add_system(home, "his", url, hospitals.MAPPING, password_env=None, password=None)
            request = PlanRequest("spring", "his", "saint-anne", DECOYS, "fr_fr", STARTS, timedelta(), None)
            report = plan(home, request, save=False, campaign_id="00ff")
            serials = (*report.campaign.serials[:3], *report.campaign.serials[5:])
            campaign = replace(report.campaign, serials=serials)
            kept = [placement for placement in report.placements if placement.ref.serial in serials]
            home.registry.add_campaign(campaign, kept)
            apply(home)
        lose(path)
        rebuilt(path)
        with opened(path, LAST) as home:
            assert home.registry.campaign("spring").serials == serials


def homes_after_deaths(template: Path, tmp_path: Path) -> Iterator[Path]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["honeytokens.workflows.rebuild", "honeytokens.systems"])
    for kill_at in range(1, 500, 7):
        home = tmp_path / f"home{kill_at}"
        shutil.copytree(template, home)
        process = context.Process(target=run, args=(Run(home, LAST, "rebuild", kill_at),))
        process.start()
        process.join()
        if process.exitcode == 0:
            assert kill_at > DECOYS
            return
        assert process.exitcode == -signal.SIGKILL
        yield home
        shutil.rmtree(home)
    pytest.fail("the process never came to its end")


def test_killed_while_rebuilding(url: str, path: Path, tmp_path: Path) -> None:
    seed(path, url)
    with opened(path, STARTS) as home:
        apply(home)
        planted = told(home.registry.placements())
    lose(path)
    for killed in homes_after_deaths(path, tmp_path):
        if (killed / REGISTRY).exists() and not (killed / f"{REGISTRY}.generation").exists():
            lose(killed)
        rebuilt(killed, now=STARTS + timedelta(minutes=1))
        with opened(killed, STARTS) as home:
            assert told(home.registry.placements()) == planted
            assert apply(home).planted == 0
