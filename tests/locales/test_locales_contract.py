"""Every locale through the same cases."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from stdnum.be import nn
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.luhn import is_valid as is_luhn
from stdnum.verhoeff import is_valid as is_verhoeff

from honeytokens import locales
from honeytokens.errors import PlanRefusedError, UnknownNameError
from honeytokens.fingerprints import fold, read_forms, street_words
from honeytokens.locales.interface import Locale
from honeytokens.locales.places import Places
from honeytokens.locales.tables import Ages, Choice
from honeytokens.markers import Draws, cumulative

AS_OF = date(2026, 3, 1)
KEY = bytes(range(32))
NEAR = {"fr_fr": "35000", "en_gb": "LS1 3EX", "fr_be": "4000", "fr_lu": "L-1510", "en_us": "60612"}
AROUND = {"fr_fr": "35", "en_gb": "LS", "fr_be": "40", "fr_lu": "L-[12]", "en_us": "60"}
"""How the postcodes around these begin."""
BIRTH_NAMES_ONLY = ("fr_be", "fr_lu")
"""Where the law knows women by the name they were born with."""
BITS_FIELDS = ("surname", "first_name", "birth_date", "birth_place", "postcode", "street")
GOLDEN = Path(__file__).parent / "golden.json"

every_locale = pytest.mark.parametrize("code", locales.codes())


def draws(*serials: int, version: int = 0) -> Draws:
    return Draws(KEY, np.array(serials, dtype=np.uint64), version)


def whole(locale: Locale, draws: Draws, as_of: date = AS_OF) -> pl.DataFrame:
    people = locale.identities(draws, NEAR[locale.code], as_of)
    return people.with_columns(
        street=locale.streets(draws, people),
        email=locale.email_local_parts(draws, people),
        national_id=locale.national_ids(draws, people),
        phone=locale.reserved_phones(draws),
    )


@cache
def many(code: str) -> pl.DataFrame:
    return whole(locales.get(code), draws(*range(50_000)))


@cache
def many_bits(code: str) -> pl.DataFrame:
    people = many(code).drop("email", "national_id", "phone")
    return locales.get(code).bits(people, NEAR[code], AS_OF)


@every_locale
def test_a_decoy_is_the_same_alone_in_any_batch_and_in_any_order(code: str) -> None:
    locale = locales.get(code)
    serials = [0, 7, 41, 999, 49_999, 12]
    batch = whole(locale, draws(*serials))
    assert_frame_equal(pl.concat([whole(locale, draws(serial)) for serial in serials]), batch)
    assert_frame_equal(many(code)[serials], batch)
    assert_frame_equal(many(code).head(100), whole(locale, draws(*range(100))))


@every_locale
def test_no_serial_gives_no_row(code: str) -> None:
    empty = whole(locales.get(code), draws())
    assert empty.height == 0
    assert empty.schema == many(code).schema


@every_locale
def test_another_key_gives_other_people(code: str) -> None:
    locale = locales.get(code)
    other = Draws(b"k" * 32, np.arange(50, dtype=np.uint64))
    assert not locale.identities(other, NEAR[code], AS_OF).equals(
        locale.identities(draws(*range(50)), NEAR[code], AS_OF)
    )


@every_locale
def test_shipped_tables_give_what_they_always_gave(code: str) -> None:
    locale = locales.get(code)
    golden = json.loads(GOLDEN.read_text("utf-8"))[code]
    assert json.loads(json.dumps(whole(locale, draws(*range(5))).to_dicts(), default=str)) == golden["people"]
    assert locale.digest == golden["digest"], "a table changed: decoys that are planted would not be found again"


@every_locale
def test_columns_are_as_the_interface_says(code: str) -> None:
    people = locales.get(code).identities(draws(1, 2), NEAR[code], AS_OF)
    expected = dict.fromkeys(
        ("surname", "birth_name", "first_name", "sex", "birth_date", "birth_place", "postcode", "town"), pl.String
    )
    assert people.schema == pl.Schema({**expected, "birth_date": pl.Date})
    assert people.drop("birth_name").null_count().sum_horizontal().item() == 0
    assert many(code)["street"].null_count() == 0


@every_locale
@pytest.mark.parametrize("as_of", [date(2026, 3, 1), date(2024, 2, 29), date(2025, 12, 31), date(2025, 1, 1)])
def test_nobody_is_born_after_the_day_nor_too_long_before(code: str, as_of: date) -> None:
    born = locales.get(code).identities(draws(*range(20_000)), NEAR[code], as_of)["birth_date"].to_list()
    assert max(born) <= as_of
    assert min(born) > date(as_of.year - 106, 1, 1)


@every_locale
def test_birth_days_are_spread_over_the_year(code: str) -> None:
    months = many(code)["birth_date"].dt.month().value_counts()["count"]
    assert months.len() == 12
    assert months.min() > 0.85 * 50_000 / 12  # type: ignore[operator]


@every_locale
def test_sexes_bear_their_own_names(code: str) -> None:
    top = {
        sex: set(many(code).filter(sex=sex)["first_name"].value_counts(sort=True)["first_name"].head(30))
        for sex in ("female", "male")
    }
    assert set(many(code)["sex"]) == {"female", "male"}
    assert len(top["female"] & top["male"]) <= 1
    assert set(many(code).filter(pl.col("birth_name").is_not_null())["sex"]) <= {"female"}


@every_locale
def test_birth_name_is_given_only_when_it_differs_and_to_grown_women(code: str) -> None:
    married = many(code).filter(pl.col("birth_name").is_not_null())
    if code in BIRTH_NAMES_ONLY:
        assert married.is_empty()
        return
    assert married.filter(pl.col("birth_name") == pl.col("surname")).is_empty()
    assert married["birth_date"].max() < date(2009, 1, 1)  # type: ignore[operator]
    assert 0.1 < len(married) / 50_000 < 0.4


@every_locale
def test_all_that_a_locale_draws_from_is_its_profile(code: str) -> None:
    """A country of one town, where all are married women of forty with one name, made by the same code."""
    own = locales.get(code).profile
    home = own.places.frame.filter(pl.col("postcode") == NEAR[code].split()[0]).head(1)
    home = home.with_columns(pl.col("town").alias(name) for name in home.columns if name == "ward")
    called = {"surname": "Solo", "female": "Ada", "male": "Bob"}
    other = replace(
        own,
        ages=Ages.of({"female": [[0, 39, 0], [40, 40, 1]], "male": [[0, 40, 0]]}),
        names={kind: Choice.of({called[(set(kind.split()) & set(called)).pop()]: 1}) for kind in own.names},
        places=Places(home, own.places.tiers),
        towns=own.towns.join(home, on=["town", "area"], how="semi").head(1),
        born={rule: 0 if "abroad" in rule else number for rule, number in own.born.items()},
        ways={language: Choice.of({"Allée Unique": 1}) for language in own.ways},
        house_numbers={kind: cumulative([0, 0, 1]) for kind in own.house_numbers},
        street_rules=dict.fromkeys(own.street_rules, 0),
        email_forms=[(1900, "{last}.{first}", 1)],
        phone_blocks=own.phone_blocks[:1],
    )
    locale = type(locales.get(code))(other)  # type: ignore[call-arg]
    people = locale.identities(draws(*range(200)), NEAR[code], AS_OF)
    assert people["birth_date"].is_between(date(1985, 3, 2), date(1986, 3, 1)).all()
    told = people.with_columns(street=locale.streets(draws(*range(200)), people)).drop("birth_date", "postcode")
    (one,) = told.unique().rows(named=True)
    town, street = home["town"].item(), one.pop("street")
    assert one == {
        "surname": "Solo", "birth_name": None, "first_name": "Ada", "sex": "female", "birth_place": town, "town": town
    }  # fmt: skip
    assert sorted(street.replace(",", "").split()) == ["3", "Allée", "Unique"]
    assert set(locale.email_local_parts(draws(*range(9)), people.head(9))) == {"solo.ada"}
    (block, free, _), phones = own.phone_blocks[0], locale.reserved_phones(draws(*range(99))).to_list()
    for phone in phones:
        assert re.sub(r"\D", "", phone)[-free - len(block) : -free] == block
    bits = locale.bits(people.with_columns(street=pl.lit(street)), NEAR[code], AS_OF)
    assert bits["first_name"].max() == 0.0


@every_locale
def test_patients_live_near_and_in_places_that_exist(code: str) -> None:
    locale = locales.get(code)
    assert all(locale.is_place(postcode) for postcode in many(code)["postcode"].unique())
    near = many(code)["postcode"].str.contains(f"^{AROUND[code]}")
    assert 0.6 < near.mean() < 0.98  # type: ignore[operator]


@every_locale
@pytest.mark.parametrize("near", ["", "00000", "99999", "ZZ9 9ZZ", "Rennes"])
def test_an_unknown_place_is_refused(code: str, near: str) -> None:
    locale = locales.get(code)
    assert not locale.is_place(near)
    with pytest.raises(PlanRefusedError, match="postcode"):
        locale.identities(draws(1), near, AS_OF)


@every_locale
def test_the_capital_is_a_place(code: str) -> None:
    locale = locales.get(code)
    assert locale.is_place(locale.capital)
    assert locale.identities(draws(1, 2, 3), locale.capital, AS_OF).height == 3


@every_locale
def test_bits_are_finite_and_null_where_the_value_is(code: str) -> None:
    bits = many_bits(code)
    people = many(code)
    assert bits.columns == people.drop("email", "national_id", "phone").columns
    for name in bits.columns:
        assert bits[name].is_null().equals(people[name].is_null().rename(name))
        assert bits[name].is_finite().all()
        assert bits[name].drop_nulls().is_between(0, 20).all()


@every_locale
@pytest.mark.parametrize("field", ["postcode", "birth_date"])
def test_bits_tell_how_often_a_value_is_drawn(code: str, field: str) -> None:
    if (code, field) == ("en_gb", "postcode"):
        pytest.skip("a whole British postcode is told by its district and a fixed number of postcodes in it")
    table = pl.DataFrame({"value": many(code)[field], "bits": many_bits(code)[field]})
    groups = table.group_by("value").agg(pl.len(), pl.col("bits").first()).sort("len", descending=True).head(15)
    expected = np.exp2(-groups["bits"].to_numpy()) * 50_000
    # The most frequent are picked after the fact, so allow four standard deviations and the years between two decades.
    assert np.all(np.abs(groups["len"].to_numpy() - expected) < 4.5 * np.sqrt(expected) + 0.06 * expected + 4)


def as_a_scan_reads(code: str) -> pl.DataFrame:
    """The same people, each value in the form in which a scan compares it."""
    people = many(code).select(BITS_FIELDS)
    names = [pl.col(name).map_elements(joined, return_dtype=pl.String) for name in ("surname", "first_name")]
    street = pl.col("street").map_elements(lambda line: " ".join(street_words(fold(line).split())), pl.String)
    # A British postcode is read in several ways; one that agrees is enough.
    postcode = pl.col("postcode").map_elements(lambda text: min(read_forms(text).postcodes), pl.String)
    return people.with_columns(*names, street, postcode)


def joined(text: str) -> str:
    return "".join(fold(text).split())


@every_locale
def test_chance_agrees_as_often_as_the_bits_say_or_less(code: str) -> None:
    """Of 50,000 people of the same tables, 10,000 are decoys and the others strangers: fields alone and in pairs."""
    people, bits = as_a_scan_reads(code), many_bits(code)
    ratios = {}
    for fields in (*((field,) for field in BITS_FIELDS), *combinations(BITS_FIELDS, 2)):
        share = np.exp2(-sum(bits[field].to_numpy() for field in fields))
        decoys = people.select(fields).with_columns(share=share).head(10_000)
        decoys = decoys.group_by(fields).agg(pl.len().alias("decoys"), pl.col("share").mean())
        strangers = people.slice(10_000).group_by(fields).agg(pl.len().alias("strangers"))
        found = decoys.join(strangers, on=fields).select(pl.col("decoys").dot(pl.col("strangers"))).item()
        foretold, variance = (40_000 * (pl.col("decoys") ** power).dot(pl.col("share")) for power in (1, 2))
        mean, deviation = decoys.select(foretold, variance.sqrt().alias("deviation")).row(0)
        assert found <= mean + 5 * deviation + 1, fields
        ratios[fields] = found / mean
    assert ratios["birth_date",] > 0.95
    if code == "fr_fr":
        assert ratios["postcode",] > 0.95
        assert ratios["postcode", "street"] > 0.5


@every_locale
def test_first_names_bits_are_those_of_the_sex_and_birth_decade(code: str) -> None:
    grown = (many(code)["sex"] == "female") & many(code)["birth_date"].is_between(date(1951, 1, 1), date(1960, 12, 31))
    table = pl.DataFrame({"value": many(code)["first_name"], "bits": many_bits(code)["first_name"]}).filter(grown)
    groups = table.group_by("value").agg(pl.len(), pl.col("bits").first()).sort("len", descending=True).head(10)
    expected = np.exp2(-groups["bits"].to_numpy()) * len(table)
    assert np.all(np.abs(groups["len"].to_numpy() - expected) < 4.5 * np.sqrt(expected) + 4)


@every_locale
def test_a_stranger_with_unknown_values_gets_the_cap_not_an_error(code: str) -> None:
    names = ("surname", "birth_name", "first_name", "birth_place", "postcode", "town", "street", "phone")
    stranger = pl.DataFrame({"sex": ["female"], "birth_date": [date(1860, 1, 1)]}).with_columns(
        pl.lit("Xqzt").alias(name) for name in names
    )
    bits = locales.get(code).bits(stranger, NEAR[code], AS_OF)
    assert bits.drop("sex").row(0) == (20.0,) * 8
    assert bits["sex"].to_list() == [0.0]


@every_locale
def test_street_lines_change_with_the_version_and_are_many(code: str) -> None:
    locale = locales.get(code)
    people = many(code).head(2_000)
    first, second = (locale.streets(draws(*range(2_000), version=version), people) for version in (0, 1))
    assert (first == second).mean() < 0.01  # type: ignore[operator]
    assert many(code)["street"].n_unique() > 25_000


@every_locale
def test_email_local_parts_are_plain_and_short(code: str) -> None:
    parts = many(code)["email"]
    assert parts.str.contains(r"^[a-z][a-z0-9._]*[a-z0-9]$").all()
    assert parts.str.len_chars().max() <= 24  # type: ignore[operator]
    assert parts.n_unique() > 30_000


def is_matricule(number: str) -> bool:
    return len(number) == 13 and is_luhn(number[:12]) and is_verhoeff(number[:11] + number[12])


@every_locale
def test_national_ids_have_a_right_key(code: str) -> None:
    checks: dict[str, Callable[[str], object]] = {
        "fr_fr": nir.is_valid, "en_gb": nhs.is_valid, "fr_be": nn.is_valid, "fr_lu": is_matricule,
        "en_us": re.compile(r"666-(?!00)\d\d-(?!0000)\d{4}").fullmatch,
    }  # fmt: skip
    check = checks[code]
    assert all(check(number) for number in many(code)["national_id"].head(3_000))


@every_locale
def test_phones_come_from_blocks_kept_for_fiction(code: str) -> None:
    blocks = {"fr_fr": r"^(01 99 00|02 61 91|03 53 01|04 65 71|05 36 49|06 39 98)( \d\d){2}$",
              "en_gb": r"^(07700 900|01632 960)\d{3}$",
              "fr_be": r"^0400( \d\d){3}$", "fr_lu": r"^\+352 641( \d{3}){2}$",
              "en_us": r"^\([2-9]\d\d\) 555-01\d\d$"}  # fmt: skip
    assert many(code)["phone"].str.contains(blocks[code]).all()


def test_an_unknown_locale_names_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="fr_fr, en_gb"):
        locales.get("xx_xx")


def test_a_locale_is_loaded_only_when_asked_for() -> None:
    program = (
        "import sys, honeytokens.locales as l; l.codes(); print([m for m in sys.modules if m in ('polars', 'faker')])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
