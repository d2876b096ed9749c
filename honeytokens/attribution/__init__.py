"""From hits and placements to a verdict: is it ours, where, when, how sure.

Pure functions of their arguments: no I/O, no clock, no key. This room must never state more certainty than the data
give, never judge a claim of access by rows, and never name a decoy's or a patient's values. The formulas, their
assumptions and their sources are in ``docs/attribution.md``.
"""

from honeytokens.attribution.judging import judge
from honeytokens.attribution.recipients import SaltedExtract
from honeytokens.attribution.wording import WORDINGS

__all__ = ["WORDINGS", "SaltedExtract", "judge"]
