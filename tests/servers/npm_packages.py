"""npm packages for a test: installed from a lock, once, into pytest's cache."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


def installed(config: pytest.Config, source: Path, unless: str) -> Path:
    """Return a directory in pytest's cache that holds the packages locked in ``source``.

    Skips the test, and says why after ``unless``, where they cannot be had.
    """
    missing = [tool for tool in ("node", "npm") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"{unless}: no {' and no '.join(missing)} here")
    assert config.cache is not None
    lock = (source / "package-lock.json").read_bytes()
    place = config.cache.mkdir(source.name.replace("_", "-")) / hashlib.sha256(lock).hexdigest()[:16]
    if not place.exists():
        with tempfile.TemporaryDirectory(dir=place.parent) as name:
            partial = Path(name) / "packages"
            partial.mkdir()
            for file in ("package.json", "package-lock.json"):
                shutil.copy(source / file, partial)
            _npm_ci(partial, unless)
            # Another worker may have been faster: its directory holds the same.
            if not place.exists():
                partial.rename(place)
    return place


def _npm_ci(folder: Path, unless: str) -> None:
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{unless}: npm took more than three minutes to install what is needed")
    if done.returncode:
        pytest.skip(f"{unless}: npm could not install what is needed: {done.stderr.strip()[-500:]}")
