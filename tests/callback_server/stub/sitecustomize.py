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


def web_links(home: Path, lock: Any) -> list[tuple[str, Any, str]]:
    from honeytokens.errors import RegistryError
    from honeytokens.model import DecoyRef

    path = Path(os.environ["STUB_LINKS"])
    if not path.exists():
        raise RegistryError("The registry is locked", "Try again")
    return [(link, DecoyRef(name, serial), site) for link, name, serial, site in json.loads(path.read_text())]


class StubFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(fullname, self) if fullname == NAME else None

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["web_links"] = web_links


if "STUB_LINKS" in os.environ:
    sys.meta_path.insert(0, StubFinder())
