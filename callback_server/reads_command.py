"""``callback-server reads``: what audit logs told of reading, in the form that ``honeytokens accounts rank`` takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from callback_server.evidence_command import Opened

# ruff: noqa: PLC0415 - as in command.py

_PAGE = 500


def reads_command(options: Callable[[Callable[..., Any]], Callable[..., Any]], opened: Opened) -> click.Command:
    """Return the command; ``options`` adds those of the settings and the lock, ``opened`` opens both."""

    @click.command("reads")
    @options
    def reads(config: Path | None, passphrase_fd: int | None, **flags: Any) -> None:
        """Print the reads of decoys and the bulk reads that audit logs told of, one JSON object a line, newest first.

        They name accounts: pipe them on rather than keep them. Accounts stay unlooked-at without a legal basis.

        \b
        Example:
          callback-server reads --home ~/hospital | honeytokens accounts rank november -
        """
        from callback_server.errors import ServiceError
        from callback_server.store import SqliteStore
        from callback_server.worker.read_rows import CHANNEL, read_of

        settings, keys = opened(config, flags, passphrase_fd)
        path = settings.store_path
        if not path.is_file():
            raise ServiceError(f"There is no store at {path}", "Set the data_dir that the worker runs with")
        with closing(SqliteStore(path, keys.box, keys.rows)) as store:
            before = None
            while page := store.sightings(_PAGE, before, CHANNEL):
                for kept in page:
                    read = asdict(read_of(kept.sighting))
                    click.echo(json.dumps({**read, "at": read["at"].isoformat()}))
                before = page[-1].number

    return reads
