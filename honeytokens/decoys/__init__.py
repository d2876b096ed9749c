"""Decoys: a key and a recipe become synthetic patients, whole or in columns.

Everything here is a pure function of the campaign's key, its recipe, a serial and a version: nothing is remembered,
nothing is drawn at random, and a decoy is the same alone and among a million.
"""

from honeytokens.decoys.choosing import kinds_left_empty, with_policies
from honeytokens.decoys.distinct import Given, Ledger, NewStreets
from honeytokens.decoys.known import RemadeDecoys, known_decoys
from honeytokens.decoys.maker import Maker, digest_of_data
from honeytokens.decoys.tracing import Trace, Tracer

__all__ = [
    "Given",
    "Ledger",
    "Maker",
    "NewStreets",
    "RemadeDecoys",
    "Trace",
    "Tracer",
    "digest_of_data",
    "kinds_left_empty",
    "known_decoys",
    "with_policies",
]
