"""Values that a decoy takes from what the operator owns: phone numbers, local identifiers, domains."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.errors import PlanRefusedError
from honeytokens.fingerprints.numbers import PHONE_DIGITS, phones
from honeytokens.markers import Permutation
from honeytokens.markers.permutation import MAX_DIGITS
from honeytokens.model import Campaign, Pool, PoolKind, PoolShare, Salt

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no i, l, o, u."""
_PATH_LENGTH = 12
_PATTERNS = (PoolKind.PHONE, PoolKind.LOCAL_ID)
"""The kinds whose pools are patterns, so that each value is given once."""


def size(pool: Pool) -> int:
    """Return how many values a pattern pool holds: 10 to the number of its ``#``."""
    return int(10 ** pool.value.count("#"))


def check(pool: Pool) -> None:
    """Raise :class:`PlanRefusedError` when a pattern pool is empty or larger than can be ordered."""
    if pool.kind in _PATTERNS and not 1 <= pool.value.count("#") <= MAX_DIGITS:
        raise PlanRefusedError(
            f"The {pool.kind} pool {pool.value} must have 1 to {MAX_DIGITS} # signs, one for each digit to fill",
            "Write it like 06 39 98 ## ##; add several pools where one is too small",
        )


def fresh_shares(owned: Sequence[Pool], users: Sequence[Campaign | Salt], count: int) -> tuple[PoolShare, ...]:
    """Return a share of the pools, behind those of all campaigns and salts, for a new one of ``count`` decoys.

    A pattern pool that is too full for its turn of them is left out. Raises :class:`PlanRefusedError` when all pools of
    a kind are.
    """
    shares = []
    for kind in PoolKind:
        ours = [PoolShare(pool, _given(pool, users)) for pool in owned if pool.kind is kind]
        shares += _roomy(ours, count) if kind in _PATTERNS else ours
    return tuple(shares)


def _given(pool: Pool, users: Sequence[Campaign | Salt]) -> int:
    """Return how many values of a pool, from the first of its order on, may have been given to decoys."""
    ends = [0]
    for user in users:
        last = user.reserved - 1 if isinstance(user, Salt) else max(user.serials)
        ours = [share for share in user.recipe.shares if share.pool.kind is pool.kind]
        ends += [share.first + last // len(ours) + 1 for share in ours if share.pool == pool]
    return max(ends)


def _roomy(shares: Sequence[PoolShare], count: int) -> list[PoolShare]:
    """Leave out the fullest pools until each of the others has room for its turn of ``count`` decoys."""
    room = {share.pool: size(share.pool) - share.first for share in shares}
    kept = sorted(shares, key=lambda share: room[share.pool])
    while kept and room[kept[0].pool] * len(kept) < count:
        del kept[0]
    if shares and not kept:
        raise PlanRefusedError(
            f"No {shares[0].pool.kind} pool has room for {count} more decoys", "Plan fewer decoys, or add another pool"
        )
    return [share for share in shares if share in kept]


def fill(
    shares: Sequence[PoolShare],
    kind: PoolKind,
    keys: Mapping[tuple[PoolKind, str], bytes],
    serials: NDArray[np.uint64],
) -> list[str | None]:
    """Return one value of the pattern pools of this kind for each serial; none repeats within a pool.

    Serials take turns over the pools. Raises :class:`PlanRefusedError` when a pool has no value left.
    """
    ours = [share for share in shares if share.pool.kind is kind]
    if not ours:
        return [None] * len(serials)
    values = np.empty(len(serials), dtype=object)
    turns, rounds = serials % np.uint64(len(ours)), serials // np.uint64(len(ours))
    for turn, share in enumerate(ours):
        mine = turns == turn
        if np.any(rounds[mine] >= size(share.pool) - share.first):
            raise PlanRefusedError(
                f"The {kind} pool {share.pool.value} has no value left for this many decoys",
                "Plan fewer decoys, or add another pool",
            )
        order = _order(keys[(kind, share.pool.value)], size(share.pool))
        values[mine] = _filled(share.pool.value, order.value(rounds[mine].astype(np.int64) + share.first))
    return list(values)


def position(pool: Pool, key: bytes, value: str) -> int | None:
    """Return the index, in the pool's keyed order, of a value in any usual spelling; ``None`` if it is not in the pool.

    ``key`` is the pool's 32-byte key. Only pattern pools hold such values.
    """
    pattern, texts = _signs(pool.value), {_signs(value)}
    if pool.kind is PoolKind.PHONE:  # a number may begin with a country code in place of its zero
        if "#" in pattern[:-PHONE_DIGITS]:
            return None
        pattern, texts = pattern[-PHONE_DIGITS:], set(phones(value))
    for text in texts:
        places = list(zip(pattern, text, strict=False))
        if len(text) == len(pattern) and all(a == b or (a == "#" and b.isdecimal()) for a, b in places):
            number = int("".join(b for a, b in places if a == "#"))
            return int(_order(key, size(pool)).index(np.array([number], dtype=np.int64))[0])
    return None


def _signs(text: str) -> str:
    """Return the letters, digits and ``#`` of a text, in capitals."""
    return "".join(char for char in text.upper() if char.isalnum() or char == "#")


@lru_cache(maxsize=8)
def _order(key: bytes, values: int) -> Permutation:
    return Permutation.of(key, values)


def _filled(pattern: str, numbers: NDArray[np.int64]) -> list[str]:
    """Return the pattern with its ``#`` replaced by the digits of each number, leading zeros kept."""
    digits = pl.col("number").cast(pl.String).str.zfill(pattern.count("#"))
    pieces, used = [], 0
    for piece in re.split("(#+)", pattern):
        pieces.append(digits.str.slice(used, len(piece)) if piece.startswith("#") else pl.lit(piece))
        used += piece.count("#")
    return pl.DataFrame({"number": numbers}).select(pl.concat_str(pieces)).to_series().to_list()


def national(numbers: pl.Series, calling_code: str, trunk: str) -> pl.Series:
    """Return the national digits of telephone numbers: ``+33 (0)1 99 00 12 34`` is ``0199001234`` where 33 is home.

    Null where the number is of another country, or null.
    """
    own = numbers.str.replace(rf"^(?:\+|00)[ .-]?{calling_code}[ .-]*(?:\(0\))?", trunk)
    digits = own.str.replace_all(r"\D", "")
    return keep(digits, (~own.str.contains(r"^(?:\+|00)")).fill_null(False).to_numpy())


def domains(shares: Sequence[PoolShare], kind: PoolKind) -> list[str]:
    """Return the owned domains of a kind."""
    return [share.pool.value for share in shares if share.pool.kind is kind]


def keep(values: pl.Series, mask: NDArray[np.bool_]) -> pl.Series:
    """Return the values where the mask holds, null elsewhere."""
    return pl.select(pl.when(pl.Series(mask)).then(values).otherwise(None)).to_series()


def empty(length: int) -> pl.Series:
    """Return a column of nulls."""
    return pl.Series([None] * length, dtype=pl.String)


def path_names(numbers: NDArray[np.uint64]) -> pl.Series:
    """Return a 12-character path for each number (its low 60 bits, in base 32)."""
    letters = np.frombuffer(_ALPHABET.encode(), dtype=np.uint8)
    shifts = np.arange(_PATH_LENGTH, dtype=np.uint64) * np.uint64(5)
    picked = letters[((numbers[:, None] >> shifts) & np.uint64(31)).astype(np.int64)]
    return pl.Series(picked.view(f"S{_PATH_LENGTH}")[:, 0].tolist(), dtype=pl.Binary).cast(pl.String)
