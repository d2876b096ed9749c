"""What is Belgian, Luxembourgish and American about the locales of lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache

import numpy as np
import polars as pl
import pytest
from stdnum.be import nn

from honeytokens import locales
from honeytokens.fingerprints import read_forms
from honeytokens.locales.en_us import EnUs
from honeytokens.locales.fr_be import FrBe
from honeytokens.locales.fr_lu import FrLu, _digits, _luhn, _verhoeff
from honeytokens.locales.listed import ListedLocale
from honeytokens.locales.tables import data_folder
from honeytokens.markers import Draws

AS_OF = date(2026, 3, 1)
DRAWS = Draws(b"l" * 32, np.arange(30_000, dtype=np.uint64))
FEW = Draws(b"l" * 32, np.arange(3_000, dtype=np.uint64))
BY_CODE: dict[str, ListedLocale] = {"fr_be": FrBe(), "fr_lu": FrLu(), "en_us": EnUs()}
NEAR = {"fr_be": "1000", "fr_lu": "4010", "en_us": "98101"}
BE, LU, US = BY_CODE.values()
PORTUGAL = set(LU.profile.abroad["pt"].values)

every_list = pytest.mark.parametrize("code", BY_CODE)


@cache
def people(code: str, near: str = "") -> pl.DataFrame:
    return BY_CODE[code].identities(DRAWS, near or NEAR[code], AS_OF)


def share_in(names: pl.Series, group: Iterable[str]) -> float:
    return float(names.is_in(sorted(group)).to_numpy().mean())


@every_list
def test_the_locale_is_there_to_be_asked_for(code: str) -> None:
    assert locales.get(code).code == code


@every_list
def test_every_pair_of_postcode_and_town_is_in_the_table(code: str) -> None:
    pairs = BY_CODE[code].profile.places.frame.select("postcode", "town")
    assert people(code).join(pairs, on=["postcode", "town"], how="anti").is_empty()
    assert pairs.filter(pl.col("town").str.contains(r"[(/]|^\s|\s$|^$")).is_empty()


@pytest.mark.parametrize(
    ("code", "postcode", "town"),
    [
        ("fr_be", "1000", "Bruxelles"),
        ("fr_be", "B-4000", "Liège"),
        ("fr_be", "5000", "Namur"),
        ("fr_be", "1420", "Braine-l'Alleud"),
        ("fr_be", "9000", "Gent"),
        ("fr_lu", "L-1510", "Luxembourg"),
        ("fr_lu", "4010", "Esch-sur-Alzette"),
        ("fr_lu", "L9510", "Wiltz"),
        ("en_us", "02139", "Cambridge"),
        ("en_us", "02139-4307", "Cambridge"),
        ("en_us", "90210", "Beverly Hills"),
        ("en_us", "63101", "St. Louis"),
        ("en_us", "20252", None),  # an agency's own
        ("en_us", "2139", None),
        ("fr_be", "L-1510", None),
        ("fr_lu", "0000", None),
        ("fr_lu", "", None),
    ],
)
def test_known_postcodes(code: str, postcode: str, town: str | None) -> None:
    locale = BY_CODE[code]
    assert locale.is_place(postcode) is (town is not None)
    frame = locale.profile.places.frame
    assert town is None or town in set(frame.filter(postcode=locale.postcode(postcode))["town"])


@every_list
def test_a_scan_reads_the_postcodes(code: str) -> None:
    for postcode in people(code)["postcode"].unique().head(50):
        assert postcode.removeprefix("L-").lstrip("0") in read_forms(postcode).postcodes


@pytest.mark.parametrize(("near", "usual", "rare"), [("5000", "fr", "nl"), ("9000", "nl", "fr")])
def test_belgian_names_are_of_the_language_of_the_region(near: str, usual: str, rare: str) -> None:
    names = BE.profile.names
    surnames = people("fr_be", near)["surname"]
    own, other = (set(names[f"{language} surname"].values) for language in (usual, rare))
    assert share_in(surnames, own - other) > 5 * share_in(surnames, other - own)


def test_brussels_has_names_of_both_languages() -> None:
    fr, nl = (set(BE.profile.names[f"{language} surname"].values) for language in ("fr", "nl"))
    surnames = people("fr_be")["surname"]
    assert 0.05 < share_in(surnames, nl - fr) < share_in(surnames, fr - nl)


def test_luxembourg_has_names_of_every_origin() -> None:
    for origin in LU._origin_names():
        rest = set().union(
            *(LU.profile.names[f"{other} surname"].values for other in LU._origin_names() if other != origin)
        )
        own = set(LU.profile.names[f"{origin} surname"].values) - rest
        assert share_in(people("fr_lu")["surname"], own) > 0.015, origin
    portuguese = people("fr_lu").filter(pl.col("surname").is_in(["Ferreira", "Pereira", "Rodrigues"]))
    assert 0.4 < share_in(portuguese["birth_place"], PORTUGAL) < 0.8


@pytest.mark.parametrize(
    ("code", "name", "usual", "rare"),
    [
        ("fr_be", "Monique", (1900, 1979), (1980, 2026)),
        ("fr_be", "Emma", (1980, 2026), (1950, 1979)),
        ("fr_be", "Luc", (1950, 1979), (1980, 2026)),
        ("en_us", "Dorothy", (1900, 1949), (1980, 2026)),
        ("en_us", "Jessica", (1980, 2026), (1900, 1949)),
        ("en_us", "Linda", (1950, 1979), (1980, 2026)),
    ],
)
def test_first_names_have_their_time(code: str, name: str, usual: tuple[int, int], rare: tuple[int, int]) -> None:
    year = people(code)["birth_date"].dt.year()
    often, seldom = (
        share_in(people(code).filter(year.is_between(*span))["first_name"], {name}) for span in (usual, rare)
    )
    assert often > 2 * seldom


def test_belgian_numbers_agree_with_the_person_and_are_never_given() -> None:
    sample = people("fr_be").head(3_000)
    numbers = BE.national_ids(FEW, sample)
    for number, sex, born in zip(numbers, sample["sex"], sample["birth_date"], strict=True):
        assert nn.get_birth_date(number) == born
        assert nn.get_gender(number) == {"male": "M", "female": "F"}[sex]
        assert number[6:9] in {"999", "000"}  # 001 to 998 are the numbers of a day


def test_luxembourgish_numbers_agree_with_the_date_and_were_never_given() -> None:
    sample = people("fr_lu").head(3_000)
    for number, born in zip(LU.national_ids(FEW, sample), sample["birth_date"], strict=True):
        assert number[:8] == f"{born:%Y%m%d}"
        assert number[8:10] == "99"
        total = sum(int(digit) * factor for digit, factor in zip(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=False))
        assert int(number[10]) not in {(shift - total) % 11 for shift in range(3)}


def test_the_matricule_of_a_public_example() -> None:
    """The one by which the European Commission's sheet on tax numbers tells Luxembourg's."""
    digits = _digits(np.array([18931201057]), 11)
    assert (_luhn(digits)[0], _verhoeff(digits)[0]) == (3, 2)


@pytest.mark.parametrize(
    ("locale", "digits", "written"),
    [
        (BE, "0470123456", "0470 12 34 56"),
        (BE, "021234567", "02 123 45 67"),
        (BE, "081123456", "081 12 34 56"),
        (LU, "621123456", "+352 621 123 456"),
        (LU, "352621123456", "+352 621 123 456"),
        (LU, "261234", "+352 26 12 34"),
        (US, "2125550123", "(212) 555-0123"),
        (US, "12125550123", "(212) 555-0123"),
    ],
)
def test_telephones_are_written_as_in_the_country(locale: ListedLocale, digits: str, written: str) -> None:
    assert locale.format_phone(digits) == written


@every_list
def test_a_scan_reads_the_telephones(code: str) -> None:
    for phone in BY_CODE[code].reserved_phones(FEW).head(200):
        digits = "".join(filter(str.isdigit, phone))
        assert digits[-9:] in read_forms(phone).phones


@pytest.mark.parametrize(
    ("code", "near", "form"),
    [
        ("fr_be", "5000", r"^(Rue|Avenue|Chemin|Place|Allée|Clos|Impasse|Boulevard|Chaussée) \D+ \d{1,3}$"),
        ("fr_be", "9000", r"^\S+(straat|laan|weg|dreef|plein|hof) \d{1,3}$"),
        ("fr_lu", "4010", r"^\d{1,3}, (rue|route|avenue|place|boulevard|allée|chemin|impasse|cité|montée|[OUA].) \D+$"),
        ("en_us", "98101", r"^\d{1,4} \S.* (St|Ave|Rd|Dr|Ln|Ct|Way|Pl|Cir|Blvd|Ter|Trl|Pkwy)$"),
    ],
)  # fmt: skip
def test_street_lines_read_as_the_country_writes_them(code: str, near: str, form: str) -> None:
    group = people(code, near).filter(pl.col("postcode") == BY_CODE[code].postcode(near))
    lines = BY_CODE[code].streets(Draws(b"l" * 32, np.arange(len(group), dtype=np.uint64)), group)
    assert len(lines) > 20
    assert lines.str.contains(form).all()


@pytest.mark.parametrize(
    ("code", "one", "two"),
    [
        ("fr_be", "Rue de l'Église 12", "12, avenue de l'Église"),
        ("fr_lu", "12, rue de la Gare", "12 route de la gare"),
        ("en_us", "120 Oak St", "120 Oak Ave"),
    ],
)
def test_lines_that_a_scan_cannot_tell_apart_are_as_rare(code: str, one: str, two: str) -> None:
    pair = people(code).head(1)[[0, 0]].with_columns(street=pl.Series([one, two]))
    first, second = BY_CODE[code].bits(pair, NEAR[code], AS_OF)["street"]
    assert first == second < 20


@every_list
def test_the_data_has_its_notice_and_stays_small(code: str) -> None:
    folder = data_folder(code)
    assert "GeoNames" in folder.joinpath("NOTICE").read_text("utf-8")
    assert sum(len(file.read_bytes()) for file in folder.iterdir()) < 500_000
