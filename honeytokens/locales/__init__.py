"""Countries: names, places, phones, identifiers and how frequent they are. One module for each, loaded when asked for.

This room never draws but through keyed draws, never opens a network connection, and holds no data of a real person.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from honeytokens.errors import UnknownNameError

if TYPE_CHECKING:
    import polars as pl

    from honeytokens.locales.interface import Locale
    from honeytokens.markers import Draws

    Ceiling = Callable[[Draws, pl.DataFrame], pl.Series]


def _fr_fr() -> Locale:
    from honeytokens.locales.fr_fr import FrFr  # noqa: PLC0415

    return FrFr()


def _en_gb() -> Locale:
    from honeytokens.locales.en_gb import EnGb  # noqa: PLC0415

    return EnGb()


def _fr_be() -> Locale:
    from honeytokens.locales.fr_be import FrBe  # noqa: PLC0415

    return FrBe()


def _fr_lu() -> Locale:
    from honeytokens.locales.fr_lu import FrLu  # noqa: PLC0415

    return FrLu()


def _en_us() -> Locale:
    from honeytokens.locales.en_us import EnUs  # noqa: PLC0415

    return EnUs()


_LOADERS: dict[str, Callable[[], Locale]] = {
    "fr_fr": _fr_fr,
    "en_gb": _en_gb,
    "fr_be": _fr_be,
    "fr_lu": _fr_lu,
    "en_us": _en_us,
}


def codes() -> tuple[str, ...]:
    """Return the codes of the locales that there are."""
    return tuple(_LOADERS)


def get(code: str) -> Locale:
    """Return the locale of a code such as ``fr_fr``; raise ``UnknownNameError``, naming the known ones, for another."""
    if code not in _LOADERS:
        raise UnknownNameError(f"There is no locale {code!r}", f"Choose one of: {', '.join(codes())}")
    return _LOADERS[code]()


def _fr_fr_ceiling() -> Ceiling:
    from honeytokens.locales.fr_fr.identifiers import above_ceiling  # noqa: PLC0415

    return above_ceiling


_CEILINGS: dict[str, Callable[[], Ceiling]] = {"fr_fr": _fr_fr_ceiling}


def ceiling_of(code: str) -> Ceiling | None:
    """Return what draws national numbers above all that are given out, null for who has none; ``None`` without one."""
    return _CEILINGS[code]() if code in _CEILINGS else None


__all__ = ["ceiling_of", "codes", "get"]
