"""Values in a column's own type."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honeytokens.systems.sql.schema import Column, Domain, Kind, allowed_values
from honeytokens.systems.sql.values import Clock, MisfitError, encode, same

PARIS = Clock(ZoneInfo("Europe/Paris"))
WINTER = datetime(2026, 1, 2, 23, 30, 1, 987654, tzinfo=UTC)


def column(kind: Kind, *, codec: str | None = None, untyped: bool = False, **domain: object) -> Column:
    return Column("c", Domain(kind, **domain), True, False, False, False, codec=codec, untyped=untyped)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "into", "stored"),
    [
        ("Œuvre", column(Kind.TEXT, codec="cp1252"), "Œuvre"),
        (5, column(Kind.TEXT), "5"),
        ("F", column(Kind.TEXT, members=("F", "M")), "F"),
        ("0012", column(Kind.INTEGER), 12),
        (True, column(Kind.INTEGER), 1),
        (255, column(Kind.INTEGER, low=0, high=255), 255),
        (1.25, column(Kind.NUMBER, digits=(3, 2)), 1.25),
        (1, column(Kind.BOOLEAN), True),
        (date(1900, 1, 1), column(Kind.DATE), "1900-01-01"),
        (WINTER, column(Kind.DATE), "2026-01-03"),  # in Paris it is past midnight
        (datetime.fromisoformat("2026-01-02T03:04"), column(Kind.DATE), "2026-01-02"),
        (date(1900, 1, 1), column(Kind.DATETIME), "1900-01-01 00:00:00"),
        (WINTER, column(Kind.DATETIME), "2026-01-03 00:30:01"),
        (WINTER, column(Kind.DATETIME, fraction=3), "2026-01-03 00:30:01.987000"),
        (WINTER, column(Kind.DATETIME, zoned=True), "2026-01-03 00:30:01+01:00"),
        (datetime.fromisoformat("2026-07-02T03:04"), column(Kind.DATETIME, zoned=True), "2026-07-02 03:04:00+02:00"),
        (WINTER, column(Kind.TIME), "00:30:01"),
        ("31/12/1999", column(Kind.DATE, untyped=True), "31/12/1999"),
        ("6F9619FF8B86D011B42D00C04FC964FF", column(Kind.UUID), "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    ],
)
def test_fits(value: object, into: Column, stored: object) -> None:
    found = encode(value, into, PARIS)
    assert found == stored
    assert type(found) is type(stored)


@pytest.mark.parametrize(
    ("value", "into", "reason"),
    [
        ("abc", column(Kind.TEXT, length=2), "longer"),
        ("Wałęsa", column(Kind.TEXT, codec="cp1252"), "character set"),
        ("😀", column(Kind.TEXT, codec="utf-8-bmp"), "character set"),
        (date(1999, 1, 1), column(Kind.TEXT), "needs a `format`"),
        (True, column(Kind.TEXT), "no text"),
        ("X", column(Kind.TEXT, members=("F", "M")), "allowed"),
        ("1 bis", column(Kind.INTEGER), "no whole number"),
        ("٣", column(Kind.INTEGER), "no whole number"),
        ("+33", column(Kind.INTEGER), "no whole number"),
        (1.5, column(Kind.INTEGER), "no whole number"),
        (256, column(Kind.INTEGER, low=0, high=255), "out of the range"),
        (100, column(Kind.NUMBER, digits=(4, 2)), "more digits"),
        (0.125, column(Kind.NUMBER, digits=(4, 2)), "more digits"),
        ("1", column(Kind.NUMBER), "no number"),
        (2, column(Kind.BOOLEAN), "neither true nor false"),
        ("x", column(Kind.DATE), "not of the kind"),
        ("31/12/1999", column(Kind.DATE), "not of the kind"),
        (date(1999, 1, 1), column(Kind.TIME), "not of the kind"),
        (date(1931, 1, 1), column(Kind.DATETIME, earliest=datetime.fromisoformat("1970-01-01")), "out of the range"),
        ("x", column(Kind.UUID), "no UUID"),
        ("x", column(Kind.OTHER), "not supported"),
    ],
)
def test_does_not_fit(value: object, into: Column, reason: str) -> None:
    with pytest.raises(MisfitError, match=reason) as refused:
        encode(value, into, PARIS)
    assert str(value) not in str(refused.value) or len(str(value)) < 5


@pytest.mark.parametrize(
    ("written", "read", "of", "equal"),
    [
        ("A", "A   ", column(Kind.TEXT, padded=True), True),
        ("A", "A   ", column(Kind.TEXT), False),
        ("", None, column(Kind.TEXT), False),
        (None, None, column(Kind.TEXT), True),
        (12.5, "12.50", column(Kind.NUMBER), True),
        (12, "12.01", column(Kind.NUMBER), False),
        (True, "1", column(Kind.BOOLEAN), True),
        (False, "false", column(Kind.BOOLEAN), True),
        ("2026-01-02", "2026-01-02 00:00:00", column(Kind.DATE), True),
        ("2026-01-02 03:04:05", "2026-01-02 03:04:05.000", column(Kind.DATETIME), True),
        ("2026-01-02 03:04:05+01:00", "2026-01-02 02:04:05+00", column(Kind.DATETIME, zoned=True), True),
        ("2026-01-02 03:04:05", "yesterday", column(Kind.DATETIME), False),
        (7, "x", column(Kind.INTEGER), False),
    ],
)
def test_compares_as_the_column_does(written: object, read: str | None, of: Column, equal: bool) -> None:
    assert same(written, read, of) is equal  # type: ignore[arg-type]


@given(
    st.datetimes(datetime.fromisoformat("1901-01-01"), datetime.fromisoformat("2100-01-01")),
    st.integers(0, 6),
    st.booleans(),
)
def test_a_moment_is_the_same_after_the_column(moment: datetime, fraction: int, zoned: bool) -> None:
    into = column(Kind.DATETIME, fraction=fraction, zoned=zoned)
    stored = encode(moment, into, PARIS)
    assert same(stored, str(stored), into)
    assert datetime.fromisoformat(str(stored)).microsecond % 10 ** (6 - fraction) == 0


@pytest.mark.parametrize(
    ("check", "found"),
    [
        ("sex IN ('F','M')", ("sex", ("F", "M"))),
        ("\"sex\" in ('F', 'M')", ("sex", ("F", "M"))),
        ("`sex` in ('O''Neil','M')", ("sex", ("O'Neil", "M"))),
        ("sex = ANY (ARRAY['F'::bpchar, 'M'::bpchar])", ("sex", ("F", "M"))),
        ("(sex)::text = ANY ((ARRAY['F'::character varying, 'M'::character varying])::text[])", ("sex", ("F", "M"))),
        ("kind IN (1, -2)", ("kind", ("1", "-2"))),
        ("kind = ANY (ARRAY[1, 2])", ("kind", ("1", "2"))),
        ("sex NOT IN ('F')", None),
        ("sex IN ('F') OR sex IS NULL", None),
        ("upper(sex) IN ('F')", None),
        ("days > 3", None),
        ("json_valid(`note`)", None),
        ("sex IN (SELECT code FROM sexes)", None),
    ],
)
def test_reads_a_plain_list_of_values(check: str, found: object) -> None:
    assert allowed_values(check) == found
