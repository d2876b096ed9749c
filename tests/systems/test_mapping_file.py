"""The mapping file: what it may say, and what an operator is told when it says something else."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hospital_cases import MAPPING
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from honeytokens.errors import MappingError
from honeytokens.systems.mapping import FIELDS, FieldSource, Mapping, TemplateSource

MINIMAL = """
version = 1
[patient]
table = "patients"
key = "id"
[patient.columns]
last = "surname"
first = "first_name"
dob = "birth_date"
"""


def test_reads_a_whole_file() -> None:
    mapping = Mapping.parse(MAPPING)
    assert list(mapping.sections()) == ["patient", "stay", "allergy", "prescription"]
    assert mapping.patient.columns["first_name"] == FieldSource(field="first_name")
    assert mapping.patient.columns["full_name"] == TemplateSource(template="{surname} {first_name}", case="ascii-upper")
    assert mapping.sections()["prescription"].parents() == {"stay_id": "stay", "patient_id": "patient"}
    assert mapping.column_of("surname") == ("last_name", FieldSource(field="surname", case="upper"))
    assert mapping.column_of("national_id") is None


def test_the_manual_shows_a_mapping_that_is_right() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text("utf-8")
    example = manual.partition("```toml\n")[2].partition("```")[0]
    assert list(Mapping.parse(example).sections()) == ["patient", "stay", "allergy", "prescription"]
    for fields in FIELDS.values():
        assert all(f"`{field}`" in manual for field in fields)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x = [", "not TOML: "),
        ('version = 1\n[patient]\ntable = "p"', "not TOML: "),
        ('x = "surnme"', 'patient.columns.x: unknown field "surnme", did you mean "surname"?'),
        ('x = "drug"', 'patient.columns.x: unknown field "drug"'),
        ("x = 3", "patient.columns.x: must have exactly one of field, template, constant"),
        ('x = { field = "sex", constant = 1 }', "patient.columns.x: must have exactly one of"),
        ('x = { field = "surname", cased = "upper" }', "patient.columns.x.cased: unknown key"),
        ('x = { field = "surname", case = "big" }', "patient.columns.x.case: "),
        ('x = { field = "sex", values = { female = "F" } }', 'patient.columns.x: values: has no entry for "male"'),
        ('x = { field = "birth_date", format = "%d/%m/%y" }', "patient.columns.x: format: "),
        ('x = { field = "birth_date", format = "%Y" }', "patient.columns.x: format: "),
        ('x = { field = "birth_date", case = "upper" }', "patient.columns.x: a date has neither case nor values"),
        ('x = { field = "town", format = "%d" }', "patient.columns.x: format: only a date has one"),
        ('x = { template = "{surname!r}" }', "patient.columns.x: template: only a field's name"),
        ('x = { template = "{surname" }', "patient.columns.x: template: "),
        ('x = { template = "{birth_date}" }', 'patient.columns.x: template: "birth_date" is not a text'),
        ('x = { template = "{}" }', 'patient.columns.x: unknown field ""'),
        ('x = { time = "noon" }', "patient.columns.x.time: "),
        ('x = { from = "practitioners", only = [1] }', "patient.columns.x.from: "),
        ('x = { from = "practitioners.id", only = [] }', "patient.columns.x.only: "),
        ('x = { key_of = "stay" }', "patient.x: there is no [stay] section"),
        ('id = "local_id"', "patient.columns.id: is filled already"),
        ('[stay]\ntable = "s"\nkey = "k"', "stay.parent_column: missing"),
        ('[stay]\ntable = "s"\nkey = "k"\nparent = "stay"\nparent_column = "p"', "stay: its parent is the patient"),
        ('[allergy]\ntable = "a"\nkey = "k"\nparent = "stay"\nparent_column = "p"', "allergy.p: there is no [stay]"),
        ('[visit]\ntable = "s"', "visit: unknown key"),
    ],
)
def test_names_the_place_of_a_fault(line: str, said: str) -> None:
    with pytest.raises(MappingError) as refused:
        Mapping.parse(MINIMAL + line)
    assert said in refused.value.problem
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "head", ["", "version = 2\n", "version = 1\ntimezone = 'Paris'\n", "version = 1\ntimezone = '../x'\n"]
)
def test_refuses_another_version_or_zone(head: str) -> None:
    with pytest.raises(MappingError, match=r"version|timezone"):
        Mapping.parse(MINIMAL.replace("version = 1\n", head))


def test_names_every_fault_at_once() -> None:
    with pytest.raises(MappingError) as refused:
        Mapping.parse(MINIMAL + 'x = "surnme"\ny = "twon"\n')
    assert refused.value.problem.count("; ") == 1


@given(st.text())
def test_no_text_makes_it_fall(text: str) -> None:
    with pytest.raises(MappingError):
        Mapping.parse(text)


@given(st.dictionaries(st.text(max_size=8), st.recursive(st.text(max_size=8) | st.integers(), st.lists, max_leaves=3)))
def test_no_column_makes_it_fall(values: dict[str, object]) -> None:
    content = {"version": 1, "patient": {"table": "p", "key": "k", "columns": {"c": values}}}
    with contextlib.suppress(ValidationError):
        Mapping.model_validate(content)
