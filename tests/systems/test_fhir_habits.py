"""What a host's resources teach, and that nothing a server holds can stop the learning."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honeytokens.systems.fhir_server.habits import Habits, shape
from honeytokens.systems.fhir_server.resources import holds, names

OURS: dict[str, Any] = {
    "resourceType": "Patient",
    "extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueAddress": {"city": "Lens"}}
    ],
    "identifier": [{"use": "usual", "system": "urn:ours", "value": "770001"}],
    "active": True,
    "name": [{"use": "official", "family": "Martin", "given": ["Anne"]}],
    "telecom": [
        {"system": "phone", "value": "06 39 98 12 34", "use": "mobile"},
        {"system": "url", "value": "https://example.org/1"},
    ],
    "gender": "female",
    "birthDate": "1961-03-12",
    "address": [{"use": "home", "line": ["1 rue"], "city": "Lens", "postalCode": None, "country": "FR"}],
}
THEIRS: dict[str, Any] = {
    "resourceType": "Patient",
    "identifier": [{"system": "urn:theirs", "value": "H-0001", "assigner": {"display": "Site"}}],
    "name": [{"family": "Petit", "given": ["Jean"], "text": "Jean Petit"}],
    "telecom": [{"system": "phone", "value": "+33 6 11 22 33 44"}],
    "gender": "male",
    "birthDate": "1950-01-01",
    "address": [{"line": ["2 rue"], "city": "Arras", "country": "France"}],
}


def test_what_is_not_usual_is_left_out() -> None:
    like = Habits.learnt("Patient", [THEIRS] * 9 + [THEIRS | {"active": True}]).like_the_hosts(OURS)
    assert like == {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:theirs", "value": "770001", "assigner": {"display": "Site"}}],
        "name": [{"family": "Martin", "given": ["Anne"], "text": "Anne Martin"}],
        "telecom": [{"system": "phone", "value": "06 39 98 12 34"}],
        "gender": "female",
        "birthDate": "1961-03-12",
        "address": [{"line": ["1 rue"], "city": "Lens", "country": "France"}],
    }


@pytest.mark.parametrize(("with_it", "carried"), [(10, True), (5, True), (4, False), (0, False)])
def test_a_profile_that_half_of_them_state_is_carried(with_it: int, carried: bool) -> None:
    sample = [THEIRS | {"meta": {"profile": ["urn:p"]}}] * with_it + [THEIRS] * (10 - with_it)
    like = Habits.learnt("Patient", sample).like_the_hosts(OURS)
    assert like.get("meta") == ({"profile": ["urn:p"]} if carried else None)


def test_two_names_where_a_fifth_have_two() -> None:
    two = THEIRS | {"name": [*THEIRS["name"], {"family": "Roux", "use": "maiden"}]}
    assert Habits.learnt("Patient", [two, *[THEIRS] * 4]).two_names
    assert not Habits.learnt("Patient", [two, *[THEIRS] * 5]).two_names


def test_a_number_is_written_as_theirs() -> None:
    habits = Habits.learnt("Patient", [THEIRS])
    assert habits.fits("H-0002")
    assert not habits.fits("770001")
    assert shape("2A-é1") == "9A-A9"


def test_an_observation_that_nobody_makes_is_not_known() -> None:
    def sign(code: str) -> dict[str, Any]:
        return {"resourceType": "Observation", "code": {"coding": [{"code": code}]}}

    habits = Habits.learnt("Observation", [sign("8867-4")])
    assert habits.knows(sign("8867-4"))
    assert not habits.knows(sign("2708-6"))


@pytest.mark.parametrize(
    ("found", "sent", "held"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ([1, 2], [1], False),
        ("https://host/fhir/Patient/1", "Patient/1", True),
        ("Patient/11", "Patient/1", False),
        (None, {}, False),
    ],
)
def test_what_was_sent_is_held(found: object, sent: object, held: bool) -> None:
    assert holds(found, sent) is held


_NAMES = st.sampled_from(["coding", "system", "value", "family", "given", "url", "profile"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["coding", "system", "value", "family", "given", "url", "profile"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
_ELEMENTS = st.sampled_from(
    ["meta", "identifier", "name", "telecom", "address", "extension", "active", "communication"]
)


@given(st.lists(st.dictionaries(_ELEMENTS, _JSON, max_size=5), min_size=1, max_size=3))
def test_whatever_a_server_holds(sample: list[dict[str, Any]]) -> None:
    like = Habits.learnt("Patient", sample).like_the_hosts(OURS)
    assert like["name"][0]["family"].casefold() == "martin"
    assert like["birthDate"] == "1961-03-12"
    assert [one["value"] for one in like["identifier"]] == ["770001"]
    assert all(isinstance(text, str) for one in sample for pair in names(one) for text in pair)
