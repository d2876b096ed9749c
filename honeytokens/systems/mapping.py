"""The mapping file: from the fields of a decoy to the tables and columns of a site, as TOML.

This is a wall: what an operator wrote is read here, checked as far as it can be without the database, and becomes
frozen models. It knows nothing of a live schema; ``sql/fit.py`` holds a mapping against one. The operator's manual
is ``docs/mapping.md``.
"""

from __future__ import annotations

import dataclasses
import difflib
import string
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
)

from honeytokens.errors import MappingError
from honeytokens.model import Allergy, Identity, Prescription, Stay

FIELDS = {
    name: frozenset(field.name for field in dataclasses.fields(kind)) | {"establishment"}
    for name, kind in (("patient", Identity), ("stay", Stay), ("allergy", Allergy), ("prescription", Prescription))
}
"""What may be written into the tables of each section."""
DATE_FIELDS = frozenset({"birth_date", "admitted", "discharged", "noted", "prescribed"})
CODED_FIELDS = frozenset({"sex"})
"""Fields that have a closed list of our own words, each of which ``values`` must translate."""

Case = Literal["upper", "lower", "title", "ascii", "ascii-upper", "ascii-lower", "ascii-title"]
Scalar = str | int | float | bool
_KINDS = ("field", "template", "constant", "time", "from", "key_of", "learned")


class _Wall(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FieldSource(_Wall):
    """A column that holds one of our fields, as it is or written the site's way."""

    field: str
    case: Case | None = None
    format: str | None = None
    """How a date is written in a text column, as for :meth:`datetime.strftime`."""
    values: dict[str, Scalar] | None = None
    """The site's code for each of our words."""


class TemplateSource(_Wall):
    """A column made of several text fields: ``{surname} {first_name}``."""

    template: str
    case: Case | None = None

    def names(self) -> list[str]:
        """Return the fields between braces; raise ``ValueError`` when the template is not well formed."""
        parts = list(string.Formatter().parse(self.template))
        if any(spec or conversion for _, _, spec, conversion in parts):
            raise ValueError("only a field's name may stand between braces")
        return [name for _, name, _, _ in parts if name is not None]


class ConstantSource(_Wall):
    """A column that holds the same value in every decoy."""

    constant: Scalar | datetime | date


class TimeSource(_Wall):
    """A column that holds the moment at which the decoy is planted."""

    time: Literal["planted"]
    format: str | None = None


class ChoiceSource(_Wall):
    """A column that holds one of the host's own values, such as a practitioner's key, from the operator's list."""

    origin: str = Field(alias="from", pattern=r"^[^.]+\.[^.]+$")
    only: Annotated[tuple[int | str, ...], Field(min_length=1, strict=False)]

    @property
    def table(self) -> str:
        """Return the table that the values are keys of."""
        return self.origin.partition(".")[0]

    @property
    def column(self) -> str:
        """Return the column that holds the values."""
        return self.origin.partition(".")[2]


class KeySource(_Wall):
    """A further column that holds the key of the decoy's patient or stay."""

    key_of: Literal["patient", "stay"]


class LearnedSource(_Wall):
    """A column that holds what the host's patients have there, as its profile tells: kinds, numbers, dates, texts."""

    learned: Literal[True]


def _kind_of(value: object) -> str | None:
    if not isinstance(value, dict):
        return None
    kinds = [kind for kind in _KINDS if kind in value]
    return kinds[0] if len(kinds) == 1 else None


def _spelled_out(value: object) -> object:
    return {"field": value} if isinstance(value, str) else value


Source = FieldSource | TemplateSource | ConstantSource | TimeSource | ChoiceSource | KeySource | LearnedSource
_ReadSource = Annotated[
    Annotated[FieldSource, Tag("field")]
    | Annotated[TemplateSource, Tag("template")]
    | Annotated[ConstantSource, Tag("constant")]
    | Annotated[TimeSource, Tag("time")]
    | Annotated[ChoiceSource, Tag("from")]
    | Annotated[KeySource, Tag("key_of")]
    | Annotated[LearnedSource, Tag("learned")],
    Discriminator(
        _kind_of,
        custom_error_type="source",
        custom_error_message=f"must have exactly one of {', '.join(_KINDS)}",
    ),
    BeforeValidator(_spelled_out),
]


class Section(_Wall):
    """One table: its key column, and where the value of each other column comes from."""

    table: str
    key: str
    columns: dict[str, _ReadSource] = Field(default_factory=dict)

    def parents(self) -> dict[str, str]:
        """Return the columns that hold another row's key, each with the name of that row's section."""
        return {name: source.key_of for name, source in self.columns.items() if isinstance(source, KeySource)}


class PatientSection(Section):
    """The patients' table."""

    key_from: Literal["database", "local_id"] = "database"


class ChildSection(Section):
    """A table whose rows belong to a patient or to a stay."""

    parent: Literal["patient", "stay"] = "patient"
    parent_column: str

    def parents(self) -> dict[str, str]:
        """Return the columns that hold another row's key, each with the name of that row's section."""
        return {self.parent_column: self.parent} | super().parents()


class Mapping(_Wall):
    """A whole mapping file."""

    version: Literal[1]
    timezone: str | None = None
    """The zone of the site's wall clocks; the zone of this machine when it is not given."""
    patient: PatientSection
    stay: ChildSection | None = None
    allergy: ChildSection | None = None
    prescription: ChildSection | None = None

    @classmethod
    def parse(cls, text: str) -> Mapping:
        """Read a mapping file; raise ``MappingError``, one line that names every fault with its place in the TOML."""
        try:
            mapping = cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise _refused([f"not TOML: {error}"]) from None
        except ValidationError as error:
            raise _refused(f"{_place(e['loc'])}: {_phrase(e['msg'])}" for e in error.errors()) from None
        faults = list(_faults(mapping))
        if faults:
            raise _refused(faults)
        return mapping

    def sections(self) -> dict[str, PatientSection | ChildSection]:
        """Return the sections by name, parents before children."""
        children = {"stay": self.stay, "allergy": self.allergy, "prescription": self.prescription}
        return {"patient": self.patient} | {name: section for name, section in children.items() if section}

    def column_of(self, field: str) -> tuple[str, FieldSource] | None:
        """Return the column of the patients' table that holds this field alone, and how it is written there."""
        for name, source in self.patient.columns.items():
            if isinstance(source, FieldSource) and source.field == field:
                return name, source
        return None


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``, did you mean "x"?`` for the known name that looks most like ``name``, or nothing."""
    by_folded = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=1)
    return f', did you mean "{by_folded[close[0]]}"?' if close else ""


def _refused(faults: Iterable[str]) -> MappingError:
    return MappingError(
        f"The mapping file is wrong: {'; '.join(faults)}", "Correct it; docs/mapping.md shows a whole one"
    )


def _place(loc: tuple[int | str, ...]) -> str:
    """Return where a fault stands in the TOML: pydantic's path without the names it gives to variants."""
    steps = [str(step) for i, step in enumerate(loc) if not (i == 3 and loc[1] == "columns" and step in _KINDS)]
    return ".".join(steps)


def _phrase(message: str) -> str:
    words = {"Extra inputs are not permitted": "unknown key", "Field required": "missing"}
    return words.get(message, message[:1].lower() + message[1:])


def _faults(mapping: Mapping) -> Iterator[str]:
    if mapping.timezone is not None and not _is_zone(mapping.timezone):
        yield 'timezone: not the name of a time zone, such as "Europe/Paris"'
    sections = mapping.sections()
    if mapping.stay is not None and "stay" in mapping.stay.parents().values():
        yield "stay: its parent is the patient, not a stay"
    for name, section in sections.items():
        for column, parent in section.parents().items():
            if parent not in sections:
                yield f"{name}.{column}: there is no [{parent}] section"
        taken = [section.key] + ([section.parent_column] if isinstance(section, ChildSection) else [])
        yield from (f"{name}.columns.{column}: is filled already" for column in taken if column in section.columns)
        known = FIELDS[name]
        for column, source in section.columns.items():
            yield from (f"{name}.columns.{column}: {fault}" for fault in _source_faults(source, known))
    for name, section in sections.items():
        if name != "patient" and any(isinstance(source, LearnedSource) for source in section.columns.values()):
            yield f"{name}: only columns of the patients' table are learned"
    if mapping.patient.parents():
        yield "patient: key_of is for the tables below the patient"


def _source_faults(source: Source, known: frozenset[str]) -> Iterator[str]:
    if isinstance(source, FieldSource):
        yield from _unknown([source.field], known)
        yield from _writing_faults(source)
    elif isinstance(source, TemplateSource):
        try:
            names = source.names()
        except ValueError as error:
            yield f"template: {error}"
            return
        yield from _unknown(names, known)
        yield from (f'template: "{name}" is not a text' for name in names if name in DATE_FIELDS | CODED_FIELDS)
    if isinstance(source, FieldSource | TimeSource) and source.format is not None and not _is_readable(source.format):
        yield "format: a date written so cannot be read again (day, month and a year of four digits are needed)"


def _writing_faults(source: FieldSource) -> Iterator[str]:
    is_date = source.field in DATE_FIELDS
    if source.format is not None and not is_date:
        yield "format: only a date has one"
    if is_date and (source.case is not None or source.values is not None):
        yield "a date has neither case nor values"
    if source.values is not None and source.case is not None:
        yield "values and case cannot both be given"
    if source.field == "sex":
        missing = {"female", "male"} - set(source.values or {"female": "", "male": ""})
        yield from (f'values: has no entry for "{word}"' for word in sorted(missing))


def _unknown(names: list[str], known: frozenset[str]) -> Iterator[str]:
    for name in names:
        if name not in known:
            yield f'unknown field "{name}"{nearest(name, known)}'


def _is_readable(pattern: str) -> bool:
    # 1931 tells a year of two digits, which strptime would read as 2031.
    day = datetime(1931, 2, 3)  # noqa: DTZ001
    try:
        return datetime.strptime(day.strftime(pattern), pattern).date() == day.date()  # noqa: DTZ007
    except ValueError:
        return False


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return True
