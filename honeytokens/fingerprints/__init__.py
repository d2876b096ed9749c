"""Normal forms of fields, and their keyed 64-bit prints.

The same functions index decoys and probe dumps, so that the two cannot drift. This room never sees a file, a database
or a key other than the one for prints, and keeps nothing of what it reads.

``prints`` and ``columns`` are imported by their own names, because they load the compiler.
"""

from honeytokens.fingerprints.dates import date_readings
from honeytokens.fingerprints.folding import fold, repair
from honeytokens.fingerprints.forms import Forms, is_house_number, is_name_word, read_forms, street_words
from honeytokens.fingerprints.marks import (
    NAME_FIELDS,
    PAIRED_FIELDS,
    PAIRS,
    PART_PAIRS,
    STRONG,
    Mark,
    Part,
    marks,
    value_marks,
)
from honeytokens.fingerprints.numbers import HASHED_FIELDS, digests

__all__ = [
    "HASHED_FIELDS",
    "NAME_FIELDS",
    "PAIRED_FIELDS",
    "PAIRS",
    "PART_PAIRS",
    "STRONG",
    "Forms",
    "Mark",
    "Part",
    "date_readings",
    "digests",
    "fold",
    "is_house_number",
    "is_name_word",
    "marks",
    "read_forms",
    "repair",
    "street_words",
    "value_marks",
]
