"""Policies: safe when nothing is asked for, refused where they cannot be kept, and written into the recipe."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from stdnum.fr import nir

from honeytokens.decoys import Maker, digest_of_data, with_policies
from honeytokens.errors import PlanRefusedError
from honeytokens.keys import Keyring
from honeytokens.locales.fr_fr import tables
from honeytokens.model import (
    CHOICES,
    DEMO,
    Field,
    Policies,
    Policy,
    Pool,
    PoolKind,
    PoolShare,
    Practitioner,
    Recipe,
)
from honeytokens.registry.codec import decode, encode

KEYRING = Keyring((bytes(range(32)),))
SHARES = tuple(
    PoolShare(Pool(kind, value), 0)
    for kind, value in (
        (PoolKind.MAIL, "courrier-sante.fr"),
        (PoolKind.WEB, "resultats-tilleuls.fr"),
        (PoolKind.PHONE, "06 39 98 ## ##"),
        (PoolKind.LOCAL_ID, "8001####"),
    )
)
DOCTORS = (
    Practitioner("Lebrun", "Anne", "17", "10003456786", "cardiology"),
    Practitioner("Roy", "Paul", "18", None, "emergency"),
    Practitioner("Petit", "Luc", "19"),
)
NOTHING = Recipe("fr_fr", digest_of_data("fr_fr"), "75014", date(2026, 3, 1))
EVERYTHING = replace(NOTHING, shares=SHARES, practitioners=DOCTORS)


def maker(recipe: Recipe) -> Maker:
    return Maker.of(KEYRING, "spring", "00ff", 1, recipe)


def test_without_pools_nothing_is_invented() -> None:
    recipe = with_policies(NOTHING, {})
    assert set(vars_of(recipe.policies)) == {Policy.EMPTY}
    people = maker(recipe).identities(range(200))
    for field in ("phone", "email", "web_link", "local_id", "national_id"):
        assert people[field].null_count() == 200, field
    stories = maker(recipe).stories(range(200), people)
    assert {stay.practitioner for story in stories for stay in story.stays} == {None}


def vars_of(policies: Policies) -> list[Policy]:
    return [getattr(policies, field) for field in CHOICES]


def test_what_is_owned_is_used_and_what_is_to_be_empty_takes_no_share() -> None:
    recipe = with_policies(EVERYTHING, {"email": Policy.EMPTY, "practitioner": Policy.EMPTY})
    assert {share.pool.kind for share in recipe.shares} == {PoolKind.WEB, PoolKind.PHONE, PoolKind.LOCAL_ID}
    assert recipe.practitioners == ()
    people = maker(recipe).identities(range(200))
    assert people[Field.EMAIL].null_count() == 200
    assert people[Field.LOCAL_ID].null_count() == 0


def test_one_that_was_planned_before_there_were_policies_makes_the_same_decoys() -> None:
    """Recipes and manifests in the registry of an earlier version have none: the defaults stand for what was then."""
    old = encode(replace(NOTHING, shares=SHARES)).decode()
    policies = encode(Policies()).decode()
    old = old.replace(f',"policies":{policies},"practitioners":[]', ',"demo":false')
    assert "policies" not in old
    back = decode(Recipe, old.encode())
    assert back == replace(NOTHING, shares=SHARES)
    chosen = with_policies(back, {})
    assert maker(back).identities(range(300)).equals(maker(chosen).identities(range(300)))
    assert decode(Recipe, encode(chosen)) == chosen


@pytest.mark.parametrize(
    ("recipe", "asked", "said"),
    [
        (NOTHING, {"phone": "owned"}, "pool add phone"),
        (NOTHING, {"email": "owned"}, "pool add mail"),
        (NOTHING, {"web_link": "owned"}, "pool add web"),
        (NOTHING, {"local_id": "owned"}, "pool add local_id"),
        (NOTHING, {"practitioner": "owned"}, "establishment practitioners"),
        (EVERYTHING, {"phone": "reserved"}, "--demo"),
        (EVERYTHING, {"national_id": "reserved"}, "--demo"),
        (EVERYTHING, {"national_id": "owned"}, "Choose one of: empty, above_ceiling, reserved"),
        (EVERYTHING, {"practitioner": "reserved"}, "owned, empty"),
        (EVERYTHING, {"blood_group": "owned"}, "no policy"),
        (EVERYTHING, {"deaths": "owned"}, "no policy"),
        (replace(EVERYTHING, locale="en_gb"), {"national_id": "above_ceiling"}, "no ceiling"),
    ],
)
def test_a_policy_that_cannot_be_kept_is_refused(recipe: Recipe, asked: dict[str, str], said: str) -> None:
    with pytest.raises(PlanRefusedError) as refused:
        with_policies(recipe, {field: Policy(policy) for field, policy in asked.items()})
    assert said in str(refused.value)


def test_the_demo_may_leave_fields_empty() -> None:
    recipe = with_policies(NOTHING, {"national_id": Policy.EMPTY}, demo=True)
    assert (recipe.policies.phone, recipe.policies.national_id) == (DEMO.phone, Policy.EMPTY)
    people = maker(recipe).identities(range(100))
    assert people[Field.NATIONAL_ID].null_count() == 100
    assert people[Field.PHONE].null_count() < 50


def test_a_number_above_the_ceiling_names_the_real_commune_of_a_middling_town() -> None:
    people = maker(with_policies(NOTHING, {"national_id": Policy.ABOVE_CEILING})).identities(range(4000))
    numbered = people.drop_nulls(Field.NATIONAL_ID)
    assert 400 < len(numbered) < 2000
    assert numbered[Field.NATIONAL_ID].n_unique() == len(numbered)
    known = (
        tables.communes().sort("population").unique("town", keep="last").rows_by_key("town", named=True, unique=True)
    )
    for row in numbered.iter_rows(named=True):
        number, born, town = row["national_id"], row["birth_date"], known[row["birth_place"]]
        assert nir.is_valid(number)
        assert number[:5] == f"{'1' if row['sex'] == 'male' else '2'}{born:%y%m}"
        assert 10_000 <= town["population"] <= 80_000
        code = town["code"]
        if born.year < 1976 and code[:2] in {"2A", "2B"}:
            code = f"20{code[2:]}"
        assert number[5:10] == code
        assert not (born.year < 1968 and code[:2] in {"91", "92", "93", "94", "95"})
        assert 600 < int(number[10:13]) <= 999


def test_one_practitioner_sees_a_patient_for_one_specialty() -> None:
    whole = maker(with_policies(EVERYTHING, {}))
    people = whole.identities(range(600))
    stories = whole.stories(range(600), people)
    seen = [stay for story in stories for stay in story.stays]
    assert {stay.practitioner for stay in seen} == set(DOCTORS)
    for stay in seen:
        assert (stay.care == "emergency") == (stay.practitioner == DOCTORS[1])
        if stay.icd10.startswith("I") and stay.care != "emergency":
            assert stay.practitioner in {DOCTORS[0], DOCTORS[2]}
    plain = maker(with_policies(replace(NOTHING, shares=SHARES), {}))
    bare = [replace(s, stays=tuple(replace(stay, practitioner=None) for stay in s.stays)) for s in stories]
    assert plain.stories(range(600), people) == bare, "the list changes nothing else"
    one = people.slice(41, 1)
    assert whole.stories([41], one) == [stories[41]]


def test_no_story_tells_of_death_pregnancy_blood_group_or_transfusion() -> None:
    people = maker(NOTHING).identities(range(3000))
    assert not {"death", "blood_group"} & set(people.columns)
    stories = maker(NOTHING).stories(range(3000), people)
    codes = pl.Series([stay.icd10 for story in stories for stay in story.stays])
    # Pregnancy, birth and its aftermath; encounters for them; stillbirth and donors; transfusion.
    assert not codes.str.contains(r"^(O|Z3[0-9]|R9[56]|Z52|Z51\.3|T80)").any()
