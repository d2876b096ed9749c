"""Puts a fixed list of planted links in the place of the registry's, in processes that tests start.

The processes are otherwise the real ones. The list is the JSON file that ``STUB_LINKS`` names, read at each asking.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

NAME = "honeytokens.workflows.callback"
_KINDS = (("://", "web_link"), ("@", "mail"), ("\n", "row"), ("", "phone"))


def open_and_watch(home: Path, lock: Any) -> list[Any]:
    from honeytokens.errors import RegistryError
    from honeytokens.model import DecoyRef, KnownBy, Watched

    path = Path(os.environ["STUB_LINKS"])
    if not path.exists():
        raise RegistryError("The registry is locked", "Try again")
    found = []
    for value, name, serial, site in json.loads(path.read_text()):
        kind = next(kind for mark, kind in _KINDS if mark in value)
        found.append(Watched(KnownBy(kind), value, DecoyRef(name, serial), site, 59.0))
    return found


class StubFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(fullname, self) if fullname == NAME else None

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["open_and_watch"] = open_and_watch


if "STUB_LINKS" in os.environ:
    sys.meta_path.insert(0, StubFinder())
