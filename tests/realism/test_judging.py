"""The attack finds what can be told, and says by what; it finds nothing between patients and patients."""

from __future__ import annotations

import polars as pl
import pytest
from host_populations import french

pytest.importorskip("sklearn", reason="NOT TESTED: the extra realism is not installed")

from honeytokens.realism.detectors import detections
from honeytokens.realism.judging import judge

EVERYBODY = french(1200).sample(fraction=1.0, shuffle=True, seed=1)
HOST, OTHERS = EVERYBODY[:800], EVERYBODY[800:]


def test_other_patients_of_the_same_host_pass() -> None:
    verdict = judge(HOST, OTHERS, quick=True)
    assert verdict
    assert not verdict.detectable
    assert abs(verdict.attacks[0].baseline - 0.5) < 0.1


def test_decoys_written_otherwise_are_told_and_it_is_said_by_what() -> None:
    decoys = OTHERS.with_columns(pl.col("town").str.to_titlecase(), phone=pl.lit("0612345678"))
    verdict = judge(HOST, decoys, quick=True)
    assert verdict
    assert verdict.detectable
    assert verdict.attacks[0].auc > 0.95
    assert verdict.attacks[0].caught > 0.5
    assert any("of town" in tell for tell in verdict.tells)
    assert any("of phone" in tell for tell in verdict.tells)


def test_decoys_without_a_phone_are_attacked_among_patients_without() -> None:
    verdict = judge(HOST, OTHERS.filter(pl.col("phone").is_null()), quick=True)
    assert verdict
    [(name, share), *_] = [pair for pair in verdict.empty if pair[0] == "phone"]
    assert (name, round(share, 1)) == ("phone", 0.3)
    assert not verdict.detectable


def test_too_few_are_not_judged() -> None:
    assert judge(HOST, HOST[:20]) is None
    assert judge(HOST[:20], HOST[:100]) is None


@pytest.mark.parametrize(
    ("column", "text", "rule"),
    [
        ("email", "paul@abc.canarytokens.com", "a domain of canary services"),
        ("email", "paul@example.com", "a domain reserved for examples"),
        ("email", "q7w8e9r0t1y2u3i4o5p6a7s8d@mail.fr", "a local part of 25 letters and digits"),
        ("phone", "06 39 98 12 34", "a phone number reserved for fiction"),
        ("phone", "(212) 555-0199", "a phone number reserved for fiction"),
        ("ssn", "999-12-3456", "a social security number of 999"),
        ("surname", "Smith123", "a name that ends in digits"),
        ("note", "HONEYTOKEN", "the words of test data"),
        ("note", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU2Nzg5", "base64 of 40 signs or more"),
    ],
)
def test_public_detectors_fire(column: str, text: str, rule: str) -> None:
    host, decoys = pl.DataFrame({column: ["Paul", None]}), pl.DataFrame({column: [text, "Paul"]})
    assert [(one.rule, one.decoys) for one in detections(host, decoys)] == [(rule, 1)]
    assert not list(detections(decoys, decoys)), "what patients have as well is no filter"


@pytest.mark.parametrize(
    "text", ["Dupont", "jean.dupont@orange.fr", "06 12 34 56 78", "199-12-3456", "O'Brien", "12 rue des Lilas", "B52"]
)
def test_public_detectors_let_ordinary_values_pass(text: str) -> None:
    assert not list(detections(pl.DataFrame({"x": ["Paul"]}), pl.DataFrame({"x": [text]})))
