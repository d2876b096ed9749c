"""Agreement on a decoy's story: what a clinical export tells of patients beside names, when it has no birth dates.

Stories are drawn again from the key only for decoys whose names are in a record, and only in dumps that tell stories.
As everywhere, each way in which chance could have agreed is paid for: every number that may be an age, every date, each
diagnosis, drug and allergy that a record names. A drug follows from a diagnosis, so the two count once, for one bit.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from honeytokens.fingerprints import fold
from honeytokens.model import KnownDecoys, StoryField
from honeytokens.scanning.evidence import Trial
from honeytokens.scanning.masks import is_masked
from honeytokens.scanning.reading import Reading

MOST_BITS = 30.0
"""What a story brings at most, for all that decides which records are worth a closer look."""

_SAMPLED = 128
_LEAST_LETTERS = 6
_CODE_HEAD = 3
_MOST = 1 << 13
_ALONE = re.compile(r"\s*(\d{1,3})\s*")
_YEARS = re.compile(r"\b(\d{1,3}) ?(?:ans?|years?|yrs?|yo|y)\b", re.IGNORECASE)
_OLDEST = 120

Clues = Mapping[StoryField, Mapping[str, float]]
"""The values of one decoy's story, and the bits of each."""


@dataclass(slots=True)
class Stories:
    """The stories of the decoys that are looked for; some thousands are kept."""

    known: KnownDecoys
    _vocabulary: Mapping[StoryField, Mapping[str, str]] | None = None
    _words: frozenset[str] = frozenset()
    _held: dict[int, Clues] = field(default_factory=dict)

    def told_by(self, records: Sequence[Sequence[str]]) -> bool:
        """Return whether some of the records name a diagnosis, drug or allergy, or mask what they say of people."""
        if not len(self.known):
            return False
        self._learn()
        sample = records[:: max(1, len(records) // _SAMPLED)]
        return any(
            is_masked(text) or not self._words.isdisjoint(fold(text).split()) for fields in sample for text in fields
        )

    def fetch(self, decoys: Collection[int]) -> Mapping[int, Clues]:
        """Return the stories of these decoys by their numbers, and maybe those of others."""
        if len(self._held) > _MOST:
            self._held = {decoy: self._held[decoy] for decoy in decoys if decoy in self._held}
        if missing := sorted(set(decoys) - self._held.keys()):
            made: defaultdict[int, dict[StoryField, dict[str, float]]] = defaultdict(dict)
            for decoy, name, value, bits in self.known.story_values(missing).iter_rows():
                made[decoy].setdefault(StoryField(name), {})[value] = bits
            self._held |= {decoy: made[decoy] for decoy in missing}
        return self._held

    def read(self, reading: Reading, texts: Sequence[str]) -> Mapping[StoryField, frozenset[str]]:
        """Return all that a record may tell of a story, by field."""
        self._learn()
        named = {
            kind: frozenset(forms[form] for form in reading.joined_words(forms.keys()))
            for kind, forms in (self._vocabulary or {}).items()
        }
        return {StoryField.AGE: _ages(texts), StoryField.STAY: reading.whole.dates, **named}

    def _learn(self) -> None:
        if self._vocabulary is None:
            written = self.known.story_vocabulary()
            self._vocabulary = {
                kind: {fold(text).replace(" ", ""): value for text, value in forms.items()}
                for kind, forms in written.items()
            }
            forms = {form for kind in self._vocabulary.values() for form in kind}
            codes = {form[:_CODE_HEAD] for form in forms if not form.isalpha()}  # J18.9 is two words
            self._words = frozenset({form for form in forms if len(form) >= _LEAST_LETTERS} | codes)


def story_trials(clues: Clues, told: Mapping[StoryField, frozenset[str]]) -> list[Trial]:
    """Return the trials of one decoy's story held against what a record tells."""
    trials = [_trial(kind, clues, told) for kind in (StoryField.STAY, StoryField.AGE, StoryField.ALLERGY)]
    sick = [_trial(kind, clues, told, price=1.0) for kind in (StoryField.DIAGNOSIS, StoryField.DRUG)]
    best = max((trial for trial in sick if trial is not None), key=lambda trial: trial.reached, default=None)
    return [trial for trial in (*trials, best) if trial is not None]


def _trial(
    kind: StoryField, clues: Clues, told: Mapping[StoryField, frozenset[str]], price: float = 0.0
) -> Trial | None:
    """Return the trial of one field: of its values, the rarest that agrees counts, at the chance of any as rare."""
    own, found = clues.get(kind, {}), told.get(kind, frozenset())
    if not own or not found:
        return None
    levels = sorted({bits for value, bits in own.items() if bits > 0}, reverse=True)
    # Chance reaches a level by any of the values that are as rare, with any of the values that the record tells.
    worth = {
        level: level - price - math.log2(sum(bits >= level for bits in own.values()) * len(found)) for level in levels
    }
    reached = max((worth[own[value]] for value in own.keys() & found if own[value] > 0), default=0.0)
    ladder = tuple(sorted({bits for bits in worth.values() if bits > 0}, reverse=True))
    return Trial(kind, ladder, max(0.0, reached)) if ladder else None


def _ages(texts: Sequence[str]) -> frozenset[str]:
    """Return what may be an age: a number of at most 120 that stands alone or before a word for years."""
    alone = (match[1] for text in texts if (match := _ALONE.fullmatch(text)))
    numbers = {int(number) for number in (*alone, *(number for text in texts for number in _YEARS.findall(text)))}
    return frozenset(str(number) for number in numbers if number <= _OLDEST)
