"""``honeytokens establishment``."""

from __future__ import annotations

from typing import Any, TextIO

import click

from honeytokens.cli.options import home_options, json_option, open_home
from honeytokens.cli.output import print_json, table


@click.group("establishment")
def command() -> None:
    """The care sites whose records decoys protect.

    \b
    Example:
      honeytokens establishment add saint-anne --code 3 --postcode 75014
    """


@command.command("add")
@click.argument("name")
@click.option("--code", required=True, help="What the hospital system writes in its rows to name this site.")
@click.option("--postcode", required=True, help="Where the site is: its decoys live around it.")
@click.option("--finess", help="Its FINESS number, for reports (France).")
@home_options
def add(name: str, code: str, postcode: str, finess: str | None, **shared: Any) -> None:
    """Remember a care site.

    \b
    Example:
      honeytokens establishment add saint-anne --code 3 --postcode 75014
    """
    from honeytokens.model import Establishment
    from honeytokens.workflows.setup import add_establishment

    with open_home(**shared) as home:
        add_establishment(home, Establishment(name, code, postcode, finess))
    click.echo(f"Added establishment {name}.")


@command.command("practitioners")
@click.argument("name")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@home_options
def practitioners(name: str, file: TextIO, **shared: Any) -> None:
    """Remember a care site's own practitioners, in place of earlier ones: decoys' stays and letters name them.

    FILE is CSV, or - for standard input. Columns: surname, first_name, and if you have them code (what the system
    writes in its rows), number (RPPS in France) and specialty (docs/policies.md lists them). Campaigns that are planned
    keep the list that they were planned with.

    \b
    Example:
      honeytokens establishment practitioners saint-anne doctors.csv
    """
    from honeytokens.workflows.practitioners import read_practitioners, set_practitioners

    with open_home(**shared) as home:
        try:
            found = read_practitioners(file.read())
        except UnicodeDecodeError:
            raise click.UsageError("FILE is not in UTF-8: save it so.") from None
        set_practitioners(home, name, found)
    click.echo(f"{name} has {len(found)} practitioners.")


@command.command("list")
@json_option
@home_options
def listing(as_json: bool, **shared: Any) -> None:
    """List the care sites.

    \b
    Example:
      honeytokens establishment list --json
    """
    with open_home(**shared) as home:
        found = home.registry.establishments()
    if as_json:
        print_json(found)
    else:
        rows = [[e.name, e.code, e.postcode, e.finess or "-", str(len(e.practitioners))] for e in found]
        table(["name", "code", "postcode", "finess", "practitioners"], rows)
