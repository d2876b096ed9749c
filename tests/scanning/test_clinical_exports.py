"""Exports without birth dates: decoys are known by name, age, stays, diagnoses, drugs and allergies, at honest odds."""

from __future__ import annotations

import io
import math
from bisect import bisect
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

import people
import pytest

from honeytokens.decoys import Maker, RemadeDecoys, digest_of_data, known_decoys
from honeytokens.formats import Batch, Origin, get
from honeytokens.keys import Keyring
from honeytokens.model import DecoyRef, Recipe, ScanResult, StoryField
from honeytokens.scanning import Index, scan
from honeytokens.scanning.evidence import Trial, strength
from honeytokens.scanning.readers import READERS, Source
from honeytokens.scanning.readers.streams import Budget, ByteStream
from honeytokens.scanning.reading import Reading
from honeytokens.scanning.stories import Stories, story_trials

TODAY = date(2026, 11, 1)
DECOYS, STRANGERS = 60, 1000


@cache
def patients(campaign: str, count: int) -> tuple[Maker, Batch]:
    keyring = Keyring.generate(campaign.encode().ljust(32))
    maker = Maker.of(keyring, campaign, campaign, 1, Recipe("fr_fr", digest_of_data("fr_fr"), "75014", TODAY))
    identities = maker.identities(range(count))
    return maker, Batch(identities, maker.stories(range(count), identities))


def export(*batches: Batch) -> bytes:
    out = io.BytesIO()
    get("mediboard-csv", 1).write(batches, out, Origin("fr_fr", TODAY))
    return out.getvalue()


def decoys(count: int = DECOYS) -> RemadeDecoys:
    return known_decoys([(patients("decoys", DECOYS)[0], "north", range(count), 1)])


def found(path: Path, data: bytes) -> ScanResult:
    path.write_bytes(data)
    return scan([path], decoys(), Index.build(decoys(), people.KEY))


def test_a_clinical_search_without_birth_dates_tells_decoys(tmp_path: Path) -> None:
    host = patients("host", STRANGERS)[1]
    leaked = found(tmp_path / "a.csv", export(patients("decoys", DECOYS)[1], host))
    assert len(leaked.hits) >= 0.6 * DECOYS
    assert {"age", "stay", "diagnosis", "drug", "allergy"} <= {
        item.field for hit in leaked.hits for item in hit.evidence
    }
    assert found(tmp_path / "b.csv", export(host)).hits == ()


@pytest.mark.parametrize("form", ["{name};{age};{drug};{allergy};{day}", "{name} | {age} ans | {atc} | entré le {day}"])
def test_any_columns_in_any_dialect(tmp_path: Path, form: str) -> None:
    _, batch = patients("decoys", DECOYS)
    lines, told = [], set()
    for serial, (person, story) in enumerate(zip(batch.identities.iter_rows(named=True), batch.stories, strict=True)):
        if story.prescriptions and story.allergies:
            told.add(serial)
            stay, drug = story.stays[-1], story.prescriptions[-1]
            lines.append(
                form.format(
                    name=f"{person['surname'].upper()} {person['first_name']}",
                    age=(stay.admitted.date() - person["birth_date"]).days // 365,
                    drug=drug.drug.upper(),
                    atc=drug.atc,
                    allergy=story.allergies[0].substance,
                    day=f"{stay.admitted:%d/%m/%Y}",
                )
            )
    assert len(told) >= 3
    result = found(tmp_path / "a.csv", ("\n".join(lines) + "\n").encode())
    assert {hit.decoy.serial for hit in result.hits} == told


def records(batch: Batch) -> list[tuple[str, ...]]:
    data = export(batch)
    source = Source("a.csv", None, ByteStream(io.BytesIO(data), Budget(len(data))))
    return [record.fields for record in READERS["delimited"].records(source)][1:]  # type: ignore[union-attr]


def test_strangers_stories_agree_no_more_often_than_the_bits_say() -> None:
    """All strangers are held against all decoys by their stories alone; diagnoses and drugs among the like besides."""
    known = decoys()
    stories, host = Stories(known), patients("host", STRANGERS)[1]
    clues = stories.fetch(range(DECOYS))
    kinds = {number: like(row) for number, row in enumerate(patients("decoys", DECOYS)[1].identities.rows(named=True))}
    whole, sick, alike = list[float](), list[float](), 0
    rows = records(host)
    owners = [number for number, story in enumerate(host.stories) for _ in range(lines_of(story_days(story)))]
    assert len(owners) == len(rows)
    for owner, fields in list(zip(owners, rows, strict=True))[::4]:
        told = stories.read(Reading(fields), fields)
        stranger = like(host.identities.row(owner, named=True))
        for number in range(DECOYS):
            trials = story_trials(clues[number], told)
            whole.append(strength(trials))
            if kinds[number] == stranger:
                alike += 1
                sick.append(max((t.reached for t in trials if t.field in SICK), default=0.0))
    for bits in range(3, 16):
        assert sum(found >= bits for found in whole) <= bound(len(whole), bits), bits
    for bits in range(1, 9):
        assert sum(found >= bits for found in sick) <= bound(alike, bits), bits


SICK = (StoryField.DIAGNOSIS, StoryField.DRUG)


def like(person: Mapping[str, object]) -> tuple[object, int]:
    born = person["birth_date"]
    assert isinstance(born, date)
    return person["sex"], bisect((2, 15, 35, 55, 75), (TODAY - born).days // 365.25)


def story_days(story: object) -> list[int]:
    stays, drugs = story.stays, story.prescriptions  # type: ignore[attr-defined]
    return [sum(drug.prescribed == stay.discharged.date() for drug in drugs) for stay in stays]


def lines_of(counts: list[int]) -> int:
    return sum(max(1, count) for count in counts) or 1


def bound(pairs: int, bits: int) -> float:
    mean = pairs * 2.0**-bits
    return mean + 5 * math.sqrt(mean) + 1


def one() -> people.Known:
    named = (("surname", "Kerguelen", None, 12.0), ("first_name", "Maëlle", None, 8.0))
    story = [("age", "64", 6.0), ("age", "65", 6.0), ("stay", "2025-04-02", 11.0), ("drug", "C08CA01", 5.0)]
    vocabulary = {StoryField.DRUG: {"amlodipine": "C08CA01", "C08CA01": "C08CA01", "metformine": "A10BA02"}}
    plain = people.one(*named, ("birth_date", "1961-03-12", None, 15.0))
    return people.Known((DecoyRef("spring", 0),), plain.frame, {0: story}, vocabulary)


def bits(tmp_path: Path, record: str) -> float:
    (tmp_path / "a.csv").write_text(record + "\n" + "MARTIN Jean;40;METFORMINE;01/02/2020\n" * 3)
    result = scan([tmp_path / "a.csv"], one(), Index.build(one(), people.KEY))
    return max(hit.bits for hit in (*result.hits, *result.leads))


def test_every_alternative_is_paid_for(tmp_path: Path) -> None:
    whole = bits(tmp_path, "KERGUELEN Maelle;64;AMLODIPINE;02/04/2025")
    assert bits(tmp_path, "KERGUELEN Maelle;64;AMLODIPINE;02/04/2025;31;7") < whole - 1
    assert bits(tmp_path, "KERGUELEN Maelle;64;AMLODIPINE METFORMINE;02/04/2025") < whole - 0.9
    assert bits(tmp_path, "KERGUELEN Maelle;64;AMLODIPINE;02/04/2025;05/06/2025") < whole - 0.9
    assert bits(tmp_path, "KERGUELEN Maelle;12;AMLODIPINE;02/04/2025") < whole - 4


def test_an_age_adds_nothing_to_a_birth_date(tmp_path: Path) -> None:
    born = "KERGUELEN Maelle;12/03/1961;AMLODIPINE"
    assert bits(tmp_path, f"{born};64") <= bits(tmp_path, f"{born};12") + 0.01


def test_names_alone_are_no_hit_in_a_clinical_export(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "KERGUELEN Maelle;12;METFORMINE\n" + "MARTIN Jean;40;AMLODIPINE;02/04/2025\n" * 2000
    )
    assert scan([tmp_path / "a.csv"], one(), Index.build(one(), people.KEY)).hits == ()


def test_trials_of_what_is_told_alone() -> None:
    assert story_trials({StoryField.AGE: {"5": 6.0}}, {}) == []
    assert story_trials({}, {StoryField.AGE: frozenset({"5"})}) == []
    trials = story_trials({StoryField.AGE: {"5": 6.0}}, {StoryField.AGE: frozenset({"5", "7"})})
    assert trials == [Trial(StoryField.AGE, (5.0,), 5.0)]
