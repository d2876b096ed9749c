"""The keyring: what opens it, what does not, and what its subkeys are bound to."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from honeytokens.errors import KeyringError, OutputError
from honeytokens.keys import Keyring
from honeytokens.locks import KeyLock, Lock, PassphraseLock

GOLDEN = "bbc207de25ddd32decfdbb00428d9945e75d44b46026cd40af6d48b98e72068b"
PASSPHRASE = PassphraseLock(b"correct horse battery staple")
KEY = KeyLock(bytes(range(32)))
MASTER = bytes(range(100, 132))

Saved = tuple[Path, Keyring, Lock]


@pytest.fixture(scope="module", params=[PASSPHRASE, KEY], ids=["passphrase", "key"])
def saved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Saved:
    path = tmp_path_factory.mktemp("home") / "keyring.json"
    keyring = Keyring.generate()
    keyring.save(path, request.param)
    return path, keyring, request.param


def written(folder: Path, content: bytes) -> Path:
    path = folder / "keyring.json"
    path.unlink(missing_ok=True)
    path.touch(0o600)
    path.write_bytes(content)
    return path


def by_hand(kdf: dict[str, Any], sealing_key: bytes) -> bytes:
    """A keyring file of format 1, made without the code under test."""
    header = {"format": "honeytokens-keyring", "version": 1, "kdf": kdf, "nonce": text(bytes(12))}
    authenticated = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    sealed = AESGCM(sealing_key).encrypt(bytes(12), json.dumps([text(MASTER)]).encode(), authenticated)
    return json.dumps({**header, "sealed": text(sealed)}, indent=1).encode() + b"\n"


def text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


SALT = bytes(range(16))
BY_PASSPHRASE = by_hand(
    {"name": "scrypt", "n": 16, "r": 8, "p": 1, "salt": text(SALT)},
    Scrypt(salt=SALT, length=32, n=16, r=8, p=1).derive(PASSPHRASE.passphrase),
)
BY_KEY = by_hand(
    {"name": "hkdf-sha256", "salt": text(SALT)}, HKDF(SHA256(), 32, SALT, b"honeytokens/lock/v1/key").derive(KEY.key)
)
BOTH = pytest.mark.parametrize(("content", "lock"), [(BY_PASSPHRASE, PASSPHRASE), (BY_KEY, KEY)])


def test_what_was_saved_is_opened(saved: Saved) -> None:
    path, keyring, lock = saved
    assert Keyring.open(path, lock).masters == keyring.masters
    assert Keyring.locked_by(path) is type(lock)
    assert path.stat().st_mode & 0o777 == 0o600


@BOTH
def test_the_format_never_changes(tmp_path: Path, content: bytes, lock: Lock) -> None:
    """Golden: every home that was ever made is opened like this."""
    assert Keyring.open(written(tmp_path, content), lock).masters == (MASTER,)


def test_two_seals_of_one_keyring_have_nothing_in_common(tmp_path: Path) -> None:
    keyring = Keyring.generate()
    documents = []
    for name in ("one", "two"):
        keyring.save(tmp_path / name, KEY)
        documents.append(json.loads((tmp_path / name).read_bytes()))
    assert documents[0]["kdf"]["salt"] != documents[1]["kdf"]["salt"]
    assert documents[0]["nonce"] != documents[1]["nonce"]
    assert documents[0]["sealed"] != documents[1]["sealed"]


WRONG = [
    (PASSPHRASE, PassphraseLock(b"incorrect horse"), "wrong passphrase.*Try the passphrase"),
    (KEY, KeyLock(bytes(range(1, 33))), "wrong key.*Try the key"),
    (PASSPHRASE, KEY, "locked by a passphrase, not by a key. Use --passphrase-file"),
    (KEY, PASSPHRASE, "locked by a key, not by a passphrase. Use --key-file or --key-command"),
]


@pytest.mark.parametrize(("lock", "tried", "said"), WRONG)
def test_another_lock_opens_nothing(tmp_path: Path, lock: Lock, tried: Lock, said: str) -> None:
    path = tmp_path / "keyring.json"
    Keyring.generate().save(path, lock)
    with pytest.raises(KeyringError, match=said):
        Keyring.open(path, tried)


def test_the_file_holds_no_secret(saved: Saved) -> None:
    path, keyring, lock = saved
    content = path.read_bytes()
    for secret in (keyring.masters[0], lock.written, bytes.fromhex(keyring.masters[0].hex())):
        for form in (secret, secret.hex().encode(), base64.b64encode(secret)):
            assert form not in content
    assert repr(keyring) == "Keyring()"
    assert repr(lock) in ("PassphraseLock()", "KeyLock()")


def test_a_keyring_is_never_overwritten(saved: Saved) -> None:
    path, _, lock = saved
    before = path.read_bytes()
    with pytest.raises(OutputError, match="exists"):
        Keyring.generate().save(path, lock)
    assert path.read_bytes() == before


def set_in(*keys: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        for key in keys[:-1]:
            document = document[key]
        document[keys[-1]] = value

    return change


def drop(*keys: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        for key in keys[:-1]:
            document = document[key]
        del document[keys[-1]]

    return change


TAMPERED: list[tuple[bytes, Callable[[dict[str, Any]], None], str]] = [
    (BY_PASSPHRASE, set_in("kdf", "n", value=2), "changed"),
    (BY_PASSPHRASE, set_in("kdf", "n", value=3), "damaged"),
    (BY_PASSPHRASE, set_in("kdf", "n", value=0), "damaged"),
    (BY_PASSPHRASE, set_in("kdf", "n", value=-16), "damaged"),
    (BY_PASSPHRASE, set_in("kdf", "n", value=2**40), "damaged"),
    (BY_PASSPHRASE, set_in("kdf", "n", value=16.0), "damaged"),
    (BY_PASSPHRASE, set_in("kdf", "n", value="16"), "damaged"),
    (BY_PASSPHRASE, set_in("kdf", "n", value=float("inf")), "damaged"),
    (BY_PASSPHRASE, set_in("kdf", "r", value=1000), "damaged"),
    (BY_PASSPHRASE, set_in("kdf", "p", value=1000), "damaged"),
    (BY_PASSPHRASE, set_in("kdf", "more", value=1), "changed"),
    (BY_PASSPHRASE, set_in("more", value=1), "changed"),
    (BY_PASSPHRASE, set_in("kdf", "name", value="argon2id"), "damaged"),
    (BY_PASSPHRASE, set_in("kdf", "name", value="hkdf-sha256"), "locked by a key"),
    (BY_KEY, set_in("kdf", "name", value="scrypt"), "locked by a passphrase"),
    (BY_KEY, set_in("kdf", "n", value=16), "damaged"),
    (BY_KEY, set_in("kdf", value=["hkdf-sha256"]), "damaged"),
    (BY_KEY, set_in("kdf", "salt", value=text(bytes(16))), "changed"),
    (BY_KEY, set_in("kdf", "salt", value=7), "damaged"),
    (BY_KEY, set_in("nonce", value="*"), "damaged"),
    (BY_KEY, set_in("nonce", value="é"), "damaged"),
    (BY_KEY, set_in("nonce", value=""), "damaged"),
    (BY_KEY, set_in("nonce", value=text(bytes(3))), "damaged"),
    (BY_KEY, set_in("nonce", value=text(bytes([1]) * 12)), "changed"),
    (BY_KEY, set_in("sealed", value=""), "changed"),
    (BY_KEY, set_in("sealed", value=text(bytes(40))), "changed"),
    (BY_KEY, set_in("version", value=99), "newer version.*Upgrade"),
    (BY_KEY, set_in("version", value=0), "damaged"),
    (BY_KEY, set_in("version", value=1.0), "damaged"),
    (BY_KEY, set_in("version", value=None), "damaged"),
    *((BY_KEY, drop(*keys), "damaged") for keys in (("version",), ("kdf",), ("kdf", "salt"), ("nonce",), ("sealed",))),
]


@pytest.mark.parametrize(("content", "tamper", "said"), TAMPERED)
def test_a_tampered_keyring_is_refused(
    tmp_path: Path, content: bytes, tamper: Callable[[dict[str, Any]], None], said: str
) -> None:
    document = json.loads(content)
    tamper(document)
    path = written(tmp_path, json.dumps(document, indent=1).encode() + b"\n")
    with pytest.raises(KeyringError, match=said):
        Keyring.open(path, PASSPHRASE if content is BY_PASSPHRASE else KEY)


def test_the_header_of_another_seal_is_refused(tmp_path: Path) -> None:
    keyring = Keyring.generate()
    keyring.save(tmp_path / "other.json", KEY)
    document = json.loads((tmp_path / "other.json").read_bytes())
    document["sealed"] = json.loads(BY_KEY)["sealed"]
    with pytest.raises(KeyringError, match="changed"):
        Keyring.open(written(tmp_path, json.dumps(document, indent=1).encode() + b"\n"), KEY)


@BOTH
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_byte_may_differ(tmp_path: Path, content: bytes, lock: Lock, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(content) - 1))
    flip = data.draw(st.integers(1, 255))
    damaged = content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :]
    with pytest.raises(KeyringError):
        Keyring.open(written(tmp_path, damaged), lock)


@BOTH
def test_each_byte_counts(tmp_path: Path, content: bytes, lock: Lock) -> None:
    for place in range(len(content)):
        for flip in (1, 0x20):
            damaged = content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :]
            with pytest.raises(KeyringError):
                Keyring.open(written(tmp_path, damaged), lock)


@BOTH
def test_a_truncated_keyring_is_refused(tmp_path: Path, content: bytes, lock: Lock) -> None:
    for length in range(len(content)):
        with pytest.raises(KeyringError, match="damaged"):
            Keyring.open(written(tmp_path, content[:length]), lock)


NO_KEYRING = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"format": "other"}',
    b'{"format": []}',
    b"\xff\xfe\x00",
    b"[" * 50_000,
    b"9" * 50_000,
    b'"' + b"x" * 100_000,
    BY_KEY + b"\n",
    BY_KEY.replace(b"\n", b"\r\n"),
    b"\xef\xbb\xbf" + BY_KEY,
    BY_KEY.decode().encode("utf-16"),
]


@pytest.mark.parametrize("content", NO_KEYRING, ids=range(len(NO_KEYRING)))
def test_what_is_no_keyring_is_refused(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    with pytest.raises(KeyringError, match=r"damaged or is not a keyring.*recovery"):
        Keyring.open(path, KEY)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_keyring_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path, BY_KEY)
    path.chmod(mode)
    with pytest.raises(KeyringError, match="chmod 600"):
        Keyring.open(path, KEY)


def test_a_missing_keyring_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="honeytokens init"):
        Keyring.open(tmp_path / "keyring.json", KEY)
    with pytest.raises(KeyringError, match="honeytokens init"):
        Keyring.locked_by(tmp_path / "keyring.json")


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
