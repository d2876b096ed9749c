"""What a site's own rows tell of how it uses Mediboard: tags, groups, practitioners, sessions, drugs, habits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import sqlalchemy as sa

from honeytokens.systems.sql.schema import Table
from honeytokens.systems.sql.server import clause

_NEWEST = 4000
"""How many of the newest rows of a table are looked at."""
_FEWEST = 5
"""How many rows must share a drug before a decoy may have it."""
_SEVERAL = 3
_HALF = 0.5
_HIGHEST_CM = 30
"""A systolic pressure below is in centimetres of mercury."""


@dataclass(frozen=True, slots=True)
class Session:
    """A practitioner's consultation hours: times as ``HH:MM:SS``."""

    id: int
    begins: str
    ends: str
    step: str


@dataclass(frozen=True, slots=True)
class Site:
    """How one site uses Mediboard."""

    groups: frozenset[str] = frozenset()
    functions: Mapping[str, str] = field(default_factory=dict)
    """The function of each user, by user id."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The tag of the identifiers of each class."""
    numbered: Mapping[str, float] = field(default_factory=dict)
    """The share of a class's objects that have an identifier with this tag."""
    logged: frozenset[str] = frozenset()
    """The classes of whose objects a creation is remembered."""
    tells_old_values: bool = False
    """Whether a remembered change tells the values before it."""
    drugs: Sequence[tuple[str, ...]] = ()
    """Codes of drugs that many rows have: CIP, UCD, CIS."""
    in_millimetres: bool = False
    mirrored: bool = False
    """Whether the insured person's columns repeat the patient's."""
    maiden_name: Mapping[str, bool] = field(default_factory=dict)
    """For each sex, whether the birth name of who has no other repeats the surname."""
    by_function: bool = False
    """Whether patients belong to a function."""
    coded: bool = False
    """Whether medical records hold diagnoses."""


class Newest(Protocol):
    """Reads columns of the newest rows of a table, as text; none where the site has no such columns."""

    def __call__(
        self, name: str, columns: Sequence[str], limit: int = _NEWEST, **where: str
    ) -> list[tuple[str | None, ...]]:
        """Return the rows."""


def study(connection: sa.Connection, tables: Mapping[str, Table], extra: Mapping[str, Table]) -> Site:
    """Return how a site uses its tables; ``extra`` are those of its users and groups."""

    def newest(name: str, columns: Sequence[str], limit: int = _NEWEST, **where: str) -> list[tuple[str | None, ...]]:
        table = tables.get(name) or extra.get(name)
        if table is None or not set(columns) <= table.columns.keys():
            return []
        source = clause(table)
        wanted = sa.select(*(sa.cast(source.c[column], sa.Text) for column in columns))
        for column, value in where.items():
            wanted = wanted.where(source.c[column] == value)
        found = wanted.order_by(source.c[table.primary_key[0]].desc()).limit(limit)
        return [tuple(row) for row in connection.execute(found)]

    tags, numbered = _tags(newest)
    people = newest("patients", ["sexe", "nom", "nom_jeune_fille"])
    insured = newest("patients", ["nom", "assure_nom"])
    functions = newest("patients", ["function_id"])
    changes = newest("user_log", ["extra"], limit=200, type="store")
    records = newest("dossier_medical", ["codes_cim"], object_class="CPatient")
    pressures = [float(text.partition("|")[0] or 0) for (text, *_) in newest("constantes_medicales", ["ta"]) if text]
    lines = Counter(newest("prescription_line_medicament", ["code_cip", "code_ucd", "code_cis"]))
    return Site(
        groups=frozenset(str(group) for (group,) in newest("groups_mediboard", ["group_id"])),
        functions={
            str(user): str(function)
            for user, function in newest("users_mediboard", ["user_id", "function_id"], limit=10**6)
        },
        tags=tags,
        numbered=numbered,
        logged=frozenset(str(name) for (name,) in newest("user_log", ["object_class"], type="create")),
        tells_old_values=_mostly(bool(extra) for (extra,) in changes),
        drugs=[tuple(map(str, codes)) for codes, number in sorted(lines.items()) if number >= _FEWEST],
        in_millimetres=_mostly(pressure > _HIGHEST_CM for pressure in pressures),
        mirrored=_mostly(insured == name for name, insured in insured),
        maiden_name={
            sex: _mostly(maiden == name for kind, name, maiden in people if kind == sex and maiden in (name, None, ""))
            for sex in ("m", "f")
        },
        by_function=_mostly(function is not None for (function,) in functions),
        coded=_mostly(bool(codes) for (codes,) in records),
    )


def sessions(connection: sa.Connection, tables: Mapping[str, Table], practitioner: int) -> Mapping[str, list[Session]]:
    """Return a practitioner's sessions that several patients came to, by day (``YYYY-MM-DD``).

    Hours that were opened for one decoy have one patient, and must not hold another decoy's consultation.
    """
    source, visits = clause(tables["plageconsult"]), clause(tables["consultation"])
    named = [source.c[name] for name in ("plageconsult_id", "date", "debut", "fin", "freq")]
    wanted = (
        sa.select(*(sa.cast(column, sa.Text) for column in named))
        .select_from(source.join(visits, visits.c["plageconsult_id"] == source.c["plageconsult_id"]))
        .where(source.c["chir_id"] == practitioner)
        .group_by(*named)
        .having(sa.func.count() >= _SEVERAL)
    )
    found: defaultdict[str, list[Session]] = defaultdict(list)
    for row in connection.execute(wanted):
        number, day, begins, ends, step = map(str, row)
        found[day].append(Session(int(number), begins, ends, step))
    return found


def _tags(newest: Newest) -> tuple[dict[str, str], dict[str, float]]:
    """Return the tag of most identifiers of patients and of stays, and the share of the newest objects that have it."""
    tags: dict[str, str] = {}
    numbered: dict[str, float] = {}
    for name, table, key in (("CPatient", "patients", "patient_id"), ("CSejour", "sejour", "sejour_id")):
        found = newest("id_sante400", ["tag", "object_id"], object_class=name)
        counted = Counter(row[0] for row in found if row[0])
        if counted:
            tags[name] = counted.most_common(1)[0][0]
            objects = {number for (number,) in newest(table, [key], limit=200)}
            having = {number for tag, number in found if tag == tags[name]}
            numbered[name] = len(objects & having) / max(len(objects), 1)
    return tags, numbered


def _mostly(answers: Iterable[bool]) -> bool:
    told = list(answers)
    return bool(told) and sum(told) / len(told) >= _HALF
