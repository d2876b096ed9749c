"""Words of addresses that are often written short, in French and in English, as hospitals' clerks write them."""

from __future__ import annotations

import re
from collections.abc import Mapping

SHORT: Mapping[str, tuple[str, ...]] = {
    "allée": ("all",),
    "avenue": ("av", "ave", "avn"),
    "boulevard": ("bd", "bld", "bvd", "blvd"),
    "chemin": ("che", "ch", "chem"),
    "court": ("ct",),
    "docteur": ("dr",),
    "drive": ("dr",),
    "faubourg": ("fg", "fbg"),
    "général": ("gal", "gén", "gen"),
    "impasse": ("imp",),
    "lane": ("ln",),
    "lotissement": ("lot",),
    "maréchal": ("mal",),
    "passage": ("pass", "psg"),
    "place": ("pl",),
    "président": ("pdt", "pres"),
    "professeur": ("pr", "prof"),
    "quai": ("q",),
    "road": ("rd",),
    "route": ("rte", "rt"),
    "rue": ("r",),
    "saint": ("st",),
    "sainte": ("ste",),
    "square": ("sq",),
    "street": ("st",),
}
_LETTERS = str.maketrans("àâäçéèêëîïôöùûü", "aaaceeeeiioouuu")
_WORD = re.compile(r"[^\W\d_]+")


def plain(word: str) -> str:
    """Return a word in small letters without French accents."""
    return word.lower().translate(_LETTERS)


_FULL = {plain(full): full for full in SHORT}


def shortened(text: str, usual: Mapping[str, int], point: int) -> str:
    """Return a text with its words written short as often as ``usual`` words are, by how many patients have each.

    ``point`` is a uniform number. A word of which no form is usual stays as it is.
    """

    def written(found: re.Match[str]) -> str:
        full = _FULL.get(plain(found[0]))
        if full is None:
            return found[0]
        forms = {plain(full), *SHORT[full]}
        counts = {word: count for word, count in usual.items() if plain(word) in forms}
        whole = sum(counts.values())
        left = point % whole if whole else 0
        for word, count in sorted(counts.items()):
            left -= count
            if left < 0:
                return found[0] if plain(word) == plain(full) else word
        return found[0]

    return _WORD.sub(written, text)


def written_out(text: str) -> str:
    """Return a text with the words that can stand for one other alone written out: ``AV`` is an avenue."""
    return _WORD.sub(lambda found: _WRITTEN_OUT.get(plain(found[0]), found[0]), text)


_WRITTEN_OUT = {
    short: full
    for full, shorts in SHORT.items()
    for short in shorts
    if sum(short in others for others in SHORT.values()) == 1
}
