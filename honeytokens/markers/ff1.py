"""FF1 of NIST SP 800-38G: a keyed permutation of the numeral strings of one length, over many strings at once.

A string is held as its two halves, each a whole number: what the standard calls NUM(A) and NUM(B). With one key, radix,
length and tweak, all that a round enciphers is the same for every string and every round but its last block, which
ends in the round's number and NUM(B): the CBC-MAC of the rest is computed once, and a round costs one AES block a
string.

This file knows nothing of pools; it checks its settings, not its numbers, which its callers keep in range.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from honeytokens.markers.draws import U64

SMALLEST_DOMAIN = 1_000_000
"""How many strings there must be at least, by SP 800-38G Rev. 1: attacks are known on smaller domains."""

_ROUNDS = 10
_BLOCK = 16
_LARGEST_HALF = 2**56
"""So that a remainder and one more byte fit in 64 bits, and NUM(B) in the last 7 bytes of a block."""


@dataclass(frozen=True, slots=True)
class FF1:
    """FF1 under one AES key and tweak, of strings of one length and radix.

    Halves travel as arrays of shape (n,), each number below its half's modulus.
    """

    moduli: tuple[int, int]
    """How many values the first half (``length // 2`` numerals) and the second half (the rest) have."""

    _cipher: Cipher[modes.ECB] = field(repr=False)
    _start: tuple[int, int] = field(repr=False)
    """The last block before its round and NUM(B) are put in, already added to the CBC-MAC of the blocks before it."""

    @classmethod
    def of(cls, key: bytes, radix: int, length: int, tweak: bytes = b"") -> FF1:
        """Return FF1 of strings of ``length`` numerals of ``radix``, under an AES key of 16, 24 or 32 bytes.

        Raises ``ValueError`` for a key of another length, a radix not in 2..65536, fewer strings than
        ``SMALLEST_DOMAIN``, or halves of more than 2^56 values (18 digits are well below: their halves have 10^9).
        """
        first, second = length // 2, length - length // 2
        if not 2 <= radix <= 2**16 or radix**length < SMALLEST_DOMAIN or radix**second > _LARGEST_HALF:
            raise ValueError("FF1 takes a radix of 2 to 65536, at least a million strings, halves of at most 56 bits")
        width = _bytes_of(radix**second)
        header = bytes((1, 2, 1)) + radix.to_bytes(3) + bytes((_ROUNDS, first))
        header += length.to_bytes(4) + len(tweak).to_bytes(4)
        message = header + tweak + bytes((-len(tweak) - width - 1) % _BLOCK) + bytes(1 + width)
        aes = algorithms.AES(key)
        chain = Cipher(aes, modes.CBC(bytes(_BLOCK))).encryptor().update(message[:-_BLOCK])[-_BLOCK:]
        start = divmod(int.from_bytes(chain) ^ int.from_bytes(message[-_BLOCK:]), 2**64)
        # ECB is right here: each block is the last one of a CBC-MAC, whose chaining was done above.
        return cls((radix**first, radix**second), Cipher(aes, modes.ECB()), start)  # noqa: S305

    def encrypt(self, left: U64, right: U64) -> tuple[U64, U64]:
        """Return the halves of the enciphered strings (the standard's algorithm 7)."""
        for number in range(_ROUNDS):
            modulus = np.uint64(self.moduli[number % 2])
            left, right = right, (left + self._round(number, right, modulus)) % modulus
        return left, right

    def decrypt(self, left: U64, right: U64) -> tuple[U64, U64]:
        """Return the halves of the strings that were enciphered (the standard's algorithm 8)."""
        for number in reversed(range(_ROUNDS)):
            modulus = np.uint64(self.moduli[number % 2])
            left, right = (right + (modulus - self._round(number, left, modulus))) % modulus, left
        return left, right

    def _round(self, number: int, half: U64, modulus: np.uint64) -> U64:
        """Return the standard's y of one round for each half, modulo ``modulus``."""
        width = _bytes_of(self.moduli[1])
        blocks = np.empty((len(half), 2), dtype=">u8")
        blocks[:, 0] = self._start[0]
        blocks[:, 1] = half ^ np.uint64(self._start[1] ^ (number << 8 * width))
        encryptor = self._cipher.encryptor()
        out = encryptor.update(blocks.tobytes()) + encryptor.finalize()
        words = np.frombuffer(out, dtype=">u8").reshape(-1, 2).astype(np.uint64)
        rest = words[:, 0] % modulus
        # y is the first d = 4 ceil(width / 4) + 4 bytes: a word, and four bytes of the next for halves above 32 bits.
        for shift in (56, 48, 40, 32) if width > 4 else ():
            rest = ((rest << np.uint64(8)) | (words[:, 1] >> np.uint64(shift) & np.uint64(0xFF))) % modulus
        return rest


def _bytes_of(values: int) -> int:
    """Return how many bytes hold the numbers below ``values``: the standard's b."""
    return ((values - 1).bit_length() + 7) // 8
