"""The strengths that a scan's matcher gives to strangers who share marks with decoys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.fingerprints import PAIRS, STRONG, Mark, marks, read_forms, value_marks
from honeytokens.model import Field
from honeytokens.scanning.matcher import Matcher
from honeytokens.scanning.reading import Reading
from honeytokens.scanning.values import Value, values_by_decoy

LEAST_BITS = 10.0
"""What is weaker is of no interest here, and the matcher may leave it out."""

_DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%Y%m%d")


class Candidates:
    """The decoys that share a strong mark, or one of the pairs of marks, with a record; whatever they may be worth."""

    def __init__(self, decoys: Mapping[int, Sequence[Value]]) -> None:
        self._strong: defaultdict[Mark, set[int]] = defaultdict(set)
        self._pairs: defaultdict[Mark, defaultdict[Mark, set[int]]] = defaultdict(lambda: defaultdict(set))
        for number, values in decoys.items():
            found: defaultdict[Field, set[Mark]] = defaultdict(set)
            for value in values:
                found[value.field] |= value_marks(value.field, value.text)
            for mark in set[Mark]().union(*found.values()):
                if mark[0] in STRONG:
                    self._strong[mark].add(number)
            for (one_field, one_part), (two_field, two_part) in PAIRS:
                for one in found[one_field]:
                    for two in found[two_field]:
                        if one[0] is one_part and two[0] is two_part:
                            self._pairs[one][two].add(number)

    def of(self, texts: Sequence[str]) -> set[int]:
        """Return the numbers of the candidates for a record of these texts."""
        seen = set[Mark]().union(*(marks(read_forms(text)) for text in texts))
        found = set[int]().union(*(self._strong[mark] for mark in seen & self._strong.keys()))
        for one in seen & self._pairs.keys():
            partners = self._pairs[one]
            found.update(*(partners[two] for two in seen & partners.keys()))
        return found


def records(people: pl.DataFrame) -> Iterator[list[str]]:
    """Yield people as records of texts, their dates in one of the usual forms."""
    for number, row in enumerate(people.iter_rows(named=True)):
        born = row.get("birth_date")
        row["birth_date"] = born and born.strftime(_DATE_FORMS[number % len(_DATE_FORMS)])
        yield [text for text in row.values() if text]


def strengths(people: pl.DataFrame, known: pl.DataFrame) -> NDArray[np.float64]:
    """Return the strength of every pair of a stranger and a decoy that has :data:`LEAST_BITS` at least.

    ``known`` has the decoys' values, as ``KnownDecoys.values`` returns them.
    """
    values = values_by_decoy(known.filter(pl.col("bits") > 0))
    candidates, matchers = Candidates(values), {number: Matcher(own) for number, own in values.items()}
    found: list[float] = []
    for texts in records(people):
        if numbers := candidates.of(texts):
            reading = Reading(texts)
            found += [matchers[number].match(reading, LEAST_BITS)[0] for number in numbers]
    return np.array(found)
