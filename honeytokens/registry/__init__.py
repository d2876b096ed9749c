"""The sealed memory of establishments, systems, pools, campaigns and placements.

Everything that could reveal a decoy is encrypted and bound to its row, and a keyed sum tells whether rows came or went.
The file alone tells how many campaigns and placements there are and which of them are done: nothing else.
"""

from honeytokens.registry.sealed_files import SealedFiles
from honeytokens.registry.store import Registry

__all__ = ["Registry", "SealedFiles"]
