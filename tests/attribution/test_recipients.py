"""Through whom: a recipient is named only when the leak says so beyond the risk."""

from __future__ import annotations

import numpy as np
from cases import NOW, scan

from honeytokens.attribution import Beside, SaltedExtract, judge
from honeytokens.model import Authenticity, DecoyRef, Evidence, Field, Hit, Location, Verdict

ROWS, UNIQUE = 120, 8
NAMES = ("Nord", "Sud", "Est")


def extract() -> SaltedExtract:
    rng = np.random.default_rng(1)
    chance = np.where(rng.random(ROWS) < 0.5, 0.18, 0.82)
    return SaltedExtract(
        "monthly",
        NAMES,
        rng.random((3, ROWS)) < chance,
        chance,
        tuple(DecoyRef("salt:monthly", serial) for serial in range(ROWS)),
        tuple(frozenset(DecoyRef("salt:monthly", ROWS + UNIQUE * n + i) for i in range(UNIQUE)) for n in range(3)),
    )


def found(decoy: DecoyRef, *versions: int, false_alarms: float = 1e-7) -> Hit:
    evidence = (Evidence(Field.SURNAME, Location("leak.csv", row=decoy.serial + 1), 30.0),)
    return Hit(decoy, "salt:monthly", 50.0, false_alarms, evidence, versions)


def copy_of(held: SaltedExtract, number: int) -> list[Hit]:
    return [found(decoy, int(bit)) for decoy, bit in zip(held.shared, held.words[number], strict=True)]


def verdict(hits: list[Hit], language: str = "en") -> Verdict:
    return judge(scan(hits), [], now=NOW, beside=Beside(extracts=[extract()]), language=language)


def test_the_codeword_names_the_recipient() -> None:
    held = extract()
    judged = verdict(copy_of(held, 1))
    assert judged.authenticity is Authenticity.CONFIRMED
    assert [named.recipient for named in judged.extracts[0].named] == ["Sud"]
    assert judged.extracts[0].named[0].error <= 1e-6
    assert "Sud" in judged.sentence


def test_two_rows_of_one_copy_name_the_recipient_and_one_weak_row_does_not() -> None:
    held = extract()
    own = sorted(held.unique[2])
    assert [named.recipient for named in verdict([found(own[0]), found(own[1])]).extracts[0].named] == ["Est"]
    judged = verdict([found(own[0], false_alarms=1e-3)])
    assert judged.extracts[0].named == ()
    assert "nobody can be named" in judged.extracts[0].reason


def test_rows_that_every_copy_has_name_nobody() -> None:
    held = extract()
    judged = verdict([found(decoy) for decoy in held.shared])
    assert judged.extracts[0].named == ()
    assert (judged.extracts[0].shared_hits, judged.extracts[0].told) == (ROWS, 0)
    assert "nobody can say" in judged.sentence


def test_copies_that_were_put_together_show_both() -> None:
    held = extract()
    both = [
        found(decoy, *sorted({int(one), int(other)}))
        for decoy, one, other in zip(held.shared, held.words[0], held.words[1], strict=True)
    ]
    names = {named.recipient for named in verdict(both).extracts[0].named}
    assert names
    assert names <= {"Nord", "Sud"}


def test_a_file_of_rows_mixed_in_and_no_patient_names_nobody() -> None:
    held = extract()
    judged = judge(scan(copy_of(held, 1), records=ROWS), [], now=NOW, beside=Beside(extracts=[held]))
    assert judged.authenticity is Authenticity.UNDECIDABLE
    assert judged.extracts[0].named == ()


def test_an_extract_that_is_not_in_the_leak_is_not_told_of() -> None:
    assert verdict([]).extracts == ()


def test_french_says_it_too() -> None:
    held = extract()
    judged = verdict(copy_of(held, 0), "fr")
    assert "remise à Nord" in judged.sentence
    assert "Nord" in judged.extracts[0].reason
