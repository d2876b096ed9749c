"""``honeytokens key``."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from honeytokens.cli.options import (
    FILE,
    home_options,
    home_path,
    new_lock,
    open_home,
    open_with,
    opening_lock,
    other_lock,
)
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
def rotate(home: Path | None, as_of: datetime | None, **unlocking: Any) -> None:
    """Add a new key, for the campaigns that are planned from now on. Older campaigns keep theirs.

    Rotate when someone who could read the home has left. Write a new recovery page afterwards.

    \b
    Example:
      honeytokens key rotate
    """
    from honeytokens.workflows.keys import rotate as rotate_keys

    lock = opening_lock(home, **unlocking)
    with open_with(lock, home, as_of) as opened:
        version = rotate_keys(opened, lock)
    click.echo(f"The keyring's newest key is version {version}. Next: honeytokens key recovery -o recovery.txt")


@command.command("relock")
@click.option("--new-passphrase-file", type=FILE, help="Lock with the passphrase in this file.")
@click.option("--new-key-file", type=FILE, help="Lock with the key in this file.")
@click.option("--new-key-command", metavar="COMMAND", help="Lock with the key that this command prints.")
@home_options
def relock(
    home: Path | None,
    as_of: datetime | None,
    new_passphrase_file: Path | None,
    new_key_file: Path | None,
    new_key_command: str | None,
    **unlocking: Any,
) -> None:
    """Lock the keyring with another passphrase or key. Without a --new option, a passphrase is asked for.

    A copy of the home that was made before is still opened by what locked it then. If someone may have both, rotate
    as well, for the campaigns to come.

    \b
    Examples:
      honeytokens key relock
      honeytokens key relock --passphrase-file old.txt --new-key-file key.txt
    """
    from honeytokens.workflows.keys import relock as relock_keys

    lock = opening_lock(home, **unlocking)
    with open_with(lock, home, as_of) as opened:
        other = other_lock(
            new_passphrase_file=new_passphrase_file, new_key_file=new_key_file, new_key_command=new_key_command
        )
        relock_keys(opened, lock, other)
    click.echo(f"The keyring is locked by the new {other.name}. Start the callback service again if it runs.")


@command.command("generate")
@click.option("-o", "--output", type=FILE, help="File to write. Without it, print the key, which must go into a pipe.")
def generate(output: Path | None) -> None:
    """Make a random key that a keyring can be locked by. Whoever has it and the home can recognise every decoy.

    \b
    Examples:
      honeytokens key generate -o key.txt
      honeytokens key generate | gpg --encrypt --recipient ALICE > key.gpg
    """
    from honeytokens.workflows.keys import generate_key, write_key

    if output is None and sys.stdout.isatty():
        raise click.UsageError("A key is not printed to a terminal: name a file with -o, or use a pipe.")
    if output is None:
        click.echo(generate_key())
    else:
        write_key(output)
        click.echo(f"Wrote {output}. Keep it, and a copy in a safe, apart from the home that it will lock.")


@command.command("recovery")
@click.option("-o", "--output", type=FILE, required=True, help="File to write.")
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
@click.argument("page", type=FILE)
@home_options
def restore(page: Path, home: Path | None, as_of: object, **unlocking: Any) -> None:  # noqa: ARG001
    """Make the keyring anew from a recovery page, locked by a passphrase or key of your choice.

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
    version = restore_keys(path, text, new_lock(**unlocking))
    click.echo(f"Restored {version} keys into {path}. Put the registry beside them if it is not there.")
