"""A coherent medical past for each decoy: stays, prescriptions and allergies that fit its sex and its age on each day.

Says nothing of any real patient, invents no pregnancy, and never places anything on or after the day it is given.
"""

from honeytokens.clinical.conditions import digest
from honeytokens.clinical.letters import Letter, letters
from honeytokens.clinical.practitioners import PRACTICES
from honeytokens.clinical.stories import stories
from honeytokens.clinical.vocabulary import vocabulary

__all__ = ["PRACTICES", "Letter", "digest", "letters", "stories", "vocabulary"]
