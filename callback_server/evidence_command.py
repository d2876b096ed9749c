"""``callback-server evidence``: the log of what was heard, decided, looked at and erased."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from callback_server.settings import Settings
    from callback_server.store import SqliteEvidence
    from callback_server.worker.keys import WorkerKeys

# ruff: noqa: PLC0415 - as in command.py

Opened = Callable[[Path | None, Mapping[str, Any], int | None], "tuple[Settings, WorkerKeys]"]


def evidence_group(options: Callable[[Callable[..., Any]], Callable[..., Any]], opened: Opened) -> click.Group:
    """Return the commands; ``options`` adds those of the settings and the lock, ``opened`` opens both."""

    @contextmanager
    def log_of(config: Path | None, flags: Mapping[str, Any], passphrase_fd: int | None) -> Iterator[SqliteEvidence]:
        from callback_server.errors import ServiceError
        from callback_server.store import SqliteEvidence

        settings, keys = opened(config, flags, passphrase_fd)
        path = settings.store_path
        if not path.is_file():
            raise ServiceError(f"There is no store at {path}", "Set the data_dir that the worker runs with")
        with closing(SqliteEvidence(path, keys.box, keys.signing[-1], keys.origin)) as log:
            yield log

    @click.group()
    def evidence() -> None:
        """Show and export the log of what was heard, decided, looked at and erased: it cannot be rewritten unnoticed.

        \b
        Example:
          callback-server evidence export november.evidence
        """

    @evidence.command()
    @options
    def key(config: Path | None, passphrase_fd: int | None, **flags: Any) -> None:
        """Print the public key of the log, one for each version of the keyring: keep it elsewhere, to check bundles by.

        \b
        Example:
          callback-server evidence key > evidence.pub
        """
        from honeytokens.evidence import VerifierKey

        _, keys = opened(config, flags, passphrase_fd)
        for each in keys.signing:
            click.echo(VerifierKey(keys.origin, each.public_key()))

    @evidence.command()
    @options
    def checkpoint(config: Path | None, passphrase_fd: int | None, **flags: Any) -> None:
        """Sign what the log holds now: who keeps this elsewhere can show that nothing before it was rewritten.

        \b
        Example:
          callback-server evidence checkpoint > checkpoint-2026-11-27.txt
        """
        with log_of(config, flags, passphrase_fd) as log:
            click.echo(log.checkpoint(), nl=False)

    @evidence.command()
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    @click.option("--contents", is_flag=True, help="With what the entries are about: it names decoys and people.")
    @click.option("--force", is_flag=True, help="Replace the file if it exists.")
    @options
    def export(
        file: Path, contents: bool, force: bool, config: Path | None, passphrase_fd: int | None, **flags: Any
    ) -> None:
        """Write the log as a bundle, which honeytokens evidence verify checks with nothing but the public key.

        \b
        Example:
          callback-server evidence export november.evidence
        """
        from honeytokens.evidence import bundle
        from honeytokens.files import replacing

        with log_of(config, flags, passphrase_fd) as log, replacing(file, force=force) as stream:
            log.checkpoint()
            notes = log.checkpoints()
            size = int(notes[-1].split("\n")[1])
            for line in bundle(log.entries(size, contents=contents), notes):
                stream.write(line.encode())
        click.echo(f"{file}: {size} entries")

    return evidence
