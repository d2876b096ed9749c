"""Documents sealed beside the registry, one file each: salted extracts, incidents."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from honeytokens.errors import HomeError, RegistryError, UnknownNameError
from honeytokens.files import replacing
from honeytokens.keys import Keyring
from honeytokens.registry.codec import decode, encode
from honeytokens.sealing import Box

T = TypeVar("T")
_SUFFIX = ".sealed"
_NAME_BYTES = 12


@dataclass(frozen=True, slots=True)
class _Named:
    name: str


class SealedFiles(Generic[T]):
    """Documents of one kind, found by name. File names are keyed hashes: they tell nobody what the documents are of.

    Each file is replaced whole, durably, and bound to its kind and name: one that was changed or renamed is noticed;
    one that was put back to an earlier state is not.
    """

    def __init__(self, folder: Path, kind: type[T], word: str, keyring: Keyring) -> None:
        self._folder, self._kind, self._word = folder, kind, word
        self._blind = keyring.subkey(f"sealed-file/{word}/name", 1)
        keys = [keyring.subkey(f"sealed-file/{word}", version + 1) for version in range(keyring.newest)]
        self._box = Box(keys, self._changed)

    def save(self, name: str, document: T) -> Path:
        """Write a document under a name, in place of an earlier one; raise ``HomeError`` or ``OutputError``."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise HomeError(f"{self._folder} cannot be made: {error.strerror}", "Mend its folder") from error
        path = self._path(name)
        sealed = self._box.seal(encode(_Named(name)) + b"\n" + encode(document), self._place(path))
        with replacing(path, force=True) as stream:
            stream.write(base64.b64encode(sealed) + b"\n")
        return path

    def find(self, name: str) -> T | None:
        """Return the document of a name, or ``None``; raise ``RegistryError`` when it was changed or damaged."""
        path = self._path(name)
        return self._read(path)[1] if path.exists() else None

    def get(self, name: str) -> T:
        """Return the document of a name; raise ``UnknownNameError`` when there is none."""
        found = self.find(name)
        if found is None:
            known = ", ".join(sorted(self.all()))
            raise UnknownNameError(f"There is no {self._word} named {name}", f"Known: {known or 'none'}")
        return found

    def all(self) -> dict[str, T]:
        """Return every document, by name."""
        return dict(sorted(self._read(path) for path in self._folder.glob(f"*{_SUFFIX}")))

    def back_up(self, folder: Path) -> list[Path]:
        """Copy every document, as it is sealed, into a folder below ``folder``; return the files."""
        files = sorted(self._folder.glob(f"*{_SUFFIX}"))
        kept = folder / self._folder.name
        if files:
            kept.mkdir(mode=0o700, exist_ok=True)
        for file in files:
            with replacing(kept / file.name, force=True) as stream:
                stream.write(file.read_bytes())
        return [kept / file.name for file in files]

    def _read(self, path: Path) -> tuple[str, T]:
        try:
            content = self._box.open(base64.b64decode(path.read_bytes().strip(), validate=True), self._place(path))
        except OSError as error:
            raise RegistryError(
                f"{path} cannot be read: {error.strerror}", "Run as the account that owns it"
            ) from error
        except binascii.Error as error:
            raise self._changed(self._place(path)) from error
        name, _, document = content.partition(b"\n")
        return decode(_Named, name).name, decode(self._kind, document)

    def _path(self, name: str) -> Path:
        blind = hashlib.blake2b(name.encode(), key=self._blind, digest_size=_NAME_BYTES).hexdigest()
        return self._folder / f"{blind}{_SUFFIX}"

    def _place(self, path: Path) -> str:
        return f"{self._word}|{path.name}"

    def _changed(self, place: str) -> RegistryError:
        return RegistryError(
            f"The sealed file {place.partition('|')[2]} in {self._folder} was changed, or is of another keyring",
            "Restore it from a backup of the home",
        )
