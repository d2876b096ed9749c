"""Marks and prints of columns of decoys' values: just those that :func:`value_marks` gives value by value.

Most values have the usual form of their field, of which a few expressions make the marks of a whole column. Every other
value goes through ``value_marks``, each distinct one once. Importing this file loads the compiler.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import numpy as np
import polars as pl
from anyascii import anyascii

from honeytokens.fingerprints.compiled import I64, U8, U64
from honeytokens.fingerprints.forms import NEVER_NAMES
from honeytokens.fingerprints.marks import HEAD_LETTERS, LEAST_ID_DIGITS, Part, plain_marks
from honeytokens.fingerprints.numbers import HASHED_FIELDS, HASHES, PHONE_DIGITS, hashed, hashed_spellings
from honeytokens.fingerprints.prints import CODES
from honeytokens.model import Field

_VALUE = pl.col("value")

_LETTERS = "A-Za-zÀ-ÖØ-öø-ÿ"
"""Letters that are no mojibake, whichever stands beside which: so each may be folded alone."""
_FOLDED = {letter: anyascii(letter) for letter in map(chr, range(0xC0, 0x100)) if letter.isalpha()}
_NAME = _VALUE.str.replace_many(_FOLDED).str.to_lowercase()
_NUMBER = _VALUE.str.to_lowercase().str.strip_chars_start("0")


@dataclass(frozen=True, slots=True)
class _Usual:
    """The usual form of a field's values, and the forms of the marks that it makes: a null is no mark."""

    when: pl.Expr
    forms: Mapping[Part, pl.Expr]


def _names(part: Part) -> _Usual:
    """Return one word that may be a name."""
    when = _VALUE.str.contains(f"^[{_LETTERS}]+$") & ~_NAME.is_in(sorted(NEVER_NAMES)) & (_NAME.str.len_bytes() > 1)
    return _Usual(when, {part: _NAME, Part.HEAD: _NAME.str.head(HEAD_LETTERS)})


_IDENTIFIER = _Usual(
    _VALUE.str.contains("^[A-Za-z]*[0-9]{6,14}$"),
    {Part.ID: pl.when(_NUMBER.str.len_bytes() >= LEAST_ID_DIGITS).then(_NUMBER)},
)
_USUAL: Mapping[Field, _Usual] = {
    Field.SURNAME: _names(Part.SURNAME),
    Field.BIRTH_NAME: _names(Part.SURNAME),
    Field.FIRST_NAME: _names(Part.FIRST_NAME),
    Field.BIRTH_DATE: _Usual(
        _VALUE.str.contains("^(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$")
        & _VALUE.str.to_date("%Y-%m-%d", strict=False).is_not_null(),
        {Part.DATE: _VALUE},
    ),
    Field.POSTCODE: _Usual(_VALUE.str.contains("^[0-9]{5}$"), {Part.POSTCODE: _NUMBER}),
    Field.PHONE: _Usual(
        _VALUE.str.contains("^0[1-9](?:(?: ?[0-9]{2}){4}|[0-9]{3} [0-9]{6})$"),
        {Part.PHONE: _VALUE.str.replace_all(" ", "", literal=True).str.tail(PHONE_DIGITS)},
    ),
    Field.EMAIL: _Usual(
        _VALUE.str.contains(r"^[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9]+$"),
        {Part.EMAIL: _VALUE.str.to_lowercase()},
    ),
    Field.LOCAL_ID: _IDENTIFIER,
    Field.NATIONAL_ID: _IDENTIFIER,
    Field.WEB_LINK: _Usual(
        _VALUE.str.contains(r"^https?://(?:[a-z0-9][a-z0-9-]{0,62}\.)+[a-z]{2,}/[a-z0-9/_-]*[a-z0-9]$"),
        {Part.LINK: _VALUE.str.replace("^https?://", "")},
    ),
}
_USUAL_STREET = f"^([0-9]{{1,5}}) ([{_LETTERS}Œœ'’ -]+)$"
"""A house number, and a name without any digit: so whatever the number is, the name's telling word is the same."""


class Prints(Protocol):
    """What gives marks their prints."""

    def singles(self, codes: U8, data: U8, offsets: I64) -> U64:
        """Return those of a column of marks: mark ``i`` has the form ``data[offsets[i]:offsets[i + 1]]``."""


def column_prints(
    printer: Prints, field: Field, decoys: pl.Series, values: pl.Series, salts: Sequence[bytes] = ()
) -> pl.DataFrame:
    """Return the prints of the marks of a column of values (String; dates in ISO form), each mark of a row once.

    ``decoys`` (UInt32) are the numbers of the values' decoys. The columns are ``decoy`` (UInt32), ``code`` (UInt8, that
    of the part) and ``print`` (UInt64). Nulls, and fields that name nobody, have no marks. Hashes are
    marked with each of the ``salts`` too.
    """
    rows = pl.DataFrame({"decoy": decoys, "value": values}).drop_nulls()
    marks = _street_marks(rows) if field is Field.STREET else _marks(field, rows)
    data = np.frombuffer("".join(marks["form"]).encode(), dtype=np.uint8)
    offsets = np.concatenate(([0], marks["form"].str.len_bytes().to_numpy().cumsum(dtype=np.int64)))
    prints = printer.singles(marks["code"].to_numpy(), data, offsets)
    found = [marks.select("decoy", "code", print=prints)]
    if field in HASHED_FIELDS:
        found += _digest_prints(printer, field, rows, salts)
    return pl.concat(found)


def _marks(field: Field, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the marks (``decoy``, ``code``, ``form``) of rows (``decoy``, ``value``) but those of hashes."""
    usual = _USUAL.get(field)
    if usual is None:
        return _one_by_one(field, rows).select("decoy", "code", "form")
    plain, others = (rows.filter(condition) for condition in (usual.when, ~usual.when))
    found = [plain.select("decoy", code=_code(part), form=form).drop_nulls() for part, form in usual.forms.items()]
    return pl.concat([*found, _one_by_one(field, others).select("decoy", "code", "form")])


def _street_marks(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the marks of street lines: a usual line's name is read with the number 1, whatever its number is."""
    groups = _VALUE.str.extract_groups(_USUAL_STREET).struct.rename_fields(["number", "name"])
    lines = rows.with_columns(groups.struct.unnest())
    usual, others = lines.drop_nulls("name"), lines.filter(pl.col("name").is_null())
    named = _one_by_one(Field.STREET, usual.with_columns(value=pl.format("1 {}", "name")))
    numbered = named.select("decoy", "code", form=pl.col("number") + pl.col("form").str.slice(1))
    return pl.concat([numbered, _one_by_one(Field.STREET, others).select("decoy", "code", "form")])


def _one_by_one(field: Field, rows: pl.DataFrame) -> pl.DataFrame:
    """Return any rows with the ``code`` and ``form`` of each of their marks: each distinct value is read once."""
    marks = [(value, CODES[part], form) for value in rows["value"].unique() for part, form in plain_marks(field, value)]
    found = pl.DataFrame(marks, {"value": pl.String, "code": pl.UInt8, "form": pl.String}, orient="row")
    return rows.join(found, on="value")


def _digest_prints(printer: Prints, field: Field, rows: pl.DataFrame, salts: Sequence[bytes]) -> Iterator[pl.DataFrame]:
    """Yield the prints of the marks of hashes, for each kind of hash."""
    spellings = [hashed_spellings(field, value, salts) for value in rows["value"]]
    decoys = pl.Series("decoy", np.repeat(rows["decoy"].to_numpy(), [len(own) for own in spellings]))
    texts = list(chain.from_iterable(spellings))
    codes = np.full(len(texts), CODES[Part.DIGEST], dtype=np.uint8)
    for kind in HASHES:
        forms = b"".join([hashed(text, kind) for text in texts]).hex().encode()
        offsets = np.arange(len(texts) + 1) * (2 * kind.digest_size)
        prints = printer.singles(codes, np.frombuffer(forms, dtype=np.uint8), offsets)
        yield pl.DataFrame({"decoy": decoys, "code": codes, "print": prints})


def _code(part: Part) -> pl.Expr:
    return pl.lit(CODES[part], dtype=pl.UInt8)
