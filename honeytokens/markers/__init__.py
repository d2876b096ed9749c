"""Keyed draws: everything about a decoy is a function of a key, its campaign, its serial, a label and a version.

This room knows nothing of names, places or hospitals; it never reads a clock, a file or a random source.
"""

from honeytokens.markers.draws import Draws, cumulative
from honeytokens.markers.permutation import Permutation

__all__ = ["Draws", "Permutation", "cumulative"]
