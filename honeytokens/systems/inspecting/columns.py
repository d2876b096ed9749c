"""How likely a column is to hold one of our fields: its name, its type and the shape of its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from honeytokens.systems.inspecting.lexicon import names_of, unglued, word_set
from honeytokens.systems.inspecting.shapes import Shape
from honeytokens.systems.sql.schema import Column, Kind

IDENTITY = (
    "surname",
    "first_name",
    "birth_date",
    "sex",
    "birth_name",
    "birth_place",
    "street",
    "postcode",
    "town",
    "phone",
    "email",
    "national_id",
    "local_id",
)
UNCONFIRMED = 0.9
"""No name, however clear, says more than this without values that agree with it."""
CERTAIN = 0.97
_TEXT = {Kind.TEXT: 1.0}
_WORDS = {Kind.TEXT: 1.0, Kind.OTHER: 0.6}
_DATE = {Kind.DATE: 1.0, Kind.DATETIME: 0.95, Kind.TEXT: 0.9, Kind.INTEGER: 0.4}
_NUMBER = {Kind.TEXT: 1.0, Kind.INTEGER: 0.9, Kind.UUID: 0.6, Kind.NUMBER: 0.6}
_KINDS: Mapping[str, Mapping[Kind, float]] = {
    "sex": {Kind.TEXT: 1.0, Kind.INTEGER: 0.85, Kind.BOOLEAN: 0.7, Kind.OTHER: 0.6},
    "birth_date": _DATE,
    "postcode": _NUMBER,
    "phone": _NUMBER,
    "national_id": _NUMBER,
    "local_id": _NUMBER,
    "admitted": {Kind.DATETIME: 1.0, Kind.DATE: 0.95, Kind.TEXT: 0.7},
    "discharged": {Kind.DATETIME: 1.0, Kind.DATE: 0.95, Kind.TEXT: 0.7},
    "noted": {Kind.DATE: 1.0, Kind.DATETIME: 0.95, Kind.TEXT: 0.7},
    "prescribed": {Kind.DATE: 1.0, Kind.DATETIME: 0.95, Kind.TEXT: 0.7},
    "days": {Kind.INTEGER: 1.0, Kind.NUMBER: 0.8},
    "establishment": {Kind.TEXT: 1.0, Kind.INTEGER: 0.9},
    "full_name": _TEXT,
}
"""How well each kind of column suits a field; a kind that is not there does not suit at all."""
_LEAST_LENGTH = {"surname": 8, "first_name": 8, "email": 8, "street": 8, "birth_date": 8, "phone": 8, "national_id": 7}
_SHAPES = {
    "surname": "name",
    "first_name": "name",
    "birth_name": "name",
    "birth_place": "name",
    "town": "name",
    "full_name": "name",
    "street": "street",
    "postcode": "postcode",
    "phone": "phone",
    "email": "email",
    "national_id": "national",
    "local_id": "identifier",
}


@dataclass(frozen=True, slots=True)
class Score:
    """How likely a column is to hold a field, from 0 to 1, and why."""

    value: float
    reasons: tuple[str, ...]


def score(section: str, field: str, words: Sequence[str], column: Column, shape: Shape | None) -> Score:
    """Return the score of one column for one field; 0 when name or type speak against it."""
    kinds = _KINDS.get(field, _WORDS)
    fits = kinds.get(column.domain.kind, 0.0)
    if (column.domain.length or 99) < _LEAST_LENGTH.get(field, 1):
        fits = 0.0
    named = name_score(section, field, words)
    if column.computed:
        fits *= 0.5
    if not named or not fits:
        return Score(0.0, ())
    reasons = [f"its name ({named:.0%})", f"its type, {column.domain.kind}"]
    value = named * fits
    if shape is None or not shape.telling:
        return Score(min(value, UNCONFIRMED), tuple(reasons))
    agreement = _agreement(field, shape)
    reasons.append(f"{agreement:.0%} of {shape.sampled} values look like one")
    numbered = field in {"national_id", "local_id"} and shape.shares["nir"] > 0.9
    if numbered and field == "local_id":
        agreement *= 0.3
    elif numbered:
        value = max(value, 0.85)
    if agreement >= 0.9 and named >= 0.99 and fits >= 0.9:
        return Score(min(value * 1.07, CERTAIN), tuple(reasons))
    return Score(min(value, UNCONFIRMED) * (0.25 + 0.75 * agreement), tuple(reasons))


def name_score(section: str, field: str, words: Sequence[str]) -> float:
    """Return how well a column's name, in words, fits a field: 1 for a name that means it, 0 for one that does not."""
    names = names_of(section, field)
    best = _matched(names, words)
    parts = [part for word in words for part in ([word] if word in names else unglued(word))]
    return max(best, 0.97 * _matched(names, parts)) if parts != list(words) else best


def _matched(names: Mapping[str, float], words: Sequence[str]) -> float:
    whole = "".join(words)
    if whole in names:
        return names[whole]
    neutral, alien = word_set("words", "neutral"), word_set("words", "alien")
    best = 0.0
    for size in range(len(words) - 1, 0, -1):
        for kept in combinations(range(len(words)), size):
            weight = names.get("".join(words[i] for i in kept), 0.0)
            if not weight:
                continue
            rest = [word for i, word in enumerate(words) if i not in kept]
            strange = [word for word in rest if word not in neutral]
            if any(word in alien for word in strange):
                weight *= 0.2
            weight *= 0.95 ** (len(rest) - len(strange)) * 0.7 ** len(strange)
            best = max(best, weight)
    return best


def _agreement(field: str, shape: Shape) -> float:
    """Return the share of values that look like the field's, less where they vary too little or too much."""
    if field == "birth_date":
        return min(1.0, shape.dated * (0.4 + 0.6 * shape.ages))
    if field in {"admitted", "discharged", "noted", "prescribed"}:
        return shape.dated
    if field == "sex":
        return 1.0 if 1 < shape.different <= 6 else 0.1
    share = shape.shares.get(_SHAPES.get(field, ""), 1.0)
    varied = {"surname": 0.3, "first_name": 0.1, "email": 0.3, "phone": 0.3, "local_id": 0.9, "national_id": 0.9}
    if field in varied and shape.sampled >= 30 and shape.distinct < varied[field]:
        share *= 0.5
    return share
