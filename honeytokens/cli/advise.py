"""``honeytokens plan --advise``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from honeytokens.cli.options import DURATION, home_options, json_option, open_home
from honeytokens.cli.output import print_json, table


@click.command("plan --advise")
@click.option("--rows", type=click.IntRange(min=1), default=1000, show_default=True, help="Rows that thieves show.")
@click.option(
    "--power",
    type=click.FloatRange(0.5, 0.9999),
    default=0.99,
    show_default=True,
    help="The probability with which it is to be so.",
)
@click.option(
    "--window", type=DURATION, default="2d", show_default=True, help="How narrow the theft's window is to be."
)
@click.option("--stamp-every", type=DURATION, default="30d", show_default=True, help="How often streets change.")
@json_option
@home_options
def command(rows: int, power: float, window: timedelta, stamp_every: timedelta, as_json: bool, **shared: Any) -> None:
    """Tell what the decoys can prove, and how many would prove what you want. Nothing is planned.

    \b
    Example:
      honeytokens plan --advise --rows 1000 --power 0.99 --window 2d
    """
    from honeytokens.attribution import Wanted
    from honeytokens.workflows.advise import advise

    if not window or not stamp_every:
        raise click.UsageError("Give --window and --stamp-every a length above nought.")
    with open_home(**shared) as home:
        found = advise(home, Wanted(rows, power, window, stamp_every))
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("No campaign yet: nobody can be named from any rows. Next: honeytokens plan --help")
        return
    cells = [
        [
            each.establishment,
            f"{each.patients:,}",
            f"{each.decoys:,}",
            f"{each.named:.1%}",
            "-" if each.rows_needed is None else f"{each.rows_needed:,}",
            f"{each.decoys_for_naming:,}",
            "-" if each.window is None else f"{each.window / timedelta(days=1):.1f} d",
            f"{each.decoys_for_window:,}",
        ]
        for each in found
    ]
    click.echo(f"Named from any {rows:,} random rows. Wanted: with a probability of {power:.4g}.")
    table(
        ["establishment", "patients", "decoys", "named", "rows needed", "to name", "window, all hit", "to date"],
        cells,
    )
    click.echo(
        f"To date: so many that {rows:,} rows hold enough of them. Pages and filters: one decoy in every "
        f"{found[0].every:,} of the table's own order lets no page of {rows:,} escape."
    )
