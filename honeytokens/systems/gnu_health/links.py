"""Whatever in a GNU Health can refer to a record: the fields of every module that the site has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from honeytokens.errors import MappingError
from honeytokens.model import WrittenRow
from honeytokens.systems.gnu_health.client import Client
from honeytokens.systems.gnu_health.kinds import KINDS

_NAMED = ("many2one", "one2one")
_OPEN = "reference"
"""A field that may name a record of any model: attachments and notes have one."""
_BOOKS = ("ir.model.log", "ir.error")
"""What the server itself writes down of any record."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A field that can name a record of ``target``, of any model where that is ``None``."""

    model: str
    field: str
    target: str | None


@dataclass
class Pointers:
    """Looks for references through one session, in every model that its account may read."""

    client: Client

    def check(self) -> None:
        """Raise ``MappingError`` when records of which the account sees nothing could refer to a decoy."""
        hidden = sorted({one.model for one in self._all if one.target and not self._readable[one.model]})
        if hidden:
            raise MappingError(
                f"The account may not read what could refer to a patient: {', '.join(hidden)}",
                "Give its group the right to read these models, so that no decoy is taken from under real data",
            )

    def to(self, rows: Iterable[WrittenRow]) -> list[str]:
        """Return, as ``table.field``, what refers to some records and is not one of them."""
        keys: defaultdict[str, list[int]] = defaultdict(list)
        for row in rows:
            keys[KINDS[row.table].model].append(int(row.key))
        return [
            f"{one.model.replace('.', '_')}.{one.field}"
            for one in self._all
            if self._readable[one.model] and self._refers(one, keys)
        ]

    def _refers(self, one: Pointer, keys: defaultdict[str, list[int]]) -> bool:
        wanted: list[object] = list(keys[one.target]) if one.target else []
        if one.target is None:
            wanted = [f"{model},{key}" for model, found in keys.items() for key in found]
        if not wanted:
            return False
        domain = [[one.field, "in", wanted], ["id", "not in", keys[one.model]]]
        # A report that the server computes from records, and so from ours, has no time of writing.
        return any(found.get("_timestamp") for found in self.client.read(one.model, domain, ["_timestamp"], 1))

    @cached_property
    def _all(self) -> list[Pointer]:
        """Every stored field that can name one of the records that are written."""
        ours = [kind.model for kind in KINDS.values()]
        names = {one["id"]: one["model"] for one in self.client.stream("ir.model", [], ["model"])}
        domain = ["OR", [["relation", "in", ours], ["ttype", "in", list(_NAMED)]], ["ttype", "=", _OPEN]]
        by_model: defaultdict[str, list[Pointer]] = defaultdict(list)
        for one in self.client.read("ir.model.field", domain, ["name", "model", "relation", "ttype"]):
            model, target = names[one["model"]], None if one["ttype"] == _OPEN else one["relation"]
            by_model[model].append(Pointer(model, one["name"], target))
        return list(self._stored(by_model))

    def _stored(self, by_model: defaultdict[str, list[Pointer]]) -> Iterator[Pointer]:
        methods = self.client.methods
        for model, pointers in by_model.items():
            if f"model.{model}.search_read" in methods and model not in _BOOKS:
                live = self.client.call(model, "fields_get", [one.field for one in pointers])
                yield from (one for one in pointers if live.get(one.field, {}).get("searchable"))

    @cached_property
    def _readable(self) -> dict[str, bool]:
        models = sorted({one.model for one in self._all})
        access = self.client.call("ir.model.access", "get_access", models)
        return {model: bool(access[model]["read"]) for model in models}
