"""``honeytokens status``."""

from __future__ import annotations

from typing import Any

import click

from honeytokens.cli.options import home_options, json_option, open_home
from honeytokens.cli.output import print_json, table, when


@click.command("status")
@json_option
@home_options
def command(as_json: bool, **shared: Any) -> None:
    """Show each campaign: what is planned, planted and due. No hospital system is asked.

    Warns, on standard error, of a charter or a pool that expires and of a review that is due.

    \b
    Example:
      honeytokens status --json
    """
    from honeytokens.model import PlacementState
    from honeytokens.workflows.charter import warnings
    from honeytokens.workflows.status import status

    with open_home(**shared) as home:
        found, warned = status(home), warnings(home)
    for warning in warned:
        click.echo(f"look at this: {warning}", err=True)
    if as_json:
        print_json(
            [
                {
                    "campaign": each.campaign.name,
                    "establishment": each.campaign.establishment,
                    "system": each.campaign.system,
                    "states": {state.value: each.states.get(state, 0) for state in PlacementState},
                    "due_now": each.due_now,
                    "next_due": each.next_due,
                }
                for each in found
            ]
        )
        return
    if not found:
        click.echo("No campaign yet. Next: honeytokens plan")
        return
    rows = [
        [
            each.campaign.name,
            each.campaign.establishment,
            each.campaign.system,
            str(each.states.get(PlacementState.PLANNED, 0)),
            str(each.states.get(PlacementState.PLANTED, 0)),
            str(each.states.get(PlacementState.WITHDRAWN, 0)),
            str(each.due_now),
            when(each.next_due),
        ]
        for each in found
    ]
    table(["campaign", "establishment", "system", "planned", "planted", "withdrawn", "due now", "next due"], rows)
    if any(each.due_now for each in found):
        click.echo("Next: honeytokens apply")
