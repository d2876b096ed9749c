"""What a profile learns, what it never holds, and what is drawn from it."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import polars as pl
import pytest
from host_populations import AS_OF, french

from honeytokens.errors import ProfileError
from honeytokens.markers import Draws
from honeytokens.profiles import LEAST, Codes, Days, Habits, Values, decode, digest, document, encode, explain, learn

DRAWS = Draws(b"d" * 32, np.arange(3000, dtype=np.uint64))
HOST = french(3000)
PROFILE = learn(HOST, learnt=date(2026, 3, 1), locale="fr_fr", children={"stay": {"0": 500, "1": 2491, "7": 9}})
HABITS = Habits(PROFILE, 3000)
LEVELS = HABITS.levels(DRAWS)


def texts(name: str) -> pl.Series:
    return HABITS.texts(name, LEVELS[name], DRAWS, AS_OF)


def test_a_profile_comes_back_from_its_text_the_same() -> None:
    text = encode(PROFILE)
    assert decode(text) == PROFILE
    assert digest(text) == digest(encode(decode(text)))
    assert "\n" not in text
    with pytest.raises(ProfileError, match="damaged"):
        decode(text[:-40])
    assert not decode("").columns


def test_no_cell_counts_fewer_than_ten_patients() -> None:
    def counts(thing: object, path: str = "") -> list[tuple[str, int]]:
        if isinstance(thing, dict):
            return [pair for key, value in thing.items() for pair in counts(value, f"{path}/{key}")]
        if isinstance(thing, list):
            return [pair for value in thing for pair in counts(value, path)]
        cells = ("cells", "words", "letters", "lengths", "sharing", "wholes", "prefixes", "places", "case", "children")
        counted = isinstance(thing, int) and not isinstance(thing, bool) and any(f"/{cell}" in path for cell in cells)
        return [(path, int(thing))] if counted else []  # type: ignore[call-overload]

    found = counts(json.loads(document(PROFILE)))
    assert len(found) > 1000
    assert [pair for pair in found if pair[1] < LEAST] == []


def test_no_text_of_fewer_than_ten_patients_is_in_a_profile() -> None:
    held = json.loads(document(PROFILE))["columns"]
    for name in ("surname", "street", "phone", "local_id", "town", "first_name"):
        counts = HOST[name].drop_nulls().value_counts()
        rare = set(counts.filter((pl.col("count") < LEAST) & (pl.col(name).str.len_chars() > 6))[name])
        assert len(rare) > 50
        shape = held[name]["shape"]
        words = {piece for cells in shape.get("words", {}).values() for piece in cells}
        usual = {word for text in HOST[name] for word in (text or "").replace("-", " ").split() if text not in rare}
        assert not rare & set(shape["cells"])
        assert not {text for text in rare & words if text not in usual and _patients_with(name, text) < LEAST}


def _patients_with(name: str, word: str) -> int:
    return int(HOST[name].str.contains(rf"\b{word}\b").sum())


def test_values_that_few_share_are_never_copied() -> None:
    marked = HOST.with_columns(
        surname=pl.when(pl.int_range(pl.len()) < 9).then(pl.lit("ZYGOMATIQUE")).otherwise("surname"),
        street=pl.when(pl.int_range(pl.len()) == 5).then(pl.lit("7 QUAI DU XYLOPHONE")).otherwise("street"),
    )
    habits = Habits(learn(marked, learnt=AS_OF, locale="fr_fr"), 3000)
    levels = habits.levels(DRAWS)
    assert "ZYGOMATIQUE" not in set(habits.texts("surname", levels["surname"], DRAWS))
    assert not habits.texts("street", levels["street"], DRAWS).str.contains("XYLOPHONE").any()


def test_habits_of_the_host_come_back() -> None:
    assert isinstance(PROFILE.columns["birth_date"].shape, Days)
    assert isinstance(PROFILE.columns["phone"].shape, Codes)
    assert isinstance(PROFILE.columns["surname"].shape, Values)
    assert texts("street").str.contains(r" (AV|BD) ").mean() == pytest.approx(
        HOST["street"].str.contains(r" (AV|BD) ").mean(), abs=0.04
    )
    assert texts("phone").drop_nulls().str.contains(r"^0[67]\d{8}$").all()
    assert texts("phone").is_null().mean() == pytest.approx(0.3, abs=0.03)
    both_empty = texts("phone").is_null() == texts("patients.regime").is_null()
    assert bool(both_empty.all()), "what is empty together in the host is empty together in decoys"
    for name in ("surname", "town"):
        drawn = texts(name).drop_nulls()
        assert (drawn == drawn.str.to_uppercase()).all()
    usual = HOST["town"].value_counts(sort=True)["town"][0]
    assert (texts("town") == usual).mean() == pytest.approx((HOST["town"] == usual).mean(), abs=0.03)


def test_numbers_lie_inside_the_hosts_own_sequence() -> None:
    numbers = texts("local_id").str.slice(1).cast(pl.Int64)
    assert texts("local_id").str.contains(r"^P\d{6}$").all()
    assert numbers.min() >= 100_000  # type: ignore[operator]
    assert numbers.max() < 110_000  # type: ignore[operator]


def test_columns_that_must_be_empty_make_decoys_like_those_who_have_none() -> None:
    levels = HABITS.levels(DRAWS, {"phone"})
    assert HABITS.texts("phone", levels["phone"], DRAWS).is_null().all()
    assert HABITS.texts("patients.regime", levels["patients.regime"], DRAWS).null_count() > 0.95 * 3000


def test_first_names_go_with_sex_and_age() -> None:
    people = pl.DataFrame({name: texts(name) for name in ("sex", "birth_date", "first_name")})
    old = people.filter(pl.col("birth_date") < "1950")["first_name"].value_counts(sort=True).head(30)["first_name"]
    young = people.filter(pl.col("birth_date") > "1995")["first_name"].value_counts(sort=True).head(30)["first_name"]
    assert len(set(old) & set(young)) < 12
    assert set(people.filter(pl.col("first_name") == "MARIE")["sex"]) == {"female"}


def test_a_draw_depends_on_its_own_serial_alone() -> None:
    one = Draws(DRAWS.key, DRAWS.serials[41:42])
    levels = HABITS.levels(one)
    for name in PROFILE.columns:
        assert HABITS.texts(name, levels[name], one, AS_OF)[0] == texts(name)[41]


def test_few_patients_and_empty_columns_are_said() -> None:
    with pytest.raises(ProfileError, match="12 patients"):
        learn(french(12), learnt=AS_OF, locale="fr_fr")
    bare = HOST.with_columns(pl.lit(None, dtype=pl.String).alias("email"))
    learnt = learn(bare, learnt=AS_OF, locale="fr_fr")
    assert any("email is empty in every row" in lack for lack in learnt.lacking)
    broken = HOST.with_columns(surname=pl.Series([f"Ã©{n}\x00" for n in range(3000)]))
    assert learn(broken, learnt=AS_OF, locale="fr_fr").patients == 3000


def test_a_profile_explains_itself() -> None:
    said = "\n".join(explain(PROFILE))
    assert "3000 patients were read" in said
    assert "fewer than 10" in said
    assert "empty for" in said
    assert PROFILE.children["stay"] == {"0": 500, "1": 2491} or PROFILE.children["stay"]["1"] >= LEAST
