"""The A/B codewords of an extract's recipients: Tardos codes (J. ACM 55, 2008) with two biases, drawn by key."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from honeytokens.markers import Draws
from honeytokens.model import Salt

_WHOLE = 100


def chances(key: bytes, salt: Salt) -> NDArray[np.float64]:
    """Return how often variant B is drawn in each shared row, shape (rows,): the bias, or one minus it, at random.

    ``key`` is the salt's 32-byte key. Nobody who compares copies can tell which variant is the rarer one.
    """
    flipped = _draws(key, salt).chance("salt/bias", 1, 2)
    return np.where(flipped, _WHOLE - salt.bias, salt.bias) / _WHOLE


def word_of(key: bytes, salt: Salt, recipient: int) -> NDArray[np.bool_]:
    """Return whether each shared row is in variant B in the copy of a recipient (by number), shape (rows,)."""
    draws = _draws(key, salt)
    parts = np.rint(chances(key, salt) * _WHOLE).astype(np.int64)
    return draws.chance("salt/word", parts, _WHOLE, recipient)


def _draws(key: bytes, salt: Salt) -> Draws:
    return Draws(key, np.asarray(salt.shared, dtype=np.uint64))
