"""The screen changes how long a scan takes, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import damage
import numpy as np
import people
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honeytokens.fingerprints.byte_folding import Shape
from honeytokens.model import ScanResult
from honeytokens.scanning import Index, scan, scanner
from honeytokens.scanning.dump import read_paths
from honeytokens.scanning.screen import Screen

DECOYS = [people.person(random.Random(seed), domain="decoys.example") for seed in range(60)]
KNOWN = people.known(DECOYS)
INDEX = Index.build(KNOWN, people.KEY)
NAMES = ("surname", "first_name", "birth_date", "street", "postcode", "town", "phone", "email")


def without_screen(monkeypatch: pytest.MonkeyPatch, paths: Sequence[Path], known: people.Known) -> ScanResult:
    def all_pass(_: Screen, records: Sequence[Sequence[str]], bar: float) -> object:
        return np.ones(len(records), dtype=np.bool_)

    def all_lines(*args: Any, sift: object, **others: Any) -> object:
        return read_paths(*args, **others)

    with monkeypatch.context() as patched:
        patched.setattr(Screen, "records", all_pass)
        patched.setattr(scanner, "read_paths", all_lines)
        return scan(paths, known, INDEX)


def rows(rng: random.Random) -> list[damage.Row]:
    """Strangers, decoys, and crosses of the two that agree on some fields: damaged in all ways, one by one."""
    found = list[damage.Row]()
    for who in [*DECOYS, *(people.person(rng) for _ in range(120))]:
        row, decoy = asdict(who), asdict(rng.choice(DECOYS))
        for name in rng.sample(NAMES, rng.randrange(4)):
            row[name] = decoy[name]
        spelt = damage.DATES[rng.choice(list(damage.DATES))](date.fromisoformat(row["birth_date"]))
        phone = damage.PHONES[rng.choice(list(damage.PHONES))](damage.bare_phone(row))
        row = damage.WORDING[rng.choice(list(damage.WORDING))](row)
        if rng.random() < 0.2:
            row["surname"] = row["surname"][: rng.randrange(3, 9)]
        found.append({**row, "birth_date": spelt, "phone": phone})
    rng.shuffle(found)
    return found


def texts(rng: random.Random) -> Iterator[bytes]:
    """The same people in files of all kinds of lines, some of them broken."""
    people_there = rows(rng)
    names = rng.sample(NAMES, rng.randrange(3, 9))
    table = [[row[name] for name in names] for row in people_there]
    plain = "".join(";".join(row).replace('"', "") + "\r\n" for row in table)
    prose = "".join(" ".join(row) + "\n" for row in table)
    note = "opéré;\nrevu " * 30
    quoted = damage.as_csv([[*row, rng.choice(["", "rien", 'dit ""aïe""', note])] for row in table])
    yield from (text.encode(errors="replace") for text in (plain, prose, quoted, damage.as_inserts(table)))
    yield plain.encode("cp1252", errors="replace")
    yield ("\ufeff" + plain).encode()
    yield plain.encode("utf-16")
    broken = bytearray(quoted.encode(errors="replace"))
    for _ in range(30):
        broken[rng.randrange(len(broken))] = rng.choice(b'";\n\0\x80\xe9 5a@')
    yield bytes(broken)
    lines = plain.encode(errors="replace").splitlines(keepends=True)
    yield b"".join([*lines[:50], b"x" * 5000 + b"\n", *lines[50:100], b" \r\n;\n\n", *lines[100:]])


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("block", [1 << 23, 700])
def test_hits_and_leads_are_the_same_without_it(
    tmp_path: Path, seed: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("honeytokens.scanning.readers.line_blocks._BLOCK", block)
    for module in ("decoding", "line_blocks"):
        monkeypatch.setattr(f"honeytokens.scanning.readers.{module}.LINE_LIMIT", min(block, 1 << 20) * 5)
    monkeypatch.setattr("honeytokens.scanning.screen._THREADS", 1 + seed)
    for number, text in enumerate(texts(random.Random(seed))):
        path = tmp_path / f"{number}.txt"
        path.write_bytes(text)
        full = without_screen(monkeypatch, [path], KNOWN)
        screened = scan([path], KNOWN, INDEX)
        assert full.stats.records == screened.stats.records
        assert (full.hits, full.leads) == (screened.hits, screened.leads)
        assert full.hits


@given(st.data())
@settings(max_examples=20, deadline=None)
def test_parts_of_a_file_tell_what_the_whole_tells(data: st.DataObject) -> None:
    """Whatever the byte ranges are, so long as they end where lines do: nothing is lost, and nothing counted twice."""
    text = next(texts(random.Random(7)))
    screen, shape = Screen(INDEX.quick, INDEX.quick_printer), Shape(True, ord(";"), ord('"'))
    ends = [place + 1 for place, sign in enumerate(text) if sign == ord("\n")]
    cuts = sorted({0, len(text), *data.draw(st.lists(st.sampled_from(ends), max_size=6))})
    whole = screen.lines(text, shape, lambda _: 20.0)
    parts = [screen.lines(text[start:stop], shape, lambda _: 20.0) for start, stop in pairwise(cuts)]
    assert np.concatenate([part.worth for part in parts]).tolist() == whole.worth.tolist()
    assert sum(int(part.records[-1]) for part in parts) == int(whole.records[-1])
    joined = [part.bounds[:-1] + start for part, start in zip(parts, cuts, strict=False)]
    assert np.concatenate(joined).tolist() == whole.bounds[:-1].tolist()


def test_it_passes_over_most_records() -> None:
    rng = random.Random(8)
    records = [people.person(rng).row() for _ in range(2000)] + [who.row() for who in DECOYS]
    passed = Screen(INDEX.quick, INDEX.quick_printer).records(records, 35.0)
    assert passed[2000:].all()
    assert np.count_nonzero(passed[:2000]) < 40


def test_what_it_does_not_understand_passes() -> None:
    screen = Screen(INDEX.quick, INDEX.quick_printer)
    assert screen.records([["a\0b"], ["Жанна"], ["x" * 40_000], []], 1e6).tolist() == [True, True, True, False]


def test_no_decoys(tmp_path: Path) -> None:
    known = people.Known((), people.frame([]))
    (tmp_path / "t.csv").write_text("a;b\nc;d\n")
    assert scan([tmp_path / "t.csv"], known, Index.build(known, people.KEY)).hits == ()
