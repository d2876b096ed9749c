"""From a decoy to the rows of a site: what each column gets, in the order in which the rows must be written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime

from anyascii import anyascii

from honeytokens.model import Allergy, Decoy, DecoyRef, Establishment, Identity, Prescription, Stay
from honeytokens.systems import mapping as mapping_file
from honeytokens.systems.interface import DraftRow
from honeytokens.systems.mapping import (
    Case,
    ChildSection,
    ChoiceSource,
    ConstantSource,
    FieldSource,
    KeySource,
    LearnedSource,
    Source,
    TemplateSource,
    TimeSource,
)
from honeytokens.systems.sql.layout import Branch, Layout
from honeytokens.systems.sql.schema import Column, Kind, Table
from honeytokens.systems.sql.values import Clock, MisfitError, Stored, encode, of_text

Facts = Mapping[str, object]

_SHARED = frozenset({"establishment", "practitioner"})
"""Fields that tell nothing of whose row it is."""


class Composer(Layout):
    """Writes decoys as rows of the tables of ``mapping``, whose live definitions are ``sections`` by section."""

    def __init__(self, mapping: mapping_file.Mapping, sections: Mapping[str, Table], clock: Clock) -> None:
        self.mapping, self.sections, self.clock = mapping, sections, clock
        self._branches: dict[str, Branch] = {}
        for section in mapping.sections().values():
            self._branches.setdefault(section.table, self._branch(section.table, section.key))

    @property
    def tables(self) -> Mapping[str, Table]:
        """The live tables by name."""
        return {table.name: table for table in self.sections.values()}

    @property
    def branches(self) -> Mapping[str, Branch]:
        """What the mapping says of each of them."""
        return self._branches

    def rows(self, decoy: Decoy, establishment: Establishment, at: datetime) -> list[DraftRow]:
        """Return the rows, the patient first; raise :class:`MisfitError` with a whole phrase that holds no value."""
        place = {"establishment": establishment.code}
        story = decoy.story
        if (
            "stay" in self.sections
            and not story.stays
            and not self._names_place("patient")
            and self._names_place("stay")
        ):
            raise MisfitError("the decoy has no stay to name its establishment")
        drafts = [self._draft("patient", facts_of(decoy.identity) | place | dict(decoy.learned), decoy.ref, at, {})]
        if self.mapping.patient.key_from == "local_id":
            drafts[0].values[self.mapping.patient.key] = self._local_key(decoy.identity)
        events: list[tuple[str, Stay | Allergy | Prescription]] = [
            *(("stay", stay) for stay in story.stays),
            *(("allergy", allergy) for allergy in story.allergies),
            *(("prescription", prescription) for prescription in story.prescriptions),
        ]
        for name, event in events:
            if name in self.sections:
                parents = {"patient": 0}
                if "stay" in self.mapping.sections()[name].parents().values():
                    parents["stay"] = 1 + _stay_of(story.stays, _day(event))
                drafts.append(self._draft(name, facts_of(event) | place, decoy.ref, at, parents))
        return drafts

    def _branch(self, table: str, key: str) -> Branch:
        """Return what the sections that share a table say of it."""
        telling: set[str] = set()
        parents: dict[str, tuple[str, ...]] = {}
        for section in self.mapping.sections().values():
            if section.table == table:
                telling |= {name for name, source in section.columns.items() if _tells(source)}
                for column, parent in section.parents().items():
                    parents[column] = (*parents.get(column, ()), self.mapping.sections()[parent].table)
        return Branch(table, key, frozenset(telling | parents.keys()), parents)

    def _names_place(self, name: str) -> bool:
        columns = self.mapping.sections()[name].columns.values()
        return any(isinstance(source, FieldSource) and source.field == "establishment" for source in columns)

    def _draft(self, name: str, facts: Facts, ref: DecoyRef, at: datetime, parents: Mapping[str, int]) -> DraftRow:
        section, table = self.mapping.sections()[name], self.sections[name]
        values: dict[str, object] = {}
        for column, source in section.columns.items():
            if not isinstance(source, KeySource):
                values |= self._cell(table.columns[column], source, facts, ref, at, table.name)
        links = {column: parents[parent] for column, parent in section.parents().items()}
        if not isinstance(section, ChildSection):
            return DraftRow(table.name, values)
        parent = links.pop(section.parent_column)
        return DraftRow(table.name, values, parent, section.parent_column, links)

    def _cell(
        self, column: Column, source: Source, facts: Facts, ref: DecoyRef, at: datetime, table: str
    ) -> dict[str, Stored]:
        """Return the column with its value, or nothing when an absent value is best left to the column's default."""
        name = label(source)
        try:
            if isinstance(source, LearnedSource):
                value = of_text(facts.get(f"{table}.{column.name}"), column)
            else:
                value = render(source, facts, ref, self.clock.aware(at))
            if value is not None:
                return {column.name: encode(value, column, self.clock)}
        except MisfitError as misfit:
            raise MisfitError(f"{name} {misfit} {table}.{column.name}") from None
        if column.nullable:
            return {column.name: None}
        if column.filled:
            return {}
        if column.domain.kind is Kind.TEXT and column.domain.members is None:
            return {column.name: ""}
        raise MisfitError(f"{name} is empty but required by {table}.{column.name}")

    def _local_key(self, identity: Identity) -> Stored:
        column = self.sections["patient"].columns[self.mapping.patient.key]
        place = f"{self.mapping.patient.table}.{column.name}"
        if identity.local_id is None:
            raise MisfitError(f"local_id is empty but is the key {place}")
        try:
            return encode(identity.local_id, column, self.clock)
        except MisfitError as misfit:
            raise MisfitError(f"local_id {misfit} {place}") from None


def render(source: Source, facts: Facts, ref: DecoyRef, at: datetime) -> object:
    """Return what a column gets, before its own type; ``None`` for an absent value."""
    match source:
        case ConstantSource():
            return source.constant
        case TimeSource():
            return at.strftime(source.format) if source.format else at
        case ChoiceSource():
            return choice(source, ref)
        case TemplateSource():
            text = source.template.format_map({name: facts[name] or "" for name in source.names()})
            return with_case(" ".join(text.split()), source.case)
        case FieldSource():
            return _field(source, facts[source.field])
        case KeySource():
            raise TypeError("a key is known only when it is reserved")
        case LearnedSource():
            raise TypeError("what is learnt of a column is known by the column alone")


def choice(source: ChoiceSource, ref: DecoyRef) -> int | str:
    """Return one of the operator's list: always the same for one decoy, in no order that shows across decoys."""
    digest = hashlib.blake2b(f"{ref}\0{source.origin}".encode(), digest_size=8).digest()
    return source.only[int.from_bytes(digest) % len(source.only)]


def with_case(text: str, case: Case | None) -> str:
    """Return the text as the site writes it."""
    if case is None:
        return text
    plain = anyascii(text) if case.startswith("ascii") else text
    shapes = {"upper": str.upper, "lower": str.lower, "title": str.title}
    return shapes.get(case.removeprefix("ascii-"), str)(plain)


def label(source: Source) -> str:
    """Return what a source is called in a message."""
    match source:
        case FieldSource():
            return source.field
        case TemplateSource():
            return "the template"
        case ConstantSource():
            return "the constant"
        case TimeSource():
            return "the time of planting"
        case ChoiceSource():
            return f"a value of {source.origin}"
        case KeySource():
            return f"the key of the {source.key_of}"
        case LearnedSource():
            return "what was learnt of the column"


def facts_of(thing: Identity | Stay | Allergy | Prescription) -> dict[str, object]:
    """Return the fields of an identity or of an event by the names that mappings use; a practitioner by its code."""
    facts = {field.name: getattr(thing, field.name) for field in fields(thing)}
    if isinstance(thing, Stay):
        facts["practitioner"] = thing.practitioner and thing.practitioner.code
    return facts


def _field(source: FieldSource, value: object) -> object:
    if value is None:
        return None
    if source.values is not None:
        if str(value) not in source.values:
            raise MisfitError("has no entry in the `values` of")
        return source.values[str(value)]
    if source.format is not None and isinstance(value, date):
        return value.strftime(source.format)
    return with_case(value, source.case) if isinstance(value, str) else value


def _tells(source: Source) -> bool:
    return isinstance(source, TemplateSource) or (isinstance(source, FieldSource) and source.field not in _SHARED)


def _day(event: Stay | Allergy | Prescription) -> date:
    match event:
        case Stay():
            return event.admitted.date()
        case Allergy():
            return event.noted
        case Prescription():
            return event.prescribed


def _stay_of(stays: Sequence[Stay], day: date) -> int:
    """Return the index of the last stay that had begun on ``day``, or of the first one."""
    if not stays:
        raise MisfitError("the decoy has no stay to hang a row on")
    return max((i for i, stay in enumerate(stays) if stay.admitted.date() <= day), default=0)
