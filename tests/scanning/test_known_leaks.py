"""Leaks that are published again, and decoys that rules ignore: set aside, as long as they show nothing new."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from honeytokens.errors import OutputError, ScanError
from honeytokens.model import DecoyRef, Evidence, Field, Hit, Location, ScanResult, ScanStats
from honeytokens.scanning import Baseline
from honeytokens.scanning.ignoring import Rules

KEYS = [bytes(range(32))]
TODAY = date(2026, 11, 27)
PLACE = Location("leak.csv", line=7)


def hit(serial: int, *fields: Field, versions: tuple[int, ...] = ()) -> Hit:
    evidence = tuple(Evidence(field, PLACE, 20.0) for field in fields or (Field.SURNAME, Field.BIRTH_DATE))
    return Hit(DecoyRef("spring", serial), "north", 40.0, 1e-9, evidence, versions)


def result(*hits: Hit, leads: tuple[Hit, ...] = ()) -> ScanResult:
    return ScanResult(hits, leads, (), 30.0, ScanStats(1, 1.0, 1))


KNOWN = result(hit(1), hit(2, versions=(3,)), leads=(hit(9),))


def written(folder: Path, *results: ScanResult) -> Baseline:
    baseline = Baseline()
    for one in results:
        baseline = baseline.with_news(baseline.set_aside(one), TODAY)
    baseline.write(folder / "known", KEYS, force=True)
    return Baseline.read(folder / "known", KEYS)


def test_a_leak_that_is_published_again_brings_nothing_new(tmp_path: Path) -> None:
    again = written(tmp_path, KNOWN).set_aside(KNOWN)
    assert (again.hits, again.leads) == ((), ())
    assert [(aside.hit, aside.is_lead) for aside in again.set_aside] == [
        (hit(1), False),
        (hit(2, versions=(3,)), False),
        (hit(9), True),
    ]
    assert all("2026-11-27" in aside.reason for aside in again.set_aside)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (hit(4), "another decoy"),
        (hit(1, Field.SURNAME, Field.BIRTH_DATE, Field.PHONE), "another column"),
        (hit(1, versions=(3,)), "the stamped field was not read before"),
        (hit(2, versions=(3, 4)), "the stamped field was rewritten since"),
        (hit(9), "it was only a lead"),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_what_shows_more_than_before_is_news(tmp_path: Path, new: Hit, why: str) -> None:
    assert written(tmp_path, KNOWN).set_aside(result(new)).hits == (new,)


def test_less_of_the_same_is_no_news(tmp_path: Path) -> None:
    less = result(hit(1, Field.SURNAME), hit(2), leads=(hit(1),))
    assert len(written(tmp_path, KNOWN).set_aside(less).set_aside) == 3


def test_two_leaks_do_not_add_up_to_a_third(tmp_path: Path) -> None:
    """One that showed phones and one that showed birth dates do not make a leak of both an old one."""
    baseline = written(tmp_path, result(hit(1, Field.PHONE)), result(hit(1, Field.BIRTH_DATE)))
    both = hit(1, Field.PHONE, Field.BIRTH_DATE)
    assert baseline.set_aside(result(both)).hits == (both,)
    assert baseline.set_aside(result(hit(1, Field.PHONE))).hits == ()


def test_a_stolen_baseline_tells_nothing(tmp_path: Path) -> None:
    written(tmp_path, KNOWN)
    data = (tmp_path / "known").read_bytes()
    assert (tmp_path / "known").stat().st_mode & 0o077 == 0
    for word in (b"spring", b"surname", b"leak.csv", b"2026"):
        assert word not in data


def test_a_damaged_or_foreign_baseline_is_refused(tmp_path: Path) -> None:
    written(tmp_path, KNOWN)
    path = tmp_path / "known"
    with pytest.raises(ScanError, match="another home"):
        Baseline.read(path, [bytes(32)])
    data = path.read_bytes()
    for wrong in (data[:-1], data[:40], data[:30] + b"\0" + data[31:], b"", b"\xff" * 100):
        path.write_bytes(wrong)
        with pytest.raises(ScanError):
            Baseline.read(path, KEYS)
    with pytest.raises(ScanError, match="cannot be read"):
        Baseline.read(tmp_path / "gone", KEYS)
    with pytest.raises(OutputError, match="exists"):
        Baseline().write(path, KEYS, force=False)


def test_a_baseline_opens_after_the_keys_were_rotated(tmp_path: Path) -> None:
    written(tmp_path, KNOWN)
    assert Baseline.read(tmp_path / "known", [*KEYS, bytes(32)]).set_aside(KNOWN).hits == ()


RULES = """
[[ignore]]
decoy = "spring/1"
reason = "in the test extract"
expires = 2026-12-01
[[ignore]]
decoy = "autumn/*"
reason = "handed out"
expires = 2026-12-01
"""


def rules(folder: Path, text: str = RULES, today: date = TODAY) -> Rules:
    (folder / "rules.toml").write_text(text)
    return Rules.read(folder / "rules.toml", today, ["spring", "autumn"])


def test_rules_ignore_until_they_expire(tmp_path: Path) -> None:
    autumn = replace(hit(5), decoy=DecoyRef("autumn", 5))
    leak = result(hit(1), hit(2), autumn, leads=(hit(1),))
    ruled = rules(tmp_path).set_aside(leak)
    assert (ruled.hits, ruled.leads) == ((hit(2),), ())
    assert {(aside.reason, aside.until) for aside in ruled.set_aside} == {
        ("Ignored: in the test extract", date(2026, 12, 1)),
        ("Ignored: handed out", date(2026, 12, 1)),
    }
    late = rules(tmp_path, today=date(2026, 12, 1))
    assert late.set_aside(leak) == leak
    assert list(map(str, late.expired)) == ["spring/1", "autumn/*"]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ('reason = "in the test extract"', "reason"),
        ("expires = 2026-12-01", "expires"),
        ('decoy = "spring/1"', "decoy"),
        ("[[ignore]]", "TOML"),
    ],
)
def test_a_rule_without_reason_or_end_is_refused(tmp_path: Path, wrong: str, word: str) -> None:
    with pytest.raises(ScanError, match=word):
        rules(tmp_path, RULES.replace(wrong, "x = [" if wrong == "[[ignore]]" else "", 1))


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("2026-12-01", '"soon"'),
        ("2026-12-01", "1780000000"),
        ('"in the test extract"', '"  "'),
        ("spring/1", "spring/x"),
        ("spring/1", "spirng/1"),
        ("reason", "raison"),
    ],
)
def test_a_slip_in_a_rule_is_noticed(tmp_path: Path, was: str, becomes: str) -> None:
    with pytest.raises(ScanError, match=r"rules\.toml"):
        rules(tmp_path, RULES.replace(was, becomes, 1))
