"""Decoys of a campaign: one function of key, serial and version; apart from each other; within the operator's pools."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import combinations

import numpy as np
import polars as pl
import pytest

from honeytokens.decoys import Ledger, Maker, NewStreets, digest_of_data, known_decoys
from honeytokens.errors import KeyringError, PlanRefusedError
from honeytokens.keys import Keyring
from honeytokens.model import DEMO, MAIN_FIELDS, Field, Policies, Pool, PoolKind, PoolShare, Recipe

KEYRING = Keyring((bytes(range(32)),))
POOLS = (
    Pool(PoolKind.MAIL, "courrier-sante.fr"),
    Pool(PoolKind.MAIL, "messagerie-tilleuls.fr"),
    Pool(PoolKind.WEB, "resultats-tilleuls.fr"),
    Pool(PoolKind.PHONE, "06 39 98 ## ##"),
    Pool(PoolKind.PHONE, "01 99 00 ## ##"),
    Pool(PoolKind.LOCAL_ID, "8001####"),
)


def recipe(*pools: Pool, first: int = 0, demo: bool = False) -> Recipe:
    shares = tuple(PoolShare(pool, first) for pool in pools)
    return Recipe("fr_fr", digest_of_data("fr_fr"), "75014", date(2026, 3, 1), shares, DEMO if demo else Policies())


def maker(*pools: Pool, keyring: Keyring = KEYRING, campaign: str = "00ff", first: int = 0) -> Maker:
    return Maker.of(keyring, "spring", campaign, 1, recipe(*pools, first=first))


def test_a_decoy_is_the_same_alone_and_in_a_batch() -> None:
    batch = maker(*POOLS).decoys(range(50), version=2)
    for serial in (0, 7, 49):
        assert maker(*POOLS).decoys([serial], version=2) == [batch[serial]]
    assert maker(*POOLS).decoys([]) == []


def test_key_and_campaign_make_other_people() -> None:
    people = {
        tuple(maker(keyring=keyring, campaign=campaign).identities(range(20))[Field.SURNAME])
        for keyring in (KEYRING, Keyring((bytes(32),)))
        for campaign in ("00ff", "00fe")
    }
    assert len(people) == 4


def test_only_the_street_changes_with_the_version() -> None:
    first, second = (maker(*POOLS).identities(range(200), version) for version in (0, 1))
    assert first.drop(Field.STREET).equals(second.drop(Field.STREET))
    same = (first[Field.STREET] == second[Field.STREET]).sum()
    assert same <= 2


def test_no_pool_means_no_value_of_a_third_party() -> None:
    people = maker().identities(range(500))
    for field in (Field.PHONE, Field.EMAIL, Field.LOCAL_ID, Field.NATIONAL_ID, Field.WEB_LINK):
        assert people[field].null_count() == 500, field


def test_values_come_from_the_operators_pools_and_never_twice() -> None:
    people = maker(*POOLS).identities(range(4000))
    phones = people[Field.PHONE].drop_nulls()
    assert phones.str.contains(r"^(06 39 98|01 99 00)( \d\d){2}$").all()
    assert (
        people[Field.EMAIL].drop_nulls().str.contains(r"^[a-z0-9._-]+@(courrier-sante|messagerie-tilleuls)\.fr$").all()
    )
    assert people[Field.LOCAL_ID].str.contains(r"^8001\d{4}$").all()
    assert people[Field.WEB_LINK].str.contains(r"^https://resultats-tilleuls\.fr/[0-9a-z]{12}$").all()
    for field in (Field.PHONE, Field.LOCAL_ID, Field.WEB_LINK):
        values = people[field].drop_nulls()
        assert values.n_unique() == len(values), field
    assert 0.5 < phones.len() / 4000 < 1
    assert 0.3 < people[Field.EMAIL].count() / 4000 < 0.8


def test_campaigns_with_their_own_share_of_a_pool_never_meet() -> None:
    one = maker(*POOLS).identities(range(1000))
    two = maker(*POOLS, campaign="00fe", first=1000).identities(range(1000))
    for field in (Field.PHONE, Field.LOCAL_ID):
        assert set(one[field].drop_nulls()).isdisjoint(two[field].drop_nulls()), field


def test_a_full_pool_is_said() -> None:
    with pytest.raises(PlanRefusedError, match="no value left"):
        maker(Pool(PoolKind.LOCAL_ID, "800#")).identities(range(11))


def test_tables_that_changed_are_noticed() -> None:
    with pytest.raises(KeyringError, match="tables of fr_fr or of stories"):
        Maker.of(KEYRING, "old", "00ff", 1, Recipe("fr_fr", "0" * 64, "75014", date(2026, 3, 1)))


def test_a_maker_shows_no_key() -> None:
    shown = repr(maker(*POOLS))
    assert not re.search(r"key=b|pool_keys", shown)


def test_demo_decoys_stay_in_ranges_reserved_for_fiction() -> None:
    people = Maker.of(KEYRING, "demo", "00ff", 1, recipe(demo=True)).identities(range(300))
    assert people[Field.EMAIL].drop_nulls().str.contains(r"@example\.(com|net|org)$").all()
    assert (
        people[Field.PHONE].drop_nulls().str.contains(r"^(01 99 00|02 61 91|03 53 01|04 65 71|05 36 49|06 39 98)").all()
    )
    assert people[Field.NATIONAL_ID].null_count() == 0


def test_admitted_decoys_share_no_pair_of_main_fields() -> None:
    """Two campaigns of one establishment: any two undamaged fields lead to one decoy."""
    ledger = Ledger(1000)
    kept = []
    for campaign, first in (("00ff", 0), ("00fe", 3000)):
        people = maker(*POOLS, campaign=campaign, first=first).identities(range(3000))
        kept.append(people.filter(pl.Series(ledger.admit(people))))
    people = pl.concat(kept)
    assert 2000 < len(people) < 6000
    for pair in combinations(MAIN_FIELDS, 2):
        both = people.select(pair).drop_nulls()
        assert both.n_unique() == len(both), pair


def test_beyond_a_hundred_thousand_decoys_pairs_with_a_postcode_are_given_up_and_no_others() -> None:
    ledger = Ledger(100_001)
    people = maker(*POOLS).identities(range(3000))
    kept = people.filter(pl.Series(ledger.admit(people)))
    shared = {pair for pair in combinations(MAIN_FIELDS, 2) if _repeats(kept.select(pair).drop_nulls())}
    assert shared == set(ledger.given_up)
    assert (Ledger(100_000).given_up, len(ledger.given_up)) == ((), 4)


def test_a_new_street_is_held_against_those_of_all_others() -> None:
    people = maker(*POOLS).identities(range(4))
    owners = np.arange(4, dtype=np.uint64)
    moved = people.with_columns(pl.Series(Field.STREET, ["1 rue Foch", "2 rue Foch", "3 rue Foch", "1 RUE FOCH"]))
    same_town = moved.with_columns(pl.lit("75014").alias(Field.POSTCODE))
    others = same_town.select(pl.all().gather([1])).with_columns(
        pl.lit("Autre").alias(Field.SURNAME), pl.lit(None, pl.String).alias(Field.PHONE)
    )
    streets = NewStreets(owners, same_town, 1000)
    assert streets.repeating == {3}, "of two that get the same, the first has it"
    streets.meet(np.array([9], dtype=np.uint64), others)
    assert streets.repeating == {1, 3}
    streets.meet(owners[:3], same_town.head(3))
    assert streets.repeating == {1, 3}, "a decoy does not repeat itself"
    assert NewStreets(owners, same_town, 100_001).repeating == set(), "a pair that is given up may repeat"
    no_streets = same_town.with_columns(pl.lit(None, pl.String).alias(Field.STREET))
    assert NewStreets(owners, no_streets, 1000).repeating == set()


def _repeats(both: pl.DataFrame) -> bool:
    return both.n_unique() < len(both)


def test_a_ledger_admits_a_decoy_once() -> None:
    people = maker(*POOLS).identities(range(10))
    ledger = Ledger(1000)
    assert ledger.admit(people).any()
    assert not ledger.admit(people).any()
    assert ledger.admit(people.head(0)).tolist() == np.zeros(0, dtype=bool).tolist()


def test_what_a_scan_looks_for_has_every_version_and_its_bits() -> None:
    known = known_decoys([(maker(*POOLS), "saint-anne", [3, 5], 3), (maker(campaign="00fe"), "les-tilleuls", [9], 1)])
    assert [str(known.ref(decoy)) for decoy in range(len(known))] == ["spring/3", "spring/5", "spring/9"]
    assert [known.establishment(decoy) for decoy in range(3)] == ["saint-anne", "saint-anne", "les-tilleuls"]
    values = known.values(range(3))
    streets = values.filter(pl.col("field") == "street")
    assert streets.select("decoy", "version").rows() == [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 0)]
    assert values["bits"].is_finite().all()
    assert values["bits"].min() >= 0  # type: ignore[operator]
    assert values.filter(pl.col("field") == "birth_date")["value"].str.contains(r"^\d{4}-\d\d-\d\d$").all()


def test_the_values_of_a_decoy_are_the_same_alone_and_among_others() -> None:
    known = known_decoys(
        [(maker(*POOLS), "saint-anne", range(40), 3), (maker(campaign="00fe"), "les-tilleuls", [9], 1)]
    )
    order = ["decoy", "field", "version", "value"]
    every = known.values(range(41)).sort(order)
    assert every["decoy"].n_unique() == 41
    for decoys in ([40], [7], [40, 3, 7]):
        assert known.values(decoys).sort(order).equals(every.filter(pl.col("decoy").is_in(decoys)))
    assert len(known.values([])) == 0


def test_batches_hold_every_value_once() -> None:
    known = known_decoys(
        [(maker(*POOLS), "saint-anne", range(900), 40), (maker(campaign="00fe"), "les-tilleuls", [9], 1)]
    )
    batches = list(known.batches())
    assert len(batches) > 2
    every = known.values(range(901))
    for field in Field:
        column = pl.concat([batch[field] for batch in batches])
        assert column.schema == {"decoy": pl.UInt32, "value": pl.String}
        expected = every.filter(pl.col("field") == field.value).select("decoy", "value")
        if field is not Field.SEX:  # it is rated nowhere
            assert column.sort("decoy", "value").equals(expected.sort("decoy", "value")), field


def test_the_digest_tells_what_the_values_depend_on() -> None:
    """An index of one home must never be taken for another's, nor for an earlier one's."""

    def digest(*groups: tuple[Maker, str, list[int], int], key: bytes = bytes(32)) -> bytes:
        return known_decoys(groups).digest(key)

    here = (maker(*POOLS), "saint-anne", [3, 5], 3)
    there = (maker(campaign="00fe"), "les-tilleuls", [9], 1)
    assert digest(here, there) == digest((maker(*POOLS), "saint-anne", [3, 5], 3), there)
    others = [
        digest(here, there, key=bytes([1] * 32)),
        digest(there, here),
        digest(here),
        digest((here[0], "saint-anne", [3, 6], 3), there),
        digest((here[0], "saint-anne", [3, 5], 4), there),
        digest((maker(*POOLS[:-1]), "saint-anne", [3, 5], 3), there),
        digest((maker(*POOLS, first=1), "saint-anne", [3, 5], 3), there),
        digest((maker(*POOLS, campaign="00fd"), "saint-anne", [3, 5], 3), there),
        digest((maker(*POOLS, keyring=Keyring((bytes(32),))), "saint-anne", [3, 5], 3), there),
    ]
    assert len({digest(here, there), *others}) == len(others) + 1


def test_a_street_that_comes_back_tells_of_no_version() -> None:
    known = known_decoys([(maker(), "saint-anne", range(300), 40)])
    streets = known.values(range(300)).filter(pl.col("field") == "street")
    back = streets.filter(pl.col("version").is_null())
    assert streets.select("decoy", "value").is_unique().all()
    assert 0 < len(back) < 300
    decoy, value = back.select("decoy", "value").row(0)
    people = maker().identities([decoy])
    assert [maker().streets([decoy], people, version)[0] for version in range(40)].count(value) > 1


def test_nothing_planted_is_nothing_to_look_for() -> None:
    known = known_decoys([(maker(), "saint-anne", [], 1)])
    assert (len(known), len(known.values([])), list(known.batches())) == (0, 0, [])


@pytest.mark.parametrize(
    ("locale", "near", "pool", "shape"),
    [
        ("fr_fr", "75014", "+33 1 99 00 ## ##", r"01 99 00 \d\d \d\d"),
        ("fr_fr", "75014", "0033 (0)1 9900 ####", r"01 99 00 \d\d \d\d"),
        ("fr_fr", "75014", "+44 7700 900###", r"\+44 7700 900\d{3}"),
        ("fr_be", "4000", "+32 470 12 ## ##", r"0470 12 \d\d \d\d"),
        ("fr_lu", "L-1510", "+352 621 123 ###", r"\+352 621 123 \d{3}"),
        ("en_gb", "LS1", "+44 7700 900###", r"07700 900\d{3}"),
        ("en_us", "10025", "+1 212 555 01##", r"\(212\) 555-01\d\d"),
    ],
)
def test_an_owned_number_is_written_as_its_country_writes_it(locale: str, near: str, pool: str, shape: str) -> None:
    owned = replace(recipe(Pool(PoolKind.PHONE, pool)), locale=locale, data=digest_of_data(locale), near=near)
    made = Maker.of(KEYRING, "spring", "00ff", 1, owned).identities(range(40))[Field.PHONE].drop_nulls()
    assert len(made) > 10
    assert made.str.contains(f"^{shape}$").all(), made.to_list()[:3]


def test_small_children_have_no_email_since_the_second_edition() -> None:
    def people(edition: int) -> pl.DataFrame:
        made = Maker.of(KEYRING, "c", "00ff", 1, replace(recipe(POOLS[0]), edition=edition)).identities(range(3_000))
        return made.filter(pl.col(Field.BIRTH_DATE) > date(2014, 1, 1))

    assert people(1)[Field.EMAIL].drop_nulls().len() > 20
    assert people(2)[Field.EMAIL].drop_nulls().len() == 0
    assert people(2).drop(Field.EMAIL).equals(people(1).drop(Field.EMAIL))


def test_a_small_pool_does_not_keep_stories_from_being_looked_for() -> None:
    small = Maker.of(KEYRING, "c", "00ff", 1, recipe(Pool(PoolKind.PHONE, "06 39 98 41 ##")))
    known = known_decoys([(small, "saint-anne", range(5), 1)])
    assert known.story_values([0, 1, 2]).height > 0
