"""How thieves pack what they took, by other code than what scanning reads it with."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import hmac
import io
import lzma
import secrets
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping

import py7zr
from backports import zstd
from Cryptodome.Cipher import AES
from Cryptodome.Util import Counter

Members = Mapping[str, bytes]


class _Pipe(io.RawIOBase):
    """Takes what is written and cannot seek, so that archivers write sizes after members."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self.data += piece
        return len(piece)


def tarred(members: Members, form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped(members: Members, method: int = zipfile.ZIP_DEFLATED, large: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method, compresslevel=1) as archive:
        for name, data in members.items():
            with archive.open(zipfile.ZipInfo(name) if large else name, "w", force_zip64=large) as member:
                member.write(data)
    return out.getvalue()


def piped_zip(members: Members, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = _Pipe()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return bytes(out.data)


def seven_zipped(
    members: Members,
    filters: list[dict[str, int]] | None = None,
    password: str | None = None,
    hides_names: bool = False,
) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", filters=filters, password=password, header_encryption=hides_names) as archive:
        for name, data in members.items():
            archive.writestr(data, name)
    return out.getvalue()


def _seven_zip(*filters: dict[str, int]) -> Callable[[Members], bytes]:
    return lambda members: seven_zipped(members, list(filters))


def of_one(name: str, pack: Callable[[Members], bytes]) -> Callable[[bytes], bytes]:
    return lambda data: pack({name: data})


def wide_zstd(data: bytes) -> bytes:
    """Pack with a window of 1 GiB."""
    packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 30})
    return packer.compress(data) + packer.flush()


PPMD = _seven_zip({"id": py7zr.FILTER_PPMD, "order": 6, "mem": 24})
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": lambda data: bz2.compress(data, 1),
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    "zst": lambda data: zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1}),
}
ARCHIVERS: dict[str, Callable[[Members], bytes]] = {
    "pax": tarred,
    "gnu": lambda members: tarred(members, tarfile.GNU_FORMAT),
    "ustar": lambda members: tarred(members, tarfile.USTAR_FORMAT),
    "zip": zipped,
    "zip_stored": lambda members: zipped(members, zipfile.ZIP_STORED),
    "zip_bzip2": lambda members: zipped(members, zipfile.ZIP_BZIP2),
    "zip_lzma": lambda members: zipped(members, zipfile.ZIP_LZMA),
    "zip64": lambda members: zipped(members, large=True),
    "zip_piped": piped_zip,
    "zip_piped_stored": lambda members: piped_zip(members, zipfile.ZIP_STORED),
    "7z": seven_zipped,
    "7z_lzma": _seven_zip({"id": py7zr.FILTER_LZMA}),
    "7z_bzip2": _seven_zip({"id": py7zr.FILTER_BZIP2}),
    "7z_deflate": _seven_zip({"id": py7zr.FILTER_DEFLATE}),
    "7z_zstd": _seven_zip({"id": py7zr.FILTER_ZSTD, "level": 3}),
    "7z_copy": _seven_zip({"id": py7zr.FILTER_COPY}),
    "7z_delta": _seven_zip({"id": py7zr.FILTER_DELTA, "dist": 1}, {"id": py7zr.FILTER_LZMA2}),
}


def _number(value: int) -> bytes:
    """Return a number as RAR 5 writes it: seven bits in each byte, the lowest first."""
    return bytes([value & 0x7F | 0x80]) + _number(value >> 7) if value > 0x7F else bytes([value])


def _rar_block(*numbers: int, rest: bytes = b"") -> bytes:
    body = b"".join(map(_number, numbers)) + rest
    header = _number(len(body)) + body
    return zlib.crc32(header).to_bytes(4, "little") + header


def rar(members: Members) -> bytes:
    """Return an archive of RAR 5 with nothing compressed, as RARLAB's technical note says."""
    archive = b"Rar!\x1a\x07\x01\x00" + _rar_block(1, 0, 0)
    for name, data in members.items():
        about = zlib.crc32(data).to_bytes(4, "little") + _number(0) + _number(1) + _number(len(name)) + name.encode()
        archive += _rar_block(2, 2, len(data), 4, len(data), 0o100644, rest=about) + data
    return archive + _rar_block(5, 0, 0)


def _pkzip(clear: bytes, password: bytes, check: int) -> bytes:
    """Encrypt as APPNOTE 6.1 says."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def crc(value: int, byte: int) -> int:
        return zlib.crc32(bytes([byte]), value ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    def move(byte: int) -> None:
        keys[0] = crc(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = crc(keys[2], keys[1] >> 24)

    for byte in password:
        move(byte)
    out = bytearray()
    for byte in [*secrets.token_bytes(11), check, *clear]:
        word = (keys[2] | 2) & 0xFFFF
        out.append(byte ^ ((word * (word ^ 1) >> 8) & 0xFF))
        move(byte)
    return bytes(out)


def _winzip(clear: bytes, password: bytes, strength: int) -> bytes:
    """Encrypt as WinZip's "AES Encryption Information" says."""
    size = 8 * (strength + 1)
    salt = secrets.token_bytes(size // 2)
    derived = hashlib.pbkdf2_hmac("sha1", password, salt, 1000, 2 * size + 2)
    counter = Counter.new(128, little_endian=True, initial_value=1)
    packed = AES.new(derived[:size], AES.MODE_CTR, counter=counter).encrypt(clear)
    return salt + derived[2 * size :] + packed + hmac.digest(derived[size : 2 * size], packed, "sha1")[:10]


def locked_zip(members: Members, password: str, strength: int = 0, method: int = 8, encoding: str = "utf-8") -> bytes:
    """Return an archive whose members are encrypted: by PKZIP's cipher, or by AES of a strength from 1 to 3."""
    archive, directory = bytearray(), bytearray()
    for name, data in members.items():
        packed, crc, shown = data, zlib.crc32(data), name.encode()
        if method == zipfile.ZIP_DEFLATED:
            deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
            packed = deflate.compress(data) + deflate.flush()
        secret = password.encode(encoding)
        if strength:
            packed, extra = (
                _winzip(packed, secret, strength),
                struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", strength, method),
            )
        else:
            packed, extra = _pkzip(packed, secret, crc >> 24), b""
        common = struct.pack(
            *("<HHHHHIIIHH", 51, 0x801, 99 if strength else method, 0, 33),
            *(0 if strength else crc, len(packed), len(data), len(shown), len(extra)),
        )
        directory += b"PK\1\2" + struct.pack("<H", 51) + common + struct.pack("<HHHII", 0, 0, 0, 0, len(archive))
        directory += shown + extra
        archive += b"PK\3\4" + common + shown + extra + packed
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(archive), 0)
    return bytes(archive + directory + b"PK\5\6" + end)


LOCKERS: dict[str, Callable[[Members, str], bytes]] = {
    "zip": locked_zip,
    "zip_stored": lambda members, password: locked_zip(members, password, method=zipfile.ZIP_STORED),
    "zip_aes128": lambda members, password: locked_zip(members, password, 1),
    "zip_aes192": lambda members, password: locked_zip(members, password, 2),
    "zip_aes256": lambda members, password: locked_zip(members, password, 3),
    "zip_aes_stored": lambda members, password: locked_zip(members, password, 3, zipfile.ZIP_STORED),
    "7z": lambda members, password: seven_zipped(members, password=password),
    "7z_names": lambda members, password: seven_zipped(members, password=password, hides_names=True),
    "7z_copy": lambda members, password: seven_zipped(
        members, [{"id": py7zr.FILTER_COPY}, {"id": py7zr.FILTER_CRYPTO_AES256_SHA256}], password
    ),
}
