"""The profile: its parts, its text form and its digest. ``docs/profiles.md`` describes the text form field by field.

Counts are numbers of patients among those that were read. Every count of a cell is at least :data:`LEAST`; what lies in
smaller cells is only counted together, in a ``tail``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field as Wall
from pydantic import TypeAdapter, ValidationError

from honeytokens.errors import ProfileError

LEAST = 10
"""No cell of a profile is about fewer patients than this."""
VERSION = 1
NULL, TAIL, FIRST = 0, 1, 2
"""The levels of a column: no value, a value of the tail, and from ``FIRST`` on the cells of the column in order."""

Count = Annotated[int, Wall(ge=LEAST)]
Chain = Mapping[str, Mapping[str, Count]]
"""What follows what: for each context the counts of what comes next. The empty context holds all."""


@dataclass(frozen=True, slots=True)
class Values:
    """A column of texts. ``cells`` are the values that :data:`LEAST` patients or more have, by their counts.

    ``words`` is how the values of the tail are put together: a chain over pieces, each a frequent word, a separator or
    a sign for a rare word or number. ``lengths`` and ``letters`` are how rare words are spelt. ``sharing`` counts the
    patients of the tail by how many have the same value on average, ``sharing_words`` its rare words by how many values
    they occur in. ``case`` counts the patients whose value is in ``upper``, ``lower`` or ``title`` case, ``accents``
    says whether values may have letters beyond ASCII. ``vocabulary`` is the share of the tail, in per cent, that the
    locale's own lists know.
    """

    cells: Mapping[str, Count]
    tail: int
    words: Chain
    lengths: Mapping[str, Count]
    letters: Chain
    sharing: Mapping[str, Count]
    sharing_words: Mapping[str, Count]
    case: Mapping[str, Count]
    accents: bool
    vocabulary: int = 0
    kind: Literal["values"] = "values"


@dataclass(frozen=True, slots=True)
class Codes:
    """A column of codes and numbers, each written in one of few shapes (``99 99 99 99 99``).

    ``cells`` are shapes with the beginning that they share, such as ``99 99 99 99 99|06``. ``prefixes`` continue a
    cell after a beginning (``cell>06``) or at a place (``cell@4``), ``places`` at a place of a shape whatever the cell.
    ``unique`` columns never repeat a value.
    """

    cells: Mapping[str, Count]
    tail: int
    prefixes: Chain
    places: Chain
    unique: bool = False
    kind: Literal["codes"] = "codes"


@dataclass(frozen=True, slots=True)
class Days:
    """A column of dates, or of dates with times of day. ``cells`` are spans of days, ``first/last``.

    ``firsts`` counts the first of January beyond its share: dates of which only the year is known. ``hours`` and
    ``weekdays`` (Monday is 0) are counts, empty for dates alone; ``step`` is what the times of day are a multiple of,
    in seconds, 0 for fractions of a second.
    """

    cells: Mapping[str, Count]
    tail: int
    firsts: int = 0
    hours: Mapping[str, Count] = field(default_factory=dict)
    weekdays: Mapping[str, Count] = field(default_factory=dict)
    step: int = 1
    form: str = "%Y-%m-%d"
    """How the date is written, as for ``strftime``."""
    kind: Literal["days"] = "days"


Shape = Annotated[Values | Codes | Days, Wall(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class Table:
    """The levels of a column beside those of its parents: ``{"3,5": {"0": 12, ...}}``, levels as numbers.

    A parent is a column, or ``column~4`` when four neighbouring cells of it count as one. ``wholes`` are how many
    patients have each combination of the parents' levels; what ``cells`` lack of it is told by the poorer tables.
    """

    parents: tuple[str, ...]
    wholes: Mapping[str, Count]
    cells: Mapping[str, Mapping[str, Count]]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the shape of its values, how many patients have none, and its tables: beside its parents,
    beside each of them alone, and by itself.
    """

    shape: Shape
    empty: int
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """What the patients of a host look like.

    ``patients`` were read, on ``learnt`` (ISO date). ``columns``, in the order in which they are drawn, are named by
    the identity field that they hold, or ``table.column``. ``children`` counts the patients who have so many rows of
    each section of the mapping, the greatest number standing for itself and all above. ``lacking`` says in words what
    could not be learnt.
    """

    patients: int
    learnt: str
    locale: str
    columns: Mapping[str, Column]
    children: Mapping[str, Mapping[str, Count]] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    version: Literal[1] = 1


NOTHING = Profile(0, "", "", {})
"""Of no host: all that decoys are drawn from is the country's."""

_ADAPTER: TypeAdapter[Profile] = TypeAdapter(Profile)


def document(profile: Profile) -> str:
    """Return a profile as JSON that people can read."""
    return json.dumps(asdict(profile), ensure_ascii=False, indent=1) + "\n"


def encode(profile: Profile) -> str:
    """Return a profile as one short text, the same for the same profile: what recipes and homes keep."""
    compact = json.dumps(asdict(profile), ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(compact, 9)).decode()


@lru_cache(maxsize=8)
def decode(text: str) -> Profile:
    """Return the profile of a text; the one that tells nothing for the empty text.

    Raises :class:`ProfileError` for anything else that :func:`encode` did not make.
    """
    if not text:
        return NOTHING
    try:
        return _ADAPTER.validate_json(zlib.decompress(base64.b64decode(text, validate=True)))
    except (ValueError, zlib.error, ValidationError) as error:
        raise ProfileError("A profile is damaged, or of a newer version", "Learn it anew, or upgrade") from error


def digest(text: str) -> str:
    """Return the SHA-256, in hex, of a profile's text form; empty for the one that tells nothing."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""
