"""``honeytokens establishment``."""

from __future__ import annotations

from typing import Any

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
        table(["name", "code", "postcode", "finess"], [[e.name, e.code, e.postcode, e.finess or "-"] for e in found])
