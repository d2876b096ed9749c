"""The root of a growing list of entries: the tree hash of RFC 9162, section 2.1.1 (SHA-256, leaves and nodes apart)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry."""
    return hashlib.sha256(_LEAF + entry).digest()


@dataclass(slots=True)
class Tree:
    """The whole subtrees of a list so far, the largest first: its root, and any longer list's, are made of them."""

    size: int = 0
    subtrees: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Add a leaf by its hash."""
        self.subtrees.append(leaf)
        # A subtree is whole whenever the bit of its size carries.
        carries = self.size
        while carries & 1:
            right, left = self.subtrees.pop(), self.subtrees.pop()
            self.subtrees.append(_node(left, right))
            carries >>= 1
        self.size += 1

    def root(self) -> bytes:
        """Return the root; of an empty list it is the hash of nothing."""
        if not self.subtrees:
            return hashlib.sha256(b"").digest()
        *left, found = self.subtrees
        for subtree in reversed(left):
            found = _node(subtree, found)
        return found


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
