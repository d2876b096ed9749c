"""Reading the sample as its finder would: in another process, which has the home, the sample, and nothing else.

Before it starts, the hospital's database leaves the file system: its bytes are in the memory of the demo alone, as the
truth is. The reader's folder is empty, its environment is made anew, and of the demo's descriptors it gets the
passphrase's pipe alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from honeytokens.errors import ScanError

_READ = frozenset({0, 1, 4})
"""Exit codes of a scan that printed a document: clean, decoys found, nothing found but something unread."""


@contextmanager
def unnamed(database: Path) -> Iterator[None]:
    """Take a closed database out of the file system while the block runs."""
    content = database.read_bytes()
    database.unlink()
    try:
        yield
    finally:
        database.write_bytes(content)


def scan(sample: Path, home: Path, passphrase: bytes, folder: Path, as_of: datetime) -> str:
    """Run ``honeytokens scan --json`` in an empty ``folder`` and return the document that it printed.

    Raises ``ScanError`` when it printed none.
    """
    folder.mkdir()
    reads, writes = os.pipe()
    try:
        os.write(writes, passphrase)
        os.close(writes)
        command = [sys.executable, "-m", "honeytokens", "scan", str(sample), "--json", "--home", str(home)]
        command += ["--passphrase-fd", str(reads), "--as-of", as_of.isoformat()]
        done = subprocess.run(
            command,
            cwd=folder,
            env=bare_environment(folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            pass_fds=(reads,),
            check=False,
        )
    finally:
        os.close(reads)
    if done.returncode not in _READ:
        reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise ScanError(f"The scan failed: {reason or done.returncode}", "Run honeytokens doctor")
    return done.stdout.decode()


def bare_environment(home: Path) -> dict[str, str]:
    """Return the little that a child process needs, and no setting of the user's; ``home`` stands in for theirs."""
    return {"PATH": os.defpath, "HOME": str(home), "LC_ALL": "C.UTF-8"}
