"""HL7 v2.5 messages: valid, within the standard's tables, whole when read back, and naming no real patient or stay."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Any

import hl7_reading
import pytest
from exchange_cases import AS_OF, ORIGINS, STORY, every_kind, frame, made, one, shown, written
from hl7_reading import Message, components, plain
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hypothesis import given
from hypothesis import strategies as st

from honeytokens.formats import Batch, Origin
from honeytokens.model import Allergy, Story

TABLES = {
    ("MSH", 9): {"ADT^A01^ADT_A01", "ADT^A03^ADT_A03", "ADT^A04^ADT_A01", "ADT^A28^ADT_A05", "ADT^A31^ADT_A05"},
    ("MSH", 11): {"P"},
    ("MSH", 12): {"2.5", "2.5^FRA^2.5"},
    ("MSH", 17): {"FRA", "GBR"},
    ("MSH", 18): {"UNICODE UTF-8"},
    ("MSH", 19): {"FR", "EN"},
    ("PID", 8): {"F", "M"},
    ("PV1", 2): {"E", "I", "N", "O"},
    ("PV1", 4): {"", "R", "U"},
    ("PV1", 51): {"", "V"},
}
"""Fields with the values that HL7 v2.5 and IHE ITI TF-4 (4.1) allow, as far as these messages have use for them."""
PARTS = {
    ("PID", 3, 5): {"PI", "NH"},
    ("PID", 5, 7): {"L", "D", "M"},
    ("PID", 11, 7): {"H"},
    ("PID", 11, 6): {"FRA", "GBR"},
    ("PID", 13, 2): {"PRN", "NET"},
    ("PID", 13, 3): {"PH", "CP", "Internet"},
    ("PID", 18, 5): {"AN"},
    ("PV1", 7, 10): {"L"},
    ("PV1", 7, 13): {"EI", "MD", "RPPS"},
    ("PV1", 19, 5): {"VN"},
}
"""Components, of every repetition of a field."""


def faults(message: Message) -> list[str]:
    """Return what is not in its table."""
    fields = ((place, message.field(*place), values) for place, values in TABLES.items())
    parts = (
        (place, repetition[place[2] - 1], values)
        for place, values in PARTS.items()
        for repetition in components(message.field(*place[:2]))
    )
    diagnoses = ((("DG1", 3, 3), one[3].split("^")[2], {"I10"}) for one in message.all("DG1"))
    kinds = ((("DG1", 6), one[6], {"A", "F"}) for one in message.all("DG1"))
    return [
        f"{'-'.join(map(str, place))}: {value}"
        for place, value, values in chain(fields, parts, diagnoses, kinds)
        if value not in values
    ]


@pytest.mark.parametrize(("locale", "kind"), every_kind())
def test_messages_are_read_back_whole(locale: str, kind: str) -> None:
    batch = made(locale, kind, 300)
    back = hl7_reading.patients(written("hl7v2", batch, origin=ORIGINS[locale]))
    for (row, story), person, told in zip(back, batch.identities.iter_rows(named=True), batch.stories, strict=True):
        if kind == "no numbers":
            assert len(row["local_id"]) == 15, "a number that no hospital reaches"
            row["local_id"] = None
        assert row == person
        assert story == Story(shown(told, locale).stays, told.allergies, ())


@pytest.mark.parametrize(("locale", "kind"), every_kind())
def test_values_are_in_the_tables_of_the_standard(locale: str, kind: str) -> None:
    messages = hl7_reading.messages(written("hl7v2", made(locale, kind, 200), origin=ORIGINS[locale]))
    assert [fault for message in messages for fault in faults(message)] == []


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("|F|", "|femme|", "PID-8: femme"),
        ("^PRN^CP^", "^PRN^MOBILE^", "PID-13-3: MOBILE"),
        ("|UNICODE UTF-8|", "|UTF-8|", "MSH-18: UTF-8"),
        ("^^L|", "^^X|", "PID-5-7: X"),
        ("|E|", "|urgence|", "PV1-2: urgence"),
    ],
)
def test_the_check_of_tables_finds_planted_faults(right: str, wrong: str, fault: str) -> None:
    content = one("hl7v2", phone="06 39 98 12 34").decode()
    assert not any(faults(message) for message in hl7_reading.messages(content.encode()))
    planted = hl7_reading.messages(content.replace(right, wrong).encode())
    assert {found for message in planted for found in faults(message)} == {fault}


def test_hl7apy_has_nothing_against_200_messages(full: bool) -> None:
    """Against 2,000 with ``--full``."""
    messages = []
    for locale, kind in every_kind():
        of_kind: dict[str, list[Message]] = {}
        for message in hl7_reading.messages(written("hl7v2", made(locale, kind, 300), origin=ORIGINS[locale])):
            of_kind.setdefault(message.event, []).append(message)
        assert of_kind.keys() == {"A01", "A03", "A04", "A28", "A31"}
        messages += [message for some in of_kind.values() for message in some[: 90 if full else 8]]
    assert len(messages) >= (2_000 if full else 200)
    for message in messages:
        parsed = parse_message(message.text, validation_level=VALIDATION_LEVEL.STRICT)
        assert parsed.validate()
        assert parsed.to_er7() + "\r" == message.text


def test_a_patients_messages_are_in_order_of_time() -> None:
    for group in hl7_reading.groups(written("hl7v2", made("fr_fr", "demo", 200))):
        stamps = [message.field("MSH", 7) for message in group]
        assert stamps == sorted(stamps)
        assert all({message.field("EVN", 2), message.field("EVN", 6)} == {message.field("MSH", 7)} for message in group)
        events = [message.event for message in group]
        assert events[0] == "A28"
        assert events.count("A01") + events.count("A04") == events.count("A03")


def test_each_stay_has_a_number_of_its_own_that_nobody_counts_up_to() -> None:
    batch = made("fr_fr", "demo", 200)
    numbers: Counter[str] = Counter()
    controls: set[str] = set()
    for _ in range(2):
        for message in hl7_reading.messages(written("hl7v2", batch)):
            assert message.field("MSH", 10) not in controls
            assert len(message.field("MSH", 10)) <= 20
            controls.add(message.field("MSH", 10))
            visit, account = message.field("PV1", 19).split("^")[0], message.field("PID", 18).split("^")[0]
            assert visit == account
            assert bool(visit) == (message.event not in {"A28", "A31"})
            numbers[visit] += 1
    del numbers[""]
    assert set(numbers.values()) == {2}, "one arrival and one end each, and other numbers when written again"
    assert {len(number) for number in numbers} == {15}


def test_arrivals_say_what_kind_of_visit_it_is() -> None:
    found = hl7_reading.messages(one("hl7v2"))
    arrivals = [(m.event, m.field("PV1", 2), m.field("PV1", 4)) for m in found if m.event in {"A01", "A04"}]
    assert arrivals == [("A04", "E", "U"), ("A04", "O", "R"), ("A01", "I", "R"), ("A01", "I", "R")]
    for message in found:
        if message.event in {"A28", "A31"}:
            assert message.all("PV1") == [["PV1", "", "N"]], "IHE: the rest shall be empty"
    assert found[1].field("PV1", 45) == ""
    ends = [message.field("PV1", 45) for message in found if message.event == "A03"]
    assert ends[0] == "20240331033000", "half past two was skipped that night"


def test_allergies_told_later_come_with_an_a31() -> None:
    messages = hl7_reading.messages(one("hl7v2"))
    told = [(m.event, m.field("MSH", 7)[:8], [al1[3] for al1 in m.all("AL1")]) for m in messages]
    assert told[0] == ("A28", "20240330", ["^pénicilline"])
    assert [known for known in told if known[0] == "A31"] == [("A31", "20250401", ["^pénicilline", "^latex"])]
    assert all(not allergies for event, _, allergies in told if event not in {"A28", "A31"})


def test_someone_who_never_came_is_known_since_the_day_of_writing() -> None:
    [message] = hl7_reading.messages(one("hl7v2", story=Story((), (Allergy("latex", date(2020, 1, 1)),), ())))
    assert (message.event, message.field("MSH", 7), len(message.all("AL1"))) == ("A28", "20261101000000", 1)


@pytest.mark.parametrize(
    ("locale", "person", "names"),
    [
        ("fr_fr", {"surname": "Martin"}, "Martin^Camille^^^^^L"),
        ("fr_fr", {"surname": "Martin", "birth_name": "Petit"}, "Petit^Camille^^^^^L~Martin^Camille^^^^^D"),
        ("en_gb", {"surname": "Smith", "birth_name": "Jones"}, "Smith^Camille^^^^^L~Jones^Camille^^^^^M"),
    ],
)
def test_names_have_the_types_of_the_country(locale: str, person: dict[str, Any], names: str) -> None:
    first, *_ = hl7_reading.messages(one("hl7v2", ORIGINS[locale], **person))
    assert first.field("PID", 5) == names


@pytest.mark.parametrize(
    ("origin", "person", "numbers"),
    [
        (ORIGINS["fr_fr"], {"local_id": "8001"}, "8001^^^CH des Tilleuls&750000018&N^PI"),
        (ORIGINS["fr_fr"], {"national_id": "261"}, "261^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO^NH"),
        (ORIGINS["en_gb"], {"local_id": "8001", "national_id": "999"}, "8001^^^Elm Street Hospital^PI~999^^^NHS^NH"),
        (Origin("fr_fr", AS_OF), {"local_id": "8001"}, "8001^^^^PI"),
    ],
)
def test_numbers_have_their_assigning_authorities(origin: Origin, person: dict[str, Any], numbers: str) -> None:
    first, *_ = hl7_reading.messages(one("hl7v2", origin, **person))
    assert first.field("PID", 3) == numbers


awkward = st.text(st.sampled_from("|^~\\&\r\n\t\x0b\x1c éÉœ'’-Ł😀ABCXFSTRE.0D"), min_size=1, max_size=20)


@given(awkward, awkward, awkward)
def test_delimiters_and_controls_in_values_survive(surname: str, street: str, reason: str) -> None:
    stay = replace(STORY.stays[1], reason=reason)
    content = one("hl7v2", story=Story((stay,), (), ()), surname=surname, street=street, local_id="8001")
    assert not set("\n\t\x0b\x1c") & set(content.decode())
    [(row, story)] = hl7_reading.patients(content)
    assert (row["surname"], row["street"], story.stays) == (surname, street, (stay,))


def test_an_establishments_name_is_escaped_too() -> None:
    first, *_ = hl7_reading.messages(one("hl7v2", Origin("fr_fr", AS_OF, "CH Mère & Enfant|Sud")))
    assert plain(first.field("MSH", 4)) == "CH Mère & Enfant|Sud" == plain(first.field("MSH", 6))


def test_nobody_gives_nothing() -> None:
    assert written("hl7v2") == written("hl7v2", Batch(frame([]), [])) == b""
