"""``honeytokens exclusions``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from honeytokens.cli.options import home_options, open_home

_PURPOSES = ("coding", "billing", "statistics", "warehouse", "mailing", "interface")


@click.command("exclusions")
@click.option("--system", required=True, help="The hospital system whose decoys are listed.")
@click.option("--for", "purpose", type=click.Choice(_PURPOSES), required=True, help="What the list is for.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The private file to write (mode 0600): CSV, or JSON when its name ends so.",
)
@click.option("--withdrawn", is_flag=True, help="Also decoys that were withdrawn, for copies made before.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@home_options
def command(system: str, purpose: str, output: Path, withdrawn: bool, force: bool, yes: bool, **shared: Any) -> None:
    """Export the rows that billing, statistics, mailings and interfaces must leave out. Each export is logged.

    The file names every decoy of the system: whoever reads it can avoid or reveal them all. Give it only to the job
    that needs it, over a channel you trust, and delete it when it is loaded. Mailings and the integration engine
    (interface) get patients only; the other purposes every row.

    \b
    Example:
      honeytokens exclusions --system his --for billing -o /run/honeytokens/exclusions.csv
    """
    from honeytokens.files import replacing
    from honeytokens.workflows.exclusions import Purpose, exclusions

    with open_home(**shared) as home:
        if not yes and sys.stdin.isatty():
            click.confirm(f"Write a list of every decoy of {system} to {output}?", abort=True, err=True)
        with replacing(output, force=force) as file:
            found = exclusions(home, system, Purpose(purpose), withdrawn=withdrawn)
            file.write(found.as_json() if output.suffix == ".json" else found.as_csv())
    click.echo(f"Wrote {len(found.rows)} rows of {found.decoys} decoys, for {purpose}, to {output}; this was logged.")
