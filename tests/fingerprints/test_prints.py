"""Prints: keyed, stable over the years, and the same for a decoy's value and for what a dump shows of it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from honeytokens.fingerprints import PAIRS, PART_PAIRS, Part, marks, read_forms, value_marks
from honeytokens.fingerprints.prints import CODES, Printer
from honeytokens.model import Field

KEY = bytes(range(32))


GOLDEN = {
    (Part.DATE, "1961-03-12"): 121793746579743785,
    (Part.DIGEST, "55502f40dc8b7c769880b10874abc9d0"): 4621310706170347771,
    (Part.EMAIL, "jean.dupont@mail.example.org"): 1405372310076776018,
    (Part.FIRST_NAME, "jean"): 6908500333030413335,
    (Part.HEAD, "dupo"): 6645054820379651612,
    (Part.ID, "1610375123456"): 10967811556276076996,
    (Part.LINK, "h.example/é"): 2866591284044829058,
    (Part.PHONE, "612345678"): 4886401105962867317,
    (Part.POSTCODE, "75011"): 15049930766783567302,
    (Part.STREET, "12 paix"): 5907046042310704771,
    (Part.SURNAME, "dupont"): 14141519296447578990,
}
GOLDEN_PAIRS = {
    ((Part.DATE, "1961-03-12"), (Part.HEAD, "dupo")): 2229708664747488431,
    ((Part.DATE, "1961-03-12"), (Part.STREET, "12 paix")): 8109820262202385944,
    ((Part.HEAD, "dupo"), (Part.PHONE, "612345678")): 9413721782460005562,
    ((Part.HEAD, "dupo"), (Part.STREET, "12 paix")): 7753640841309575166,
    ((Part.POSTCODE, "75011"), (Part.SURNAME, "dupont")): 16529124675459572862,
    ((Part.FIRST_NAME, "jean"), (Part.SURNAME, "dupont")): 9953143187073092051,
}


def test_prints_are_stable() -> None:
    """Prints live in indexes on disk: these figures must never change."""
    printer = Printer(KEY)
    assert {mark: printer.single(mark) for mark in GOLDEN} == GOLDEN
    assert {pair: printer.pair(*pair) for pair in GOLDEN_PAIRS} == GOLDEN_PAIRS
    assert set(CODES) == set(Part) == {part for part, _ in GOLDEN}
    assert {(one, other) for (one, _), (other, _) in GOLDEN_PAIRS} == PART_PAIRS


def test_marks_are_printed_as_one_by_one() -> None:
    printer = Printer(KEY)
    codes, prints = printer.marks(list(GOLDEN))
    assert prints.tolist() == list(GOLDEN.values())
    assert codes.tolist() == [CODES[part] for part, _ in GOLDEN]
    hashes, records = printer.pairs_within(codes, prints, np.array([0, len(GOLDEN)]))
    assert sorted(hashes.tolist()) == sorted(GOLDEN_PAIRS.values())
    assert not records.any()


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
        (Field.TOWN, "Sainte-Marie-Plage", "SAINTEMARIEPLAGE"),
        (Field.BIRTH_PLACE, "Saint-Rémy", "ST REMY"),
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
        (Field.TOWN, "Dijon", "Dijonnais"),
        (Field.SEX, "female", "female"),
    ],
)
def test_other_values_make_no_common_mark(field: Field, value: str, shown: str) -> None:
    heads = {mark for mark in value_marks(field, value) if mark[0] is Part.HEAD}
    assert not (value_marks(field, value) - heads) & marks(read_forms(shown))


def test_every_pair_can_be_printed() -> None:
    printer = Printer(KEY)
    assert {frozenset((one, two)) for (_, one), (_, two) in PAIRS} == {frozenset(pair) for pair in PART_PAIRS}
    assert len({printer.pair((one, "x"), (two, "x")) for one, two in PART_PAIRS}) == len(PART_PAIRS)


@pytest.mark.parametrize(
    "module",
    [
        "honeytokens.cli.scan",
        "honeytokens.fingerprints",
        "honeytokens.decoys",
        "honeytokens.workflows.plan",
        "honeytokens.workflows.apply",
        "callback_server.front.process",
    ],
)
def test_what_does_not_print_never_loads_the_compiler(module: str) -> None:
    command = f"import sys, {module}; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0
