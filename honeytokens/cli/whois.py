"""``honeytokens whois``."""

from __future__ import annotations

from typing import Any

import click

from honeytokens.cli.options import home_options, json_option, open_home
from honeytokens.cli.output import print_json


@click.command("whois")
@click.argument("values", nargs=-1, required=True)
@json_option
@home_options
def command(values: tuple[str, ...], as_json: bool, **shared: Any) -> int:
    """Tell whose decoy some values belong to. The values are taken together, as one record.

    Exit code 1 when a decoy is recognised, 0 when none is.

    \b
    Examples:
      honeytokens whois "Durand Camille" 12/03/1961
      honeytokens whois 0639981234
    """
    from honeytokens.workflows.scan import whois

    with open_home(**shared) as home:
        hits, leads = whois(home, values)
    if as_json:
        print_json(
            {
                name: [
                    {
                        "decoy": str(hit.decoy),
                        "campaign": hit.decoy.campaign,
                        "establishment": hit.establishment,
                        "bits": hit.bits,
                        "fields": sorted({piece.field.value for piece in hit.evidence}),
                    }
                    for hit in found
                ]
                for name, found in (("hits", hits), ("leads", leads))
            }
        )
        return 1 if hits else 0
    for word, found in (("decoy", hits), ("lead, too weak to count", leads)):
        for hit in found:
            fields = ", ".join(sorted({piece.field.value for piece in hit.evidence}))
            click.echo(f"{hit.decoy} of {hit.establishment}: {word} ({hit.bits:.1f} bits: {fields})")
    if not hits and not leads:
        click.echo("No decoy.")
    return 1 if hits else 0
