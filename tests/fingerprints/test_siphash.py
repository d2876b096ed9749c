"""SipHash-2-4 against its authors' vectors, and the three ways to hash a column against one message at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from honeytokens.fingerprints.siphash import siphash, siphash_column, siphash_pairs, siphash_pairs_within

KEY = np.frombuffer(bytes(range(16)), dtype=np.uint64)
VECTORS = bytes.fromhex(
    """
    310e0edd47db6f72 fd67dc93c539f874 5a4fa9d909806c0d 2d7efbd796666785 b7877127e09427cf 8da699cd64557618
    cee3fe586e46c9cb 37d1018bf50002ab 6224939a79f5f593 b0e4a90bdf82009e f3b9dd94c5bb5d7a a7ad6b22462fb3f4
    fbe50e86bc8f1e75 903d84c02756ea14 eef27a8e90ca23f7 e545be4961ca29a1 db9bc2577fcc2a3f 9447be2cf5e99a69
    9cd38d96f0b3c14b bd6179a71dc96dbb 98eea21af25cd6be c7673b2eb0cbf2d0 883ea3e395675393 c8ce5ccd8c030ca8
    94af49f6c650adb8 eab8858ade92e1bc f315bb5bb835d817 adcf6b0763612e2f a5c91da7acaa4dde 716595876650a2a6
    28ef495c53a387ad 42c341d8fa92d832 ce7cf2722f512771 e37859f94623f3a7 381205bb1ab0e012 ae97a10fd434e015
    b4a31508beff4d31 81396229f0907902 4d0cf49ee5d4dcca 5c73336a76d8bf9a d0a704536ba93e0e 925958fcd6420cad
    a915c29bc8067318 952b79f3bc0aa6d4 f21df2e41d4535f9 87577519048f53a9 10a56cf5dfcd9adb eb75095ccd986cd0
    51a9cb9ecba312e6 96afadfc2ce666c7 72fe52975a4364ee 5a1645b276d592a1 b274cb8ebf87870a 6f9bb4203de7b381
    eaecb2a30b22a87f 9924a43cc1315724 bd838d3aafbf8db7 0b1a2a3265d51aea 135079a3231ce660 932b2846e4d70666
    e1915f5cb1eca46c f325965ca16d629f 575ff28e60381be5 724506eb4c328a95
    """
)
"""SipHash-2-4 of 00 01 02 ... of 0 to 63 bytes, under the key 00 01 ... 0f: the authors' own, from vectors.h (CC0)."""


def alone(message: bytes) -> int:
    return int(siphash(KEY, np.frombuffer(message, dtype=np.uint8)))


@pytest.mark.parametrize("length", range(64))
def test_vectors_of_the_authors(length: int) -> None:
    expected = int.from_bytes(VECTORS[8 * length : 8 * length + 8], "little")
    assert alone(bytes(range(length))) == expected


@given(st.lists(st.binary(min_size=1, max_size=40)))
def test_a_column_is_its_messages_one_by_one(messages: list[bytes]) -> None:
    leads = np.array([message[0] for message in messages], dtype=np.uint8)
    rests = [message[1:] for message in messages]
    offsets = np.cumsum([0, *map(len, rests)])
    hashes = siphash_column(KEY, leads, np.frombuffer(b"".join(rests), dtype=np.uint8), offsets)
    assert hashes.tolist() == [alone(message) for message in messages]


WORDS = st.integers(0, 2**64 - 1)


@given(st.lists(st.tuples(WORDS, WORDS)))
def test_pairs_are_messages_of_sixteen_bytes(pairs: list[tuple[int, int]]) -> None:
    ones, others = (np.array(side, dtype=np.uint64) for side in zip(*pairs, strict=True)) if pairs else ([], [])
    hashes = siphash_pairs(KEY, np.array(ones, dtype=np.uint64), np.array(others, dtype=np.uint64))
    assert hashes.tolist() == [alone(one.to_bytes(8, "little") + other.to_bytes(8, "little")) for one, other in pairs]


@given(st.lists(st.lists(st.tuples(st.integers(0, 2), WORDS), max_size=5), max_size=5))
def test_pairs_within_groups(groups: list[list[tuple[int, int]]]) -> None:
    paired = np.array([[0, 1, 0], [0, 0, 0], [1, 0, 1]], dtype=np.uint8)
    flat = [mark for group in groups for mark in group]
    hashes, found = siphash_pairs_within(
        KEY,
        np.array([lead for lead, _ in flat], dtype=np.uint8),
        np.array([word for _, word in flat], dtype=np.uint64),
        np.cumsum([0, *map(len, groups)]),
        paired,
    )
    expected = [
        (alone(one.to_bytes(8, "little") + other.to_bytes(8, "little")), number)
        for number, group in enumerate(groups)
        for lead, one in group
        for other_lead, other in group
        if paired[lead, other_lead]
    ]
    assert list(zip(hashes.tolist(), found.tolist(), strict=True)) == expected


def test_a_damaged_compilation_is_done_again(tmp_path: Path) -> None:
    command = (
        "from honeytokens.fingerprints.prints import *; print(Printer(bytes(32)).single((Part.PHONE, '612345678')))"
    )

    def run() -> str:
        done = subprocess.run(
            [sys.executable, "-c", command],
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    first = run()
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        path.write_bytes(path.read_bytes()[:40])
    assert run() == first
