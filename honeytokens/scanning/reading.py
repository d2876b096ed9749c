"""What one record says, read in every plausible way, with how many ways each kind of field was read in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from functools import cached_property

from honeytokens.fingerprints import Forms, is_house_number, is_name_word, read_forms, street_words

_LONGEST_NAME = 4
"""Names and towns of more words are found only where they are written the same way as in the decoy."""

Span = tuple[int, int, int]
"""Adjacent words: the place of their text in the record, the first and the one after the last."""


class Reading:
    """One record, read. Words are looked up whole, alone or joined with their neighbours, never as parts of words."""

    def __init__(self, fields: Sequence[str]) -> None:
        forms = [read_forms(text) for text in fields]
        self.texts: list[tuple[str, ...]] = [form.words for form in forms]
        self.texts += [form.mail_words for form in forms if form.mail_words]
        self.whole = Forms(
            words=(),
            emails=_union(form.emails for form in forms),
            dates=_union(form.dates for form in forms),
            phones=_union(form.phones for form in forms),
            ids=_union(form.ids for form in forms),
            postcodes=_union(form.postcodes for form in forms),
            links=_union(form.links for form in forms),
            digests=_union(form.digests for form in forms),
        )
        self._spans: defaultdict[str, list[Span]] = defaultdict(list)
        for place, words in enumerate(self.texts):
            for start in range(len(words)):
                for end in range(start + 1, min(start + _LONGEST_NAME, len(words)) + 1):
                    self._spans["".join(words[start:end])].append((place, start, end))
        self.name_words = {word for words in self.texts for word in words if is_name_word(word)}
        self.house_numbers = {word for words in self.texts for word in words if is_house_number(word)}
        self._used: set[tuple[int, int]] = set()

    def release_words(self) -> None:
        """Make all words unused again, for the next decoy."""
        self._used.clear()

    def joined_words(self, wanted: Set[str]) -> Set[str]:
        """Return which of some joined words are there, used or not."""
        return self._spans.keys() & wanted

    def use_words(self, joined: str) -> bool:
        """Find these words joined; if they are there and not used yet, use them up, so that no word counts twice."""
        return any(self._use(span) for span in self._spans.get(joined, ()))

    def use_street(self, wanted: tuple[str, ...]) -> bool:
        """Do the same for a street line, whatever kind of way and articles stand between its words."""
        if not self._street_words.issuperset(wanted):
            return False
        for place, kept in enumerate(self._streets):
            for start in range(len(kept) - len(wanted) + 1):
                found = kept[start : start + len(wanted)]
                if tuple(word for _, word in found) == wanted and self._use((place, found[0][0], found[-1][0] + 1)):
                    return True
        return False

    @cached_property
    def _streets(self) -> list[list[tuple[int, str]]]:
        """The words of each text that tell streets apart, each after its place in the text."""
        return [
            [(index, short[0]) for index, word in enumerate(words) if (short := street_words((word,)))]
            for words in self.texts
        ]

    @cached_property
    def _street_words(self) -> set[str]:
        return {word for kept in self._streets for _, word in kept}

    def unused_names(self) -> set[str]:
        """Return the words that may be names and are not used yet."""
        return {
            word
            for place, words in enumerate(self.texts)
            for index, word in enumerate(words)
            if word in self.name_words and (place, index) not in self._used
        }

    def _use(self, span: Span) -> bool:
        place, start, end = span
        words = {(place, index) for index in range(start, end)}
        if words & self._used:
            return False
        self._used |= words
        return True


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
