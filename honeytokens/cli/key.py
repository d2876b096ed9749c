"""``honeytokens key``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from honeytokens.cli.options import home_options, home_path, open_home, passphrase
from honeytokens.errors import KeyringError


@click.group("key")
def command() -> None:
    """The keyring, from which every decoy is drawn and by which every leak is read.

    \b
    Example:
      honeytokens key recovery -o recovery.txt
    """


@command.command("rotate")
@home_options
def rotate(home: Path | None, passphrase_file: Path | None, passphrase_fd: int | None, as_of: datetime | None) -> None:
    """Add a new key, for the campaigns that are planned from now on. Older campaigns keep theirs.

    Rotate when someone who could read the home has left. Write a new recovery page afterwards.

    \b
    Example:
      honeytokens key rotate
    """
    from honeytokens.workflows.home import Home, system_clock
    from honeytokens.workflows.keys import rotate as rotate_keys

    secret = passphrase(passphrase_file, passphrase_fd)
    with Home.open(home_path(home), secret, now=(lambda: as_of) if as_of else system_clock) as opened:
        version = rotate_keys(opened, secret)
    click.echo(f"The keyring's newest key is version {version}. Next: honeytokens key recovery -o recovery.txt")


@command.command("recovery")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")
@click.option("--force", is_flag=True, help="Replace the output file if it exists.")
@home_options
def recovery(output: Path, force: bool, **shared: Any) -> None:
    """Write the keys to a page to print and lock away. Whoever has it can recognise every decoy.

    \b
    Example:
      honeytokens key recovery -o recovery.txt
    """
    from honeytokens.workflows.keys import write_recovery

    with open_home(**shared) as home:
        write_recovery(home, output, force=force)
    click.echo(f"Wrote {output}. Print it, lock the page away, and delete the file.")


@command.command("restore")
@click.argument("page", type=click.Path(dir_okay=False, path_type=Path))
@home_options
def restore(
    page: Path,
    home: Path | None,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    as_of: datetime | None,  # noqa: ARG001
) -> None:
    """Make the keyring anew from a recovery page, under a new passphrase.

    \b
    Example:
      honeytokens key restore recovery.txt --home ~/honeytokens
    """
    from honeytokens.workflows.keys import restore as restore_keys

    try:
        text = page.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyringError(f"{page} cannot be read: {error}", "Name the recovery page") from error
    path = home_path(home)
    version = restore_keys(path, text, passphrase(passphrase_file, passphrase_fd, confirm=True))
    click.echo(f"Restored {version} keys into {path}. Put the registry beside them if it is not there.")
