"""Columns of prints: just those of the marks that value_marks gives value by value, of ordinary and odd values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from honeytokens.decoys import Maker, digest_of_data
from honeytokens.fingerprints import value_marks
from honeytokens.fingerprints.columns import column_prints
from honeytokens.fingerprints.prints import CODES, Printer
from honeytokens.keys import Keyring
from honeytokens.model import DEMO, Field, Policies, Pool, PoolKind, PoolShare, Recipe

PRINTER = Printer(bytes(range(32)))
KEYRING = Keyring((bytes(range(32)),))
FRENCH = (
    Pool(PoolKind.MAIL, "courrier-sante.fr"),
    Pool(PoolKind.WEB, "resultats.tilleuls.fr"),
    Pool(PoolKind.PHONE, "06 39 98 ## ##"),
    Pool(PoolKind.LOCAL_ID, "0080####"),
)
BRITISH = (
    Pool(PoolKind.MAIL, "clinic-post.example"),
    Pool(PoolKind.PHONE, "07700 ######"),
    Pool(PoolKind.LOCAL_ID, "RX-####/##"),
)


def one_by_one(field: Field, values: Sequence[str | None]) -> set[tuple[int, int, int]]:
    return {
        (decoy, CODES[mark[0]], PRINTER.single(mark))
        for decoy, value in enumerate(values)
        if value is not None
        for mark in value_marks(field, value)
    }


def in_columns(field: Field, values: Sequence[str | None]) -> list[tuple[int, int, int]]:
    decoys = pl.int_range(len(values), dtype=pl.UInt32, eager=True)
    prints = column_prints(PRINTER, field, decoys, pl.Series(values, dtype=pl.String))
    assert prints.schema == {"decoy": pl.UInt32, "code": pl.UInt8, "print": pl.UInt64}
    return prints.rows()


def agree(field: Field, values: Sequence[str | None]) -> None:
    found = in_columns(field, values)
    assert len(found) == len(set(found))
    assert set(found) == one_by_one(field, values)


@pytest.mark.parametrize(
    ("locale", "near", "pools", "demo"),
    [
        ("fr_fr", "75014", FRENCH, False),
        ("fr_fr", "20000", (), True),
        ("en_gb", "LS6 2AB", BRITISH, False),
        ("en_gb", "SE1", (), True),
        ("fr_be", "4000", (), True),
        ("fr_lu", "L-1510", (), True),
        ("en_us", "98101", (), True),
    ],
)
def test_identities(locale: str, near: str, pools: Sequence[Pool], demo: bool) -> None:
    shares = tuple(PoolShare(pool, 0) for pool in pools)
    recipe = Recipe(locale, digest_of_data(locale), near, date(2026, 3, 1), shares, DEMO if demo else Policies())
    people = Maker.of(KEYRING, "spring", "00ff", 1, recipe).identities(range(400))
    for field in Field:
        agree(field, people[field].cast(pl.String).to_list())


ODD: tuple[str | None, ...] = (
    None,
    # names
    "", " ", "O'Neill", "O’Neill", "Le Goff", "LE GOFF", "de La Tour d’Auvergne", "Dupont-Martin", "Müller", "Groß",
    "Œuvrard", "Ã‰lodie", "Šimić", "Nguyễn", "X", "Ay", "É", "Rue", "PLACE", "Mme", "Martin2", "a@b.fr",
    "12/03/1961", "王", "Straße", "ÿ", "Þór", "D'", "Â²", "Jean\u00a0Paul", "Jean\tPaul", "0612345678",
    # dates
    "1961-03-12", "1961-02-30", "1899-12-31", "1850-01-01", "1849-01-01", "2100-12-31", "2101-01-01", "1961-3-2",
    "0000-00-00", "1961-03-12 ", "12/03/1961", "1961-03-12T00:00:00", "１９６１-03-12",
    # street lines
    "12 rue de la Paix", "12 bis rue de la Paix", "12B rue de la Paix", "rue de la Paix", "012 rue Haute",
    "3 rue du 8 mai 1945", "123456 rue Haute", "12, rue Haute", "12 l'Étang", "12 Œuvre", "1 1 2 rue A",
    "12  rue Haute", "12 ", "4 Gal Leclerc", "7 place Saint-Michel", "12 rue Ã‰lodie", "9 rue de l’Île",
    "5 St Mary's Rd", "12 rue Haute appt 4", "12 du", "5 -", "١٢ rue Haute", "12 rue a@b.fr",
    # postcodes
    "01000", "00000", "75014", "2A004", "SW1A 1AA", "SW1A1AA", "F-75011", "123", "١٢٣٤٥",
    # telephones
    "06 12 34 56 78", "0612345678", "06 1234 5678", "07700 900123", "01632 960001", "07700 012345", "+33612345678",
    "00 33 6 12 34 56 78", "06-12-34-56-78", "6 12 34 56 78", "06 12 34 56 78 ", "112", "0470 12 34 56",
    "06 12 34 56 7",
    # addresses
    "a.b@x.example", "A.B@X.EXAMPLE", "é@x.example", "a@b", "a@b.c-", "a@b.c.", "a b@c.d", "a@b.c, d@e.f",
    # identifiers
    "00123456", "1234", "000000", "0000000", "12345", "RX1234567", "0RX123456", "RX-1234/56", "123456789012345",
    "12345678901234", "0612345678", "19610312", "ab12cd34ef56",
    "161037512345612", "161032A12345612", "1 61 03 75 123 456 12", "9991234560", "999 123 4560",
    # links
    "https://h.example/p/q", "http://h.example/p", "https://h.example", "https://h.example/", "https://h.example/P",
    "https://1h.co1.example/p.", "https://h.example/p?q=1", "h.example/p", "https://h/p", "ftp://h.example/p",
    "Dijon", "12 rue de Dijon", "1961-03-12",
    "female", "male",
)  # fmt: skip


@pytest.mark.parametrize("field", Field)
def test_odd_values(field: Field) -> None:
    agree(field, [*ODD, *ODD])
    agree(field, [])
    agree(field, [None, None])


SIGNS = st.sampled_from("0123456789 09 06 -.'’@/:ABabÉéÃ‰ÂœŒßÿ²\u00a0٣")
SHAPES = (
    st.text(SIGNS, max_size=20)
    | st.from_regex(r"\A[0-9]{1,6} [A-Za-zÀ-ÿŒœ'’ -]{1,12}\Z")
    | st.from_regex(r"\A0[0-9](?: ?[0-9]{2,3}){3,5}\Z")
    | st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
    | st.from_regex(r"\A[a-zA-Z]{0,3}[0-9]{5,16}\Z")
    | st.from_regex(r"\Ahttps?://(?:[a-z0-9-]{1,4}\.){1,2}[a-z0-9]{1,3}/[a-z0-9./_-]{0,5}\Z")
    | st.from_regex(r"\A[a-zA-Z.]{1,4}@[a-z.-]{1,6}\Z")
    | st.text(max_size=12)
)


@given(st.sampled_from(list(Field)), st.lists(SHAPES, max_size=4))
def test_any_values(field: Field, values: list[str]) -> None:
    agree(field, values)
