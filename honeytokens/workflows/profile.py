"""Learning what a hospital system's own patients look like, and keeping it as aggregates, sealed in the home."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from urllib.parse import quote

import numpy as np
import polars as pl

from honeytokens.errors import HoneytokensError, ProfileError
from honeytokens.files import replacing
from honeytokens.keys import Keyring
from honeytokens.locales import codes, get
from honeytokens.locales.interface import Locale
from honeytokens.locales.tables import BITS_CAP
from honeytokens.model import Field
from honeytokens.profiles import Profile, decode, digest, encode, learn
from honeytokens.profiles.abbreviations import written_out
from honeytokens.sealing import Box
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home

FOLDER = "profiles"
_MOST = 200_000
"""How many patients are held in memory at a time: of more, every second one is let go, and again."""
_JUDGED = 20_000
"""How many patients are held against a locale's lists."""
_NAMES = (Field.SURNAME, Field.BIRTH_NAME, Field.FIRST_NAME, Field.BIRTH_PLACE, Field.TOWN, Field.STREET)
_FITS = 50
"""From which per cent of surnames, first names and towns known on a locale is said to fit."""
_SOME_DAY = date(2000, 1, 1)
_BROKEN = r"Ã[\x80-\xbf©¨ª«¯´®§¢]|â€|\x{FFFD}|[\x00-\x08]"
"""What is left of text that was read in the wrong encoding."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """A profile that was learnt and kept: its digest, how many patients the system holds, and the locale's fit."""

    profile: Profile
    digest: str
    patients: int
    fit: int


def learn_profile(
    home: Home,
    system: str,
    *,
    locale: str | None = None,
    every: int = 1,
    on_progress: Callable[[int], None] | None = None,
) -> Learnt:
    """Read a system's patients once, read-only, every ``every``-th of them, and keep their profile in the home.

    Without a ``locale`` the one that knows most of their names is taken. Campaigns that are planned already keep the
    profile that they were planned with. Raises ``MappingError`` or ``SystemUnreachableError``, and ``ProfileError``
    when there are too few patients to learn from; an earlier profile then stays.
    """
    known = home.registry.system(system)
    with open_system(known) as adapter:
        adapter.check()
        table = adapter.host_table()
        wanted = sorted(table.learned())
        people, read = _held(frame.select(wanted) for frame in _told(table.frames(every), on_progress))
        children = table.child_counts()
    chosen, fit, lists = fitting(people, locale)
    profile = learn(people, learnt=home.now().date(), locale=chosen, known=lists, children=children)
    profile = replace(profile, lacking=(*profile.lacking, *_warnings(people, chosen, fit), *_uncounted(children)))
    text = encode(profile)
    _keep(home, system, text)
    home.registry.log(home.now(), "profile", f"a profile of {system} was learnt: {digest(text)[:12]}")
    return Learnt(profile, digest(text), read * every, fit)


def kept_profile(home: Home, system: str) -> str:
    """Return the text of the profile that was learnt of a system last, empty when there is none.

    Raises :class:`ProfileError` when it was changed or made with another keyring.
    """
    path = _path(home, system)
    if not path.exists():
        return ""
    try:
        sealed = path.read_bytes()
    except OSError as error:
        raise ProfileError(f"{path} cannot be read: {error.strerror}", "Mend its folder, or learn it anew") from error
    return _box(home.keyring, path).open(sealed, _place(system)).decode()


def shown_profile(home: Home, system: str) -> Profile:
    """Return the profile that was learnt of a system last; raise :class:`ProfileError` when there is none."""
    home.registry.system(system)
    text = kept_profile(home, system)
    if not text:
        raise ProfileError(f"No profile of {system} was learnt", f"Run: honeytokens profile {system}")
    return decode(text)


def forget_profile(home: Home, system: str) -> bool:
    """Delete the profile of a system, and return whether there was one. Campaigns keep what they were planned with."""
    home.registry.system(system)
    path = _path(home, system)
    there = path.exists()
    path.unlink(missing_ok=True)
    return there


def _told(frames: Iterator[pl.DataFrame], on_progress: Callable[[int], None] | None) -> Iterator[pl.DataFrame]:
    for frame in frames:
        yield frame
        if on_progress:
            on_progress(len(frame))


def _held(frames: Iterator[pl.DataFrame]) -> tuple[pl.DataFrame, int]:
    """Return at most :data:`_MOST` rows, spread evenly over those that came, and how many came."""
    kept: list[pl.DataFrame] = []
    step, read = 1, 0
    for frame in frames:
        kept.append(frame.gather_every(step, offset=-read % step))
        read += len(frame)
        if sum(map(len, kept)) > _MOST:
            step *= 2
            kept = [pl.concat(kept).gather_every(2)]
    return (pl.concat(kept) if kept else pl.DataFrame()), read


def fitting(people: pl.DataFrame, asked: str | None) -> tuple[str, int, dict[str, pl.Series]]:
    """Return the locale that knows most of the patients' names, how much in per cent, and which texts it knows."""
    best = ("", -1, dict[str, pl.Series]())
    for code in [asked] if asked else codes():
        lists = _known(people, get(code))
        told = [lists[name] for name in (Field.SURNAME, Field.FIRST_NAME, Field.TOWN) if name in lists]
        fit = round(100 * float(np.mean([one.mean() or 0.0 for one in told]))) if told else 0
        if fit > best[1]:
            best = (code, fit, lists)
    return best


def _known(people: pl.DataFrame, locale: Locale) -> dict[str, pl.Series]:
    """Return which of some texts the locale's lists know, null for those that were not looked at."""
    looked = people.head(_JUDGED)
    lacking = [pl.lit(None, dtype=pl.String).alias(field) for field in Field if field not in looked.columns]
    born = pl.col(Field.BIRTH_DATE).str.to_date("%Y-%m-%d", strict=False).fill_null(_SOME_DAY)
    frame = looked.with_columns(lacking).with_columns(born).with_columns(pl.col(pl.String).fill_null(""))
    spelt = locale.spelt_towns(frame[Field.TOWN])
    frame = frame.with_columns(
        spelt.fill_null("").alias(Field.TOWN), pl.col(Field.STREET).map_elements(written_out, return_dtype=pl.String)
    )
    rated = [
        locale.bits(frame.with_columns(pl.lit(sex).alias(Field.SEX)), locale.capital, _SOME_DAY)
        for sex in ("female", "male")
    ]
    found = {
        name: pl.select(pl.min_horizontal(one[name] for one in rated) < BITS_CAP).to_series()
        for name in _NAMES
        if name in people.columns
    }
    if Field.TOWN in found:
        found[Field.TOWN] = spelt.is_not_null()
    rest = pl.Series([None] * (len(people) - len(looked)), dtype=pl.Boolean)
    return {
        name: pl.concat([pl.select(pl.when(looked[name].is_not_null()).then(known)).to_series(), rest])
        for name, known in found.items()
    }


def _uncounted(children: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    for section, counts in children.items():
        if not counts:
            yield f"{section}: the table cannot be read, so decoys have as many rows there as their stories tell"


def _warnings(people: pl.DataFrame, locale: str, fit: int) -> Iterator[str]:
    if fit < _FITS:
        yield (
            f"no locale knows these names well ({locale} knows {fit}%): rare names and towns are made up of letters, "
            "and no decoy has a real rare one"
        )
    for name in people.columns:
        broken = int(people[name].str.contains(_BROKEN).sum() or 0)
        if broken:
            yield f"{name}: {broken} texts look as if they were stored in a wrong encoding; decoys imitate usual ones"


def _keep(home: Home, system: str, text: str) -> None:
    path = _path(home, system)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with replacing(path, force=True) as stream:
        stream.write(_box(home.keyring, path).seal(text.encode(), _place(system)))


def _path(home: Home, system: str) -> Path:
    return home.path / FOLDER / f"{quote(system, safe='')}.profile"


def _place(system: str) -> str:
    return f"profile|1|{system}"


def _box(keyring: Keyring, path: Path) -> Box:
    def broken(_place: str) -> HoneytokensError:
        return ProfileError(f"{path} was changed, or was not made with this keyring", "Learn the profile anew")

    return Box([keyring.subkey("home/profile", version + 1) for version in range(keyring.newest)], broken)
