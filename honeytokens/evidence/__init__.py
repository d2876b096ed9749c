"""A log that cannot be rewritten unnoticed: its tree hash, its signed checkpoints, its bundle and the check of that.

Pure functions of texts and public keys, small enough to be read whole. What is logged, and where, is the callback
service's; whoever checks a bundle needs nothing of it.
"""

from honeytokens.evidence.bundle import Checked, Logged, bundle, check, leaf_of
from honeytokens.evidence.checkpoints import Checkpoint, VerifierKey, opened, sign
from honeytokens.evidence.merkle import Tree, leaf_hash

__all__ = [
    "Checked",
    "Checkpoint",
    "Logged",
    "Tree",
    "VerifierKey",
    "bundle",
    "check",
    "leaf_hash",
    "leaf_of",
    "opened",
    "sign",
]
