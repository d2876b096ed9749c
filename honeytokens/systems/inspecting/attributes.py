"""Entity-attribute-value layouts: identities kept as one row for each field, named by an attribute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from honeytokens.systems.inspecting.catalogue import Catalogue, Link
from honeytokens.systems.inspecting.columns import IDENTITY, UNCONFIRMED, Score, name_score, score
from honeytokens.systems.inspecting.lexicon import split
from honeytokens.systems.inspecting.model import Placed
from honeytokens.systems.inspecting.patients import LEAST, _placed
from honeytokens.systems.inspecting.shapes import shape_of
from honeytokens.systems.sql.schema import Column, Kind

_VALUE = frozenset(
    {
        "value",
        "valeur",
        "wert",
        "valor",
        "val",
        "contenu",
        "content",
        "answer",
        "reponse",
        "valuetext",
        "valuestring",
        "identifier",
        "text",
        "texte",
    }
)
_ATTRIBUTE = frozenset(
    {
        "type",
        "attribute",
        "attribut",
        "attr",
        "field",
        "champ",
        "key",
        "cle",
        "name",
        "code",
        "concept",
        "property",
        "question",
        "param",
        "campo",
        "feld",
        "merkmal",
        "atributo",
        "tag",
        "rubrique",
        "item",
    }
)
_WHOSE = frozenset({"to", "entity", "patient", "person", "subject", "owner", "people", "personne", "persona"})
_LABEL = frozenset(
    {"name", "nom", "label", "libelle", "code", "title", "titre", "description", "intitule", "bezeichnung", "nombre"}
)
_MANY = 5000
"""A dictionary of attributes has no more rows than this."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A table of one row for each value: whose it is, which attribute, and the value."""

    table: str
    entity: Link
    attribute: str
    value: str
    attributes: Mapping[str, tuple[str, ...]]
    """What each attribute is called, by its key in the table."""


def find_layouts(catalogue: Catalogue, near: frozenset[str]) -> list[tuple[Layout, tuple[Placed, ...]]]:
    """Return the layouts whose attributes name fields of an identity, the richest first.

    ``near`` are the tables already known to hold patients; without any, people's tables are tried.
    """
    found = []
    for table in catalogue.tables:
        for layout in _layouts(catalogue, table, near):
            placed = tuple(_told(catalogue, layout))
            if placed:
                found.append((layout, placed))
                break
    return sorted(found, key=lambda each: -sum(one.confidence for one in each[1]))


def _layouts(catalogue: Catalogue, table: str, near: frozenset[str]) -> Iterator[Layout]:
    columns = catalogue.tables[table].columns
    values = [c for c in columns.values() if c.domain.kind is Kind.TEXT and set(split(c.name)) & _VALUE]
    names = [c for c in columns.values() if set(split(c.name)) & _ATTRIBUTE and not c.numbered]
    if not values or not names or "other" in catalogue.kinds(table) & {"other"}:
        return
    value = max(values, key=lambda c: c.domain.length or 10**6)
    for attribute in names:
        if attribute is value:
            continue
        entity = _entity(catalogue, table, near, {value.name, attribute.name})
        called = _called(catalogue, table, attribute) if entity is not None else {}
        if entity is not None and called:
            yield Layout(table, entity, attribute.name, value.name, called)


def _entity(catalogue: Catalogue, table: str, near: frozenset[str], taken: set[str]) -> Link | None:
    """Return the link from a row to the person whose it is."""
    known = [
        link for link in catalogue.links() if link.table == table and link.target in near and link.column not in taken
    ]
    if known:
        return known[0]
    people = [
        name
        for name in catalogue.tables
        if catalogue.kinds(name) & {"patient", "person"} and "other" not in catalogue.kinds(name)
    ]
    best: tuple[float, Link] | None = None
    for column in catalogue.tables[table].columns.values():
        if column.name in taken or column.numbered or column.domain.kind not in (Kind.INTEGER, Kind.UUID):
            continue
        for name in people:
            key = catalogue.key(name)
            if (
                key is None
                or name == table
                or catalogue.tables[name].columns[key].domain.kind is not column.domain.kind
            ):
                continue
            link = Link(table, column.name, name, key, declared=False)
            shape = catalogue.shapes(table).get(column.name)
            share = catalogue.overlap(link)
            if share is None and set(split(column.name)) & _WHOSE:
                best = best or (0.0, link)
            elif shape is not None and share is not None and share > 0.9:
                worth = share * shape.different
                best = max(best or (0.0, link), (worth, link), key=lambda one: one[0])
    return best[1] if best else None


def _called(catalogue: Catalogue, table: str, attribute: Column) -> dict[str, tuple[str, ...]]:
    """Return what the attributes are called: by the column itself, or by the dictionary that its numbers lead to."""
    if attribute.domain.kind is Kind.TEXT:
        rows = catalogue.sample(table, [attribute.name], limit=_MANY)
        names = {text for (text,) in rows if text}
        return {name: (name,) for name in names} if len(names) * 3 <= len(rows) else {}
    best: dict[str, tuple[str, ...]] = {}
    for link in _dictionaries(catalogue, table, attribute):
        words = [
            c.name
            for c in catalogue.tables[link.target].columns.values()
            if c.domain.kind is Kind.TEXT and set(split(c.name)) & _LABEL
        ]
        if not words or (catalogue.overlap(link) or 1.0) < 0.9:
            continue
        rows = catalogue.sample(link.target, [link.target_column, *words], limit=_MANY)
        called = {str(key): tuple(filter(None, texts)) for key, *texts in rows}
        best = max(best, called, key=_identities)
    return best


def _dictionaries(catalogue: Catalogue, table: str, attribute: Column) -> Iterator[Link]:
    declared = [link for link in catalogue.links() if (link.table, link.column) == (table, attribute.name)]
    if declared:
        yield from declared
        return
    stems = set(split(attribute.name)) & _ATTRIBUTE
    for name in catalogue.tables:
        key = catalogue.key(name)
        if key is not None and name != table and {word.rstrip("s") for word in split(name)} & stems:
            yield Link(table, attribute.name, name, key, declared=False)


def _identities(called: Mapping[str, tuple[str, ...]]) -> int:
    """Return how many fields of an identity a dictionary names."""
    return sum(any(_best(texts, field) > 0.9 for texts in called.values()) for field in IDENTITY)


def _best(texts: tuple[str, ...], field: str) -> float:
    return max((name_score("fields", field, split(text)) for text in texts if len(text) < 60), default=0.0)


def _told(catalogue: Catalogue, layout: Layout) -> Iterator[Placed]:
    """Yield the attributes that hold fields, each field and each attribute once."""
    offers = sorted(
        (
            (_best(texts, field), field, key)
            for key, texts in layout.attributes.items()
            for field in IDENTITY
            if _best(texts, field) >= 0.55
        ),
        key=lambda offer: -offer[0],
    )
    fields: set[str] = set()
    keys: set[str] = set()
    for named, field, key in offers:
        if field in fields or key in keys:
            continue
        values = catalogue.sample(layout.table, [layout.value], (layout.attribute, key))
        column = catalogue.tables[layout.table].columns[layout.value]
        shape = shape_of([value for (value,) in values], catalogue.today)
        one = score("fields", field, [field.replace("_", "")], column, shape)
        value = min(named, 1.0) * (one.value if shape.telling else UNCONFIRMED)
        if value < LEAST:
            continue
        fields.add(field)
        keys.add(key)
        placed = _placed(
            catalogue,
            layout.table,
            field,
            layout.value,
            Score(value, (f"its attribute, {layout.attributes[key][0]} ({named:.0%})", *one.reasons[1:])),
        )
        yield Placed(
            "patient",
            field,
            layout.table,
            layout.value,
            placed.confidence,
            placed.reasons,
            where=(layout.attribute, key),
            format=shape.date_format if field == "birth_date" else None,
        )
