"""The search: records, as they come, through the sieve and the matcher to the ledger, and graded at the end."""

from __future__ import annotations

from itertools import compress
from typing import NamedTuple

from honeytokens.fingerprints.byte_folding import Shape
from honeytokens.model import Hit, KnownDecoys, Location
from honeytokens.scanning.grading import LEAD_BITS, Ledger, threshold
from honeytokens.scanning.index import Index
from honeytokens.scanning.masks import read_masks
from honeytokens.scanning.matched_lines import MatchedLine
from honeytokens.scanning.readers import Record
from honeytokens.scanning.readers.line_blocks import Sifted
from honeytokens.scanning.reading import Reading
from honeytokens.scanning.screen import Screen
from honeytokens.scanning.sieve import Candidates, Sieve
from honeytokens.scanning.stories import MOST_BITS, Stories, story_trials
from honeytokens.scanning.suspects import MOST, Suspects

_SIFTED_RECORDS, _SIFTED_SIGNS = 1 << 10, 1 << 20
"""How many records, or signs in them, are held until they are sifted."""

_MATCHED_RECORDS, _MATCHED_SIGNS = 1 << 14, 1 << 22
"""How many of those that the sieve leaves, or signs in them, are held until they are matched."""


_SAMPLED_LINES = 128
_SAMPLED_BYTES = 512
"""So many lines of a block, and so much of each, say whether it tells stories."""


class _Seen(NamedTuple):
    """A record and where it was read."""

    record: Record
    path: str
    member: str | None

    @property
    def location(self) -> Location:
        """Its place."""
        return Location(self.path, self.member, self.record.line, self.record.row, self.record.offset)


class Search:
    """The decoys that are looked for, and what was found of them so far.

    Records are sifted, and what the sieve leaves of them is matched, many at a time: the cost of a call is shared.
    """

    def __init__(self, known: KnownDecoys, index: Index, *, keeps_texts: bool = False) -> None:
        self.records = 0
        self._decoys = len(known)
        self._screen = Screen(index.quick, index.quick_printer)
        self._sieve = Sieve(index)
        self._suspects = Suspects(known, index.printer, index.salts)
        self._stories = Stories(known)
        self._ledger = Ledger(known, keeps_texts=keeps_texts)
        self._unsifted: list[_Seen] = []
        self._unsifted_signs = 0
        self._unmatched: list[tuple[_Seen, Candidates, bool]] = []
        self._unmatched_signs = 0
        self._wanted = set[int]()
        self._block_tells = False
        self._block_path: str | None = None

    def look(self, record: Record, path: str, member: str | None) -> None:
        """Hold one record against all decoys, now or with others that follow."""
        self.records += 1
        if path != self._block_path:
            self._block_tells &= self._block_path is None
            self._block_path = path
        self._unsifted.append(_Seen(record, path, member))
        self._unsifted_signs += _signs(record)
        if len(self._unsifted) >= _SIFTED_RECORDS or self._unsifted_signs >= _SIFTED_SIGNS:
            self._sift()

    def pass_over(self, records: int) -> None:
        """Count records that hold no decoy: :meth:`sift` said so."""
        self.records += records

    def sift(self, data: bytes, shape: Shape) -> Sifted:
        """Tell lines that may hold a decoy from those that do not."""
        starts = [data.find(b"\n", len(data) * nth // _SAMPLED_LINES) + 1 for nth in range(_SAMPLED_LINES)]
        sample = [(data[start : start + _SAMPLED_BYTES].decode(errors="replace"),) for start in starts]
        self._block_tells, self._block_path = self._stories.told_by(sample), None
        less = MOST_BITS if self._block_tells else 0.0
        return self._screen.lines(data, shape, lambda records: self._bar_after(records) - less)

    def grade(self) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
        """Return the hits and leads among the records so far."""
        self._sift()
        self._match()
        return self._ledger.grade(self.records)

    def lines(self) -> list[MatchedLine]:
        """Return what the records of the hits say, if it is kept; to be called after :meth:`grade`."""
        return self._ledger.lines(self.records)

    def _sift(self) -> None:
        texts = [seen.record.fields for seen in self._unsifted]
        tells = self._block_tells or self._stories.told_by(texts)
        passed = self._screen.records(texts, self._bar_after() - MOST_BITS if tells else self._bar_after())
        left = list(compress(self._unsifted, passed))
        found = self._sieve.candidates([seen.record.fields for seen in left])
        for seen, candidates in zip(left, found, strict=True):
            if candidates.decoys:
                self._unmatched.append((seen, candidates, tells))
                self._unmatched_signs += _signs(seen.record)
                self._wanted.update(candidates.decoys)
                if self._is_much():
                    self._match()
        self._unsifted, self._unsifted_signs = [], 0

    def _bar_after(self, more: int = 0) -> float:
        """Return the bar for leads when more records were read.

        It only rises as records are read: what is below it now would not pass at the end.
        """
        return threshold(self.records + more, self._decoys) - LEAD_BITS

    def _is_much(self) -> bool:
        held = len(self._unmatched) >= _MATCHED_RECORDS or self._unmatched_signs >= _MATCHED_SIGNS
        return held or len(self._wanted) >= MOST

    def _match(self) -> None:
        suspects = self._suspects.fetch(self._wanted)
        bar = self._bar_after()
        likely = []
        for seen, candidates, tells in self._unmatched:
            least = bar - MOST_BITS if tells else bar
            own = [decoy for decoy in candidates.decoys if suspects[decoy].potential(candidates.seen) >= least]
            if own:
                likely.append((seen, candidates, tells, own))
        stories = self._stories.fetch({decoy for _, _, tells, own in likely if tells for decoy in own})
        for seen, candidates, tells, own in likely:
            reading = Reading(seen.record.fields)
            words = len(reading.name_words)
            told = self._stories.read(reading, seen.record.fields) if tells else {}
            masked = read_masks(seen.record.fields) if tells else None
            for decoy in own:
                story = story_trials(stories[decoy], told) if tells else []
                story += suspects[decoy].matcher.masked(masked) if masked else []
                room = sum(trial.reached for trial in story)
                if suspects[decoy].potential(candidates.seen, words) + room >= bar:
                    bits, trials = suspects[decoy].matcher.match(reading, bar, story)
                    if bits >= bar and trials:
                        self._ledger.add(decoy, seen.location, seen.record.fields, bits, trials)
        self._unmatched, self._unmatched_signs, self._wanted = [], 0, set()


def _signs(record: Record) -> int:
    return sum(map(len, record.fields))
