"""The table of known exports, and the forms of the files of a leak."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

from honeytokens.attribution import KnownExport, maker_of
from honeytokens.errors import ScanError
from honeytokens.model import FormFinding

_OWN = "exports.toml"
_HEAD_BYTES = 8192
_MOST_FILES = 200


def known_exports(home: Path) -> list[KnownExport]:
    """Return the exports that the site knows (``exports.toml`` of its home), then those that are shipped.

    Raises :class:`ScanError` when the site's own table cannot be read.
    """
    shipped = files("honeytokens.workflows").joinpath("data/exports.toml").read_text("utf-8")
    own = home / _OWN
    try:
        tables = [own.read_text("utf-8")] if own.exists() else []
        return [export for text in [*tables, shipped] for export in _read(text)]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ScanError(f"{own} cannot be read: {error}", "Mend it by the pattern of docs/attribution.md") from error


def forms_of(paths: Sequence[Path], known: Sequence[KnownExport]) -> tuple[FormFinding, ...]:
    """Return what wrote the files of a leak, as far as their forms are known; archives are not opened for it."""
    found = (maker_of(str(file), head, known) for file, head in _heads(paths))
    return tuple(form for form in found if form)


def _read(text: str) -> Iterator[KnownExport]:
    for entry in tomllib.loads(text)["export"]:
        yield KnownExport(**{**entry, "columns": tuple(entry.get("columns", ()))})


def _heads(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    for path in paths:
        inside = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in inside[:_MOST_FILES]:
            try:
                with file.open("rb") as stream:
                    raw = stream.read(_HEAD_BYTES)
            except OSError:
                continue  # the scan tells what cannot be read
            yield file, _decoded(raw)


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
