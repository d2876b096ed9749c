"""The registry's own commands, as a user runs them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from .conftest import Run

PLAN = ("plan", "spring", "--system", "his", "--establishment", "saint-anne", "-n", "12")


def rows(hospital: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(hospital)
    found = connection.execute("select * from patients order by id").fetchall()
    connection.close()
    return found


def test_a_lost_registry_is_made_again(run: Run, ready: Path, tmp_path: Path) -> None:
    before = rows(ready)
    assert run(*PLAN).code == 0
    assert run("apply").code == 0
    backup = run("registry", "backup", "safe")
    assert (backup.code, backup.err) == (0, "")
    for file in (tmp_path / "decoys").glob("registry.db*"):
        file.unlink()
    lost = run("status")
    assert (lost.code, "registry restore or rebuild" in lost.err) == (3, True)
    again = json.loads(run("registry", "rebuild", "--json").out)
    assert (again["campaigns"], again["found"], again["absent"], again["problems"]) == (1, 12, 0, [])
    assert run("verify").code == 0
    told = run("registry", "rebuild", "--manifests", "safe")
    assert (told.code, "found 0 decoys" in told.out) == (0, True)
    assert json.loads(run("withdraw", "--all", "--json").out)["withdrawn"] == 12
    assert rows(ready) == before


def test_a_copy_is_put_back(run: Run, ready: Path, tmp_path: Path) -> None:
    assert run(*PLAN).code == 0
    assert run("registry", "backup", "safe").code == 0
    assert run("apply").code == 0
    [copy] = (tmp_path / "safe").glob("*.db")
    restored = run("registry", "restore", str(copy))
    assert restored.code == 0, restored.err
    assert "registry rebuild" in restored.out
    assert json.loads(run("apply", "--json").out)["planted"] == 0
    assert json.loads(run("registry", "rebuild", "--json").out)["found"] == 12
    assert run("verify").code == 0
    assert len(rows(ready)) == 13


def test_a_system_that_does_not_answer_is_named(run: Run, ready: Path, tmp_path: Path) -> None:
    assert run(*PLAN).code == 0
    ready.rename(tmp_path / "elsewhere.db")
    for file in (tmp_path / "decoys").glob("registry.db*"):
        file.unlink()
    done = run("registry", "rebuild")
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert "System his" in done.err


def test_a_value_of_a_pool_is_traced_without_any_placement(run: Run, ready: Path) -> None:
    assert run("pool", "add", "phone", "06 39 98 ## ##").code == 0
    assert run(*PLAN).code == 0
    decoys = [
        json.loads(line) for line in run("generate", "--campaign", "spring", "--format", "ndjson").out.splitlines()
    ]
    phone = next(decoy["phone"] for decoy in decoys if decoy["phone"])
    free = next(f"063998{n:04}" for n in range(99) if all(f"063998{n:04}" not in str(d["phone"]) for d in decoys))
    for spelling in (phone, phone.replace(" ", ""), "+33" + phone.replace(" ", "")[1:]):
        done = run("whois", spelling)
        assert (done.code, "spring/" in done.out) == (1, True)
    unused = run("whois", free)
    assert (unused.code, "given to no decoy" in unused.out) == (0, True)
    assert run("whois", "0612345678").out == "No decoy.\n"
    [traced] = json.loads(run("whois", phone, "--json").out)["pool_values"]
    assert traced["decoy"].startswith("spring/")


def test_mistakes_get_one_line(run: Run, ready: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no registry")
    for arguments, said in (
        (["registry", "restore", "nowhere.db"], "nowhere.db"),
        (["registry", "restore", "text"], "registry"),
        (["registry", "backup", "his.db/x"], "his.db/x"),
    ):
        done = run(*arguments)
        assert (done.code, done.err.count("\n"), said in done.err) == (3, 1, True), done.err
    assert run("status").code == 0


def test_a_damaged_or_missing_manifest_is_seen_and_written_anew(run: Run, ready: Path, tmp_path: Path) -> None:
    assert run(*PLAN).code == 0
    [manifest] = (tmp_path / "decoys" / "manifests").iterdir()
    whole = bytearray(manifest.read_bytes())
    whole[len(whole) // 2] ^= 1
    manifest.write_bytes(whole)
    told = run("doctor")
    assert (told.code, "manifest of spring" in told.out + told.err) == (3, True)
    manifest.unlink()
    assert run("doctor").code == 3
    assert run("apply").code == 0
    assert run("doctor").code == 0
