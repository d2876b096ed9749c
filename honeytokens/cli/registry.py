"""``honeytokens registry``."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from honeytokens.cli.options import clock, home_options, home_path, json_option, open_home, open_keyring
from honeytokens.cli.output import print_json, progress


@click.group("registry")
def command() -> None:
    """The registry: the memory of what was planted where. Back it up; make it again when it is lost.

    \b
    Example:
      honeytokens registry backup /mnt/safe/honeytokens
    """


@command.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@home_options
def backup(folder: Path, **shared: Any) -> None:
    """Copy the registry and every campaign's manifest into FOLDER. Nothing needs to be stopped.

    The copies are sealed with the keyring, which is not among them: keep its recovery page elsewhere.

    \b
    Example:
      honeytokens registry backup /mnt/safe/honeytokens
    """
    from honeytokens.workflows.backup import back_up

    with open_home(**shared) as home:
        copy, *manifests = back_up(home, folder)
    click.echo(f"Wrote {copy} and {len(manifests)} manifests.")


@command.command("restore")
@click.argument("copy", type=click.Path(dir_okay=False, path_type=Path))
@home_options
def restore(copy: Path, home: Path | None, as_of: datetime | None, **unlocking: Any) -> None:
    """Put a COPY of the registry in its place. The registry that is there is moved aside, never deleted.

    Run "registry rebuild" afterwards: it finds what was planted since the copy was made.

    \b
    Example:
      honeytokens registry restore /mnt/safe/honeytokens/registry-20261123T080000Z.db
    """
    from honeytokens.workflows.backup import restore as put_back

    earlier = put_back(home_path(home), open_keyring(home, **unlocking), copy, now=clock(as_of))
    if earlier is not None:
        click.echo(f"The earlier registry is {earlier} now.")
    click.echo("Put the copy in its place. Next: honeytokens registry rebuild")


@command.command("rebuild")
@click.option(
    "--manifests",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Read the manifests in this folder too. May be given several times.",
)
@json_option
@home_options
def rebuild(
    folders: tuple[Path, ...], as_json: bool, home: Path | None, as_of: datetime | None, **unlocking: Any
) -> int:
    """Make a lost registry again, or complete an old copy, from the manifests and the hospital's systems.

    The systems are only read. What the registry knows stays as it is, so it can be run again at any time. Exit code 3
    when a system could not be looked at.

    \b
    Examples:
      honeytokens registry rebuild
      honeytokens registry rebuild --manifests /mnt/safe/honeytokens
    """
    from honeytokens.workflows.rebuild import rebuild as make_again

    keyring = open_keyring(home, **unlocking)
    with progress("Looking") as on_progress:
        report = make_again(home_path(home), keyring, folders, now=clock(as_of), on_progress=on_progress)
    if as_json:
        print_json(dataclasses.asdict(report))
    else:
        click.echo(f"Added {report.campaigns} campaigns from manifests, found {report.found} decoys in place.")
        click.echo(f"Brought the stamps of {report.dated} decoys up to date; {report.not_due} are not due yet.")
        if report.absent:
            click.echo(f"{report.absent} were due and are not there: withdrawn, deleted, or never written.")
        for problem in report.problems:
            click.echo(problem, err=True)
    return 3 if report.problems else 0
