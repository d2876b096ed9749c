"""Normal forms: every usual spelling of a value reads as the value, and what is another value does not."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honeytokens.fingerprints import digests, fold, read_forms, repair, street_words
from honeytokens.model import Field

DAYS = st.dates(date(1920, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Élodie", "elodie"),
        ("E\u0301lodie", "elodie"),
        ("Ã‰lodie", "elodie"),
        ("Ã\x89lodie", "elodie"),
        ("ÃƒÂ©lodie", "elodie"),
        ("FranÃ§ois MÃ¼ller", "francois muller"),
        ("d’Arc", "d arc"),
        ("D'ARC", "d arc"),
        ("Jean‑Pierre", "jean pierre"),
        ("Jean--Pierre  ", "jean pierre"),
        ("Cœur", "coeur"),
        ("Sørensen", "sorensen"),
        ("Wałęsa", "walesa"),
        ("Groß", "gross"),
        ("a\0b\tc", "a b c"),
        ("", ""),
        ("ÿ—", "y"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert " ".join(fold(text).replace("-", " ").split()) == folded


@given(st.text(st.characters(min_codepoint=0xA0, max_codepoint=0x17F)), st.integers(1, 3))
def test_mojibake_is_repaired(text: str, times: int) -> None:
    spoiled = text
    for _ in range(times):
        spoiled = spoiled.encode().decode("latin-1")
    if repair(text) == text:  # what looks spoiled from the start may be repaired further
        assert repair(spoiled) == text


@given(DAYS)
def test_every_date_format_reads_as_its_day(day: date) -> None:
    seconds = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    texts = [
        day.isoformat(),
        f"{day}T00:00:00Z",
        f"{day} 12:30:00",
        f"{day - timedelta(days=1)}T23:00:00Z",
        day.strftime("%d/%m/%Y"),
        day.strftime("%m/%d/%Y"),
        day.strftime("%Y/%m/%d"),
        day.strftime("%d.%m.%y"),
        day.strftime("%m-%d-%y"),
        day.strftime("%Y%m%d"),
        day.strftime("%Y%m%d103000"),
        day.strftime("%d%m%Y"),
        day.strftime("%d %B %Y"),
        day.strftime("%d-%b-%Y"),
        day.strftime("%d-%b-%y"),
        day.strftime("%B %d, %Y"),
        f"né le {day.strftime('%d/%m/%Y')} à Lyon",
        str((day - date(1899, 12, 30)).days),
        f"{(day - date(1899, 12, 30)).days}.0",
    ]
    if abs(seconds) >= 10**7:
        texts += [str(seconds), str(seconds - 3600), f"{seconds}.0"]
    if abs(seconds) >= 10**8:
        texts.append(str(seconds * 1000))
    assert [text for text in texts if day.isoformat() not in read_forms(text).dates] == []


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("03/04/61", {"1961-04-03", "1961-03-04", "2061-04-03", "2061-03-04"}),
        ("13/04/1961", {"1961-04-13"}),
        ("1er février 1961", {"1961-02-01"}),
        ("12 aout 1961", {"1961-08-12"}),
        ("31/02/1961", set()),
        ("1961-13-01", set()),
        ("0000-00-00", set()),
        ("9999-12-31", set()),
        ("75011", set()),
        ("21000", {"1957-06-29"}),
        ("1961", set()),
        ("06 12 34 56 78", set()),
        ("0612345678", set()),
        ("12 rue du 4 septembre", set()),
        ("192.168.10.12", set()),
        ("AB-19610312", {"1961-03-12"}),
        ("x19610312y", {"1961-03-12"}),
    ],
)
def test_readings_of_dates(text: str, readings: set[str]) -> None:
    assert read_forms(text).dates == readings


@pytest.mark.parametrize(
    "text",
    [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06/12/34/56/78",
        "+33612345678",
        "+33 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "0033612345678",
        "00 33 6 12 34 56 78",
        "33612345678",
        "612345678",
        "tel: 06 12 34 56 78 (soir)",
        "06 12 34 56 78 / 01 02 03 04 05",
        "0612345678 0102030405",
    ],
)
def test_telephones(text: str) -> None:
    assert "612345678" in read_forms(text).phones


def test_telephones_of_other_countries() -> None:
    assert read_forms("+44 7700 900123").phones == read_forms("07700 900123").phones == {"700900123"}


@pytest.mark.parametrize(
    ("texts", "number"),
    [
        (("+352 621 123 456", "621 123 456", "621.123.456", "621123456", "00352621123456"), "621123456"),
        (("(212) 555-0123", "212-555-0123", "212.555.0123", "2125550123", "+1 212 555 0123", "1-212-555-0123"),
         "125550123"),
        (("0470 12 34 56", "+32 470 12 34 56", "+32 (0)470/12.34.56", "470123456"), "470123456"),
    ],
)  # fmt: skip
def test_telephones_with_and_without_a_trunk_zero(texts: tuple[str, ...], number: str) -> None:
    assert all(number in read_forms(text).phones for text in texts)


@pytest.mark.parametrize("text", ["112 555 0123", "212 555 01234", "612 123 456", "621 123 4567 8"])
def test_groups_of_three_that_are_no_telephones(text: str) -> None:
    assert not read_forms(text).phones


@pytest.mark.parametrize("text", ["70612345678999", "06123", "12 rue 75011", "1961-03-12", "x"])
def test_no_telephones(text: str) -> None:
    assert "612345678" not in read_forms(text).phones


@pytest.mark.parametrize("text", ["0012345", "12345", "IPP 0012345", "12345;", "(12345)"])
def test_identifiers_without_leading_zeros(text: str) -> None:
    assert "12345" in read_forms(text).ids


def test_french_national_number() -> None:
    forms = [read_forms(text).ids for text in ("1 61 03 75 123 456 12", "161037512345612", "1610375123456")]
    assert all("1610375123456" in ids for ids in forms)


@pytest.mark.parametrize(
    ("text", "code"), [("01000", "1000"), ("1000", "1000"), ("F-75011 Paris", "75011"), ("SW1A 1AA", "sw1a1aa")]
)
def test_postcodes(text: str, code: str) -> None:
    assert code in read_forms(text).postcodes


@pytest.mark.parametrize(
    "text",
    ["12 rue de la Paix", "12, RUE DE LA PAIX", "12 r. de la paix", "12 bis Rue de la Paix", "12 av de la Paix"],
)
def test_street_lines(text: str) -> None:
    assert street_words(read_forms(text).words) == ("12", "paix")


def test_emails_and_links() -> None:
    forms = read_forms("mailto:Jean.Dupont@Mail.Example.ORG, https://a.example.org/x/Y1 .")
    assert forms.emails == {"jean.dupont@mail.example.org"}
    assert forms.mail_words == ("jean", "dupont")
    assert "a.example.org/x/y1" in forms.links
    assert "dupont" not in forms.words


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    forms = read_forms(text)
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in forms.words)


def test_digests_of_addresses() -> None:
    assert "55502f40dc8b7c769880b10874abc9d0" in digests(Field.EMAIL, "Test@Example.com")
    assert digests(Field.SURNAME, "Dupont") == frozenset()


@pytest.mark.parametrize(
    ("phone", "hashed", "expected"),
    [
        ("06 12 34 56 78", "06 12 34 56 78", True),
        ("06 12 34 56 78", "0612345678", True),
        ("06 12 34 56 78", "33612345678", True),
        ("06 12 34 56 78", "+33612345678", True),
        ("0470 12 34 56", "+32470123456", True),
        ("07700 900123", "+447700900123", True),
        ("06 12 34 56 78", "+44612345678", False),
        ("07700 900123", "+337700900123", False),
        ("+352 621 123 456", "621123456", True),
        ("+352 621 123 456", "+352621123456", True),
        ("(212) 555-0123", "+12125550123", True),
        ("(212) 555-0123", "+332125550123", False),
        ("12345", "12345", True),
    ],
)
def test_digests_of_telephones_have_the_country_codes_that_their_length_allows(
    phone: str, hashed: str, expected: bool
) -> None:
    for kind in ("md5", "sha1", "sha256"):
        assert (hashlib.new(kind, hashed.encode()).hexdigest() in digests(Field.PHONE, phone)) is expected
