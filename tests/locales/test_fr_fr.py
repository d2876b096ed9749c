"""What is French about the French locale."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import polars as pl
import pytest
from faker.providers.person.fr_FR import Provider as Persons

from honeytokens import locales
from honeytokens.fingerprints import fold, street_words
from honeytokens.locales.fr_fr import tables
from honeytokens.locales.tables import data_folder, folded
from honeytokens.markers import Draws

FR = locales.get("fr_fr")


@cache
def people(near: str = "35000") -> pl.DataFrame:
    return FR.identities(Draws(b"f" * 32, np.arange(50_000, dtype=np.uint64)), near, date(2026, 3, 1))


def test_every_pair_of_postcode_and_town_is_in_the_table() -> None:
    pairs = FR.profile.places.frame.select("postcode", "town")
    assert people().join(pairs, on=["postcode", "town"], how="anti").is_empty()


@pytest.mark.parametrize(
    ("postcode", "town"),
    [
        ("75001", "Paris"),
        ("75116", "Paris"),
        ("69003", "Lyon"),
        ("13016", "Marseille"),
        ("97400", "Saint-Denis"),
        ("2A", None),
    ],
)
def test_known_postcodes(postcode: str, town: str | None) -> None:
    found = set(FR.profile.places.frame.filter(postcode=postcode)["town"])
    assert FR.is_place(postcode) is (town is not None)
    assert town is None or town in found


def test_the_three_large_cities_live_by_arrondissement() -> None:
    paris = FR.profile.places.frame.filter(pl.col("town") == "Paris")
    assert set(paris["postcode"]) == {*(f"750{n:02}" for n in range(1, 21)), "75116"}
    assert paris["population"].sum() > 2_000_000


def test_first_names_belong_to_the_sex_and_the_decade_of_birth() -> None:
    for sex in ("female", "male"):
        group = people().filter(sex=sex)
        decades = (group["birth_date"].dt.year().clip(1911, 2020) - 1911) // 10 * 10 + 1911
        for decade in decades.unique():
            listed = FR.profile.names[f"{sex} {decade}"]
            known = listed.values.filter(pl.Series(listed.shares > 0))
            assert group.filter(decades == decade)["first_name"].is_in(known.implode()).all()


@pytest.mark.parametrize(
    ("name", "sex", "usual", "rare"),
    [
        ("Kevin", "male", 1991, 1931),
        ("Monique", "female", 1941, 2001),
        ("Léa", "female", 2001, 1951),
        ("Jean", "male", 1931, 2001),
    ],
)
def test_names_have_their_time(name: str, sex: str, usual: int, rare: int) -> None:
    asked = pl.Series([name])
    shares = {year: FR.profile.names[f"{sex} {year}"].share(asked)[0] for year in (usual, rare)}
    assert shares[usual] > 0.01
    assert shares[rare] < shares[usual] / 8


def test_the_head_of_the_surnames_is_not_too_heavy() -> None:
    counts = people()["surname"].value_counts(sort=True)
    assert counts["surname"][0] == "Martin"
    assert 0.0025 < counts["count"][0] / 50_000 < 0.0045
    assert counts.filter(pl.col("count") == 1).height > 15_000


def test_accents_and_compound_names_are_in_ordinary_spelling() -> None:
    first = set(people()["first_name"])
    assert {"Élodie", "Hélène", "François", "Jean-Pierre", "Marie-Thérèse"} <= first
    assert not {"Helene", "Francois", "Jerome", "Etienne"} & first
    assert {"Lefèvre", "Le Gall", "Da Silva"} <= set(people()["surname"])


def test_a_national_id_agrees_with_its_person_and_names_no_commune() -> None:
    sample = people().head(3_000)
    ids = FR.national_ids(Draws(b"f" * 32, np.arange(3_000, dtype=np.uint64)), sample)
    known = set(tables.communes()["code"])
    for number, sex, born in zip(ids, sample["sex"], sample["birth_date"], strict=True):
        assert number[0] == {"male": "1", "female": "2"}[sex]
        assert number[1:5] == f"{born:%y%m}"
        assert number[5:10] not in known
    assert ids.n_unique() > 2_990


def test_no_commune_has_a_code_that_national_ids_use() -> None:
    codes = tables.communes()["code"]
    overseas = codes.str.starts_with("97")
    assert codes.filter(~overseas).str.slice(2).cast(pl.Int64).max() < 950  # type: ignore[operator]
    assert codes.filter(overseas).str.slice(3).cast(pl.Int64).max() < 80  # type: ignore[operator]


def test_street_lines_read_as_french() -> None:
    lines = FR.streets(Draws(b"f" * 32, np.arange(50_000, dtype=np.uint64)), people())
    assert lines.str.contains(
        r"^\d+( bis| ter)? (rue|avenue|boulevard|place|allée|impasse|square|résidence|chemin|clos|route) \S"
    ).all()
    assert not lines.str.contains(r" (de Le|de Les|de [AEÉIOU]) ").any()


def test_small_departments_and_overseas_work() -> None:
    for near in ("48000", "23000", "20200", "97600", "97300"):
        frame = FR.identities(Draws(b"f" * 32, np.arange(200, dtype=np.uint64)), near, date(2026, 3, 1))
        assert frame["postcode"].str.starts_with(near[:2]).mean() > 0.4  # type: ignore[operator]


def test_the_data_has_its_notice_and_stays_small() -> None:
    folder = data_folder("fr_fr")
    assert "Licence Ouverte" in folder.joinpath("NOTICE").read_text("utf-8")
    assert sum(len(file.read_bytes()) for file in folder.iterdir()) < 3_000_000


def bits_of(**values: str) -> dict[str, float]:
    """Bits of one woman, born in 1961 and living in Rennes."""
    ordinary = {"surname": "Roux", "birth_name": "Roux", "first_name": "Anne", "sex": "female", "birth_place": "Rennes",
                "postcode": "35000", "town": "Rennes", "street": "12 rue des Lilas"}  # fmt: skip
    person = pl.DataFrame({**ordinary, **values, "birth_date": [date(1961, 3, 12)]})
    return FR.bits(person, "35000", date(2026, 3, 1)).row(0, named=True)


@pytest.mark.parametrize(
    ("field", "one", "two"),
    [
        ("surname", "Lefèvre", "Le Fevre"),
        ("surname", "Le Gall", "Legall"),
        ("first_name", "Marie-Thérèse", "Marie Therese"),
        ("birth_place", "La Garde", "Lagarde"),
        ("street", "12 rue des Lilas", "12 bis allée des Lilas"),
        ("street", "5 rue de La Fontaine", "5 impasse de la Fontaine"),
    ],
)
def test_what_a_scan_cannot_tell_apart_counts_alike(field: str, one: str, two: str) -> None:
    assert bits_of(**{field: one})[field] == bits_of(**{field: two})[field]


@pytest.mark.parametrize(
    ("field", "shorter", "longer"),
    [
        ("street", "12 place Saint-Pierre", "12 rue Pierre et Marie Curie"),
        ("street", "12 rue Marie", "12 rue Marie Curie"),
    ],
)
def test_a_name_that_longer_ones_begin_with_counts_for_less(field: str, shorter: str, longer: str) -> None:
    assert bits_of(**{field: shorter})[field] < bits_of(**{field: longer})[field]


def test_a_town_with_hardly_any_roads_out_has_each_of_them_often() -> None:
    paris = {"postcode": "75014", "town": "Paris"}
    assert (
        bits_of(street="12 rue de Paris", **paris)["street"] < 10 < bits_of(street="12 rue Molière", **paris)["street"]
    )


def test_the_commonest_surnames_count_for_no_more_than_in_a_short_list() -> None:
    assert bits_of(surname="Martin")["surname"] < bits_of(surname="Petit")["surname"] <= np.log2(400)
    assert bits_of(surname="Lefort")["surname"] < np.log2(1000) + 0.01
    assert bits_of(surname="Vandenbroucke")["surname"] > 14


def test_people_made_up_from_a_list_of_names_agree_no_more_often_than_the_bits_say() -> None:
    """``faker`` draws 400 surnames evenly, which are far rarer in France: a fake leak is made with it."""
    listed = folded(pl.Series(Persons.last_names))
    decoys = people().with_columns(street=pl.lit("12 rue des Lilas"))
    foretold = np.exp2(-FR.bits(decoys, "35000", date(2026, 3, 1))["surname"].to_numpy()).mean()
    assert folded(decoys["surname"]).is_in(listed.implode()).sum() / len(decoys) / len(listed) < foretold


def test_names_and_streets_are_folded_as_a_scan_folds_them() -> None:
    """The shares are summed over what a scan reads alike: if its folding moved, the shares would have to follow."""
    for table in (tables.surnames(), tables.first_names("female"), tables.first_names("male")):
        assert folded(table.names).to_list() == ["".join(fold(name).split()) for name in table.names]
    lines = pl.DataFrame({"street": FR.streets(Draws(b"f" * 32, np.arange(50_000, dtype=np.uint64)), people())})
    read = pl.Series([" ".join(street_words(fold(line).split())) for line in lines["street"]])
    bits = FR.bits(people().with_columns(lines), "35000", date(2026, 3, 1))["street"]
    told = people().select("postcode", "town").with_columns(read.alias("read"), bits)
    assert told.group_by("postcode", "town", "read").agg(pl.col("street").n_unique())["street"].max() == 1
