"""The keyed order of a pool: FF1 as NIST publishes it, nothing given twice, a value leads back to its index."""

from __future__ import annotations

from hashlib import sha256
from math import ceil

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from honeytokens.markers import Permutation
from honeytokens.markers.draws import U64
from honeytokens.markers.ff1 import FF1
from honeytokens.markers.permutation import MAX_SIZE

KEY = bytes(range(32))
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
AES128 = "2B7E151628AED2A6ABF7158809CF4F3C"
AES192 = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F"
AES256 = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94"
NIST = [
    (AES128, 10, "", "0123456789", "2433477484"),
    (AES128, 10, "39383736353433323130", "0123456789", "6124200773"),
    (AES128, 36, "3737373770717273373737", "0123456789abcdefghi", "a9tv40mll9kdu509eum"),
    (AES192, 10, "", "0123456789", "2830668132"),
    (AES192, 10, "39383736353433323130", "0123456789", "2496655549"),
    (AES192, 36, "3737373770717273373737", "0123456789abcdefghi", "xbj3kv35jrawxv32ysr"),
    (AES256, 10, "", "0123456789", "6657667009"),
    (AES256, 10, "39383736353433323130", "0123456789", "1001623463"),
    (AES256, 36, "3737373770717273373737", "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"),
]
"""Samples 1 to 9 of the examples that NIST publishes beside SP 800-38G."""

GOLDEN = {
    10**6: [920033, 288660, 32463],
    10**9: [804419993, 96110649, 325158884],
    10**18: [125947797874620482, 405243152938179324, 479255287130290953],
}
"""The first two values and the last, computed apart with the plain FF1 of this file."""

keys = st.sampled_from([16, 24, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size))
large_sizes = st.integers(6, 18).map(lambda digits: 10**digits)


def plain_ff1(key: bytes, radix: int, tweak: bytes, numerals: list[int]) -> list[int]:
    """FF1.Encrypt step by step, as algorithm 7 of the standard is written, on Python's whole numbers."""

    def num(string: list[int]) -> int:
        total = 0
        for numeral in string:
            total = total * radix + numeral
        return total

    n, t = len(numerals), len(tweak)
    u, v = n // 2, n - n // 2
    a, b_half = numerals[:u], numerals[u:]
    bits = (radix**v - 1).bit_length()
    b = ceil(bits / 8)
    d = 4 * ceil(b / 4) + 4
    p = bytes([1, 2, 1]) + radix.to_bytes(3, "big") + bytes([10, u % 256]) + n.to_bytes(4, "big") + t.to_bytes(4, "big")
    for i in range(10):
        q = tweak + bytes((-t - b - 1) % 16) + bytes([i]) + num(b_half).to_bytes(b, "big")
        r = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor().update(p + q)[-16:]
        y = int.from_bytes(r[:d], "big")
        m = u if i % 2 == 0 else v
        c = (num(a) + y) % radix**m
        a, b_half = b_half, [c // radix**place % radix for place in reversed(range(m))]
    return a + b_half


def column(number: int) -> U64:
    return np.array([number], dtype=np.uint64)


def halves(string: str, radix: int) -> tuple[U64, U64]:
    middle = len(string) // 2
    return column(int(string[:middle], radix)), column(int(string[middle:], radix))


def in_digits(number: int, length: int) -> list[int]:
    return [int(digit) for digit in str(number).zfill(length)]


@pytest.mark.parametrize(("key", "radix", "tweak", "plain", "enciphered"), NIST)
def test_ff1_is_the_one_that_nist_publishes(key: str, radix: int, tweak: str, plain: str, enciphered: str) -> None:
    ff1 = FF1.of(bytes.fromhex(key), radix, len(plain), bytes.fromhex(tweak))
    assert ff1.encrypt(*halves(plain, radix)) == halves(enciphered, radix)
    assert ff1.decrypt(*halves(enciphered, radix)) == halves(plain, radix)


@pytest.mark.parametrize(("key", "radix", "tweak", "plain", "enciphered"), NIST)
def test_the_plain_ff1_of_these_tests_is_the_one_that_nist_publishes(
    key: str, radix: int, tweak: str, plain: str, enciphered: str
) -> None:
    numerals = plain_ff1(bytes.fromhex(key), radix, bytes.fromhex(tweak), [DIGITS.index(char) for char in plain])
    assert "".join(DIGITS[numeral] for numeral in numerals) == enciphered


@given(st.data(), keys, st.integers(2, 2**16), st.binary(max_size=40))
def test_columns_agree_with_the_plain_ff1(data: st.DataObject, key: bytes, radix: int, tweak: bytes) -> None:
    shortest = next(length for length in range(2, 21) if radix**length >= 10**6)
    longest = next(length for length in range(shortest, 120) if radix ** ((length + 2) // 2) > 2**56)
    length = data.draw(st.integers(shortest, longest))
    ff1 = FF1.of(key, radix, length, tweak)
    first, second = ff1.moduli
    pairs = data.draw(
        st.lists(st.tuples(st.integers(0, first - 1), st.integers(0, second - 1)), min_size=1, max_size=3)
    )
    left, right = (np.array(half, dtype=np.uint64) for half in zip(*pairs, strict=True))
    enciphered = ff1.encrypt(left, right)
    for row, pair in enumerate(pairs):
        whole = pair[0] * second + pair[1]
        numerals = [whole // radix**place % radix for place in reversed(range(length))]
        expected = 0
        for numeral in plain_ff1(key, radix, tweak, numerals):
            expected = expected * radix + numeral
        assert divmod(expected, second) == (enciphered[0][row], enciphered[1][row])
    again = ff1.decrypt(*enciphered)
    assert (again[0] == left).all()
    assert (again[1] == right).all()


@pytest.mark.parametrize(
    ("size", "radix", "length"),
    [(32, 10, 5), (32, 2, 19), (32, 1, 9), (32, 2**16 + 1, 4), (32, 2, 114), (32, 10, 34), (31, 10, 9), (0, 10, 9)],
)
def test_settings_that_ff1_does_not_take_are_refused(size: int, radix: int, length: int) -> None:
    with pytest.raises(ValueError, match=r"FF1 takes|Invalid key size"):
        FF1.of(bytes(size), radix, length)


@given(large_sizes, st.data())
def test_a_large_pool_is_ff1_of_the_digits(size: int, data: st.DataObject) -> None:
    length = len(str(size)) - 1
    indices = data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=4))
    values = Permutation.of(KEY, size).value(np.array(indices)).tolist()
    for index, value in zip(indices, values, strict=True):
        assert plain_ff1(KEY, 10, b"", in_digits(index, length)) == in_digits(value, length)


def test_orders_never_change() -> None:
    """Golden: a change here would give the values of planted decoys to others."""
    assert Permutation.of(KEY, 10).value(np.arange(10)).tolist() == [3, 7, 9, 0, 6, 5, 1, 4, 2, 8]
    ends = np.array([0, 1, 2, 999_998])
    assert Permutation.of(KEY, 999_999).value(ends).tolist() == [956304, 900113, 612248, 769159]
    whole = Permutation.of(KEY, 10_000).value(np.arange(10_000)).astype("<i8").tobytes()
    assert sha256(whole).hexdigest() == "2f62a9acaf9be6e5b2ac23283742f9435d181551ab86bb256e45c19ea73c3a43"
    for size, expected in GOLDEN.items():
        assert Permutation.of(KEY, size).value(np.array([0, 1, size - 1])).tolist() == expected


@given(st.integers(1, 5000))
def test_a_small_pool_gives_each_value_once(size: int) -> None:
    order = Permutation.of(KEY, size)
    values = order.value(np.arange(size))
    assert sorted(values.tolist()) == list(range(size))
    assert order.index(values).tolist() == list(range(size))


def test_a_pool_of_a_million_gives_each_value_once() -> None:
    values = Permutation.of(KEY, 10**6).value(np.arange(10**6))
    assert (np.bincount(values, minlength=10**6) == 1).all()


@given(large_sizes, st.binary(min_size=32, max_size=32), st.data())
def test_a_value_of_a_large_pool_leads_back_to_its_index(size: int, key: bytes, data: st.DataObject) -> None:
    order = Permutation.of(key, size)
    indices = np.array(data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=20, unique=True)))
    values = order.value(indices)
    assert ((values >= 0) & (values < size)).all()
    assert len(set(values.tolist())) == len(indices)
    assert (order.index(values) == indices).all()
    assert (order.value(order.index(indices)) == indices).all()


@pytest.mark.parametrize("size", [1000, 10**6, 10**9])
def test_an_index_has_the_same_value_alone_and_in_a_batch(size: int) -> None:
    order = Permutation.of(KEY, size)
    batch = order.value(np.arange(500))
    assert [int(order.value(np.array([index]))[0]) for index in range(0, 500, 99)] == batch[::99].tolist()
    assert order.value(np.arange(0)).tolist() == []


@pytest.mark.parametrize("size", [1000, 10**6, 10**9])
def test_an_order_depends_on_its_key(size: int) -> None:
    start = np.arange(1000)
    assert (Permutation.of(KEY, size).value(start) == Permutation.of(bytes(32), size).value(start)).sum() < 20


def test_an_order_shows_nothing_of_itself() -> None:
    assert repr(Permutation.of(KEY, 1000)) == "_Shuffled()"
    assert repr(Permutation.of(KEY, 10**9)) == "_Enciphered(cipher=FF1(moduli=(10000, 100000)))"


@pytest.mark.parametrize("size", [0, -1, MAX_SIZE + 1, 10 * MAX_SIZE, 10**6 + 1, 2 * 10**6])
def test_a_pool_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=r"a pool (holds|of more)"):
        Permutation.of(KEY, size)


@pytest.mark.parametrize(("size", "number"), [(1000, 1000), (1000, -1), (10**9, 10**9), (10**9, -1)])
def test_a_number_that_is_not_in_the_pool_is_refused(size: int, number: int) -> None:
    order = Permutation.of(KEY, size)
    for look_up in (order.value, order.index):
        with pytest.raises(ValueError, match="not in 0 to"):
            look_up(np.array([0, number]))
