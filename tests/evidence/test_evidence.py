"""The evidence log: the hashing of RFC 9162, signed checkpoints, and a check that names whatever was tampered with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from honeytokens.errors import EvidenceError
from honeytokens.evidence import (
    Checkpoint,
    Logged,
    Tree,
    VerifierKey,
    bundle,
    check,
    leaf_hash,
    leaf_of,
    opened,
    sign,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = VerifierKey("log.example", KEY.public_key())
SALT = bytes(32)

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The roots that certificate transparency's reference gives of these leaves."""


def test_the_roots_are_the_published_ones() -> None:
    tree = Tree()
    assert tree.root().hex() == hashlib.sha256(b"").hexdigest()
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        tree.append(leaf_hash(bytes.fromhex(leaf)))
        assert tree.root().hex() == root


def _root_as_defined(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + _root_as_defined(leaves[:k]) + _root_as_defined(leaves[k:])).digest()


@given(st.lists(st.binary(max_size=20), max_size=70))
def test_roots_of_any_list_are_those_of_the_definition(leaves: list[bytes]) -> None:
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
    assert (tree.size, tree.root()) == (len(leaves), _root_as_defined(leaves))


def test_a_checkpoint_is_a_signed_note() -> None:
    note = sign(Checkpoint("log.example", 3, bytes(32)), KEY)
    assert note.startswith(f"log.example\n3\n{'A' * 43}=\n\n\N{EM DASH} log.example ")
    assert opened(note, [PUBLIC]) == Checkpoint("log.example", 3, bytes(32))
    assert VerifierKey.parse(str(PUBLIC)) == PUBLIC
    other = VerifierKey("log.example", Ed25519PrivateKey.generate().public_key())
    for wrong in (note.replace("\n3\n", "\n4\n"), note[:-9] + "AAAAAAA=\n", "nonsense", ""):
        with pytest.raises(EvidenceError):
            opened(wrong, [PUBLIC])
    with pytest.raises(EvidenceError, match="not signed"):
        opened(note, [other])
    for damaged in (str(PUBLIC)[:-4], str(PUBLIC).replace("+", "-"), "x+00000000+AAAA"):
        with pytest.raises(EvidenceError):
            VerifierKey.parse(damaged)


def lines(count: int = 20, marks: Sequence[int] = (8, 20)) -> list[str]:
    entries = []
    for number in range(1, count + 1):
        content = f'{{"look": {number}}}'.encode()
        entries.append(Logged(leaf_of(number, "2026-11-27", "look", str(number), SALT, content), SALT, content))
    tree, notes = Tree(), []
    for entry in entries:
        tree.append(leaf_hash(entry.leaf.encode()))
        if tree.size in marks:
            notes.append(sign(Checkpoint("log.example", tree.size, tree.root()), KEY))
    return list(bundle(entries, notes))


def test_an_honest_bundle_is_proven() -> None:
    found = check(lines(), [PUBLIC])
    assert (found.proven, found.after, found.contents, found.faults) == (20, 0, 20, ())


def test_a_changed_content_is_named() -> None:
    changed = lines()
    changed[7] = changed[7].replace('{\\"look\\": 7}', '{\\"look\\": 8}')
    assert check(changed, [PUBLIC]).faults == ("the content of entry 7 is not what was logged",)


def test_a_changed_entry_is_named() -> None:
    changed = lines()
    changed[12] = changed[12].replace("2026-11-27", "2026-11-28")
    assert check(changed, [PUBLIC]).faults[0] == "entry 12 was changed"


def test_an_entry_forged_with_its_hash_is_named_by_the_checkpoints_around_it() -> None:
    forged = lines()
    row = json.loads(forged[12])
    row["leaf"] = row["leaf"].replace("2026-11-27", "2026-11-28")
    row["leaf_hash"] = leaf_hash(row["leaf"].encode()).hex()
    forged[12] = json.dumps(row)
    (fault,) = check(forged, [PUBLIC]).faults
    assert "entries 9 to 20" in fault


def test_a_removed_entry_and_one_moved_are_named() -> None:
    removed = lines()
    del removed[5]
    assert "entry 6 stands where entry 5 belongs" in check(removed, [PUBLIC]).faults[0]
    moved = lines()
    moved[3], moved[4] = moved[4], moved[3]
    faults = check(moved, [PUBLIC]).faults
    assert "entry 4 stands where entry 3 belongs" in faults[0]
    assert "entry 3 stands where entry 4 belongs" in faults[1]


def test_a_log_that_was_cut_or_put_back_is_told_by_a_checkpoint() -> None:
    assert "entries 16 to 20 are missing" in check(lines()[:16], [PUBLIC]).faults[0]
    # Whoever holds the key can sign a shorter log anew: a checkpoint that was kept elsewhere shows it.
    kept = json.loads(lines()[0])["checkpoints"][-1]
    shorter = lines(15, (15,))
    assert check(shorter, [PUBLIC]).faults == ()
    assert "entries 16 to 20 are missing" in check(shorter, [PUBLIC], [kept]).faults[0]


@pytest.mark.parametrize("head", ["", "nonsense", "[]", '{"version": 2, "checkpoints": []}', '{"version": 1}'])
def test_what_is_no_bundle_is_refused(head: str) -> None:
    with pytest.raises(EvidenceError):
        check([head, *lines()[1:]], [PUBLIC])


def test_a_bundle_without_a_checkpoint_proves_nothing() -> None:
    with pytest.raises(EvidenceError, match="no checkpoint"):
        check(lines(marks=()), [PUBLIC])
