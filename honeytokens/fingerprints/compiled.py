"""The compiler: functions over columns, made at once, and kept on disk where there is room for them.

What is kept is made anew when any file of compiled functions changes: their contents are in the names under which it is
kept. Importing any of them loads the compiler (about 0.3 s).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]
integer = cast("Callable[[object], int]", np.int64)
"""Makes a whole number with a sign of any number: one without mixed with one with a sign becomes a fraction."""

F = TypeVar("F", bound=Callable[..., object])


def column(kind: types.Type, dimensions: int = 1) -> types.Type:
    """Return the type of a column that is only read."""
    return types.Array(kind, dimensions, "C", readonly=True)


def made(kind: types.Type, dimensions: int = 1) -> types.Type:
    """Return the type of a column that a function makes."""
    return types.Array(kind, dimensions, "C")


def together(*kinds: types.Type) -> types.Type:
    """Return the type of several results."""
    return types.Tuple(kinds)  # type: ignore[no-untyped-call]


def compiled(returns: types.Type, *takes: types.Type) -> Callable[[F], F]:
    """Compile a function at once, or load what was compiled before; keep it on disk where there is room for it."""
    signature = returns(*takes)

    def decorate(function: F) -> F:
        function.__qualname__ = f"{function.__qualname__}-{_version(function.__code__.co_filename)}"
        try:
            return cast("F", njit(signature, cache=True, nogil=True)(function))
        except Exception:  # noqa: BLE001 - no folder to write to, a full disk, or what was kept is damaged
            return cast("F", njit(signature, nogil=True)(function))

    return decorate


@cache
def _version(file: str) -> str:
    """Return a digest of a file of compiled functions and of those that it may call into."""
    state = hashlib.sha256()
    for path in sorted({Path(file), *Path(__file__).parent.glob("byte_*.py")}):
        state.update(path.read_bytes())
    return state.hexdigest()[:12]


def part(function: F) -> F:
    """Let the compiler put a function into those that call it. It makes no arrays, so that none need be counted."""
    return cast("F", njit(_nrt=False)(function))  # type: ignore[call-overload]
