"""Grading: from the strengths of single records to hits and leads, once it is known how large the dump was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from honeytokens.model import Evidence, Hit, KnownDecoys, Location
from honeytokens.scanning.evidence import Trial
from honeytokens.scanning.matched_lines import MOST_LINES, MatchedLine

FALSE_ALARMS = 1e-3
"""How many false alarms a whole scan may bring: a hit is stronger than chance would bring so often."""

LEAD_BITS = 12.0
"""A lead is weaker than a hit by this much at most."""

_MOST_PLACES = 50


def threshold(records: int, decoys: int) -> float:
    """Return the bits from which a decoy is a hit, when ``records`` were held against ``decoys``."""
    return math.log2(max(1, records) * max(1, decoys)) - math.log2(FALSE_ALARMS)


@dataclass(frozen=True, slots=True)
class _Place:
    """One record in which a decoy was found."""

    location: Location
    bits: float
    trials: tuple[Trial, ...]
    texts: tuple[str, ...] = field(repr=False)
    """What the record says; nothing, unless it is asked for."""

    def evidence(self) -> list[Evidence]:
        """Return its fields; their shares add up to the strength of the place."""
        share = self.bits / sum(trial.reached for trial in self.trials)
        return [Evidence(trial.field, self.location, trial.reached * share) for trial in self.trials]


class Ledger:
    """The places of each decoy found so far: at most 50, the strongest.

    What their records say is kept only with ``keeps_texts``.
    """

    def __init__(self, known: KnownDecoys, *, keeps_texts: bool = False) -> None:
        self._known = known
        self._keeps_texts = keeps_texts
        self._places: dict[int, dict[tuple[object, ...], _Place]] = {}

    def add(self, decoy: int, location: Location, texts: tuple[str, ...], bits: float, trials: Sequence[Trial]) -> None:
        """Note a place, and what the record says there. Windows of one line are one place, at its strongest."""
        places = self._places.setdefault(decoy, {})
        key = (location.path, location.member, location.line, location.row)
        if key in places and places[key].bits >= bits:
            return
        places[key] = _Place(location, bits, tuple(trials), texts if self._keeps_texts else ())
        if len(places) > _MOST_PLACES:
            del places[min(places, key=lambda key: places[key].bits)]

    def grade(self, records: int) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
        """Return hits and leads, strongest first.

        A decoy is as strong as its strongest record: strengths of several records are not added, since a stranger
        who looks like a decoy may well be in a dump twice.
        """
        bar = threshold(records, len(self._known))
        graded = [self._hit(decoy, list(places.values()), records, bar) for decoy, places in self._places.items()]
        graded.sort(key=lambda hit: (-hit.bits, hit.decoy))
        return (
            tuple(hit for hit in graded if hit.bits >= bar),
            tuple(hit for hit in graded if bar - LEAD_BITS <= hit.bits < bar),
        )

    def lines(self, records: int) -> list[MatchedLine]:
        """Return the strongest records of each hit, where their texts were kept."""
        bar = threshold(records, len(self._known))
        found = []
        for decoy, places in self._places.items():
            shown = sorted((place for place in places.values() if place.bits >= bar), key=lambda place: -place.bits)
            ref = self._known.ref(decoy)
            found += [MatchedLine(ref, place.location, place.bits, place.texts) for place in shown[:MOST_LINES]]
        return found

    def _hit(self, decoy: int, places: list[_Place], records: int, bar: float) -> Hit:
        best = max(place.bits for place in places)
        # A place that would not do alone dates nothing: its stamped field may be a stranger's.
        shown = [place for place in places if place.bits >= min(best, bar)]
        return Hit(
            decoy=self._known.ref(decoy),
            establishment=self._known.establishment(decoy),
            bits=best,
            expected_false_alarms=records * len(self._known) * 2.0**-best,
            evidence=tuple(item for place in shown for item in place.evidence()),
            versions=tuple(sorted({v for place in shown for trial in place.trials for v in trial.versions})),
        )
