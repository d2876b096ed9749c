"""``honeytokens init``."""

from __future__ import annotations

from pathlib import Path

import click

from honeytokens.cli.options import home_options, home_path, passphrase


@click.command("init")
@home_options
def command(home: Path | None, passphrase_file: Path | None, passphrase_fd: int | None, as_of: object) -> None:  # noqa: ARG001
    """Make a home: a directory with a sealed keyring and an empty registry.

    Keep the passphrase and a copy of the home apart from the hospital's systems: without them no leak can be read.

    \b
    Example:
      honeytokens init --home ~/honeytokens
    """
    from honeytokens.workflows.home import Home

    path = home_path(home)
    with Home.create(path, passphrase(passphrase_file, passphrase_fd, confirm=True)):
        click.echo(f"Made a home at {path}.")
        click.echo("Next: honeytokens establishment add, honeytokens system add, honeytokens plan.")
