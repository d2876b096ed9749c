"""``honeytokens charter``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import click

from honeytokens.cli.options import home_options, json_option, open_home
from honeytokens.cli.output import print_json

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("charter")
@click.option("--number", type=click.IntRange(1), help="How many decoys were agreed, in all.")
@click.option("--expires", type=_DAY, help="The last day that it holds.")
@click.option("--review", type=_DAY, help="The day of the next review.")
@click.option("--decided-by", help="Who signed it.")
@click.option(
    "--pool-expires",
    nargs=2,
    multiple=True,
    metavar="POOL DAY",
    help="The last day that the hospital owns a pool's domain or numbers.",
)
@json_option
@home_options
def command(
    number: int | None,
    expires: datetime | None,
    review: datetime | None,
    decided_by: str | None,
    pool_expires: tuple[tuple[str, str], ...],
    as_json: bool,
    **shared: Any,
) -> None:
    """Remember what the decoy charter says, or show it when no option is given. status warns before each date.

    What is left out stays as it is. docs/governance has the charter itself, in French and English.

    \b
    Example:
      honeytokens charter --number 150 --expires 2027-12-31 --review 2027-03-31 --decided-by "Direction"
    """
    from honeytokens.workflows.charter import Charter, keep_charter, read_charter

    given = {
        "number": number,
        "expires": expires and expires.date(),
        "review": review and review.date(),
        "decided_by": decided_by,
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    with open_home(**shared) as home:
        charter = read_charter(home) or Charter()
        if pool_expires:
            changes["pools"] = charter.pools | {value: _day(text) for value, text in pool_expires}
        if changes:
            charter = replace(charter, **changes)
            keep_charter(home, charter)
    if as_json:
        print_json(charter)
        return
    click.echo(
        f"Decoys agreed: {charter.number or '-'}; expires: {charter.expires or '-'}; review: {charter.review or '-'}"
    )
    click.echo(f"Decided by: {charter.decided_by or '-'}")
    for value, day in charter.pools.items():
        click.echo(f"Pool {value}: until {day}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text} is no day such as 2027-12-31", param_hint="--pool-expires") from None
