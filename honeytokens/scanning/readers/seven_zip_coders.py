"""How the folders of 7z archives are unpacked and unlocked. What is packed in some other way is said by its name."""

from __future__ import annotations

import hashlib
import lzma
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from honeytokens.scanning.readers.seven_zip_header import Coder, Folder
from honeytokens.scanning.readers.streams import DAMAGED, PIECE, Limited, Readable, UnpackError
from honeytokens.scanning.readers.unpacking import Inflater, Unpacked, bzip2, lzma1_filter, raw_lzma, zstandard

_COPY = b"\x00"
_DELTA = b"\x03"
_LZMA2 = b"\x21"
_LZMA1 = b"\x03\x01\x01"
_AES = b"\x06\xf1\x07\x01"
_DEFLATE_BITS = -15
_LARGEST_LZMA2 = 40
_BLOCK = 16
_COUNTED_AT_ONCE = 1 << 10
_MOST_CYCLES = 24
_NO_CYCLES = 63

_BRANCHES = {
    b"\x04": lzma.FILTER_X86,
    b"\x05": lzma.FILTER_POWERPC,
    b"\x06": lzma.FILTER_IA64,
    b"\x07": lzma.FILTER_ARM,
    b"\x08": lzma.FILTER_ARMTHUMB,
    b"\x09": lzma.FILTER_SPARC,
    b"\x03\x03\x01\x03": lzma.FILTER_X86,
    b"\x03\x03\x02\x05": lzma.FILTER_POWERPC,
    b"\x03\x03\x04\x01": lzma.FILTER_IA64,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM,
    b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
    b"\x03\x03\x08\x05": lzma.FILTER_SPARC,
}
"""Filters of machine code. They belong to the LZMA before them, and are undone with it."""

_UNREAD = {
    b"\x03\x04\x01": "PPMd",
    b"\x04\x01\x09": "Deflate64",
    b"\x03\x03\x01\x1b": "BCJ2",
    b"\x04\xf7\x11\x02": "Brotli",
    b"\x04\xf7\x11\x04": "LZ4",
    b"\x0a": "ARM64",
}


def is_encrypted(folder: Folder) -> bool:
    """Return whether a folder needs a password."""
    return any(coder.method == _AES for coder in folder.coders)


def tells_nonsense(folder: Folder) -> bool:
    """Return whether a folder is compressed, so that what a wrong password makes of it cannot be unpacked."""
    return any(coder.method not in {_AES, _COPY} for coder in folder.coders)


def unpacked(folder: Folder, packed: Readable, password: str) -> Readable:
    """Return what is in a folder; raises :class:`UnpackError` when it is packed in another way, or damaged."""
    reader = packed
    steps = list(zip(folder.coders, folder.sizes, strict=True))
    while steps:
        coder, size = steps.pop(0)
        if coder.method in _LZMA:
            filters = [_LZMA[coder.method](coder.properties)]
            while steps and (branch := _branch(steps[0][0])):
                filters.insert(0, branch)
                size = steps.pop(0)[1]
            reader = Limited(Unpacked(reader, raw_lzma(filters)), size)
        else:
            reader = Limited(_decoded(coder, reader, password), size)
    return reader


def lzma2_filter(properties: bytes) -> dict[str, Any]:
    """Return the filter that one byte of properties describes."""
    if len(properties) != 1 or properties[0] > _LARGEST_LZMA2:
        raise UnpackError(DAMAGED)
    exponent, half = divmod(properties[0], 2)
    dictionary = (1 << 32) - 1 if properties[0] == _LARGEST_LZMA2 else (2 | half) << (exponent + 11)
    return {"id": lzma.FILTER_LZMA2, "dict_size": dictionary}


def _branch(coder: Coder) -> dict[str, Any] | None:
    """Return the filter that is undone together with LZMA, or ``None`` when a coder is no such filter."""
    if coder.method == _DELTA:
        return {"id": lzma.FILTER_DELTA, "dist": 1 + int.from_bytes(coder.properties, "little")}
    branch = _BRANCHES.get(coder.method)
    return None if branch is None else {"id": branch}


def _decoded(coder: Coder, packed: Readable, password: str) -> Readable:
    decode = _CODERS.get(coder.method)
    if decode is None or not coder.is_simple:
        name = _UNREAD.get(coder.method, f"method {coder.method.hex()}")
        raise UnpackError(f"It is packed by {name}, which is not read: extract it (7z x) and scan the folder")
    return decode(coder, packed, password)


@lru_cache(maxsize=4096)
def _key(password: str, salt: bytes, cycles: int) -> bytes:
    """Return the key that SHA-256 makes of a password, of salt, and of counting to two to the power of ``cycles``."""
    secret = salt + password.encode("utf-16-le", "surrogatepass")
    if cycles == _NO_CYCLES:
        return (secret + bytes(32))[:32]
    digest = hashlib.sha256()
    for start in range(0, 1 << cycles, _COUNTED_AT_ONCE):
        rounds = range(start, min(start + _COUNTED_AT_ONCE, 1 << cycles))
        digest.update(b"".join([secret + count.to_bytes(8, "little") for count in rounds]))
    return digest.digest()


class _Aes:
    """Reads what AES in CBC mode encrypted; what fills the last block up is left to whoever knows the size."""

    def __init__(self, coder: Coder, packed: Readable, password: str) -> None:
        cycles, salt, vector = _aes_properties(coder.properties)
        if cycles > _MOST_CYCLES and cycles != _NO_CYCLES:
            raise UnpackError("Its password takes too long to be tried: extract it (7z x) and scan the folder")
        cipher = Cipher(algorithms.AES(_key(password, salt, cycles)), modes.CBC(vector))
        self._decryptor = cipher.decryptor()
        self._packed = packed
        self._clear = b""

    def read1(self, size: int, /) -> bytes:
        """Return the next bytes in the clear."""
        while not self._clear and (data := self._packed.read1(PIECE)):
            self._clear = self._decryptor.update(data)
        found, self._clear = self._clear[:size], self._clear[size:]
        return found


def _aes_properties(properties: bytes) -> tuple[int, bytes, bytes]:
    """Return how many rounds the key takes (as a power of two), its salt and the first vector."""
    first, second = (*properties, 0, 0)[:2]
    salt_size = (first >> 7) + (second >> 4)
    vector_size = (first >> 6 & 1) + (second & 0x0F)
    salt, vector = properties[2 : 2 + salt_size], properties[2 + salt_size : 2 + salt_size + vector_size]
    if len(vector) != vector_size:
        raise UnpackError(DAMAGED)
    return first & 0x3F, salt, vector.ljust(_BLOCK, b"\0")


_LZMA: Mapping[bytes, Callable[[bytes], dict[str, Any]]] = {_LZMA1: lzma1_filter, _LZMA2: lzma2_filter}
_CODERS: Mapping[bytes, Callable[[Coder, Readable, str], Readable]] = {
    _COPY: lambda _, packed, __: packed,
    _AES: _Aes,
    b"\x04\x01\x08": lambda _, packed, __: Unpacked(packed, Inflater(_DEFLATE_BITS)),
    b"\x04\x02\x02": lambda _, packed, __: Unpacked(packed, bzip2()),
    b"\x04\xf7\x11\x01": lambda _, packed, __: Unpacked(packed, zstandard()),
}
