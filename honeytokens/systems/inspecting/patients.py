"""Which tables hold the patients, and which of their columns each field of an identity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from honeytokens.systems.inspecting.catalogue import Catalogue, Link
from honeytokens.systems.inspecting.columns import IDENTITY, Score, score
from honeytokens.systems.inspecting.lexicon import name_words, split, word_set
from honeytokens.systems.inspecting.model import Placed
from honeytokens.systems.inspecting.shapes import sexes
from honeytokens.systems.sql.schema import Kind

LEAST = 0.3
"""What is less likely than this is not proposed."""
_WEIGHTS = {"surname": 3.0, "first_name": 3.0, "birth_date": 3.0, "full_name": 2.0, "sex": 1.5}
_LOOKED_AT = 24
"""How many tables are sampled in search of the patients."""
_BRIDGED = 8
"""Among how many tables links are sought by values."""


@dataclass(frozen=True, slots=True)
class Part:
    """A table that holds a part of an identity: how likely it is one, and the links that lead to the patients' own."""

    table: str
    trust: float
    way: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Patients:
    """The patients' own table, the parts beside it, and the columns that were told."""

    table: str
    parts: tuple[Part, ...]
    columns: tuple[Placed, ...]
    weight: float


def find_patients(catalogue: Catalogue) -> Patients | None:
    """Return where the patients most likely are, ``None`` when no table looks like theirs."""
    promising = sorted(catalogue.tables, key=lambda name: -_promise(catalogue, name))[:_LOOKED_AT]
    catalogue.bridge(promising[:_BRIDGED])
    found = [
        _gathered(catalogue, name)
        for name in promising
        if _promise(catalogue, name) > 0 or "patient" in catalogue.kinds(name)
    ]
    return max((each for each in found if each.columns), key=lambda each: each.weight, default=None)


def trust_in(catalogue: Catalogue, table: str) -> float:
    """Return how likely a table is to hold patients, by its name and by columns that only accounts have."""
    kinds = catalogue.kinds(table)
    trust = 1.0 if "patient" in kinds else 0.9 if "person" in kinds else 0.7
    strange = set(split(table)) - word_set("tables", "patient") - word_set("tables", "person")
    trust *= 0.97 ** min(len(strange), 3)
    if "other" in kinds:
        trust *= 0.4
    if "part" in kinds and "patient" in kinds:
        trust *= 0.95
    columns = {"".join(split(name)) for name in catalogue.tables[table].columns}
    columns |= {"".join(words) for words in name_words(tuple(catalogue.tables[table].columns)).values()}
    if columns & (word_set("tables", "account") | word_set("tables", "professional")):
        trust *= 0.45
    return trust


def _promise(catalogue: Catalogue, table: str) -> float:
    """Return what a table holds of an identity, by names and types alone."""
    best = {field: one.value for field, _, one in _scores(catalogue, table, sampled=False)}
    return trust_in(catalogue, table) * sum(_WEIGHTS.get(field, 0.5) * value for field, value in best.items())


def _gathered(catalogue: Catalogue, table: str) -> Patients:
    """Return what there is of an identity in a table and in the parts beside it."""
    parts = [Part(table, trust_in(catalogue, table)), *_parts(catalogue, table)]
    offers = sorted(_offers(catalogue, parts), key=lambda offer: -offer.confidence)
    taken: dict[str, Placed] = {}
    used: set[tuple[str, str]] = set()
    for offer in offers:
        if offer.field not in taken and (offer.table, offer.column) not in used and offer.confidence >= LEAST:
            taken[offer.field] = offer
            used.add((offer.table, offer.column))
    _settle_names(taken, offers, used)
    weight = sum(_WEIGHTS.get(field, 0.5) * one.confidence for field, one in taken.items())
    inward = sum(link.target == table for link in catalogue.links())
    bonus = 1.15 if "patient" in catalogue.kinds(table) and "other" not in catalogue.kinds(table) else 1.0
    weight *= bonus * (1 + min(inward, 20) / 200)
    if not any(one.table == table for one in taken.values()):
        weight *= 0.9
    if "full_name" in taken and {"surname", "first_name"} <= taken.keys():
        del taken["full_name"]
    placed = tuple(taken[field] for field in (*IDENTITY, "full_name") if field in taken)
    return Patients(table, tuple(parts), placed, weight)


def _settle_names(taken: dict[str, Placed], offers: list[Placed], used: set[tuple[str, str]]) -> None:
    """Settle which column is which name where a system has two surnames, or calls the first name just ``name``."""
    surname = taken.get("surname")
    if surname is None:
        return
    rivals = [o for o in offers if o.field == "surname" and o.confidence > 0.6 and (o.table, o.column) not in used]
    usage = {"nomusage", "nommarital", "nomutilise", "marriedname", "nomusuel", "usualname"}
    if "birth_name" not in taken and rivals:
        pair = sorted([surname, rivals[0]], key=lambda one: "".join(split(one.column)) not in usage)
        if "".join(split(pair[0].column)) in usage:
            taken["surname"] = replace(pair[0], confidence=min(0.9, pair[0].confidence))
            reasons = ("another column holds the name in use",)
            taken["birth_name"] = replace(pair[1], field="birth_name", confidence=0.7, reasons=reasons)
    if "first_name" not in taken:
        bare = next((o for o in rivals if split(o.column)[-1:] == ["name"] and o.table == surname.table), None)
        bare = bare or next(
            (
                o
                for o in offers
                if o.field == "surname" and o.column.lower() == "name" and (o.table, o.column) not in used
            ),
            None,
        )
        if bare is not None:
            reasons = ("another column holds the surname",)
            taken["first_name"] = replace(bare, field="first_name", confidence=0.7, reasons=reasons)


def _parts(catalogue: Catalogue, table: str) -> Iterator[Part]:
    """Yield the tables within two steps that hold a part of the same person's identity."""
    seen, border = {table}, [Part(table, trust_in(catalogue, table))]
    for _ in range(2):
        reached: list[Part] = []
        for part in border:
            for link in catalogue.links():
                there = _other_end(catalogue, link, part.table)
                if there is not None and there not in seen:
                    seen.add(there)
                    trust = part.trust * (0.97 if link.declared else 0.93)
                    reached.append(Part(there, trust, (*part.way, link)))
        yield from reached
        border = reached


def _other_end(catalogue: Catalogue, link: Link, table: str) -> str | None:
    """Return the table at the other end of a link, when it holds a part of the same person."""
    alien = word_set("words", "alien") - {"ref", "date", "file"}
    if link.table == table and link.target != table:
        kinds, own_key = catalogue.kinds(link.target), link.column == catalogue.key(table)
        strange = set(split(link.column)) & alien
        fits = own_key or ((kinds & {"person", "patient"} or "part" in kinds) and not strange)
        return link.target if fits and "other" not in kinds else None
    if link.target == table and link.table != table:
        kinds, own_key = catalogue.kinds(link.table), link.column == catalogue.key(link.table)
        if "other" in kinds or kinds & {"stay", "allergy", "prescription"} or set(split(link.column)) & alien:
            return None
        return link.table if own_key or kinds & {"part", "person", "patient"} else None
    return None


def _offers(catalogue: Catalogue, parts: list[Part]) -> Iterator[Placed]:
    for part in parts:
        for field, column, one in _scores(catalogue, part.table, sampled=True):
            # A name or a date of birth that is not where the patients are may be a relative's.
            value = one.value * part.trust
            if value >= LEAST:
                yield _placed(catalogue, part.table, field, column, replace(one, value=value))


def _scores(catalogue: Catalogue, table: str, *, sampled: bool) -> Iterator[tuple[str, str, Score]]:
    """Yield how likely each column is each field, the least likely first."""
    found = catalogue.tables[table]
    words = name_words(tuple(found.columns))
    shapes = catalogue.shapes(table) if sampled else {}
    pointing = {link.column for link in catalogue.links() if link.table == table and link.declared}
    scores = []
    for name, column in found.columns.items():
        for field in (*IDENTITY, "full_name"):
            one = score("fields", field, words[name], column, shapes.get(name))
            if name in pointing and name not in found.primary_key:
                one = replace(one, value=one.value * (0.7 if field == "sex" else 0.15))
            if field == "local_id" and column.numbered:
                one = replace(one, value=one.value * 0.3)
            if one.value:
                scores.append((field, name, one))
    return iter(sorted(scores, key=lambda each: each[2].value))


def _placed(catalogue: Catalogue, table: str, field: str, column: str, one: Score) -> Placed:
    shape, domain = catalogue.shapes(table).get(column), catalogue.tables[table].columns[column].domain
    codes = domain.members or (shape.codes if shape else ())
    words: Mapping[str, str] = (
        sexes(codes, word_set("sexes", "female"), word_set("sexes", "male")) if field == "sex" else {}
    )
    text = domain.kind is Kind.TEXT
    return Placed(
        "patient",
        field,
        table,
        column,
        round(one.value, 3),
        one.reasons,
        codes=dict(words),
        format=shape.date_format if shape and text and field == "birth_date" else None,
        case="upper"
        if shape and shape.telling and shape.upper and field in {"surname", "birth_name", "first_name", "town"}
        else None,
    )
