"""What hospital systems call things, from ``lexicon.toml``, and how a name is taken apart into words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from anyascii import anyascii


@cache
def lexicon() -> Mapping[str, Any]:
    """Return the lexicon as it stands in its file."""
    return tomllib.loads(resources.files(__package__).joinpath("lexicon.toml").read_text("utf-8"))


@cache
def names_of(section: str, field: str) -> Mapping[str, float]:
    """Return the names of a field, their words glued, each with its weight: 1 for a likely one, 0.6 for a maybe."""
    entry = lexicon()[section][field]
    weights = {"".join(split(name)): 0.6 for name in entry.get("maybe", ())}
    return weights | {"".join(split(name)): 1.0 for name in entry["likely"]}


@cache
def word_set(section: str, name: str) -> frozenset[str]:
    """Return a list of single words, glued where they are several."""
    return frozenset("".join(split(word)) for word in lexicon()[section][name])


def split(name: str) -> list[str]:
    """Return the words of a column's or table's name, folded, without articles: ``DateDeNaissance`` is two words."""
    plain = anyascii(name)
    spaced = re.sub(r"([a-z])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3 \2\4", plain)
    words = re.findall(r"[a-z]+|[0-9]+", spaced.lower())
    stop = lexicon()["words"]["stop"]
    return [word for word in words if word not in stop] or words


@cache
def _vocabulary() -> frozenset[str]:
    """Return every single word of three letters or more that a glued name may be made of."""
    everything = lexicon()
    fields = [
        entry for section in ("fields", "stay", "allergy", "prescription") for entry in everything[section].values()
    ]
    phrases = [phrase for entry in fields for names in entry.values() for phrase in names]
    words = {word for phrase in phrases for word in split(phrase)}
    words |= {"".join(split(phrase)) for phrase in phrases}
    for group in ("tables", "words"):
        words |= {word for names in everything[group].values() for word in names if " " not in word}
    return frozenset(word for word in words if len(word) > 2)


def unglued(word: str) -> list[str]:
    """Return a glued word in the fewest known parts (``nompatient``: nom, patient), or as it is."""
    stop = frozenset(lexicon()["words"]["stop"])
    known = _vocabulary() | {each for each in stop if len(each) > 1}
    best: list[list[str] | None] = [[]] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end):
            before = best[start]
            if before is not None and word[start:end] in known:
                found = best[end]
                if found is None or len(before) + 1 < len(found):
                    best[end] = [*before, word[start:end]]
    parts = [part for part in best[-1] or () if part not in stop]
    return parts or [word]


def singular(words: Iterable[str]) -> set[str]:
    """Return the words of a table's name, glued ones taken apart, and each without the ``s`` of a plural."""
    parts = {part for word in words for part in (word, *unglued(word))}
    return parts | {part[:-1] for part in parts if part.endswith("s") and len(part) > 3}


@cache
def name_words(names: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the words of each column of one table, without what most of them begin with (``PAT_``, ``pt``)."""
    words = {name: split(name) for name in names}
    first = [each[0] for each in words.values() if len(each) > 1]
    common = next((word for word in set(first) if first.count(word) > max(3, 0.5 * len(names))), None)
    if common in word_set("words", "alien"):
        return words
    if common:
        return {name: each[1:] if len(each) > 1 and each[0] == common else each for name, each in words.items()}
    stuck = _stuck_prefix([each[0] for each in words.values()])
    return {
        name: [each[0][len(stuck) :], *each[1:]] if stuck and each[0].startswith(stuck) and each[0] != stuck else each
        for name, each in words.items()
    }


def _stuck_prefix(words: Sequence[str]) -> str:
    """Return the letters that at least three quarters of eight or more names begin with, at most five."""
    if len(words) < 8:
        return ""
    for size in (5, 4, 3, 2):
        heads = [word[:size] for word in words if len(word) > size]
        found = next((head for head in set(heads) if heads.count(head) >= 0.75 * len(words)), None)
        if found:
            return found
    return ""
