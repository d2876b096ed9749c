"""``honeytokens init``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from honeytokens.cli.options import home_options, home_path, new_lock


@click.command("init")
@home_options
def command(home: Path | None, as_of: object, **unlocking: Any) -> None:  # noqa: ARG001
    """Make a home: a directory with a sealed keyring and an empty registry.

    Keep what unlocks it, a passphrase or a key, and a copy of the home apart from the hospital's systems: without them
    no leak can be read.

    \b
    Examples:
      honeytokens init --home ~/honeytokens
      honeytokens init --home ~/honeytokens --key-file key.txt
    """
    from honeytokens.workflows.home import Home

    path = home_path(home)
    with Home.create(path, new_lock(**unlocking)):
        click.echo(f"Made a home at {path}.")
        click.echo("Next: honeytokens establishment add, honeytokens system add, honeytokens plan.")
