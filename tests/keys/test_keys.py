"""The keyring: what opens it, what does not, and what its subkeys are bound to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from honeytokens.errors import KeyringError, OutputError
from honeytokens.keys import Keyring

GOLDEN = "bbc207de25ddd32decfdbb00428d9945e75d44b46026cd40af6d48b98e72068b"
PASSPHRASE = b"correct horse battery staple"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Keyring]:
    path = tmp_path_factory.mktemp("home") / "keyring.json"
    keyring = Keyring.generate()
    keyring.save(path, PASSPHRASE)
    return path, keyring


def test_what_was_saved_is_opened(saved: tuple[Path, Keyring]) -> None:
    path, keyring = saved
    assert Keyring.open(path, PASSPHRASE).masters == keyring.masters
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_wrong_passphrase_opens_nothing(saved: tuple[Path, Keyring]) -> None:
    with pytest.raises(KeyringError, match="wrong passphrase"):
        Keyring.open(saved[0], b"incorrect horse")


def test_the_file_holds_no_master_key(saved: tuple[Path, Keyring]) -> None:
    path, keyring = saved
    content = path.read_bytes()
    assert keyring.masters[0] not in content
    assert keyring.masters[0].hex().encode() not in content
    assert repr(keyring) == "Keyring()"


def test_an_empty_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="empty"):
        Keyring.generate().save(tmp_path / "keyring.json", b"")
    assert list(tmp_path.iterdir()) == []


def test_a_keyring_is_never_overwritten(saved: tuple[Path, Keyring]) -> None:
    before = saved[0].read_bytes()
    with pytest.raises(OutputError, match="exists"):
        Keyring.generate().save(saved[0], PASSPHRASE)
    assert saved[0].read_bytes() == before


def _flip_sealed(document: dict[str, Any]) -> None:
    sealed = document["sealed"]
    document["sealed"] = ("B" if sealed[0] == "A" else "A") + sealed[1:]


def _weaken(document: dict[str, Any]) -> None:
    document["kdf"]["n"] = 2


def _costly(document: dict[str, Any]) -> None:
    document["kdf"]["n"] = 2**40


def _newer(document: dict[str, Any]) -> None:
    document["version"] = 99


def _no_salt(document: dict[str, Any]) -> None:
    del document["kdf"]["salt"]


def _not_base64(document: dict[str, Any]) -> None:
    document["nonce"] = "*"


@pytest.mark.parametrize(
    ("tamper", "message"),
    [
        (_flip_sealed, "changed"),
        (_weaken, "changed"),
        (_costly, "damaged"),
        (_newer, "newer version"),
        (_no_salt, "damaged"),
        (_not_base64, "damaged"),
    ],
)
def test_a_tampered_keyring_is_refused(
    saved: tuple[Path, Keyring], tmp_path: Path, tamper: Callable[[dict[str, Any]], None], message: str
) -> None:
    document = json.loads(saved[0].read_text())
    tamper(document)
    path = tmp_path / "keyring.json"
    path.touch(0o600)
    path.write_text(json.dumps(document))
    with pytest.raises(KeyringError, match=message):
        Keyring.open(path, PASSPHRASE)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"format": "other"}', b"\xff\xfe\x00"])
def test_what_is_no_keyring_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keyring.json"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(KeyringError, match="damaged or is not a keyring"):
        Keyring.open(path, PASSPHRASE)


def test_a_truncated_keyring_is_refused(saved: tuple[Path, Keyring], tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    path.touch(0o600)
    path.write_bytes(saved[0].read_bytes()[:-30])
    with pytest.raises(KeyringError):
        Keyring.open(path, PASSPHRASE)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_keyring_that_others_can_read_is_refused(saved: tuple[Path, Keyring], tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keyring.json"
    path.write_bytes(saved[0].read_bytes())
    path.chmod(mode)
    with pytest.raises(KeyringError, match="chmod 600"):
        Keyring.open(path, PASSPHRASE)


def test_a_missing_keyring_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="honeytokens init"):
        Keyring.open(tmp_path / "keyring.json", PASSPHRASE)


def test_subkeys_are_bound_to_purpose_and_version() -> None:
    keyring = Keyring((bytes(32), bytes([1]) * 32))
    keys = {keyring.subkey(purpose, version) for purpose in ("a", "b") for version in (1, 2)}
    assert len(keys) == 4
    assert keyring.subkey("a") == keyring.subkey("a", 2)
    with pytest.raises(KeyringError, match="version 3"):
        keyring.subkey("a", 3)


def test_subkeys_never_change() -> None:
    """Golden: everything that was ever planted is decoded with these."""
    assert Keyring((bytes(range(32)),)).subkey("campaign/0011").hex() == GOLDEN
