"""From an extract to its copies, and from a leaked copy back to who was handed it."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from honeytokens.decoys import pools
from honeytokens.errors import RegistryError, SaltRefusedError
from honeytokens.workflows.generate import GenerateRequest, generate_demo
from honeytokens.workflows.home import Home
from honeytokens.workflows.salt import SaltRequest, salt
from honeytokens.workflows.scan import scan


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "extract.csv"
    stream = BytesIO()
    generate_demo(GenerateRequest(1500, "fr_fr", "75014", date(2026, 1, 1)), "csv", stream)
    path.write_bytes(stream.getvalue())
    return path


def copy(home: Home, extract: Path, recipient: str, shared: int = 110) -> Path:
    path = extract.with_name(f"{recipient}.csv")
    request = SaltRequest(
        extract, recipient, "monthly", shared=shared, unique=5, left_empty=("national_id", "local_id", "web_link")
    )
    with path.open("wb") as stream:
        salt(home, request, stream)
    return path


def named(home: Home, path: Path) -> set[str]:
    _, verdict = scan(home, [path])
    return {each.recipient for found in verdict.extracts for each in found.named}


def test_a_leaked_copy_leads_to_who_was_handed_it(home: Home, extract: Path) -> None:
    copies = {name: copy(home, extract, name) for name in ("nord", "sud", "est")}
    assert named(home, copies["sud"]) == {"sud"}
    # What two of them agree on, and nothing else: unique rows and telling variants are gone.
    one, other = (copies[name].read_text().splitlines() for name in ("nord", "est"))
    common = copies["nord"].with_name("common.csv")
    common.write_text("\n".join([one[0], *(line for line in one[1:] if line in set(other))]))
    assert named(home, common) <= {"nord", "est"}
    # The list grew since: the earlier copy is still told from the others.
    copy(home, extract, "ouest")
    assert named(home, copies["nord"]) == {"nord"}


def test_the_plan_is_sealed_and_whoever_had_a_copy_is_kept(home: Home, extract: Path, tmp_path: Path) -> None:
    first = copy(home, extract, "nord").read_bytes()
    again = copy(home, extract, "nord").read_bytes()
    assert first == again
    planned = home.salts.get("monthly")
    assert [(each.name, len(each.handed)) for each in planned.recipients] == [("nord", 2)]
    [file] = (home.path / "salts").iterdir()
    assert b"nord" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    file.write_bytes(file.read_bytes()[:-9] + b"AAAAAAAA\n")
    with pytest.raises(RegistryError, match="changed"):
        home.salts.all()


def test_no_decoy_is_given_twice_a_value_of_a_pool(home: Home, extract: Path) -> None:
    copy(home, extract, "nord", shared=20)
    planned = home.salts.get("monthly")
    assert planned.recipe.shares
    later = {share.pool: share.first for share in pools.fresh_shares(home.registry.pools(), [planned], 1)}
    for share in planned.recipe.shares:
        if "#" in share.pool.value:
            assert later[share.pool] >= planned.reserved


def test_an_extract_too_small_for_its_rows_is_refused(home: Home, extract: Path) -> None:
    with pytest.raises(SaltRefusedError, match="fewer"):
        salt(home, SaltRequest(extract, "nord", "other", shared=2000), BytesIO())
    assert home.salts.find("other") is None
