"""What records of hits say, where it is asked for: of leads nothing, and of each decoy so many lines."""

from __future__ import annotations

from pathlib import Path

import people
import pytest

from honeytokens.errors import ScanError
from honeytokens.scanning import Index, MatchedLine, read_lines, scan, write_lines

KEYS = [bytes(range(32))]
KNOWN = people.one(
    ("surname", "Kerguelen", None, 12.0),
    ("first_name", "Ma\u00eblle", None, 8.0),
    ("birth_date", "1961-03-12", None, 15.0),
)
HIT = "Kerguelen;Maelle;12/03/1961\n"
LEAD = "Kerguelen;Maelle;01/01/1970\n"


def kept(folder: Path, text: str) -> list[MatchedLine]:
    path = folder / "leak.csv"
    path.write_text(text)
    lines: list[MatchedLine] = []
    scan([path], KNOWN, Index.build(KNOWN, people.KEY), lines=lines)
    return lines


def test_hits_and_never_leads(tmp_path: Path) -> None:
    strangers = "Martin;Jean;02/02/1950\n" * 500
    lines = kept(tmp_path, strangers + LEAD + HIT)
    assert [(line.location.line, line.texts) for line in lines] == [(502, ("Kerguelen", "Maelle", "12/03/1961"))]
    assert kept(tmp_path, strangers + LEAD) == []
    assert "Maelle" not in repr(lines)


def test_so_many_of_each_decoy(tmp_path: Path) -> None:
    assert len(kept(tmp_path, HIT * 30)) == 10


def test_what_is_written_is_read_by_its_keys_alone(tmp_path: Path) -> None:
    lines = kept(tmp_path, HIT)
    write_lines(lines, tmp_path / "kept", KEYS)
    assert read_lines(tmp_path / "kept", [*KEYS, bytes(32)]) == lines
    assert b"Maelle" not in (tmp_path / "kept").read_bytes()
    with pytest.raises(ScanError, match="another home"):
        read_lines(tmp_path / "kept", [bytes(32)])
