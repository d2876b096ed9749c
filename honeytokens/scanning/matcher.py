"""The matcher: holds one decoy against one record, field by field, and says how strong their agreement is.

Each field agrees when one of its values, at any version, is in the record in some normal form. Chance is given every
way to agree that the record offers: a record with five dates has five chances at a birth date, one with eight words
that may be names has eight at a surname, and all versions of a value are tried. Each doubling costs one bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

from honeytokens.fingerprints import HASHED_FIELDS, NAME_FIELDS, Forms, fold, is_house_number
from honeytokens.model import Field, StoryField
from honeytokens.scanning.evidence import Trial, strength
from honeytokens.scanning.masks import Masked, mask_trials
from honeytokens.scanning.reading import Reading
from honeytokens.scanning.values import Value

_FORMS_OF: Mapping[Field, Callable[[Forms], frozenset[str]]] = {
    Field.BIRTH_DATE: attrgetter("dates"),
    Field.PHONE: attrgetter("phones"),
    Field.EMAIL: attrgetter("emails"),
    Field.LOCAL_ID: attrgetter("ids"),
    Field.NATIONAL_ID: attrgetter("ids"),
    Field.POSTCODE: attrgetter("postcodes"),
    Field.WEB_LINK: attrgetter("links"),
}
_PLACES = (Field.TOWN, Field.BIRTH_PLACE)
_ROUNDING = 1e-9

_LEAST_CUT = 4
_LONG_CUT = 6
CLOSE_CUT_BITS = 6.0
_LOOSE_CUT_BITS = 4.0
"""What a name that is cut, or has one letter wrong, may earn at most: far less than its own bits, because many names
begin alike. The loose level is for four or five letters: one beginning can be that of one first name in sixteen."""


class Matcher:
    """All values of one decoy, to be held against records."""

    def __init__(self, values: Sequence[Value]) -> None:
        self._values: dict[Field, list[Value]] = {}
        for value in values:
            self._values.setdefault(value.field, []).append(value)
        self._most = {field: max(value.bits for value in values) for field, values in self._values.items()}

    def match(self, reading: Reading, bar: float, story: Sequence[Trial] = ()) -> tuple[float, list[Trial]]:
        """Return the strength of the agreement in bits, and the trials that agreed; 0 if it cannot reach ``bar``.

        ``story`` are the trials of the decoy's story and of masked values. An age beside a birth date that agreed
        counts nothing, nor does a masked value beside one in clear.
        """
        reading.release_words()
        trials = list(story)
        room = sum(self._most.values()) + sum(trial.reached for trial in story) + _ROUNDING
        for field, trial in self._trials(reading):
            room -= self._most.get(field, 0.0)
            if trial is not None:
                trials.append(trial)
                room += trial.reached
                if trial.reached:
                    trials = [replace(one, reached=0.0) if _follows(one, trial) else one for one in trials]
            if room < bar:  # most candidates end here, before their names are compared letter by letter
                return 0.0, []
        return strength(trials), [trial for trial in trials if trial.reached > 0]

    def masked(self, masked: Masked) -> list[Trial]:
        """Return the trials of the decoy's values held against masked ones, for :meth:`match`."""
        return mask_trials(self._values, masked)

    def _trials(self, reading: Reading) -> Iterator[tuple[Field, Trial | None]]:
        # Streets and places come before names: what is a street's word is then no surname any more.
        mail_names = ""
        for field, forms_of in _FORMS_OF.items():
            trial = self._by_forms(field, forms_of, reading)
            yield field, trial
            if field is Field.EMAIL and trial is not None and trial.reached:
                mail_names = " ".join(fold(value.text.partition("@")[0]) for value in self._values[field])
        for field in (Field.STREET, *_PLACES):
            yield field, self._by_words(field, reading)
        for field in NAME_FIELDS:
            yield field, self._by_name(field, reading, mail_names)

    def _by_forms(self, field: Field, forms_of: Callable[[Forms], frozenset[str]], reading: Reading) -> Trial | None:
        values = self._values.get(field, ())
        found = forms_of(reading.whole)
        hashes = reading.whole.digests if field in HASHED_FIELDS else frozenset()
        bits = _cost(values, len(found) + len(hashes))
        if bits <= 0:
            return None
        agreeing = [value for value in values if found & forms_of(value.forms) or (hashes and hashes & value.digests)]
        return _trial(field, bits, agreeing)

    def _by_words(self, field: Field, reading: Reading) -> Trial | None:
        values = self._values.get(field, ())
        if field is Field.STREET:
            numbered = any(is_house_number(word) for value in values for word in value.forms.words)
            bits = _cost(values, len(reading.house_numbers if numbered else reading.name_words))
            agreeing = [value for value in values if reading.use_street(value.street_words)]
        else:
            bits = _cost(values, len(reading.name_words))
            agreeing = [value for value in values if reading.use_words(value.joined)] if bits > 0 else []
        return _trial(field, bits, agreeing) if bits > 0 else None

    def _by_name(self, field: Field, reading: Reading, mail_names: str) -> Trial | None:
        values = self._values.get(field, ())
        tried = len(reading.name_words)
        bits = _cost(values, tried * (2 if any(len(value.forms.words) > 1 for value in values) else 1))
        if bits <= 0:
            return None
        close, loose = (min(bits, most - math.log2(tried)) for most in (CLOSE_CUT_BITS, _LOOSE_CUT_BITS))
        levels = tuple(level for level in (bits, close, loose) if level > 0)
        if any(set(value.forms.words) & set(mail_names.split()) or value.joined in mail_names for value in values):
            return Trial(field, levels, 0.0)  # the e-mail address is made of this name and counted already
        agreeing = [value for value in values if reading.use_words(value.joined)]
        if agreeing:
            return Trial(field, levels, bits, frozenset().union(*(value.versions for value in agreeing)))
        near = max((_nearness(word, value) for word in reading.unused_names() for value in values), default=0)
        return Trial(field, levels, max(0.0, (0.0, loose, close)[near]))


def _follows(one: Trial, other: Trial) -> bool:
    """Return whether a trial says nothing more, once another agreed."""
    same = one.field is other.field and one is not other
    return same or (one.field is StoryField.AGE and other.field is Field.BIRTH_DATE)


def _cost(values: Sequence[Value], tried: int) -> float:
    """Return -log2 of the bound on chance's probability: the sum over all values, times the ways that were tried."""
    share = tried * math.fsum(2.0**-value.bits for value in values)
    return -math.log2(share) if share > 0 else 0.0


def _trial(field: Field, bits: float, agreeing: Sequence[Value]) -> Trial:
    versions = frozenset[int]().union(*(value.versions for value in agreeing))
    return Trial(field, (bits,), bits if agreeing else 0.0, versions)


def _nearness(word: str, value: Value) -> int:
    """Return 2 where a word is plainly a name cut or with one letter wrong, 1 where it may be, 0 where it is not."""
    if len(word) < _LEAST_CUT:
        return 0
    if any(whole.startswith(word) for whole in (value.joined, *value.forms.words)):
        return 2 if len(word) >= _LONG_CUT else 1
    if len(word) > _LEAST_CUT and _one_letter_off(word, value.joined):
        return 2 if len(word) > _LONG_CUT else 1
    return 0


def _one_letter_off(one: str, two: str) -> bool:
    """Return whether one letter replaced, added or lost makes the words the same."""
    if abs(len(one) - len(two)) > 1:
        return False
    start = next((index for index, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return one[start + 1 :] == two[start + 1 :] or one[start:] == two[start + 1 :] or one[start + 1 :] == two[start:]
