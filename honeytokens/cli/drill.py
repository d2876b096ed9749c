"""``honeytokens drill``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from honeytokens.cli.options import MOMENT, home_options, json_option, open_home
from honeytokens.cli.output import print_json


@click.group("drill")
def command() -> None:
    """Rehearse a leak on the live decoys. No hospital system is touched, and no real patient is in the file.

    \b
    Example:
      honeytokens drill add spring -o leak.csv && honeytokens scan leak.csv
      honeytokens drill check spring --ours --establishment saint-anne --earliest 2026-11-03 --latest 2026-11-07
    """


@command.command("add")
@click.argument("name")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The file to write.")
@click.option("--rows", type=click.IntRange(3, 1_000_000), default=1000, show_default=True, help="Rows of the file.")
@click.option("--force", is_flag=True, help="Replace the output file if it exists.")
@home_options
def add(name: str, output: Path, rows: int, force: bool, **shared: Any) -> None:
    """Write a leak for the team to judge; what is true stays sealed.

    \b
    Example:
      honeytokens drill add spring -o leak.csv
    """
    from honeytokens.files import replacing
    from honeytokens.workflows.drill import start

    with open_home(**shared) as home, replacing(output, force=force) as stream:
        start(home, name, rows, stream)
    click.echo(f"Wrote {output}. It is a drill: say so to whoever meets it. Next: the team judges it.")


@command.command("check")
@click.argument("name")
@click.option("--ours/--not-ours", default=True, help="Is it ours?")
@click.option(
    "--establishment", "establishments", multiple=True, help="Which establishment; several times for several."
)
@click.option("--earliest", type=MOMENT, help="The copy was made at or after this.")
@click.option("--latest", type=MOMENT, help="The copy was made before this.")
@json_option
@home_options
def check(
    name: str,
    ours: bool,
    establishments: tuple[str, ...],
    earliest: datetime | None,
    latest: datetime | None,
    as_json: bool,
    **shared: Any,
) -> None:
    """Score the team's verdict on a drill.

    \b
    Example:
      honeytokens drill check spring --ours --establishment saint-anne --earliest 2026-11-03 --latest 2026-11-07
    """
    from honeytokens.workflows.drill import Answer, score

    with open_home(**shared) as home:
        scores = score(home, name, Answer(ours, establishments, earliest, latest))
    if as_json:
        print_json(scores)
        return
    words = {True: "right", False: "wrong", None: "not answered"}
    for each in scores:
        click.echo(f"{each.question}: {words[each.right]} (truth: {each.truth})")
    click.echo(f"{sum(each.right is True for each in scores)} of {len(scores)} right.")
