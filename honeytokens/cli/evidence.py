"""``honeytokens evidence``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from honeytokens.cli.options import FILE, home_options, json_option, open_home
from honeytokens.cli.output import place, print_json, printable


@click.command("evidence")
@click.argument("file", type=FILE)
@json_option
@home_options
def command(file: Path, as_json: bool, **shared: Any) -> None:
    """Open what scan --evidence kept: of each decoy that was hit, up to ten records as they stood in the leak.

    A record may hold more than the decoy, such as whole rows in a text without line ends: treat it as patients' data.

    \b
    Example:
      honeytokens scan leak.csv --evidence leak.evidence
      honeytokens evidence leak.evidence
    """
    from honeytokens.workflows.known_leaks import read_evidence

    with open_home(**shared) as home:
        lines = read_evidence(home, file)
    if as_json:
        print_json(
            [
                {"decoy": str(line.decoy), "location": line.location, "bits": line.bits, "texts": line.texts}
                for line in lines
            ]
        )
        return
    for line in lines:
        click.echo(f"{printable(str(line.decoy))}  {place(line.location)}  {line.bits:.1f} bits")
        click.echo(f"    {printable(' | '.join(line.texts))}")
