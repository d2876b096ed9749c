"""Encrypted archives: opened by the right password among others, left with a word by wrong ones."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import packing
import pytest
from packed import DATA, NUMBERS, Found, rows
from packing import LOCKERS

from honeytokens.errors import ScanError
from honeytokens.scanning import read_passwords

PASSWORD = "mot de passe"
LOCKED = {name: lock({"a.csv": DATA}, PASSWORD) for name, lock in LOCKERS.items()}


@pytest.mark.parametrize("kind", LOCKERS)
def test_passwords(kind: str, tmp_path: Path) -> None:
    locked = LOCKED[kind]
    none = Found(tmp_path, locked)
    assert (none.numbers, len(none.unread)) == (set(), 1)
    assert "--password-file" in none.reasons
    wrong = Found(tmp_path, locked, ["a", "b", "ç"])
    assert (wrong.numbers, len(wrong.unread)) == (set(), 1)
    assert "password" in wrong.reasons
    right = Found(tmp_path, locked, ["a", "b", PASSWORD, "c"])
    assert (right.numbers, right.members, right.reasons) == (NUMBERS, ["a.csv"], "")


def test_each_archive_may_have_another_password(tmp_path: Path) -> None:
    members = {"b.zip": packing.locked_zip({"b.csv": rows(9, start=100)}, "b"), "c.7z": LOCKED["7z_names"]}
    found = Found(tmp_path, packing.locked_zip(members, "a", strength=3), ["x", PASSWORD, "b", "a"])
    assert {*NUMBERS, "7000108"} <= found.numbers
    assert found.reasons == ""


def test_members_that_are_not_locked_need_no_password(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    data = bytearray(packing.zipped({"a.csv": DATA, "b.csv": rows(5, start=200)}))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rfind(signature) + flags] |= 1
    found = Found(tmp_path, bytes(data), name=path.name)
    assert (found.numbers, [each.location.member for each in found.unread]) == (NUMBERS, ["b.csv"])


@pytest.mark.parametrize(("password", "encoding"), [("été", "utf-8"), ("été", "cp1252"), ("été", "cp850")])
def test_passwords_in_any_letters(password: str, encoding: str, tmp_path: Path) -> None:
    for strength in (0, 3):
        locked = packing.locked_zip({"a.csv": DATA}, password, strength, encoding=encoding)
        assert Found(tmp_path, locked, [password]).numbers == NUMBERS


def test_a_large_stored_member_is_not_opened_by_a_password_that_passes_by_chance(tmp_path: Path) -> None:
    inner = packing.zipped({"a.csv": rows(12_000)}, zipfile.ZIP_STORED)
    locked = packing.locked_zip({"inner.zip": inner}, PASSWORD, method=zipfile.ZIP_STORED)
    found = Found(tmp_path, locked, [*(f"wrong {n}" for n in range(600)), PASSWORD])
    assert (len(found.numbers), found.reasons) == (12_000, "")


def test_a_large_copied_file_in_7z_is_not_opened_by_a_wrong_password(tmp_path: Path) -> None:
    locked = LOCKERS["7z_copy"]({"a.csv": rows(50_000)}, PASSWORD)
    assert "no password" in Found(tmp_path, locked, ["a", "b"]).reasons
    assert len(Found(tmp_path, locked, ["a", PASSWORD]).numbers) == 50_000


def test_a_damaged_locked_member_is_read_up_to_the_damage(tmp_path: Path) -> None:
    for kind in ("zip", "zip_aes256", "7z"):
        locked = bytearray(LOCKERS[kind]({"a.csv": rows(20_000)}, PASSWORD))
        locked[len(locked) // 2] ^= 1
        found = Found(tmp_path, bytes(locked), ["x", PASSWORD])
        assert len(found.numbers) > 5_000, kind
        assert found.unread


@pytest.mark.skipif(shutil.which("zip") is None, reason="Info-ZIP is not on this machine")
def test_what_info_zip_locks(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(DATA)
    subprocess.run(["zip", "-q", "-P", PASSWORD, "a.zip", "a.csv"], cwd=tmp_path, check=True)
    packed = (tmp_path / "a.zip").read_bytes()
    for name in ("a.csv", "a.zip"):
        (tmp_path / name).unlink()
    assert Found(tmp_path, packed, [PASSWORD]).numbers == NUMBERS
    cut = Found(tmp_path, packed[: len(packed) - 90], [PASSWORD])
    assert cut.numbers == NUMBERS
    assert cut.unread


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_password_files(encoding: str, end: str, tmp_path: Path) -> None:
    (tmp_path / "passwords").write_bytes(end.join(["a b ", "", "é", "a b ", " "]).encode(encoding))
    assert read_passwords(tmp_path / "passwords") == ("a b ", "é", " ")


def test_password_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="No such file"):
        read_passwords(tmp_path / "nowhere")
    (tmp_path / "words").write_bytes(b"word\n" * 300_000)
    with pytest.raises(ScanError, match="too long"):
        read_passwords(tmp_path / "words")
