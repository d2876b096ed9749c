"""FHIR as NDJSON: Patient resources one on a line; lines of other resources are copied as they are.

A patient is flattened into columns named by the path of each value (``name.0.family``), and written back in the shape
of a patient beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from honeytokens.errors import SaltRefusedError
from honeytokens.salting.files.interface import Cells, Rows

_KINDS = {"phone": "telecom.phone", "email": "telecom.email"}


class FhirExtract:
    """The Patient resources of one file."""

    def __init__(self, path: Path) -> None:
        try:
            self._text = path.read_bytes().decode()
        except UnicodeDecodeError as error:
            raise SaltRefusedError(f"{path} is not UTF-8, as FHIR demands", "Export it anew") from error
        self._starts: list[int] = []
        self._shapes: list[dict[str, str]] = []
        flat: list[dict[str, str]] = []
        at, self._end = 0, 0
        for number, line in enumerate(self._text.split("\n"), start=1):
            try:
                resource = json.loads(line) if line.strip() else {}
            except ValueError as error:
                raise SaltRefusedError(f"{path} is no NDJSON: line {number}", "Export it anew") from error
            if isinstance(resource, dict) and resource.get("resourceType") == "Patient":
                self._starts.append(at)
                self._end = min(at + len(line) + 1, len(self._text))
                shape = {_name(path_, resource): path_ for path_, _ in _leaves(resource)}
                self._shapes.append(shape)
                values = dict(_leaves(resource))
                flat.append({name: _spelt(values[path_]) for name, path_ in shape.items()})
            at += len(line) + 1
        self._kinds = {name: type(_at(resource_, path_)) for resource_, name, path_ in self._samples()}
        columns = tuple(dict.fromkeys(name for row in flat for name in row))
        self.rows = Rows(columns, [tuple(row.get(name) for name in columns) for row in flat])
        self._compact = '": ' not in self._text[: self._text.find("\n") + 1]

    def write(self, added: Mapping[int, Sequence[Cells]], stream: IO[bytes]) -> None:
        """Write every line as it was, with lines mixed in."""
        starts, at = [*self._starts, self._end], 0
        for place in sorted(added):
            before = self._text[at : starts[place]]
            stream.write(before.encode())
            lines = [self._line(cells, min(place, len(self._starts) - 1)) for cells in added[place]]
            if place == len(self._starts) and not self._text[: self._end].endswith("\n"):
                stream.write("".join(f"\n{line}" for line in lines).encode())
            else:
                stream.write("".join(f"{line}\n" for line in lines).encode())
            at = starts[place]
        stream.write(self._text[at:].encode())

    def _samples(self) -> Iterator[tuple[dict[str, Any], str, str]]:
        for start, shape in zip(self._starts, self._shapes, strict=True):
            resource = json.loads(self._text[start : (self._text.find("\n", start) + 1) or None])
            for name, path in shape.items():
                yield resource, name, path

    def _line(self, cells: Cells, beside: int) -> str:
        """Return a patient in the shape of the nearest one that has the same columns filled, or most of them."""
        values = {name: cell for name, cell in zip(self.rows.columns, cells, strict=True) if cell is not None}
        shapes = sorted(self._shapes[beside : beside + 50], key=lambda shape: len(shape.keys() ^ values.keys()))
        resource: dict[str, Any] = {}
        for name, path in shapes[0].items():
            if name in values:
                _put(resource, path.split("."), _typed(values[name], self._kinds[name]))
        resource = _closed(resource)
        separators = (",", ":") if self._compact else None
        return json.dumps(resource, ensure_ascii=not self._foreign, separators=separators)

    @property
    def _foreign(self) -> bool:
        return not self._text.isascii()


def _leaves(thing: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    pairs = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else ()
    for key, value in pairs:
        here = f"{path}.{key}" if path else str(key)
        if isinstance(value, dict | list):
            yield from _leaves(value, here)
        else:
            yield here, value


def _name(path: str, resource: dict[str, Any]) -> str:
    """Return the column of a path; a phone and an e-mail are told apart by their system."""
    parts = path.split(".")
    if parts[0] == "telecom" and parts[-1] == "value":
        kind = resource["telecom"][int(parts[1])].get("system")
        if kind in _KINDS and [t.get("system") for t in resource["telecom"]].index(kind) == int(parts[1]):
            return _KINDS[kind]
    return path


def _at(thing: Any, path: str) -> Any:
    for part in path.split("."):
        thing = thing[int(part)] if isinstance(thing, list) else thing[part]
    return thing


def _put(resource: dict[str, Any], parts: Sequence[str], value: object) -> None:
    """Put a value at a path; lists are kept as objects with numbers for keys until they are :func:`_closed`."""
    here = resource
    for part in parts[:-1]:
        here = here.setdefault(part, {})
    here[parts[-1]] = value


def _closed(thing: Any) -> Any:
    """Turn objects with numbers for keys into lists; a contact without its value is left out."""
    if not isinstance(thing, dict):
        return thing
    inner = {key: _closed(value) for key, value in thing.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int) if not _hollow(inner[key])]
    return inner


def _hollow(item: Any) -> bool:
    return isinstance(item, dict) and "system" in item and not {"value", "code"} & item.keys()


def _spelt(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _typed(text: str, kind: type) -> object:
    return json.loads(text) if kind in (bool, int, float) else text
