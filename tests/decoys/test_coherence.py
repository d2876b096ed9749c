"""Coherence of French decoys, one by one: 100,000 of them with ``--full``, else some thousands."""

from __future__ import annotations

from datetime import date, datetime, time

import polars as pl
import pytest
from stdnum.fr import nir

from honeytokens.decoys import Given, Maker, digest_of_data, with_policies
from honeytokens.keys import Keyring
from honeytokens.locales.fr_fr import tables
from honeytokens.model import DEMO, Field, Policy, Pool, PoolKind, PoolShare, Recipe

AS_OF = date(2026, 3, 1)
SHARES = tuple(
    PoolShare(Pool(kind, value), 0)
    for kind, value in (
        (PoolKind.MAIL, "courrier-sante.fr"),
        (PoolKind.MAIL, "messagerie-tilleuls.fr"),
        (PoolKind.WEB, "resultats-tilleuls.fr"),
        (PoolKind.PHONE, "06 39 9# ## ##"),
        (PoolKind.PHONE, "01 99 0# ## ##"),
        (PoolKind.PHONE, "07 00 0# ## ##"),
        (PoolKind.LOCAL_ID, "80######"),
    )
)
BATCH = 5_000


def maker(recipe: Recipe) -> Maker:
    return Maker.of(Keyring((bytes(range(32)),)), "spring", "00ff", 1, recipe)


@pytest.fixture(scope="module")
def owned() -> Maker:
    recipe = Recipe("fr_fr", digest_of_data("fr_fr"), "35000", AS_OF, SHARES)
    return maker(with_policies(recipe, {"national_id": Policy.ABOVE_CEILING}))


@pytest.fixture(scope="module")
def people(owned: Maker, full: bool) -> pl.DataFrame:
    """French decoys as ``generate`` writes them: in batches, each national number once."""
    count = 100_000 if full else BATCH
    given = {field: Given(count) for field in (Field.NATIONAL_ID, Field.EMAIL)}
    batches = [owned.identities(range(first, first + BATCH)) for first in range(0, count, BATCH)]
    return pl.concat(each.with_columns(given[field].once(each[field]) for field in given) for each in batches)


def test_every_postcode_belongs_to_its_town_and_every_birthplace_is_one(people: pl.DataFrame) -> None:
    pairs = tables.national().places.frame.select("postcode", "town")
    assert people.join(pairs, on=["postcode", "town"], how="anti").is_empty()
    abroad = set(tables.hand_written()["born"]["abroad_places"])
    known = set(tables.communes()["town"]) | abroad
    assert set(people["birth_place"]) <= known


def test_first_names_are_given_to_that_sex(people: pl.DataFrame) -> None:
    for sex in ("female", "male"):
        assert set(people.filter(sex=sex)["first_name"]) <= set(tables.first_names(sex).names)


def test_no_identifier_comes_twice_and_all_are_of_the_policy(people: pl.DataFrame) -> None:
    allowed = {
        Field.PHONE: r"^(06 39 9\d|01 99 0\d|07 00 0\d)( \d\d){2}$",
        Field.EMAIL: r"^[a-z0-9._-]+@(courrier-sante|messagerie-tilleuls)\.fr$",
        Field.LOCAL_ID: r"^80\d{6}$",
        Field.WEB_LINK: r"^https://resultats-tilleuls\.fr/[0-9a-z]{12}$",
        Field.NATIONAL_ID: r"^[12]\d{4}(\d\d|2[AB])\d{8}$",
    }
    for field, form in allowed.items():
        values = people[field].drop_nulls()
        assert len(values) > len(people) / 10
        assert values.str.contains(form).all(), field
    for field in allowed:
        values = people[field].drop_nulls()
        assert values.n_unique() == len(values), field


def test_a_number_that_was_given_is_not_given_again() -> None:
    given = Given(1000)
    assert given.once(pl.Series(["1", None, "2", "1"])).to_list() == ["1", None, "2", None]
    assert given.once(pl.Series(["3", "2", None, "1"])).to_list() == ["3", None, None, None]
    assert given.once(pl.Series([], dtype=pl.String)).to_list() == []


def test_few_values_are_taken_for_one_that_was_given() -> None:
    given = Given(20_000)
    kept = [given.once(pl.Series([f"{part}/{one}" for one in range(5_000)])).null_count() for part in range(4)]
    assert sum(kept) < 20_000 / 100
    assert given.once(pl.Series([f"3/{one}" for one in range(5_000)])).null_count() == 5_000


@pytest.mark.parametrize("policy", [Policy.ABOVE_CEILING, Policy.RESERVED])
def test_every_nir_is_valid_and_agrees_with_its_person(owned: Maker, policy: Policy, full: bool) -> None:
    made = owned if policy is Policy.ABOVE_CEILING else maker(
        Recipe("fr_fr", digest_of_data("fr_fr"), "35000", AS_OF, (), DEMO)
    )  # fmt: skip
    numbered = made.identities(range(100_000 if full else BATCH)).drop_nulls(Field.NATIONAL_ID)
    assert len(numbered) > BATCH / 10
    faults = [nir_faults(policy, **row) for row in numbered.select("national_id", "sex", "birth_date").to_dicts()]
    assert [fault for fault in faults if fault] == []


def nir_faults(policy: Policy, national_id: str, sex: str, birth_date: date) -> list[str]:
    """Return what is wrong: by stdnum, against the person, and by the commune as it was coded at birth."""
    area, commune = national_id[5:7], national_id[7:10]
    year = birth_date.year
    checks = {
        "key or form": nir.is_valid(national_id),
        "sex": national_id[0] == {"male": "1", "female": "2"}[sex],
        "date": national_id[1:5] == f"{birth_date:%y%m}",
        "Corsica is 20 until 1976": area not in {"2A", "2B"} if year < 1976 else area != "20",
        "the Paris region was 75 and 78 until 1968": year >= 1968 or area not in {"91", "92", "93", "94", "95"},
    }
    if policy is Policy.ABOVE_CEILING:
        known = COMMUNES if year >= 1976 else COMMUNES | OLD_CORSICA
        checks["a commune of then"] = national_id[5:10] in known
    else:
        checks["no commune at all"] = national_id[5:10] not in COMMUNES and (commune >= "950" or area in {"97", "98"})
    return [what for what, holds in checks.items() if not holds]


COMMUNES = frozenset(tables.communes()["code"])
OLD_CORSICA = frozenset(f"20{code[2:]}" for code in COMMUNES if code[:2] in {"2A", "2B"})


@pytest.mark.parametrize(
    ("number", "sex", "born", "fault"),
    [
        ("155082A00420174", "male", date(1955, 8, 1), "Corsica is 20 until 1976"),
        ("255081401620116", "male", date(1955, 8, 1), "sex"),
        ("155089201620160", "male", date(1955, 8, 1), "the Paris region was 75 and 78 until 1968"),
        ("155081400020132", "male", date(1955, 8, 1), "a commune of then"),
        ("155081401620100", "male", date(1955, 8, 1), "key or form"),
    ],
)
def test_the_check_of_a_nir_finds_what_stdnum_lets_pass(number: str, sex: str, born: date, fault: str) -> None:
    body = number[:13].replace("2A", "19").replace("2B", "18")
    number = number if fault == "key or form" else f"{number[:13]}{97 - int(body) % 97:02}"
    assert fault in nir_faults(Policy.ABOVE_CEILING, number, sex, born)
    assert nir.is_valid(number) is (fault != "key or form")


def test_dates_are_in_order_and_stays_lie_within_life(owned: Maker, people: pl.DataFrame) -> None:
    for first in range(0, len(people), BATCH):
        some = people.slice(first, BATCH)
        for born, story in zip(some["birth_date"], owned.stories(range(first, first + len(some)), some), strict=True):
            assert date(1900, 1, 1) < born <= AS_OF
            before = datetime.combine(born, time())
            for stay in story.stays:
                assert before <= stay.admitted < stay.discharged
                before = stay.discharged
            assert not story.stays or before.date() < AS_OF
            days = [drug.prescribed for drug in story.prescriptions] + [one.noted for one in story.allergies]
            assert all(born <= day < AS_OF for day in days)
            assert [one.measured for one in story.vitals] == [stay.admitted for stay in story.stays]
