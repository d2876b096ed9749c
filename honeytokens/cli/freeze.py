"""``honeytokens freeze``."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

import click

from honeytokens.cli.options import FILE, home_options, json_option, open_home
from honeytokens.cli.output import print_json, printable


@click.group("freeze")
def command() -> None:
    """Keep the logs, binary logs and tables that you listed, with their hashes, before they are overwritten.

    What is listed stands in a TOML file, freeze.toml in the home unless you name another (docs/operations.md).

    \b
    Examples:
      honeytokens freeze now
      honeytokens freeze verify /srv/evidence/2026-11-27T140311Z
    """


@command.command("now")
@click.option("--sources", type=FILE, help="The list of what to freeze. [default: freeze.toml in the home]")
@click.option("--name", help="Of the freeze; that of one that was cut short goes on with it. [default: the time]")
@click.option("--by", help="Who asked for it. [default: your account]")
@json_option
@home_options
def now(sources: Path | None, name: str | None, by: str | None, as_json: bool, **shared: Any) -> int:
    """Freeze everything that is listed, now. Logs and databases are only read.

    Exit code 0 when all of it was kept, 4 when something could not be read, 3 when it was cut short: run it again with
    the same --name.

    \b
    Example:
      honeytokens freeze now --by "A. Martin, on duty"
    """
    from honeytokens.workflows.freeze import freeze

    def begin(folder: Path) -> None:
        click.echo(f"Freezing into {folder}; if it is cut short: honeytokens freeze now --name {folder.name}", err=True)

    with open_home(**shared) as home:
        found = freeze(home, by or getpass.getuser(), sources=sources, name=name, on_begin=begin)
    if as_json:
        print_json({"folder": str(found.folder), "sha256": found.sha256, "items": found.entries})
    else:
        for entry in found.problems:
            click.echo(f"not read: {printable(entry.name)}: {entry.problem}", err=True)
        kept = len(found.entries) - len(found.problems)
        click.echo(f"{kept} of {len(found.entries)} kept in {found.folder}")
        click.echo(f"SHA-256 of the manifest, to write down elsewhere: {found.sha256}")
    return 4 if found.problems else 0


@command.command("verify")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@json_option
@home_options
def verify(folder: Path, as_json: bool, **shared: Any) -> int:
    """Read a freeze again: is every copy what it was, and the manifest the one that this home sealed?

    Exit code 0 when all is as it was, 3 otherwise.

    \b
    Example:
      honeytokens freeze verify /srv/evidence/2026-11-27T140311Z
    """
    from honeytokens.workflows.freeze import verify_frozen

    with open_home(**shared) as home:
        found = verify_frozen(home, folder)
    if as_json:
        print_json(found)
    else:
        for each in found.wrong:
            click.echo(printable(each), err=True)
        if not found.sealed:
            click.echo("The manifest is not the one that this home sealed.", err=True)
        whole = "as they were" if found.sealed and not found.wrong else "NOT as they were"
        click.echo(f"{found.copies} copies of {found.items} items, {whole}. SHA-256 of the manifest: {found.sha256}")
    return 0 if found.sealed and not found.wrong else 3
