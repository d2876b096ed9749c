"""The tables below the patients: stays, allergies, prescriptions, and the columns of each."""

from __future__ import annotations

from collections.abc import Iterator

from honeytokens.systems.inspecting.catalogue import Catalogue, Link
from honeytokens.systems.inspecting.columns import score
from honeytokens.systems.inspecting.lexicon import lexicon, name_words
from honeytokens.systems.inspecting.model import Found, Placed
from honeytokens.systems.inspecting.patients import LEAST

_NEEDED = {"stay": "admitted", "allergy": "substance", "prescription": "drug"}
"""Without this field a section says nothing."""


def find_sections(catalogue: Catalogue, patients: frozenset[str]) -> Iterator[tuple[Found, list[Placed]]]:
    """Yield, for each section, the likeliest table that hangs on the patients, with its columns."""
    for section in _NEEDED:
        offers = [offer for link in catalogue.links() if (offer := _offer(catalogue, section, link, patients))]
        if offers:
            yield max(offers, key=lambda offer: offer[0].confidence)


def _offer(
    catalogue: Catalogue, section: str, link: Link, patients: frozenset[str]
) -> tuple[Found, list[Placed]] | None:
    kinds = catalogue.kinds(link.table)
    if link.target not in patients or section not in kinds or link.table in patients or "other" in kinds:
        return None
    columns = _columns(catalogue, section, link)
    if not any(one.field == _NEEDED[section] for one in columns):
        return None
    known = lexicon()[section]
    weight = 0.5 + 0.5 * len(columns) / len(known)
    plain = 1.0 if len(catalogue.words[link.table]) <= 2 else 0.8
    confidence = round(0.9 * weight * plain * (1.0 if link.declared else 0.9), 3)
    return Found(
        section, link.table, catalogue.key(link.table), (link.column, link.target, link.target_column), confidence
    ), columns


def _columns(catalogue: Catalogue, section: str, link: Link) -> list[Placed]:
    table = catalogue.tables[link.table]
    words, shapes = name_words(tuple(table.columns)), catalogue.shapes(link.table)
    pointing = {one.column for one in catalogue.links() if one.table == link.table}
    offers = [
        (one, field, name)
        for name, column in table.columns.items()
        for field in lexicon()[section]
        if name not in pointing
        and name not in table.primary_key
        and (one := score(section, field, words[name], column, shapes.get(name))).value >= LEAST
    ]
    placed: dict[str, Placed] = {}
    for one, field, name in sorted(offers, key=lambda offer: -offer[0].value):
        if field not in placed and name not in {each.column for each in placed.values()}:
            placed[field] = Placed(section, field, link.table, name, round(one.value, 3), one.reasons)
    return list(placed.values())
