"""The marks that are found in bytes are at least those that are found in text: whatever the text is."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honeytokens.fingerprints import Mark, Part, marks, read_forms
from honeytokens.fingerprints.byte_folding import FIELDS, Shape, State, fold_units
from honeytokens.fingerprints.byte_marks import QuickPrinter
from honeytokens.fingerprints.prints import CODES

PRINTER = QuickPrinter(bytes(range(32)))
ANYTHING = np.array([2**64 - 1], dtype=np.uint64)
CSV = Shape(True, ord(";"), ord('"'))

PIECES = (
    *("le", "goff", "Élodie", "O'Neill", "rue", "des", "lilas", "12", "7 bis", "75014", "Gal", "Leclerc", "de la Tour"),
    *("1961-03-12", "12/03/61", "19610312", "-277516800", "22352", "1er mars 1961", "March 12, 1961", "12-Mar-1961"),
    *("06 39 98 12 34", "+33 (0)6.39.98.12.34", "0033639981234", "202-555-0173", "621 123 456", "639981234"),
    *("1 61 03 75 116 001 23", "IPP-0012345", "161037511600123", "LS12 3AB", "L-1234", "02139"),
    *("jean.dupont@exemple.fr", "https://resultats.exemple/ab12cd34ef56", "d41d8cd98f00b204e9800998ecf8427e"),
    *("\u00a0", "«", "»", "’", "œ", "ß", "—", "n°", "½", "Ã©", "Ж", "1961-03-11T23:00:00Z", "a@b.fr, c@d.fr"),
)
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=9).flatmap(
    lambda parts: st.sampled_from([" ", "", ", ", "-", "/"]).map(lambda between: between.join(parts))
)


def of_decoys(found: set[Mark]) -> list[Mark]:
    """Marks such as decoys have: their identifiers have six digits, their postcodes one, their links a path."""

    def kept(mark: Mark) -> bool:
        digits = sum(map(str.isdecimal, mark[1]))
        return {Part.ID: digits >= 6, Part.POSTCODE: digits > 0, Part.LINK: "/" in mark[1]}.get(mark[0], True)

    return sorted(filter(kept, found))


def hashes(found: Sequence[Mark]) -> list[int]:
    forms = [form.encode() for _, form in found]
    codes = np.array([CODES[part] for part, _ in found], dtype=np.uint8)
    data, offsets = np.frombuffer(b"".join(forms), np.uint8), np.cumsum([0, *map(len, forms)])
    return list(PRINTER.singles(codes, data, offsets).tolist())


def missed(records: Sequence[Sequence[str]], units: Sequence[bytes], shape: Shape) -> list[Mark]:
    """Marks in records that are not found in the units that hold them, and are not odd."""
    bounds = np.cumsum([0, *map(len, units)])
    found = PRINTER.find(fold_units(np.frombuffer(b"".join(units), np.uint8), bounds, shape), ANYTHING, ANYTHING)
    lost = list[Mark]()
    for number, fields in enumerate(records):
        if found.states[number] == State.PLAIN:
            wanted = of_decoys(set[Mark]().union(*(marks(read_forms(field)) for field in fields)))
            own = set(found.hashes[found.bounds[number] : found.bounds[number + 1]].tolist())
            lost += [mark for mark, hashed in zip(wanted, hashes(wanted), strict=True) if hashed not in own]
    return lost


@given(st.lists(TEXTS.filter(lambda text: "\0" not in text), min_size=1, max_size=4))
@settings(max_examples=400)
def test_every_mark_in_fields_is_found(fields: list[str]) -> None:
    assert missed([fields], ["\0".join(fields).encode(errors="replace")], FIELDS) == []


def test_every_reading_of_dates_and_numbers_is_found() -> None:
    rng = random.Random(1)
    signs = "0123456789" * 3 + "-/. T:+()" + "abcdefé" + "\u00a0\t"
    texts = ["".join(rng.choices(signs, k=rng.randrange(4, 30))) for _ in range(3000)]
    days = [date(1890, 1, 1) + timedelta(days=rng.randrange(80_000)) for _ in range(300)]
    texts += [day.strftime(form) for day in days for form in ("%d/%m/%y", "%Y%m%d", "%d %B %Y", "%b %d, %Y")]
    assert missed([[text] for text in texts], [text.encode() for text in texts], FIELDS) == []


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_fields_of_lines_are_those_of_their_dialect(encoding: str) -> None:
    records = [
        ["Lefèvre", "Zoé", "1961-03-12"],
        ['Le "Goff"', "12; rue des Lilas", "jean@exemple.fr"],
        ["", "", "0639981234"],
    ]
    quoted = [
        ["Lefèvre", '"Zoé"', "1961-03-12"],
        ['"Le ""Goff"""', ' "12; rue des Lilas"', "jean@exemple.fr"],
        records[2],
    ]
    units = [(";".join(fields) + "\r\n").encode(encoding) for fields in quoted]
    assert missed(records, units, CSV) == []
    folded = fold_units(np.frombuffer(b"".join(units), np.uint8), np.cumsum([0, *map(len, units)]), CSV)
    assert folded.states.tolist() == [State.PLAIN] * 3


@pytest.mark.parametrize(
    "line",
    [b'a"b;c', b'"a;b', b'"a"b;c', b"a\0b", b"x" * 600, "Ã©".encode(), "Ж".encode(), b"a@b.fr c@d.fr"],
)
def test_what_is_not_understood_is_odd(line: bytes) -> None:
    assert fold_units(np.frombuffer(line, np.uint8), np.array([0, len(line)]), CSV).states.tolist() == [State.ODD]


@pytest.mark.parametrize(("line", "blank"), [(b"", True), (b"  \r\n", True), (b";;\n", False), (b'""', False)])
def test_blank_lines(line: bytes, blank: bool) -> None:
    states = fold_units(np.frombuffer(line, np.uint8), np.array([0, len(line)]), CSV).states.tolist()
    assert states == [State.BLANK if blank else State.PLAIN]
