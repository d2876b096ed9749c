"""``honeytokens whois``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from honeytokens.cli.options import home_options, json_option, open_home
from honeytokens.cli.output import print_json

if TYPE_CHECKING:
    from honeytokens.decoys import Trace
    from honeytokens.model import Hit


@click.command("whois")
@click.argument("values", nargs=-1, required=True)
@json_option
@home_options
def command(values: tuple[str, ...], as_json: bool, **shared: Any) -> int:
    """Tell whose decoy some values belong to. The values are taken together, as one record.

    Decoys that are only planned are told too. A phone or local identifier of your own pools is traced besides by the
    keys alone, whether it was given to a decoy or not.
    Exit code 1 when a decoy is recognised, 0 when none is.

    \b
    Examples:
      honeytokens whois "Durand Camille" 12/03/1961
      honeytokens whois 0639981234
    """
    from honeytokens.workflows.scan import whois
    from honeytokens.workflows.tracing import trace

    with open_home(**shared) as home:
        hits, leads = whois(home, values)
        traces = trace(home, values)
    if as_json:
        print_json({"hits": _told(hits), "leads": _told(leads), "pool_values": [_place(found) for found in traces]})
    else:
        for word, found in (("decoy", hits), ("lead, too weak to count", leads)):
            for hit in found:
                fields = ", ".join(sorted({piece.field.value for piece in hit.evidence}))
                click.echo(f"{hit.decoy} of {hit.establishment}: {word} ({hit.bits:.1f} bits: {fields})")
        for one in traces:
            given = f"given to {one.decoy} of {one.establishment}" if one.decoy else "given to no decoy"
            click.echo(f"Number {one.index} of the {one.pool.kind} pool {one.pool.value}: {given}")
        if not (hits or leads or traces):
            click.echo("No decoy.")
    return 1 if hits or any(one.decoy for one in traces) else 0


def _told(found: list[Hit]) -> list[dict[str, object]]:
    return [
        {
            "decoy": str(hit.decoy),
            "campaign": hit.decoy.campaign,
            "establishment": hit.establishment,
            "bits": hit.bits,
            "fields": sorted({piece.field.value for piece in hit.evidence}),
        }
        for hit in found
    ]


def _place(found: Trace) -> dict[str, object]:
    decoy = None if found.decoy is None else str(found.decoy)
    return {
        "pool": found.pool.value,
        "kind": found.pool.kind.value,
        "index": found.index,
        "decoy": decoy,
        "establishment": found.establishment,
    }
