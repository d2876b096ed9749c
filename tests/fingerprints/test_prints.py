"""Prints: keyed, stable over the years, and the same for a decoy's value and for what a dump shows of it."""

from __future__ import annotations

import pytest

from honeytokens.fingerprints import PAIRS, PART_PAIRS, Part, Printer, marks, read_forms, value_marks
from honeytokens.model import Field

KEY = bytes(range(32))


def test_prints_are_stable() -> None:
    """Prints live in indexes on disk: these figures must never change."""
    printer = Printer(KEY)
    assert printer.single((Part.PHONE, "612345678")) == 7907555905486491808
    assert printer.pair((Part.DATE, "1961-03-12"), (Part.HEAD, "dupo")) == 12530235617463255271


def test_prints_depend_on_key_kind_and_form_but_not_on_order() -> None:
    printer, other = Printer(KEY), Printer(KEY[::-1])
    date, head, street = (Part.DATE, "1"), (Part.HEAD, "1"), (Part.STREET, "1")
    assert printer.pair(date, head) == printer.pair(head, date)
    prints = {
        printer.single(date),
        printer.single(head),
        printer.single((Part.DATE, "2")),
        other.single(date),
        printer.pair(date, head),
        printer.pair(street, head),
        other.pair(date, head),
    }
    assert len(prints) == 7
    assert max(prints) < 2**64


def test_key_length() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Printer(b"x" * 16)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (Field.SURNAME, "Le Goff", "LE GOFF"),
        (Field.SURNAME, "Le Goff", "LEGOFF"),
        (Field.SURNAME, "O'Neill", "oneill"),
        (Field.SURNAME, "Dupont-Martin", "DUPONT MARTIN"),
        (Field.SURNAME, "Lefèvre", "LEFEV"),
        (Field.FIRST_NAME, "Jean-Pierre", "Jean"),
        (Field.BIRTH_DATE, "1961-03-12", "12.03.61"),
        (Field.STREET, "12 bis rue de la Paix", "12 RUE PAIX"),
        (Field.STREET, "4 avenue du Général Leclerc", "4 AV DU GAL LECLERC"),
        (Field.POSTCODE, "01000", "1000"),
        (Field.PHONE, "06 12 34 56 78", "+33612345678"),
        (Field.EMAIL, "a.b@x.example", "A.B@X.EXAMPLE"),
        (Field.EMAIL, "test@example.com", "55502F40DC8B7C769880B10874ABC9D0"),
        (Field.LOCAL_ID, "00123456", "123456"),
        (Field.NATIONAL_ID, "161037512345612", "1 61 03 75 123 456"),
        (Field.WEB_LINK, "https://h.example/p/q", "see h.example/p/q."),
    ],
)
def test_a_decoys_value_and_the_dump_make_the_same_mark(field: Field, value: str, shown: str) -> None:
    assert value_marks(field, value) & marks(read_forms(shown))


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (Field.SURNAME, "Bonn", "Bonnenberger"),
        (Field.PHONE, "06 12 34 56 78", "0612345679"),
        (Field.LOCAL_ID, "1234", "1234"),
        (Field.STREET, "12 rue de la Paix", "12 rue de la Gare"),
        (Field.BIRTH_DATE, "1961-03-12", "1961-03-13"),
        (Field.TOWN, "Dijon", "Dijon"),
    ],
)
def test_other_values_make_no_common_mark(field: Field, value: str, shown: str) -> None:
    heads = {mark for mark in value_marks(field, value) if mark[0] is Part.HEAD}
    assert not (value_marks(field, value) - heads) & marks(read_forms(shown))


def test_every_pair_can_be_printed() -> None:
    printer = Printer(KEY)
    assert {frozenset((one, two)) for (_, one), (_, two) in PAIRS} == {frozenset(pair) for pair in PART_PAIRS}
    assert len({printer.pair((one, "x"), (two, "x")) for one, two in PART_PAIRS}) == len(PART_PAIRS)
