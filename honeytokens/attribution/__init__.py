"""From hits and placements to a verdict: is it ours, where, when, how sure.

Pure functions of their arguments: no I/O, no clock, no key. This room must never state more certainty than the data
give, never judge a claim of access by rows, and never name a decoy's or a patient's values. The formulas, their
assumptions and their sources are in ``docs/attribution.md``.
"""

from honeytokens.attribution.accounts import DecoyRead, rank
from honeytokens.attribution.case import OlderLeak
from honeytokens.attribution.forms import KnownExport, maker_of
from honeytokens.attribution.intervals import population_by_overlap
from honeytokens.attribution.judging import Beside, judge
from honeytokens.attribution.numbering import numbering_of
from honeytokens.attribution.power import Power, Wanted, power_table
from honeytokens.attribution.recipients import SaltedExtract
from honeytokens.attribution.shapes import Traits
from honeytokens.attribution.wording import WORDINGS

__all__ = [
    "WORDINGS",
    "Beside",
    "DecoyRead",
    "KnownExport",
    "OlderLeak",
    "Power",
    "SaltedExtract",
    "Traits",
    "Wanted",
    "judge",
    "maker_of",
    "numbering_of",
    "population_by_overlap",
    "power_table",
    "rank",
]
