"""What a keyring is locked by: what is read as a secret, what is refused, and that a lock tells nothing."""

from __future__ import annotations

import base64
import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honeytokens.errors import KeyringError
from honeytokens.locks import LOCKS, KeyLock, Lock, PassphraseLock

RAW = bytes.fromhex("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
HEX = RAW.hex().encode()
BASE64 = base64.b64encode(RAW)
ONE_OF_EACH = [PassphraseLock(b"correct horse"), KeyLock(RAW)]


def test_every_lock_is_tried_below() -> None:
    assert {type(lock) for lock in ONE_OF_EACH} == set(LOCKS.values())


@pytest.mark.parametrize("lock", ONE_OF_EACH)
def test_a_lock_keeps_its_promises(lock: Lock) -> None:
    kind = type(lock)
    assert LOCKS[lock.derivation] is kind
    assert kind.read(lock.written, "x") == lock
    assert kind.read(lock.written + b"\r\n", "x") == lock
    first, again = (lock.sealing_key(bytes(16), lock.costs) for _ in range(2))
    assert (len(first), first) == (32, again)
    assert lock.sealing_key(b"another salt....", lock.costs) != first
    assert repr(lock) == f"{kind.__name__}()"
    with pytest.raises(KeyringError, match=r"here.* is empty"):
        kind.read(b"\n", "here")


@given(st.binary(min_size=1, max_size=40).filter(lambda secret: secret.rstrip(b"\r\n") == secret))
def test_any_bytes_are_a_passphrase(secret: bytes) -> None:
    assert PassphraseLock.read(secret + b"\n", "x").passphrase == secret


@pytest.mark.parametrize("content", [HEX, HEX.upper(), HEX + b"\n", b" " + BASE64 + b"\r\n", BASE64, RAW])
def test_a_key_is_read_in_each_form(content: bytes) -> None:
    assert KeyLock.read(content, "x").key == RAW


NO_KEY = {
    "too short hex": HEX[:-2],
    "odd hex": HEX[:-1],
    "half a key in hex": HEX[:32],
    "too long hex": HEX + b"00",
    "two keys": HEX + b"\n" + HEX,
    "hex with a prefix": b"0x" + HEX,
    "hex with colons": HEX.hex(":").encode(),
    "a wrong letter": HEX[:-1] + b"g",
    "base64 without padding": BASE64[:-1],
    "base64 of 31 bytes": base64.b64encode(RAW[:31]),
    "base64 of 33 bytes": base64.b64encode(RAW + b"x"),
    "base64 for the web": b"-_" + BASE64[2:],
    "31 bytes": RAW[:31],
    "33 bytes": RAW + b"\n",
    "a password of 32 letters": b"correct horse battery staple 123",
    "a password of 32 bytes": "cheval exact, agrafe et piléé".encode(),
    "a line of 32 bytes": b"correct horse battery staple 12\n",
    "zeros": b"0" * 64,
    "raw zeros": bytes(32),
    "a pattern": b"deadbeef" * 8,
    "a page": b"<!doctype html>" * 20,
    "text of two bytes a letter": HEX.decode().encode("utf-16"),
}


@pytest.mark.parametrize("content", NO_KEY.values(), ids=NO_KEY)
def test_what_is_no_key_is_refused_without_showing_it(content: bytes) -> None:
    with pytest.raises(KeyringError, match=r"^here holds no key\. Give 32 random bytes") as refused:
        KeyLock.read(content, "here")
    assert content.decode(errors="replace")[:8] not in str(refused.value)


@given(st.binary(max_size=200))
def test_a_key_is_32_bytes_or_refused(content: bytes) -> None:
    with suppress(KeyringError):
        assert len(KeyLock.read(content, "x").key) == 32


def test_generated_keys_differ() -> None:
    keys = {KeyLock.generate().key for _ in range(50)}
    assert len(keys) == 50


@pytest.mark.parametrize("costs", [{}, {"n": 16, "r": 8}, {"n": 16, "r": 8, "p": 2}, {"n": 2**21, "r": 8, "p": 1}])
def test_scrypt_is_bounded(costs: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="costs of scrypt"):
        PassphraseLock(b"x").sealing_key(bytes(16), costs)


def test_too_little_memory_is_said() -> None:
    code = (
        "import resource\n"
        "from honeytokens.errors import KeyringError\n"
        "from honeytokens.locks import PassphraseLock\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 2**25, used + 2**25))\n"
        "try:\n"
        "    PassphraseLock(b'x').sealing_key(bytes(16), PassphraseLock.costs)\n"
        "except KeyringError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30)
    assert "128 MiB are needed. Free some memory." in done.stdout, done.stderr
