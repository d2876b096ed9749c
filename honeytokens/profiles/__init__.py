"""What a host's own tables look like, as aggregates: learnt from one reading, kept, drawn from again.

No cell of a profile counts fewer than ten patients, and no value in it belongs to fewer: it holds no row, and nothing
that tells of one patient. A profile of no host tells nothing, and leaves all to the country's.

Never reads a database and never knows a country: it is handed frames of text, and gives frames of text.
"""

from honeytokens.profiles.drawing import Habits, shares_of
from honeytokens.profiles.explaining import explain
from honeytokens.profiles.learning import learn
from honeytokens.profiles.schema import (
    LEAST,
    NULL,
    Codes,
    Days,
    Profile,
    Values,
    decode,
    digest,
    document,
    encode,
)

__all__ = [
    "LEAST",
    "NULL",
    "Codes",
    "Days",
    "Habits",
    "Profile",
    "Values",
    "decode",
    "digest",
    "document",
    "encode",
    "explain",
    "learn",
    "shares_of",
]
